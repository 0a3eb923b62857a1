"""Receipts are written into an effect's payload, wherever it names them, and nothing else of it changes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

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
    fill,
    filled,
    references,
)
from tests.quick import quick
from tests.road import ADMIN, mail, plain

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


def test_a_line_of_a_text_whose_link_leads_nowhere_is_left_out() -> None:
    receipts = {"ticket": Receipt("12", "local://ticket/12"), "file:ab": Receipt("k", "https://files.example/ab")}
    text = "Bonjour,\n\nLa commande :\n- ${file:ab.url}\n\nTicket : ${ticket.url}\n\nN° ${ticket.id}"
    assert fill(text, receipts) == "Bonjour,\n\nLa commande :\n- https://files.example/ab\n\nN° 12"
    assert fill("${ticket.url}", receipts) == "local://ticket/12"  # a field of its own, for other systems
    there = {**receipts, "ticket": Receipt("12", "https://crm.example/12")}
    assert "\n\nTicket : https://crm.example/12\n\n" in fill(text, there)


def test_no_letter_shows_an_address_of_our_own_base(tmp_path: Path) -> None:
    with quick(tmp_path / "data", business="sacherie") as counter:
        counter.send(mail("Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh", sender="a@client.example", number=1))
        counter.send(mail("Bonjour, combien coûte la modélisation d'une chaise ?", sender="b@client.example", number=2))
        letters = [plain(one) for one in (*counter.fresh(ADMIN), *counter.fresh("client.example"))]
    assert letters
    assert not [one for one in letters if "local://" in one or "Ticket :" in one]
