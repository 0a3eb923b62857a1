"""Documents taken apart: front matter between ``---`` lines, prose, ``~~~example`` blocks; and a strict reading of YAML 1.2.

ruamel.yaml scans and parses; this module takes its events, so that every key and value keeps its line and nothing is
guessed: ``no`` is a word and not false, a day stays text, a key said twice is an error, anchors, aliases and tags (what
YAML bombs are made of) are refused. Sizes and depths are bounded before anything is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from engine.directive_problem import Problems, nearest, shown

#: The longest front matter or example, in characters; the deepest nesting; the most values in one.
MOST_YAML, MOST_DEPTH, MOST_NODES = 100_000, 10, 10_000
#: The most examples in one document.
MOST_EXAMPLES = 300

_INTEGER = re.compile(r"[-+]?[0-9]{1,15}\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}\Z")
_FENCE = re.compile(r"(~{3,}|`{3,})[ ]*([^\s`~]*)[ ]*\Z")
_BAD_INDENT = re.compile(r"[ ]*[\t\u00a0\u2000-\u200b\u202f\u3000]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: Where the parser in C reads YAML otherwise than 1.2 wants (``[qui? moi]``) or takes what is none: left to the one in Python.
_ODD = re.compile(r"""[\t?&*!]|[|>][^\n]*\#""")
_HARMLESS = re.compile(r'(?<=[:,\[{-] )"(?:[^"\\\n\t]|\\.)*"|^ *#[^\n\t]*$', re.MULTILINE)
#: Halves of characters, which only escapes can write; nothing could store or send them.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Map(dict[str, Any]):
    """A mapping that knows its line and the line of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Seq(list[Any]):
    """A list that knows its line and the line of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


@dataclass(frozen=True, slots=True)
class Document:
    """A document taken apart. ``prose`` is the body without its examples; ``body_line`` is the line it begins on."""

    path: str
    data: Map
    body: str
    body_line: int
    prose: str
    examples: tuple[Map, ...]


def read_document(path: str, text: str, problems: Problems) -> Document | None:
    """The parts of a document; None when its front matter cannot be read (the problems say why)."""
    problems.path = path
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if control := _CONTROL.search(line):
            problems.add(
                number, f"un caractère invisible (U+{ord(control[0]):04X}) se trouve ici", "effacez-le et retapez le mot"
            )
            return None
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None or lines[first].rstrip() != "---":
        problems.add(
            (first or 0) + 1,
            "le document doit commencer par une ligne « --- », puis les réglages, puis une autre ligne « --- »",
            "voyez directives/README.md, « La forme d'un document »",
        )
        return None
    last = next((n for n in range(first + 1, len(lines)) if lines[n].rstrip() == "---"), None)
    if last is None:
        problems.add(
            first + 1, "la ligne « --- » qui ferme les réglages manque", "ajoutez « --- » seul sur une ligne après eux"
        )
        return None
    data = parse_mapping(lines[first + 1 : last], first + 2, problems)
    body = lines[last + 1 :]
    prose: list[str] = []
    examples: list[Map] = []
    for part in _parts(body, last + 2, problems):
        if isinstance(part, str):
            prose.append(part)
        elif len(examples) < MOST_EXAMPLES:
            start, content = part
            example = parse_mapping(content, start + 1, problems)
            if example is not None:
                example.line = start
                examples.append(example)
        else:
            problems.add(part[0], f"un document compte au plus {MOST_EXAMPLES} exemples")
            break
    if data is None:
        return None
    return Document(path, data, "\n".join(body), last + 2, "\n".join(prose).strip(), tuple(examples))


def _parts(body: list[str], first: int, problems: Problems) -> Iterator[str | tuple[int, list[str]]]:
    """Lines of prose, and (line of the fence, content) of each example."""
    number = 0
    while number < len(body):
        fence = _FENCE.match(body[number].rstrip())
        if fence is None:
            yield body[number]
            number += 1
            continue
        word = fence[2].casefold()
        is_example = word in ("example", "exemple")
        if not is_example and nearest(word, ("example", "exemple")):
            problems.add(first + number, f"{shown(fence[2])} n'est pas un mot connu ici ; vouliez-vous dire « example » ?")
        end = next(
            (
                n
                for n in range(number + 1, len(body))
                if (c := _FENCE.match(body[n].rstrip())) and not c[2] and c[1][0] == fence[1][0]
            ),
            None,
        )
        if end is None:
            problems.add(first + number, f"la ligne {shown(fence[1])} qui ferme ce bloc manque", "ajoutez-la à la fin du bloc")
            return
        if is_example:
            yield first + number, body[number + 1 : end]
        else:
            yield from body[number : end + 1]
        number = end + 1


