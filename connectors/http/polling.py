"""What inboxes and outlets over web APIs have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from core.effects import Effect, Receipt
from core.errors import PortError, Transient, Unauthorized


class Polled:
    """An inbox that is looked at each ``interval`` and whenever somebody knocks (a webhook)."""

    def __init__(self) -> None:
        self._bell = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until ``wake``. Always worth a poll."""
        self._bell.wait(max(0.0, seconds))
        self._bell.clear()
        return True

    def wake(self) -> None:
        """Make ``wait`` return, now or when it is next called; from any thread."""
        self._bell.set()


def one_by_one(effects: Sequence[Effect], do: Callable[[Effect], Receipt]) -> list[Receipt | PortError]:
    """One outcome each, in order, for an API that takes one at a time; what comes after it stopped answering is not tried."""
    outcomes: list[Receipt | PortError] = []
    for effect in effects:
        try:
            outcomes.append(do(effect))
        except (Transient, Unauthorized) as error:
            return outcomes + [error] * (len(effects) - len(outcomes))
        except PortError as error:
            outcomes.append(error)
    return outcomes
