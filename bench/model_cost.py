"""What reading with Claude costs: tokens a message for the demonstration's day, before and after caching, and a year by arithmetic.

``python -m bench.model_cost [--per-day 40] [--gap 15] [--thinking 150] [--model claude-haiku-5-5]``

The day's letters and the answers to our offers go through the real reading and the real connector to the fake Messages API of
the tests. Tokens are that fake's count (3.5 bytes each, 1,600 a picture), not the vendor's: expect some 30 % either way. It says
nothing of the model's thinking, so that ``--thinking`` output tokens are added to every answer. Prices: connectors/claude/prices.py.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from connectors.claude.client import ClaudeModel
from connectors.claude.prices import DEFAULT_MODEL, PRICES, READ_ON
from core.model import Question, Usage
from engine.demo_day import DAY, as_mail, as_reply
from engine.directives import load_all
from engine.pipeline import ReadMail, Setup, read_mail
from processors.model import Policy, question, unsure
from tests.fakes import anthropic_cache
from tests.fakes.anthropic import Anthropic
from tests.fakes.anthropic_checks import blank

ROOT = Path(__file__).resolve().parent.parent
#: The vendor's page on Claude Haiku 5.5 gives 512 tokens as the least that is cached; the fake knows older models' figure.
anthropic_cache.LEAST = {"haiku-5-5": 512, **anthropic_cache.LEAST}


class Files:
    """The files of the day's mails, by digest."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def keep(self, contents: Mapping[str, bytes]) -> None:
        self.files |= contents

    def get(self, sha256: str) -> bytes:
        return self.files[sha256]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking the same questions, and what it came to."""

    name: str
    usage: Usage
    cost: Decimal


def day(files: Files) -> list[ReadMail]:
    """The letters and what their writers answer to us, as the rules read them."""
    business = load_all(ROOT / "directives")["figurative"]
    setup = Setup(businesses=(business,))
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    offer = message_from_bytes(b"Subject: Votre devis\nMessage-ID: <q@guichet.invalid>\n\nRepondez.\n", policy=default)
    assert isinstance(offer, EmailMessage)
    raws = [as_mail(letter, n, "guichet@example.com", "mx.google.com") for n, letter in enumerate(DAY)]
    raws += [
        as_reply(one, one.reply, offer, n, "guichet@example.com", "mx.google.com") for n, one in enumerate(DAY) if one.reply
    ]
    return [read_mail(raw, setup, now=now, hints={}, keep=files.keep) for raw in raws]


def typical(body: dict[str, Any]) -> dict[str, Any]:
    """An answer of the usual length: a directive, and two facts with their proof."""
    value: dict[str, Any] = blank(body["output_config"]["format"]["schema"])
    value["directive"] = {"name": "modelisation", "quote": "une version 3D de ce canapé"}
    value["facts"]["modelisation"]["complexity"] = [{"value": "standard", "quote": "ce canapé"}]
    value["facts"]["modelisation"]["object"] = [{"quote": "ce canapé"}]
    return value


def put(name: str, questions: Sequence[Question], files: Files, *, model: str, ttl: Any, cache: bool, gap: float) -> Way:
    """Ask them all, ``gap`` minutes apart."""
    now = [1_772_442_000.0]
    with Anthropic(clock=lambda: now[0], rpm=None, itpm=None) as fake:
        fake.answer(typical)
        claude = ClaudeModel(fake.key, spool=files, base_url=fake.url, model=model, ttl=ttl, clock=lambda: now[0])  # type: ignore[arg-type]
        usage, cost = Usage(), Decimal(0)
        for one in questions:
            if not cache:
                one = replace(one, system=tuple(replace(p, cache=False) for p in one.system))
            answer = claude.ask(one)
            usage, cost = usage + answer.usage, cost + answer.cost
            now[0] += gap * 60
        claude.close()
    return Way(name, usage, cost)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-day", type=int, default=40, help="messages of people a day, for the year")
    parser.add_argument("--gap", type=float, default=15.0, help="minutes between two messages")
    parser.add_argument("--thinking", type=int, default=150, help="output tokens of thinking added to every answer")
    parser.add_argument("--model", default=DEFAULT_MODEL, choices=sorted(PRICES))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()

    files, policy = Files(), Policy()
    read = day(files)
    business = load_all(ROOT / "directives")["figurative"]
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    people = [r for r in read if r.message.automatic is None]
    wanted = [unsure(r.message, business, r.reading, policy, now=now) for r in people]
    asked = [question(r.message, business, w, policy) for r, w in zip(people, wanted, strict=True) if w]
    everything = [question(r.message, business, w or ("directive",), policy) for r, w in zip(people, wanted, strict=True)]
    bare = [replace(q, files=()) for q in everything]

    share = len(asked) / len(people)
    # The demonstration's pictures are made up: the vendor would refuse them, the fake only looks at their first bytes.
    plans = (
        ("where the rules are unsure", asked, given.gap / share if share else 0.0),
        ("every message (bound)", everything, given.gap),
        ("every message, no files", bare, given.gap),
    )
    ways: list[tuple[str, Way, int]] = []
    for label, questions, gap in plans:
        for name, ttl, cache in (("no cache", "5m", False), ("always cached", "1h", True), ("as shipped", "auto", True)):
            if questions:
                # The day is played three times over, so that its first questions weigh less.
                way = put(name, list(questions) * 3, files, model=given.model, ttl=ttl, cache=cache, gap=gap)
                ways.append((label, way, len(questions) * 3))

    price = PRICES[given.model]
    rows = []
    for label, way, number in ways:
        thought = given.thinking * price.output / 10**6
        per = way.cost / number + thought
        yearly = per * given.per_day * 365 * (Decimal(str(share)) if label.startswith("where") else 1)
        u = way.usage
        rows.append(
            {
                "asked": label, "way": way.name, "questions": number,
                "read_in_full": round(u.input / number), "cache_written": round(u.cache_written / number),
                "cache_read": round(u.cache_read / number), "output": round(u.output / number) + given.thinking,
                "usd_a_question": f"{per:.6f}", "usd_a_year": f"{yearly:.2f}",
            }
        )  # fmt: skip
    result = {
        "model": given.model, "prices_read_on": READ_ON, "messages_of_people": len(people), "asked": len(asked), "share": round(share, 2),
        "wanted": [list(w) for w in wanted if w], "minutes_between": given.gap, "per_day": given.per_day, "rows": rows,
    }  # fmt: skip
    if given.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    print(f"{given.model}, prices of {READ_ON}; tokens by the fake's count (3.5 bytes each),")
    print(f"{given.thinking} of thinking added to every answer")
    print(f"the day: {len(read)} messages, {len(people)} of people, the model is asked about {len(asked)} ({share:.0%})")
    print(f"a message every {given.gap:g} min; a year: {given.per_day} messages of people a day, the same share asked about\n")
    heads = ("in full", 9), ("written", 9), ("read", 8), ("output", 8), ("$/question", 12), ("$/year", 9)
    print(f"{'asked about':28}{'way':15}" + "".join(f"{head:>{width}}" for head, width in heads))
    for r in rows:
        print(
            f"{r['asked']:28}{r['way']:15}{r['read_in_full']:>9}{r['cache_written']:>9}{r['cache_read']:>8}"
            f"{r['output']:>8}{r['usd_a_question']:>12}{r['usd_a_year']:>9}"
        )
    print("\ntokens a message of the day, over all messages of people (those the model is not asked about cost none):")
    scopes = {"where": share, "every": 1.0}
    for label in dict.fromkeys(r["asked"] for r in rows):
        part = scopes[label.split()[0]]
        mine = {r["way"]: r for r in rows if r["asked"] == label}
        before, after = mine["no cache"], mine["as shipped"]
        full = sum(after[k] for k in ("read_in_full", "cache_written"))
        print(
            f"{label:28}before caching {before['read_in_full'] * part:6.0f} in, {before['output'] * part:4.0f} out;"
            f"  after {full * part:6.0f} in, {after['cache_read'] * part:6.0f} from the cache, {after['output'] * part:4.0f} out;"
            f"  a year {before['usd_a_year']} $ before, {after['usd_a_year']} $ after"
        )


if __name__ == "__main__":
    main()
