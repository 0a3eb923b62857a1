"""A message that nothing ties to an order that waits: what adds to it, changes it or asks after it goes there, if there is one alone
that it can mean. An administrator's that answers no notice decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.case import Case
from core.reading import Quantity
from core.rows import rows_of
from processors.continuing import changes, inquires, refers, replaces, tops
from tests.orders_life import commande
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain
from tests.test_road_whatsapp import Phone
from tests.test_two_businesses import phone

__all__ = ["phone"]
NADIA = "Nadia <nadia@client.example>"
P1, P3, P4 = "sachet_fond_plat", "sac_poignees_plates", "sac_poignees_torsadees"
FIRST = "Bonjour, 3000 sachets fond plat kraft pour le 20 mars 2026"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def write(counter: Quick, text: str, number: int, subject: str = "bonjour", sender: str = NADIA) -> None:
    counter.now += timedelta(hours=1)
    counter.send(mail(text, sender=sender, subject=subject, number=number))


def lines(case: Case) -> list[tuple[object, int]]:
    found = []
    for row in rows_of(case.facts, commande()):
        product, quantity = row.cell("product"), row.cell("quantity")
        assert quantity is not None
        assert isinstance(quantity.value, Quantity)
        found.append((product.value if product else None, int(quantity.value.amount)))
    return found


def orders(counter: Quick) -> list[Case]:
    return sorted((c for c in counter.cases() if c.kind == "COMMANDE"), key=lambda c: c.opened_at)


# ------------------------------------------------------------------ what comes on top


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("J'oubliais : rajoutez 500 sacs blancs à poignées plates, merci", [(P3, 500)]),
        ("Bonjour Monsieur Alami, pouvez-vous ajouter 500 sacs poignées torsadées à ma commande d'hier ?", [(P4, 500)]),
        ("Hello, please add 500 flat handle bags to my order", [(P3, 500)]),
        ("salam zidna 500 sacs poignées plates 3afak", [(P3, 500)]),
    ],
)
def test_an_addition_in_a_new_mail_joins_the_only_order_that_waits_and_is_acknowledged_as_one(
    counter: Quick, text: str, more: list[tuple[str, int]]
) -> None:
    write(counter, FIRST, 1, "Commande")
    first = counter.only()
    (old,) = counter.fresh(ADMIN)
    counter.fresh("nadia@")
    write(counter, text, 2, "oubli")
    case = counter.only()
    assert (case.id, case.stage, lines(case)) == (first.id, "waiting_review", [(P1, 3000), *more])
    (letter,) = counter.fresh("nadia@")
    assert case.ref in plain(letter)
    assert "ajout" in plain(letter) or "add" in plain(letter)
    assert "500" in plain(letter)
    assert letter["In-Reply-To"] == "<2@client.example>"
    (notice,) = counter.fresh(ADMIN)
    assert "ajouté : " in plain(notice)
    # An older yes is to what was there before.
    counter.send(mail("Je valide", sender=ADMIN, answers=old, number="old"))
    assert counter.only().stage == "waiting_review"


def test_an_addition_that_names_no_product_is_left_to_a_person_beneath_the_order_it_means(counter: Quick) -> None:
    write(counter, FIRST, 1, "Commande")
    before = counter.only()
    counter.fresh()
    write(counter, "J'oubliais : rajoutez 500 sacs blancs", 2, "oubli")
    case = counter.only()
    assert (lines(case), case.messages) == (lines(before), 2)
    assert "rajoutez 500 sacs blancs" in plain(counter.fresh(ADMIN)[-1])


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, je commande 3000 sacs torsadés, ajoutez aussi 500 sacs poignées plates",
        "Il me faut aussi 500 sacs poignées plates",
    ],
)
def test_what_may_be_an_order_of_its_own_is_one_and_both_tell_of_each_other(counter: Quick, text: str) -> None:
    write(counter, FIRST, 1, "Commande")
    write(counter, text, 2, "Sacs")
    first, second = orders(counter)
    assert lines(first) == [(P1, 3000)]
    assert [one.ref for one in first.beside] == [second.ref]
    assert [one.ref for one in second.beside] == [first.ref]


def test_of_several_orders_the_one_that_is_named_is_meant_and_else_none(counter: Quick) -> None:
    write(counter, "Bon de commande BC-11 : 3000 sachets fond plat kraft", 1, "BC-11")
    write(counter, "Bon de commande BC-12 : 700 sacs poignées torsadées", 2, "BC-12")
    write(counter, "merci d'ajouter 500 sacs poignées plates à notre commande BC-12", 3, "ajout")
    one, two = orders(counter)
    assert (lines(one), lines(two)) == ([(P1, 3000)], [(P4, 700), (P3, 500)])
    write(counter, "merci d'ajouter 200 sacs poignées plates à notre commande BC-99", 4, "ajout")
    write(counter, "rajoutez 300 sacs poignées plates", 5, "ajout")
    again = orders(counter)
    assert [lines(c) for c in again[:2]] == [lines(one), lines(two)]
    others = [c for c in counter.cases() if c.id not in {one.id, two.id}]
    assert len(others) == 2
    for other in others:
        assert {b.ref for b in other.beside} >= {one.ref, two.ref}
    assert {b.ref for b in again[0].beside} == {o.ref for o in others}


def test_an_addition_of_a_stranger_or_a_forged_sender_joins_nothing(counter: Quick) -> None:
    write(counter, FIRST, 1, "Commande")
    text = "rajoutez 500 sacs poignées plates à ma commande"
    write(counter, text, 2, "x", sender="autre@example.org")
    counter.send(mail(text, sender=NADIA, subject="x", number=3).replace(b"dmarc=pass", b"dmarc=fail"))
    assert lines(orders(counter)[0]) == [(P1, 3000)]


def test_in_a_chat_hours_later_an_addition_joins_the_order_that_waits(phone: Phone) -> None:
    phone.write("salam, 2000 sachets fond plat kraft pour vendredi svp")
    phone.work()
    phone.later += timedelta(hours=5)
    phone.write("j'ai oublié, rajoutez 500 sacs poignées plates")
    phone.work()
    (case,) = phone.counter.cases()
    assert lines(case) == [(P1, 2000), (P3, 500)]
    assert "Ajouté à votre commande" in phone.sent()[-1]["body"]


# ------------------------------------------------------------------ what changes


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, merci de passer de 3000 à 5000 sachets fond plat sur ma commande BC-12",
        "Pouvez-vous passer la quantité de 3000 à 5000 sur ma commande BC-12 ?",
        "mettez 5000 au lieu de 3000 sur ma commande",
    ],
)
def test_from_so_many_to_so_many_is_a_change_of_the_order_that_waits(counter: Quick, text: str) -> None:
    write(counter, FIRST + ", notre bon de commande BC-12", 1, "Commande")
    first = counter.only()
    counter.fresh()
    write(counter, text, 2, "modif")
    case = counter.only()
    assert (case.id, lines(case), case.stage) == (first.id, [(P1, 5000)], "waiting_review")
    assert "5000 pièces au lieu de 3000 pièces" in plain(counter.fresh(ADMIN)[-1])
    assert "bien reçu votre message" in plain(counter.fresh("nadia@")[-1])


def test_a_change_of_a_decided_order_that_is_named_is_read_there_and_orders_nothing_more(counter: Quick) -> None:
    write(counter, FIRST + ", notre bon de commande BC-12", 1, "Commande")
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    first = counter.only()
    assert first.stage == "done"
    counter.fresh()
    text = "Bonjour, merci de passer de 3000 à 5000 sachets fond plat sur ma commande BC-12"
    write(counter, text, 2, "modif")
    again = counter.only()
    assert (again.facts, again.stage, again.messages) == (first.facts, "done", 3)
    assert text in " ".join(plain(counter.fresh(ADMIN)[-1]).split())
    counter.send(mail(text + " !", sender=NADIA, subject="x", number=9).replace(b"dmarc=pass", b"dmarc=fail"))
    assert [c.messages for c in counter.cases() if c.id == first.id] == [3]
    assert len(counter.cases()) == 2


def test_a_change_of_another_reference_changes_nothing_here(counter: Quick) -> None:
    write(counter, FIRST + ", notre bon de commande BC-12", 1, "Commande")
    write(counter, "passer de 3000 à 5000 sachets fond plat sur ma commande BC-13", 2, "modif")
    first = orders(counter)[0]
    assert lines(first) == [(P1, 3000)]
    assert len(first.beside) == 1


# ------------------------------------------------------------------ what asks after it


@pytest.mark.parametrize(
    "text",
    [
        "Avez-vous bien reçu ma commande ?",
        "Bonjour, avez-vous bien reçu ma commande de 3000 sachets fond plat ? Merci",
        "Hello, did you receive my order?",
        "salam wash wsselatkom lcommande dyali ?",
        "Bonjour, merci de nous confirmer la bonne réception de notre commande",
    ],
)
def test_who_asks_whether_his_order_has_arrived_is_told_once_and_nothing_else_happens(counter: Quick, text: str) -> None:
    write(counter, FIRST, 1, "Commande")
    first = counter.only()
    counter.fresh()
    write(counter, text, 2, "ma commande")
    case = counter.only()
    assert (case.id, case.facts, case.stage, case.shown) == (first.id, first.facts, "waiting_review", first.shown)
    (letter,) = counter.fresh()
    assert "nadia@client.example" in str(letter["To"])
    assert case.ref in plain(letter)
    # Who asks again is for a person to answer.
    write(counter, text + "\nMerci beaucoup", 3, "ma commande")
    (told,) = counter.fresh()
    assert (counter.only().id, ADMIN in str(told["To"])) == (first.id, True)


def test_who_asks_after_an_order_that_waits_for_his_answer_is_asked_again(counter: Quick) -> None:
    write(counter, "Bonjour, il nous faut des sacs à poignées torsadées", 1, "Commande")
    counter.fresh()
    write(counter, "Avez-vous bien reçu ma commande ?", 2, "ma commande")
    (letter,) = counter.fresh()
    assert "Quelle quantité" in plain(letter)
    assert len(counter.cases()) == 1


def test_a_question_after_another_order_or_one_of_several_is_a_message_of_its_own(counter: Quick) -> None:
    write(counter, FIRST, 1, "Commande")
    write(counter, "Avez-vous bien reçu ma commande de 9000 sacs torsadés ?", 2, "ma commande")
    assert len(counter.cases()) == 2
    write(counter, "Bonjour, 500 sacs poignées plates", 3, "Sacs")
    write(counter, "Avez-vous bien reçu ma commande ?", 4, "x")
    asked = [c for c in counter.cases() if c.summary == "Avez-vous bien reçu ma commande ?"]
    assert len(asked) == 1
    assert {b.ref for b in asked[0].beside} == {c.ref for c in orders(counter)}


# ------------------------------------------------------------------ an administrator who answers no notice


@pytest.mark.parametrize(
    "text",
    [
        "Je valide la commande BC-12",
        "Je valide la commande BC-12. Cordialement",
        "je refuse la commande BC-12, motif : rupture",
        "Je valide la commande BC-12 avec quantité 6000",
        "ok je valide",
    ],
)
def test_an_administrators_new_mail_decides_nothing_and_shows_him_the_order_to_answer(counter: Quick, text: str) -> None:
    write(counter, FIRST + ", notre bon de commande BC-12", 1, "Commande")
    first = counter.only()
    counter.fresh()
    write(counter, text, 2, "commande", sender=ADMIN)
    case = counter.only()
    assert (case.id, case.stage, case.judged, case.facts) == (first.id, "waiting_review", None, first.facts)
    (notice,) = counter.fresh()
    assert ADMIN in str(notice["To"])
    assert "ne répond à aucun avis" in plain(notice)
    assert counter.fresh("nadia@") == []
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number="yes"))
    assert counter.only().stage == "done"


def test_of_several_orders_his_new_mail_shows_the_one_that_he_names_and_else_asks_which(counter: Quick) -> None:
    write(counter, FIRST + ", notre bon de commande BC-12", 1, "Commande")
    write(counter, "Bonjour, 700 sacs poignées torsadées, bon de commande BC-13", 2, "Sacs", sender="b@autre.example")
    one, two = orders(counter)
    counter.fresh()
    write(counter, f"Je valide la commande {two.ref}", 3, "x", sender=ADMIN)
    (notice,) = counter.fresh()
    assert two.ref in str(notice["Subject"])
    for number, text in ((4, "Je valide"), (5, "Je valide la commande BC-99"), (6, "Je refuse")):
        write(counter, text, number, "x", sender=ADMIN)
        (notice,) = counter.fresh()
        assert "répondez à l'avis de celle dont vous parlez" in plain(notice)
    assert {c.stage for c in counter.cases()} == {"waiting_review"}
    assert {c.id for c in counter.cases()} == {one.id, two.id}


def test_his_own_words_about_nothing_that_waits_open_no_order(counter: Quick) -> None:
    write(counter, "Je valide la commande BC-2041. Cordialement", 1, "Commande BC-2041", sender=ADMIN)
    assert [c.kind for c in counter.cases()] == ["AUTRE"]
    # What he passes on, or asks for himself, is a request as anybody's.
    write(counter, "Bonjour, il nous faut 500 sacs poignées plates pour le salon", 2, "Commande", sender=ADMIN)
    assert [lines(c) for c in orders(counter)] == [[(P3, 500)]]


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("je voudrais ajouter 500 sacs", "tops"),
        ("Bonjour Nadia on commande 500 sacs, ajoutez le logo", ""),
        ("n'ajoutez pas les 500 sacs à ma commande", "refers"),
        ("je passe commande de 3000 sachets", ""),
        ("Merci de passer commande de 3000 à 5000 unités", ""),
        ("passez à 5000 svp", "changes replaces"),
        ("please increase from 3000 to 5000 bags on my order", "changes replaces refers"),
        ("je n'ai pas reçu ma commande", ""),
        ("ma commande est arrivée cassée", ""),
        ("ma commande a-t-elle bien été prise en compte ?", "inquires"),
        ("Avez-vous reçu mon virement ?", ""),
        ("avez-vous bien reçu ma commande ? finalement mettez 3000", "changes"),
    ],
)
def test_what_words_mean(text: str, wanted: str) -> None:
    told = {f.__name__ for f in (changes, inquires, refers, replaces, tops) if f(text)}
    assert told == set(wanted.split())
