"""People as HubSpot contacts: one a person, by email, else by phone number.

By email: ``batch/upsert`` on HubSpot's own unique property. By phone: HubSpot's ``phone`` is free text and not unique, and its search
lags behind writes, so the number in its bare form also stands in a unique property of ours, and the upsert goes by that.
Someone first known by a number, then by an address and the same number, stays one contact: the address is added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.http import Refused
from connectors.hubspot.batches import FOUND, Outcome, Run
from connectors.hubspot.inputs import Input
from connectors.hubspot.refusals import Record, conflicting
from core.effects import UpsertContact
from core.errors import PortError, Rejected

#: Numbers that belong to another contact than their address does: not tried again in this process.
MOST_CLAIMED = 2000
#: How often a contact is written anew that others write in the same instant.
MOST_AGAIN = 4


@dataclass(frozen=True, slots=True)
class Fields:
    """Which properties of a contact hold what. ``key`` is ours, with unique values: the bare phone number."""

    key: str = "guichet_phone"
    phone: str = "phone"
    first: str = "firstname"
    last: str = "lastname"
    language: str = "hs_language"


def identity(payload: UpsertContact) -> str:
    """What makes the person one: "email:…" or "phone:…". Raises Rejected when there is neither."""
    if email := payload.email.strip().casefold():
        return f"email:{email}"
    if number := bare(payload.phone):
        return f"phone:{number}"
    raise Rejected("HubSpot : un contact demande une adresse ou un numéro de téléphone")


def bare(phone: str) -> str:
    """The number's digits, after a + where it is international: written +33 or 0033, with blanks or brackets, it is one number."""
    digits = "".join(c for c in phone if c in "0123456789")
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{digits}" if digits and "+" in phone[: phone.index(digits[0])] else digits


def names(name: str) -> tuple[str, str]:
    """(first, last) of a name as people write it: "Jean Dupont", "DUPONT, Jean", "Jean"."""
    last, comma, first = (part.strip() for part in name.partition(","))
    if comma and first and last:
        return first, last
    first, _, last = name.replace(",", " ").strip().partition(" ")
    return first, last.strip()


