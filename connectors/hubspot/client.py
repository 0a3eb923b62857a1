"""Calls to one HubSpot portal, within its limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.http import Answer, HttpClient, Window
from connectors.hubspot.paths import Paths
from core.errors import Transient
from core.outside import Count, uncounted

#: Seconds of HubSpot's window, and a little for calls that overtake each other on their way.
WINDOW = 10.25


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of today (UTC). ``budget`` and ``left`` are of the portal's day, as it last said, else as we count."""

    calls: int
    budget: int
    left: int
    by_status: Mapping[str, int]


class Limits(Window):
    """The sliding window of ten seconds, the pauses that 429 asks for, and the day's budget."""

    def __init__(self, most: int, daily: int, **more: Any) -> None:
        super().__init__(most, WINDOW, patience=15.0, system="HubSpot", **more)
        self._daily = daily
        self._left: int | None = None
        self._spent_until = 0.0

    def check_budget(self) -> None:
        """Refuse while the day's budget is spent."""
        wait = self._spent_until - self._monotonic()
        if wait <= 0 and self._today["calls"] >= self._daily:
            wait = self.until_midnight()
        if wait > 0:
            raise Transient(f"HubSpot : le quota d'appels du jour est épuisé, reprise dans {wait / 60:.0f} min", wait)

    def after(self, answer: Answer) -> float | None:
        """Keep what the headers say; a spent day closes for an hour at a time, since its midnight is the portal's, not ours."""
        asked = super().after(answer)
        budget, left = _number(answer, "Daily"), _number(answer, "Daily-Remaining")
        with self._lock:
            if budget:
                self._daily = budget
            if left is not None:
                self._left = left
        if answer.status == 429 and "DAILY" in str(answer.dict().get("policyName", "")).upper():
            asked = max(asked or 0.0, min(3600.0, self.until_midnight()))
            with self._lock:
                self._left = 0
                self._spent_until = self._monotonic() + asked
        return asked

    def new_day(self) -> None:
        """What was left yesterday says nothing of today."""
        self._left = None

    def usage(self) -> Usage:
        """Where today stands."""
        counts = self.counts()
        calls = counts.pop("calls", 0)
        with self._lock:
            left = self._left if self._left is not None else max(0, self._daily - calls)
            return Usage(calls, self._daily, left, counts)


def _number(answer: Answer, name: str) -> int | None:
    value = answer.headers.get(f"X-HubSpot-RateLimit-{name}", "")
    return int(value) if value.isdecimal() and len(value) < 12 else None


class HubSpotClient:
    """One portal, one token, one set of limits: share it between all that speak to HubSpot. Safe from any thread.

    ``window`` is the calls allowed in ten seconds (100 on Free and Starter, 190 above), ``daily`` those of a day until the
    portal says better. ``version`` is "v3" or a date ("2026-09").
    """

    def __init__(
        self,
        token: str,
        *,
        base: str = "https://api.hubapi.com",
        version: str = "v3",
        window: int = 100,
        daily: int = 250_000,
        timeout: tuple[float, float] = (5.0, 20.0),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        count: Count = uncounted,
    ) -> None:
        self.path = Paths(version)
        self.limits = Limits(window, daily, monotonic=monotonic, sleep=sleep, clock=clock)
        self._http = HttpClient(
            base,
            system="HubSpot",
            authorization=f"Bearer {token}",
            timeout=timeout,
            gate=self.limits,
            count=count,
            explain=explain,
            monotonic=monotonic,
        )
        self.patience = self._http.patience
        self.call = self._http.call
        self.download = self._http.download
        self.text = self._http.text
        self.close = self._http.close

    def usage(self) -> Usage:
        """Calls of today and what is left of the budget."""
        return self.limits.usage()


def explain(answer: Answer) -> str:
    """HubSpot's error in one line: category, message, and the scopes it misses."""
    body = answer.dict()
    parts = [str(body[name]) for name in ("category", "message") if body.get(name)]
    if scopes := missing_scopes(body):
        parts.append(f"portées manquantes au jeton : {', '.join(sorted(scopes))}")
    if identity := body.get("correlationId"):
        parts.append(f"(correlationId {identity})")
    return " : ".join(parts) or "sans explication"


def missing_scopes(error: Mapping[str, Any]) -> set[str]:
    """The scopes that an error of category MISSING_SCOPES asks for."""
    found: set[str] = set()
    details = error.get("errors")
    for part in (error, *(details if isinstance(details, list) else ())):
        context = part.get("context") if isinstance(part, Mapping) else None
        for name, values in context.items() if isinstance(context, Mapping) else ():
            if "scope" in name.casefold() and isinstance(values, list):
                found.update(str(v) for v in values)
    return found
