"""Limits of an API, kept by all who call it: a sliding window, pauses that it asks for, a day's budget, counts."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.http.answer import Answer
from core.errors import Transient


class Gate:
    """What every call passes. This one lets all through."""

    #: Seconds that it lets a caller wait.
    patience = 0.0

    def before(self) -> None:
        """Called before a call. May wait; raises Transient when that would take too long."""

    def after(self, answer: Answer) -> float | None:
        """Called with an answer; the seconds that it asks us to wait, None when it does not."""
        return self.asked(answer)

    def asked(self, answer: Answer) -> float | None:
        """The seconds that an answer asks us to wait."""
        return retry_after(answer.headers)

    def failed(self) -> None:
        """Called when no answer came."""


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """The Retry-After header in seconds from now (RFC 9110, 10.2.3), at most a day; None when there is none to be read."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now()).total_seconds()
    return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else None


class Window(Gate):
    """At most ``most`` calls in any ``seconds``, and none during a pause that the API asked for.

    A caller waits its turn up to ``patience`` seconds; a longer pause is Transient, with how long. Safe from any thread.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        patience: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        system: str = "",
    ) -> None:
        self.most, self.seconds = most, seconds
        self.system = system
        self.patience = patience
        self._monotonic, self._sleep, self._clock = monotonic, sleep, clock
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._closed_until = 0.0
        self._day = clock().date()
        self._today: Counter[str] = Counter()

    def before(self) -> None:
        """Take a place in the window."""
        start = self._monotonic()
        while True:
            with self._lock:
                now = self._monotonic()
                self._turn_page()
                self.check_budget()
                wait = self._wait(now)
                if wait <= 0:
                    self._calls.append(now)
                    self._today["calls"] += 1
                    return
            if now - start + wait > self.patience:
                raise Transient(f"{self.system} : limite d'appels atteinte, reprise dans {wait:.0f} s", wait)
            self._sleep(wait)

    def check_budget(self) -> None:
        """Raises Transient when the day's budget is spent. Called with the lock held."""

    def after(self, answer: Answer) -> float | None:
        """Keep what the answer says of the limits."""
        asked = self.asked(answer)
        with self._lock:
            self._turn_page()
            self._today[str(answer.status)] += 1
        if answer.status == 429:
            asked = self.pause(asked)
        return asked

    def pause(self, seconds: float | None) -> float:
        """Nobody calls for so long (None: one window); that long."""
        wait = self.seconds if seconds is None else seconds
        with self._lock:
            self._closed_until = max(self._closed_until, self._monotonic() + wait)
        return wait

    def failed(self) -> None:
        """Count a call without an answer."""
        with self._lock:
            self._turn_page()
            self._today["lost"] += 1

    def counts(self) -> dict[str, int]:
        """Of today (UTC): "calls", "lost", and answers by status."""
        with self._lock:
            self._turn_page()
            return dict(self._today)

    def until_midnight(self) -> float:
        """Seconds to the next day (UTC)."""
        now = self._clock()
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (tomorrow - now).total_seconds()

    def _turn_page(self) -> None:
        today = self._clock().date()
        if today != self._day:
            self._day = today
            self._today.clear()
            self.new_day()

    def new_day(self) -> None:
        """A day began. Called with the lock held."""

    def _wait(self, now: float) -> float:
        # One expression decides both, so that no rounding leaves a call counted as old here and as recent there.
        while self._calls and self._calls[0] + self.seconds - now <= 0:
            self._calls.popleft()
        full = self._calls[-self.most] + self.seconds - now if len(self._calls) >= self.most else 0.0
        return max(full, self._closed_until - now)
