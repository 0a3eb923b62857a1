"""What a case offers to texts (``{{ … }}``): each value is told only where a template names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.alerts import alerts_of
from core.case import Beside, Case, CaseFile, Further
from core.directive import Directive, FactSpec, Localized, in_language
from core.doubts import why
from core.reading import Fact
from core.register import columns
from core.replaced import corrections
from core.rows import confidence, digest_of, doubtful, rows_of, rows_spec, states
from core.values import file_name, missing, open_total, several_rows
from core.wording import STAGES, alert_text, called, day_text, fact_text, inert, price_text, row_text, size_text

#: The rules of alerts that are told one by one, as what is unsure.
TOLD_APART: frozenset[str] = frozenset({"doubtful", "missing", "unread", "further", "outsider"})
#: What stands for a sum that cannot be told yet.
TO_COME: Localized = {"fr": "à confirmer", "en": "to be confirmed"}


def _link(file: CaseFile) -> str:
    return f"${{{file_name(file.sha256)}.url}}"


@dataclass(frozen=True, slots=True)
class _Telling:
    """What texts are told of: see ``text_values``."""

    case: Case
    directive: Directive
    language: str
    now: datetime
    business: str
    reference: str
    case_url: str
    past: Sequence[Case]
    link: Callable[[str], str]

    def price(self) -> tuple[str, str, str]:
        """(amount, unit, both in words) of what was agreed, else of the offer."""
        case = self.case
        amount = case.approval.amount if case.approval is not None else (case.quote.amount if case.quote is not None else None)
        return price_text(amount, self.directive.price_grid, self.language) if amount is not None else ("", "", "")

    def stated(self) -> list[dict[str, str]]:
        """In the order of the desk's fields, whatever came first in the messages."""
        return [
            {
                "name": f.name,
                "label": in_language(spec.label, self.language) or f.name,
                "value": fact_text(f.value, spec, self.language),
                "state": "doubtful" if doubtful(f, spec) else "known",
                "origin": f.origin,
                "words": _since(f),
            }
            for spec in columns(self.directive)
            if (f := self.case.fact(spec.name)) is not None
        ]

    def of_all(self) -> list[dict[str, str]]:
        """What is of the whole request; a sum that cannot be told yet, as one line has no price, is said to come."""
        _, lined = several_rows(self.case, self.directive)
        told = {f["name"]: f for f in self.stated() if f["name"] not in lined}
        pending = open_total(self.case, self.directive)
        if pending is not None:
            told[pending.name] = {
                "name": pending.name,
                "label": in_language(pending.label, self.language) or pending.name,
                "value": TO_COME.get(self.language, TO_COME["en"]),
                "state": "missing",
                "origin": "",
                "words": "",
            }
        return [told[spec.name] for spec in columns(self.directive) if spec.name in told]

    def files(self) -> list[dict[str, str]]:
        """The case's files."""
        return [
            {"name": inert(f.name), "type": f.type, "size": size_text(f.size, self.language), "url": _link(f)}
            for f in self.case.files
        ]

    def unsure(self) -> list[str]:
        """What a person should look at."""
        return [
            *(beside_text(one, self.language, self.link(one.case_id)) for one in self.case.beside),
            *(further_text(one, self.language) for one in self.case.untaken),
            *unsure(self.case, self.directive, self.language),
        ]

    def alerts(self) -> list[str]:
        """The others."""
        found = alerts_of(self.case, self.directive, self.past, self.now)
        return [alert_text(a, self.directive, self.language) for a in found if a.rule not in TOLD_APART]

    def asides(self) -> list[str]:
        """The words of what is another matter than the request."""
        found = alerts_of(self.case, self.directive, (), self.now)
        return [inert(a.values["quote"]) for a in found if a.rule == "aside"]

    def status(self) -> str:
        """Where the request stands, in words."""
        directive, case = self.directive, self.case
        told = in_language(directive.status(case.standing).label, self.language)
        # What the ticket calls it is a machine's word.
        return told or (in_language(STAGES[case.stage], self.language) if case.stage in directive.ticket.status else "")

    def day(self, at: datetime) -> str:
        """That day in the business's zone."""
        return day_text(at.astimezone(ZoneInfo(self.directive.zone)).date(), self.language)

    def expires(self) -> datetime | None:
        """When the offer does."""
        approve = self.directive.gate("approve")
        if approve is None or approve.close is None or self.case.quote is None:
            return None
        return self.case.quote.made_at + approve.close

    def last_shown(self) -> str:
        """The digest of the facts in the last notice that asked for a yes, '' where none did."""
        return next((s.digest for s in reversed(self.case.shown) if s.digest), "")

    def days_left(self) -> str:
        """Until then."""
        return str(max(0, (at - self.now).days)) if (at := self.expires()) is not None else ""


