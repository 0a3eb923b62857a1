"""What is no order: it stays open until a person has dealt with it; what nobody needs to answer is filed without a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.cases import act_on
from core.case import Case
from core.reading import Quantity
from engine.case_actions import actions_of
from tests.browser import Browser, text_of, with_people
from tests.desk_house import arrive
from tests.orders_house import orders_house
from tests.orders_life import FULL, Life
from tests.road import ADMIN, mail, plain
from tests.test_road_whatsapp import Phone
from tests.test_two_businesses import phone
from tests.web_help import Running

__all__ = ["phone"]
CLIENT = "Nadia <nadia@client.example>"
WHERE = "Bonjour, notre commande de 5000 sachets devait arriver hier. Où en est la livraison ?"
AD = "Découvrez nos nouvelles machines à sacs et nos promotions de printemps."


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with orders_house(tmp_path / "data") as made:
        with_people(made, anne="admin", marc="agent", zoe="reader")
        yield made


def message(web: Running, text: str = WHERE, number: int = 1, sender: str = CLIENT, **more: object) -> Case:
    web.counter.now += timedelta(minutes=10)
    arrive(web.counter, mail(text, sender=sender, subject="Bonjour", number=number, **more))  # type: ignore[arg-type]
    return max(web.counter.cases(), key=lambda c: c.updated_at)


def act(web: Running, case: Case, name: str, **more: str) -> str:
    """What becomes of an act: its state."""
    given = web.edge.desk.acts.give(case.id, name, author="marc", **more)  # type: ignore[arg-type]
    web.counter.settle()
    return given.state if given.state != "waiting" else web.edge.desk.acts.outcome(case.id, given.id).state


def test_a_message_stays_open_and_in_sight_until_somebody_has_dealt_with_it(web: Running) -> None:
    case = message(web)
    assert (case.kind, case.stage, case.closed_at) == ("AUTRE", "fulfilling", None)
    assert [str(m["To"]) for m in web.counter.fresh()] == [CLIENT, ADMIN]
    marc = Browser(web)
    marc.login("marc")
    today = text_of(marc.get("/"))
    assert "À traiter par une personne" in today
    assert "Nadia" in today.split("À traiter par une personne")[1].split("Chez le client")[0]
    # His next words on it are told, and acknowledged once; a person may answer by the desk.
    message(web, "Toujours rien ce matin !", 2, answers=web.counter.sent("nadia@")[0])
    assert sorted(str(m["To"]) for m in web.counter.fresh()) == sorted([CLIENT, ADMIN])
    assert "à traiter" in text_of(marc.get("/cases"))
    assert "en cours" not in text_of(marc.get("/cases")).split("Nadia")[1]
    assert act(web, case, "answer", note="Elle part demain matin.") == "done"
    letter = plain(web.counter.fresh("nadia@")[0])
    assert letter.splitlines()[2] == "Elle part demain matin."
    assert "question sur votre demande" not in letter
    page = marc.get(f"/cases/{case.id}")
    assert "Traitée" in text_of(page)
    assert "on a répondu au client : dites « traitée »" in text_of(page).casefold()
    assert "En cours" not in text_of(page).split("Histoire")[0]
    assert "à traiter" in text_of(page)
    assert act(web, case, "finish") == "done"
    done = web.counter.cases()[0]
    assert (done.stage, done.finished_at is not None, done.closed_at) == ("done", True, web.counter.now)
    assert "Tout a été traité." in text_of(marc.get("/"))
    assert act(web, case, "finish") == "refused"


def test_what_nobody_has_dealt_with_is_told_again(web: Running) -> None:
    case = message(web)
    web.counter.fresh()
    web.counter.pass_time(days=1, minutes=1)
    (again,) = web.counter.fresh()
    assert (again["To"], case.ref in plain(again)) == (ADMIN, True)
    act(web, case, "finish")
    web.counter.pass_time(days=5)
    assert web.counter.fresh() == []


def test_who_was_answered_is_not_told_of_again_until_the_customer_writes(web: Running) -> None:
    case = message(web)
    act(web, case, "answer", note="Elle part demain matin.")
    letter = web.counter.fresh("nadia@")[-1]
    web.counter.fresh()
    web.counter.pass_time(days=1, minutes=1)
    assert web.counter.fresh() == []
    message(web, "Non, toujours rien.", 2, answers=letter)
    web.counter.fresh()
    web.counter.pass_time(days=2)
    assert [str(m["To"]) for m in web.counter.fresh()] == [ADMIN]


def test_an_answer_goes_in_the_customers_language(web: Running) -> None:
    english = "Hello, our invoice for March is wrong, could you tell me who to contact? We received a wrong amount."
    case = message(web, english, sender="Ann <ann@client.example>")
    act(web, case, "answer", note="Please write to Anne.")
    letter = plain(web.counter.fresh("ann@")[-1])
    assert letter.splitlines()[:3] == ["Hello Ann,", "", "Please write to Anne."]
    assert "Any question? Simply reply to this message." in letter


def test_in_a_chat_an_answer_is_the_persons_words_alone(phone: Phone) -> None:
    phone.write("salam, 2000 sachets fond plat kraft pour vendredi svp")
    phone.work()
    phone.sent()
    (case,) = phone.counter.cases()
    act_on(phone.counter.settings, case.ref, "answer", "", "Bien vu, merci.", "anne")
    phone.work()
    assert phone.sent()[-1]["body"].splitlines()[0] == "Bien vu, merci."
    assert phone.counter.cases()[0].stage == "waiting_review"


def test_a_business_without_a_text_for_answers_says_so(web: Running) -> None:
    life = Life()
    life.write(FULL)
    texts = {name: text for name, text in life.directive.texts.items() if name != "answer"}
    (action,) = [a for a in actions_of(life.order, replace(life.directive, texts=texts), ()) if a.name == "answer"]
    assert (action.possible, "messages/answer.md" in action.why_not["fr"]) == (False, True)


def test_what_needs_no_answer_is_filed_without_a_word_and_found(web: Running) -> None:
    case = message(web, AD, sender="ventes@machines.example")
    assert (case.kind, case.stage) == ("SANS_SUITE", "done")
    assert web.counter.fresh() == []
    marc = Browser(web)
    marc.login("marc")
    assert "ventes@machines.example" in text_of(marc.get("/cases?kind=SANS_SUITE"))
    assert "ventes@machines.example" in text_of(marc.get("/cases?q=ventes@machines.example"))
    assert "ventes@machines.example" not in text_of(marc.get("/"))
    # A person who finds that it needs one gives it to those who answer.
    assert act(web, case, "reassign", note="autre") == "done"
    case = web.counter.cases()[0]
    assert (case.stage, case.closed_at) == ("fulfilling", None)
    assert ADMIN in [str(m["To"]) for m in web.counter.fresh()]


def test_a_mass_mailing_opens_no_case_and_is_shown_where_messages_are_read(web: Running) -> None:
    raw = mail(AD, sender="ventes@machines.example", subject="Lettre de mars")
    arrive(web.counter, b"List-Unsubscribe: <https://machines.example/u>\r\nPrecedence: bulk\r\n" + raw)
    assert web.counter.cases() == []
    marc = Browser(web)
    marc.login("marc")
    told = text_of(marc.get("/processing"))
    assert "ventes@machines.example" in told
    assert "envoi en nombre : il n’ouvre aucun dossier" in told


def test_a_message_that_is_an_order_after_all_is_reassigned(web: Running) -> None:
    case = message(web, "Bonjour, quel est le prix pour 4000 sacs poignées torsadées ?")
    assert case.kind == "AUTRE"
    assert act(web, case, "reassign", note="commande") == "done"
    case = web.counter.cases()[0]
    assert (case.kind, case.stage) == ("COMMANDE", "waiting_review")
    assert case.fact("quantity").value.amount == 4000  # type: ignore[union-attr]
    assert act(web, case, "reassign", note="autre") == "done"
    assert act(web, case, "validate") == "refused"


def test_an_order_in_the_thread_of_a_message_is_an_order_of_its_own(web: Running) -> None:
    first = message(web)
    letter = web.counter.sent("nadia@")[0]
    order = message(web, FULL, 2, answers=letter)
    assert (order.id != first.id, order.kind, order.stage) == (True, "COMMANDE", "waiting_review")
    assert {c.stage for c in web.counter.cases()} == {"fulfilling", "waiting_review"}


def test_an_order_a_minute_after_a_message_is_an_order_of_its_own(phone: Phone) -> None:
    phone.write("Bonjour, où en est ma commande ? Je n'ai rien reçu")
    phone.work()
    phone.write("Et je voudrais 5000 sacs fond carré poignées torsadées en plus")
    phone.work()
    assert [(c.kind, c.stage) for c in phone.counter.cases()] == [("AUTRE", "fulfilling"), ("COMMANDE", "waiting_review")]


def test_what_a_customer_writes_after_his_order_was_validated_is_told() -> None:
    life = Life()
    life.write(FULL)
    life.admin("Je valide")
    life.write("Finalement il faut tout annuler, désolé")
    assert (life.stage, life.told("admin")[-1]) == ("done", "admin_question")
    assert life.value("quantity") == Quantity(10_000, "pièce")  # type: ignore[arg-type]
    told = len(life.told("admin"))
    life.write("Merci beaucoup !")
    assert len(life.told("admin")) == told
