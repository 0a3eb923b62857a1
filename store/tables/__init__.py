"""The tables, the same on SQLite and PostgreSQL.

What a person wrote, or what says who he is, stands only in columns of type ``Sealed``: encrypted by store.crypto, bound to its
table and row. It is looked up by ``*_hash`` columns: keyed hashes that say nothing without the key. Times are aware, in UTC.

``HEAD`` is the revision of the schema that this code reads and writes; a test compares it with the newest of store/migrations.
"""

from store.tables.businesses import directives, drafts, publications
from store.tables.casework import case_alerts, case_lines, cases, deadlines, events, lessons, notices, threads, words
from store.tables.columns import Hash, Moment, Sealed, Serial, metadata, microseconds, moment
from store.tables.effects import dependencies, outbox, records
from store.tables.history import journal, texts
from store.tables.messages import awaiting, cursors, documents, files, inbox, ledger, readings
from store.tables.people import attempts, contacts, sessions, tokens, users
from store.tables.service import answers, budgets, calls, lanes, meta, nodes

HEAD = "0011"

__all__ = [
    "HEAD",
    "Hash",
    "Moment",
    "Sealed",
    "Serial",
    "answers",
    "attempts",
    "awaiting",
    "budgets",
    "calls",
    "case_alerts",
    "case_lines",
    "cases",
    "contacts",
    "cursors",
    "deadlines",
    "dependencies",
    "directives",
    "documents",
    "drafts",
    "events",
    "files",
    "inbox",
    "journal",
    "lanes",
    "ledger",
    "lessons",
    "meta",
    "metadata",
    "microseconds",
    "moment",
    "nodes",
    "notices",
    "outbox",
    "publications",
    "readings",
    "records",
    "sessions",
    "texts",
    "threads",
    "tokens",
    "users",
    "words",
]
