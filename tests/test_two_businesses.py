"""Two businesses on one installation: each gets what comes by its accounts; an order's whole road, by mail and by WhatsApp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from assembly import now
from console.beside import reading_store
from console.cases import act_on
from core.case import Case, Party
from core.message import Address, Message
from core.ports import Change
from core.reading import Quantity
from engine.directives import load_all
from engine.pipeline import Setup, belonging, read_mail
from store import SqlStore
from tests.orders_help import mail as plain_mail
from tests.orders_life import FULL, Life
from tests.road import ADMIN, ROOT, Light, mail, plain
from tests.store_help import NOW
from tests.test_road_whatsapp import NUMBER, Phone

pytest_plugins = ["tests.store_fixtures"]
ORDERS = "commandes@sacherie.example"
CLIENT = "Nadia <nadia@client.example>"


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    made = Phone(tmp_path / "data")
    made.counter.settings = made.counter.settings.model_copy(update={"business": "sacherie"})
    yield made
    made.twilio.__exit__(None, None, None)


def test_each_gets_what_is_addressed_to_it_and_the_first_customer_is_not_surprised(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data")
    counter.drop(mail(FULL, sender=CLIENT, subject="Commande", to=ORDERS, number=1))
    counter.drop(mail(FULL, sender="b@example.org", subject="Commande", number=2))
    counter.drop(mail("Je souhaite modéliser ce fauteuil en 3D", sender="c@example.org", number=3))
    # A studio's request that went to the maker's address is the maker's to read.
    counter.drop(mail("Je souhaite modéliser ce fauteuil en 3D", sender="d@example.org", number=4, to=ORDERS))
    assert counter.work() == {}
    got = {c.party.email: (c.business, c.kind) for c in counter.cases()}
    assert got == {
        "nadia@client.example": ("sacherie", "COMMANDE"),
        "b@example.org": ("figurative", "SUPPORT"),
        "c@example.org": ("figurative", "MODELISATION"),
        "d@example.org": ("sacherie", "AUTRE"),
    }


def test_an_order_by_mail_is_validated_by_a_reply_and_repeated(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data")
    counter.drop(mail(FULL, sender=CLIENT, subject="Commande", to=ORDERS, number=1))
    assert counter.work() == {}
    (order,) = counter.cases()
    assert (order.stage, order.judged) == ("waiting_review", None)
    (notice,) = counter.sent(ADMIN)
    assert "10000 pièce" in plain(notice).replace("\u202f", "")
    counter.drop(mail("ok mais quantité 6000", sender=ADMIN, answers=notice, number=2))
    assert counter.work() == {}
    (order,) = counter.cases()
    assert (order.stage, order.fact("quantity").value) == ("waiting_review", Quantity(Decimal(6000), "pièce"))  # type: ignore[union-attr]
    counter.drop(mail("Je valide", sender=ADMIN, answers=notice, number=3))
    assert counter.work() == {}
    assert counter.cases()[0].judged is None, "a yes to the facts as they were before"
    newest = counter.sent(ADMIN)[-1]
    assert "6000 pièce" in plain(newest)
    counter.drop(mail("Je valide", sender=ADMIN, answers=newest, number=4))
    assert counter.work() == {}
    (order,) = counter.cases()
    assert order.judged is not None
    assert (order.stage, order.judged.who, order.judged.how) == ("done", ADMIN, "reply")
    received, told = counter.sent("nadia@client.example")
    assert "bien reçu" in plain(received)
    assert "validée" in plain(told)
    assert "6000 pièce" in plain(told)
    (ticket,) = counter.records("crm.ticket")
    assert ticket["properties.statut_commande"] == "validee"

    counter.drop(mail("salam, kif dima 3afak", sender=CLIENT, subject="cde", to=ORDERS, number=5))
    counter.drop(mail("salam, kif dima 3afak", sender="autre@client.example", subject="cde", to=ORDERS, number=6))
    assert counter.work() == {}
    again = next(c for c in counter.cases() if c.repeats)
    assert (again.party.email, again.repeats, again.stage) == ("nadia@client.example", order.id, "waiting_review")
    assert again.fact("quantity").value == Quantity(Decimal(6000), "pièce")  # type: ignore[union-attr]
    stranger = next(c for c in counter.cases() if c.party.email == "autre@client.example")
    assert (stranger.facts, stranger.stage) == ((), "waiting_info")


def test_an_order_is_validated_from_the_console_without_a_price(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data", business="sacherie")
    counter.drop(mail(FULL, sender=CLIENT, subject="Commande", number=1))
    assert counter.work() == {}
    act_on(counter.settings, counter.cases()[0].ref, "validate", "", "", "anne")
    assert counter.work() == {}
    (order,) = counter.cases()
    assert order.judged is not None
    assert (order.stage, order.judged.who, order.judged.how) == ("done", "anne", "command")


def test_nobody_is_told_what_another_ordered(tmp_path: Path) -> None:
    """A forged sender whose answers go elsewhere gets nothing of the order it names."""
    counter = Light(tmp_path / "data", business="sacherie")
    counter.drop(mail(FULL, sender=CLIENT, subject="Commande", number=1))
    assert counter.work() == {}
    counter.drop(mail("Je valide", sender=ADMIN, answers=counter.sent(ADMIN)[-1], number=2))
    assert counter.work() == {}
    assert counter.cases()[0].judged is not None
    elsewhere = (("Reply-To", "voleur@example.net"),)
    counter.drop(mail("comme d'habitude", sender=CLIENT, subject="cde", number=3, vouched=False, headers=elsewhere))
    assert counter.work() == {}
    forged = next(c for c in counter.cases() if c.summary.startswith("comme"))
    assert (forged.facts, forged.repeats) == ((), "")


def test_an_order_by_whatsapp_repeats_what_the_same_person_ordered_by_mail(phone: Phone) -> None:
    counter = phone.counter
    counter.drop(mail(FULL, sender=CLIENT, subject="Commande", number=1, headers=()))
    phone.work()
    counter.drop(mail("Je valide", sender=ADMIN, answers=counter.sent(ADMIN)[-1], number=2))
    phone.work()
    (order,) = counter.cases()
    assert order.judged is not None
    # The person's number and address are known together.
    with reading_store(counter.settings) as store:
        known = Case("k", "KN0WNREF", 1, "sacherie", "autre", "r", "AUTRE", "done",
                     Party("nadia@client.example", "Nadia", NUMBER), order.thread, now(), now())  # fmt: skip
        store.commit([Change(known)], now())
    phone.write("b7al dima")
    phone.work()
    again = next(c for c in counter.cases() if c.thread.channel == "whatsapp")
    assert (again.kind, again.repeats, again.stage) == ("COMMANDE", order.id, "waiting_review")


def test_the_inbox_and_the_addresses_decide_and_only_a_file_is_told_by_its_words() -> None:
    every = load_all(ROOT / "directives")
    figurative, sacherie = every["figurative"], every["sacherie"]
    both = (figurative, sacherie)
    to = Message("<1@x>", "email", Address("a@b.c"), to=(Address(ORDERS.upper()),))
    other = Message("<2@x>", "email", Address("a@b.c"), to=(Address("contact@studio.example"),))
    assert belonging(to, both, "gmail:contact@studio.example") == [sacherie]
    assert belonging(other, both, f"gmail:{ORDERS}") == [sacherie]
    assert belonging(other, both, "gmail:contact@studio.example") == [figurative]
    assert belonging(other, both) == both
    assert belonging(other, (sacherie,), "gmail:contact@studio.example") == (sacherie,)
    setup = Setup(businesses=both)
    when = datetime(2026, 3, 2, tzinfo=UTC)
    unknown = "contact@client.example"
    read = read_mail(plain_mail("Commande", FULL, to=unknown), setup, now=when, hints={})
    assert (read.reading.business, read.reading.kind) == ("sacherie", "COMMANDE")
    read = read_mail(plain_mail("Chaise", "Je souhaite modéliser cette chaise en 3D", to=unknown), setup, now=when, hints={})
    assert (read.reading.business, read.reading.kind) == ("figurative", "MODELISATION")
    # What every house gets (questions, invoices) draws nothing away from the first one.
    for text in (
        "Do you charge VAT to customers in Switzerland?",
        "Je souhaite annuler, quel est le prix de vos échantillons ?",
        "Bonjour",
    ):
        read = read_mail(plain_mail("Question", text, to=unknown), setup, now=when, hints={})
        assert (read.reading.business, read.reading.kind) == ("figurative", "SUPPORT"), text


def test_past_orders_are_found_by_either_address_of_their_person(store: SqlStore) -> None:
    life = Life()
    life.write(FULL)
    life.admin("Je valide")
    done = life.order
    mine = Party("nadia@client.example", "Nadia", "+212600000001")
    rows = [
        ("a", {"party": mine, "stage": "done"}),
        ("b", {"party": mine, "stage": "waiting_review"}),
        ("c", {"party": Party("x@y.z"), "stage": "done"}),
        ("d", {"party": mine, "stage": "done", "directive": "autre"}),
    ]
    for name, fields in rows:
        case = replace(done, id=name, ref=f"REF0000{name}", version=1, people=(), **fields)  # type: ignore[arg-type]
        store.commit([Change(case)], NOW)
    for person in ("nadia@client.example", "+212600000001"):
        assert [c.id for c in store.past_cases([person], "sacherie", "commande", 20)] == ["a"]
    assert store.past_cases(["nobody@y.z"], "sacherie", "commande", 20) == []
    assert store.past_cases([], "sacherie", "commande", 20) == []
    assert store.past_cases(["nadia@client.example"], "figurative", "commande", 20) == []


def test_a_message_that_is_no_order_is_told_to_the_administrator(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data", business="sacherie")
    counter.drop(mail("Bonjour, notre commande devait arriver hier, où en est la livraison ?", sender="client@example.org"))
    counter.work()
    (told,) = counter.sent(ADMIN)
    assert "où en est la livraison" in plain(told)
    assert "attend la réponse d'une personne" in plain(told)
    assert len(counter.sent("client@example.org")) == 1
