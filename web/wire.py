"""What every answer carries and how long callers are waited for: the same in the daemon and at the door. Loads nothing."""

from __future__ import annotations

#: Seconds in which a request's headers must have come, and after which an idle connection is closed.
HEAD_SECONDS, IDLE_SECONDS = 10.0, 15
#: Most bytes of a request's line and headers.
MOST_HEAD = 32_768


def security_headers(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """For every answer that does not say otherwise. ``secure``: the address that people use is https."""
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    if secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
