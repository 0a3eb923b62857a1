"""HubSpot as the CRM: contacts, tickets and notes, in batches, each found again by the key of its effect.

Tickets and notes carry the key in a property with unique values: a second create of the same is refused by HubSpot itself, and
``batch/read`` by it, which does not lag as the search does, tells whether one is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from connectors.http import Refused
from connectors.hubspot.batches import FOUND, Outcome, Run
from connectors.hubspot.checks import Checkup
from connectors.hubspot.client import HubSpotClient, Usage
from connectors.hubspot.contacts import Contacts, identity
from connectors.hubspot.forget import forget
from connectors.hubspot.inputs import Input
from connectors.hubspot.links import Link, link
from connectors.hubspot.properties import PropertySpec, ensure, lacks
from connectors.hubspot.refusals import Record, refused_options, unknown_properties
from connectors.hubspot.shapes import (
    CONTACT,
    TICKET,
    Names,
    change,
    new_note,
    new_ticket,
    no_ticket,
    record_ids,
    same,
    who_of,
)
from core.effects import AddNote, Effect, OpenTicket, Receipt, System, UpdateTicket, UpsertContact
from core.erasure import Trace
from core.errors import PortError, Rejected
from core.ports import Health


class HubSpotCrm:
    """``stage_new`` and ``stage_closed`` are stages of ``pipeline``; ``hub_id`` and ``app`` make the records' addresses.

    ``specs`` tells, as of now, the portal's properties that effects set beside our own: made whenever HubSpot says that one of them
    or a choice of one is missing. Safe from any thread.
    """

    system: System = "crm"
    batch = 100
    findable = True
    kinds: Mapping[str, float] = {"contact.upsert": 4.0, "ticket.open": 4.0, "ticket.update": 15.0, "ticket.note": 15.0}

    def __init__(
        self,
        client: HubSpotClient,
        *,
        hub_id: str,
        pipeline: str,
        stage_new: str,
        stage_closed: str,
        names: Names | None = None,
        specs: Callable[[], Sequence[PropertySpec]] = tuple,
        app: str = "https://app.hubspot.com",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._hub_id, self._app = hub_id, app.rstrip("/")
        self._pipeline, self._stages = pipeline, {True: stage_new, False: stage_closed}
        self._names = names or Names()
        self._specs = specs
        self._clock = clock
        self._contacts = Contacts(self._names.contact)
        #: Our patience for one call, and some more for what HubSpot is still doing then.
        self.lag = client.patience + 15.0

    # ------------------------------------------------------------------ the port

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Do them, by kind, a hundred a call; one outcome each."""
        run = Run(self._client, self._heal)
        outcomes: dict[int, Receipt | PortError] = {}
        for kind, do in (
            (UpsertContact, self._upsert),
            (OpenTicket, self._open),
            (UpdateTicket, self._update),
            (AddNote, self._note),
        ):
            mine = {n: e for n, e in enumerate(effects) if isinstance(e.payload, kind)}
            if mine:
                outcomes.update(do(run, mine))
        return [outcomes.get(n) or Rejected(f"HubSpot ne sait pas faire {e.kind}") for n, e in enumerate(effects)]

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look them up: tickets and notes by key, contacts and updates by whether they say it. Raises PortError."""
        run = Run(self._client, self._heal)
        tickets = self._by_key(run, "tickets", [e.key for e in effects if isinstance(e.payload, OpenTicket)])
        notes = self._by_key(run, "notes", [e.key for e in effects if isinstance(e.payload, AddNote)])
        people: dict[str, list[UpsertContact]] = {}
        for effect in effects:
            if isinstance(effect.payload, UpsertContact) and (who := who_of(effect.payload)):
                people.setdefault(who, []).append(effect.payload)
        contacts = self._contacts.find(run, people)
        updated = self._updated(run, effects)

        def one(effect: Effect) -> Receipt | None:
            payload = effect.payload
            if isinstance(payload, UpsertContact):
                record = contacts.get(who_of(payload))
                return self._receipt(CONTACT, record, True) if record and self._contacts.says(record, payload) else None
            if isinstance(payload, OpenTicket):
                return self._receipt(TICKET, tickets[effect.key], True) if effect.key in tickets else None
            if isinstance(payload, AddNote):
                return self._noted(payload, notes[effect.key], True) if effect.key in notes else None
            if isinstance(payload, UpdateTicket) and effect.key in updated:
                return Receipt(payload.ticket, self._url(TICKET, payload.ticket), True)
            return None

        return [one(effect) for effect in effects]

    def check(self) -> Health:
        """Whether the token may do what we need and the portal has what we write into; changes nothing."""
        try:
            return Checkup(self._client).run(self._wanted(), self._pipeline, self._stages)
        except PortError as error:
            return Health(False, str(error))

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    # ------------------------------------------------------------------ beside the port

    def usage(self) -> Usage:
        """Calls of today and what is left of the budget."""
        return self._client.usage()

    def ensure_properties(self) -> list[str]:
        """Create the properties that are missing; sentences of what was done. Raises PortError."""
        return ensure(self._client, self._wanted(), group=self._names.group, label=self._names.group_label)

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Contacts for good, tickets and notes into HubSpot's bin."""
        return forget(self._client, traces)

    # ------------------------------------------------------------------ kinds

    def _upsert(self, run: Run, effects: Mapping[int, Effect]) -> dict[int, Receipt | PortError]:
        outcomes: dict[int, Receipt | PortError] = {}
        people: dict[str, list[UpsertContact]] = {}
        told: dict[int, str] = {}
        for n, effect in effects.items():
            assert isinstance(effect.payload, UpsertContact)
            try:
                told[n] = identity(effect.payload)
            except Rejected as error:
                outcomes[n] = error
            else:
                people.setdefault(told[n], []).append(effect.payload)
        done = self._contacts.upsert(run, people)
        return outcomes | {n: self._outcome(CONTACT, done[who]) for n, who in told.items()}

    def _open(self, run: Run, effects: Mapping[int, Effect]) -> dict[int, Receipt | PortError]:
        inputs = [
            new_ticket(e.key, e.payload, self._names, self._pipeline, self._stages[e.payload.open])
            for e in effects.values()
            if isinstance(e.payload, OpenTicket)
        ]
        done = self._create(run, "tickets", inputs)
        for one in inputs:
            # A conversation that cannot be linked (deleted, of another portal) must not cost the ticket.
            if isinstance(done[one.trace], Refused) and len(one.body.get("associations", ())) > 1 and run.stopped is None:
                alone = Input(one.trace, {**one.body, "associations": one.body["associations"][:1]}, one.marks)
                done.update(self._create(run, "tickets", [alone]))
        return {n: self._outcome(TICKET, done[e.key]) for n, e in effects.items()}

    def _note(self, run: Run, effects: Mapping[int, Effect]) -> dict[int, Receipt | PortError]:
        at = self._clock().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        inputs = []
        outcomes: dict[int, Receipt | PortError] = {}
        for n, effect in effects.items():
            payload = effect.payload
            assert isinstance(payload, AddNote)
            if not payload.ticket.isdecimal():
                outcomes[n] = no_ticket(payload.ticket)
                continue
            inputs.append(new_note(effect.key, payload, self._names, at))
        done = self._create(run, "notes", inputs)
        for n, effect in effects.items():
            if n in outcomes:
                continue
            outcome = done[effect.key]
            assert isinstance(effect.payload, AddNote)
            outcomes[n] = (
                outcome if isinstance(outcome, PortError) else self._noted(effect.payload, outcome, bool(outcome.get(FOUND)))
            )
        return outcomes

    def _create(self, run: Run, type: str, inputs: Sequence[Input]) -> dict[str, Outcome]:
        key = self._names.key
        return run.write(
            type,
            "create",
            inputs,
            match=lambda record: [str((record.get("properties") or {}).get(key) or "")],
            there=lambda some: self._by_key(run, type, [one.trace for one in some]),
        )

    def _update(self, run: Run, effects: Mapping[int, Effect]) -> dict[int, Receipt | PortError]:
        """One input a ticket, later values over earlier ones: HubSpot refuses the same id twice in a batch."""
        outcomes: dict[int, Receipt | PortError] = {}
        tickets: dict[str, list[int]] = {}
        ties: dict[int, Link] = {}
        for n, effect in effects.items():
            payload = effect.payload
            assert isinstance(payload, UpdateTicket)
            if not payload.ticket.isdecimal():
                outcomes[n] = no_ticket(payload.ticket)
            elif not self._changes(payload):
                outcomes[n] = Receipt(payload.ticket, self._url(TICKET, payload.ticket))
            else:
                tickets.setdefault(payload.ticket, []).append(n)
            if payload.thread.isdecimal() and payload.ticket.isdecimal():
                ties[n] = (payload.ticket, payload.thread)
        inputs = [change(id, id, self._folded(effects[n] for n in mine)) for id, mine in tickets.items()]
        done = run.write("tickets", "update", inputs, match=record_ids)
        for id, mine in tickets.items():
            for n in mine:
                outcome = done[id]
                if isinstance(outcome, Refused) and len(mine) > 1 and run.stopped is None:
                    # Only one of them may be at fault.
                    alone = change(effects[n].key, id, self._folded([effects[n]]))
                    outcome = run.write("tickets", "update", [alone], match=record_ids)[effects[n].key]
                outcomes[n] = outcome if isinstance(outcome, PortError) else Receipt(id, self._url(TICKET, id))
        tied = link(run, list(ties.values()))
        return outcomes | {n: error for n, one in ties.items() if (error := tied[one]) is not None}

    def _changes(self, payload: UpdateTicket) -> dict[str, str]:
        stage = {} if payload.open is None else {"hs_pipeline_stage": self._stages[payload.open]}
        return {**payload.properties, **stage}

    def _folded(self, effects: Iterable[Effect]) -> dict[str, str]:
        values: dict[str, str] = {}
        for effect in effects:
            if isinstance(effect.payload, UpdateTicket):
                values.update(self._changes(effect.payload))
        return values

    # ------------------------------------------------------------------ looking up

    def _by_key(self, run: Run, type: str, keys: Sequence[str]) -> dict[str, Record]:
        return run.read(type, keys, [self._names.key], by=self._names.key) if keys else {}

    def _updated(self, run: Run, effects: Sequence[Effect]) -> set[str]:
        """The keys of updates whose values their tickets have."""
        wanted = {
            e.key: (e.payload.ticket, self._changes(e.payload))
            for e in effects
            # A tie is not looked for: tying again changes nothing.
            if isinstance(e.payload, UpdateTicket) and e.payload.ticket.isdecimal() and not e.payload.thread
        }
        if not wanted:
            return set()
        names = sorted({name for _, values in wanted.values() for name in values})
        there = run.read("tickets", [ticket for ticket, _ in wanted.values()], names)
        return {
            key
            for key, (ticket, values) in wanted.items()
            if ticket in there and all(same(there[ticket]["properties"].get(n), v) for n, v in values.items())
        }

    # ------------------------------------------------------------------ what the portal lacks

    def _heal(self, type: str, error: Refused) -> bool:
        """Put there what HubSpot says is missing, a property or a choice of one, if it is known to us. Raises PortError."""
        mine = [spec for spec in self._wanted() if spec.object_type == type]
        named = unknown_properties(error) | refused_options(error)
        if not named & {spec.name for spec in mine}:
            return False
        lacking = [lack.spec for lack in lacks(self._client, mine) if not lack.wrong]
        return bool(lacking) and bool(ensure(self._client, lacking, group=self._names.group, label=self._names.group_label))

    def _wanted(self) -> tuple[PropertySpec, ...]:
        return tuple(dict.fromkeys((*self._names.specs(), *self._specs())))

    # ------------------------------------------------------------------ receipts

    def _outcome(self, type_id: str, outcome: Outcome) -> Receipt | PortError:
        return outcome if isinstance(outcome, PortError) else self._receipt(type_id, outcome, bool(outcome.get(FOUND)))

    def _receipt(self, type_id: str, record: Record, found: bool) -> Receipt:
        id = str(record["id"])
        return Receipt(id, self._url(type_id, id), found)

    def _noted(self, payload: AddNote, record: Record, found: bool) -> Receipt:
        """A note has no page of its own: it is seen on its ticket's."""
        return Receipt(str(record["id"]), self._url(TICKET, payload.ticket), found)

    def _url(self, type_id: str, id: str) -> str:
        return f"{self._app}/contacts/{self._hub_id}/record/{type_id}/{id}"
