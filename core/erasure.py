"""Erasing a person, and handing him what is kept of him: the ports, and what the engine and the store tell each other.

What one of our effects once made outside is a ``Trace``. An outlet whose system can give it up again is a ``Forgets``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from core.case import Case, Party, Thread
from core.effects import Effect
from core.errors import PortError
from core.lessons import Lesson
from core.message import Channel
from core.ports import JournalEntry, OutboxRow


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a person that stands in an outside system.

    ``kind`` is the effect's, or "message.received" for what he sent there himself. ``id``, ``others`` and ``url`` are the
    receipt's, ``thread`` the outside conversation's id where there is one. ``key`` is the effect's, '' for what he sent.
    """

    system: str
    kind: str
    id: str
    key: str = ""
    others: tuple[str, ...] = ()
    url: str = ""
    thread: str = ""


@runtime_checkable
class Forgets(Protocol):
    """An outlet that can delete what it once made."""

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete them; one answer each, in order: None when it is gone, also when it was gone before.

        Rejected: this system cannot, and never will. Any other error: run it again. Raises PortError for all of them.
        """


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that came in. ``raw`` is the spool's digest, '' when nothing is kept of it; ``text`` what was read in it."""

    id: int
    channel: Channel
    at: datetime
    raw: str
    subject: str = ""
    text: str = ""
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """All that the store holds of a person. ``mark`` is a keyed hash that says nothing without the key.

    ``addresses`` are those asked for and those that the contact is known by. ``files`` are (digest, name) of his cases' files.
    """

    mark: str
    addresses: tuple[str, ...]
    contact: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    letters: tuple[Letter, ...] = ()
    traces: tuple[Trace, ...] = ()
    effects: Mapping[str, Sequence[OutboxRow]] = field(default_factory=dict)
    history: Mapping[str, Sequence[tuple[int, JournalEntry]]] = field(default_factory=dict)
    lessons: tuple[Lesson, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is anything."""
        return bool(self.contact or self.cases or self.letters)


class People(Protocol):
    """The store's side."""

    def person(self, addresses: Sequence[str], more: Sequence[int] = ()) -> Person:
        """All that is kept of whoever is known by one of these addresses or numbers; ``more`` are messages found otherwise."""

    def unread_raw(self) -> list[tuple[int, str]]:
        """(id, digest) of the messages of which nothing was understood: only their bytes tell whom they are of."""

    def calm(self, person: Person, author: str, now: datetime) -> int:
        """Before anything is erased: give up what is unfinished, close his cases; how many effects were dropped.

        Raises UserError while an effect or a message of his is under way: try again in a moment.
        """

    def erase_person(self, person: Person, told: Mapping[str, Any], author: str, now: datetime) -> dict[str, int]:
        """Erase him in one transaction, with the receipt's line in the journal; how much of what.

        ``told`` are the receipt's figures. Raises UserError when something came since the person was read: run it again.
        """

    def sweep(self, limit: int) -> list[str]:
        """Digests of the spool that an erasure gave up and that nobody owns."""

    def swept(self, digests: Sequence[str]) -> None:
        """They are off the spool."""


class Keeps(Protocol):
    """The store's side of retention periods. Each call is one small transaction with its line in the journal."""

    def forget_ignored(self, before: datetime, limit: int, now: datetime) -> int:
        """Erase what is kept of messages that were ignored or given up before that time; how many, at most ``limit``."""

    def forget_cases(self, before: datetime, limit: int, now: datetime) -> int:
        """Erase the files and texts of cases closed before that time; how many, at most ``limit``."""

    def forget_answers(self, before: datetime) -> int:
        """Erase the words of the model's answers older than that; how many."""


# ------------------------------------------------------------------ what is left of a case


def blank_case(case: Case, now: datetime) -> Case:
    """The case as figures need it: reference, kind, stage and which side refused, amounts and dates; nothing that says who asked or
    what he wrote."""
    approval = case.approval
    if approval is not None:
        approval = replace(approval, who="" if approval.by == "customer" else approval.who, evidence="", message_id="")
    return replace(
        case,
        version=case.version + 1,
        stage="closed" if case.open else case.stage,
        closed_at=case.closed_at or now,
        party=Party(language=case.party.language),
        thread=Thread(case.thread.channel, "", ""),
        approval=approval,
        subject="",
        summary="",
        signed="",
        source_id="",
        facts=(),
        files=(),
        notes=(),
        asked=(),
        keys={},
        last_update_key="",
        last_message_key="",
        people=(),
        seen=(),
        later=(),
        beside=(),
        further=(),
        replaced=(),
    )


#: Fields of payloads that say nothing of a person.
_PLAIN = frozenset({"kind", "priority", "template", "language", "purpose", "audience", "quantity", "size", "open", "case_id"})


def blank_effect(effect: Effect) -> Effect:
    """The effect without its words: what was done stays, not with what."""
    payload = effect.payload
    emptied: dict[str, Any] = {
        part.name: type(value)()
        for part in fields(payload)
        if part.name not in _PLAIN and isinstance(value := getattr(payload, part.name), str | tuple | dict)
    }
    return replace(effect, payload=replace(payload, **emptied))
