"""Requests: their state, the words they are found by, their lines and alerts, and what will happen to them next."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from store.tables.columns import Hash, Moment, Sealed, Serial, metadata

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
#: ``stage`` is where it stands (core.case.Standing); ``person`` is a contact's id, '' for none;
#: ``day`` the one of ``opened_at`` in the business's zone (ISO 8601), so that whole years
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
