"""HubSpot's associations, v4 paths: read, default and typed writes, archive, labels."""

from __future__ import annotations

from typing import Any

from .hubspot_objects import Objects
from .hubspot_schema import standard
from .hubspot_types import ASSOCIATIONS, TYPES, error, invalid, type_of
from .wire import Answer, Refusal, Request

ONE = r"/crm/v4/objects/(?P<kind>[^/]+)/(?P<number>[^/]+)/associations"
MANY = r"/crm/v4/associations/(?P<kind>[^/]+)/(?P<other>[^/]+)"


class Associations(Objects):
    """Mixed into the fake. An association stands on both sides at once."""

    routes = [
        ("GET", rf"{ONE}/(?P<other>[^/]+)", "associations_list"),
        ("PUT", rf"{ONE}/default/(?P<other>[^/]+)/(?P<to>[^/]+)", "associations_default"),
        ("PUT", rf"{ONE}/(?P<other>[^/]+)/(?P<to>[^/]+)", "associations_put"),
        ("DELETE", rf"{ONE}/(?P<other>[^/]+)/(?P<to>[^/]+)", "associations_archive"),
        ("POST", rf"{MANY}/batch/create", "associations_batch_create"),
        ("POST", rf"{MANY}/batch/associate/default", "associations_batch_default"),
        ("POST", rf"{MANY}/batch/read", "associations_batch_read"),
        ("POST", rf"{MANY}/batch/archive", "associations_batch_archive"),
        ("GET", rf"{MANY}/labels", "associations_labels"),
    ]

    def _sides(self, kind: str, other: str) -> tuple[str, str]:
        found = type_of(kind), type_of(other)
        if found[0] is None or found[1] is None or (found[0], found[1]) not in ASSOCIATIONS:
            raise invalid(f"No associations are defined between {kind} and {other}")
        return found[0], found[1]

    def _both(self, kind: str, number: str, other: str, to: str) -> None:
        for name, one in ((kind, number), (other, to)):
            if not self.exists(name, one):
                raise error(404, "OBJECT_NOT_FOUND", f"No {TYPES[name][1]} with id {one} exists", context={"id": [one]})

    def _ends(self, kind: str, number: str, other: str, to: str) -> dict[str, Any]:
        return {
            "fromObjectTypeId": TYPES[kind][0],
            "fromObjectId": number,
            "toObjectTypeId": TYPES[other][0],
            "toObjectId": to,
            "labels": [],
        }

    def _listed(self, kind: str, number: str, other: str) -> list[dict[str, Any]]:
        found = [(to, types) for (name, to), types in self.links.get((kind, number), {}).items() if name == other]
        return [
            {"toObjectId": to, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": one} for one in sorted(types)]}
            for to, types in found
        ]

    def associations_list(self, request: Request, kind: str, number: str, other: str) -> Any:
        kind, other = self._sides(kind, other)
        if not self.exists(kind, number):
            raise error(404, "OBJECT_NOT_FOUND", f"No {TYPES[kind][1]} with id {number} exists")
        rows, limit, start = self._listed(kind, number, other), int(request.get("limit") or 500), int(request.get("after") or 0)
        out: dict[str, Any] = {"results": rows[start : start + limit]}
        if start + limit < len(rows):
            out["paging"] = {"next": {"after": str(start + limit)}}
        return out

    def _default(self, kind: str, number: str, other: str, to: str) -> list[dict[str, Any]]:
        self._both(kind, number, other, to)
        self.link(kind, number, other, to, {ASSOCIATIONS[kind, other]})
        spec = {"associationCategory": "HUBSPOT_DEFINED"}
        return [
            {
                "from": {"id": number},
                "to": {"id": to},
                "associationSpec": spec | {"associationTypeId": ASSOCIATIONS[kind, other]},
            },
            {
                "from": {"id": to},
                "to": {"id": number},
                "associationSpec": spec | {"associationTypeId": ASSOCIATIONS[other, kind]},
            },
        ]

    def associations_default(self, request: Request, kind: str, number: str, other: str, to: str) -> Any:
        kind, other = self._sides(kind, other)
        return self.batch_answer(200, self._default(kind, number, other, to), [])

    def _typed(self, kind: str, number: str, other: str, to: str, specs: list[dict[str, Any]]) -> dict[str, Any]:
        if not specs:
            raise invalid("associations: types must not be empty")
        if any(self.target_of(kind, spec) != other for spec in specs):
            raise invalid(f"Association type is not valid from {kind} to {other}")
        self._both(kind, number, other, to)
        self.link(kind, number, other, to, {int(spec["associationTypeId"]) for spec in specs})
        return self._ends(kind, number, other, to)

    def associations_put(self, request: Request, kind: str, number: str, other: str, to: str) -> Any:
        kind, other = self._sides(kind, other)
        try:
            specs = request.json()
        except ValueError as err:
            raise invalid(f"Invalid input JSON: {err}") from err
        if not isinstance(specs, list):
            raise invalid("Invalid input JSON: a list is expected")
        return Answer(201, self._typed(kind, number, other, to, specs))

    def associations_archive(self, request: Request, kind: str, number: str, other: str, to: str) -> Any:
        kind, other = self._sides(kind, other)
        self.links.get((kind, number), {}).pop((other, to), None)
        self.links.get((other, to), {}).pop((kind, number), None)
        return Answer(204)

    def _many(self, request: Request) -> list[dict[str, Any]]:
        return self._inputs(request)[1]

    def associations_batch_create(self, request: Request, kind: str, other: str) -> Any:
        kind, other = self._sides(kind, other)
        results, errors = [], []
        for one in self._many(request):
            try:
                results.append(self._typed(kind, str(one["from"]["id"]), other, str(one["to"]["id"]), one.get("types") or []))
            except Refusal as refusal:
                context = {"fromObjectId": [str(one["from"]["id"])], "toObjectId": [str(one["to"]["id"])]}
                errors.append(standard(refusal.answer.body, context))
        return self.batch_answer(201, results, errors)

    def associations_batch_default(self, request: Request, kind: str, other: str) -> Any:
        kind, other = self._sides(kind, other)
        return self.batch_answer(
            200,
            [
                row
                for one in self._many(request)
                for row in self._default(kind, str(one["from"]["id"]), other, str(one["to"]["id"]))
            ],
            [],
        )

    def associations_batch_read(self, request: Request, kind: str, other: str) -> Any:
        kind, other = self._sides(kind, other)
        results, lost = [], []
        for one in self._many(request):
            rows = self._listed(kind, str(one["id"]), other)
            if rows:
                results.append({"from": {"id": str(one["id"])}, "to": rows})
            else:
                lost.append(str(one["id"]))
        errors = [
            standard(
                {
                    "category": "OBJECT_NOT_FOUND",
                    "message": f"No {TYPES[other][1]} is associated with {TYPES[kind][1]} {number}.",
                },
                {"fromObjectId": [number]},
            )
            for number in lost
        ]
        return self.batch_answer(200, results, errors)

    def associations_batch_archive(self, request: Request, kind: str, other: str) -> Any:
        for one in self._many(request):
            for to in one["to"]:
                self.associations_archive(request, kind, str(one["from"]["id"]), other, str(to["id"]))
        return Answer(204)

    def associations_labels(self, request: Request, kind: str, other: str) -> Any:
        return {"results": [{"category": "HUBSPOT_DEFINED", "typeId": ASSOCIATIONS[self._sides(kind, other)]}]}
