"""``daemon.py show``, ``act``, ``retry`` and ``drop``: one case, and what needs a person."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assembly import now
from console.beside import reading_store
from console.status import zone_of
from core.errors import UserError
from settings import Settings

if TYPE_CHECKING:
    from core.case import Case
    from store import SqlStore


def case_of(settings: Settings, ref: str) -> dict[str, Any] | None:
    """A case with its effects and its history, JSON-like."""
    from core import codec

    with reading_store(settings) as store:
        case = _find(store, ref)
        if case is None:
            return None
        found = _in_words(settings, store, case)
        return {
            "case": codec.plain(case),
            **({"told": found} if found is not None else {}),
            "zone": zone_of(settings, case.business),
            "effects": [
                {"key": r.effect.key, "kind": r.effect.kind, "state": r.state, "error": r.error, "attempts": r.attempts}
                for r in store.outbox(case.id)
            ],
            "history": [
                {"seq": seq, "at": e.at.isoformat(), "kind": e.kind, "author": e.author, "text": e.text, "data": dict(e.data)}
                for seq, e in store.history(case.id)
            ],
        }


def _in_words(settings: Settings, store: SqlStore, case: Case) -> dict[str, Any] | None:
    """What the desk shows of the case, None where the directive that it began with cannot be read any more."""
    from engine.directives import load_all
    from engine.sheet import case_sheet, directive_of

    try:
        loaded = load_all(settings.directives_dir)
    except UserError:
        loaded = {}
    directive = directive_of(case, loaded, store.directives)
    return case_sheet(case, directive, store.raised(case.id, now())) if directive is not None else None


def _find(store: SqlStore, ref: str) -> Case | None:
    wanted = ref.strip().strip("[]#").partition("-")[0].upper()
    case_id = store.find([wanted], [], []).by_ref.get(wanted)
    return store.cases([case_id]).get(case_id) if case_id else None


def act_on(settings: Settings, ref: str, action: str, amount: str, note: str, author: str) -> str:
    """Hand an operator's act to the clerk; the sentence to print. Raises UserError."""
    import getpass
    from decimal import Decimal, InvalidOperation

    from core import codec
    from core.events import OperatorActed
    from core.judging import judges
    from core.ports import PendingEvent
    from core.rows import digest_of
    from engine.directives import load_all

    allowed = ("validate", "reprice", "refuse", "ask", "answer", "note", "close")
    if action not in allowed:
        raise UserError(f"« {action} » n'est pas une action", todo="une de : " + ", ".join(allowed))
    value: Decimal | None = None
    if amount:
        try:
            value = Decimal(amount.replace(",", "."))
        except InvalidOperation:
            raise UserError(f"« {amount} » n'est pas un nombre", where="--amount") from None
        if not value.is_finite() or value <= 0:
            raise UserError("un montant supérieur à zéro est attendu", where="--amount")
    if action in ("ask", "answer", "note") and not note.strip():
        raise UserError(f"« {action} » demande un texte", todo=f'act {ref} {action} --note "…"')
    with reading_store(settings) as store:
        case = _find(store, ref)
        if case is None:
            raise UserError(f"aucun dossier ne porte la référence {ref}")
        business = load_all(settings.directives_dir).get(case.business)
        directive = business.directive(case.directive) if business is not None else None
        # Where a person judges the fields, the yes is to those of this moment, and there is no price to name.
        mark = digest_of(case, directive) if action == "validate" and directive is not None and judges(directive) else ""
        if action in ("validate", "reprice") and value is None and not mark:
            raise UserError(f"« {action} » demande un montant", todo=f"act {ref} {action} --amount 2")
        when = now()
        who = author or getpass.getuser()
        event_id = f"command:{secrets.token_hex(8)}"
        event = OperatorActed(event_id, when, action, who, "command", value, note, mark)  # type: ignore[arg-type]
        store.add_event(PendingEvent(event_id, case.id, "operator", codec.dump(event).decode(), when))
    return f"Noté pour le dossier {case.ref} ; le service s'en charge dès qu'il tourne."


def settle_parked(settings: Settings, ids: Sequence[str], what: str) -> int:
    """Retry or drop parked things; how many."""
    import getpass

    with reading_store(settings) as store:
        wanted = [row.id for row in store.parked()] if list(ids) == ["all"] and what == "retry" else list(ids)
        if what == "retry":
            return store.retry(wanted, now(), getpass.getuser())
        return store.drop(wanted, getpass.getuser(), now())