class Contacts:
    """Upserts and look-ups of contacts."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._claimed: dict[str, None] = {}

    def properties(self, payload: UpsertContact) -> dict[str, str]:
        """What the effect knows of the person; what it does not know is left as it is."""
        first, last = names(payload.name)
        said = {
            self._fields.first: first,
            self._fields.last: last,
            self._fields.phone: payload.phone.strip(),
            self._fields.language: payload.language,
        }
        return {name: value for name, value in said.items() if value}

    def upsert(self, run: Run, people: Mapping[str, Sequence[UpsertContact]]) -> dict[str, Outcome]:
        """One outcome a person. What several effects say of one is folded, later words over earlier ones."""
        inputs = {who: self._input(who, payloads) for who, payloads in people.items()}
        outcomes: dict[str, Outcome] = {}
        for kind in ("email:", "phone:"):
            mine = [one for who, one in inputs.items() if who.startswith(kind)]
            outcomes.update(run.write("contacts", "upsert", mine, match=self._match))
        for who, outcome in list(outcomes.items()):
            if isinstance(outcome, Refused) and run.stopped is None:
                outcomes[who] = self._again(run, inputs[who], outcome)
        return outcomes

    def find(self, run: Run, people: Mapping[str, Sequence[UpsertContact]]) -> dict[str, Record]:
        """The contacts of those that HubSpot has, by person. Raises PortError."""
        wanted = sorted({name for payloads in people.values() for p in payloads for name in self.properties(p)})
        found: dict[str, Record] = {}
        for kind, by in (("email:", "email"), ("phone:", self._fields.key)):
            ids = [who.removeprefix(kind) for who in people if who.startswith(kind)]
            also = ("hs_additional_emails",) if by == "email" else ()
            there = run.read("contacts", ids, (*wanted, *also), by=by, also=_additional) if ids else {}
            found.update({f"{kind}{id}": record for id, record in there.items()})
        return found

    def says(self, record: Record, payload: UpsertContact) -> bool:
        """Whether the contact says all that the effect does."""
        values = record.get("properties") or {}
        return all(values.get(name) == value for name, value in self.properties(payload).items())

    # ------------------------------------------------------------------ one input

    def _input(self, who: str, payloads: Sequence[UpsertContact]) -> Input:
        kind, _, id = who.partition(":")
        said: dict[str, str] = {}
        for payload in payloads:
            said.update(self.properties(payload))
        marks = {id}
        number = bare(said.get(self._fields.phone, ""))
        if kind == "email" and number:
            marks.add(number)
            if number not in self._claimed:
                said[self._fields.key] = number
        body = {"id": id, "idProperty": "email" if kind == "email" else self._fields.key, "properties": said}
        return Input(who, body, frozenset(marks))

    def _match(self, record: Record) -> Iterable[str]:
        values = record.get("properties") or {}
        return [str(values[n]) for n in ("email", self._fields.key) if values.get(n)]

    # ------------------------------------------------------------------ what was refused

    def _again(self, run: Run, one: Input, error: Refused) -> Outcome:
        """A contact that was refused alone: made by another in the same instant, a number that another has, an unknown language."""
        outcome: Outcome = error
        for n in range(MOST_AGAIN):
            if not isinstance(outcome, Refused) or outcome.answer.status != 409 or (n and conflicting(outcome)):
                break
            # Another worker was quicker by a moment: now it is there, and the upsert updates it.
            outcome = self._one(run, one)
        number = one.properties.get(self._fields.key, "")
        if isinstance(outcome, Refused) and number:
            outcome = self._shared_number(run, one, number)
        if isinstance(outcome, Refused) and self._fields.language in one.properties:
            bare_ = self._without(one, self._fields.language)
            outcome = self._one(run, self._without(bare_, self._fields.key)) if self._about_language(outcome) else outcome
        if isinstance(outcome, Refused) and (id := conflicting(outcome)):
            outcome = self._update(run, id, one, {})
        return outcome

    def _shared_number(self, run: Run, one: Input, number: str) -> Outcome:
        """The number may be a contact's who has no address yet: that is the same person. Else the address decides."""
        try:
            holder = run.read("contacts", [number], ["email", "hs_additional_emails"], by=self._fields.key).get(number)
        except PortError as error:
            return error
        if holder is not None and not (holder.get("properties") or {}).get("email"):
            outcome = self._update(run, str(holder["id"]), one, {"email": str(one.body["id"])})
            if not isinstance(outcome, Refused):
                return outcome
        outcome = self._one(run, self._without(one, self._fields.key))
        if holder is not None and not isinstance(outcome, PortError):
            self._claimed[number] = None
            while len(self._claimed) > MOST_CLAIMED:
                del self._claimed[next(iter(self._claimed))]
        return outcome

    def _one(self, run: Run, one: Input) -> Outcome:
        return run.write("contacts", "upsert", [one], match=self._match)[one.trace]

    def _update(self, run: Run, id: str, one: Input, more: Mapping[str, str]) -> Outcome:
        values = {**{k: v for k, v in one.properties.items() if k != self._fields.key}, **more}
        update = Input(one.trace, {"id": id, "properties": values}, one.marks | {id})
        outcome = run.write("contacts", "update", [update], match=lambda record: [str(record["id"])])[one.trace]
        return outcome if isinstance(outcome, PortError) else {**outcome, FOUND: False}

    def _without(self, one: Input, name: str) -> Input:
        values = {k: v for k, v in one.properties.items() if k != name}
        return Input(one.trace, {**one.body, "properties": values}, one.marks)

    def _about_language(self, error: Refused) -> bool:
        return self._fields.language.encode() in error.answer.body


def _additional(record: Record) -> Iterable[str]:
    """Addresses that a contact has besides its first."""
    values = str((record.get("properties") or {}).get("hs_additional_emails") or "")
    return [v.strip() for v in values.split(";") if v.strip()]
