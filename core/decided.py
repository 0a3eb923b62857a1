"""What administrators are told whose reply has nothing to decide: of a request that is decided already by whom and when, of a message
that only waits to be dealt with what became of their words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from core.case import Case
from core.directive import Directive
from core.events import DEALT, MessageRead
from core.gates import walk
from core.gates.fulfil import untreated
from core.joining import only_thanks, words
from core.wording import day_text, inert
from core.work import Work

#: How often replies to one decided request are answered: a robot may be what writes.
MOST_ANSWERED = 6
#: What a request became that nobody decided.
_ENDED = {"expired": "expirée", "closed": "close"}


def decision(case: Case, directive: Directive) -> str:
    """How the request was decided, in French: « annulée par le client le 3 mars 2026 à 10:12 »; '' where nobody decides such ones."""
    judged, approval = case.judged, case.approval
    if case.stage == "rejected":
        if case.refused_by == "customer":
            return f"{'annulée' if case.cancelled else 'refusée'} par le client{_when(case.closed_at, directive)}"
        who = f" par {inert(judged.who)}" if judged is not None else ""
        return f"refusée{_when(judged.at if judged is not None else case.closed_at, directive)}{who}"
    if case.stage in _ENDED:
        return _ENDED[case.stage] + _when(case.closed_at, directive)
    if judged is not None and judged.outcome == "validated":
        return f"validée{_when(judged.at, directive)} par {inert(judged.who)}"
    if approval is not None:
        return f"{'validée' if approval.final else 'acceptée'}{_when(approval.at, directive)} par {inert(approval.who)}"
    return ""


def _when(at: datetime | None, directive: Directive) -> str:
    if at is None:
        return ""
    here = at.astimezone(ZoneInfo(directive.zone))
    return f" le {day_text(here.date(), 'fr')} à {here:%H:%M}"


def tell_decided(work: Work, event: MessageRead) -> None:
    """Answer whoever still judges a decided request with its state; thanks need no answer."""
    told = decision(work.case, work.directive)
    if only_thanks(event) or work.count("admin-late") > MOST_ANSWERED:
        return
    if not told:
        _tell_noted(work, event)
        return
    ended = work.case.stage in ("rejected", "expired", "closed")
    _tell(work, f"déjà {told} : {'rien n’est validé' if ended else 'votre réponse n’y change rien'}", words(event))


def _tell_noted(work: Work, event: MessageRead) -> None:
    """Nobody decides such a request. A plain « traité » closes what waits for a person; anything else stays with us."""
    who = event.message.sender.email
    if not event.authorised:
        told = "l'expéditeur n'a pas pu être vérifié : rien n'en est fait, et rien n'est parti au client"
    elif DEALT in event.hints and untreated(work.case, work.directive):
        work.because("finish", f"{who} : traité")
        work.change(finished_at=event.at)
        walk(work)
        told = "le dossier est clos comme traité : plus aucune relance ne partira"
    else:
        told = "elle ne décide rien et rien n'est parti au client ; elle est gardée dans le dossier"
    work.because("noted", told)
    template = "admin_noted" if "admin_noted" in work.directive.texts else "admin_question"
    work.tell_admin(template, message=words(event), reasons=[told])


def tell_cancelled(work: Work, event: MessageRead) -> None:
    """The customer took his request back: whoever was asked to judge it is told that there is nothing to judge any more."""
    _tell(work, "annulée par le client : il n’y a plus rien à valider", words(event))


def _tell(work: Work, state: str, message: str) -> None:
    template = "admin_decided" if "admin_decided" in work.directive.texts else "admin_question"
    work.tell_admin(template, message=message, reasons=[state])
