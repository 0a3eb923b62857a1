"""Calls to ClickUp's API (v2), within its limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from connectors.http import Answer, HttpClient, Window
from core.outside import Count, uncounted

#: Codes of a 401 that speak of what was asked for, not of the token: ClickUp says so of ids that it does not know.
NOT_AUTHORIZED_THERE = frozenset({"OAUTH_023", "OAUTH_026", "OAUTH_027", *(f"OAUTH_0{n}" for n in range(29, 46))})


class Limits(Window):
    """So many calls a minute; when none is left, X-RateLimit-Reset (a Unix time) says until when."""

    def __init__(self, most: int, **more: object) -> None:
        super().__init__(most, 60.0, patience=20.0, system="ClickUp", **more)  # type: ignore[arg-type]

    def asked(self, answer: Answer) -> float | None:
        """Until the reset, when the answer says that no call is left."""
        reset = answer.headers.get("X-RateLimit-Reset", "")
        if not reset.isdecimal() or len(reset) >= 14:
            return super().asked(answer)
        if answer.status != 429 and answer.headers.get("X-RateLimit-Remaining") != "0":
            return None
        return min(max(int(reset) - self._clock().timestamp(), 0.0) + 0.5, 120.0)

    def after(self, answer: Answer) -> float | None:
        """Keep what the headers say: the last call of a minute closes it for all."""
        asked = super().after(answer)
        if asked is not None and answer.headers.get("X-RateLimit-Remaining") == "0":
            self.pause(asked)
        return asked


class ClickUpClient:
    """One workspace's token. ``window`` is the calls allowed in a minute (100; 1,000 on Business Plus). Safe from any thread."""

    def __init__(
        self,
        token: str,
        *,
        base: str = "https://api.clickup.com/api",
        window: int = 100,
        timeout: tuple[float, float] = (5.0, 30.0),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        count: Count = uncounted,
    ) -> None:
        self.limits = Limits(window, monotonic=monotonic, sleep=sleep, clock=clock)
        self._http = HttpClient(
            base,
            system="ClickUp",
            authorization=token,
            timeout=timeout,
            gate=self.limits,
            count=count,
            explain=explain,
            monotonic=monotonic,
        )
        self.patience = self._http.patience
        self.call = self._http.call
        self.text = self._http.text
        self.close = self._http.close

    def usage(self) -> dict[str, int]:
        """Calls and answers by status of today (UTC)."""
        return self.limits.counts()


def explain(answer: Answer) -> str:
    """ClickUp's error in one line."""
    body = answer.dict()
    said, code = str(body.get("err") or "sans explication"), body.get("ECODE")
    return f"{said} ({code})" if code else said
