"""What a customer writes once his order is decided, or beside one that waits: a new order is one, a change is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from console.beside import reading_store
from core.alerts import alerts_of
from core.case import Case
from engine.case_actions import actions_of
from tests.browser import Browser, text_of, with_people
from tests.desk_house import arrive
from tests.orders_house import order, orders_house
from tests.orders_life import FULL, Life
from tests.quick import Quick, quick
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


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def at(counter: Quick, case: Case) -> Case:
    """The case as it is by now."""
    return next(c for c in counter.cases() if c.id == case.id)


def test_a_change_in_a_new_mail_joins_the_only_order_that_waits_and_a_person_confirms_it(counter: Quick) -> None:
    counter.send(mail("Bonjour, 2000 sachets fond plat kraft pour le 20 mars", sender=NADIA, subject="Commande", number=1))
    first = counter.only()
    (before,) = counter.fresh(ADMIN)
    counter.now += timedelta(hours=1)
    counter.send(mail("Bonjour, finalement mettez 3000 au lieu de 2000. Merci", sender=NADIA, subject="quantité", number=2))
    case = counter.only()
    assert (case.id, case.stage, case.messages) == (first.id, "waiting_review", 2)
    (notice,) = counter.fresh(ADMIN)
    # Both his first and his last words, and what they come to.
    assert "2000 sachets fond plat" in plain(notice)
    assert "finalement mettez 3000 au lieu de 2000" in plain(notice)
    assert "3000 pièces au lieu de 2000 pièces" in plain(notice)
    counter.send(mail("Je valide", sender=ADMIN, answers=before, number="old"))
    assert at(counter, case).stage == "waiting_review"
    (again,) = counter.fresh(ADMIN)
    counter.send(mail("Je valide", sender=ADMIN, answers=again, number="new"))
    done = at(counter, case)
    assert (done.stage, done.fact("quantity").value.amount) == ("done", 3000)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, il nous faut 500 sacs fond carré sans poignées, plutôt en blanc",
        "Bonjour, 700 sachets fond plat blancs, en modifiant le logo svp",
    ],
)
def test_a_whole_order_is_its_own_whatever_word_it_has(counter: Quick, text: str) -> None:
    counter.send(mail("Bonjour, 2000 sachets fond plat kraft pour le 20 mars", sender=NADIA, subject="Commande", number=1))
    counter.now += timedelta(hours=1)
    counter.send(mail(text, sender=NADIA, subject="Sacs", number=2))
    first, second = counter.cases()
    assert (first.fact("quantity").value.amount, second.kind) == (2000, "COMMANDE")  # type: ignore[union-attr]
    # As it may be a change all the same, the first is to be looked at with it.
    assert [one.ref for one in first.beside] == [second.ref]


def test_what_may_change_one_of_several_orders_is_told_with_each_and_an_older_yes_asks_again(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        counter, desk = web.counter, web.edge.desk
        one = order(counter, "Bonjour, 2000 sachets fond plat kraft pour le 20 mars", sender=NADIA, subject="Sachets")
        two = order(counter, "Bonjour, 500 sacs poignées plates pour le 25 mars", sender=NADIA, subject="Sacs", number=2)
        older = [m for m in counter.fresh(ADMIN) if desk.cases.view(one).case.ref in str(m["Subject"])][-1]
        seen = desk.cases.view(two).digest
        arrive(counter, mail("finalement mettez 3000 au lieu de 2000", sender=NADIA, subject="chgt", number=3))
        (message,) = [c for c in counter.cases() if c.id not in (one, two)]
        refs = {desk.cases.view(i).case.ref for i in (one, two)}
        assert (message.kind, message.stage) == ("AUTRE", "fulfilling")
        notices = {str(m["Subject"]): plain(m) for m in counter.fresh(ADMIN)}
        (read,) = [text for subject, text in notices.items() if message.ref in subject]
        assert all(ref in read for ref in refs)
        warned = [text for subject, text in notices.items() if any(ref in subject for ref in refs)]
        assert len(warned) == 2
        assert all(message.ref in text and "finalement mettez 3000" in text for text in warned)
        # Neither the older notice nor the page as it was then is enough.
        arrive(counter, mail("ok", sender=ADMIN, answers=older, number="ok"))
        given = desk.acts.give(two, "validate", author="anne", digest=seen)
        counter.settle()
        assert desk.acts.outcome(two, given.id).state == "refused"
        assert {desk.cases.view(i).case.stage for i in (one, two)} == {"waiting_review"}
        with_people(web, marc="agent")
        marc = Browser(web)
        marc.login("marc")
        assert "finalement mettez 3000" in text_of(marc.get(f"/orders/{two}"))
        assert desk.cases.view(one).case.ref in text_of(marc.get(f"/cases/{message.id}"))
        again = [m for m in counter.fresh(ADMIN) if desk.cases.view(one).case.ref in str(m["Subject"])][-1]
        assert message.ref in plain(again)
        arrive(counter, mail("ok je valide", sender=ADMIN, answers=again, number="ok2"))
        assert desk.cases.view(one).case.stage == "done"
        desk.acts.give(message.id, "finish", author="marc")
        counter.settle()
        assert "finalement mettez 3000" not in text_of(marc.get(f"/orders/{two}"))
        desk.acts.give(two, "validate", author="anne", digest=desk.cases.view(two).digest)
        counter.settle()
        assert desk.cases.view(two).case.stage == "done"


def test_a_stranger_or_a_forged_sender_changes_no_order(counter: Quick) -> None:
    counter.send(mail("Bonjour, 2000 sachets fond plat kraft pour le 20 mars", sender=NADIA, subject="Commande", number=1))
    forged = mail("finalement mettez 3000 au lieu de 2000", sender=NADIA, subject="x", number=2)
    counter.send(forged.replace(b"dmarc=pass", b"dmarc=fail"))
    counter.send(mail("finalement mettez 4000 au lieu de 2000", sender="autre@example.org", subject="y", number=3))
    first = next(c for c in counter.cases() if c.kind == "COMMANDE")
    assert (first.fact("quantity").value.amount, len(counter.cases())) == (2000, 3)  # type: ignore[union-attr]
    assert len(first.beside) == 1


def test_the_notice_after_a_conversation_has_the_words_that_made_the_order(counter: Quick) -> None:
    counter.send(mail("Bonjour, il nous faut des sacs à poignées torsadées", sender=NADIA, subject="Sacs", number=1))
    (question,) = counter.fresh("nadia@")
    counter.send(mail("3000 pièces pour le 20 mars svp", sender=NADIA, answers=question, number=2))
    (notice,) = counter.fresh(ADMIN)
    words = plain(notice).partition("SES MOTS")[2]
    assert "il nous faut des sacs" in words
    assert "« 3000 pièces pour le 20 mars svp »" in words


def test_a_complete_order_is_acknowledged_once_on_its_channel_without_a_promise(counter: Quick) -> None:
    counter.send(mail("Bonjour, il nous faut des sacs à poignées torsadées", sender=NADIA, subject="Sacs", number=1))
    (question,) = counter.fresh("nadia@")
    counter.send(mail("3000 pièces", sender=NADIA, answers=question, number=2))
    (receipt,) = counter.fresh("nadia@")
    case = counter.only()
    assert "bien reçu votre commande" in plain(receipt)
    assert (case.ref in plain(receipt), receipt["In-Reply-To"]) == (True, "<2@client.example>")
    counter.send(mail("plutôt 4000 pièces", sender=NADIA, answers=receipt, number=3))
    assert counter.only().fact("quantity").value.amount == 4000  # type: ignore[union-attr]
    (again,) = counter.fresh("nadia@")
    assert "bien reçu votre message au sujet de votre commande en attente" in " ".join(plain(again).split())


def test_in_a_chat_too_a_complete_order_is_acknowledged(phone: Phone) -> None:
    phone.write(ORDER)
    phone.work()
    (said,) = phone.sent()
    assert said["body"].startswith("Bien reçu")


@pytest.mark.parametrize("text", ["finalement 9000 au lieu de 8000", "vous avez oublié notre 3e ligne"])
@pytest.mark.parametrize("act", ["ask", "answer", "note"])
def test_what_is_written_after_the_decision_is_to_be_looked_at_until_a_person_deals_with_it(text: str, act: str) -> None:
    life = Life()
    life.write(FULL)
    life.admin("Je valide")
    assert (life.stage, raised(life)) == ("done", [])
    life.write("Merci beaucoup !")
    assert raised(life) == []
    judged = life.order.judged
    life.write(text)
    assert raised(life) == ["message_apres_decision"]
    assert [a.name for a in actions_of(life.order, life.directive, ()) if a.possible and a.name == "ask"] == ["ask"]
    before = life.told("customer")
    life.act(act, note="Bien vu, nous corrigeons.")
    assert raised(life) == []
    assert (life.stage, life.order.judged) == ("done", judged)
    assert life.told("customer")[len(before) :] == ({"ask": ["question"], "answer": ["answer"]}.get(act, []))


def raised(life: Life) -> list[str]:
    return [a.name for a in alerts_of(life.order, life.directive, (), life.now) if a.rule == "wrote"]


def test_the_first_page_shows_what_was_written_after_the_decision_until_it_is_answered(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        counter, desk = web.counter, web.edge.desk
        first = order(counter, "Bonjour, 2000 sachets fond plat kraft pour vendredi", sender=NADIA)
        desk.acts.give(first, "validate", author="anne", digest=desk.cases.view(first).digest)
        counter.settle()
        (confirmed,) = [m for m in counter.fresh("nadia@") if "valid" in plain(m)]
        arrive(counter, mail("finalement 9000 au lieu de 2000", sender=NADIA, answers=confirmed, number=2))
        assert desk.registers.alert_counts().get("message_apres_decision") == 1
        assert desk.acts.give(first, "ask", author="anne", note="9000, c'est bien cela ?").state != "refused"
        counter.settle()
        assert any("9000, c'est bien cela" in plain(m) for m in counter.fresh("nadia@"))
        assert "message_apres_decision" not in desk.registers.alert_counts()
