"""Does the cost of a message stay flat as mailbox and store grow? ``python -m bench.growth [--messages 1000000] [--mailbox 100000]``.

The store is filled with that many messages and a fifth as many cases (rows as the service writes them, their sealed bodies random),
then new messages go through every transaction of the road; a mailbox of small mails is polled by the real inbox on Dovecot. Printed:
processor time a message, which a busy machine does not stretch as it does wall time, and memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import mailbox
from bench.proc import own_cpu, resident
from bench.world import PASSWORD, dovecot
from core.case import Case, Party, Thread
from core.effects import AddNote, Effect, OpenTicket, Receipt, SendMessage, UpsertContact
from core.message import Address, Message
from core.ports import Change, InboxRow, Incoming, JournalEntry, ReadRow, Settled, Taken
from core.reading import Reading
from store import Keys, SqlStore, open_store
from store.tables import microseconds

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BATCH, TURNS = 100, 5
#: Numbers of the filled rows: below all that the service gives.
BEFORE = -10_000_000


def fill(path: Path, first: int, last: int) -> None:
    """Rows of the messages from ``first`` to ``last``; every fifth of them opened a case that is done, one in forty is still open."""
    at = microseconds(NOW - timedelta(days=200))
    blob, case_blob = os.urandom(300), os.urandom(1200)
    spread = f"{'':0>24}"

    def hash_of(kind: str, n: int) -> str:
        return f"{kind}{n * 2654435761 % 2**40:010x}{n:029x}{spread}"[:64]

    def rows(table: str) -> Iterator[tuple[Any, ...]]:
        for n in range(first, last):
            case = f"{n // 5 * 2654435761 % 2**64:032x}"
            opens = n % 5 == 0
            if table == "inbox":
                yield (BEFORE + n, "gmail", "email", f"1:{n}", hash_of("a", n), blob, hash_of("b", n), 150_000, at, at, "decided",
                       0, at, at, None, "opened" if opens else "joined", case)  # fmt: skip
            elif table == "ledger":
                yield ("gmail", f"1:{n}", "taken", 0, None, at)
            elif table == "readings":
                yield (BEFORE + n, hash_of("c", n), blob, at)
            elif table == "threads":
                yield (hash_of("d", n), case, at)
            elif table == "journal":
                yield (BEFORE + n, at, case, "message", "{}", "", "", hash_of("e", n), hash_of("f", n))
            elif table == "outbox" and n % 5 < 4:
                state = "intended" if n % 1000 == 3 else "done"
                yield (f"{case}/1/{n % 5}", case, "crm" if n % 5 < 3 else "mail", "note.add", "", blob, 0, state, int(state != "done"),
                       1, 1, at, at, at, None, None)  # fmt: skip
            elif table == "cases" and opens:
                stage = "waiting_approval" if n % 200 == 0 else "done"
                yield (case, f"{n // 5:08d}", 1, "figurative", "modelisation", "r", "MODELISATION", stage, int(stage != "done"),
                       hash_of("p", n // 50), None, case_blob, at, at)  # fmt: skip

    columns = {
        "inbox": "id, inbox, channel, external_id, identity_hash, body, raw, size, received_at, taken_at, state, attempts, next_at, "
        "changed_at, error, outcome, case_id",
        "ledger": "inbox, external_id, state, attempts, error, at",
        "cases": "id, ref, version, business, directive, revision, kind, stage, open, email_hash, phone_hash, body, opened_at, updated_at",
        "readings": "inbox_id, fingerprint, body, at",
        "threads": "thread_hash, case_id, at",
        "journal": "seq, at, case_id, kind, data, author, text_id, text_digest, mac",
        "outbox": "key, case_id, system, kind, name, payload, tell, state, blocked, attempts, ends, next_at, changed_at, sent_at, "
        "receipt, error",
    }
    connection = sqlite3.connect(path)
    for pragma in ("synchronous = off", "cache_size = -600000"):
        connection.execute(f"pragma {pragma}")
    # Filled without the indexes that SQLite can make anew, sorted, in a fraction of the time.
    indexes = connection.execute("select name, sql from sqlite_master where type = 'index' and sql is not null").fetchall()
    for name, _ in indexes:
        connection.execute(f'drop index "{name}"')
    for table, names in columns.items():
        given = names.split(", ")
        told = {row[1]: row for row in connection.execute(f"pragma table_info({table})")}
        # Columns that came later and may not be empty get an empty value.
        more = [name for name, row in told.items() if name not in given and row[3] and row[4] is None and not row[5]]
        marks = ", ".join(["?"] * len(given) + ["''"] * len(more))
        connection.executemany(f"insert into {table} ({', '.join([*given, *more])}) values ({marks})", rows(table))
        connection.commit()
    for _, sql in indexes:
        connection.execute(sql)
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("pragma optimize")
    connection.close()


class Road:
    """The transactions of the road over one store, timed."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    def timed(self, name: str, do: Callable[[], Any]) -> Any:
        began, at = own_cpu(), time.perf_counter()
        found = do()
        self.cpu[name] = self.cpu.get(name, 0.0) + own_cpu() - began
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - at
        return found

    def turn(self, label: str) -> None:
        """A batch of new messages: taken, read, looked up, decided, delivered."""
        store, timed = self.store, self.timed
        ids = [f"{label}.{n}" for n in range(BATCH)]
        timed("intake", lambda: store.unknown("gmail", ids))
        items = [
            Taken(Incoming(i, None, size=150_000, received_at=NOW), f"gmail:{i}", f"{abs(hash(i)):064x}"[:64]) for i in ids
        ]
        timed("intake", lambda: store.take("gmail", "email", items, {"settled_uid": label}, NOW))
        rows = timed("reader", lambda: store.unread(BATCH, NOW))
        reads = [ReadRow(row, _message(row), Reading("modelisation", "MODELISATION", 0.9), row.external_id) for row in rows]
        timed("reader", lambda: store.save_readings(reads, [], NOW))
        found = timed("clerk", lambda: store.read_messages(BATCH))
        people = [read.message.sender.email for read in found]
        timed("correlation", lambda: store.find(["00000001"], [read.message.id for read in found], people))
        timed("correlation", lambda: store.noticed(people, NOW - timedelta(days=1)))
        timed("clerk", lambda: store.commit([_change(read) for read in found], NOW))
        timed("clerk", lambda: store.pending_events(200))
        timed("clerk", lambda: (store.due(NOW, 200), store.next_due()))
        for system in ("crm", "mail"):
            ready = timed("courier", lambda system=system: store.ready(system, NOW, 200))
            keys = [row.effect.key for row in ready]
            timed("courier", lambda keys=keys: store.sending(keys, NOW))
            timed("courier", lambda keys=keys: store.settle([Settled(key, "done", Receipt(key)) for key in keys], NOW))
        timed("pages", lambda: (store.list_cases(limit=50), store.list_cases(stage="waiting_info", limit=50)))