def parse_mapping(lines: list[str], first: int, problems: Problems) -> Map | None:
    """The lines as a mapping, read strictly; ``first`` is the line number of the first. None when that cannot be done."""
    if sum(len(line) + 1 for line in lines) > MOST_YAML:
        problems.add(first, f"ce passage dépasse {MOST_YAML} caractères", "répartissez-le en plusieurs documents")
        return None
    for number, line in enumerate(lines):
        if _BAD_INDENT.match(line):
            problems.add(
                first + number,
                "une tabulation ou un espace spécial se trouve au début de cette ligne",
                "remplacez-le par des espaces ordinaires (deux par niveau)",
            )
            return None
    try:
        data = _Reader("\n".join(lines) + "\n", first, problems).document()
    except _Stop:
        return None
    if isinstance(data, Map):
        return data
    problems.add(first, "il faut ici des lignes de la forme « mot: valeur »")
    return None


def _events(text: str) -> Iterator[Any]:
    """What the parser sees, in order. The parser in C is ten times quicker; what it refuses is told by the one in Python."""
    if _ODD.search(_HARMLESS.sub('""', text)):
        yield from YAML(typ="safe", pure=True).parse(text)
        return
    seen = 0
    try:
        for event in YAML(typ="safe").parse(text):
            yield event
            seen += 1
    except (YAMLError, ValueError):
        yield from islice(YAML(typ="safe", pure=True).parse(text), seen, None)


class _Stop(Exception):
    """Reading cannot go on; the problem is already told."""


class _Reader:
    """Builds values from the parser's events. A problem that leaves the rest readable is told and reading goes on."""

    def __init__(self, text: str, first: int, problems: Problems) -> None:
        self.events: Iterator[Any] = _events(text)
        self.text, self.first, self.problems = text, first, problems
        self.nodes = 0

    def stop(self, line: int, message: str, todo: str = "") -> _Stop:
        self.problems.add(line, message, todo)
        return _Stop()

    def next(self) -> Any:
        try:
            event = next(self.events)
        except MarkedYAMLError as error:
            # An open quote is shown where it was opened, not at the end of the document where it was missed.
            opened = error.context_mark if "quoted scalar" in (error.context or "") else None
            mark = opened or error.problem_mark or error.context_mark
            line = self.first + min(mark.line if mark else 0, max(0, self.text.count("\n") - 1))
            raise self.stop(line, *_explain(error)) from None
        except (YAMLError, ValueError, IndexError, RecursionError):
            raise self.stop(
                self.first, "ce passage n'est pas lisible", "vérifiez guillemets, deux-points et crochets"
            ) from None
        if getattr(event, "anchor", None) is not None:
            raise self.stop(
                self.line(event),
                "les renvois « &nom » et « *nom » ne sont pas admis",
                "écrivez la valeur en entier, ou entre guillemets si le texte commence par & ou *",
            )
        if getattr(event, "tag", None) is not None:
            raise self.stop(self.line(event), "les étiquettes « !… » ne sont pas admises", "mettez ce texte entre guillemets")
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.stop(self.line(event), f"ce passage compte plus de {MOST_NODES} valeurs")
        return event

    def line(self, event: Any) -> int:
        return self.first + int(event.start_mark.line)

    def document(self) -> Any:
        self.next()
        event = self.next()
        if isinstance(event, StreamEndEvent):
            raise self.stop(self.first, "il n'y a rien ici", "écrivez des lignes de la forme « mot: valeur »")
        if isinstance(event, DocumentStartEvent) and (event.explicit or event.version or event.tags):
            raise self.stop(self.line(event), "les lignes « %… » et « --- » ne sont pas admises à l'intérieur des réglages")
        value = self.value(self.next(), 1)
        self.next()
        event = self.next()
        if not isinstance(event, StreamEndEvent):
            raise self.stop(self.line(event), "la ligne « ... » n'est pas admise ici")
        return value

    def value(self, event: Any, depth: int) -> Any:
        if depth > MOST_DEPTH:
            raise self.stop(self.line(event), f"plus de {MOST_DEPTH} niveaux sont emboîtés ici")
        if isinstance(event, ScalarEvent):
            if _SURROGATE.search(event.value):
                raise self.stop(self.line(event), "un caractère incomplet (\\ud800…) se trouve ici", "écrivez-le tel quel")
            return plain(event.value) if event.implicit[0] else event.value
        if isinstance(event, MappingStartEvent):
            return self.mapping(event, depth)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, depth)
        raise self.stop(self.line(event), "ce passage n'est pas lisible")

    def mapping(self, start: Any, depth: int) -> Map:
        result = Map(self.line(start))
        while not isinstance(event := self.next(), MappingEndEvent):
            line = self.line(event)
            if not isinstance(event, ScalarEvent):
                raise self.stop(line, "un mot est attendu avant « : », pas une liste")
            key = event.value
            if _SURROGATE.search(key):
                raise self.stop(line, "un caractère incomplet (\\ud800…) se trouve ici", "écrivez-le tel quel")
            value = self.value(self.next(), depth + 1)
            if key in result:
                self.problems.add(
                    line,
                    f"{shown(key)} est écrit deux fois (déjà ligne {result.lines[key]})",
                    "gardez une seule des deux lignes",
                )
                continue
            result[key] = value
            result.lines[key] = line
        return result

    def sequence(self, start: Any, depth: int) -> Seq:
        result = Seq(self.line(start))
        while not isinstance(event := self.next(), SequenceEndEvent):
            result.lines.append(self.line(event))
            result.append(self.value(event, depth + 1))
        return result


