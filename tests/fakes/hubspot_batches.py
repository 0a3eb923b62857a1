"""HubSpot's batches of CRM objects.

Unkind as the real ones are: without ``objectWriteTraceId`` on every input one bad input refuses them all, without saying which; with
it the answer is 207 and each error carries its input's trace; contacts upserted by email are all or nothing either way. Results come
back in an order of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .base import parse_body
from .hubspot_objects import KINDS, Objects
from .hubspot_schema import standard
from .hubspot_types import TYPES, fold, invalid
from .wire import Answer, Refusal, Request

MAX_BATCH = 100


class Batches(Objects):
    """Mixed into the fake: batch writes and reads."""

    routes = [
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/create", "objects_batch_create"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/upsert", "objects_batch_upsert"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/update", "objects_batch_update"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/read", "objects_batch_read"),
        ("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/batch/archive", "objects_batch_archive"),
    ]

    def start_batches(self) -> None:
        self._partial: list[tuple[int, Callable[[int, dict[str, Any]], bool], str]] = []

    # ------------------------------------------------------------------ from the test
    def partial(
        self, n: int = 1, failing: Callable[[int, dict[str, Any]], bool] | None = None, category: str = "INTERNAL_ERROR"
    ) -> None:
        """The next ``n`` batch writes answer 207: inputs for which ``failing(index, input)`` holds fail through no fault of theirs.

        Default: every second one.
        """
        with self.lock:
            self._partial.append((n, failing or (lambda index, _: index % 2 == 1), category))

    # ------------------------------------------------------------------ all or each
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
        twins = [one for one in values if one and (fold(one) in seen or seen.add(fold(one)))]
        if twins:
            raise invalid(f"Duplicate IDs found in batch input: [{', '.join(dict.fromkeys(twins))}]. IDs must be unique")

    # ------------------------------------------------------------------ the API
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
            held = self._index.get((kind, by, fold(key)))
            if held is None:
                made = self._insert(kind, self._fresh(kind, one["properties"] | {by: key}), [], one.get("objectWriteTraceId"))
                return self.shape(made) | {"new": True}
            values = self.checked(kind, one["properties"])
            if fold(values.get(by, "")) == fold(key):
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