def _message(row: InboxRow) -> Message:
    sender = Address(f"{row.external_id}@clients.example", "Client")
    return Message(f"<{row.external_id}@clients.example>", row.channel, sender, subject="Modélisation", body="Bonjour " * 60)


def _change(read: ReadRow) -> Change:
    id = f"{read.row.id:032x}"
    sender = read.message.sender
    case = Case(
        id, f"N{read.row.id:07d}"[:8], 1, "figurative", "modelisation", "r", "MODELISATION", "waiting_info",
        party=Party(sender.email, sender.name), thread=Thread("email", "gmail", sender.email), opened_at=NOW, updated_at=NOW,
    )  # fmt: skip
    key = f"{id}/1"
    letter = SendMessage(sender.email, "", "Votre demande", "Bonjour", "ask", "fr", "question")
    effects = (
        Effect(f"{key}/0", id, "crm", UpsertContact(sender.email), name="contact"),
        Effect(
            f"{key}/1",
            id,
            "crm",
            OpenTicket("s", "c", contact="${contact.id}", reference=case.ref, source_id=read.message.id),
            "ticket",
            (f"{key}/0",),
        ),
        Effect(f"{key}/2", id, "crm", AddNote("${ticket.id}", "note"), after=(f"{key}/1",)),
        Effect(f"{key}/3", id, "mail", letter),
    )
    entry = JournalEntry(NOW, id, "message.opened", {"message": read.row.id}, "des raisons")
    remind = (("remind", NOW + timedelta(days=3)),)
    return Change(case, 0, effects, remind, (read.message.id,), (entry,), inbox_id=read.row.id, outcome="opened")