def plain(text: str) -> str | int | float | bool | None:
    """What a value without quotes means in the core schema of YAML 1.2, as far as documents need it."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return text


#: (words of the parser's message, the sentence, what to do), the first that fits.
_QUOTE_IT = "mettez le texte entre guillemets"
_SENTENCES = (
    (
        "mapping values are not allowed",
        "un « : » est de trop, ou l'alignement de cette ligne ne va pas",
        f"{_QUOTE_IT} s'il contient « : », et alignez les mots d'un même niveau",
    ),
    ("sequence entries are not allowed", "un tiret « - » ne peut pas être ici", "mettez la liste sur les lignes suivantes"),
    ("could not find expected ':'", "il manque « : » après le mot", "écrivez « mot: valeur »"),
    ("end of stream", "un guillemet ouvert n'est jamais fermé", "fermez-le"),
    ("unexpected document separator", "un guillemet ouvert n'est jamais fermé", "fermez-le"),
    ("expected ',' or ']'", "il manque une virgule ou le crochet « ] »", "une liste s'écrit « [un, deux] »"),
    ("expected ',' or '}'", "il manque une virgule ou l'accolade « } »", "un groupe s'écrit « {mot: valeur, mot: valeur} »"),
    ("cannot start any token", "ce caractère ne peut pas commencer une valeur", _QUOTE_IT),
    ("escape character", "une barre « \\ » se trouve entre guillemets doubles", "employez des guillemets simples : '…'"),
    ("while scanning an a", "un texte ne peut pas commencer par « & » ou « * »", _QUOTE_IT),
    (
        "expected <block end>",
        "l'alignement de cette ligne ne va pas, ou du texte suit un guillemet fermé",
        "alignez les mots d'un même niveau ; fermez crochets et guillemets en fin de valeur",
    ),
)


def _explain(error: Any) -> tuple[str, str]:
    """(what is wrong, what to do) in French for an error of the parser."""
    said = f"{error.problem or ''} {error.context or ''}"
    for words, sentence, todo in _SENTENCES:
        if words in said:
            return sentence, todo
    return f"ce passage n'est pas lisible ({(error.problem or 'erreur')[:80]})", "vérifiez guillemets, deux-points et crochets"
