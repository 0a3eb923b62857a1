"""HubSpot's CRM objects: what is kept, what is unique, how it is linked and shown; one written or read at a time."""

from __future__ import annotations

import random
from typing import Any

from .base import parse_body, stamp
from .hubspot_schema import Schema
from .hubspot_types import (
    ASSOCIATIONS,
    REQUIRED,
    SHOWN,
    SHOWN_ELSE,
    STORED,
    TYPES,
    Stored,
    bad_values,
    error,
    fold,
    invalid,
    type_of,
)
from .wire import Answer, Refusal, Request

MAX_PAGE = 100
KINDS = "|".join(STORED)


class Objects(Schema):
    """Mixed into the fake: the objects and everything under /crm/v3/objects."""

    routes = [
        ("POST", r"/crm/v3/objects/(?P<kind>contacts)/gdpr-delete", "objects_gdpr_delete"),
        ("GET", rf"/crm/v3/objects/(?P<kind>{KINDS})", "objects_list"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})", "objects_create"),
        ("GET", rf"/crm/v3/objects/(?P<kind>{KINDS})/(?P<number>[^/]+)", "objects_get"),
        ("PATCH", rf"/crm/v3/objects/(?P<kind>{KINDS})/(?P<number>[^/]+)", "objects_update"),
        ("DELETE", rf"/crm/v3/objects/(?P<kind>{KINDS})/(?P<number>[^/]+)", "objects_archive"),
    ]

    def start_objects(self) -> None:
        self._objects: dict[str, dict[str, Stored]] = {kind: {} for kind in STORED}
        self._index: dict[tuple[str, str, str], str] = {}
        #: (type, id) -> (type, id) -> association type ids
        self.links: dict[tuple[str, str], dict[tuple[str, str], set[int]]] = {}
        self._shuffle = random.Random(7)

    # ------------------------------------------------------------------ from the test
    def created(self, kind: str) -> list[dict[str, Any]]:
        """Every object of that kind ever created, archived ones too, oldest first: {id, properties, archived, associations}."""
        with self.lock:
            return [
                {
                    "id": one.id,
                    "properties": dict(one.properties),
                    "archived": one.archived_at is not None,
                    "associations": self._near(kind, one.id),
                }
                for one in self._objects[kind].values()
            ]

    def _near(self, kind: str, number: str) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for other, found in self.links.get((kind, number), {}):
            out.setdefault(other, []).append(found)
        return out

    def add(self, kind: str, properties: dict[str, Any], to: dict[str, list[str]] | None = None) -> str:
        """Put an object there without a call, as a person would. ``to``: {"contacts": [ids]}. Returns its id."""
        with self.lock:
            pairs = [(other, one, {ASSOCIATIONS[kind, other]}) for other, ids in (to or {}).items() for one in ids]
            return self._insert(kind, self._fresh(kind, properties), pairs, None).id

    def change(self, kind: str, number: str, **properties: str) -> None:
        """Change one without a call, as a person would."""
        with self.lock:
            self._write(self._stored(kind, number), self.checked(kind, properties))

    # ------------------------------------------------------------------ storing
    def event(self, kind: str, number: str, subscription: str, **more: Any) -> None:
        raise NotImplementedError

    def thread_exists(self, number: str) -> bool:
        raise NotImplementedError

    def _stored(self, kind: str, number: str, by: str = "", archived: bool = False) -> Stored:
        if by and by != "hs_object_id":
            if not self.identifies(kind, by):
                raise invalid(
                    f"Unable to perform update/upsert by non-unique {TYPES[kind][0]} property {by} in portal ID {self.portal}"
                )
            number = self._index.get((kind, by, fold(number)), "")
        found = self._objects[kind].get(number)
        if found is None or (found.archived_at is not None) != archived:
            raise error(
                404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.", subCategory="crm.OBJECT_NOT_FOUND"
            )
        return found

    def non_unique(self, kind: str, name: str) -> Refusal:
        where = f"{TYPES[kind][0]} property {name} in portal ID {self.portal}"
        return invalid(f"Unable to perform update/upsert by non-unique {where}")

    def _fresh(self, kind: str, given: dict[str, Any]) -> dict[str, str]:
        """Values for a new object, checked; required ones and the stage as well."""
        properties = self.checked(kind, given)
        if lost := [name for name in REQUIRED.get(kind, ()) if not properties.get(name)]:
            single = TYPES[kind][1].upper()
            raise invalid(f"Error creating {single}. Some required properties were not set.", context={"properties": lost})
        if kind == "tickets":
            self.check_stage(properties)
        self._check_unique(kind, properties, None)
        return properties

    def _keys(self, kind: str, properties: dict[str, str]) -> list[tuple[str, str, str]]:
        names = [*self.unique_names(kind), *(["email"] if kind == "contacts" else [])]
        out = [(kind, name, fold(properties[name])) for name in names if properties.get(name)]
        if kind == "contacts":
            out += [(kind, "email", fold(one)) for one in properties.get("hs_additional_emails", "").split(";") if one]
        return out

    def _check_unique(self, kind: str, properties: dict[str, str], own: str | None) -> None:
        for key in self._keys(kind, properties):
            held = self._index.get(key)
            if held is None or held == own:
                continue
            if key[1] == "email":
                raise error(409, "CONFLICT", f"Contact already exists. Existing ID: {held}")
            told = f"portalId={self.portal}, objectTypeId={TYPES[kind][0]}, propertyName={key[1]}, value={properties[key[1]]}"
            where = f"PropertyValueCoordinates{{{told}}}"
            raise bad_values(
                [
                    {
                        "name": key[1],
                        "error": "CONFLICTING_UNIQUE_VALUE",
                        "message": f"Cannot set {where} on {own or 'a new object'}. {held} already has that value.",
                    }
                ],
                self.portal,
            )

    def _insert(
        self, kind: str, properties: dict[str, str], pairs: list[tuple[str, str, set[int]]], trace: str | None
    ) -> Stored:
        now = self.now()
        made = Stored(self.new_id(), kind, {}, now, now, trace=trace)
        properties["hs_object_id"] = made.id
        properties["createdate" if kind in ("contacts", "tickets") else "hs_createdate"] = stamp(now)
        self._objects[kind][made.id] = made
        self._write(made, properties, new=True)
        for other, number, types in pairs:
            self.link(kind, made.id, other, number, types)
        return made

    def _write(self, one: Stored, properties: dict[str, str], *, new: bool = False) -> None:
        if not new:
            merged = one.properties | properties
            if one.type == "tickets" and {"hs_pipeline", "hs_pipeline_stage"} & set(properties):
                self.check_stage(merged)
            self._check_unique(one.type, properties, one.id)
        for key in self._keys(one.type, one.properties):
            self._index.pop(key, None)
        before = dict(one.properties)
        one.properties.update(properties)
        one.updated = self.now()
        changed = "lastmodifieddate" if one.type == "contacts" else "hs_lastmodifieddate"
        one.properties[changed] = stamp(one.updated)
        for key in self._keys(one.type, one.properties):
            self._index[key] = one.id
        one.versions.append((one.updated, dict(one.properties), False))
        if new:
            self.event(one.type, one.id, "creation")
        else:
            for name, value in properties.items():
                if before.get(name, "") != value:
                    self.event(one.type, one.id, "propertyChange", propertyName=name, propertyValue=value)

    def _remove(self, one: Stored) -> None:
        one.archived_at = self.now()
        one.versions.append((one.archived_at, dict(one.properties), True))
        for key in self._keys(one.type, one.properties):
            self._index.pop(key, None)
        for other in self.links.pop((one.type, one.id), {}):
            self.links.get(other, {}).pop((one.type, one.id), None)
        self.event(one.type, one.id, "deletion")

    # ------------------------------------------------------------------ associations
    def exists(self, kind: str, number: str) -> bool:
        if kind == "conversations":
            return self.thread_exists(number)
        return (found := self._objects.get(kind, {}).get(number)) is not None and found.archived_at is None

    def link(self, kind: str, number: str, other: str, to: str, types: set[int]) -> None:
        self.links.setdefault((kind, number), {}).setdefault((other, to), set()).update(types)
        back = ASSOCIATIONS.get((other, kind))
        self.links.setdefault((other, to), {}).setdefault((kind, number), set()).update({back} if back else set())

    def _pairs(self, kind: str, given: list[dict[str, Any]]) -> list[tuple[str, str, set[int]]]:
        """The associations of a create, each target found by its association type."""
        out = []
        for one in given or []:
            number, types = str(one["to"]["id"]), one.get("types") or []
            if not types:
                raise invalid("associations: types must not be empty")
            out += [(self.target_of(kind, spec), number, {int(spec["associationTypeId"])}) for spec in types]
        for other, number, _ in out:
            if not self.exists(other, number):
                raise invalid(
                    "One or more associations are not valid",
                    errors=[
                        {
                            "message": f"{TYPES[other][1].upper()}={number} is not valid",
                            "code": "INVALID_OBJECT_ID",
                            "in": "toObjectId",
                            "context": {"id": [number]},
                        }
                    ],
                )
        return out

    def target_of(self, kind: str, spec: dict[str, Any]) -> str:
        number = int(spec["associationTypeId"])
        found = next((other for (own, other), code in ASSOCIATIONS.items() if own == kind and code == number), None)
        if found is None or spec.get("associationCategory") != "HUBSPOT_DEFINED":
            raise invalid(
                f"Association type {spec.get('associationCategory')} {number} is not valid from {TYPES[kind][0]}",
                subCategory="associations.INVALID_ASSOCIATION_TYPE",
            )
        return found

    # ------------------------------------------------------------------ shapes
    def shape(self, one: Stored, names: list[str] | None = None, associations: list[str] | None = None) -> dict[str, Any]:
        shown = SHOWN.get(one.type, SHOWN_ELSE) if names is not None else tuple(one.properties)
        wanted = [*shown, *(names or [])]
        properties = {name: one.properties.get(name) for name in dict.fromkeys(wanted) if name in self._properties[one.type]}
        out: dict[str, Any] = {
            "id": one.id,
            "properties": properties,
            "createdAt": stamp(one.created),
            "updatedAt": stamp(one.updated),
            "archived": one.archived_at is not None,
            "url": f"https://app-eu1.hubspot.com/contacts/{self.portal}/record/{TYPES[one.type][0]}/{one.id}",
        }
        if one.archived_at is not None:
            out["archivedAt"] = stamp(one.archived_at)
        for name in associations or []:
            other = type_of(name)
            found = [number for kind, number in self.links.get((one.type, one.id), {}) if kind == other]
            if other and found:
                label = f"{TYPES[one.type][1]}_to_{TYPES[other][1]}"
                out.setdefault("associations", {})[other] = {"results": [{"id": number, "type": label} for number in found]}
        return out

    def batch_answer(self, status: int, results: list[Any], errors: list[Any]) -> Answer:
        now = stamp(self.now())
        self._shuffle.shuffle(results)
        body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
        if errors:
            body |= {"numErrors": len(errors), "errors": errors}
        return Answer(207 if errors else status, body)

    # ------------------------------------------------------------------ one object
    def _body(self, request: Request) -> dict[str, Any]:
        body = parse_body(request, invalid)
        if not isinstance(body.get("properties"), dict):
            raise invalid("Invalid input JSON on line 1, column 1: Some required fields were not set: [properties]")
        return body

    def objects_create(self, request: Request, kind: str) -> Any:
        body = self._body(request)
        pairs = self._pairs(kind, body.get("associations") or [])
        return Answer(201, self.shape(self._insert(kind, self._fresh(kind, body["properties"]), pairs, None)))

    def objects_get(self, request: Request, kind: str, number: str) -> Any:
        found = self._stored(kind, number, request.get("idProperty"), request.flag("archived"))
        return self.shape(found, request.all("properties"), request.all("associations"))

    def objects_update(self, request: Request, kind: str, number: str) -> Any:
        found = self._stored(kind, number, request.get("idProperty"))
        self._write(found, self.checked(kind, self._body(request)["properties"]))
        return self.shape(found)

    def objects_archive(self, request: Request, kind: str, number: str) -> Any:
        if number in self._objects[kind] and self._objects[kind][number].archived_at is None:
            self._remove(self._objects[kind][number])
        return Answer(204)  # HubSpot says the same for what never was

    def objects_gdpr_delete(self, request: Request, kind: str) -> Any:
        body = parse_body(request, invalid)
        found = self._stored(kind, str(body.get("objectId")), body.get("idProperty") or "")
        self._remove(found)
        del self._objects[kind][found.id]
        return Answer(204)

    def objects_list(self, request: Request, kind: str) -> Any:
        limit, after = int(request.get("limit") or 10), int(request.get("after") or 0)
        if limit > MAX_PAGE:
            raise invalid(f"Page size cannot be greater than {MAX_PAGE}")
        rows = [
            one
            for one in self._objects[kind].values()
            if (one.archived_at is not None) == request.flag("archived") and int(one.id) > after
        ]
        page = rows[:limit]
        out: dict[str, Any] = {
            "results": [self.shape(one, request.all("properties"), request.all("associations")) for one in page]
        }
        if len(rows) > limit:
            out["paging"] = {"next": {"after": page[-1].id, "link": f"{self.real}/crm/v3/objects/{kind}?after={page[-1].id}"}}
        return out

    # ------------------------------------------------------------------ search
