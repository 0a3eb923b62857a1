"""The store: every group of transactions over one database."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import Connection, insert, select

from core import views
from core.errors import UserError
from store import schema
from store.accounts import AccountsTable
from store.answers import AnswersTable
from store.calls import CallsTable
from store.clerk import Clerk
from store.contacts import ContactsTable
from store.courier import Courier
from store.crypto import Keys
from store.documents import DocumentsTable
from store.drafts import Drafts
from store.engine import Database, connect
from store.fill import Fill
from store.healing import Heals
from store.lookup import Lookup
from store.nodes import NodesTable
from store.records import RecordsTable
from store.retention import Retention
from store.revisions import Revisions
from store.tables import meta
from store.views_people import PeopleViews
from store.views_register import RegisterViews
from store.views_report import ReportViews


class SqlStore(
    Retention,
    Lookup,
    PeopleViews,
    ReportViews,
    RegisterViews,
    ContactsTable,
    Drafts,
    Fill,
    Heals,
    Clerk,
    Courier,
    Revisions,
    RecordsTable,
    AnswersTable,
    AccountsTable,
    CallsTable,
    NodesTable,
    DocumentsTable,
):
    """core.views.DeskStore on SQLite or PostgreSQL. Each public method is one transaction; safe from any thread.

    Raises UserError for what a person must mend (full disk, wrong key) and Transient for what passes (busy, connection lost).
    """

    def __init__(self, db: Database, keys: Keys) -> None:
        self.db, self.keys = db, keys

    def close(self) -> None:
        """Finish what is being written and close."""
        self.db.close()

    def _recognise(self, connection: Connection, now: datetime) -> None:
        """Leave the mark of the key and an empty journal in a database that was just made."""
        if connection.execute(select(meta.c.value).where(meta.c.name == "check")).scalar() is None:
            connection.execute(
                insert(meta), [{"name": "check", "value": self.keys.check}, {"name": "created_at", "value": now.isoformat()}]
            )
            self._first_head(connection)


def open_store(url: str, *, keys: Keys, now: datetime) -> SqlStore:
    """The store at that URL (``sqlite:////path/guichet.db`` or ``postgresql://…``), its tables made or brought up to date.

    Raises UserError (no such place, newer database, wrong key) or Transient.
    """
    db = connect(url)
    store = SqlStore(db, keys)
    try:
        schema.prepare(db, lambda connection: store._recognise(connection, now))
        with db.read() as connection:
            wanted = select(meta.c.name, meta.c.value).where(meta.c.name.in_(("check", "fill", "moved_to")))
            marks = {row.name: row.value for row in connection.execute(wanted)}
        if not hmac.compare_digest(marks.get("check", ""), keys.check):
            raise UserError(
                "cette base a été écrite avec une autre clé secrète",
                where="SECRET_KEY",
                todo="remettez la clé d'origine dans .env ; sans elle, ni la base ni ses sauvegardes ne se lisent",
            )
        if "moved_to" in marks:
            raise UserError(
                f"ces données ont été déménagées vers {marks['moved_to']}",
                where=str(db.url.database),
                todo="réglez DATABASE_URL sur cette base",
            )
        if "fill" in marks:
            db.write(store.fill)
    except BaseException:  # whatever it is, the connections are given back before it goes on its way
        db.close()
        raise
    return store


def _proof(store: SqlStore) -> views.DeskStore:
    """Nothing runs this: mypy proves by it that the class keeps the port's contract."""
    return store
