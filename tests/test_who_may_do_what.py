"""The table "who may do what", row by row, through ``decide``."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.lives import CUSTOMER, Life, fact, model, photo


@pytest.fixture
def quoted() -> Life:
    """A case whose quote of 2 credits is open."""
    life = Life()
    life.open()
    assert (life.stage, life.status()) == ("waiting_approval", "pending_credits")
    assert life.case is not None
    assert life.case.quote is not None
    assert life.case.quote.amount == 2
    return life


@pytest.fixture
def judged() -> Life:
    """A case that waits for the administrator."""
    life = Life()
    life.open(complexity="ornate", thing="cheminée sculptée")
    assert (life.stage, life.status()) == ("waiting_review", "pending_admin")
    assert len(life.sent("admin_review")) == 1
    return life


@pytest.fixture
def asking() -> Life:
    """A case that lacks a photo."""
    life = Life()
    life.open(files=())
    assert (life.stage, life.status()) == ("waiting_info", "pending_info")
    return life


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


# ------------------------------------------------------------------ by the link in the quote


def _digest(life: Life) -> str:
    assert life.case is not None
    assert life.case.quote is not None
    return life.case.quote.digest


def test_customer_approves_by_link_then_fulfilment_at_the_quoted_price(quoted: Life) -> None:
    assert f"https://guichet.example/approve/1-{_digest(quoted)}-{CUSTOMER}\n" in quoted.sent("quote")[0].text
    quoted.act("approve", digest=_digest(quoted), how="link")
    assert (quoted.stage, quoted.status()) == ("fulfilling", "validated")
    assert quoted.case is not None
    approval = quoted.case.approval
    assert approval is not None
    assert (approval.by, approval.who, approval.how, approval.amount) == ("customer", CUSTOMER, "link", Decimal(2))
    assert (approval.digest, approval.at) == (_digest(quoted), quoted.now)
    (task,) = quoted.wanted("task.create")
    assert f"Accord de {CUSTOMER} par le lien du devis" in task.payload.description  # type: ignore[union-attr]


def test_customer_refuses_by_link(quoted: Life) -> None:
    quoted.act("refuse", digest=_digest(quoted), how="link")
    assert quoted.stage == "rejected"
    assert quoted.case is not None
    assert quoted.case.refused_by == "customer"
    assert [m.to for m in quoted.sent("refusal")] == [CUSTOMER]


@pytest.mark.parametrize("action", ["approve", "refuse"])
@pytest.mark.parametrize("digest", ["", "old", "0" * 32])
def test_a_link_decides_nothing_but_the_offer_it_is_of(quoted: Life, action: str, digest: str) -> None:
    old = _digest(quoted)
    quoted.write("j'ai aussi le fichier 3D", files=(model(),))
    assert _digest(quoted) != old
    before = len(quoted.effects)
    quoted.act(action, digest=old if digest == "old" else digest, how="link")
    assert quoted.stage == "waiting_approval"
    assert len(quoted.effects) == before


@pytest.mark.parametrize("action", ["validate", "reprice", "close", "ask", "answer", "note", "reassign"])
def test_a_link_does_nothing_but_approve_and_refuse(quoted: Life, action: str) -> None:
    assert quoted.case is not None
    before, notes = len(quoted.effects), quoted.case.notes
    quoted.act(action, 1, "donnez-le-moi", digest=_digest(quoted), how="link")
    assert quoted.stage == "waiting_approval"
    assert (len(quoted.effects), quoted.case.notes) == (before, notes)


@pytest.mark.parametrize("end", ["refuse", "expire", "close", "review"])
def test_a_link_of_an_offer_that_is_not_open_decides_nothing(quoted: Life, end: str) -> None:
    digest = _digest(quoted)
    if end == "expire":
        quoted.late("approve.expire")
    elif end == "review":
        quoted.write("en fait il est entièrement sculpté", facts=(fact("complexity", "ornate"),))
    else:
        quoted.act(end)
    stage, before = quoted.stage, len(quoted.effects)
    for action in ("approve", "refuse"):
        quoted.act(action, digest=digest, how="link")
    assert quoted.stage == stage != "fulfilling"
    assert len(quoted.effects) == before


def test_only_texts_to_the_customer_about_an_open_offer_carry_the_link(quoted: Life) -> None:
    quoted.late(min(n for n in quoted.deadlines if "remind" in n))
    quoted.write("hmm, c'est combien de temps ?", answer="unclear")
    quoted.write("j'ai aussi le fichier 3D", files=(model(),))
    quoted.write("Je valide", answer="approve")
    with_link = {m.template for m in quoted.sent() if "/approve/" in m.text}
    assert with_link == {"quote", "requote", "reminder_quote"}
    for effect in quoted.effects:
        if effect.kind != "message.send":
            assert "/approve/" not in str(effect.payload)


def test_an_operator_may_approve_for_the_customer_under_his_own_name(quoted: Life) -> None:
    quoted.act("approve", digest="0" * 32)
    assert quoted.stage == "waiting_approval"
    quoted.act("approve", digest=_digest(quoted))
    assert quoted.stage == "fulfilling"
    assert quoted.case is not None
    assert quoted.case.approval is not None
    assert (quoted.case.approval.by, quoted.case.approval.who, quoted.case.approval.how) == ("operator", "alice", "desk")


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


# ------------------------------------------------------------------ work


def test_the_customer_is_told_once_that_work_began_and_ended(quoted: Life) -> None:
    from core.events import TaskMoved

    quoted.write("Je valide", answer="approve")
    quoted.done("task")
    for number, status in enumerate(["to do", "In Progress", "in progress", "COMPLETE", "in progress"]):
        quoted.happen(TaskMoved(f"t{number}", quoted.now, status))
    told = [m.template for m in quoted.sent() if m.template in ("started", "finished")]
    assert told == ["started", "finished"]
    assert quoted.stage == "done"


# ------------------------------------------------------------------ time


def test_reminders_and_ends(quoted: Life, asking: Life) -> None:
    for name in sorted(n for n in asking.deadlines if "remind" in n):
        asking.late(name)
    assert asking.sent("reminder_info")
    asking.late("complete.close")
    assert (asking.stage, asking.status()) == ("expired", "rejected")
    assert len(asking.sent("expired_info")) == 1
    for name in sorted(n for n in quoted.deadlines if "remind" in n):
        quoted.late(name)
    assert quoted.sent("reminder_quote")
    quoted.late("approve.expire")
    assert quoted.stage == "expired"
    quoted.write("je valide", answer="approve")
    assert not quoted.wanted("task.create")
    assert quoted.sent("admin_late")


def test_the_review_is_reminded(judged: Life) -> None:
    names = sorted(n for n in judged.deadlines if n.startswith("review.remind"))
    assert names
    judged.late(names[0])
    assert judged.sent("admin_reminder")


# ------------------------------------------------------------------ support


def test_support_is_a_ticket_and_an_acknowledgement_at_once() -> None:
    life = Life("support")
    life.write("mon paiement ne passe pas", intent="request")
    assert life.stage == "done"
    assert [e.kind for e in life.effects] == ["contact.upsert", "ticket.open", "message.send"]
    assert [m.template for m in life.sent()] == ["acknowledgement"]
    assert life.notices == [CUSTOMER]


def test_support_is_not_acknowledged_twice_a_day() -> None:
    life = Life("support")
    life.noticed = True
    life.write("encore un souci", intent="request")
    assert life.stage == "done"
    assert not life.sent()


# ------------------------------------------------------------------ channels


def test_a_text_that_cannot_reach_him_on_his_channel_goes_by_mail_once(quoted: Life) -> None:
    from dataclasses import replace

    from core.effects import SendMessage
    from core.events import EffectParked

    assert quoted.case is not None
    quoted.case = replace(quoted.case, thread=replace(quoted.case.thread, channel="whatsapp", to="+33612345678"))
    quoted.write("j'ai aussi le fichier 3D", files=(model(),), channel="whatsapp")
    effect = quoted.effects[-1]
    assert isinstance(effect.payload, SendMessage)
    assert (effect.system, effect.payload.template, effect.tell) == ("whatsapp", "requote", True)
    # A business may offer the link there too; it is bound to whom it is sent to.
    link = f"https://guichet.example/approve/2-{_digest(quoted)}-"
    payload = replace(effect.payload, to="+33612345678", text=f"{effect.payload.text}{link}+33612345678 .")
    parked = EffectParked(f"{effect.key}#1", quoted.now, effect.key, effect.kind, "", "63016", True, payload)
    decision = quoted.happen(parked)
    (letter,) = decision.effects
    assert (letter.system, decision.drops) == ("mail", (effect.key,))
    assert isinstance(letter.payload, SendMessage)
    assert (letter.payload.to, letter.payload.text) == (CUSTOMER, f"{effect.payload.text}{link}{CUSTOMER} .")
    assert quoted.case.quote is not None
    assert quoted.case.quote.key == letter.key
    assert not quoted.happen(parked).effects
    # A yes on either channel is a yes to that offer.
    quoted.write("Je valide", answer="approve", answers=(letter.key,))
    assert quoted.stage == "fulfilling"


def test_a_text_that_was_perhaps_sent_is_not_sent_again_by_another_channel(quoted: Life) -> None:
    from core.effects import SendMessage
    from core.events import EffectParked

    payload = quoted.sent("quote")[0]
    assert isinstance(payload, SendMessage)
    decision = quoted.happen(EffectParked("x#1", quoted.now, "x", "message.send", "", "peut-être fait", False, payload))
    assert decision.effects == ()
