"""The four errors a connector may raise, and the one a person reads.

PortError
├── Transient       it did not happen; try again after ``after`` seconds
├── Ambiguous       it may have happened; look it up by its key before another try
├── Rejected        it will never happen like this; park it and show why
│   └── Unreachable   the person cannot be reached by this channel; another may do
└── Unauthorized    nothing will happen with these credentials; stop the lane, alert once

Nothing else escapes a connector: an unexpected exception in one is a defect of ours and is treated as Ambiguous,
the only safe reading when we do not know how far the call went.
"""

from __future__ import annotations


class PortError(Exception):
    """What an outside system could not do. ``str(error)`` is a sentence for a person, without secrets."""


class Transient(PortError):
    """It did not happen and may later. ``after``: seconds to wait, as the system asked, or None for our own backoff."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Ambiguous(PortError):
    """The request left and no answer came: it may have happened."""


class Rejected(PortError):
    """The system refused this input for good."""


class Unreachable(Rejected):
    """The person cannot be reached this way (no open window, no such number): another channel may do."""


class Unauthorized(PortError):
    """The credentials are refused: password changed, token revoked, scope missing."""


class UserError(Exception):
    """Something the person at the console can mend. ``str(error)`` says what happened, where, and what to do."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  → {self.todo}" if self.todo else "")
