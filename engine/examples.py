"""The examples that stand in the documents, run as tests: what a customer wrote, and what must follow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.message import EmailMessage
from pathlib import PurePath
from typing import Any

from core import codec
from core.directive import Business, Example
from core.reading import Day, Dimensions, Money, Quantity, Rows
from core.values import missing
from engine.explain import STAGES, Explained, Stage, as_json, explain
from engine.pipeline import Setup

ADMIN = "admin@guichet.invalid"

#: First bytes by which a file of an example is what its name says.
_MAGIC: Mapping[str, bytes] = {
    ".jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    ".jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".pdf": b"%PDF-1.7\n",
    ".glb": b"glTF\x02\x00\x00\x00",
    ".zip": b"PK\x03\x04",
    ".heic": b"\x00\x00\x00\x18ftypheic",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """An example that was run. ``wrong`` says what it promises and the product does not give; empty where all is well."""

    example: Example
    directive: str
    found: Explained
    wrong: tuple[str, ...]


def each_example(business: Business, *, now: datetime | None = None) -> Iterator[Ran]:
    """Every example of the business, run."""
    setup = Setup(businesses=(business,), authserv_ids=frozenset({"guichet.invalid"}))
    when = now or datetime.now(UTC)
    for directive in business.directives:
        for example in directive.examples:
            stage: Stage = example.stage if example.stage in STAGES else ""
            found = explain(as_mail(example), example.source, setup, admin_email=ADMIN, stage=stage, now=when)
            yield Ran(example, directive.name, found, tuple(differences(example.expect, found)))


def run_examples(business: Business, *, now: datetime | None = None) -> list[str]:
    """A sentence with file and line for every example that does not give what it promises."""
    return [
        f"{ran.example.source}:{ran.example.line}: cet exemple ne donne pas ce qu'il promet : {' ; '.join(ran.wrong)}"
        for ran in each_example(business, now=now)
        if ran.wrong
    ]


def differences(expect: Mapping[str, object], found: Explained) -> list[str]:
    """What an example promises and the product does not give, in words."""
    line = as_json(found)
    got: dict[str, Any] = {
        **{k: line["reading"][k] for k in ("directive", "kind", "intent", "sentiment", "urgency")},
        **{k: line["decision"][k] for k in ("gate", "stage", "validation_status", "status", "credits")},
        "repeat": line["reading"]["repeat"] is not None,
        "language": line["message"]["language"],
        "automatic": line["message"]["automatic"],
        "answer": line.get("verdict", {}).get("answer"),
        "authorised": line.get("authorised"),
    }
    if found.decision is not None:
        got["missing"] = [s.name for s in missing(found.decision.case, found.directive, required=True)]
        got["facts"] = {fact.name: plain_value(fact.value) for fact in found.reading.facts}
    wrong = []
    for name, value in expect.items():
        have = got.get(name)
        if name == "facts" and isinstance(value, Mapping) and isinstance(have, Mapping):
            wrong += [f"{k} : {v} attendu, {have.get(k)} trouvé" for k, v in value.items() if not _same(v, have.get(k))]
        elif not _same(value, have):
            wrong.append(f"{name} : {_shown(value)} attendu, {_shown(have)} trouvé")
    return wrong


def plain_value(value: object) -> object:
    """A fact's value as an example writes it: "10000 pièce", "0.45 MAD excl", "2026-03-31", 12.

    The price of a thousand is "165 MAD excl / 1000", of a carton "95 MAD / carton"; lines are counted.
    """
    if isinstance(value, Quantity):
        return f"{value.amount:f} {value.unit}".strip()
    if isinstance(value, Money):
        each = " ".join(filter(None, (str(value.per) if value.per != 1 else "", value.unit)))
        return " ".join(filter(None, (f"{value.amount:f}", value.currency, value.tax, f"/ {each}" if each else "")))
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Rows):
        return len(value.rows)
    return codec.plain(value) if isinstance(value, Dimensions) else value


def _same(expected: object, found: object) -> bool:
    if isinstance(expected, list | tuple) and isinstance(found, list | tuple):
        return sorted(map(str, expected)) == sorted(map(str, found))
    if expected is None or found is None:
        return expected in (None, "") and found in (None, "")
    try:
        return Decimal(str(expected)) == Decimal(str(found))
    except InvalidOperation:
        return str(expected).casefold() == str(found).casefold()


def _shown(value: object) -> str:
    return "rien" if value in (None, "", [], ()) else str(value)


def as_mail(example: Example) -> bytes:
    """The example as the mail that a customer would have sent, vouched for by its server."""
    mail = EmailMessage()
    sender = ADMIN if example.sender == "admin" else example.sender
    domain = sender.rpartition("@")[2] or "example.com"
    mail["Authentication-Results"] = f"guichet.invalid; dmarc=pass header.from={domain}"
    mail["From"] = sender
    mail["To"] = "guichet@guichet.invalid"
    mail["Subject"] = " ".join(example.subject.split())
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    seed = hashlib.sha256(f"{example.source}:{example.line}".encode()).hexdigest()
    mail["Message-ID"] = f"<{seed[:24]}@{domain}>"
    mail.set_content(example.text)
    for number, name in enumerate(example.files):
        head = _MAGIC.get(PurePath(name).suffix.casefold(), b"")
        # Large enough not to pass for the little pictures of a signature.
        content = head + f"{seed}{number}".encode() * 400
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)
