"""Logs: one line an event on standard error, with addresses, numbers and keys masked (structlog over the standard library)."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

from core.spare import absent

with absent("rich"):  # structlog would load it for tracebacks in colour, 4 MB; ours are plain
    import structlog

_ADDRESS = re.compile(r"([\w.+%-]{1,2})[\w.+%-]*@([\w-]{1,2})[\w.-]*\.([a-z]{2,})", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.:-])\+?\d(?:[ .-]?\d){8,14}(?![\w:-])")
_KEY = re.compile(r"(?i)\b(bearer |token=|password=|key=|secret=|authorization: ?)\S+")


def mask(text: str) -> str:
    """The text without what identifies people or opens doors: « je…@ex….com », « +33…42 »."""
    text = _ADDRESS.sub(r"\1…@\2….\3", text)
    text = _NUMBER.sub(lambda m: f"{m[0][:3]}…{m[0][-2:]}", text)
    return _KEY.sub(r"\1…", text)


def _masked(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    del logger, method
    for key, value in event.items():
        if isinstance(value, str) and key not in ("timestamp", "level"):
            event[key] = mask(value)
    return event


def configure(level: str) -> None:
    """Send every log of the process through the mask to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.dev.ConsoleRenderer(colors=False) if sys.stderr.isatty() else structlog.processors.LogfmtRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _masked,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "imapclient", "urllib3", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, getattr(logging, level)))