#: How each value is told. A text asks for a few of them, and what nobody asks for is not worked out.
_TELLS: Mapping[str, Callable[[_Telling], object]] = {
    "name": lambda t: inert(called(t.case.party.name)),
    "email": lambda t: inert(t.case.party.email),
    "phone": lambda t: inert(t.case.party.phone),
    "language": lambda t: t.language,
    "subject": lambda t: inert(t.case.subject),
    "kind": lambda t: t.case.kind,
    "business": lambda t: t.business,
    "reference": lambda t: t.reference,
    "amount": lambda t: t.price()[0],
    "unit": lambda t: t.price()[1],
    "price": lambda t: t.price()[2],
    "old_price": lambda t: price_text(t.case.quotes[-1].amount, t.directive.price_grid, t.language)[2] if t.case.quotes else "",
    "price_reason": lambda t: in_language(t.case.quote.label, t.language) if t.case.quote is not None else "",
    "days_left": lambda t: t.days_left(),
    "expires_on": lambda t: t.day(at) if (at := t.expires()) is not None else "",
    "opened_on": lambda t: t.day(t.case.opened_at),
    "missing": lambda t: _questions(t.case, t.directive, t.language),
    "corrected": lambda t: corrections(t.case, t.directive, t.language),
    "wanted": lambda t: [in_language(s.ask, t.language) for s in missing(t.case, t.directive, required=False) if s.ask],
    "facts": lambda t: t.of_all(),
    "fact": lambda t: _Facts({f["name"]: f["value"] for f in t.stated()}),
    "files": lambda t: t.files(),
    "file_count": lambda t: len(t.case.files),
    "files_urls": lambda t: "\n".join(_link(f) for f in t.case.files),
    "summary": lambda t: inert(t.case.summary),
    "message": lambda t: "",
    "note": lambda t: inert(t.case.notes[-1]) if t.case.notes else "",
    "reasons": lambda t: [],
    "status": lambda t: t.status(),
    "stage": lambda t: t.case.stage,
    "who": lambda t: t.case.approval.who if t.case.approval is not None else "",
    "how": lambda t: t.case.approval.how if t.case.approval is not None else "",
    "evidence": lambda t: inert(t.case.approval.evidence) if t.case.approval is not None else "",
    "unsure": lambda t: t.unsure(),
    "lines": lambda t: [row_text(row, t.directive, t.language) for row in several_rows(t.case, t.directive)[0]],
    "alerts": lambda t: t.alerts(),
    "asides": lambda t: t.asides(),
    "confidence": lambda t: f"{confidence(t.case, t.directive) * 100:.0f}{' %' if t.language == 'fr' else '%'}",
    "repeats": lambda t: t.case.repeats_ref,
    "added": lambda t: [],
    "waiting": lambda t: [],
    "follows": lambda t: ", ".join(one.ref for one in t.case.beside if one.decided and not (one.author or one.same)),
    "decided": lambda t: t.case.judged is not None,
    "cancelled": lambda t: "customer" if t.case.refused_by == "customer" else "",
    "ticket_url": lambda t: "${ticket.url}" if "ticket" in t.case.keys else "",
    "task_url": lambda t: "${task.url}" if "task" in t.case.keys else "",
    "case_url": lambda t: t.case_url,
    # Only a text to the customer gets it: see Work.tell_customer.
    "approve_url": lambda t: "",
    # What cannot be told from its author's address: see core.administrator.admin.
    "unverified": lambda t: "",
    "outdated": lambda t: t.last_shown() not in ("", digest_of(t.case, t.directive)),
}


