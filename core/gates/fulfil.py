"""``fulfil``: the work is handed over, once. Options: the steps in order.

``subtask`` (or ``task``) creates the task of the people who do the work; a text named ``admin_…`` goes to the administrator, any
other step is the name of a text for the customer.
``tell`` names texts for the customer and the statuses of the task that send them, each once.
``finish`` "person": the case stays open until somebody says that it is dealt with; ``remind`` are delays after which the administrator
is told again of one that nobody has dealt with. Without a step there is nothing to do: the case is only filed.
"""

from __future__ import annotations

from core.case import Case, Stage
from core.directive import Directive, GateSpec, once
from core.effects import CreateTask
from core.events import COLLEAGUE
from core.reading import Day
from core.work import Work

TASK_STEPS = frozenset({"subtask", "task"})
#: Texts that only say "we got it": rationed, so that no two robots answer each other for ever.
NOTICES = frozenset({"acknowledgement"})
#: How often a customer is told at most that an answer of his is here: a robot may be what answers.
MOST_REOPENED = 6
#: The count of a case to which a person has written since the customer last did.
ANSWERED = "answered"
#: The count of a case whose customer has been told, since a person last wrote, that his further messages are here.
HEARD = "heard"


def check(work: Work, spec: GateSpec) -> Stage | None:
    """Pass once the task is there; the steps are wanted exactly once, whatever happens later."""
    case = work.case
    wants_task = any(step in TASK_STEPS for step in spec.steps)
    wants_person = spec.finish == "person" and case.finished_at is None
    if case.counts.get("fulfilled", 0) == 0:
        work.count("fulfilled")
        if not spec.steps:
            work.because("filed", "cette directive n'appelle aucun geste : le message est classé, et se retrouve")
        for step in spec.steps:
            if step in TASK_STEPS:
                create_task(work)
            elif step.startswith("admin_"):
                work.because("told", "l'administrateur est averti : une personne doit lire ce message")
                work.tell_admin(step, message=case.summary)
            elif step in NOTICES and case.counts.get(COLLEAGUE) and COLLEAGUE in work.directive.texts:
                work.tell_customer(COLLEAGUE, "outcome")
            elif step in NOTICES and work.context.noticed:
                work.because("noticed", "déjà un accusé de réception aujourd'hui : pas de second")
            else:
                work.tell_customer(step, "notice" if step in NOTICES else "outcome")
        if wants_person:
            work.wait((f"fulfil.remind.{n}", delay) for n, delay in enumerate(spec.remind))
        return "fulfilling" if wants_task or wants_person else None
    return "fulfilling" if (wants_task and "task:done" not in case.counts) or wants_person else None


def reopen(work: Work, said: str) -> bool:
    """The customer answers what a person had dealt with: it waits for one again, he is told so. Whether it does."""
    spec = work.directive.gate("fulfil")
    if spec is None or work.case.stage != "done":
        return False
    work.because("reopened", "le client répond à un dossier traité : il est rouvert, une personne doit lire sa réponse")
    work.reset(ANSWERED, HEARD)
    work.change(finished_at=None, closed_at=None)
    work.stage("fulfilling")
    for step in spec.steps:
        if step.startswith("admin_"):
            work.tell_admin(step, message=said)
    acknowledge(work)
    work.wait((f"fulfil.remind.{n}", delay) for n, delay in enumerate(spec.remind))
    return True


def acknowledge(work: Work) -> None:
    """The customer wrote again: he is told that it is here, once until a person answers him, within reason."""
    spec = work.directive.gate("fulfil")
    if work.count(HEARD) > 1:
        return
    for step in spec.steps if spec is not None else ():
        if step in NOTICES and work.count("reopened") <= MOST_REOPENED:
            work.because("received", "le client apprend que sa réponse est là")
            work.tell_customer(step, "outcome")


def late(work: Work, spec: GateSpec, what: str) -> None:
    """Tell the administrator again of what nobody has dealt with."""
    if what.startswith("fulfil.remind") and work.case.stage == "fulfilling" and work.case.finished_at is None:
        if work.case.counts.get(ANSWERED):
            work.because("answered", "une personne a répondu au client : pas de relance", hit=False)
            return
        work.because("remind", "personne ne l'a encore traité : relance")
        template = next((step for step in spec.steps if step.startswith("admin_")), "admin_question")
        work.tell_admin(template, message=work.case.summary)


@once
def awaited(directive: Directive) -> bool:
    """Whether such requests stay open until a person says that they are dealt with."""
    gate = directive.gate("fulfil")
    return gate is not None and gate.finish == "person"


def untreated(case: Case, directive: Directive) -> bool:
    """Whether the case only waits for a person to deal with it: nothing is decided that would stand in the way of anything."""
    return awaited(directive) and case.stage == "fulfilling" and case.finished_at is None


def filed(case: Case, directive: Directive) -> bool:
    """Whether the case was only put away, by a directive that asks for nothing: it may still turn out to be something else."""
    gate = directive.gate("fulfil")
    return case.stage == "done" and gate is not None and not gate.steps and len(directive.gates) == 1


def create_task(work: Work) -> None:
    """The task with everything its people need; its number goes to the ticket."""
    case, spec = work.case, work.directive.ticket
    name, description = work.text("task", "fr")
    due = next((f.value.day.isoformat() for f in case.facts if isinstance(f.value, Day)), "")
    key = work.emit(
        "tasks",
        CreateTask(
            name=name,
            description=description,
            reference=case.ref,
            quantity=case.approval.amount if case.approval else None,
            files=tuple(f"{f.sha256}/{f.name.replace('/', '_')}" for f in case.files),
            due=due,
            properties={name: value for name, text in spec.task_fields.items() if (value := work.fill(text))},
        ),
        name="task",
        behind=work.links_in(description),
        tell=True,
    )
    if spec.task_property:
        work.set_property({spec.task_property: "${task.id}"}, after=(key,))


def moved(work: Work, spec: GateSpec, status: str) -> None:
    """The task was moved: the customer is told where the directive says so, once for each text."""
    for template, statuses in spec.tell:
        if status.strip().casefold() in statuses:
            if work.count(f"told:{template}") == 1:
                work.because(f"task:{template}", f"la tâche est passée à « {status} » : le client en est informé")
                work.tell_customer(template, "outcome")
            return
    work.because("task", f"la tâche est passée à « {status} »", hit=False)
