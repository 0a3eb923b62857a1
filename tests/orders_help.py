"""Sets of orders with what is true of them, and how many of their fields the rules read right. Used by tests/test_orders_read.py.

``python -m tests.orders_help tests/fixtures/orders/blind_1.txt`` prints every field that is not right.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

from core.directive import Business
from core.reading import Day, Fact, Money, Quantity, Reading, Row, Rows
from engine.directives import load_business
from engine.pipeline import ReadMail, Setup, read_mail
from processors.tokens import fold

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "tests" / "fixtures" / "orders"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PRODUCTS = {
    "P1": "sachet_fond_plat",
    "P2": "sac_sans_poignees",
    "P3": "sac_poignees_plates",
    "P4": "sac_poignees_torsadees",
}
UNITS = {"piece": "pièce", "pallet": "palette"}
FIELDS = {
    "product": "product", "quantity": "quantity", "unit_price": "unit_price", "total": "total_price", "date": "delivery_date",
    "nature": "nature", "ref": "customer_reference", "address": "delivery_address",
}  # fmt: skip


@cache
def sacherie() -> Business:
    """The business of the documents."""
    return load_business(ROOT / "directives" / "sacherie")


@dataclass(frozen=True)
class Labelled:
    """A message with what is true of it."""

    name: str
    subject: str
    text: str
    truth: Mapping[str, Any]


def load(path: Path) -> Iterator[Labelled]:
    """The messages of one set."""
    blocks = path.read_text(encoding="utf-8").split("\n=== ")[1:]
    for block in blocks:
        name, *lines = block.strip("\n").split("\n")
        subject = ""
        if lines[0].startswith("subject: "):
            subject, lines = lines[0].removeprefix("subject: "), lines[1:]
        yield Labelled(name.strip(), subject, "\n".join(lines[:-1]), json.loads(lines[-1]))


def mail(subject: str, text: str, *, sender: str = "client@client.example", to: str = "commandes@sacherie.example") -> bytes:
    """The message as the mail that a customer would have sent."""
    message = EmailMessage()
    message["Authentication-Results"] = f"guichet.invalid; dmarc=pass header.from={sender.rpartition('@')[2]}"
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    message.set_content(text)
    return bytes(message)


def read(one: Labelled) -> ReadMail:
    """Read as the service reads it."""
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return read_mail(mail(one.subject, one.text), setup, now=NOW, hints={})


@dataclass
class Tally:
    """How many fields were right, of how many, and what was wrong."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    def count(self, name: str, field_name: str, ok: bool, wanted: object, got: object) -> None:
        self.asked[field_name] += 1
        self.right[field_name] += ok
        if not ok:
            self.wrong.append(f"{name} {field_name}: {wanted!r} wanted, {got!r} read")

    @property
    def share(self) -> float:
        """Right fields of all but the classification."""
        names = [n for n in self.asked if n not in ("order", "repeat")]
        return sum(self.right[n] for n in names) / max(1, sum(self.asked[n] for n in names))


def measure(path: Path) -> Tally:
    """Read a set and compare."""
    tally = Tally()
    for one in load(path):
        found = read(one)
        compare(tally, one, found.message, found.reading)
    return tally


def compare(tally: Tally, one: Labelled, message: Any, reading: Reading) -> None:
    truth = one.truth
    is_order = reading.kind == "COMMANDE"
    tally.count(one.name, "order", is_order == truth["order"], truth["order"], reading.kind)
    for fact in reading.facts:
        tally.invented += [f"{one.name} {fact.name}: {q!r}" for q in _not_there(fact, message)]
    if not truth["order"]:
        return
    if "repeat" in truth:
        tally.count(one.name, "repeat", (reading.repeat is not None) == truth["repeat"], truth["repeat"], reading.repeat)
    facts = {f.name: f for f in reading.facts}
    rows = facts["lines"].value if "lines" in facts else None
    lines = truth.get("lines", ())
    got_rows: tuple[Row, ...] = rows.rows if isinstance(rows, Rows) else ()
    if lines:
        tally.count(one.name, "lines", len(got_rows) == len(lines), len(lines), len(got_rows))
    elif got_rows:
        tally.extra.append(f"{one.name} lines: {len(got_rows)}")
    for number, line in enumerate(lines):
        cells = {c.name: c for c in got_rows[number].cells} if number < len(got_rows) else {}
        for key, wanted in line.items():
            got = _told(cells.get(FIELDS[key]))
            tally.count(f"{one.name}.{number + 1}", key, _same(key, wanted, got), wanted, got)
    for key, name in FIELDS.items():
        got = _told(facts.get(name))
        if key in truth:
            tally.count(one.name, key, _same(key, truth[key], got), truth[key], got)
        elif got is not None and not (lines and key in ("product", "quantity", "nature", "unit_price", "total")):
            tally.extra.append(f"{one.name} {key}: {got!r}")


def _told(fact: Fact | None) -> object:
    if fact is None:
        return None
    value = fact.value
    if isinstance(value, Quantity):
        return (value.amount, value.unit)
    if isinstance(value, Money):
        return (value.amount, value.currency, value.tax, value.per, value.unit)
    if isinstance(value, Day):
        return value.day.isoformat()
    return value


def _same(key: str, wanted: Any, got: object) -> bool:
    if got is None:
        return False
    if key == "product":
        return got == PRODUCTS[wanted]
    if key == "quantity":
        amount, unit = wanted.split()
        return got == (Decimal(amount), UNITS.get(unit, unit))
    if key in ("unit_price", "total"):
        assert isinstance(got, tuple)
        parts = wanted.split()
        per = 1000 if "per1000" in parts else 1
        unit = UNITS.get(parts[-1], parts[-1]) if len(parts) > 2 and parts[-2] == "per" else ""
        tax = next((p for p in parts if p in ("incl", "excl")), "")
        currency = next((p for p in parts[1:] if p in ("MAD", "EUR", "GBP", "USD", "CHF")), "")
        piece = "" if got[4] == "pièce" else got[4]
        if unit == "pièce":
            unit = ""
        return (got[0], got[1], got[2], got[3], piece) == (Decimal(parts[0]), currency, tax, per, unit)
    if key == "nature":
        said = fold(str(got)).replace(" ", "")
        return all(fold(word).replace(" ", "").removesuffix("s") in said for word in wanted)
    if key == "address":
        return fold(wanted) in fold(str(got))
    return bool(got == wanted)


def _not_there(fact: Fact, message: Any) -> list[str]:
    """Evidence that does not stand literally where it is said to stand."""
    texts = {"text": message.text, "subject": message.subject, "body": message.body}
    bad = [e.quote for e in fact.evidence if texts.get(e.source, "")[e.start : e.start + len(e.quote)] != e.quote]
    if not fact.evidence:
        bad.append("(nothing)")
    if isinstance(fact.value, Rows):
        bad += [q for row in fact.value.rows for cell in row.cells for q in _not_there(cell, message)]
    return bad


def main() -> None:
    """Print the figures of the sets named on the command line."""
    for path in sys.argv[1:]:
        tally = measure(Path(path))
        right, asked = (sum(c[n] for n in tally.asked if n not in ("order", "repeat")) for c in (tally.right, tally.asked))
        print(f"{path}: {tally.share:.1%} ({right} of {asked}); order {tally.right['order']}/{tally.asked['order']}")
        print({n: f"{tally.right[n]}/{tally.asked[n]}" for n in tally.asked})
        print("wrong:", *tally.wrong, sep="\n  ")
        print("more than labelled:", *tally.extra, sep="\n  ")
        print("invented:", *tally.invented, sep="\n  ")


if __name__ == "__main__":
    main()
