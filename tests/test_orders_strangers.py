"""Who is none of the people of an order and answers in its thread changes nothing of it: his words are shown with it, under his address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.case import Case
from core.reading import Quantity
from core.wording import alert_text
from processors.lookalike import passes_for, seems
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

GHITA = "Ghita Alami <ghita@client.example>"
ORDER = "Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce, livraison le 20 mars. Ghita"
WHOLE = "Bonjour, je commande 9000 sacs torsadés blancs à 1,10 dh HT pièce, livraison le 25 mars au 5 rue du Port, Tanger."


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def answered(counter: Quick, text: str, sender: str) -> tuple[Case, Case, str]:
    """(Ghita's order, what the stranger's mail opened, the notices to the administrator in one line of text)."""
    counter.send(mail(ORDER, sender=GHITA, subject="Commande", number="order"))
    (receipt,), _ = counter.fresh("ghita@"), counter.fresh(ADMIN)
    counter.send(mail(text, sender=sender, answers=receipt, number="else"))
    (order,) = [c for c in counter.cases() if "ghita@client.example" in c.people]
    (other,) = [c for c in counter.cases() if c.id != order.id]
    return order, other, " ".join(" ".join(map(plain, counter.fresh(ADMIN))).split())


ALIKE = [
    "Ghita Alami <ghita@cl1ent.example>",
    "Ghita Alami <g.alami@gmail.com>",
    "ghita@ciient.example",
    "Ghita <compta@client.company>",
]


@pytest.mark.parametrize("sender", ALIKE)
@pytest.mark.parametrize(
    "text", ["Finalement mettez 9000 au lieu de 5000, livrez au 5 rue du Port, Tanger.", WHOLE, "Je valide"]
)
def test_who_goes_by_the_customers_name_or_address_orders_and_changes_nothing(counter: Quick, text: str, sender: str) -> None:
    order, other, notices = answered(counter, text, sender)
    quantity = order.fact("quantity")
    assert quantity is not None
    assert isinstance(quantity.value, Quantity)
    assert (order.stage, int(quantity.value.amount), order.fact("delivery_address")) == ("waiting_review", 5000, None)
    assert (other.directive, other.facts) == ("autre", ())
    address = sender.rpartition("<")[2].rstrip(">")
    assert f"quelqu'un d'autre que le client, {address}, écrit au sujet de cette demande" in notices
    assert f"{address} cite la demande de quelqu'un d'autre ({order.ref}" in notices
    assert notices.count("ressemble à ceux du client") == 2
    assert "autre message de cette personne" not in notices


def test_a_colleague_who_changes_an_order_is_read_by_a_person(counter: Quick) -> None:
    _, other, notices = answered(counter, "Bonjour, finalement mettez 9000 sachets kraft.", "Driss Tazi <driss@client.example>")
    assert other.directive == "autre"
    assert "quelqu'un d'autre que le client, driss@client.example, écrit" in notices
    assert "ressemble" not in notices


def test_a_whole_order_of_somebody_else_is_his_own_and_names_the_one_it_cites(counter: Quick) -> None:
    order, other, notices = answered(counter, WHOLE, "Driss Tazi <driss@client.example>")
    assert (other.directive, other.stage) == ("commande", "waiting_review")
    assert [one.ref for one in other.beside if one.cited] == [order.ref]
    assert f"driss@client.example cite la demande de quelqu'un d'autre ({order.ref}" in notices
    (told,) = counter.fresh("driss@")
    assert order.ref not in plain(told).partition("> ")[0]


def alarmed(counter: Quick, case: Case) -> list[str]:
    """The register's alerts about outsiders, in words."""
    directive = counter.house.published.business("sacherie").directive("commande")
    return [alert_text(a, directive, "fr") for a in counter.house.store.raised(case.id, counter.now) if a.rule == "outsider"]


def test_his_message_is_an_alert_of_both_orders_until_somebody_decides_having_seen_it(counter: Quick) -> None:
    order, other, _ = answered(counter, WHOLE, "Driss Tazi <driss@client.example>")
    told = ["quelqu'un qui n'est pas le client cite une commande : driss@client.example"]
    assert (alarmed(counter, order), alarmed(counter, other)) == (told, told)
    counter._seen.clear()
    notices = [one for one in counter.fresh(ADMIN) if "LA COMMANDE [#" in plain(one)]
    for case in (order, other):
        last = [one for one in notices if f"LA COMMANDE [#{case.ref}" in plain(one)][-1]
        assert plain(last).count("la demande de quelqu'un d'autre") + plain(last).count("écrit au sujet de cette demande") == 1
        counter.send(mail("non", sender=ADMIN, answers=last, number=f"no-{case.ref}"))
    assert [case.stage for case in counter.cases()] == ["rejected", "rejected"]
    assert (alarmed(counter, order), alarmed(counter, other)) == ([], [])