def grow(messages: int) -> None:
    """The store at several sizes."""
    print(f"processor ms a message, {BATCH} a batch (wall ms in brackets)")
    print(f"{'messages':>10}{'cases':>9}  " + "".join(f"{name:>18}" for name in ("intake", "reader", "correlation", "clerk", "courier"))
          + f"{'two pages':>18}{'RSS MB':>9}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="guichet-growth") as folder:
        path = Path(folder) / "guichet.db"
        keys = Keys.derive("0123456789abcdef" * 4)
        open_store(f"sqlite:///{path}", keys=keys, now=NOW).close()
        size = 0
        for wanted in sorted({0, messages // 100, messages // 10, messages}):
            # In a process of its own: its cache is not the service's memory.
            filling = multiprocessing.get_context("fork").Process(target=fill, args=(path, size, wanted))
            filling.start()
            filling.join()
            size = wanted
            store = open_store(f"sqlite:///{path}", keys=keys, now=NOW)
            road = Road(store)
            road.turn(f"warm{wanted}")
            road.cpu.clear()
            road.wall.clear()
            for turn in range(TURNS):
                road.turn(f"n{wanted}.{turn}")
            number = BATCH * TURNS
            shown = [
                f"{road.cpu[n] / number * 1000:9.2f} ({road.wall[n] / number * 1000:5.2f})"
                for n in ("intake", "reader", "correlation", "clerk", "courier")
            ]
            pages = f"{road.cpu['pages'] / TURNS * 1000:9.1f} ({road.wall['pages'] / TURNS * 1000:5.1f})"
            line = "".join(f"{text:>18}" for text in (*shown, pages))
            print(f"{wanted:>10}{wanted // 5:>9}  {line}{resident(os.getpid()):>9.0f}", flush=True)
            store.close()


class _Known:
    """A ledger that knows what it was told."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def unknown(self, external_ids: Any) -> list[str]:
        return [i for i in external_ids if i not in self.known]


def poll(sizes: list[int]) -> None:
    """The real inbox over mailboxes of several sizes."""
    from connectors.gmail.account import Account
    from connectors.gmail.inbox import GmailInbox

    print(f"\n{'mailbox':>10}{'ms a mail taken':>18}{'ms a poll with nothing new':>28}{'RSS MB':>9}")
    for size in sizes:
        with dovecot() as server:
            home = server.root / "mail" / mailbox.ADDRESS
            (home / "cur").mkdir(parents=True)
            raw = b"From: a@clients.example\r\nSubject: bonjour\r\nMessage-ID: <%d@x.example>\r\n\r\nune demande\r\n"
            for n in range(size):
                text = raw % n
                name = f"{1_700_000_000 + n}.M{n:06d}P1.bench,S={len(text)},W={len(text)}:2,"
                (home / "cur" / name).write_bytes(text)
            user = server.mail_user
            for path in (home, home / "cur", *(home / "cur").iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
            account = Account(mailbox.ADDRESS, "127.0.0.1", server.port, "none", PASSWORD)
            inbox, ledger = GmailInbox(account, first_days=0, label=""), _Known()
            cursor: dict[str, str] = {}
            began, taken = own_cpu(), 0
            for batch in inbox.poll(cursor, ledger, BATCH):
                cursor = dict(batch.cursor)
                taken += len(batch.items)
            spent = (own_cpu() - began) / max(1, taken) * 1000
            began = own_cpu()
            for _ in range(5):
                for batch in inbox.poll(cursor, ledger, BATCH):
                    cursor = dict(batch.cursor)
            idle = (own_cpu() - began) / 5 * 1000
            inbox.close()
        print(f"{taken:>10}{spent:>18.2f}{idle:>28.1f}{resident(os.getpid()):>9.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--mailbox", type=int, default=100_000)
    given = parser.parse_args()
    grow(given.messages)
    poll(sorted({given.mailbox // 100, given.mailbox // 10, given.mailbox}))


if __name__ == "__main__":
    main()
