"""HubSpot's batch endpoints: a hundred inputs a call, one outcome an input.

A batch is refused whole (400, 409) or answers 207 with the errors of some. Errors are attributed by the trace id that each input
carries, else by what they quote (an id, an address, a key); what cannot be attributed is found out by halving the batch.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from connectors.http import Answer, Refused
from connectors.hubspot.client import HubSpotClient, explain
from connectors.hubspot.inputs import Input, Names
from connectors.hubspot.refusals import (
    Record,
    about_property,
    absent,
    conflict,
    errors,
    records,
    traces_of,
    unknown_properties,
    words,
)
from core.errors import Ambiguous, PortError, Rejected, Transient

#: Inputs that one call takes.
MOST = 100
#: How often in one delivery what a type of object lacks is put there: HubSpot may not see at once what it just made.
MOST_HEALS = 2

#: Stands in a record that was there before.
FOUND = "_found"

Action = Literal["create", "update", "upsert"]
Outcome = Record | PortError

_PENDING = frozenset({"PENDING", "PROCESSING", "CANCELED"})


class Run:
    """One delivery: its calls go on until one shows that HubSpot does not answer; what comes after is not tried."""

    def __init__(self, client: HubSpotClient, heal: Callable[[str, Refused], bool] | None = None) -> None:
        self._client = client
        self._heal = heal or (lambda type, error: False)
        self.stopped: PortError | None = None
        self._heals: Counter[str] = Counter()

    # ------------------------------------------------------------------ writing

    def write(
        self,
        type: str,
        action: Action,
        inputs: Sequence[Input],
        *,
        match: Callable[[Record], Iterable[str]],
        there: Callable[[Sequence[Input]], Mapping[str, Record]] | None = None,
    ) -> dict[str, Outcome]:
        """Outcomes by trace. ``match`` says by which marks a result may be told; ``there`` looks up what a create may find made."""
        outcomes: dict[str, Outcome] = {}
        for start in range(0, len(inputs), MOST):
            outcomes.update(_Batch(self, type, action, match, there).send(inputs[start : start + MOST]))
        return outcomes

    def post(self, path: str, body: Any, *, reads: bool = False) -> Answer:
        """One call, unless an earlier one stopped the run. Raises PortError."""
        if self.stopped is not None:
            raise self.stopped
        try:
            return self._client.call("POST", path, body=body, reads=reads)
        except Rejected:
            raise
        except Ambiguous as error:
            # That one may have happened; what follows was not even tried.
            self.stopped = Transient(f"{error} (cet appel-ci n'a pas été essayé)")
            raise
        except PortError as error:
            self.stopped = error
            raise

    def healed(self, type: str, error: Refused) -> bool:
        """Whether what the portal lacked was put there, so that another try makes sense."""
        if self._heals[type] >= MOST_HEALS:
            return False
        try:
            done = self._heal(type, error)
            self._heals[type] += done
            return done
        except PortError as refusal:
            # It cannot be put there (a scope is missing): then nothing can be done here, and that is what all are told.
            self.stopped = refusal
            return True

    def text(self, what: str) -> str:
        """One line for a person."""
        return self._client.text(what)

    def path(self, type: str, action: str) -> str:
        """The batch endpoint."""
        return self._client.path("batch", type=type, action=action)

    def links(self, type: str, to: str) -> str:
        """The endpoint that ties records of one type to those of another."""
        return self._client.path("associate", type=type, to=to)

    # ------------------------------------------------------------------ reading

    def read(
        self,
        type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        by: str = "",
        also: Callable[[Record], Iterable[str]] = lambda record: (),
    ) -> dict[str, Record]:
        """Records by the id asked for, those that exist. ``by`` is the unique property that the ids are values of.

        ``also`` gives further values by which a record may have been asked for. Raises PortError.
        """
        found: dict[str, Record] = {}
        for start in range(0, len(ids), MOST):
            self._read(type, list(dict.fromkeys(ids[start : start + MOST])), properties, by, also, found)
        return found

    def _read(
        self,
        type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        by: str,
        also: Callable[[Record], Iterable[str]],
        found: dict[str, Record],
    ) -> None:
        body: dict[str, Any] = {
            "inputs": [{"id": i} for i in ids],
            "properties": sorted({*properties, *([by] if by else ())}),
            "propertiesWithHistory": [],
        }
        if by:
            body["idProperty"] = by
        try:
            answer = self.post(self.path(type, "read"), body, reads=True)
        except Refused as error:
            if self.healed(type, error):
                self._read(type, ids, properties, by, also, found)
            elif len(ids) > 1 and not about_property(error, by):
                middle = len(ids) // 2
                self._read(type, ids[:middle], properties, by, also, found)
                self._read(type, ids[middle:], properties, by, also, found)
            elif absent(error.answer.dict()) or (len(ids) == 1 and ids[0].casefold() in words(error.answer.dict())):
                # It says itself that this value cannot be one: then nothing has it.
                pass
            else:
                raise
            return
        wanted = {i.casefold(): i for i in ids}
        for record in records(answer):
            names = [str(record["id"])] if not by else [str((record.get("properties") or {}).get(by) or "")]
            for name in (*names, *also(record)):
                if (asked := wanted.get(name.casefold())) is not None:
                    found.setdefault(asked, record)
        for wrong in errors(answer):
            if not absent(wrong):
                raise Transient(self._client.text(str(wrong.get("message") or "erreur de lecture sans explication")))


class _Batch:
    """One batch of writes on its way."""

    def __init__(
        self,
        run: Run,
        type: str,
        action: Action,
        match: Callable[[Record], Iterable[str]],
        there: Callable[[Sequence[Input]], Mapping[str, Record]] | None,
    ) -> None:
        self._run, self._type, self._action = run, type, action
        self._match, self._there = match, there
        self._looked: set[str] = set()

    def send(self, inputs: Sequence[Input]) -> dict[str, Outcome]:
        """Outcomes by trace."""
        if not inputs:
            return {}
        try:
            answer = self._run.post(self._run.path(self._type, self._action), {"inputs": [i.sent() for i in inputs]})
        except Refused as error:
            return self._refused(inputs, error)
        except PortError as error:
            return dict.fromkeys((i.trace for i in inputs), error)
        return self._told(inputs, answer)

    def _told(self, inputs: Sequence[Input], answer: Answer) -> dict[str, Outcome]:
        """A 2xx: what it says of each."""
        body, results, wrong = answer.dict(), records(answer), errors(answer)
        outcomes: dict[str, Outcome] = {}
        if len(inputs) == len(results) == 1:
            return {inputs[0].trace: results[0]}
        names = Names(inputs)
        for record in results:
            said = str(record.get("objectWriteTraceId") or "")
            for trace in names.of(said) or names.of(*self._match(record)):
                outcomes.setdefault(trace, record)
        for error in wrong:
            refusal = self._refusal(error)
            mentioned = names.of(*traces_of(error)) or names.of(*words(error))
            for trace in mentioned:
                outcomes.setdefault(trace, refusal)
        refused = [i for i in inputs if isinstance(outcomes.get(i.trace), Refused)]
        if any(
            self._run.healed(self._type, e) for e in {id(o): o for o in outcomes.values() if isinstance(o, Refused)}.values()
        ):
            outcomes.update(self.send(refused))
        left = [i for i in inputs if i.trace not in outcomes]
        if not left:
            return self._there_after_all(inputs, outcomes)
        if len(left) == len(wrong) == 1:
            outcomes[left[0].trace] = self._refusal(wrong[0])
        elif body.get("status") in _PENDING or (self._action == "create" and not wrong):
            why = "HubSpot : la réponse ne dit pas ce qu'il en est ; c'est peut-être fait"
            outcomes.update((i.trace, Ambiguous(why)) for i in left)
        elif len(inputs) == 1:
            outcomes[left[0].trace] = Ambiguous("HubSpot : la réponse ne parle pas de ce qui a été envoyé")
        else:
            # Writing again is harmless: updates and upserts say the same, creates are caught by their key.
            outcomes.update(self._halves(left))
        return self._there_after_all(inputs, outcomes)

    def _refused(self, inputs: Sequence[Input], error: Refused) -> dict[str, Outcome]:
        """A whole batch was refused: nothing of it was done, but for what was there already."""
        if self._run.healed(self._type, error):
            return self.send(inputs)
        found = self._look(inputs) if conflict(error) else {}
        if found:
            return {**found, **self.send([i for i in inputs if i.trace not in found])}
        missing = unknown_properties(error)
        lacking = [i for i in inputs if missing & i.properties.keys()]
        if lacking:
            outcomes: dict[str, Outcome] = dict.fromkeys((i.trace for i in lacking), error)
            rest = self.send([i for i in inputs if i.trace not in outcomes])
            return self._there_after_all(inputs, {**outcomes, **rest})
        if len(inputs) == 1:
            return self._there_after_all(inputs, {inputs[0].trace: error})
        named = Names(inputs).of(*words(error.answer.dict()))
        if 0 < len(named) < len(inputs):
            suspects = [i for i in inputs if i.trace in named]
            rest = self.send([i for i in inputs if i.trace not in named])
            return {**rest, **self.send(suspects)}
        return self._halves(inputs)

    def _halves(self, inputs: Sequence[Input]) -> dict[str, Outcome]:
        middle = (len(inputs) + 1) // 2
        return {**self.send(inputs[:middle]), **self.send(inputs[middle:])}

    def _refusal(self, error: Mapping[str, Any]) -> PortError:
        """What the error of one input in a 207 means."""
        answer = Answer(400, {}, json.dumps(error).encode())
        what = self._run.text(explain(answer))
        category = str(error.get("category")).upper()
        if category.startswith(("INTERNAL", "TIMEOUT", "SERVICE_UNAVAILABLE")):
            return Ambiguous(f"{what} ; c'est peut-être fait")
        if category.startswith("RATE_LIMIT"):
            return Transient(what, 10.0)
        return Refused(what, answer)

    # ---- made before

    def _look(self, inputs: Sequence[Input]) -> dict[str, Outcome]:
        new = [i for i in inputs if i.trace not in self._looked]
        self._looked.update(i.trace for i in new)
        if self._there is None or not new:
            return {}
        try:
            return {trace: {**record, FOUND: True} for trace, record in self._there(new).items()}
        except PortError as error:
            # A refused create was not done now; whether it was before shows at the next try.
            return {i.trace: Transient(str(error)) for i in new}

    def _there_after_all(self, inputs: Sequence[Input], outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """A create that was refused because its key is there already was done before: whatever words HubSpot has for that."""
        refused = [i for i in inputs if isinstance(outcomes.get(i.trace), Refused)]
        return {**outcomes, **self._look(refused)}
