"""What people do with cases: handed to the clerk durably, under their name, once a key; the outcome can be awaited."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from core import codec
from core.case import Case
from core.correcting import changes_lines, corrected
from core.directive import Directive, Localized, in_language
from core.events import OperatorActed
from core.judging import judges, lacks
from core.ports import PendingEvent
from core.reading import Fact, FactValue
from core.rows import digest_of, merge_facts, rows_of, rows_spec
from core.views import DeskStore
from engine.case_actions import Action, actions_of, apart
from engine.case_labels import LANGUAGES
from engine.office import Office
from engine.relining import typed_lines
from engine.typed import Unreadable, field_of, new_value
from processors.analyze import understand

Name = Literal["validate", "reprice", "refuse", "ask", "reassign", "correct", "close", "note", "finish", "separate", "answer"]
NAMES: tuple[Name, ...] = (
    "validate",
    "reprice",
    "refuse",
    "ask",
    "reassign",
    "correct",
    "close",
    "note",
    "finish",
    "separate",
    "answer",
)
#: What a person says the facts of a case are, by name, as he types them; '' for one that the messages do not tell.
Typed = Mapping[str, str]
PRICED = frozenset({"validate", "reprice"})
#: The largest amount and the longest note that an act takes.
MOST_AMOUNT, MOST_NOTE = Decimal(100_000), 10_000
#: Rules in the journal by which an act changed nothing.
_WITHOUT_EFFECT = frozenset({"too-late", "no-effect"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an act stands.

    ``state``: "unknown" there is no such case; "refused" it changed nothing, ``why`` says so; "reused" its key stands for another
    act, and this one changed nothing; "unseen" it is a yes that does not say to what (``digest`` stands for what there is) and changed
    nothing; "waiting" it is kept and the clerk has not come to it; "done". ``id`` names it. ``case`` is the case as it is then.
    ``fields``: what was refused is not where the case stands but what was given, and this is wrong with each field of it (``why`` has
    them all in one sentence).
    """

    state: Literal["unknown", "refused", "reused", "unseen", "waiting", "done"]
    id: str = ""
    why: Localized = field(default_factory=dict)
    case: Case | None = None
    fields: Mapping[str, Localized] = field(default_factory=dict)
    digest: str = ""


