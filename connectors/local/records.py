"""Contacts, tickets and tasks kept by ourselves, in place of a CRM and a task manager.

Records stand in the store under these systems: "crm.contact" (key: "email:…" or "phone:…"), "crm.ticket", "crm.note",
"task" and "task.comment" (key: the effect's), and "crm.change" (key: the effect's) for each update of a ticket that was carried
out. A property of a ticket or task is a field "properties.<name>", since the port merges records field by field.
Everything is idempotent by the effect's key: delivering again changes nothing and answers the same receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from core.effects import AddNote, CommentTask, CreateTask, Effect, OpenTicket, Receipt, System, UpdateTicket, UpsertContact
from core.erasure import Trace
from core.errors import PortError, Rejected, Transient
from core.ports import Health, Records

#: Effects that share a commit.
AT_ONCE = 16


def _now() -> datetime:
    return datetime.now(UTC)


class _Kept:
    """What both have in common. A failure of the store is Transient: the keys make a repetition harmless."""

    system: System
    batch = 100
    findable = True
    lag = 0.0
    _where: ClassVar[Mapping[type[Any], str]]

    def __init__(self, records: Records, *, clock: Callable[[], datetime] = _now) -> None:
        self._records = records
        self._clock = clock

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Do them, in order, some in each commit: few enough that nobody else waits long for the database."""
        outcomes: list[Receipt | PortError] = []
        for start in range(0, len(effects), AT_ONCE):
            some = effects[start : start + AT_ONCE]
            try:
                outcomes += self._records.at_once(partial(self._some, effects=some))
            except Exception:  # nothing of these was kept: each alone says what is wrong with it
                outcomes += [self._deliver(effect) for effect in some]
        return outcomes

    def _some(self, records: Records, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        within = copy(self)
        within._records = records
        return [within._or_refused(effect) for effect in effects]

    def _or_refused(self, effect: Effect) -> Receipt | PortError:
        try:
            return self._find(effect) or self._do(effect)
        except Rejected as error:
            return error

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look them up by key. Raises Transient."""
        try:
            return [self._find(effect) for effect in effects]
        except PortError:
            raise
        except Exception as error:  # the store's errors are not known here: whatever it raises, doing it again is harmless
            raise _unwell(error) from error

    def check(self) -> Health:
        """Whether the store answers."""
        try:
            self._records.get(self.system, "")
        except Exception as error:  # as above
            return Health(False, str(_unwell(error)))
        return Health(True, "tenu dans la base du service")

    def close(self) -> None:
        """Nothing is held."""

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the records."""
        return [self._forget(trace) for trace in traces]

    def _forget(self, trace: Trace) -> PortError | None:
        if not trace.url.startswith("local://"):
            return Rejected("fait dans un autre système, qui n'est plus réglé")
        system = next((where for kind, where in self._where.items() if _kind(kind) == trace.kind), "")
        try:
            if trace.kind == "contact.upsert":
                self._records.remove("crm.contact", trace.id)
            elif system and (found := self._records.get(system, trace.key)):
                self._records.remove(system, found[0])
        except Exception as error:  # as above
            return _unwell(error)
        return None

    def _deliver(self, effect: Effect) -> Receipt | PortError:
        try:
            return self._find(effect) or self._do(effect)
        except PortError as error:
            return error
        except Exception as error:  # as above
            return _unwell(error)

    def _find(self, effect: Effect) -> Receipt | None:
        system = self._where.get(type(effect.payload))
        if system is None:
            return None
        found = self._records.get(system, effect.key)
        return None if found is None else _receipt(system, found[0], found=True)

    def _do(self, effect: Effect) -> Receipt:
        raise NotImplementedError

    def _merge(self, system: str, id: str, data: Mapping[str, Any]) -> None:
        """Change a record that must be there. Raises Rejected."""
        if not self._records.update(system, id, data):
            what = {"crm.ticket": "le ticket", "task": "la tâche"}.get(system, system)
            raise Rejected(f"{what} {id} n'existe pas dans la base du service : vérifiez son numéro")

    def _put(self, effect: Effect, data: Mapping[str, Any]) -> Receipt:
        system = self._where[type(effect.payload)]
        now = self._clock()
        id, new = self._records.put(system, effect.key, {**data, "case_id": effect.case_id, "at": now.isoformat()}, now)
        return _receipt(system, id, found=not new)


class LocalCrm(_Kept):
    """Contacts (one an email address, else one a phone number), tickets and their notes."""

    system: System = "crm"
    _where: ClassVar[Mapping[type[Any], str]] = {OpenTicket: "crm.ticket", AddNote: "crm.note", UpdateTicket: "crm.change"}

    def _find(self, effect: Effect) -> Receipt | None:
        payload = effect.payload
        if isinstance(payload, UpsertContact):
            # Done when the contact says all that the effect does.
            found = self._records.get("crm.contact", _contact_key(payload))
            done = found is not None and all(found[1].get(k) == v for k, v in _said(payload).items())
            return _receipt("crm.contact", found[0], found=True) if found is not None and done else None
        receipt = super()._find(effect)
        if receipt is not None and isinstance(payload, UpdateTicket):
            return replace(receipt, id=payload.ticket, url=_url("crm.ticket", payload.ticket))
        return receipt

    def _do(self, effect: Effect) -> Receipt:
        payload = effect.payload
        if isinstance(payload, UpsertContact):
            return self._contact(effect.case_id, payload)
        if isinstance(payload, OpenTicket):
            return self._put(
                effect,
                {
                    "subject": payload.subject,
                    "content": payload.content,
                    "contact": payload.contact,
                    "reference": payload.reference,
                    **_flat(payload.properties),
                    "source_id": payload.source_id,
                    "thread": payload.thread,
                    "priority": payload.priority,
                    "open": payload.open,
                },
            )
        if isinstance(payload, UpdateTicket):
            return self._change(effect, payload)
        if isinstance(payload, AddNote):
            self._merge("crm.ticket", payload.ticket, {})
            return self._put(effect, {"ticket": payload.ticket, "text": payload.text, "contact": payload.contact})
        raise Rejected(f"le CRM local ne sait pas faire « {effect.kind} »")

    def _contact(self, case_id: str, payload: UpsertContact) -> Receipt:
        now = self._clock()
        said = _said(payload)
        id, new = self._records.put(
            "crm.contact", _contact_key(payload), {**said, "case_id": case_id, "at": now.isoformat()}, now
        )
        if not new:
            self._records.update("crm.contact", id, said)
        return _receipt("crm.contact", id, found=False)

    def _change(self, effect: Effect, payload: UpdateTicket) -> Receipt:
        changed: dict[str, Any] = dict(_flat(payload.properties))
        if payload.open is not None:
            changed["open"] = payload.open
        self._merge("crm.ticket", payload.ticket, changed)
        self._put(effect, {"ticket": payload.ticket, **changed})
        return Receipt(payload.ticket, _url("crm.ticket", payload.ticket))


class LocalTasks(_Kept):
    """Tasks and their comments."""

    system: System = "tasks"
    _where: ClassVar[Mapping[type[Any], str]] = {CreateTask: "task", CommentTask: "task.comment"}

    def _do(self, effect: Effect) -> Receipt:
        payload = effect.payload
        if isinstance(payload, CreateTask):
            return self._put(
                effect,
                {
                    "name": payload.name,
                    "description": payload.description,
                    "reference": payload.reference,
                    "quantity": None if payload.quantity is None else str(payload.quantity),
                    "files": list(payload.files),
                    "due": payload.due,
                    **_flat(payload.properties),
                },
            )
        if isinstance(payload, CommentTask):
            self._merge("task", payload.task, {})
            return self._put(effect, {"task": payload.task, "text": payload.text})
        raise Rejected(f"la liste de tâches locale ne sait pas faire « {effect.kind} »")


def _kind(payload: type[Any]) -> str:
    return str(next(part.default for part in fields(payload) if part.name == "kind"))


def _flat(properties: Mapping[str, str]) -> dict[str, str]:
    return {f"properties.{name}": value for name, value in properties.items()}


def properties(data: Mapping[str, Any]) -> dict[str, str]:
    """The properties of a ticket's or task's record."""
    return {key.partition(".")[2]: value for key, value in data.items() if key.startswith("properties.")}


def _contact_key(payload: UpsertContact) -> str:
    if payload.email:
        return f"email:{payload.email.strip().casefold()}"
    if payload.phone:
        return f"phone:{''.join(c for c in payload.phone if c.isdigit() or c == '+')}"
    raise Rejected("un contact doit avoir une adresse ou un numéro de téléphone : complétez-le")


def _said(payload: UpsertContact) -> dict[str, str]:
    """What the effect knows of the person; what it does not know is left as it is."""
    known = {"email": payload.email, "phone": payload.phone, "name": payload.name, "language": payload.language}
    return {key: value for key, value in known.items() if value}


def _url(system: str, id: str) -> str:
    return f"local://{system.rpartition('.')[2]}/{id}"


def _receipt(system: str, id: str, *, found: bool) -> Receipt:
    return Receipt(id, _url(system, id), found)


def _unwell(error: Exception) -> Transient:
    return Transient(f"la base du service ne répond pas ({type(error).__name__}) : vérifiez DATABASE_URL et le disque")
