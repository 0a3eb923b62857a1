"""The tables, the same on SQLite and PostgreSQL.

What a person wrote, or what says who he is, stands only in columns of type ``Sealed``: encrypted by store.crypto, bound to its
table and row. It is looked up by ``*_hash`` columns: keyed hashes that say nothing without the key. Times are aware, in UTC.

``HEAD`` is the revision of the schema that this code reads and writes; a test compares it with the newest of store/migrations.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

HEAD = "0009"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 in UTC, without the rounding of floats. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware datetime of those microseconds."""
    return _EPOCH + value * _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC: microseconds on SQLite (which has no such type), timestamptz on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        plain = microseconds(value)
        return plain if dialect.name == "sqlite" else moment(plain)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return moment(value) if dialect.name == "sqlite" else value.astimezone(UTC)


#: SQLite makes row ids by itself only for a column that is plainly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
Hash = String(64)
Sealed = LargeBinary

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Single values: the key's check, the journal's head.
meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

# ------------------------------------------------------------------ people

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email_hash", Hash, unique=True),
    Column("phone_hash", Hash, unique=True),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "updated_at", "id"),
)

# ------------------------------------------------------------------ people of the desk

#: The name, the role and the password's hash are in ``body``, sealed: whoever writes into the file makes nobody an administrator.
users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name_hash", Hash, nullable=False, unique=True),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

#: ``secret_hash``: of the id that the browser holds.
sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", Hash, primary_key=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "user_id"),
)

#: API tokens; ``user_id`` NULL for those of a service.
tokens = Table(
    "tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_hash", Hash, nullable=False, unique=True),
    Column("name_hash", Hash, nullable=False, unique=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE")),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment),
    Column("used_at", Moment),
    Index(None, "user_id"),
)