class Acts:
    """Every call blocks and is safe from any thread. Raises PortError or UserError when an act could not be kept."""

    def __init__(self, store: DeskStore, office: Office, *, clock: Callable[[], datetime], wake: Callable[[str], None]) -> None:
        self._store, self._office, self._clock, self._wake = store, office, clock, wake

    def give(
        self,
        case_id: str,
        action: Name,
        *,
        author: str,
        key: str = "",
        amount: Decimal | None = None,
        note: str = "",
        values: Typed | None = None,
        digest: str = "",
        seen: bool = False,
        agreed: bool = False,
    ) -> Outcome:
        """Hand an act to the clerk. With a ``key`` that this author gave before for the case, it is the act of then; "reused" when he
        asked for something else then.

        ``amount`` is for validate and reprice; ``values`` for correct, and for validate where facts are judged: what he
        changed on the page that he says yes to, lines among it (engine.relining). ``note`` is the question of ask, the words
        of answer, the text of note, the directive of reassign, the number of the message to separate, a remark with the
        others. Where facts are judged a yes is to those of ``digest`` (core.rows.digest_of), as the page showed them before
        he changed anything; without one, to those of this moment, or with ``seen`` to nothing ("unseen"): whoever may have
        looked at them a while ago has to say what he saw. So it is with lines that are added or taken away. Any correction
        that comes with a digest holds only while that is what there is. ``agreed``: ``values`` were agreed with the customer, and are no
        errors of the reading (core.lessons).
        """
        case = self._store.cases([case_id]).get(case_id) if case_id else None
        if case is None:
            return Outcome("unknown")
        name = hashlib.sha256(f"{author}\0{key or secrets.token_hex(16)}".encode("utf-8", "replace")).hexdigest()
        event_id = f"desk:{case_id}:{name[:32]}"
        asked = _asked(action, amount, note, values or {}, agreed) if key else ""
        if key and (before := self._before(case, event_id, asked)) is not None:
            return before
        directive = self._office.directive(case)
        if why := self._refusal(case, action):
            return Outcome("refused", event_id, why, case)
        if unfit := self._unfit(case, action, amount, note.strip()):
            return _wrong(event_id, case, unfit, directive)
        now = self._clock()
        given = amount if action in PRICED else None
        facts: tuple[Fact, ...] = ()
        judges_facts = action == "validate" and judges(directive)
        if action == "reassign":
            facts = self._read_again(case, note.strip(), now)
        elif action == "correct" or (judges_facts and values):
            facts, wrong = self._typed(case, values or {})
            if wrong:
                return _wrong(event_id, case, wrong, directive)
            if not facts and action == "correct":
                return Outcome("refused", event_id, {"fr": "rien n'a été changé", "en": "nothing was changed"}, case)
        if judges_facts and (wrong := _lacking(replace(case, facts=corrected(case.facts, facts, directive)), directive)):
            return _wrong(event_id, case, wrong, directive)
        lined = changes_lines(facts, case.facts, directive) and action != "reassign"
        if (judges_facts or lined) and seen and not digest:
            why = _UNSEEN if judges_facts else _UNSEEN_LINES
            return Outcome("unseen", event_id, why, case, digest=digest_of(case, directive))
        shown = digest if action == "correct" else ""
        if action == "validate" or lined:
            shown = digest or digest_of(case, directive)
        which = self._message_id(case, note.strip()) if action == "separate" else ""
        event = OperatorActed(
            event_id, now, action, author, "desk", given, note.strip(), shown, which, facts=facts, agreed=agreed, asked=asked
        )
        if not self._store.add_event(PendingEvent(event_id, case_id, "operator", codec.dump(event).decode(), now)):
            # The same key a moment ago, from elsewhere.
            return self._before(case, event_id, asked) or Outcome("unknown")
        self._wake("clerk")
        return Outcome("waiting", event_id, case=case)

    def _before(self, case: Case, event_id: str, asked: str) -> Outcome | None:
        """How the act stands that was given under that key, None when there is none."""
        body = self._store.event_body(event_id)
        if body is None:
            return None
        if codec.load(OperatorActed, body).asked not in (asked, ""):
            why = {
                "fr": "cette clé a déjà servi à un autre acte sur ce dossier ; rien n'a été fait",
                "en": "this key was already used for another act on this case; nothing was done",
            }
            return Outcome("reused", event_id, why, case)
        return self.outcome(case.id, event_id)

    def outcome(self, case_id: str, act_id: str) -> Outcome:
        """What became of an act."""
        waiting = self._store.waiting_event(act_id) if act_id.startswith(f"desk:{case_id}:") else None
        if waiting is None:
            return Outcome("unknown")
        case = self._store.cases([case_id]).get(case_id)
        if waiting:
            return Outcome("waiting", act_id, case=case)
        for _, entry in reversed(self._store.history(case_id)):
            if entry.data.get("event") == act_id:
                if _WITHOUT_EFFECT.intersection(entry.data.get("rules", ())):
                    why = entry.text.splitlines()[-1] if entry.text else "sans effet"
                    return Outcome("refused", act_id, {"fr": why, "en": why}, case)
                break
        return Outcome("done", act_id, case=case)

    def _refusal(self, case: Case, action: Name) -> Localized:
        """Why the case does not take this act now, {} when it does. The clerk looks again."""
        found = self._action(case, action)
        if found is None:
            return {"fr": "ce geste ne va pas avec ce genre de demande", "en": "this act does not go with this kind of request"}
        return {} if found.possible else found.why_not

    def _action(self, case: Case, action: Name) -> Action | None:
        business = self._office.business(case.business)
        told = apart(self._store.said(case.id), self._store.history(case.id)) if action == "separate" else ()
        every = actions_of(case, self._office.directive(case), [d.name for d in business.directives], told)
        return next((a for a in every if a.name == action), None)

    def _unfit(self, case: Case, action: Name, amount: Decimal | None, note: str) -> Mapping[str, Localized]:
        """What is wrong with the amount or the text of an act that the case takes, {} for nothing."""
        found = self._action(case, action)
        assert found is not None
        if found.amount and (amount is None or not amount.is_finite() or not 0 < amount <= MOST_AMOUNT):
            return {
                "amount": {"fr": "un montant est attendu, plus grand que zéro", "en": "an amount greater than zero is needed"}
            }
        if found.note == "required" and not note:
            return {"note": {"fr": "un texte est attendu", "en": "a text is needed"}}
        if len(note) > MOST_NOTE:
            return {"note": {"fr": f"{MOST_NOTE} caractères au plus", "en": f"{MOST_NOTE} characters at most"}}
        if action == "reassign" and note not in found.choices:
            listed = ", ".join(found.choices)
            return {
                "note": {
                    "fr": f"une de ces directives est attendue : {listed}",
                    "en": f"one of these directives is needed: {listed}",
                }
            }
        if action == "separate" and note not in found.choices:
            listed = ", ".join(found.choices)
            return {
                "note": {
                    "fr": f"le numéro d'un de ces messages est attendu : {listed}",
                    "en": f"the number of one of these messages is needed: {listed}",
                }
            }
        return {}

    def _typed(self, case: Case, values: Typed) -> tuple[tuple[Fact, ...], Mapping[str, Localized]]:
        """(facts, what is wrong by field): what was typed, as far as it differs from what the case has. Value '' takes a fact away."""
        directive = self._office.directive(case)
        lined, wrong, rest = typed_lines(case, directive, values)
        facts: list[Fact] = []
        for name, written in rest.items():
            spec, before = field_of(case, directive, name)
            if spec is None:
                wrong[name] = _no_field(case, directive)
                continue
            value: FactValue = ""
            if written.strip():
                try:
                    value = new_value(directive, spec, written, before.value if before is not None else None)
                except Unreadable as error:
                    wrong[name] = error.why
                    continue
            if value == (before.value if before is not None else ""):
                continue
            if which := _lined(case, directive, name):
                wrong[name] = which
            else:
                facts.append(Fact(name, value, (), origin="person"))
        return (*facts, *lined), wrong

    def _message_id(self, case: Case, number: str) -> str:
        """The own id of the case's message of that number, '' when it has none."""
        return next((s.message.id for s in self._store.said(case.id) if str(s.inbox_id) == number), "")

    def _read_again(self, case: Case, directive: str, now: datetime) -> tuple[Fact, ...]:
        """What the customer's messages tell by another directive."""
        business = self._office.business(case.business)
        roles: Mapping[object, object] = {
            entry.data["message"]: entry.data.get("from")
            for _, entry in self._store.history(case.id)
            if "message" in entry.data
        }
        facts: tuple[Fact, ...] = ()
        for said in self._store.said(case.id):
            if said.message.automatic is None and roles.get(said.inbox_id) == "customer":
                facts = merge_facts(facts, understand(said.message, business, now=now, only=directive).facts)
        return facts


