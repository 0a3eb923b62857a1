"""What a case waits for, and what people can do with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.case import UNDECIDED, Case
from core.directive import Directive, Localized, in_language
from core.gates.fulfil import awaited, filed, untreated
from core.judging import judges
from core.ports import DeadlineRow, JournalEntry
from core.values import missing
from core.views import Said
from engine.case_labels import ACTS, ENDED, LANGUAGES, TO_FINISH, TO_TREAT, TREATED, WAITS, deadline_label, label


@dataclass(frozen=True, slots=True)
class Waits:
    """What the case waits for: ``whom`` ("customer", "us", "nobody"), in words, and until when what happens then.

    ``missing`` are the questions whose answers are still to come. ``to_treat``: a person is to deal with it, nothing is under way.
    """

    whom: Literal["customer", "us", "nobody"]
    what: Localized
    missing: tuple[Localized, ...] = ()
    due: datetime | None = None
    then: Localized = field(default_factory=dict)
    to_treat: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something that people may want to do with a case; ``why_not`` is empty where they can. ``amount`` tells that it takes one.

    ``told``: the customer reads what is written with it.
    """

    name: str
    label: Localized
    possible: bool
    why_not: Localized = field(default_factory=dict)
    amount: bool = False
    note: Literal["", "optional", "required"] = "optional"
    choices: tuple[str, ...] = ()
    told: bool = False


def waits_of(
    stage: str, due: DeadlineRow | None, asked: Sequence[Localized] = (), *, treated: bool = False, answered: bool = False
) -> Waits:
    """What a case in that stage waits for; ``treated``: a person is to say that it is dealt with; ``answered``: she has written."""
    whom, what = (
        (TO_FINISH if answered else TO_TREAT)
        if treated
        else WAITS.get(stage, ("nobody", {"fr": "rien : la demande est terminée", "en": "nothing: the request has ended"}))
    )
    kinds: Mapping[str, Literal["customer", "us", "nobody"]] = {"customer": "customer", "us": "us"}
    then = deadline_label(due.name) if due is not None else {}
    return Waits(kinds.get(whom, "nobody"), what, tuple(asked), due.due if due is not None else None, then, treated)


def asked_of(case: Case, directive: Directive) -> list[Localized]:
    """The questions whose answers the case waits for."""
    if case.stage != "waiting_info":
        return []
    asked = [spec.ask for spec in missing(case, directive, required=True) if spec.ask]
    return [{language: in_language(ask, language) for language in LANGUAGES} for ask in asked]


def apart(said: Sequence[Said], history: Sequence[tuple[int, JournalEntry]]) -> tuple[str, ...]:
    """The numbers of the customer's later messages, newest first: each may turn out to be a request of its own."""
    theirs = {entry.data.get("message") for _, entry in history if entry.data.get("from") == "customer"}
    mine = [s for s in said if s.outcome == "joined" and s.inbox_id in theirs and s.message.automatic is None]
    return tuple(str(s.inbox_id) for s in reversed(mine))


def actions_of(case: Case, directive: Directive, others: Sequence[str], messages: Sequence[str] = ()) -> tuple[Action, ...]:
    """What people may do with the case now; what they may not, with the reason. ``messages``: see ``apart``."""
    ended: Localized = {} if case.stage in UNDECIDED else label(ENDED, case.standing)
    # What only waits for a person to deal with it can still become anything.
    open_ = untreated(case, directive)
    over: Localized = {} if open_ else ended
    priced, judged = directive.gate("approve") is not None, judges(directive)
    no_price: Localized = {"fr": "ce genre de demande n'a pas de prix", "en": "this kind of request has no price"}
    no_way: Localized = {"fr": "le client n'a pas laissé d'adresse", "en": "the customer left no address"}
    no_text: Localized = {
        "fr": "les directives n'ont pas de texte « answer » (messages/answer.md)",
        "en": 'the directives have no text "answer" (messages/answer.md)',
    }
    alone: Localized = {"fr": "il n'y a pas d'autre directive", "en": "there is no other directive"}
    no_facts: Localized = {"fr": "ce genre de demande n'a pas de champs", "en": "this kind of request has no fields"}
    no_more: Localized = {"fr": "le client n'a écrit qu'une fois ici", "en": "the customer wrote here only once"}
    unfinished: Localized = {}
    if awaited(directive) and not open_:
        unfinished = ended or {"fr": "elle n'en est pas là", "en": "it has not got so far"}
    elif not open_ and (case.stage not in ("fulfilling", "done") or case.finished_at is not None):
        unfinished = {
            "fr": "seule une demande validée se livre, et une fois",
            "en": "only a validated request is delivered, and once",
        }
    refusal = directive.texts.get("refusal")
    rest = tuple(name for name in others if name != case.directive)

    def one(name: str, why: Localized, **more: Any) -> Action:
        return Action(name, TREATED if name == "finish" and awaited(directive) else ACTS[name], not why, why, **more)

    return (
        one("validate", ended or ({} if priced or judged else no_price), amount=not judged),
        one("reprice", ended or ({} if priced else no_price), amount=True),
        one("refuse", ended, told=any("note" in text for text in refusal.body.values()) if refusal is not None else False),
        one(
            "answer",
            ({} if "answer" in directive.texts else no_text) or ({} if case.thread.to else no_way),
            note="required",
            told=True,
        ),
        one("ask", (over if case.judged is None else {}) or ({} if case.thread.to else no_way), note="required", told=True),
        one("reassign", (over if not filed(case, directive) else {}) or ({} if rest else alone), note="", choices=rest),
        one("correct", over or ({} if directive.facts else no_facts)),
        one("close", over),
        one("note", {}, note="required"),
        one("separate", {} if messages else no_more, note="", choices=tuple(messages)),
        *((one("finish", unfinished),) if judged or awaited(directive) else ()),
    )
