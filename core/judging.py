"""Who may say yes to the facts of a request, and to which: a yes holds for the facts that its author was shown, and for no others.

A reply is tied to the notice that it answers. What nothing ties counts only where one version of the facts was ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from core.alerts import Alert, alerts_of
from core.case import Case, Judgement
from core.correcting import changes_lines, corrected, names_lines, outdated, told
from core.directive import Directive, once
from core.events import ASKS_CLIENT, NODS, UNTIED, MessageRead, OperatorActed
from core.gates import walk
from core.gates.complete import HANDED
from core.gates.review import again, show
from core.joining import words
from core.quote import version_of
from core.reading import NAMED, Fact, Reason, Verdict
from core.replaced import replacing
from core.rows import digest_of, rows_of
from core.text_values import to_check
from core.values import missing
from core.wording import inert
from core.work import Work

#: What is left to the desk in a reply: that a correction is none of the reading.
_AGREED = re.compile(
    r"\b(?:convenu|vu|accord|agreed|agreement)\s+(?:avec|with)\s+(?:le|la|notre|the|our)\s+(?:client|cliente|customer)\b",
    re.IGNORECASE,
)
#: How one of us says that an order is taken back rather than turned down.
_CANCELS = re.compile(r"\b(?:annul\w+|cancel\w*)\b", re.IGNORECASE)
#: Why a reply to a list of what waits does nothing.
TO_LIST = (
    "cette réponse est à une liste : elle ne décide et ne change rien ; répondez à l'avis de la demande dont vous parlez, ou dites "
    "laquelle par sa référence ou le nom de son client"
)


@once
def judges(directive: Directive) -> bool:
    """Whether a person judges the facts of such requests rather than a price."""
    gate = directive.gate("review")
    return gate is not None and gate.judge == "facts"


def judged(
    work: Work,
    outcome: Literal["validated", "rejected"],
    by: Literal["admin", "operator"],
    who: str,
    how: Literal["reply", "link", "webhook", "desk", "command"],
    evidence: str = "",
    message_id: str = "",
) -> None:
    """Keep a person's decision about the facts as they stand; nothing where nobody judges them."""
    if judges(work.directive) and how != "link":
        mark = digest_of(work.case, work.directive)
        work.change(judged=Judgement(outcome, by, who, how, work.context.now, mark, evidence, message_id), review="passed")


def by_operator(work: Work, event: OperatorActed) -> None:
    """A yes by the desk, the API or the console: to the facts of the page it was given on, with what was changed there."""
    if event.digest != digest_of(work.case, work.directive):
        why = (
            "les champs ont changé, ou un autre message est arrivé, depuis que vous les avez vus : rien n'est validé, "
            f"regardez-les à nouveau{_unseen(work.case)}"
        )
        work.because("no-effect", why, hit=False)
        return
    facts = corrected(work.case.facts, event.facts, work.directive)
    if lacking := lacks(replace(work.case, facts=facts), work.directive):
        names = ", ".join(label(work.directive, name) for name in lacking)
        work.because("no-effect", f"il manque : {names} ; rien n'est validé", hit=False)
        return
    if event.facts and (risen := arisen(work.case, facts, work.directive, work.context.past, work.context.now)):
        work.because(
            "no-effect",
            f"avec ces corrections, {_told(risen)} ; rien n'est validé : enregistrez-les, relisez, puis validez",
            hit=False,
        )
        return
    if event.facts:
        work.because("correct", f"{event.author} corrige : {told(event.facts, work.case.facts, work.directive)}")
        put(work, facts)
    work.because("validate", f"champs validés par {event.author}")
    judged(work, "validated", "operator", event.author, event.how, event.note.strip())
    walk(work)


