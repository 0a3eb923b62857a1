"""Cases as people see them: the list, and one case with all that belongs to it, put together from what the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Literal

from core.case import UNDECIDED, Beside, Case
from core.directive import Directive, Localized, in_language
from core.effects import WORDS as EFFECTS
from core.effects import SendMessage, State, StoreFile, fill
from core.gates.fulfil import ANSWERED, awaited, filed, untreated
from core.judging import judges
from core.message import Attachment, Channel, Family
from core.ports import DeadlineRow, JournalEntry, OutboxRow
from core.quote import Quote
from core.reading import Evidence
from core.rows import addressed, digest_of, rows_spec
from core.values import missing
from core.views import CaseFilter, CaseRow, DeskStore, Page, Said
from core.wording import fact_text, price_text
from engine.case_labels import (
    ACTS,
    ALL_LINES,
    ENDED,
    LINE,
    LINES,
    STATES,
    TO_FINISH,
    TO_TREAT,
    TREATED,
    WAITS,
    deadline_label,
    label,
)
from engine.office import Office, without_links
from engine.shown_papers import Paper, papers_of

LANGUAGES = ("fr", "en")
DONE = frozenset({"done", "reconciled"})
#: Most rows of a page of a list.
MOST = 200
_SYSTEM_CHANNEL: Mapping[str, Channel] = {"mail": "email", "whatsapp": "whatsapp", "hubspot": "hubspot"}


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words of a message by which a fact is known: ``source`` ("subject", "text", "body") from ``start`` to ``end``.

    ``fact`` is its address: its name, or ``lines.2.quantity`` for a cell of the second of several lines.
    """

    fact: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that was said, by them or by us.

    ``id`` is "message:<number>" or "effect:<key>". ``who``: "customer", "admin", "stranger" or "us"; ``to_admin`` tells our
    texts for the administrator. ``text`` is what was newly written; ``quoted`` and ``signature`` what stood around it.
    ``state``: of ours as in core.effects.State, of theirs "decided"; ``outcome`` of theirs as in core.ports.Change.
    """

    id: str
    who: Literal["customer", "admin", "stranger", "us"]
    channel: Channel
    at: datetime
    name: str
    address: str
    subject: str
    text: str
    state: str
    body: str = ""
    quoted: str = ""
    signature: str = ""
    outcome: str = ""
    automatic: str = ""
    language: str = ""
    template: str = ""
    error: str = ""
    to_admin: bool = False
    files: tuple[Attachment, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    verified: Literal["pass", "fail", "none"] = "none"
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact in words. ``where`` are the utterances in which it stands; ``evidence`` with the page and place in a file."""

    name: str
    label: Localized
    value: Localized
    origin: str
    confidence: float
    quotes: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteView:
    """An offer. ``price`` is the amount with its unit, in words; ``sent`` is the state of the text that carried it."""

    number: int
    amount: Decimal
    unit: str
    price: Localized
    reason: Localized
    set_by: str
    grid: str
    made_at: datetime
    status: str
    digest: str
    sent: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of the case. ``url`` is where it is stored outside, '' while it is not; ``state`` of that storing."""

    sha256: str
    name: str
    type: str
    size: int
    family: Family
    inline: bool = False
    url: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class EffectView:
    """An effect: ``what`` in words, where it stands, its link outside once there is one."""

    key: str
    kind: str
    name: str
    system: str
    what: Localized
    state: State
    state_label: Localized
    detail: str = ""
    url: str = ""
    outside_id: str = ""
    error: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. ``reasons`` are the sentences by which it was decided, in French."""

    seq: int
    at: datetime
    kind: str
    title: Localized
    author: str = ""
    stage: str = ""
    reasons: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with everything about it."""

    case: Case
    row: CaseRow
    directive: str
    status: str
    gate: str
    current: bool
    conversation: tuple[Utterance, ...]
    facts: tuple[FactView, ...]
    quotes: tuple[QuoteView, ...]
    files: tuple[FileView, ...]
    effects: tuple[EffectView, ...]
    timeline: tuple[Line, ...]
    deadlines: tuple[DeadlineRow, ...]
    waits: Waits
    actions: tuple[Action, ...]
    papers: tuple[Paper, ...] = ()
    #: Other cases of the person that are to be looked at before deciding, as long as they are open.
    beside: tuple[Beside, ...] = ()
    #: Stands for the facts as they are shown here (core.rows.digest_of).
    digest: str = ""
    #: What people call each fact, by its address; one of several lines with the line's number.
    names: Mapping[str, Localized] = field(default_factory=dict)
    #: Whether a person is to say that such a request is dealt with: until then nothing is under way.
    awaited: bool = False

    @property
    def quote(self) -> QuoteView | None:
        """The offer that counts, the last one."""
        return self.quotes[-1] if self.quotes else None

    def action(self, name: str) -> Action:
        """The action of that name. Raises KeyError."""
        return next(a for a in self.actions if a.name == name)


class Cases:
    """What the desk shows of cases. Every call blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, office: Office) -> None:
        self._store, self._office = store, office

    def find(self, which: CaseFilter, *, limit: int = 50, after: str = "") -> Page[CaseRow]:
        """A page of the list. Raises ValueError when ``after`` is not what a page before gave."""
        return self._store.find_cases(which, limit=max(1, min(limit, MOST)), after=after)

    def count(self, which: CaseFilter, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""
        return self._store.count_cases(which, most=most)

    def waits(self, row: CaseRow) -> Waits:
        """What a case of a list waits for."""
        directive = self._office.business(row.business).directive(row.directive) if row.stage == "fulfilling" else None
        return waits_of(row.stage, row.due, treated=directive is not None and awaited(directive))

    def case(self, case_id: str) -> Case | None:
        """The bare case, None when there is no such one."""
        return self._store.cases([case_id]).get(case_id) if case_id else None

    def refs(self, case_ids: Sequence[str]) -> dict[str, str]:
        """The references of these cases, by id; unknown ones are left out."""
        return {case.id: case.ref for case in self._store.cases(list(dict.fromkeys(case_ids))).values()} if case_ids else {}

    def by_ref(self, ref: str) -> str:
        """The id of the case with that reference, '' when there is none."""
        return self._store.find([ref.strip().lstrip("#").upper()], [], []).by_ref.get(ref.strip().lstrip("#").upper(), "")

    def _still_open(self, beside: Sequence[Beside]) -> tuple[Beside, ...]:
        cases = self._store.cases([one.case_id for one in beside]) if beside else {}
        return tuple(one for one in beside if (case := cases.get(one.case_id)) is not None and (case.open or one.decided))

    def view(self, case_id: str) -> CaseView | None:
        """The case with everything about it, None when there is no such one."""
        case = self.case(case_id)
        rows = self._store.case_rows([case_id]) if case is not None else []
        if case is None or not rows:
            return None
        directive = self._office.directive(case)
        effects = self._store.outbox(case_id)
        receipts = {d.key: d.receipt for d in self._store.deliveries(case_id) if d.receipt is not None}
        history = self._store.history(case_id)
        said = self._store.said(case_id)
        due = tuple(self._store.case_deadlines([case_id]).get(case_id, ()))
        views = tuple(_effect(row, receipts) for row in effects)
        gates = directive.gates
        return CaseView(
            case=case,
            row=rows[0],
            directive=directive.name,
            status=directive.ticket.status.get(case.stage, ""),
            gate=gates[case.gate].gate if case.gate < len(gates) else "",
            current=self._office.business(case.business).revision == case.revision,
            conversation=_conversation(case, directive, said, effects, history),
            facts=_facts(case, directive, said),
            quotes=_quotes(case, directive, effects),
            files=_files(case, effects, receipts),
            effects=views,
            timeline=tuple(_line(seq, entry) for seq, entry in history),
            deadlines=due,
            waits=waits_of(
                case.stage,
                due[0] if due else None,
                _asked(case, directive),
                treated=untreated(case, directive),
                answered=bool(case.counts.get(ANSWERED)),
            ),
            awaited=awaited(directive),
            actions=actions_of(
                case, directive, [d.name for d in self._office.business(case.business).directives], apart(said, history)
            ),
            beside=self._still_open(case.beside),
            digest=digest_of(case, directive),
            papers=papers_of(case, [d for one in said for d in one.message.documents], directive),
            names={address: _called(directive, case, address) for address, _ in addressed(case.facts, directive)},
        )


def _called(directive: Directive, case: Case, address: str) -> Localized:
    head, _, rest = address.partition(".")
    number, _, column = rest.partition(".")
    spec, lined = directive.fact(column or head), rows_spec(directive)
    of: Localized = LINE if number else {}
    if lined is not None and head in lined.columns and case.fact(lined.name) is not None:
        of = ALL_LINES
    found = {}
    for language in LANGUAGES:
        name = (in_language(spec.label, language) if spec else "") or column or head
        found[language] = f"{name}, {of[language].format(number=number)}" if of else name
    return found


# ------------------------------------------------------------------ what was said


def _conversation(
    case: Case,
    directive: Directive,
    said: Sequence[Said],
    effects: Sequence[OutboxRow],
    history: Sequence[tuple[int, JournalEntry]],
) -> tuple[Utterance, ...]:
    """Theirs at the time we had them, ours at the time they left, or were decided while they have not."""
    roles = {entry.data.get("message"): entry.data.get("from") for _, entry in history if "message" in entry.data}
    decided = {str(told).partition(" ")[0]: entry.at for _, entry in history for told in entry.data.get("effects", ()) if told}
    found: list[Utterance] = []
    for one in said:
        message = one.message
        role = roles.get(one.inbox_id)
        found.append(
            Utterance(
                id=f"message:{one.inbox_id}",
                who=role if role in ("admin", "stranger") else "customer",
                channel=one.channel,
                at=one.at,
                name=message.sender.name,
                address=message.sender.email,
                subject=message.subject,
                text=message.text,
                state=one.state,
                body=message.body,
                quoted=message.quoted,
                signature=message.signature,
                outcome=one.outcome,
                automatic=message.automatic or "",
                language=message.language,
                files=message.attachments,
                highlights=_highlights(case, directive, one),
                verified=message.authentication.verdict,
                defects=message.defects,
            )
        )
    for row in effects:
        text = row.effect.payload
        if not isinstance(text, SendMessage):
            continue
        receipts = row.receipts
        found.append(
            Utterance(
                id=f"effect:{row.effect.key}",
                who="us",
                channel=_SYSTEM_CHANNEL.get(row.effect.system, "email"),
                at=row.sent_at or decided.get(row.effect.key) or case.updated_at,
                name=text.to_name,
                address=text.to,
                subject=fill(text.subject, receipts, "…"),
                text=without_links(fill(text.text, receipts, "…")),
                state=row.state,
                language=text.language,
                template=text.template,
                error=row.error,
                to_admin=text.audience == "admin",
            )
        )
    return tuple(sorted(found, key=lambda u: (u.at, u.who == "us")))


def _highlights(case: Case, directive: Directive, one: Said) -> tuple[Highlight, ...]:
    """Where the words stand by which the case's facts are known, those of each line too, as far as this message told them."""
    message = one.message
    sources = {"subject": message.subject, "text": message.text, "body": message.body}
    held = dict(addressed(case.facts, directive))
    found: dict[Highlight, None] = {}
    for address, read in addressed(one.reading.facts, directive):
        if (fact := held.get(address)) is None or fact.value != read.value:
            continue
        for evidence in read.evidence:
            text, end = sources.get(evidence.source, ""), evidence.start + len(evidence.quote)
            if evidence.start >= 0 and evidence.quote and text[evidence.start : end] == evidence.quote:
                found[Highlight(address, evidence.source, evidence.start, end)] = None
    return tuple(sorted(found, key=lambda h: (h.source, h.start, h.end)))


# ------------------------------------------------------------------ what is known


def _facts(case: Case, directive: Directive, said: Sequence[Said]) -> tuple[FactView, ...]:
    found = []
    for fact in case.facts:
        spec = directive.fact(fact.name)
        told = [f"message:{s.inbox_id}" for s in said if (r := s.reading.fact(fact.name)) is not None and r.value == fact.value]
        found.append(
            FactView(
                name=fact.name,
                label=_both(lambda language, spec=spec, fact=fact: in_language(spec.label, language) if spec else fact.name, fact.name),
                value=_both(lambda language, fact=fact, spec=spec: fact_text(fact.value, spec, language)),
                origin=fact.origin,
                confidence=fact.confidence,
                quotes=tuple(dict.fromkeys(e.quote for e in fact.evidence if e.quote)),
                where=tuple(told),
                evidence=fact.evidence,
            )
        )  # fmt: skip
    return tuple(found)


def _quotes(case: Case, directive: Directive, effects: Sequence[OutboxRow]) -> tuple[QuoteView, ...]:
    states = {row.effect.key: row.state for row in effects}
    every = (*case.quotes, case.quote) if case.quote is not None else case.quotes
    return tuple(_quote(quote, directive, states.get(quote.key, "")) for quote in every)


def _quote(quote: Quote, directive: Directive, sent: str) -> QuoteView:
    grid = directive.grids.get(quote.grid)
    return QuoteView(
        number=quote.number,
        amount=quote.amount,
        unit=quote.unit,
        price=_both(lambda language: price_text(quote.amount, grid, language)[2]),
        reason=_both(lambda language: in_language(quote.label, language)),
        set_by=quote.set_by,
        grid=quote.grid,
        made_at=quote.made_at,
        status=quote.status,
        digest=quote.digest,
        sent=sent,
    )


def _files(case: Case, effects: Sequence[OutboxRow], receipts: Mapping[str, Any]) -> tuple[FileView, ...]:
    stored = {row.effect.payload.sha256: row for row in effects if isinstance(row.effect.payload, StoreFile)}
    found = []
    for file in case.files:
        row = stored.get(file.sha256)
        receipt = receipts.get(row.effect.key) if row is not None and row.state in DONE else None
        url = receipt.url if receipt is not None else ""
        view = FileView(file.sha256, file.name, file.type, file.size, file.family, file.inline)
        found.append(replace(view, url=url, state=row.state if row is not None else ""))
    return tuple(found)


def _effect(row: OutboxRow, receipts: Mapping[str, Any]) -> EffectView:
    effect, payload = row.effect, row.effect.payload
    detail = ""
    if isinstance(payload, SendMessage):
        detail = f"→ {payload.to}"
    elif isinstance(payload, StoreFile):
        detail = payload.name
    receipt = receipts.get(effect.key)
    return EffectView(
        key=effect.key,
        kind=effect.kind,
        name=effect.name,
        system=effect.system,
        what=label(EFFECTS, effect.kind),
        state=row.state,
        state_label=label(STATES, row.state),
        detail=detail,
        url=receipt.url if receipt is not None else "",
        outside_id=receipt.id if receipt is not None else "",
        error=row.error,
        attempts=row.attempts,
        sent_at=row.sent_at,
        next_at=row.next_at if row.state in ("intended", "uncertain") else None,
    )


def _line(seq: int, entry: JournalEntry) -> Line:
    stage = str(entry.data.get("stage", ""))
    reasons = tuple(line for line in entry.text.splitlines() if line.strip())
    title = label(LINES, entry.kind)
    if isinstance(what := entry.data.get("kind"), str) and what in EFFECTS:
        title = {
            language: f"{title[language]}{' :' if language == 'fr' else ':'} {EFFECTS[what][language]}"
            for language in LANGUAGES
        }
    return Line(seq, entry.at, entry.kind, title, entry.author, stage, reasons, entry.data)


# ------------------------------------------------------------------ what it waits for, what can be done


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


def _asked(case: Case, directive: Directive) -> list[Localized]:
    if case.stage != "waiting_info":
        return []
    return [_both(lambda language, s=s: in_language(s.ask, language)) for s in missing(case, directive, required=True) if s.ask]


def apart(said: Sequence[Said], history: Sequence[tuple[int, JournalEntry]]) -> tuple[str, ...]:
    """The numbers of the customer's later messages, newest first: each may turn out to be a request of its own."""
    theirs = {entry.data.get("message") for _, entry in history if entry.data.get("from") == "customer"}
    mine = [s for s in said if s.outcome == "joined" and s.inbox_id in theirs and s.message.automatic is None]
    return tuple(str(s.inbox_id) for s in reversed(mine))


def actions_of(case: Case, directive: Directive, others: Sequence[str], messages: Sequence[str] = ()) -> tuple[Action, ...]:
    """What people may do with the case now; what they may not, with the reason. ``messages``: see ``apart``."""
    ended: Localized = {} if case.stage in UNDECIDED else label(ENDED, case.stage)
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


def _both(words: Any, otherwise: str = "") -> Localized:
    return {language: words(language) or otherwise for language in LANGUAGES}


def extension(name: str) -> str:
    """The extension of a file with its dot, in small letters."""
    return PurePath(name).suffix.casefold()
