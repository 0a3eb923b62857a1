"""What outside systems tell us by webhook, as the engine takes it. Connectors verify and read; the web only carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.call import Call, Proof
from core.message import Channel
from core.ports import Incoming


@dataclass(frozen=True, slots=True)
class Moved:
    """A task that people moved: its outside id and the status as their tool shows it."""

    task: str
    status: str
    at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A text of ours that was taken and yet never arrived. ``key`` is its effect's, ``id`` that of its receipt.

    ``again``: sent anew it may arrive, in another form.
    """

    key: str
    id: str
    why: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a webhook tells. All of it is on the disk before the caller gets his answer; then the lanes in ``wake`` look."""

    inbox: str = ""
    channel: Channel = "whatsapp"
    items: Sequence[Incoming] = ()
    moved: Sequence[Moved] = ()
    lost: Sequence[Lost] = ()
    wake: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. ``verify`` says whether the call is theirs: nothing else of it is looked at before. ``read`` may raise
    PortError, UserError or OSError, for which the caller is asked to try again. Both are called from threads.

    ``answer`` is the body of the answer with its type. ``proof`` is what ``verify`` holds a call against: with it another process
    can verify, keep the call and answer, and ``read`` comes later (engine.pickup); None where only this one can.
    """

    verify: Callable[[Call], bool]
    read: Callable[[Call], Told]
    answer: tuple[str, str] = ("{}", "application/json")
    proof: Proof | None = None


__all__ = ["Call", "Hook", "Lost", "Moved", "Proof", "Told"]
