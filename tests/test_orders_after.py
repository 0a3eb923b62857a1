"""What a customer writes once his order is decided, or beside one that waits: a new order is one, a change is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from console import reading_store
from core.case import Case
from tests.browser import Browser, with_people
from tests.desk_house import arrive
from tests.orders_house import order, orders_house
from tests.road import ADMIN, mail, plain
from tests.test_road_whatsapp import Phone
from tests.test_two_businesses import phone

__all__ = ["phone"]
NADIA = "Nadia <nadia@client.example>"
ORDER = "salam, 2000 sachets fond plat kraft pour vendredi svp"


@pytest.fixture
def decided(phone: Phone) -> Phone:
    """A chat whose order was validated a moment ago."""
    phone.write(ORDER)
    phone.work()
    phone.counter.drop(mail("Je valide", sender=ADMIN, answers=phone.counter.sent(ADMIN)[-1], number="yes"))
    phone.work()
    (case,) = phone.counter.cases()
    assert case.stage == "done"
    return phone


def others(phone: Phone) -> list[Case]:
    """The cases after the first."""
    return sorted(phone.counter.cases(), key=lambda c: c.opened_at)[1:]


def told(phone: Phone, case: Case) -> str:
    """The history of a case, in words."""
    with reading_store(phone.counter.settings) as store:
        return "\n".join(entry.text for _, entry in store.history(case.id))


@pytest.mark.parametrize(
    "text",
    [
        "il me faut aussi 3000 sacs fond carré poignées torsadées",
        "merci ! et 500 sachets fond plat blancs en plus pr lundi",
        "Voici une autre commande : 4 000 sacs fond carré sans poignées",
        "kif dima",
        "ah et j'ai besoin de sacs poignées plates",
    ],
)
def test_in_a_chat_an_order_minutes_after_a_decided_one_is_an_order_of_its_own(decided: Phone, text: str) -> None:
    first = decided.counter.cases()[0]
    decided.write(text)
    decided.work()
    (second,) = others(decided)
    assert (second.kind, second.stage in ("waiting_info", "waiting_review")) == ("COMMANDE", True)
    assert first.ref in told(decided, second)
    assert [c.messages for c in decided.counter.cases() if c.id == first.id] == [2]


@pytest.mark.parametrize(
    "text", ["merci", "ok", "top merci bcp", "et c'est livré quand ?", "finalement mettez 3000 au lieu de 2000"]
)
def test_in_a_chat_what_asks_for_nothing_new_stays_with_the_decided_order(decided: Phone, text: str) -> None:
    decided.write(text)
    decided.work()
    assert others(decided) == []
    assert decided.counter.cases()[0].messages == 3


def test_a_person_makes_a_message_that_stayed_with_a_decided_order_an_order_of_its_own(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        counter, desk = web.counter, web.edge.desk
        first = order(counter, "Bonjour, 2000 sachets fond plat kraft pour vendredi", sender=NADIA)
        desk.acts.give(first, "validate", author="anne", digest=desk.cases.view(first).digest)
        counter.settle()
        (confirmed,) = [m for m in counter.fresh("nadia@") if "valid" in plain(m)]
        assert not desk.cases.view(first).action("separate").possible
        arrive(
            counter,
            mail(
                "C'est noté. Du coup 3000 sachets blancs aussi, je me suis trompée", sender=NADIA, answers=confirmed, number=2
            ),
        )
        (case,) = counter.cases()
        told = counter.fresh(ADMIN)[-1]
        assert "3000 sachets blancs" in plain(told)
        view = desk.cases.view(first)
        (number,) = view.action("separate").choices
        with_people(web, marc="agent")
        marc = Browser(web)
        marc.login("marc")
        page = marc.get(f"/cases/{first}")
        assert "3000 sachets blancs" in page.body.decode().partition("note-separate")[2]
        wrong = desk.acts.give(first, "separate", author="marc", note="1")
        assert (wrong.state, list(wrong.fields)) == ("refused", ["note"])
        desk.acts.give(first, "separate", author="marc", note=number)
        counter.settle()
        again = next(c for c in counter.cases() if c.id == first)
        (second,) = [c for c in counter.cases() if c.id != first]
        assert (second.kind, second.stage, second.summary.startswith("C'est noté")) == ("COMMANDE", "waiting_review", True)
        assert second.fact("quantity").value.amount == 3000
        assert (again.stage, again.judged) == (case.stage, case.judged)
        assert case.ref in "\n".join(text for _, text in counter.history(second.id))
        assert "marc" in "\n".join(text for _, text in counter.history(first))
        assert [u.id for u in desk.cases.view(second.id).conversation if u.who == "customer"] == [f"message:{number}"]
        assert desk.acts.give(first, "separate", author="marc", note=number).state == "refused"
        # It is to be validated as any order is.
        assert "3000 pièces" in plain(counter.fresh(ADMIN)[-1])
