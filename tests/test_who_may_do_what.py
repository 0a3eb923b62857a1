"""The table "who may do what", row by row, through ``decide``."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.lives import CUSTOMER, Life, fact, model, photo

pytest_plugins = ("tests.lives_fixtures",)


def test_customer_approves_when_quote_sent_then_fulfilment_at_the_quoted_price(quoted: Life) -> None:
    quoted.write("Je valide", answer="approve")
    assert (quoted.stage, quoted.status()) == ("fulfilling", "validated")
    (task,) = quoted.wanted("task.create")
    assert task.payload.quantity == 2  # type: ignore[union-attr]
    assert len(quoted.sent("confirmation")) == 1
    quoted.done("task")
    assert quoted.stage == "done"
    updates = [e.payload.properties for e in quoted.wanted("ticket.update")]  # type: ignore[union-attr]
    assert {"clickup_subtask_id": "${task.id}"} in updates


@pytest.mark.parametrize("start", ["asking", "quoted", "judged"])
def test_customer_refuses_any_time_before_fulfilment(start: str, request: pytest.FixtureRequest) -> None:
    life: Life = request.getfixturevalue(start)
    life.write("non merci, je refuse", answer="refuse")
    assert (life.stage, life.status()) == ("rejected", "rejected")
    assert len(life.sent("refusal")) == 1
    assert life.effects[-1].payload.open is False  # type: ignore[union-attr]
    assert life.deadlines == {}


def test_customer_refuses_after_fulfilment_began_changes_nothing_but_a_person_knows(quoted: Life) -> None:
    quoted.write("Je valide", answer="approve")
    quoted.write("finalement non, j'annule", answer="refuse")
    assert quoted.stage == "fulfilling"
    assert quoted.sent("admin_question")


def test_customer_sends_more_while_information_is_missing(asking: Life) -> None:
    asking.write("voici la photo", files=(photo(),))
    assert asking.stage == "waiting_approval"
    assert [m.template for m in asking.sent() if m.audience == "customer"] == ["request_info", "quote"]


def test_customer_sends_more_with_a_quote_open_a_changed_price_voids_it(quoted: Life) -> None:
    assert quoted.case is not None
    first = quoted.case.quote
    assert first is not None
    quoted.write("j'ai aussi le fichier 3D", files=(model(),))
    second = quoted.case.quote
    assert second is not None
    assert second.amount == 1
    assert second.digest != first.digest
    assert [q.status for q in quoted.case.quotes] == ["void"]
    assert len(quoted.sent("requote")) == 1
    # The yes to the first offer, crossing in the mail, approves nothing.
    quoted.write("Je valide", answer="approve", answers=(first.key,))
    assert quoted.stage == "waiting_approval"
    assert not quoted.wanted("task.create")
    quoted.write("Je valide", answer="approve", answers=(second.key,))
    assert quoted.stage == "fulfilling"


def test_customer_sends_more_that_changes_no_price_keeps_the_quote(quoted: Life) -> None:
    quoted.write("voici une autre vue", files=(photo(2),))
    assert len(quoted.sent("quote")) == 1
    assert not quoted.sent("requote")
    assert quoted.stage == "waiting_approval"


def test_admin_yes_with_credits_while_reviewing_is_quoted_to_the_customer(judged: Life) -> None:
    judged.write("ok 5 crédits", answer="approve", credits=5, role="admin")
    assert judged.stage == "waiting_approval"
    (quote,) = judged.sent("quote")
    assert quote.to == CUSTOMER
    assert "5 crédits" in quote.text
    judged.write("Je valide", answer="approve")
    assert judged.wanted("task.create")[0].payload.quantity == 5  # type: ignore[union-attr]


def test_admin_yes_without_credits_while_reviewing_is_asked_for_the_number(judged: Life) -> None:
    judged.write("oui ok", answer="approve", role="admin")
    assert judged.stage == "waiting_review"
    assert len(judged.sent("admin_amount")) == 1
    assert not judged.sent("quote")


@pytest.mark.parametrize("credits", [None, 2])
def test_admin_yes_same_or_no_credits_with_the_quote_sent_fulfils(quoted: Life, credits: int | None) -> None:
    quoted.write("ok", answer="approve", credits=credits, role="admin")
    assert quoted.stage == "fulfilling"
    assert quoted.case is not None
    assert quoted.case.approval is not None
    assert (quoted.case.approval.by, quoted.case.approval.amount) == ("admin", Decimal(2))


def test_admin_other_credits_with_the_quote_sent_makes_a_new_quote(quoted: Life) -> None:
    quoted.write("ok mais 4 crédits", answer="approve", credits=4, role="admin")
    assert quoted.stage == "waiting_approval"
    assert len(quoted.sent("requote")) == 1
    assert quoted.case is not None
    assert quoted.case.quotes[0].status == "void"
    assert not quoted.wanted("task.create")


@pytest.mark.parametrize("start", ["asking", "quoted", "judged"])
def test_admin_refuses_any_time_before_fulfilment_and_the_customer_is_told(start: str, request: pytest.FixtureRequest) -> None:
    life: Life = request.getfixturevalue(start)
    life.write("non", answer="refuse", role="admin")
    assert life.stage == "rejected"
    assert [m.to for m in life.sent("refusal")] == [CUSTOMER]


@pytest.mark.parametrize("start", ["asking", "quoted", "judged"])
def test_operator_validates_in_any_open_stage_final_at_once(start: str, request: pytest.FixtureRequest) -> None:
    life: Life = request.getfixturevalue(start)
    life.act("validate", 3, "Validation OK", how="webhook")
    assert (life.stage, life.status()) == ("fulfilling", "validated")
    (task,) = life.wanted("task.create")
    assert task.payload.quantity == 3  # type: ignore[union-attr]
    assert "Validation OK" in task.payload.description  # type: ignore[union-attr]
    assert any("Validation OK" in e.payload.text for e in life.wanted("ticket.note"))  # type: ignore[union-attr]
    life.act("validate", 3)
    assert len(life.wanted("task.create")) == 1


def test_a_quote_whose_object_turns_out_too_complex_is_void_until_a_person_prices_it(quoted: Life) -> None:
    assert quoted.case is not None
    assert quoted.case.quote is not None
    first = quoted.case.quote
    quoted.write("en fait il est entièrement sculpté", facts=(fact("complexity", "ornate"),))
    assert quoted.stage == "waiting_review"
    assert quoted.case.quote is not None
    assert quoted.case.quote.status == "void"
    quoted.write("je valide", answer="approve", answers=(first.key,))
    assert not quoted.wanted("task.create")
    quoted.write("ok 2 crédits", answer="approve", credits=2, role="admin")
    assert quoted.stage == "waiting_approval"
    assert quoted.case.quote.digest != first.digest
    assert len(quoted.sent("requote")) == 1
    quoted.write("je valide", answer="approve", answers=(first.key,))
    assert not quoted.wanted("task.create")


# ------------------------------------------------------------------ who may not


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_an_unverified_sender_decides_nothing_and_is_asked_again(quoted: Life, answer: str) -> None:
    quoted.write("je valide", answer=answer, authorised=False)  # type: ignore[arg-type]
    assert quoted.stage == "waiting_approval"
    assert len(quoted.sent("not_verified")) == 1
    assert quoted.sent("admin_question")
    assert not quoted.wanted("task.create")


def test_an_unverified_reply_to_does_not_lead_our_answers_away(quoted: Life) -> None:
    from core.message import Address

    quoted.write("je valide", answer="approve", authorised=False, reply_to=Address("voleur@example.net"))
    assert {m.to for m in quoted.sent() if m.audience == "customer"} == {CUSTOMER}


def test_a_stranger_decides_nothing(quoted: Life) -> None:
    quoted.write("je valide", answer="approve", role="stranger", authorised=True)
    assert quoted.stage == "waiting_approval"
    assert not quoted.wanted("task.create")
    assert quoted.sent("admin_question")


def test_the_customer_cannot_judge_his_own_complex_request(judged: Life) -> None:
    judged.write("ok pour 1 crédit", answer="approve", credits=1)
    assert judged.stage == "waiting_review"
    assert not judged.sent("quote")


def test_the_customer_naming_another_amount_approves_nothing(quoted: Life) -> None:
    quoted.write("ok pour 1 crédit", answer="approve", credits=1)
    assert quoted.stage == "waiting_approval"
    assert len(quoted.sent("unclear")) == 1


def test_a_yes_received_before_the_offer_was_made_approves_nothing(quoted: Life) -> None:
    assert quoted.case is not None
    early = quoted.case.opened_at.replace(year=2025)
    quoted.write("je valide", answer="approve", received_at=early)
    assert quoted.stage == "waiting_approval"


def test_an_unverified_admin_decides_nothing(judged: Life) -> None:
    judged.write("ok 1 crédit", answer="approve", credits=1, role="admin", authorised=False)
    assert judged.stage == "waiting_review"
    (told,) = judged.sent("admin_unclear")
    text = told.text
    # Told to reply the same once more he would go round in circles: he is led to where he can decide.
    assert "n'a pas pu être vérifiée" in text
    assert "Décidez dans le guichet" in text
    assert "AUTHSERV_ID" in text
    assert "répondez en une ligne" not in text


def test_unclear_answers_are_answered_twice_at_most_and_always_reach_a_person(quoted: Life) -> None:
    for _ in range(4):
        quoted.write("hmm je ne sais pas, c'est combien de temps ?", answer="unclear")
    assert len(quoted.sent("unclear")) == 2
    assert len(quoted.sent("admin_question")) == 4
    assert quoted.stage == "waiting_approval"


def test_thanks_ask_for_nothing(quoted: Life) -> None:
    quoted.write("merci !", answer="unclear", intent="thanks")
    assert not quoted.sent("unclear")
    assert not quoted.sent("admin_question")


def test_a_bare_no_while_information_is_missing_answers_the_question(asking: Life) -> None:
    asking.write("non", answer="refuse")
    assert asking.stage == "waiting_info"


def test_words_of_a_yes_do_not_reprice(quoted: Life) -> None:
    quoted.write("je valide, c'est simple", answer="approve", facts=(fact("complexity", "simple", 1.0),))
    assert quoted.case is not None
    assert quoted.case.approval is not None
    assert quoted.case.approval.amount == 2
