"""How long the desk's lists, cases, figures and exports take over many cases: ``python -m bench.desk [--cases 100000] [--url …]``.

Fills a fresh database (SQLite in a temporary folder, or the empty one at ``--url``) and prints, for every question that pages and the
API ask, the median and the slowest of several times, in milliseconds, and the processor's own time, which a busy machine does not stretch.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from core.case import Case, Party, Stage, Thread
from core.effects import Effect, Receipt, SendMessage
from core.message import Address, Channel, Message
from core.ports import Change, InboxRow, JournalEntry, ReadRow, Settled
from core.quote import Approval, Quote
from core.reading import Evidence, Fact, Reading
from core.views import CaseFilter
from engine.export import Exports
from store import Keys, SqlStore, open_store
from store.tables import inbox, readings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: Days over which the cases were opened.
DAYS = 700
_NAMES = (
    "Martin",
    "Bernard",
    "Dubois",
    "Thomas",
    "Robert",
    "Richard",
    "Petit",
    "Durand",
    "Leroy",
    "Moreau",
    "Simon",
    "Laurent",
)
_THINGS = (
    "fauteuil",
    "table",
    "chaise",
    "vase",
    "lampe",
    "commode",
    "cadre",
    "buffet",
    "miroir",
    "banc",
    "tabouret",
    "armoire",
)
_STAGES: tuple[tuple[Stage, int], ...] = (
    ("done", 78), ("rejected", 8), ("expired", 6), ("closed", 3), ("waiting_approval", 2), ("waiting_info", 1),
    ("waiting_review", 1), ("fulfilling", 1),
)  # fmt: skip
_CHANNELS: tuple[Channel, ...] = ("email", "email", "email", "whatsapp", "form", "hubspot")


def cases(number: int, seed: int = 1) -> Iterator[Case]:
    """That many, opened over DAYS days, the same ones every time."""
    dice = random.Random(seed)
    stages = [stage for stage, weight in _STAGES for _ in range(weight)]
    for n in range(number):
        opened = NOW - timedelta(days=DAYS) * ((number - n) / number)
        stage, channel, person = dice.choice(stages), dice.choice(_CHANNELS), dice.randrange(max(1, number // 3))
        thing, name = dice.choice(_THINGS), dice.choice(_NAMES)
        ended = opened + timedelta(hours=dice.randrange(2, 300)) if stage in ("done", "rejected", "expired", "closed") else None
        ended = min(ended, NOW) if ended is not None else None
        kind = "SUPPORT" if n % 5 == 0 else "MODELISATION"
        amount = Decimal(dice.choice((1, 2, 2, 3)))
        quote = approval = None
        if kind == "MODELISATION" and stage not in ("waiting_info", "waiting_review"):
            states = {"waiting_approval": "open", "rejected": "refused", "expired": "expired", "closed": "void"}
            quote = Quote(
                1, amount, "crédits", {"fr": "objet"}, "grille", None, "grid", opened, f"{n:032x}",
                status=states.get(stage, "approved"),  # type: ignore[arg-type]
            )  # fmt: skip
            if quote.status == "approved":
                approval = Approval("customer", "client", "reply", amount, quote.digest, opened + timedelta(hours=2))
        party = Party(f"client{person}@example.com", f"Client{person} {name}", "" if person % 3 else f"+336{person:08d}")
        facts = (Fact("object", thing, (Evidence("text", thing, 24),)), Fact("complexity", "standard", ()))
        yield Case(
            id=f"{n:032x}", ref=f"R{n:07d}", version=1, business="figurative", directive=kind.lower(), revision="r", kind=kind,
            stage=stage, party=party, thread=Thread(channel, "gmail", party.email), opened_at=opened,
            updated_at=ended or opened + timedelta(minutes=5), subject=f"Modélisation {thing} n° {n}", facts=facts, quote=quote,
            approval=approval, closed_at=ended, summary=f"Bonjour, je souhaite modéliser {thing}. " * 4, people=(party.email,),
        )  # fmt: skip


def fill(store: SqlStore, number: int, *, effects_every: int = 20, batch: int = 1_000) -> None:
    """Put them into the store; one in ``effects_every`` has messages and effects too."""
    some: list[Case] = []

    def flush() -> None:
        changes = []
        for case in some:
            told: tuple[Effect, ...] = ()
            if int(case.id, 16) % effects_every == 0:
                text = SendMessage(case.party.email, "", "Devis", "Bonjour, 2 crédits", "quote", "fr", "quote")
                told = (Effect(f"{case.id}/1/0", case.id, "mail", text),)
            entry = JournalEntry(case.opened_at, case.id, "message.opened", {"stage": case.stage}, "étape")
            deadlines = (("approve.remind.0", case.opened_at + timedelta(days=3)),) if case.open else None
            changes.append(Change(case, effects=told, deadlines=deadlines, journal=(entry,), thread_ids=(f"<{case.id}@x>",)))
        store.commit(changes, NOW)
        store.settle([Settled(e.key, "done", Receipt("1")) for c in changes for e in c.effects], NOW)
        _messages(store, [case for case in some if int(case.id, 16) % effects_every == 0])
        some.clear()

    for case in cases(number):
        some.append(case)
        if len(some) == batch:
            flush()
    if some:
        flush()


def _messages(store: SqlStore, some: list[Case]) -> None:
    from core import codec

    rows, read = [], []
    for case in some:
        number = int(case.id, 16) + 1
        row = InboxRow(number, "gmail", case.thread.channel, case.id, case.id, "", 900, case.opened_at, case.opened_at, {})
        message = Message(
            case.id, case.thread.channel, Address(case.party.email, case.party.name), text=case.summary, body=case.summary
        )
        one = ReadRow(row, message, Reading(case.directive, case.kind, 0.9, facts=case.facts), case.id)
        rows.append(
            {
                "id": number, "inbox": "gmail", "channel": row.channel, "external_id": case.id,
                "identity_hash": store.keys.hash("identity", case.id), "raw": "", "size": 900,
                "body": store.keys.seal("inbox", store.keys.hash("identity", case.id), b'{"identity":"","hints":{}}'),
                "received_at": case.opened_at, "taken_at": case.opened_at, "state": "decided", "attempts": 0,
                "next_at": case.opened_at, "changed_at": case.opened_at, "outcome": "opened", "case_id": case.id,
            }
        )  # fmt: skip
        body = b"\n".join((codec.dump(one.fingerprint), codec.dump(one.message), codec.dump(one.reading)))
        sealed = store.keys.seal("readings", str(number), body)
        read.append({"inbox_id": number, "fingerprint": f"{number:064x}", "body": sealed, "at": case.opened_at})
    if rows:
        store.db.write(lambda connection: (connection.execute(insert(inbox), rows), connection.execute(insert(readings), read)))


def questions(store: SqlStore, number: int) -> dict[str, Callable[[], Any]]:
    """What pages and the API ask, by what it is called here."""
    middle = f"{number // 2:032x}"
    page = store.find_cases(CaseFilter(), limit=50)
    for _ in range(20):
        page = store.find_cases(CaseFilter(), limit=50, after=page.next) if page.next else page
    exports = Exports(store, lambda row: False)
    last = NOW.date()

    def listed(**which: Any) -> Callable[[], Any]:
        return lambda: store.find_cases(CaseFilter(**which), limit=50)

    def exported() -> int:
        out = io.StringIO()
        some = CaseFilter(since=NOW - timedelta(days=max(1, 1_000 * DAYS // number)))
        for rows in exports.pages(some, ZoneInfo("Europe/Paris"), "fr", lambda case_id: f"/cases/{case_id}"):
            out.writelines(";".join(map(str, row)) for row in rows)
        return len(out.getvalue())

    return {
        "list, first page": listed(),
        "list, page 22": lambda: store.find_cases(CaseFilter(), limit=50, after=page.next),
        "list, waits for us": listed(waits="us", order="oldest"),
        "list, stage and channel": listed(stages=("waiting_review",), channels=("hubspot",)),
        "list, nothing fits": listed(kinds=("AUTRE",), order="opened"),
        "list, one person": listed(person=f"client{number // 7}@example.com"),
        "search, a rare word": listed(search=f"client{number // 7}"),
        "search, a common word": listed(search="modelisation durand"),
        "search, two common words that never meet": listed(search="fauteuil commode"),
        "search, an unknown word": listed(search="xylophone"),
        "count, up to 1000": lambda: store.count_cases(CaseFilter()),
        "count, nothing fits": lambda: store.count_cases(CaseFilter(kinds=("AUTRE",))),
        "case: row, messages, effects, history": lambda: (
            store.case_rows([middle]), store.said(middle), store.outbox(middle), store.history(middle),
        ),
        "contacts, first page": lambda: store.find_contacts(limit=50),
        "contacts, a name": lambda: store.find_contacts(search="durand", limit=50),
        "parked": lambda: store.find_parked(limit=50),
        "figures, 30 days": lambda: store.report(last - timedelta(29), last, "Europe/Paris"),
        "figures, 400 days": lambda: store.report(last - timedelta(399), last, "Europe/Paris"),
        "export, 1000 rows": exported,
        "correlation: reference, thread, person": lambda: store.find(
            [f"R{number // 2:07d}"], [f"<{middle}@x>"], [f"client{number // 7}@example.com"]
        ),
        "news: the journal's head": store.head_seq,
    }  # fmt: skip


def measure(asked: dict[str, Callable[[], Any]], times: int) -> list[tuple[str, float, float, float]]:
    """(question, median, slowest, median of this process's own time) in milliseconds."""
    found = []
    for name, ask in asked.items():
        took, own = [], []
        for _ in range(times):
            began, busy = time.perf_counter(), time.process_time()
            ask()
            took.append((time.perf_counter() - began) * 1000)
            own.append((time.process_time() - busy) * 1000)
        found.append((name, statistics.median(took), max(took), statistics.median(own)))
    return found


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--url", default="", help="an empty database; SQLite in a temporary folder where it is not given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'desk.db'}"
        store = open_store(url, keys=Keys.derive("un secret de mesure, sans valeur"), now=NOW)
        try:
            began = time.perf_counter()
            fill(store, given.cases)
            print(f"{given.cases} cases put in within {time.perf_counter() - began:.1f} s")
            for name, median, slowest, own in measure(questions(store, given.cases), given.times):
                print(f"{name:<45} median {median:8.1f} ms   slowest {slowest:8.1f} ms   own {own:8.1f} ms")
        finally:
            store.close()


if __name__ == "__main__":
    main()