#: Tries to log in, by account and by address.
attempts = Table(
    "attempts",
    metadata,
    Column("name_hash", Hash, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("free_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "until"),
)

# ------------------------------------------------------------------ messages

#: new > read > decided, or parked, or dropped. ``identity_hash`` makes a message one, by whatever road it comes.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("inbox", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("identity_hash", Hash, nullable=False, unique=True),
    Column("body", Sealed, nullable=False),
    Column("raw", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("error", Sealed),
    Column("outcome", String(32), nullable=False),
    Column("case_id", Text),
    Index(None, "state", "id"),
    Index(None, "case_id"),
    Index("ix_inbox_day", "taken_at", "channel"),
    # A row that was given up and deleted must never lend its number to another: audits and the desk name it.
    sqlite_autoincrement=True,
)

#: What is known of every item of every inbox: taken, known, skipped, parked; "failed" will be tried again.
ledger = Table(
    "ledger",
    metadata,
    Column("inbox", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Sealed),
    Column("at", Moment, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("inbox_id", Serial, ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("fingerprint", Hash, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Which content of the spool belongs to whom: "message:<id>" or "case:<id>".
files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("family", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "owner"),
)

#: What files say: "wanted" (``body`` is what is to be read) > "read" (``body`` is the Document).
documents = Table(
    "documents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "state", "next_at"),
)

#: Which messages wait for which files, and whose they are.
awaiting = Table(
    "awaiting",
    metadata,
    Column("inbox_id", Serial, ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("person_hash", Hash, nullable=False),
    Index(None, "sha256"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# ------------------------------------------------------------------ cases

#: What lists and figures ask stands in clear beside the body: nothing of it says who somebody is or what he wrote.
#: ``amount`` is in millionths: the one approved, else the one offered last; ``offer`` the state of that offer. ``answered_at``:
#: when the first text to the customer had left. ``words`` tells by keyed hash whether the case's words have changed.
cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("business", Text, nullable=False),
    Column("directive", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", String(32), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("email_hash", Hash),
    Column("phone_hash", Hash),
    Column("body", Sealed, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("channel", String(16), nullable=False, server_default=""),
    Column("closed_at", Moment),
    Column("answered_at", Moment),
    Column("approved_at", Moment),
    Column("offer", String(16), nullable=False, server_default=""),
    Column("amount", BigInteger),
    Column("unit", Text, nullable=False, server_default=""),
    Column("words", BigInteger, nullable=False, server_default="0"),
    Index(None, "email_hash", "open"),
    Index(None, "phone_hash", "open"),
    Index(None, "stage", "updated_at"),
    # These answer lists and figures alone, without a look at the rows: bodies make those large.
    Index("ix_cases_updated", "updated_at", "id", "opened_at", "stage", "channel", "kind", "business"),
    Index("ix_cases_opened", "opened_at", "id", "stage", "channel", "kind", "business", "offer", "answered_at", "closed_at"),
    Index("ix_cases_closed", "closed_at", "stage", "business"),
    Index("ix_cases_approved", "approved_at", "unit", "amount", "business"),
)

#: The words by which cases ("case") and people ("contact") are found, by keyed hash (60 bits of it).
words = Table(
    "words",
    metadata,
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), primary_key=True),
    Column("owner", Text, primary_key=True),
    sqlite_with_rowid=False,
)

#: Labels by people of what the messages of a case tell; ``name`` is a fact's of the directive, or "kind".
lessons = Table(
    "lessons",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("business", Text, nullable=False),
    Column("how", String(16), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "business", "at"),
)

#: The lines of requests whose directive keeps a register (core.register): figures in clear, nothing that says who somebody is.
#: ``person`` is a contact's id, '' for none; ``day`` the one of ``opened_at`` in the business's zone (ISO 8601), so that whole years
#: are counted in the order of an index. Amounts are in millionths; ``due`` is a day, '' for none; ``sure`` hundredths.
case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("business", Text, nullable=False),
    Column("directive", Text, nullable=False),
    Column("stage", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("day", String(10), nullable=False),
    Column("what", Text, nullable=False),
    Column("quantity", BigInteger),
    Column("unit", Text, nullable=False),
    Column("total", BigInteger),
    Column("currency", String(8), nullable=False),
    Column("due", String(10), nullable=False),
    Column("sure", Integer, nullable=False),
    Column("judged", String(16), nullable=False),
    # A list, and each figure, is answered by one of these alone.
    Index("ix_case_lines_opened", "n", "opened_at", "case_id", "stage", "directive", "person", "due"),
    Index("ix_case_lines_due", "n", "due", "case_id", "opened_at", "stage", "directive", "person"),
    Index("ix_case_lines_day", "n", "day", "stage", "currency", "directive", "total"),
    Index("ix_case_lines_what", "what", "unit", "day", "stage", "directive", "quantity"),
    Index("ix_case_lines_person", "n", "person", "day", "directive"),
)

#: What people should look at in such requests (core.alerts), from ``at`` on.
case_alerts = Table(
    "case_alerts",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("directive", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
    Index("ix_case_alerts_name", "name", "at", "case_id"),
)

threads = Table(
    "threads",
    metadata,
    Column("thread_hash", Hash, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "case_id"),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("due", Moment, nullable=False),
    Index(None, "due"),
)

events = Table(
    "events",
    metadata,
    Column("n", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
    Column("tell", Boolean, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Index(None, "waiting", "n"),
    Index(None, "case_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("n", Serial, primary_key=True),
    Column("person_hash", Hash, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "person_hash", "at"),
)

# ------------------------------------------------------------------ journal

#: Append-only; store.journal says how the rows are chained. ``data`` is canonical JSON of references and figures.
journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("text_id", String(32), nullable=False),
    Column("text_digest", Hash, nullable=False),
    Column("mac", Hash, nullable=False),
    Index(None, "case_id", "seq"),
)

#: The prose the journal refers to. Erased: ``body`` is NULL and ``erased`` holds the keyed proof that we did it.
texts = Table(
    "texts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("body", Sealed),
    Column("erased", Hash),
    Index(None, "case_id"),
)

# ------------------------------------------------------------------ effects

#: ``blocked`` counts the dependencies that are not satisfied yet; ``ends`` how often it was told as ended.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("system", String(32), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", Sealed, nullable=False),
    Column("tell", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("receipt", Sealed),
    Column("error", Sealed),
    Index(None, "system", "state", "blocked", "next_at"),
    Index(None, "state", "blocked", "next_at"),
    Index(None, "case_id", "seq"),
    sqlite_autoincrement=True,
)

#: ``kind`` "after": satisfied when the needed effect is done. "behind": satisfied when it ended one way or another.
dependencies = Table(
    "dependencies",
    metadata,
    Column("key", Text, ForeignKey("outbox.key"), primary_key=True),
    Column("needs", Text, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("satisfied", Boolean, nullable=False),
    Index(None, "needs", "satisfied"),
)

# ------------------------------------------------------------------ the rest

#: What the embedded stand-ins keep: tickets, contacts, tasks.
records = Table(
    "records",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("system", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("system", "key"),
    sqlite_autoincrement=True,
)

lanes = Table(
    "lanes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("good_at", Moment),
    Column("trouble_at", Moment),
    Column("trouble", Text, nullable=False),
)

directives = Table(
    "directives",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("business", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "business", "at"),
)

#: From when on which revision was in force, and who published it; ``author`` '' for the files themselves.
publications = Table(
    "publications",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("business", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "business", "id"),
)

#: Documents that somebody is writing; JSON of those that differ from the revision ``base``.
drafts = Table(
    "drafts",
    metadata,
    Column("business", Text, primary_key=True),
    Column("author", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Questions to a language model. "asked" > "answered"; ``cost`` is in billionths of a US dollar, set aside while "asked".
answers = Table(
    "answers",
    metadata,
    Column("key", Hash, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("model", Text, nullable=False),
    Column("body", Sealed),
    Column("input", BigInteger, nullable=False),
    Column("output", BigInteger, nullable=False),
    Column("cache_read", BigInteger, nullable=False),
    Column("cache_written", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

#: Calls to outside systems by day (UTC, ISO 8601); ``status`` is that of HTTP, "lost" where no answer came.
calls = Table(
    "calls",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("system", String(32), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

#: What systems last said of the calls that they allow on a day.
budgets = Table(
    "budgets",
    metadata,
    Column("system", String(32), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("most", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
)

#: The nodes that share this database, by the number of their worker; ``spool`` tells where a node's files are.
nodes = Table(
    "nodes",
    metadata,
    Column("worker", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("spool", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("leaving", Boolean, nullable=False),
)