def test_so_it_is_when_the_order_is_decided(counter: Quick) -> None:
    counter.send(mail(ORDER, sender=GHITA, subject="Commande", number="order"))
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    told = counter.fresh("ghita@")[-1]
    counter.send(mail("Livrez plutôt 5000 sachets au 5 rue du Port, Tanger", sender=ALIKE[0], answers=told, number="else"))
    (order,) = [c for c in counter.cases() if "ghita@client.example" in c.people]
    (other,) = [c for c in counter.cases() if c.id != order.id]
    assert (order.stage, order.fact("delivery_address"), other.directive) == ("done", None, "autre")
    assert order.ref in plain(counter.fresh(ADMIN)[-1])


@pytest.mark.parametrize("sender", ALIKE)
@pytest.mark.parametrize("thread", [True, False])
def test_an_order_that_he_writes_after_our_receipt_comes_with_the_warning(counter: Quick, sender: str, thread: bool) -> None:
    order, other, _ = answered(counter, "Finalement mettez 9000 au lieu de 5000.", sender)
    address = sender.rpartition("<")[2].rstrip(">")
    (receipt,) = counter.fresh(address)
    del receipt["References"]  # many clients name the mail they answer and no earlier one
    counter.send(mail(WHOLE, sender=sender, answers=receipt if thread else None, subject="Commande", number="whole"))
    (mine,) = [c for c in counter.cases() if c.id not in (order.id, other.id)]
    assert (mine.directive, mine.stage) == ("commande", "waiting_review")
    assert [(one.ref, one.alike) for one in mine.beside if one.cited] == [(order.ref, True)]
    notices = [" ".join(plain(one).split()) for one in counter.fresh(ADMIN)]
    own, theirs = (next(n for n in notices if f"LA COMMANDE [#{ref}" in n) for ref in (mine.ref, order.ref))
    assert f"{address} cite la demande de quelqu'un d'autre ({order.ref}" in own
    assert f"quelqu'un d'autre que le client, {address}, écrit au sujet de cette demande ({mine.ref}" in theirs
    assert "ressemble à ceux du client" in own
    assert "ressemble à ceux du client" in theirs
    assert order.ref not in plain(counter.fresh(address)[-1]).partition("> ")[0]


def test_a_colleagues_own_order_after_that_says_which_one_he_had_cited(counter: Quick) -> None:
    order, other, _ = answered(counter, "Bonjour, finalement mettez 9000 sachets kraft.", "Driss Tazi <driss@client.example>")
    (receipt,) = counter.fresh("driss@")
    counter.send(mail(WHOLE, sender="Driss Tazi <driss@client.example>", answers=receipt, number="whole"))
    counter.send(
        mail(WHOLE.replace("9000", "8000"), sender="Driss Tazi <driss@client.example>", subject="Autre", number="apart")
    )
    first, second = (c for c in counter.cases() if c.id not in (order.id, other.id))
    assert sorted(len([one for one in c.beside if one.cited]) for c in (first, second)) == [0, 1]


@pytest.mark.parametrize(
    ("address", "known", "so"),
    [
        ("g@cl1ent.example", "k@client.example", True),
        ("g@ciient.example", "k@client.example", True),
        ("g@clients.example", "k@client.example", True),
        ("g@rnaroc.ma", "k@maroc.ma", True),
        ("g@сlient.example", "k@client.example", True),  # a Cyrillic letter
        ("g@cleint.example", "k@client.example", True),
        ("g@client.co", "k@client.com", True),
        ("omar.naji@gmail.com", "omar.naji@atlas.ma", True),
        ("g@client.example", "k@client.example", False),
        ("g@yahoo.fr", "k@yahoo.com", False),
        ("g@gmail.com", "k@hotmail.com", False),
        ("contact@nour.ma", "contact@atlas.ma", False),
        ("+212600000001", "k@client.example", False),
    ],
)
def test_what_passes_for_an_address(address: str, known: str, so: bool) -> None:
    assert passes_for(address, known) is so


def test_a_name_is_the_same_in_any_order_and_an_empty_one_is_nobodys() -> None:
    assert seems("ALAMI Ghita", "x@a.ma", known_name="Mme Ghita Alami", known=())
    assert not seems("", "x@a.ma", known_name="", known=())
    assert not seems("Achats", "x@a.ma", known_name="Achats", known=())
