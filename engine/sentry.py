"""Sentry: our defects told to a service outside, without anything that says who our customers are or what they wrote.

Imported only where SENTRY_DSN is set. Nothing is switched on by itself: of all integrations those remain that tell of errors.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import Event, Hint

from core.errors import UserError
from engine.logs import mask

#: Most characters of a text that leaves, and most depth of an event.
MOST_TEXT, MOST_DEPTH = 1_000, 12
#: What of an event is kept; all else (request, user, breadcrumbs, server's name, modules, extra) stays here.
_KEPT = frozenset(
    {"event_id", "timestamp", "platform", "level", "logger", "release", "environment", "exception", "logentry", "message",
     "transaction", "sdk", "fingerprint", "type"}
)  # fmt: skip
#: What of a stack's frame is kept: where, never with what.
_FRAME = frozenset({"function", "module", "filename", "lineno", "in_app"})
#: What pydantic, KeyError and the like repeat of their input.
_INPUT = re.compile(r"input_value=.*?(?=, input_type=|$)", re.DOTALL)
_QUOTED = re.compile(r"'[^']{2,}'|\"[^\"]{2,}\"|«[^»]{2,}»")
#: Keys by their form: prefixed ones, and every long run of letters and digits.
_SECRET = re.compile(r"\b(?:sk|pk|pat|xox[a-z]|ghp|rk|whsec)[-_][\w-]{6,}|\b[A-Za-z0-9_-]{24,}={0,2}")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)


def start(dsn: str, *, release: str = "", environment: str = "production") -> None:
    """Tell errors to this DSN from now on. Raises UserError when it is none."""
    try:
        sentry_sdk.init(
            dsn=dsn,
            release=release or None,
            environment=environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
                ExcepthookIntegration(),
                ThreadingIntegration(propagate_scope=False),
                DedupeIntegration(),
                AtexitIntegration(callback=lambda pending, timeout: None),
            ],
            before_send=scrub,
            before_breadcrumb=lambda crumb, hint: None,
            max_breadcrumbs=0,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_value_length=MOST_TEXT,
            auto_session_tracking=False,
            send_client_reports=False,
            server_name="guichet",
            shutdown_timeout=1,
        )
    except Exception as error:  # sentry_sdk.utils.BadDsn, and what a malformed one makes of urllib
        raise UserError("cette adresse n'est pas celle d'un projet Sentry", where="SENTRY_DSN") from error


def stop(timeout: float = 1.0) -> None:
    """Send what waits, then tell nothing any more."""
    client = sentry_sdk.get_client()
    client.close(timeout=timeout)
    sentry_sdk.get_global_scope().set_client(None)


def scrub(event: Event, hint: Hint) -> Event | None:
    """The event without personal data and keys; nothing at all when that fails."""
    del hint
    try:
        kept: Any = {name: value for name, value in event.items() if name in _KEPT}
        for text in ("message", "transaction"):
            if isinstance(kept.get(text), str):
                kept[text] = clean(kept[text])
        entry = kept.get("logentry")
        if isinstance(entry, dict):
            # The sentence with its blanks is ours; what was filled in is not.
            kept["logentry"] = {"message": clean(str(entry.get("message", "")))}
        for one in (kept.get("exception") or {}).get("values") or ():
            one["value"] = clean(str(one.get("value") or ""))
            one.pop("mechanism", None)
            stack = one.get("stacktrace") or {}
            frames = [_frame(f) for f in stack.get("frames") or ()]
            one["stacktrace"] = {"frames": frames} if frames else None
    except Exception:  # whatever an odd event does to this: what was not cleaned is not sent
        return None
    return kept  # type: ignore[no-any-return]


def clean(text: str) -> str:
    """A text without addresses, numbers, keys and what it quotes of somebody's input."""
    text = text[: MOST_TEXT * 4]
    text = _INPUT.sub("input_value=…", text)
    text = _QUOTED.sub("'…'", text)
    text = mask(_URL.sub("…", text))
    return _SECRET.sub("…", text)[:MOST_TEXT]


def _frame(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name in _FRAME}