def text_values(
    case: Case,
    directive: Directive,
    *,
    language: str,
    now: datetime,
    business: str,
    reference: str,
    case_url: str,
    extra: Mapping[str, object],
    past: Sequence[Case] = (),
    only: frozenset[str] | None = None,
    link: Callable[[str], str] = lambda case_id: "",
) -> dict[str, object]:
    """What a text may use (core.texts.OFFERED_VALUES). Other people's words are made inert.

    ``only`` are the names that will be asked for: the others are left out. ``link`` is the desk's address of a case.
    """
    telling = _Telling(case, directive, language, now, business, reference, case_url, past, link)
    values = {name: tell(telling) for name, tell in _TELLS.items() if only is None or name in only}
    values.update({k: inert(v) if isinstance(v, str) else v for k, v in extra.items()})
    return values


def _questions(case: Case, directive: Directive, language: str) -> list[str]:
    """What the customer is asked: for files that only he can mend first, else for what is required and not known."""
    files = [inert(one.ask(language)) for one in case.unread if one.theirs]
    lacking = missing(case, directive, required=True)
    return files if files and lacking else [in_language(s.ask, language) for s in lacking if s.ask]


def beside_text(one: Beside, language: str, address: str = "") -> str:
    """What there is to look at beside a case, in words."""
    where = f"{one.ref}{f', {address}' if address else ''}"
    if one.author:
        told = _foreign(one, where)
    elif one.same:
        told = _same(one, where)
    elif one.waits:
        told = {
            "fr": f"cette personne a une demande qui attend ({where}) : {one.what} ; ce message la change peut-être",
            "en": f"this person has a request that waits ({where}): {one.what}; this message may change it",
        }
    elif one.decided:
        told = {
            "fr": f"une demande de cette personne est déjà validée ({where}) : {one.what} ; ce message s'y ajoute ou la change peut-être",
            "en": f"a request of this person is validated ({where}): {one.what}; this message may add to it or change it",
        }
    else:
        told = {
            "fr": f"un autre message de cette personne est à lire avant de décider ({where}) : « {one.what} »",
            "en": f'another message of this person is to be read before you decide ({where}): "{one.what}"',
        }
    return inert(in_language(told, language))


def _same(one: Beside, where: str) -> Localized:
    """Of two cases that ask for the same."""
    if one.waits:
        return {
            "fr": f"cette personne a déjà demandé la même chose, et cela attend encore ({where}) : {one.what} ; peut-être une répétition",
            "en": f"this person asked for the same before, and it still waits ({where}): {one.what}; it may be a repetition",
        }
    if one.decided:
        return {
            "fr": f"cette personne a déjà demandé la même chose, validée depuis peu ({where}) : {one.what} ; peut-être une répétition",
            "en": f"this person asked for the same before, validated lately ({where}): {one.what}; it may be a repetition",
        }
    return {
        "fr": f"un message plus récent de cette personne demande la même chose ({where}) : « {one.what} » ; peut-être une répétition",
        "en": f'a later message of this person asks for the same ({where}): "{one.what}"; it may be a repetition',
    }


def _foreign(one: Beside, where: str) -> Localized:
    """Of two cases the words of whose message name the other one's request though their author is none of its people."""
    alike: Localized = {"fr": "", "en": ""}
    if one.alike:
        alike = {
            "fr": " ; son nom ou son adresse ressemble à ceux du client : vérifiez auprès de lui par un autre moyen",
            "en": "; the name or the address looks like the customer's: check with them by other means",
        }
    if one.cited:
        return {
            "fr": f"{one.author} cite la demande de quelqu'un d'autre ({where}) : {one.what} ; "
            f"rien n'y est changé{alike['fr']}",
            "en": f"{one.author} cites somebody else's request ({where}): {one.what}; nothing of it is changed{alike['en']}",
        }
    return {
        "fr": f"quelqu'un d'autre que le client, {one.author}, écrit au sujet de cette demande ({where}) : « {one.what} » ; "
        f"rien n'en est repris{alike['fr']}",
        "en": f'somebody else than the customer, {one.author}, writes about this request ({where}): "{one.what}"; '
        f"nothing of it is taken over{alike['en']}",
    }


