"""The same order in other words is an order of its own that tells of the one it may repeat; neither is merged or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.case import Case
from tests.browser import Browser, text_of, with_people
from tests.orders_house import order, orders_house
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

NADIA = "Nadia <nadia@client.example>"
FIRST = "Bonjour, 4000 sachets fond plat kraft 20x30 à 0,35 dh pour le 14/03. Driss"
AGAIN = "4000 sachets fond plat kraft 20x30 à 0,35 dh pour le 14/03 svp"
REPETITION = "peut-être une répétition"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def write(counter: Quick, text: str, number: int, subject: str = "commande", sender: str = NADIA) -> Case:
    """Mail it in: the newest case."""
    counter.now += timedelta(minutes=4)
    counter.send(mail(text, sender=sender, subject=subject, number=number))
    return max(counter.cases(), key=lambda c: c.opened_at)


def validated(counter: Quick, case: Case) -> Case:
    notice = [m for m in counter.fresh(ADMIN) if case.ref in str(m["Subject"])][-1]
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number=f"yes-{case.ref}"))
    (case,) = [c for c in counter.cases() if c.id == case.id]
    assert case.stage == "done"
    return case


def marked(case: Case) -> list[str]:
    return [one.ref for one in case.beside if one.same]


def test_the_same_order_in_other_words_and_the_first_name_each_other_and_a_yes_by_reply_still_validates(counter: Quick) -> None:
    first = write(counter, FIRST, 1)
    (old,) = counter.fresh(ADMIN)
    second = write(counter, AGAIN, 2)
    assert (len(counter.cases()), second.stage, marked(second)) == (2, "waiting_review", [first.ref])
    notices = {str(m["Subject"]): m for m in counter.fresh(ADMIN)}
    (anew,) = [m for subject, m in notices.items() if first.ref in subject]
    (fresh,) = [m for subject, m in notices.items() if second.ref in subject]
    assert REPETITION in plain(anew)
    assert second.ref in plain(anew)
    assert REPETITION in plain(fresh)
    assert first.ref in plain(fresh)
    # A yes by the notice that did not know of it is none; one by the new notice is.
    counter.send(mail("Je valide", sender=ADMIN, answers=old, number="old"))
    assert {c.stage for c in counter.cases()} == {"waiting_review"}
    counter.send(mail("Je valide", sender=ADMIN, answers=fresh, number="new"))
    assert {c.ref: c.stage for c in counter.cases()} == {first.ref: "waiting_review", second.ref: "done"}


def test_as_usual_sent_twice_is_told_with_both(counter: Quick) -> None:
    validated(counter, write(counter, FIRST, 1))
    counter.now += timedelta(days=9)
    one = write(counter, "kif dima svp, pour le 22 mars", 2)
    assert marked(one) == []  # the last one was days ago: that is what "as usual" is
    two = write(counter, "salam, kif dima 3afak", 3)
    assert (two.stage, marked(two)) == ("waiting_review", [one.ref])


def test_the_same_as_what_was_validated_a_moment_ago_is_told_and_the_customer_reads_an_ordinary_receipt(counter: Quick) -> None:
    first = validated(counter, write(counter, FIRST, 1))
    counter.fresh()
    second = write(counter, AGAIN, 2)
    assert marked(second) == [first.ref]
    notice, receipt = counter.fresh()
    assert first.ref in plain(notice)
    assert REPETITION in plain(notice)
    assert first.ref not in plain(receipt)
    # Another day is another delivery.
    assert marked(write(counter, AGAIN.replace("14/03", "21/03"), 3)) == [second.ref]


@pytest.mark.parametrize(
    "text",
    [
        "5000 sachets fond plat kraft 20x30 à 0,35 dh pour le 14/03 svp",
        "4000 sachets fond plat blancs 20x30 à 0,35 dh pour le 14/03 svp",
        "4000 sacs poignées plates kraft 20x30 à 0,35 dh pour le 14/03 svp",
        "Il nous faut 4000 sachets fond plat kraft 20x30 et 500 sacs poignées plates kraft",
    ],
)
def test_what_differs_in_what_or_how_many_is_another_order(counter: Quick, text: str) -> None:
    write(counter, FIRST, 1)
    second = write(counter, text, 2)
    assert (second.kind, len(counter.cases()), marked(second)) == ("COMMANDE", 2, [])


def test_two_references_of_the_customer_are_two_orders_and_so_are_two_customers(counter: Quick) -> None:
    write(counter, "Bon de commande BC-11 : 3000 sachets fond plat kraft", 1)
    assert marked(write(counter, "Bon de commande BC-12 : 3000 sachets fond plat kraft", 2)) == []
    assert marked(write(counter, "Commande : 3000 sachets fond plat kraft", 3, sender="autre@example.org")) == []


def test_several_lines_in_another_order_are_the_same(counter: Quick) -> None:
    first = write(counter, "Je commande 3000 sachets fond plat kraft et 500 sacs poignées plates blancs", 1)
    second = write(counter, "Bonjour, commande : 500 sacs poignées plates blancs, 3000 sachets fond plat kraft. Merci", 2)
    assert marked(second) == [first.ref]


def test_the_desk_shows_it_on_both_pages(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        one = order(web.counter, FIRST, sender=NADIA)
        two = order(web.counter, AGAIN, sender=NADIA, number=2)
        with_people(web, marc="agent")
        marc = Browser(web)
        marc.login("marc")
        for here, there in ((one, two), (two, one)):
            page = text_of(marc.get(f"/orders/{here}"))
            assert "Peut-être une répétition" in page
            assert web.edge.desk.cases.view(there).case.ref in page


@pytest.mark.parametrize(
    "text", ["Bonjour, annulez ma commande svp. Karim", "please cancel my order", "bghit nlghi lcommande dyali"]
)
def test_who_calls_off_his_order_may_mean_the_one_that_waits_or_the_one_just_validated(counter: Quick, text: str) -> None:
    first = validated(counter, write(counter, FIRST, 1))
    second = write(counter, "Il nous faut 700 sacs poignées torsadées kraft", 2)
    counter.fresh()
    message = write(counter, text, 3, subject="bonjour")
    assert message.kind == "AUTRE"
    (letter,) = [m for m in counter.fresh(ADMIN) if message.ref in str(m["Subject"])]
    assert first.ref in plain(letter)
    assert second.ref in plain(letter)


def test_a_forged_calling_off_tells_nothing_of_what_was_validated(counter: Quick) -> None:
    first = validated(counter, write(counter, FIRST, 1))
    counter.fresh()
    counter.send(mail("annulez ma commande", sender=NADIA, subject="x", number=4).replace(b"dmarc=pass", b"dmarc=fail"))
    assert all(first.ref not in plain(letter) for letter in counter.fresh(ADMIN))