def by_reply(work: Work, event: MessageRead) -> None:
    """An administrator's reply to a notice that showed him the facts. He is known to be himself."""
    verdict, who = event.reading.verdict, event.message.sender.email
    answer = verdict.answer if verdict is not None else "unclear"
    evidence = verdict.evidence if verdict is not None else ""
    if UNTIED in event.hints:
        why = "ce message ne répond à aucun avis : il ne décide rien, voici la demande ; votre réponse à celui-ci comptera"
        _old_facts(work, why)
        return
    known = len(work.reasons)  # how it was found to be of this request says nothing about why nothing is decided
    if answer == "refuse":
        judged(work, "rejected", "admin", who, "reply", evidence, event.message.id)
        note = verdict.note if verdict is not None else ""
        reject(work, "admin", who, note, cancels=_CANCELS.search(event.message.text) is not None)
    elif changes := event.reading.facts:
        seen = _shown_to(work, event) == digest_of(work.case, work.directive)
        lined = changes_lines(changes, work.case.facts, work.directive)
        if not seen and names_lines(changes, work.case.facts, work.directive):
            # The second line of an older notice may be another one by now.
            if work.case.shown:
                _old_facts(work, "les lignes ne sont plus celles de cette correction : rien n'est changé, voici tout à nouveau")
                return
            if lined:
                work.because("too-early", "les lignes n'ont pas encore été montrées : rien n'est changé")
                _ask_again(work, event, known)
                return
        knows = work.case.stage == "waiting_review" and seen
        before = work.case.shown
        what = told(changes, work.case.facts, work.directive)
        facts = corrected(work.case.facts, changes, work.directive)
        risen = arisen(work.case, facts, work.directive, work.context.past, work.context.now)
        put(work, facts)
        # A line more is read from words: it is shown before anybody says yes to it.
        if answer == "approve" and knows and not lined and not risen and not lacks(work.case, work.directive):
            work.because("correct", f"{who} corrige : {what}")
            work.because("validate", f"champs validés par {who} : « {evidence} »")
            judged(work, "validated", "admin", who, "reply", evidence, event.message.id)
            walk(work)
            return
        if risen:
            work.because("arisen", f"avec ces corrections, {_told(risen)} ; rien n'est validé")
        work.because("correct", f"{who} corrige : {what} ; le oui est à redonner aux champs corrigés")
        walk(work)
        if work.case.stage == "waiting_review" and work.case.shown == before:
            _ask_again(work, event, known)
    elif (named := _named(verdict)) is not None:
        work.because(named.rule, named.text)
        _ask_again(work, event, known)
    elif answer != "approve" and ASKS_CLIENT in event.hints:
        desk = work.context.case_url(work.case.id)
        where = f" : {desk}" if desk else f" (dossier {work.case.ref})"
        work.because(
            "asks-client", f"votre réponse ne part pas au client : une question se pose à lui depuis le guichet{where}"
        )
        _ask_again(work, event, known)
    elif answer != "approve":
        work.because("unclear", "la réponse n'est ni un oui, ni un non, ni une correction nette : elle est redemandée")
        if evidence and evidence != event.message.text.strip(" \n.!"):
            work.because("unread", f"la partie qui n'est pas comprise : « {evidence} »")
        if NODS in event.hints:
            work.because("nods", "un signe seul dit aussi bien « vu » que « oui » : il faut un mot")
        elif len(rows_of(work.case.facts, work.directive)) > 1:
            work.because(
                "which-line", "plusieurs lignes : une correction nomme la sienne (« ligne 2 : … »), ou se fait dans le guichet"
            )
        if _AGREED.search(event.message.text):
            work.because(
                "agreed",
                "ce dont vous êtes convenu avec le client se corrige dans le guichet, en cochant « Accord avec le client » ; une réponse "
                "ne sait pas le dire",
            )
        _ask_again(work, event, known)
    elif work.case.stage != "waiting_review":
        work.because("too-early", "un oui avant que les champs ne soient à vérifier : ils sont encore attendus du client")
        _ask_again(work, event, known)
    elif lacking := lacks(work.case, work.directive):
        names = ", ".join(label(work.directive, name) for name in lacking)
        work.because(
            "lacking", f"il manque : {names} ; complétez la commande, par exemple « {label(work.directive, lacking[0])} … »"
        )
        _ask_again(work, event, known)
    elif _shown_to(work, event) != digest_of(work.case, work.directive):
        _old_facts(
            work,
            "depuis ce qui est validé là, les champs ont changé ou un autre message est arrivé : rien n'est validé, voici tout à "
            f"nouveau{_unseen(work.case)}",
        )
    else:
        work.because("validate", f"champs validés par {who} : « {evidence} »")
        judged(work, "validated", "admin", who, "reply", evidence, event.message.id)
        walk(work)


def _named(verdict: Verdict | None) -> Reason | None:
    return next((r for r in verdict.reasons if r.rule == NAMED), None) if verdict is not None else None