def _since(fact: Fact) -> str:
    """The words of the message that change what is taken over from an earlier request (« le double »), '' for none."""
    if fact.origin != "inherited":
        return ""
    return next((e.quote for e in reversed(fact.evidence) if e.quote and not e.source.startswith("case:")), "")


def further_text(one: Further, language: str) -> str:
    """A message that nobody applied, in words."""
    some = {"fr": "une partie seulement en est reprise", "en": "only a part of it is taken over"}
    much = in_language(some if one.partly else {"fr": "rien n'en est repris", "en": "nothing of it is taken over"}, language)
    told = {"fr": f"le client a écrit, et {much} : « {one.words} »", "en": f'the customer wrote, and {much}: "{one.words}"'}
    return inert(in_language(told, language))


def in_brief(case: Case, directive: Directive) -> str:
    """What a request is for, in one French line: its lines, then what is of the whole; its subject or words where nothing is known."""
    rows, lined = several_rows(case, directive)
    spec = rows_spec(directive)
    one = rows_of(case.facts, directive)[:1] if not rows else ()
    columns_ = frozenset(spec.columns) | {spec.name} if spec is not None else frozenset()
    told = [row_text(row, directive, "fr") for row in one]
    if rows:
        told = [f"{len(rows)} lignes ({' + '.join(row_text(row, directive, 'fr') for row in rows)})"]
    for of in directive.facts:
        fact = case.fact(of.name)
        if fact is None or of.type == "files" or of.name in (lined | {spec.name} if rows and spec is not None else columns_):
            continue
        told.append(f"{in_language(of.label, 'fr') or of.name} : {fact_text(fact.value, of, 'fr')}")
    return " ; ".join(told) or case.subject or case.summary


def to_check(case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> bool:
    """Whether a notice about the case says that something is to be checked before it is decided."""
    return bool(case.beside or case.untaken or unsure(case, directive, "fr") or alerts_of(case, directive, past, now))


def unsure(case: Case, directive: Directive, language: str) -> list[str]:
    """What a person should look at: what is required and missing, or was read with little confidence; line by line of several."""
    rows, lined = several_rows(case, directive)
    lacks, doubts = ("manque", "à vérifier") if language == "fr" else ("missing", "to be checked")

    def told(spec: FactSpec, fact: Fact | None, line: int = 0) -> str:
        name = in_language(spec.label, language) or spec.name
        if line:
            name = f"{'ligne' if language == 'fr' else 'line'} {line}, {name}"
        if fact is None:
            said = lacks
        else:
            said = (
                doubts if spec.type == "rows" else f"{fact_text(fact.value, spec, language)}, {doubts} ({why(fact, language)})"
            )
        return f"{name} : {said}" if language == "fr" else f"{name}: {said}"

    found = [inert(one.sentence(language)) for one in case.unread]
    unread = len(found)
    for number, row in enumerate(rows, 1):
        for spec in (s for s in directive.facts if s.name in lined):
            cell = row.cell(spec.name)
            if (cell is None and spec.required) or (cell is not None and doubtful(cell, spec)):
                found.append(told(spec, cell, number))
    for state in states(case, directive):
        spec = state.spec
        # Lines that are in doubt say themselves in what.
        if spec.name in lined or (spec.type == "rows" and len(found) > unread):
            continue
        if state.state == "doubtful" or (state.state == "missing" and spec.required):
            found.append(told(spec, state.fact))
    return found


class _Facts(dict[str, str]):
    """``fact.dimensions`` in a text: '' where the fact is not known, so that an author need not test for it."""

    def __missing__(self, key: str) -> str:
        return ""
