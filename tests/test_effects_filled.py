"""Receipts are written into an effect's payload, wherever it names them, and nothing else of it changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import codec
from core.effects import (
    AddNote,
    CommentTask,
    CreateTask,
    Effect,
    OpenTicket,
    Payload,
    Receipt,
    SendMessage,
    UpdateTicket,
    filled,
    references,
)

RECEIPTS = {"ticket": Receipt("12", "https://crm.example/12?a=1&b=é"), "file:ab": Receipt("k", "", others=("x",))}
PAYLOADS: list[Payload] = [
    AddNote("${ticket.id}", "voir ${ticket.url} et ${file:ab.url} ; ${nobody.id} ; 5 ${ de plus", "${contact.id}"),
    UpdateTicket("${ticket.id}", {"lien": "${ticket.url}", "autre": "${ticket.id}${ticket.id}"}, open=None),
    OpenTicket("Été", "«\n»", "${contact.id}", "R1", {"x": "${ticket.others}"}, open=False),
    SendMessage(
        "a@b.example", "Zoé", "${ticket.id}", "…${ticket.url}", "quote", "fr", "quote",
        references=("<a>", "${ticket.id}"), attachments=("ab/${ticket.id}.pdf",), buttons=(("Oui", "${ticket.id}"), ("Non", "n")),
    ),
    CreateTask("n", "${ticket.url}", "R1", Decimal("2.50"), ("ab/x.pdf",), properties={"lien": "${ticket.url}"}),
    CommentTask("${task.id}", "rien"),
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.kind)
@pytest.mark.parametrize("missing", ["", "(lien indisponible)"])
def test_every_place_is_filled_and_the_effect_stays_what_it_was(payload: Payload, missing: str) -> None:
    effect = Effect("c/1/0", "c", "crm", payload, "ticket", ("c/0/0",), ("c/0/1",), True)
    done = filled(effect, RECEIPTS, missing)
    text = codec.dump(done).decode()
    assert not references(text)
    assert codec.load(Effect, text) == done, "of the same types as one that was stored"
    assert filled(done, {}, "?") == done
    assert (done.key, done.after, done.behind, done.tell) == (effect.key, effect.after, effect.behind, effect.tell)
    assert text.count("https://crm.example/12?a=1&b=é") == codec.dump(effect).decode().count("${ticket.url}")
    assert text.count(missing) >= codec.dump(effect).decode().count("${nobody.id}")


def test_a_reference_is_found_in_what_is_stored() -> None:
    for payload in PAYLOADS:
        effect = Effect("c/1/0", "c", "crm", payload)
        assert references(codec.dump(effect).decode()) == references(codec.plain(effect)), payload.kind
