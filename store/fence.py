"""The fence: whoever works for a lane that several nodes share may commit only while the lane is still its own (core.nodes).

The row of the lane's job is locked against change until the commit ends: a takeover comes before it or after it, never between.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from core.nodes import HandedOver, Hold

if TYPE_CHECKING:
    from store.engine import Postgres

#: The task that every lane's job names.
TASK = "lane"
_MINE = "SELECT 1 FROM procrastinate_jobs WHERE id = :job AND status = 'doing' AND attempts = :turn"
#: Any number: two nodes that start together take turns.
_LOCK = 7_120_332


def fence(connection: Connection, hold: Hold) -> None:
    """First in every transaction of a lane. Raises HandedOver."""
    mine = connection.execute(text(_MINE + " FOR SHARE"), {"job": hold.job, "turn": hold.turn}).first()
    if mine is None:
        raise HandedOver(hold.lane)


def check(db: Postgres, lane: str, job: int, turn: int) -> None:
    """Right before an outside call. Raises HandedOver, or Transient when the database does not answer."""
    with db.now() as connection:
        mine = connection.execute(text(_MINE), {"job": job, "turn": turn}).first()
    if mine is None:
        raise HandedOver(lane)


def install(db: Postgres) -> None:
    """Procrastinate's tables, if they are not there. Raises Transient, UserError."""
    with db.now() as connection:
        if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is not None:
            return
    schema = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")

    def work(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
            # Many statements in one text: only the driver itself takes that.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(schema)

    db.write(work)
