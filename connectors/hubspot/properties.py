"""Properties of a portal: what is missing for us, and putting it there. Names and types come from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.http import Refused
from connectors.hubspot.client import HubSpotClient

#: The form field that shows a type, where none is given.
FIELDS: Mapping[str, str] = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
}
_AGAIN = "supprimez-la dans HubSpot, elle sera recréée comme il faut"
_YES_NO = (("true", "Oui"), ("false", "Non"))


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """A property that must be there. ``type`` is HubSpot's (a key of FIELDS), ``options`` are (value, label) of an enumeration.

    ``field`` is HubSpot's fieldType, '' for the usual one ("textarea" makes a long text).
    """

    object_type: str
    name: str
    label: str
    type: str = "string"
    field: str = ""
    options: tuple[tuple[str, str], ...] = ()
    unique: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """What one property lacks. ``missing``: all of it; ``options`` that are not there; ``wrong``: a sentence that only a person mends."""

    spec: PropertySpec
    missing: bool = False
    options: tuple[tuple[str, str], ...] = ()
    wrong: str = ""
    known: tuple[Mapping[str, Any], ...] = ()

    def __str__(self) -> str:
        name = f"{self.spec.object_type}.{self.spec.name}"
        if self.missing:
            return f"la propriété {name} manque"
        return self.wrong or f"il manque à {name} les choix {', '.join(value for value, _ in self.options)}"


def lacks(client: HubSpotClient, specs: Sequence[PropertySpec]) -> list[Lack]:
    """What is not as it must be; one call an object type. Raises PortError."""
    found: list[Lack] = []
    for type in _types(specs):
        answer = client.call("GET", client.path("properties", type=type), reads=True)
        there = {str(p.get("name")): p for p in answer.dict().get("results") or () if isinstance(p, dict)}
        compared = (_compare(spec, there.get(spec.name)) for spec in specs if spec.object_type == type)
        found += [lack for lack in compared if lack is not None]
    return found


def ensure(client: HubSpotClient, specs: Sequence[PropertySpec], *, group: str, label: str) -> list[str]:
    """Create what is missing, in the property group of that name; sentences of what was done. Raises PortError.

    A property of another type, or one that should be unique and is not, is left alone (HubSpot can change neither) and told.
    """
    done: list[str] = []
    lacking = lacks(client, specs)
    for type in _types([lack.spec for lack in lacking if lack.missing]):
        mine = [lack.spec for lack in lacking if lack.missing and lack.spec.object_type == type]
        _ensure_group(client, type, group, label)
        body = {"inputs": [_definition(spec, group) for spec in mine]}
        try:
            client.call("POST", client.path("properties.create", type=type), body=body)
        except Refused as error:
            # Made by another process in the meantime, or one of them refused: one by one tells.
            if error.answer.status not in (400, 409):
                raise
            for spec in mine:
                _create(client, spec, group)
        done += [f"propriété {type}.{spec.name} créée" for spec in mine]
    for lack in lacking:
        if lack.options:
            _add_options(client, lack)
            done.append(f"choix ajoutés à {lack.spec.object_type}.{lack.spec.name}")
        elif lack.wrong:
            done.append(f"À CORRIGER DANS HUBSPOT : {lack.wrong}")
    return done


def _compare(spec: PropertySpec, there: Mapping[str, Any] | None) -> Lack | None:
    if there is None or there.get("archived"):
        return Lack(spec, missing=True)
    name = f"{spec.object_type}.{spec.name}"
    if there.get("type") != spec.type:
        return Lack(spec, wrong=f"{name} est de type {there.get('type')}, il faudrait {spec.type} : {_AGAIN}")
    if spec.unique and not there.get("hasUniqueValue"):
        return Lack(spec, wrong=f"{name} n'exige pas de valeurs uniques : {_AGAIN}")
    known = tuple(o for o in there.get("options") or () if isinstance(o, dict))
    values = {str(o.get("value")) for o in known}
    missing = tuple(option for option in spec.options if option[0] not in values)
    return Lack(spec, options=missing, known=known) if missing else None


def _definition(spec: PropertySpec, group: str) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "name": spec.name,
        "label": spec.label,
        "type": spec.type,
        "fieldType": spec.field or FIELDS[spec.type],
        "groupName": group,
    }
    if spec.description:
        definition["description"] = spec.description
    if spec.unique:
        definition["hasUniqueValue"] = True
    options = spec.options or (_YES_NO if spec.type == "bool" else ())
    if options:
        definition["options"] = _options(options)
    return definition


def _options(options: Iterable[tuple[str, str]], start: int = 0) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "hidden": False, "displayOrder": n} for n, (value, label) in enumerate(options, start)
    ]


def _add_options(client: HubSpotClient, lack: Lack) -> None:
    names = ("value", "label", "hidden", "displayOrder", "description")
    kept = [{k: o[k] for k in names if o.get(k) is not None} for o in lack.known]
    body = {"options": [{"hidden": False, **o} for o in kept] + _options(lack.options, len(kept))}
    client.call("PATCH", client.path("property", type=lack.spec.object_type, property=lack.spec.name), body=body)


def _create(client: HubSpotClient, spec: PropertySpec, group: str) -> None:
    try:
        client.call("POST", client.path("properties", type=spec.object_type), body=_definition(spec, group))
    except Refused as error:
        if error.answer.status != 409:
            raise


def _ensure_group(client: HubSpotClient, type: str, group: str, label: str) -> None:
    answer = client.call("GET", client.path("groups", type=type), reads=True)
    if any(g.get("name") == group for g in answer.dict().get("results") or () if isinstance(g, dict)):
        return
    try:
        client.call("POST", client.path("groups", type=type), body={"name": group, "label": label})
    except Refused as error:
        if error.answer.status != 409:
            raise


def _types(specs: Iterable[PropertySpec]) -> list[str]:
    return list(dict.fromkeys(spec.object_type for spec in specs))
