"""A document's front matter against its model: every problem as a French sentence with its line.

``read_model`` still returns what is left of a document without its wrong parts, so that the checks across documents
(engine.directive_check) go on; the names of wrong parts are ``doubtful`` and are not complained of a second time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.directive_problem import Problems, nearest, shown, suggestion
from engine.directive_schema import Ledger, Part
from engine.directive_yaml import Map, Seq

P = TypeVar("P", bound=Part)

_KINDS = {
    "string": "un texte ; mettez-le entre guillemets",
    "bool": "« true » ou « false »",
    "int": "un nombre entier",
    "float": "un nombre, avec un point pour les décimales (1.5)",
    "list": "une liste, écrite « [un, deux] » ou un tiret par ligne",
    "dict": "des lignes « mot: valeur »",
    "model": "des lignes « mot: valeur »",
    "timedelta": "une durée",
}


def read_model(kind: type[P], data: Map, problems: Problems) -> tuple[P | None, frozenset[str]]:
    """(what could be read, names of parts that are wrong). Every problem of the document is told, with its line.

    ``data`` loses its wrong parts.
    """
    doubtful: set[str] = set()
    for attempt in range(20):
        ledger = Ledger()
        try:
            part: P | None = kind.model_validate(data, context=ledger)
            found: list[Any] = []
        except ValidationError as error:
            part, found = None, list(error.errors(include_url=False))
        if attempt == 0:
            for (line, key), meant in ledger.unknown.items():
                problems.add(line, f"{shown(key)} n'est pas un mot connu ici{meant}")
                doubtful.add(key)
            for item in found:
                problems.add(_line(data, item["loc"], item["type"]), _sentence(item))
        if part is not None:
            return part, frozenset(doubtful)
        if not _prune(data, found, doubtful):
            return None, frozenset(doubtful)
    return None, frozenset(doubtful)


def _steps(data: Any, loc: tuple[int | str, ...]) -> list[tuple[Any, Any, int]]:
    """The way to a place: (container, key in it, line), as far as it exists; pydantic's labels are passed over."""
    steps: list[tuple[Any, Any, int]] = []
    for key in loc:
        if isinstance(data, Map) and key not in data and isinstance(key, str):
            # A misspelt word was read as the one that was meant.
            key = next((k for k in data if nearest(k, [key])), key)
        if isinstance(data, Map) and key in data:
            steps.append((data, key, data.lines.get(str(key), data.line)))
            data = data[str(key)]
        elif isinstance(data, Seq) and isinstance(key, int) and key < len(data):
            line = data.lines[key] if key < len(data.lines) else 0
            steps.append((data, key, line or (steps[-1][2] if steps else data.line)))
            data = data[key]
    return steps


def _line(data: Map, loc: tuple[int | str, ...], problem: str) -> int:
    steps = _steps(data, loc[:-1] if problem == "missing" else loc)
    return next((line for _, _, line in reversed(steps) if line), data.line)


def _prune(data: Map, found: list[Any], doubtful: set[str]) -> bool:
    """Take the wrong parts out; what lacks something goes as a whole. False when one of them is the document itself."""
    places: dict[tuple[int, str | int], Any] = {}
    for item in found:
        steps = _steps(data, item["loc"][:-1] if item["type"] == "missing" else item["loc"])
        if not steps:
            return False
        container, key, _ = steps[-1]
        # A list that lost an item is as doubtful as what was lost by name.
        doubtful |= {str(key), str(item["loc"][-1]), next((k for _, k, _ in reversed(steps) if isinstance(k, str)), "")}
        places[id(container), key] = container
    # From the back, so that removing an item of a list does not move those still to be removed.
    for (_, key), container in sorted(places.items(), key=lambda p: p[0][1] if isinstance(p[0][1], int) else -1, reverse=True):
        del container[key]
        if isinstance(container, Seq):
            del container.lines[int(key)]
    return True


def _sentence(item: Mapping[str, Any]) -> str:
    kind, value, context = str(item["type"]), item["input"], item.get("ctx", {})
    name = next((str(key) for key in reversed(item["loc"]) if isinstance(key, str)), "")
    if kind == "guichet":
        return str(context["sentence"])
    if kind == "missing":
        return f"il manque ici « {name} »"
    if value is None:
        return f"« {name} » n'a pas de valeur ; écrivez-en une ou enlevez la ligne"
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{shown(value)} n'est pas possible pour « {name} »{suggestion(str(value), known)}"
    if kind == "string_too_short":
        return f"« {name} » est vide"
    if kind in ("too_short", "too_long", "string_too_long"):
        few, most = context.get("min_length"), context.get("max_length")
        bound = f"au moins {few}" if kind == "too_short" else f"au plus {most}"
        return f"« {name} » : il en faut {bound}" + (" caractères" if "string" in kind else "")
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"):
        bounds = {"greater_than": ("gt", "plus grand que"), "greater_than_equal": ("ge", "au moins égal à")}
        key, words = bounds.get(kind, ("le", "au plus égal à"))
        return (
            f"{shown(value)} n'est pas possible pour « {name} » : le nombre doit être {words} {context.get(key, '')}".rstrip()
        )
    wanted = next((text for prefix, text in _KINDS.items() if kind.startswith(prefix)), "")
    if wanted:
        return f"« {name} » vaut {shown(value)}, mais il faut {wanted}"
    return f"« {name} » : la valeur {shown(value)} n'est pas possible ici"
