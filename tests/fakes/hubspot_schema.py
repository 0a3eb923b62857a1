"""HubSpot's properties, and the values they take."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from typing import Any

from .base import parse_body, stamp
from .hubspot_pipelines import Pipelines
from .hubspot_types import (
    BUILT_IN,
    FIELD_TYPES,
    FREE_OPTIONS,
    GROUPS,
    OPTIONS,
    READ_ONLY,
    STORED,
    bad_values,
    error,
    invalid,
    type_of,
)
from .wire import Answer, Refusal, Request

MAIL = re.compile(r"[^@\s<>,;\"()]{1,64}@[^@\s<>,;\"()]{1,190}\.[A-Za-z]{2,24}")
MAX_TEXT = 65_536
MAX_UNIQUE = 10


class Schema(Pipelines):
    """Mixed into the fake: what properties exist, and whether a value may be written."""

    routes = [
        ("GET", r"/crm/v3/properties/(?P<kind>[^/]+)", "properties_list"),
        ("POST", r"/crm/v3/properties/(?P<kind>[^/]+)", "properties_create"),
        ("POST", r"/crm/v3/properties/(?P<kind>[^/]+)/batch/create", "properties_batch_create"),
        ("POST", r"/crm/v3/properties/(?P<kind>[^/]+)/batch/read", "properties_batch_read"),
        ("GET", r"/crm/v3/properties/(?P<kind>[^/]+)/groups", "groups_list"),
        ("POST", r"/crm/v3/properties/(?P<kind>[^/]+)/groups", "groups_create"),
        ("GET", r"/crm/v3/properties/(?P<kind>[^/]+)/(?P<name>[^/]+)", "properties_get"),
        ("PATCH", r"/crm/v3/properties/(?P<kind>[^/]+)/(?P<name>[^/]+)", "properties_update"),
        ("DELETE", r"/crm/v3/properties/(?P<kind>[^/]+)/(?P<name>[^/]+)", "properties_archive"),
    ]

    def start_schema(self) -> None:
        self._properties: dict[str, dict[str, dict[str, Any]]] = {}
        self._groups: dict[str, dict[str, str]] = {}
        for kind in STORED:
            group = GROUPS.get(kind, f"{kind[:-1]}information")
            self._groups[kind] = {group: group}
            self._properties[kind] = {}
            for name, (value_type, field_type) in BUILT_IN[kind].items():
                options = [
                    {"label": one.title(), "value": one, "displayOrder": n, "hidden": False}
                    for n, one in enumerate(OPTIONS.get(name, ()))
                ]
                self._properties[kind][name] = self._definition(
                    name, name, value_type, field_type, group, options, built_in=True
                )
        self.start_pipelines()

    # ------------------------------------------------------------------ from the test
    def add_property(
        self,
        kind: str,
        name: str,
        value_type: str = "string",
        field_type: str = "text",
        *,
        unique: bool = False,
        options: tuple[str, ...] = (),
    ) -> None:
        """Define a property without a call."""
        made = [{"label": one, "value": one, "displayOrder": n, "hidden": False} for n, one in enumerate(options)]
        group = next(iter(self._groups[kind]))
        self._properties[kind][name] = self._definition(name, name, value_type, field_type, group, made, unique=unique)

    def property(self, kind: str, name: str) -> dict[str, Any] | None:
        """A property's definition as HubSpot holds it."""
        with self.lock:
            return copy.deepcopy(self._properties[kind].get(name))

    # ------------------------------------------------------------------ values
    def unique_names(self, kind: str) -> list[str]:
        return [name for name, one in self._properties[kind].items() if one["hasUniqueValue"]]

    def identifies(self, kind: str, name: str) -> bool:
        """Whether ``name`` may be an idProperty. HubSpot's email does so without being called unique."""
        return name in self.unique_names(kind) or (kind == "contacts" and name == "email")

    def checked(self, kind: str, given: dict[str, Any]) -> dict[str, str]:
        """Values as HubSpot stores them, or the refusal that names each bad one."""
        out: dict[str, str] = {}
        problems: list[dict[str, Any]] = []
        for name, raw in given.items():
            value = "" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
            definition = self._properties[kind].get(name)
            if definition is None or definition["archived"]:
                problems.append(
                    {"name": name, "error": "PROPERTY_DOESNT_EXIST", "message": f'Property "{name}" does not exist'}
                )
            elif name in READ_ONLY:
                problems.append(
                    {
                        "name": name,
                        "error": "READ_ONLY_VALUE",
                        "message": f'"{name}" is a read only property; its value cannot be set',
                    }
                )
            elif (found := self._problem(name, value, definition)) is not None:
                problems.append({"name": name, "error": found[0], "message": found[1]})
            else:
                out[name] = self._normal(kind, name, value, definition)
        if problems:
            raise bad_values(problems, self.portal)
        return out

    def _problem(self, name: str, value: str, definition: dict[str, Any]) -> tuple[str, str] | None:
        kind = definition["type"]
        if value == "":
            return None
        if len(value) > MAX_TEXT:
            return "VALUE_TOO_LONG", f"{name} was too long: {len(value)} characters, at most {MAX_TEXT}"
        if kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
            return "INVALID_NUMBER", f"{value} was not a valid number."
        if kind in ("date", "datetime") and _when(value) is None:
            return "INVALID_DATE", f"{value} was not a valid timestamp."
        if kind == "bool" and value not in ("true", "false"):
            return "INVALID_BOOLEAN", f"{value} was not a valid boolean."
        if kind == "enumeration" and name not in FREE_OPTIONS:
            allowed = [one["value"] for one in definition["options"]]
            for one in value.strip(";").split(";") if definition["fieldType"] == "checkbox" else [value]:
                if one not in allowed:
                    return "INVALID_OPTION", f"{one} was not one of the allowed options: [{', '.join(allowed)}]"
        if name == "email" and not MAIL.fullmatch(value.strip()):
            return "INVALID_EMAIL", f"Email address {value} is invalid"
        return None

    @staticmethod
    def _normal(kind: str, name: str, value: str, definition: dict[str, Any]) -> str:
        if kind == "contacts" and name == "email":
            return value.strip().lower()
        if definition["type"] in ("datetime", "date") and value and (when := _when(value)) is not None:
            return stamp(when)
        return value

    # ------------------------------------------------------------------ properties
    def _kind(self, kind: str) -> str:
        found = type_of(kind)
        if found is None or found not in self._properties:
            raise error(400, "VALIDATION_ERROR", f"Unable to infer object type from: {kind}")
        return found

    def _definition(
        self,
        name: str,
        label: str,
        value_type: str,
        field_type: str,
        group: str,
        options: list[dict[str, Any]],
        *,
        built_in: bool = False,
        unique: bool = False,
        description: str = "",
    ) -> dict[str, Any]:
        return {
            "name": name,
            "label": label,
            "type": value_type,
            "fieldType": field_type,
            "groupName": group,
            "options": options,
            "description": description,
            "hasUniqueValue": unique,
            "hidden": False,
            "hubspotDefined": built_in,
            "calculated": False,
            "externalOptions": False,
            "archived": False,
            "displayOrder": -1,
            "formField": False,
            "dataSensitivity": "non_sensitive",
            "createdAt": stamp(self.now()),
            "updatedAt": stamp(self.now()),
            "modificationMetadata": {
                "archivable": not built_in,
                "readOnlyDefinition": built_in,
                "readOnlyValue": name in READ_ONLY,
            },
        }

    def _new_property(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        for name in ("name", "label", "type", "fieldType", "groupName"):
            if not body.get(name):
                raise invalid(f"Invalid input JSON on line 1, column 1: Some required fields were not set: [{name}]")
        name = body["name"]
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name):
            raise invalid(
                f"Property name '{name}' is invalid: lower-case letters, digits and underscores, a letter first",
                errors=[{"message": "invalid name", "code": "INVALID_NAME", "in": "name"}],
            )
        if name in self._properties[kind] and not self._properties[kind][name]["archived"]:
            raise error(
                409,
                "OBJECT_ALREADY_EXISTS",
                f"A property named '{name}' already exists.",
                subCategory="Properties.PROPERTY_EXISTS",
            )
        if body["groupName"] not in self._groups[kind]:
            raise invalid(f"Property group {body['groupName']} does not exist.", subCategory="PropertyGroupError.NOT_FOUND")
        if body["fieldType"] not in FIELD_TYPES.get(body["type"], set()):
            raise invalid(f"{body['fieldType']} is not a valid field type for a property of type {body['type']}")
        options = body.get("options") or []
        if body["type"] == "enumeration" and not options:
            raise invalid("Enumeration properties must have at least one option")
        values = [one.get("value") for one in options]
        if len(set(values)) != len(values) or not all(
            one.get("label") and one.get("value") and "hidden" in one for one in options
        ):
            raise invalid("Property options must have a label, a value of their own and hidden")
        unique = bool(body.get("hasUniqueValue"))
        if unique and body["type"] not in ("string", "number"):
            raise invalid("Only string and number properties can have unique values")
        if unique and len(self.unique_names(kind)) >= MAX_UNIQUE:
            raise error(400, "LIMIT_EXCEEDED", f"No more than {MAX_UNIQUE} unique properties per object type")
        full = [{"displayOrder": n, "description": ""} | one for n, one in enumerate(options)]
        made = self._definition(
            name,
            body["label"],
            body["type"],
            body["fieldType"],
            body["groupName"],
            full,
            unique=unique,
            description=body.get("description") or "",
        )
        self._properties[kind][name] = made
        return made

    def properties_list(self, request: Request, kind: str) -> Any:
        kind = self._kind(kind)
        archived = request.flag("archived")
        return {"results": [one for one in self._properties[kind].values() if one["archived"] == archived]}

    def _property(self, kind: str, name: str) -> dict[str, Any]:
        found = self._properties[kind].get(name)
        if found is None or found["archived"]:
            raise error(404, "OBJECT_NOT_FOUND", f"Property {name} does not exist.", subCategory="PropertyError.NOT_FOUND")
        return found

    def properties_get(self, request: Request, kind: str, name: str) -> Any:
        return self._property(self._kind(kind), name)

    def properties_create(self, request: Request, kind: str) -> Any:
        return Answer(201, self._new_property(self._kind(kind), parse_body(request, invalid)))

    def properties_batch_create(self, request: Request, kind: str) -> Any:
        kind = self._kind(kind)
        results, errors = [], []
        for one in parse_body(request, invalid).get("inputs") or []:
            try:
                results.append(self._new_property(kind, one))
            except Refusal as refusal:
                errors.append(standard(refusal.answer.body, {"name": [str(one.get("name"))]}))
        return self.batch_answer(201, results, errors)

    def properties_batch_read(self, request: Request, kind: str) -> Any:
        kind = self._kind(kind)
        names = [one.get("name") for one in parse_body(request, invalid).get("inputs") or []]
        found = [self._properties[kind][name] for name in names if name in self._properties[kind]]
        lost = [name for name in names if name not in self._properties[kind]]
        errors = [
            standard({"category": "OBJECT_NOT_FOUND", "message": f"Property {name} does not exist."}, {"name": [name]})
            for name in lost
        ]
        return self.batch_answer(200, found, errors)

    def properties_update(self, request: Request, kind: str, name: str) -> Any:
        found, body = self._property(self._kind(kind), name), parse_body(request, invalid)
        if "hasUniqueValue" in body or "name" in body:
            raise invalid("Invalid input JSON: unknown field hasUniqueValue or name: neither can change")
        if found["hubspotDefined"] and set(body) - {"options"}:
            raise invalid("HubSpot defined properties cannot be changed")
        if "options" in body:
            body["options"] = [{"displayOrder": n, "description": ""} | one for n, one in enumerate(body["options"])]
        found.update(body, updatedAt=stamp(self.now()))
        return found

    def properties_archive(self, request: Request, kind: str, name: str) -> Any:
        self._property(self._kind(kind), name)["archived"] = True
        return Answer(204)

    def groups_list(self, request: Request, kind: str) -> Any:
        made = self._groups[self._kind(kind)]
        return {
            "results": [
                {"name": name, "label": label, "displayOrder": n, "archived": False}
                for n, (name, label) in enumerate(made.items())
            ]
        }

    def groups_create(self, request: Request, kind: str) -> Any:
        body, made = parse_body(request, invalid), self._groups[self._kind(kind)]
        if body.get("name") in made:
            raise error(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{body['name']}' already exists.")
        made[body["name"]] = body.get("label") or body["name"]
        return Answer(201, {"name": body["name"], "label": made[body["name"]], "displayOrder": len(made), "archived": False})

    def batch_answer(self, status: int, results: list[Any], errors: list[Any]) -> Answer:
        raise NotImplementedError


def standard(body: dict[str, Any], context: dict[str, list[str]]) -> dict[str, Any]:
    """One error inside a batch's answer."""
    return {
        "status": "error",
        "category": body["category"],
        "message": body["message"],
        "context": context,
        "links": {},
        "errors": body.get("errors", []),
    }


def _when(value: str) -> float | None:
    if re.fullmatch(r"-?\d{1,15}", value):
        return int(value) / 1000
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    if when.tzinfo is None and "T" in value:
        return None
    return when.timestamp() if when.tzinfo else when.replace(tzinfo=UTC).timestamp()
