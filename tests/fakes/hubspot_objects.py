"""HubSpot's CRM objects: single and batch writes, reads by id or unique property, and a search whose index lags behind.

Batches are unkind as the real ones are: without ``objectWriteTraceId`` on every input one bad input refuses them all, without saying
which; with it the answer is 207 and each error carries its input's trace; contacts upserted by email are all or nothing either way.
Results come back in an order of their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .base import parse_body, stamp
from .hubspot_schema import Schema, standard
from .hubspot_types import ASSOCIATIONS, REQUIRED, SHOWN, SHOWN_ELSE, STORED, TYPES, Stored, bad_values, error, invalid, type_of
from .wire import Answer, Refusal, Request

MAX_BATCH, MAX_PAGE = 100, 100
KINDS = "|".join(STORED)
NUMERIC_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}


class Objects(Schema):
    """Mixed into the fake: the objects and everything under /crm/v3/objects."""

    #: Seconds before the search sees a new object, and a change of an old one.
    search_lag = 10.0
    search_lag_update = 60.0
    routes = [
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/create", "objects_batch_create"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/upsert", "objects_batch_upsert"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/update", "objects_batch_update"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/read", "objects_batch_read"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/archive", "objects_batch_archive"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/search", "objects_search"),
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
        self._partial: list[tuple[int, Callable[[int, dict[str, Any]], bool], str]] = []
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

    def partial(
        self, n: int = 1, failing: Callable[[int, dict[str, Any]], bool] | None = None, category: str = "INTERNAL_ERROR"
    ) -> None:
        """The next ``n`` batch writes answer 207: inputs for which ``failing(index, input)`` holds fail through no fault of theirs.

        Default: every second one.
        """
        with self.lock:
            self._partial.append((n, failing or (lambda index, _: index % 2 == 1), category))

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
            number = self._index.get((kind, by, _fold(number)), "")
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
        out = [(kind, name, _fold(properties[name])) for name in names if properties.get(name)]
        if kind == "contacts":
            out += [(kind, "email", _fold(one)) for one in properties.get("hs_additional_emails", "").split(";") if one]
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

    # ------------------------------------------------------------------ batches
    def _inputs(self, request: Request) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        body = parse_body(request, invalid)
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or not inputs:
            raise invalid("Invalid input JSON on line 1, column 1: Some required fields were not set: [inputs]")
        if len(inputs) > MAX_BATCH:
            raise invalid(
                f"The maximum number of inputs supported in a batch request is {MAX_BATCH}. Received {len(inputs)} inputs."
            )
        return body, inputs

    def _each(
        self,
        status: int,
        inputs: list[dict[str, Any]],
        work: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        whole: bool = False,
    ) -> Answer:
        """Every input through ``work``; what fails fails alone only when every input carries a trace."""
        traces = [one.get("objectWriteTraceId") for one in inputs]
        if all(traces) and len(set(traces)) != len(traces):
            raise invalid("objectWriteTraceId must be unique in a request")
        alone = all(traces) and not whole
        unlucky, category = self._unlucky()
        results, errors, undo = [], [], self._memory()
        for index, one in enumerate(inputs):
            context = (
                {"objectWriteTraceId": [str(traces[index])]}
                if traces[index]
                else {"ids": [str(one["id"])]}
                if one.get("id")
                else {}
            )
            if unlucky and unlucky(index, one):
                errors.append(
                    standard({"category": category, "message": "There was an internal error. Please try again."}, context)
                )
                continue
            try:
                if not isinstance(one.get("properties"), dict):
                    raise invalid("Invalid input JSON on line 1, column 1: Some required fields were not set: [properties]")
                said = work(one)
                results.append(said | ({"objectWriteTraceId": traces[index]} if traces[index] else {}))
            except Refusal as refusal:
                if not alone:
                    self._restore(undo)
                    raise
                errors.append(standard(refusal.answer.body, context))
        return self.batch_answer(status, results, errors)

    def _unlucky(self) -> tuple[Callable[[int, dict[str, Any]], bool] | None, str]:
        if not self._partial:
            return None, ""
        left, failing, category = self._partial[0]
        self._partial[:1] = [(left - 1, failing, category)] if left > 1 else []
        return failing, category

    def _memory(self) -> Any:
        events = getattr(self, "events", [])
        state = {
            kind: {number: (one, dict(one.properties), one.updated, len(one.versions)) for number, one in rows.items()}
            for kind, rows in self._objects.items()
        }
        links = {key: {to: set(types) for to, types in value.items()} for key, value in self.links.items()}
        return state, dict(self._index), links, len(events)

    def _restore(self, memory: Any) -> None:
        state, self._index, self.links, events = memory
        del getattr(self, "events", [])[events:]
        for kind, rows in state.items():
            self._objects[kind] = {number: saved[0] for number, saved in rows.items()}
            for one, properties, updated, versions in rows.values():
                one.properties, one.updated = properties, updated
                del one.versions[versions:]

    def _refuse_twins(self, values: list[str]) -> None:
        seen: set[str] = set()
        twins = [one for one in values if one and (_fold(one) in seen or seen.add(_fold(one)))]
        if twins:
            raise invalid(f"Duplicate IDs found in batch input: [{', '.join(dict.fromkeys(twins))}]. IDs must be unique")

    def objects_batch_create(self, request: Request, kind: str) -> Any:
        _, inputs = self._inputs(request)
        for name in [*self.unique_names(kind), *(["email"] if kind == "contacts" else [])]:
            self._refuse_twins([str((one.get("properties") or {}).get(name) or "").strip() for one in inputs])

        def work(one: dict[str, Any]) -> dict[str, Any]:
            pairs = self._pairs(kind, one.get("associations") or [])
            return self.shape(self._insert(kind, self._fresh(kind, one["properties"]), pairs, one.get("objectWriteTraceId")))

        return self._each(201, inputs, work)

    def objects_batch_update(self, request: Request, kind: str) -> Any:
        _, inputs = self._inputs(request)
        self._refuse_twins([str(one.get("id") or "") for one in inputs])

        def work(one: dict[str, Any]) -> dict[str, Any]:
            found = self._stored(kind, str(one.get("id") or ""), one.get("idProperty") or "")
            self._write(found, self.checked(kind, one["properties"]))
            return self.shape(found)

        return self._each(200, inputs, work)

    def objects_batch_upsert(self, request: Request, kind: str) -> Any:
        _, inputs = self._inputs(request)
        for one in inputs:
            if not one.get("idProperty") or not one.get("id"):
                raise invalid("Invalid input JSON on line 1, column 1: Some required fields were not set: [id, idProperty]")
            if not self.identifies(kind, one["idProperty"]):
                raise self.non_unique(kind, one["idProperty"])
        if len({one["idProperty"] for one in inputs}) > 1:
            raise invalid("All inputs of an upsert must have the same idProperty")
        self._refuse_twins([str(one["id"]).strip() for one in inputs])
        by_email = inputs[0]["idProperty"] == "email"

        def work(one: dict[str, Any]) -> dict[str, Any]:
            by, key = one["idProperty"], str(one["id"]).strip()
            held = self._index.get((kind, by, _fold(key)))
            if held is None:
                made = self._insert(kind, self._fresh(kind, one["properties"] | {by: key}), [], one.get("objectWriteTraceId"))
                return self.shape(made) | {"new": True}
            values = self.checked(kind, one["properties"])
            if _fold(values.get(by, "")) == _fold(key):
                values.pop(by)  # found by a second address: the first stays the first
            self._write(self._objects[kind][held], values)
            return self.shape(self._objects[kind][held]) | {"new": False}

        return self._each(200, inputs, work, whole=by_email)

    def objects_batch_read(self, request: Request, kind: str) -> Any:
        body, inputs = self._inputs(request)
        by, names = body.get("idProperty") or "", [str(name) for name in body.get("properties") or []]
        results, lost = [], []
        for number in dict.fromkeys(str(one.get("id")) for one in inputs):
            try:
                found = self.shape(self._stored(kind, number, by, request.flag("archived")), names)
                if found["id"] not in [one["id"] for one in results]:
                    results.append(found)
            except Refusal as refusal:
                if refusal.answer.status != 404:
                    raise
                lost.append(number)
        errors = []
        if lost:
            text = f"Could not get some {TYPES[kind][1].upper()} objects, they may be deleted or not exist. Check that ids are valid."
            errors.append(standard({"category": "OBJECT_NOT_FOUND", "message": text}, {"ids": lost}))
        return self.batch_answer(200, results, errors)

    def objects_batch_archive(self, request: Request, kind: str) -> Any:
        _, inputs = self._inputs(request)
        for one in inputs:
            self.objects_archive(request, kind, str(one.get("id")))
        return Answer(204)

    # ------------------------------------------------------------------ search
    def _indexed(self, one: Stored) -> dict[str, str] | None:
        """The properties the search's index holds now for an object, or None."""
        now, seen = self.now(), None
        for number, (at, properties, gone) in enumerate(one.versions):
            if at + (self.search_lag_update if number else self.search_lag) <= now:
                seen = None if gone else properties
        return seen

    def objects_search(self, request: Request, kind: str) -> Any:
        body = parse_body(request, invalid)
        groups, limit, after = body.get("filterGroups") or [], int(body.get("limit") or 10), int(body.get("after") or 0)
        if len(request.body) > 3000:
            raise invalid("The request body of a search cannot be over 3000 characters")
        if limit > 200 or after + limit > 10_000:
            raise invalid("limit must be at most 200, and no more than 10,000 results can be paged through")
        if len(groups) > 5 or any(len(group.get("filters") or []) > 6 for group in groups):
            raise invalid("At most 5 filterGroups of 6 filters each")
        for name in [f.get("propertyName") for group in groups for f in group["filters"]]:
            if name not in self._properties[kind]:
                raise invalid(f"There was a problem with the request. Property {name} does not exist")
        rows = [(one, found) for one in self._objects[kind].values() if (found := self._indexed(one)) is not None]
        hits = [
            (one, p) for one, p in rows if not groups or any(all(_fits(p, f) for f in group["filters"]) for group in groups)
        ]
        if query := str(body.get("query") or "").lower():
            hits = [(one, p) for one, p in hits if any(query in str(value).lower() for value in p.values())]
        for order in reversed(body.get("sorts") or []):
            name = order.lstrip("-") if isinstance(order, str) else order.get("propertyName")
            down = order.startswith("-") if isinstance(order, str) else order.get("direction") == "DESCENDING"
            hits.sort(key=lambda hit: hit[1].get(name, ""), reverse=down)
        names = [str(name) for name in body.get("properties") or []]
        results = []
        for one, properties in hits[after : after + limit]:
            shown = {name: properties.get(name) for name in dict.fromkeys([*SHOWN.get(kind, SHOWN_ELSE), *names])}
            results.append(self.shape(one, names) | {"properties": shown})
        out: dict[str, Any] = {"total": len(hits), "results": results}
        if after + limit < len(hits):
            out["paging"] = {"next": {"after": str(after + limit)}}
        return out


