"""The jobs by which Procrastinate hands out lanes on PostgreSQL: its tables, and whether a job is still ours."""

from __future__ import annotations

from importlib import resources

from sqlalchemy import Connection, text

from core.nodes import HandedOver
from store.engine import Postgres
from store.fence import MINE

#: The task that every lane's job names.
TASK = "lane"
#: Any number: two nodes that start together take turns.
_LOCK = 7_120_332


def check(db: Postgres, lane: str, job: int, turn: int) -> None:
    """Right before an outside call. Raises HandedOver, or Transient when the database does not answer."""
    with db.now() as connection:
        mine = connection.execute(text(MINE), {"job": job, "turn": turn}).first()
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