def _unseen(case: Case) -> str:
    """What the person wrote last, for whoever has not seen it; '' where he wrote nothing more."""
    return f" ; le dernier message du client : « {case.further[-1].words} »" if case.further else ""


def put(work: Work, facts: tuple[Fact, ...]) -> None:
    """The request has these facts from now on; a written total that is none of them any more is told."""
    stale = outdated(work.case.facts, facts, work.directive)
    work.change(facts=facts, replaced=replacing(work.case, facts, work.directive))
    if stale:
        work.because("total", stale)


def _old_facts(work: Work, why: str) -> None:
    """Nothing is done: the reply is to other facts than there are. Show them as they are."""
    work.because("old-facts", why)
    show(work, again(work))


def _ask_again(work: Work, event: MessageRead, known: int) -> None:
    """Tell the administrator why his reply decided nothing: the reasons after the first ``known``.

    A yes to this letter counts: where there is anything to check, or the person has written since, it shows all that a notice does.
    """
    reasons = [inert(r.text) for r in work.reasons[known:] if r.text]
    case, context = work.case, work.context
    if (
        case.stage == "waiting_review"
        and case.shown
        and (case.further or to_check(case, work.directive, context.past, context.now))
    ):
        show(work, [*reasons, f"votre réponse : « {inert(words(event))} »"])
        return
    work.tell_admin("admin_unclear", message=words(event), reasons=reasons)


def answers_list(case: Case, event: MessageRead) -> bool:
    """Whether a reply is to a letter that lists what waits: it belongs to none of them, whichever it was sent of."""
    return UNTIED not in event.hints and lists(case, event.replies_to)


def lists(case: Case, key: str) -> bool:
    """Whether the text of ours with that key was such a letter."""
    if not key:
        return False
    version = version_of(key)
    return any(s.key and not s.digest and version_of(s.key) == version for s in case.shown)


def _shown_to(work: Work, event: MessageRead) -> str:
    """The digest of the facts that the author of a reply had before him, '' where that cannot be told."""
    shown = work.case.shown
    if event.replies_to:
        version = version_of(event.replies_to)
        known = [s for s in shown if s.key and version_of(s.key) <= version]
        return known[-1].digest if known else ""
    if len({s.digest for s in shown}) != 1 or event.hints.get("answers") == "unknown":
        return ""
    # Channels stamp their messages in whole seconds.
    return shown[0].digest if event.received_at >= shown[0].at.replace(microsecond=0) else ""


def lacks(case: Case, directive: Directive) -> tuple[str, ...]:
    """The facts without which nobody says yes: those that are required and not known, unless a person goes on without them."""
    return () if case.counts.get(HANDED) else tuple(spec.name for spec in missing(case, directive, required=True))


def arisen(case: Case, facts: tuple[Fact, ...], directive: Directive, past: Sequence[Case], now: datetime) -> tuple[Alert, ...]:
    """The urgent alerts that a correction brings about: nobody has been shown them, so a yes beside it is none to them."""
    known = alerts_of(case, directive, past, now)
    after = alerts_of(replace(case, facts=facts), directive, past, now)
    return tuple(alert for alert in after if alert.urgent and alert not in known)


def _told(alerts: Iterable[Alert]) -> str:
    return ", ".join(dict.fromkeys(alert.label.get("fr", alert.name) for alert in alerts))


def label(directive: Directive, name: str) -> str:
    """What a fact is called for a person; its name where the directive gives no label."""
    spec = directive.fact(name)
    return (spec.label.get("fr") if spec is not None else "") or name


def reject(
    work: Work, by: Literal["customer", "admin", "operator"], who: str, note: str = "", *, cancels: bool = False
) -> None:
    """The request ends with a no; the customer is told politely, the ticket is closed.

    ``note`` is the reason that was written to be told, where the text of refusal shows one. No earlier remark of the case is.
    ``cancels``: one of us calls it a cancellation, not a refusal (« à annuler, la cliente s'est trompée »).
    """
    work.because("refuse", f"refus de {who}")
    quote = work.case.quote
    if quote is not None and quote.status == "open":
        work.change(quote=replace(quote, status="refused"))
    work.change(refused_by=by, approval=None)
    work.tell_customer("refusal", "outcome", note=note, **({"cancelled": "us"} if cancels else {}))
    work.stage("rejected")
