"""``complete``: everything needed to go on is there; else the customer is asked for precisely what is missing.

Options: ``remind`` (one or more delays after asking), ``close`` (the delay after which silence ends the case), ``review`` (the delay
after which a person goes on with what there is), ``doubtful`` (what was read with little confidence is asked for too).
"""

from __future__ import annotations

from core.case import Stage
from core.directive import GateSpec
from core.rows import states
from core.values import missing
from core.work import Work

#: A customer who answered this often without giving what is missing is better served by a person.
MOST_ASKS = 3
#: Who was asked so often for a file that only he can open is better served by a person, too.
MOST_FILES = 2
#: The count of a case that goes on without what is missing.
HANDED = "handed-over"
#: Whom so many requests wait for already is asked nothing more about a further one: he may be a robot that answers us.
CROWD = 5


def check(work: Work, spec: GateSpec) -> Stage | None:
    """Pass when no required fact is missing or an operator decided; else ask once for each set of missing facts."""
    case = work.case
    if case.approval is not None and case.approval.final:
        return None
    lacking = tuple(s.name for s in missing(case, work.directive, required=True))
    if spec.doubtful:
        unsure = (s.spec for s in states(case, work.directive) if s.state == "doubtful" and s.spec.required and s.spec.ask)
        lacking = (*lacking, *(s.name for s in unsure if s.name not in lacking))
    review = work.directive.gate("review")
    if lacking and not case.counts.get(HANDED) and case.unread and review is not None and review.judge == "facts":
        if not all(one.theirs for one in case.unread):
            # What it says may stand in the file: a person opens it rather than that the customer says it again.
            if case.asked or work.new:
                work.because("unread", "un fichier n'a pas pu être lu : une personne l'ouvre")
                work.change(asked=())
            return None
        lacking = tuple(f"file:{one.sha256}" for one in case.unread)
    if not lacking or case.counts.get(HANDED):
        if case.asked:
            work.change(asked=())
        return None
    if lacking != case.asked:
        files = case.unread if lacking[0].startswith("file:") else ()
        what = [f"« {one.name} », lisible" for one in files] or labels(work, lacking)
        work.because("missing:" + ",".join(lacking), "il manque : " + ", ".join(what))
        ask(work, spec, MOST_FILES if files else MOST_ASKS)
        work.change(asked=lacking)
    return "waiting_info"


def labels(work: Work, names: tuple[str, ...]) -> list[str]:
    """The facts' names as people read them."""
    specs = [work.directive.fact(n) for n in names]
    return [(s.label.get("fr") or s.name) for s in specs if s is not None]


def ask(work: Work, spec: GateSpec, most: int) -> None:
    """Ask the customer, within reason, and start the clock anew; beyond it, tell a person."""
    if work.new and work.context.waiting >= CROWD:
        work.because("crowd", f"déjà {work.context.waiting} demandes attendent ce correspondant : une personne doit regarder")
        work.count("asked")
        work.tell_admin("admin_question", message=work.case.summary)
    elif work.count("asked") <= most:
        work.tell_customer("request_info", "question")
    else:
        work.because("asked-enough", "déjà demandé plusieurs fois : une personne doit prendre le relais")
        work.tell_admin("admin_question", message=work.case.summary)
    deadlines = [(f"complete.remind.{n}", delay) for n, delay in enumerate(spec.remind)]
    if spec.close is not None:
        deadlines.append(("complete.close", spec.close))
    if spec.review is not None:
        deadlines.append(("complete.review", spec.review))
    work.wait(deadlines)


def late(work: Work, spec: GateSpec, what: str) -> None:
    """A reminder, or the end of the case after too long a silence."""
    del spec
    if work.case.stage != "waiting_info":
        return
    if what.startswith("complete.remind"):
        work.because("remind", "sans réponse : relance")
        work.tell_customer("reminder_info", "question")
    elif what == "complete.close":
        work.because("close", "sans réponse jusqu'au bout du délai : la demande est close")
        work.tell_customer("expired_info", "outcome")
        work.stage("expired")
    elif what == "complete.review":
        work.because("handed-over", "sans réponse : une personne prend le relais avec ce qui est connu")
        work.count(HANDED)
