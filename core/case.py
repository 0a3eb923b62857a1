"""A case: one request, from first message to done. Every change makes a new value with the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from core.document import UnreadFile
from core.message import Channel, Family
from core.quote import Approval, Quote
from core.reading import Fact

#: Where a case stands, for people. The first four wait or work; the others are ends.
Stage = Literal["waiting_info", "waiting_review", "waiting_approval", "fulfilling", "done", "rejected", "expired", "closed"]
#: Where a register has it: the stage, or that who asked took the request back, which nobody refused.
Standing = Literal[Stage, "cancelled"]
OPEN: frozenset[str] = frozenset({"waiting_info", "waiting_review", "waiting_approval", "fulfilling"})
#: Stages in which the request can still change or be refused.
UNDECIDED: frozenset[str] = frozenset({"waiting_info", "waiting_review", "waiting_approval"})
#: Ends of which nothing comes: refused, taken back, given up.
ENDED: frozenset[str] = frozenset({"rejected", "expired", "closed"})


@dataclass(frozen=True, slots=True)
class Party:
    """The person who asks, as far as known. ``email`` is bare; ``phone`` is E.164."""

    email: str = ""
    name: str = ""
    phone: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file that belongs to the case; its bytes are in the spool under ``sha256``."""

    sha256: str
    name: str
    type: str
    size: int
    family: Family
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Where answers to the customer go: the last message of his to answer, and the ids before it, oldest first."""

    channel: Channel
    account: str
    to: str
    subject: str = ""
    last_id: str = ""
    references: tuple[str, ...] = ()
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class TaskState:
    """How the people who do the work left their task: the word that their tool shows, and since about when."""

    status: str
    at: datetime

    def outdates(self, status: str, at: datetime) -> bool:
        """Whether that is no news to one who knows this: the same again, or from before."""
        return status.strip().casefold() == self.status.strip().casefold() or at < self.at


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice that showed the facts to be judged: the key of the effect that sent it, the facts' digest, when it was decided."""

    key: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """Another case of the same person that has to do with this one: ``what`` is a message's words, or what is asked for there.

    ``waits``: a person is to judge that one; ``decided``: a person said yes to that one; else it is a message that
    belongs to none.
    ``author``: the address of whoever wrote the message, where he is none of the people of the other one ('' where he is): of two
    cases that have an ``author``, the message is the one that neither waits nor is decided. ``alike``: he has the name of the
    person, or an address that passes for theirs. ``same``: both ask for the same.
    """

    case_id: str
    ref: str
    what: str
    at: datetime
    waits: bool = False
    decided: bool = False
    author: str = ""
    alike: bool = False
    same: bool = False

    @property
    def cited(self) -> bool:
        """Whether it is a request that somebody names who is none of its people: nothing of it is his."""
        return bool(self.author) and (self.waits or self.decided)


@dataclass(frozen=True, slots=True)
class Further:
    """A further message of the person about a request that a person judges, thanks apart: its ``words``, cut, and when it was received.

    ``id`` is the message's. ``taken``: the facts have what it says of them; else it is for a person to apply, what is left of it
    where they have some (``partly``).
    """

    id: str
    words: str
    at: datetime
    taken: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided about the facts of a request: ``who`` and ``at`` are "validated by" and "validated at".

    ``digest`` stands for exactly the facts that were judged (core.rows.digest_of); ``evidence`` are the words of a reply.
    """

    outcome: Literal["validated", "rejected"]
    by: Literal["admin", "operator"]
    who: str
    how: Literal["reply", "webhook", "desk", "command"]
    at: datetime
    digest: str
    evidence: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class Case:
    """One request.

    ``gate`` is its place in the directive's list of gates. ``keys`` maps the names of its effects to their keys;
    ``asked`` holds what the customer was asked for last; ``counts`` how often something was said ("unclear", "asked").
    ``price`` is an amount an administrator set, which stands above the grid. ``review`` tells whether one was asked to judge.
    ``people`` are the addresses and numbers the customer writes from.
    ``seen`` are the ids of the events that were applied, so that the same one told again changes nothing.
    ``judged`` is a person's decision about its facts, where the directive asks for one; ``shown`` are the notices that asked
    for it. ``repeats`` is the case (id) that it repeats, ``repeats_ref`` that one's reference; '' when it is none.
    ``finished_at``: when a person told that what was asked for is delivered.
    ``unread`` are its files of which nothing could be read. ``later`` are the person's later words that changed what is asked for,
    each with what it changed, the last few. ``beside`` are other cases of the person to look at before deciding this one: a yes is
    also to having seen them (core.rows.digest_of), and so it is to ``further``, all that the person wrote since, the last ones.
    ``signed`` is how the person signs, as his first message has it. ``replaced`` is what he had asked for and one of our people wrote
    otherwise (core.replaced).
    """

    id: str
    ref: str
    version: int
    business: str
    directive: str
    revision: str
    kind: str
    stage: Stage
    party: Party
    thread: Thread
    opened_at: datetime
    updated_at: datetime
    gate: int = 0
    subject: str = ""
    summary: str = ""
    source_id: str = ""
    facts: tuple[Fact, ...] = ()
    files: tuple[CaseFile, ...] = ()
    quote: Quote | None = None
    quotes: tuple[Quote, ...] = ()
    price: Decimal | None = None
    approval: Approval | None = None
    review: Literal["", "asked", "passed"] = ""
    refused_by: str = ""
    notes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    last_update_key: str = ""
    last_message_key: str = ""
    messages: int = 0
    people: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    closed_at: datetime | None = None
    task: TaskState | None = None
    judged: Judgement | None = None
    shown: tuple[Shown, ...] = ()
    repeats: str = ""
    repeats_ref: str = ""
    finished_at: datetime | None = None
    unread: tuple[UnreadFile, ...] = ()
    later: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    signed: str = ""
    further: tuple[Further, ...] = ()
    replaced: tuple[Fact, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the case still waits or works."""
        return self.stage in OPEN

    @property
    def cancelled(self) -> bool:
        """Whether the person who asked took the request back: nobody refused it, and he refused no offer."""
        declined = self.quote is not None and self.quote.status == "refused"
        return self.stage == "rejected" and self.refused_by == "customer" and not declined

    @property
    def standing(self) -> Standing:
        """Where the request stands for a register."""
        return "cancelled" if self.cancelled else self.stage

    @property
    def untaken(self) -> tuple[Further, ...]:
        """What the person wrote that the facts do not have, until somebody has decided having seen it."""
        return tuple(one for one in self.further if not one.taken) if self.stage in UNDECIDED else ()

    def fact(self, name: str) -> Fact | None:
        """The fact of that name, or None."""
        return next((f for f in self.facts if f.name == name), None)


_NAMES = frozenset(field.name for field in fields(Case))


def changed(case: Case, values: Mapping[str, Any]) -> Case:
    """The case with other values of these fields. ``dataclasses.replace`` sets each of forty fields by itself, in twenty times the time,
    and a decision changes a dozen times; for this ``Case`` has no slots. Raises KeyError for what is no field."""
    if not values.keys() <= _NAMES:
        raise KeyError(f"a case has no {', '.join(sorted(values.keys() - _NAMES))}")
    made = object.__new__(Case)
    held = vars(made)
    held.update(vars(case))
    held.update(values)
    return made
