"""The gates: one a file. A gate is asked where a case stands and answers Pass or Wait; walking the list makes the decision.

A gate that waits has already said (in the Work) what it wants done on the way in; asked again with nothing changed it
says nothing, so walking twice is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.case import Stage
from core.directive import GateSpec
from core.gates import approve, complete, fulfil, review
from core.work import Work

#: Asked: the stage in which the case waits there, or None to pass.
Gate = Callable[[Work, GateSpec], Stage | None]

GATES: Mapping[str, Gate] = {
    "complete": complete.check,
    "review": review.check,
    "approve": approve.check,
    "fulfil": fulfil.check,
}

#: What a deadline that a gate set means when it has passed; the gate's name comes before the first dot of the deadline's.
LATE: Mapping[str, Callable[[Work, GateSpec, str], None]] = {
    "complete": complete.late,
    "review": review.late,
    "approve": approve.late,
    "fulfil": fulfil.late,
}


def walk(work: Work) -> None:
    """Ask the gates in order until one waits; past the last the case is done.

    Once fulfilment has begun the gates before it are behind the case for good.
    """
    for place, spec in enumerate(work.directive.gates):
        if place < work.case.gate and work.case.stage == "fulfilling":
            continue
        stage = GATES[spec.gate](work, spec)
        work.change(gate=place)
        if stage is not None:
            work.stage(stage)
            return
    work.change(gate=len(work.directive.gates))
    work.stage("done")
