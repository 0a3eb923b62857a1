"""The schema's revision: read in one query at every start, changed by Alembic (slow to import) only when it is behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import UserError
from store.engine import Database
from store.tables import HEAD, metadata

MIGRATIONS = Path(__file__).with_name("migrations")
#: Any number: it makes two nodes that start together take turns on PostgreSQL.
_LOCK = 7_120_331


#: Alembic's own table, as it makes it.
_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def known() -> frozenset[str]:
    """The revisions this code has a migration for; their files are named after them."""
    return frozenset(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision(connection: Connection) -> str:
    """The revision the tables are at, '' when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().first()
    return str(found or "")


def migrate(connection: Connection, target: str = HEAD) -> None:
    """Bring the tables to that revision inside the connection's transaction: all of it or nothing."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Between two statements of a migration whole tables may be worked on here.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    current = revision(connection)
    if current == target:
        return
    refuse_newer(current, str(connection.engine.url.render_as_string(hide_password=True)))
    if not current and target == HEAD and connection.dialect.name == "sqlite":
        # An empty file needs no history: the tables as they are now are what all migrations come to (a test compares).
        metadata.create_all(connection)
        connection.execute(text(_VERSION))
        connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})
        return
    # Alembic and Mako cost 12 MB and 0.15 s: only a migration pays for them.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def refuse_newer(current: str, where: str) -> None:
    """Raises UserError when the tables were made by a later version of the product."""
    if current and current not in known():
        raise UserError(
            f"la base est d'une version plus récente que ce programme (schéma {current}, ce programme connaît {HEAD})",
            where=where,
            todo="installez la version du programme qui a écrit cette base, ou restaurez une sauvegarde plus ancienne",
        )


def prepare(database: Database, first: Callable[[Connection], None]) -> None:
    """Make the tables ready; ``first`` runs in the same transaction when they change. Raises UserError, Transient."""
    with database.read() as connection:
        current = revision(connection)
    if current != HEAD:

        def work(connection: Connection) -> None:
            migrate(connection)
            first(connection)

        database.write(work)
