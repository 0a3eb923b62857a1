"""Questions that cost money: set aside before they are put, kept before they are used, asked no more for a while after failures.

One place for what Claude reads in messages, what it sees in pictures, and what a service hears in voices.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized
from core.model import Answer
from core.ports import Answers

log = logging.getLogger("guichet.model")

Outcome = Literal["answered", "budget", "lost", "failed", "late"]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a question. ``why`` is for people, '' when it was answered; ``known``: it had been put before.

    "failed" may be tried again, after ``after`` seconds where that is known; "lost" may have been paid and is never put again.
    """

    outcome: Outcome
    answer: Answer | None = None
    why: str = ""
    known: bool = False
    after: float | None = None


class Paid:
    """The questions to one vendor. Safe from several threads at once.

    ``budget``: US dollars a calendar month (UTC), None for no limit. After ``failures`` in a row nothing is asked for ``pause``
    seconds; after refused credentials for ``closed`` seconds.
    """

    def __init__(
        self,
        store: Answers,
        *,
        clock: Callable[[], datetime],
        budget: Decimal | None,
        failures: int = 3,
        pause: float = 60.0,
        closed: float = 900.0,
    ) -> None:
        self._store, self._clock, self.budget = store, clock, budget
        self._most, self._pause, self._closed = failures, pause, closed
        self._lock = threading.Lock()
        self._failures = 0
        #: Until when nothing is asked (monotonic seconds), and why.
        self._until, self._why = 0.0, ""

    @property
    def paused(self) -> str:
        """Why nothing is asked at the moment, '' when it is."""
        return self._why if time.monotonic() < self._until else ""

    def put(self, key: str, model: str, cost: Callable[[], Decimal], ask: Callable[[], Answer]) -> Told:
        """The answer to a question, by its key: the one that is known, else what ``ask`` gives. Raises Rejected, which costs nothing."""
        known = self.known(key)
        if known is not None:
            return known
        if why := self.paused:
            return Told("failed", None, why, after=max(0.0, self._until - time.monotonic()))
        state = self._store.reserve_answer(key, model, cost(), self.budget, self._clock())
        if state == "known":
            return self.known(key) or Told("failed", None, "la question vient d'être retirée")
        if state == "over":
            return Told("budget", None, "le budget du mois pour le modèle est épuisé")
        try:
            answer = ask()
        except Rejected:
            self._store.release_answer(key)
            raise
        except (Transient, Unauthorized) as error:
            self._store.release_answer(key)
            self._trouble(error)
            return Told("failed", None, str(error), after=error.after if isinstance(error, Transient) else self._closed)
        except Exception as error:
            # It may have been paid: it stays set aside, and is never put again.
            told = str(error) if isinstance(error, PortError) else f"erreur interne ({type(error).__name__})"
            if not isinstance(error, Ambiguous):
                log.error("the model's connector failed with %s", type(error).__name__)
            self._trouble(error)
            return Told("lost", None, told)
        self._store.keep_answer(key, answer, self._clock())
        with self._lock:
            self._failures = 0
        return Told("answered", answer)

    def known(self, key: str) -> Told | None:
        """What is known of a question that was put before, None when it never was."""
        row = self._store.answer(key)
        if row is None:
            return None
        if row.answer is None:
            return Told("lost", None, "la question a déjà été posée, peut-être payée, et n'est pas répétée", known=True)
        return Told("answered", row.answer, known=True)

    def resume(self) -> None:
        """Ask again at once (after a reload: the key may have been mended)."""
        with self._lock:
            self._until, self._why, self._failures = 0.0, "", 0

    def _trouble(self, error: Exception) -> None:
        """Count a failure; after some, or when it will not pass by itself, ask nothing for a while."""
        with self._lock:
            self._failures += 1
            wait = self._pause if self._failures >= self._most else 0.0
            if isinstance(error, Unauthorized):
                wait = self._closed
            elif isinstance(error, Transient) and error.after:
                wait = max(wait, min(error.after, self._closed))
            if wait and time.monotonic() + wait > self._until:
                self._until, self._why = time.monotonic() + wait, str(error)
                log.warning("the model is not asked for %.0f s: %s", wait, error)
