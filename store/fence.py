"""The fence: whoever works for a lane that several nodes share may commit only while the lane is still its own (core.nodes).

The row of the lane's job is locked against change until the commit ends: a takeover comes before it or after it, never between.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.nodes import HandedOver, Hold

#: Whether a lane's job is still held by that turn of it.
MINE = "SELECT 1 FROM procrastinate_jobs WHERE id = :job AND status = 'doing' AND attempts = :turn"


def fence(connection: Connection, hold: Hold) -> None:
    """First in every transaction of a lane. Raises HandedOver."""
    mine = connection.execute(text(MINE + " FOR SHARE"), {"job": hold.job, "turn": hold.turn}).first()
    if mine is None:
        raise HandedOver(hold.lane)
