""" "As usual" that had nothing to repeat is tried again when there is something; what a waiting order is told completes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.case import Case
from core.reading import Quantity
from tests.orders_life import FULL, Life
from tests.quick import Quick, quick
from tests.road import mail
from tests.test_road_whatsapp import Phone
from tests.test_two_businesses import phone

__all__ = ["phone"]
NADIA = "Nadia <nadia@client.example>"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def validated(counter: Quick, text: str, number: int) -> Case:
    counter.send(mail(text, sender=NADIA, subject="Commande", number=number))
    newest = max(counter.cases(), key=lambda c: c.opened_at)
    counter.send(mail("Je valide", sender="patron@studio.example", answers=counter.fresh("patron@")[-1], number=f"v{number}"))
    (case,) = [c for c in counter.cases() if c.id == newest.id]
    assert case.stage == "done"
    return case


def test_the_second_kif_dima_takes_what_was_validated_since_the_first(counter: Quick) -> None:
    counter.send(mail("kif dima", sender=NADIA, subject="kif dima", number=1))
    first = counter.only()
    assert (first.stage, first.facts) == ("waiting_info", ())
    counter.now += timedelta(hours=2)
    last = validated(counter, FULL, 2)
    counter.now += timedelta(hours=2)
    counter.fresh()
    counter.send(mail("kif dima", sender=NADIA, subject="kif dima", number=3))
    again, _ = counter.cases()
    assert (again.id, again.stage, again.repeats) == (first.id, "waiting_review", last.id)
    assert again.fact("quantity").value == Quantity(Decimal(10000), "pièce")  # type: ignore[union-attr]
    assert [str(m["To"]) for m in counter.fresh()] == ["patron@studio.example", NADIA]
    # Once is enough.
    counter.send(mail("kif dima", sender=NADIA, subject="kif dima", number=4))
    assert counter.cases()[0].version == again.version + 1
    assert (len(counter.cases()), counter.fresh()) == (2, [])


def test_a_forged_sender_is_told_nothing_of_what_was_ordered_before(counter: Quick) -> None:
    counter.send(mail("kif dima", sender=NADIA, subject="kif dima", number=1))
    counter.now += timedelta(hours=2)
    validated(counter, FULL, 2)
    forged = mail("kif dima", sender=NADIA, subject="kif dima", number=3).replace(b"dmarc=pass", b"dmarc=fail")
    counter.send(forged)
    assert (counter.cases()[0].stage, counter.cases()[0].repeats) == ("waiting_info", "")


def test_as_usual_is_an_answer_to_what_we_asked() -> None:
    last = Life()
    last.write(FULL)
    last.admin("Je valide")
    life = Life(last.order, ref="CMD0002B")
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    assert life.stage == "waiting_info"
    life.write("comme d'habitude")
    assert (life.stage, life.order.repeats) == ("waiting_review", last.order.id)
    assert life.value("quantity") == Quantity(Decimal(10000), "pièce")


def test_in_a_chat_what_a_waiting_order_is_told_completes_it_however_late(phone: Phone) -> None:
    phone.write("kif dima")
    phone.work()
    (first,) = phone.counter.cases()
    assert (first.stage, first.facts) == ("waiting_info", ())
    phone.later += timedelta(hours=1)
    phone.write("Bonjour, je voudrais 5000 sacs fond carré poignées torsadées")
    phone.work()
    (order,) = phone.counter.cases()
    assert (order.id, order.stage) == (first.id, "waiting_review")
    # What waits for nothing more takes up no further order.
    phone.later += timedelta(hours=1)
    phone.write("Bonjour, je voudrais 300 sachets fond plat")
    phone.work()
    assert len(phone.counter.cases()) == 2