def _fold(value: str) -> str:
    return value.strip().lower()


def _fits(properties: dict[str, str], one: dict[str, Any]) -> bool:
    held, operator, value = properties.get(one["propertyName"]) or "", one.get("operator"), str(one.get("value") or "")
    match operator:
        case "EQ":
            return _fold(held) == _fold(value)
        case "NEQ":
            return bool(held) and _fold(held) != _fold(value)
        case "IN" | "NOT_IN":
            among = _fold(held) in [_fold(str(each)) for each in one.get("values") or []]
            return among if operator == "IN" else bool(held) and not among
        case "HAS_PROPERTY":
            return bool(held)
        case "NOT_HAS_PROPERTY":
            return not held
        case "CONTAINS_TOKEN":
            return all(token.strip("*").lower() in held.lower() for token in value.split())
        case "NOT_CONTAINS_TOKEN":
            return value.strip("*").lower() not in held.lower()
        case "BETWEEN":
            return bool(held) and _number(value) <= _number(held) <= _number(str(one.get("highValue")))
        case "LT" | "LTE" | "GT" | "GTE":
            return bool(held) and NUMERIC_OPERATORS[operator](_number(held), _number(value))
    raise invalid(f"Invalid operator {operator}")


def _number(value: str) -> float:
    from .hubspot_schema import _when

    try:
        return float(value)
    except ValueError:
        when = _when(value)
        return (when or 0.0) * 1000
