"""The graph of effects: how they are stored, what they wait for, what their ends set free; for clerk, courier and operators.

    state of the needed effect      "after" it          "behind" it
    done, reconciled                satisfied           satisfied
    parked                          waits               satisfied
    dropped, unknown                parked with it      satisfied

``outbox.blocked`` is the number of unsatisfied rows of ``dependencies``; both change in one transaction that holds the row of
the effect that is needed, so the count is always true. Rows are locked in the order of their keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, false, insert, select, update

from core import codec
from core.effects import DONE, ENDED, Effect, Receipt, SendMessage, State, references
from core.events import EffectDone, EffectParked
from core.ports import OutboxRow
from store.base import Group, chunks, insert_new, many
from store.fresh import Fresh
from store.tables import dependencies, events, outbox

WAITING = ("intended", "uncertain")
#: Effects that are remembered for their couriers: what some commits of the clerk decide.
FRESH_EFFECTS = 1_500


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_LOCK = select(outbox).where(outbox.c.key.in_(_KEYS)).order_by(outbox.c.key).with_for_update()
_INSERT, _NEEDS = insert(outbox), insert(dependencies)
_FREE = (
    update(dependencies)
    .where(dependencies.c.needs.in_(_KEYS), dependencies.c.satisfied == false())
    .values(satisfied=True)
    .returning(dependencies.c.key)
)
_FREE_BEHIND = _FREE.where(dependencies.c.kind == "behind")
_LESS = update(outbox).where(outbox.c.key == bindparam("which")).values(blocked=outbox.c.blocked - bindparam("fewer"))
_FREED = select(outbox.c.system).where(outbox.c.key.in_(_KEYS), outbox.c.blocked == 0).distinct()
CHANGE = update(outbox).where(outbox.c.key == bindparam("which"))


@dataclass(frozen=True, slots=True)
class End:
    """An effect that ended, as stored before (``row``), and how."""

    row: RowMapping
    state: State
    receipt: Receipt | None = None
    error: str = ""
    attempts: int = 0
    unreachable: bool = False
    #: It stands in the journal already: the clerk need not hear of it.
    written: bool = False


class Outbox(Group):
    """The transactions' common ground over effects."""

    # ---- storing

    @cached_property
    def _fresh_effects(self) -> Fresh[tuple[Effect, frozenset[str] | None]]:
        """What was decided here a moment ago, for its courier, who is next to want it: each with the names that it refers to."""
        return Fresh(FRESH_EFFECTS)

    def _effect_row(self, effect: Effect, now: datetime) -> dict[str, Any]:
        plain = codec.dump(effect)
        payload = self.keys.seal("outbox", effect.key, plain)
        self._fresh_effects.keep(effect.key, payload, (effect, _referred(plain)))
        return {
            "key": effect.key,
            "case_id": effect.case_id,
            "system": effect.system,
            "kind": effect.kind,
            "name": effect.name,
            "payload": payload,
            "tell": effect.tell,
            "state": "intended",
            "blocked": 0,
            "attempts": 0,
            "ends": 0,
            "next_at": now,
            "changed_at": now,
        }

    def _store_effects(
        self, connection: Connection, effects: Sequence[Effect], rows: Sequence[dict[str, Any]], now: datetime
    ) -> None:
        """Insert effects with what they wait for; one that needs what will never be is parked at once."""
        if not effects:
            return
        ours = {effect.key for effect in effects}
        others = {key for effect in effects for key in (*effect.after, *effect.behind)} - ours
        states = {row["key"]: row["state"] for row in self._lock(connection, others)}
        states |= dict.fromkeys(ours, "intended")
        graph: list[dict[str, Any]] = []
        hopeless: dict[str, str] = {}
        for effect, row in zip(effects, rows, strict=True):
            # A key in both lists is needed; an effect cannot wait for itself.
            kinds = dict.fromkeys(effect.behind, "behind") | dict.fromkeys(effect.after, "after")
            for key, kind in kinds.items():
                if key == effect.key:
                    continue
                state = states.get(key, "dropped")
                satisfied = state in (DONE if kind == "after" else ENDED)
                graph.append({"key": effect.key, "needs": key, "kind": kind, "satisfied": satisfied})
                row["blocked"] += not satisfied
                if kind == "after" and state == "dropped":
                    hopeless[effect.key] = _reason(key)
        many(connection, _INSERT, rows)
        if graph:
            many(connection, _NEEDS, graph)
        if hopeless:
            locked = self._lock(connection, hopeless)
            self._finish(connection, [End(row, "parked", error=hopeless[row["key"]]) for row in locked], now)

    # ---- ends

    def _lock(self, connection: Connection, keys: Iterable[str]) -> list[RowMapping]:
        """Those effects, locked until the transaction ends, in the order of their keys."""
        found: list[RowMapping] = []
        for some in chunks(sorted(set(keys))):
            found.extend(connection.execute(_LOCK, {"keys": some}).mappings().all())
        return found

    def _finish(self, connection: Connection, ends: Sequence[End], now: datetime) -> set[str]:
        """Keep how effects ended, tell the clerk, and free or park what waited for them, as far as it reaches.

        The systems of which something waits for nothing more.
        """
        waiting = list(ends)
        systems: set[str] = set()
        while waiting:  # each turn ends effects that had not ended, so it comes to an end even in a ring
            self._keep(connection, waiting, now)
            done = [end.row["key"] for end in waiting if end.state in DONE]
            given_up = [end.row["key"] for end in waiting if end.state not in DONE]
            freed: Counter[str] = Counter()
            for keys, free in ((done, _FREE), (given_up, _FREE_BEHIND)):
                for some in chunks(keys):
                    freed.update(connection.execute(free, {"keys": some}).scalars())
            if freed:
                many(connection, _LESS, [{"which": key, "fewer": freed[key]} for key in sorted(freed)])
                for some in chunks(sorted(freed)):
                    systems.update(connection.execute(_FREED, {"keys": some}).scalars())
            waiting = self._orphans(connection, [end.row["key"] for end in waiting if end.state == "dropped"])
        return systems

    def _orphans(self, connection: Connection, dropped: Sequence[str]) -> list[End]:
        """What needs a dropped effect and has not ended: it ends parked."""
        needs: dict[str, str] = {}
        for some in chunks(dropped):
            query = select(dependencies.c.key, dependencies.c.needs).where(
                dependencies.c.needs.in_(some), dependencies.c.kind == "after", dependencies.c.satisfied == false()
            )
            needs.update((row.key, row.needs) for row in connection.execute(query))
        return [
            End(row, "parked", error=_reason(needs[row["key"]]), attempts=row["attempts"])
            for row in self._lock(connection, needs)
            if row["state"] in WAITING
        ]

    def _keep(self, connection: Connection, ends: Sequence[End], now: datetime) -> None:
        """The rows and the events of these ends."""
        changes: list[dict[str, Any]] = []
        told: list[dict[str, Any]] = []
        for end in ends:
            key, count = end.row["key"], end.row["ends"] + (end.state != "dropped")
            changes.append(
                {
                    "which": key,
                    "state": end.state,
                    "attempts": end.attempts,
                    "ends": count,
                    "changed_at": now,
                    "receipt": self._seal_receipt(key, end.receipt),
                    "error": self._seal_text("outbox.error", key, end.error),
                }
            )
            if end.state == "dropped" or end.written:
                continue
            id, kind, name = f"{key}#{count}", end.row["kind"], end.row["name"]
            event: EffectDone | EffectParked
            if end.state == "parked":
                event = EffectParked(id, now, key, kind, name, end.error, end.unreachable)
            else:
                event = EffectDone(id, now, key, kind, name, end.receipt or Receipt(""))
            told.append(
                {
                    "id": id,
                    "case_id": end.row["case_id"],
                    "kind": "parked" if end.state == "parked" else "done",
                    "body": self.keys.seal("events", id, codec.dump(event)),
                    "at": now,
                    "tell": end.row["tell"],
                    "waiting": True,
                }
            )
        many(connection, CHANGE, changes)
        if told:
            many(connection, insert_new(connection, events, "id"), told)

    # ---- rows

    def _seal_receipt(self, key: str, receipt: Receipt | None) -> bytes | None:
        return self.keys.seal("outbox.receipt", key, codec.dump(receipt)) if receipt else None

    def _receipt(self, key: str, sealed: bytes) -> Receipt:
        return codec.load(Receipt, self.keys.unseal("outbox.receipt", key, sealed))

    def _to_customer(self, key: str, payload: bytes) -> bool:
        """Whether the effect is a text for the customer of its case."""
        told = self._opened_effect(key, payload)[0].payload
        return isinstance(told, SendMessage) and told.audience == "customer"

    def _opened_effect(self, key: str, payload: bytes) -> tuple[Effect, frozenset[str] | None]:
        """The effect, and the names of those whose receipts it refers to (None where it holds nothing that looks like one)."""
        fresh = self._fresh_effects.find(key, payload)
        if fresh is not None:
            return fresh
        plain = self.keys.unseal("outbox", key, payload)
        return codec.load(Effect, plain), _referred(plain)

    def _outbox_rows(self, connection: Connection, rows: Sequence[RowMapping]) -> list[OutboxRow]:
        """The effects of these rows, each with the receipts its payload refers to."""
        effects = {row["key"]: self._opened_effect(row["key"], row["payload"]) for row in rows}
        wanted = {key: names for key, (_, names) in effects.items() if names is not None}
        receipts = self._receipts(connection, {row["case_id"] for row in rows if wanted.get(row["key"])}, wanted.values())
        result: list[OutboxRow] = []
        for row in rows:
            key = row["key"]
            effect = effects[key][0]
            found: dict[str, Receipt] = {}
            for name in wanted.get(key, ()):
                named = receipts.get((row["case_id"], name), {})
                # A name may have been used again since: what the effect was made after is what it means.
                own = [k for k in effect.after if k in named]
                if named:
                    found[name] = named[own[-1] if own else list(named)[-1]]
            error = self._text("outbox.error", key, row["error"])
            refers = key in wanted
            result.append(
                OutboxRow(effect, row["state"], row["attempts"], row["next_at"], found, error, row["sent_at"], refers=refers)
            )
        return result

    def _receipts(
        self, connection: Connection, cases: set[str], wanted: Iterable[frozenset[str]]
    ) -> dict[tuple[str, str], dict[str, Receipt]]:
        """By case and name, the receipts of its effects of that name by key, in the order of decision."""
        names = sorted(frozenset().union(*wanted))
        found: dict[tuple[str, str], dict[str, Receipt]] = {}
        if not names:
            return found
        for some in chunks(sorted(cases)):
            query = (
                # Their state is looked at here: asked for it too, SQLite reads every effect that was ever done.
                select(outbox.c.key, outbox.c.case_id, outbox.c.name, outbox.c.receipt, outbox.c.state)
                .where(outbox.c.case_id.in_(some), outbox.c.name.in_(names))
                .order_by(outbox.c.case_id, outbox.c.seq)
            )
            for row in connection.execute(query):
                if row.receipt and row.state in DONE:
                    found.setdefault((row.case_id, row.name), {})[row.key] = self._receipt(row.key, row.receipt)
        return found


def _referred(plain: bytes) -> frozenset[str] | None:
    # As JSON has it, a reference is spelt as in the payload.
    return references(plain.decode()) if b"${" in plain else None


def _reason(key: str) -> str:
    return f"il a besoin de l'effet {key}, qui a été abandonné ou n'existe pas"