_UNSEEN: Localized = {
    "fr": "un oui vaut pour ce qui a été vu : joignez le « digest » de la demande telle que vous l'avez lue",
    "en": "a yes is to what was seen: send the digest of the request as you read it",
}
_UNSEEN_LINES: Localized = {
    "fr": "une ligne s'ajoute ou se retire à la demande telle qu'on l'a vue : joignez son « digest » d'alors",
    "en": "a line is added to, or taken away from, the request as it was seen: send its digest of then",
}


def _wrong(event_id: str, case: Case, fields: Mapping[str, Localized], directive: Directive) -> Outcome:
    """The act is refused for what was given with it."""
    named = {name: _called(directive, name) for name in fields}
    why = {lang: " ; ".join(f"{named[n][lang]} : {told[lang]}" for n, told in fields.items()) for lang in LANGUAGES}
    return Outcome("refused", event_id, why, case, fields)


#: What an act takes beside facts, for people.
_GIVEN: Mapping[str, Localized] = {"amount": {"fr": "montant", "en": "amount"}, "note": {"fr": "texte", "en": "text"}}


def _called(directive: Directive, name: str) -> Localized:
    """What people call a field, cells of a line by their column and line."""
    spec = directive.fact(name.rpartition(".")[2])
    if spec is None and (number := name.rpartition(".")[2]).isdecimal():
        return {"fr": f"ligne {number[:6]}", "en": f"line {number[:6]}"}
    if spec is None:
        return _GIVEN.get(name) or {"fr": f"« {name[:60]} »", "en": f'"{name[:60]}"'}
    line = name.split(".")[1] if name.count(".") == 2 else ""
    return {lang: (in_language(spec.label, lang) or spec.name) + (f" ({line})" if line else "") for lang in LANGUAGES}


def _no_field(case: Case, directive: Directive) -> Localized:
    """No field has that name: which ones there are."""
    lines = rows_of(case.facts, directive)
    rows = rows_spec(directive)
    names: list[str] = []
    for spec in directive.facts:
        if spec.type in ("files", "rows"):
            continue
        cell = rows is not None and spec.name in rows.columns and len(lines) > 1
        names += [f"{rows.name}.1.{spec.name}"] if cell and rows is not None else []
        names += [spec.name] if not cell or spec.derive else []
    if rows is not None and lines:
        names.append(f"{rows.name}.{len(lines) + 1}.{rows.columns[0]}")
    listed = ", ".join(names)
    return {
        "fr": f"ce n'est pas un champ de ce dossier ; il y a : {listed}",
        "en": f"this is no field of this case; there are: {listed}",
    }


def _lacking(case: Case, directive: Directive) -> Mapping[str, Localized]:
    """What nobody can say yes without, by field."""
    return {name: {"fr": "ce champ manque", "en": "this field is missing"} for name in lacks(case, directive)}


def _lined(case: Case, directive: Directive, name: str) -> Localized:
    """Why the name does not say which of several lines is meant, {} when it does or there is one."""
    rows, spec = rows_spec(directive), directive.fact(name)
    if rows is None or spec is None or name not in rows.columns or spec.derive or len(rows_of(case.facts, directive)) < 2:
        return {}
    which = f"{rows.name}.1.{name}, {rows.name}.2.{name} …"
    return {"fr": f"il y a plusieurs lignes, dites laquelle ({which})", "en": f"there are several lines, say which ({which})"}


def _asked(action: Name, amount: Decimal | None, note: str, values: Typed, agreed: bool) -> str:
    """The same for the same act, however its amount is written."""
    told = [
        action,
        "" if amount is None else f"{amount.normalize():f}",
        note.strip(),
        sorted(values.items()),
        *(["agreed"] if agreed else []),
    ]
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
