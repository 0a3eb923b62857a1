"""Quick replies under an offer: a press is a plain yes or no to exactly that offer, and to no other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.effects import SendMessage
from core.quote import Quote, button, in_force, read_button
from tests.lives import Life, fact, photo

CHAIR = (fact("complexity", "standard"), fact("object", "une chaise"))


def life() -> Life:
    """A case on WhatsApp whose offer of 2 credits is open."""
    made = Life()
    made.write("Une chaise en 3D svp", files=(photo(),), facts=CHAIR, channel="whatsapp", intent="request")
    assert made.case is not None
    assert made.case.stage == "waiting_approval"
    return made


def texts(made: Life) -> list[SendMessage]:
    """What the customer was sent."""
    sent = (e.payload for e in made.effects)
    return [p for p in sent if isinstance(p, SendMessage) and p.audience == "customer"]


def press(made: Life, pressed: str, title: str = "Je valide", **more: object) -> None:
    made.write(title, channel="whatsapp", pressed=pressed, **more)


def requoted(made: Life) -> str:
    """The administrator changes the price: the digest of the offer that is void since."""
    assert made.case is not None
    assert made.case.quote is not None
    old = made.case.quote.digest
    made.write("3 crédits", answer="approve", credits=3, role="admin")
    assert made.case.quote.amount == Decimal(3)
    assert made.case.quote.digest != old
    return old


def test_the_buttons_of_an_offer_carry_its_digest() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    digest = made.case.quote.digest
    (quote,) = texts(made)
    assert quote.buttons == (("Je valide", f"approve:{digest}"), ("Je refuse", f"refuse:{digest}"))
    assert read_button(quote.buttons[0][1]) == ("approve", digest)


def test_a_press_is_a_yes_or_a_no_to_the_open_offer() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    press(made, button("approve", made.case.quote.digest))
    assert made.case.stage == "fulfilling"
    assert made.case.approval is not None
    assert (made.case.approval.digest, made.case.approval.evidence) == (made.case.quote.digest, "Je valide")
    no = life()
    assert no.case is not None
    assert no.case.quote is not None
    press(no, button("refuse", no.case.quote.digest), "Je refuse")
    assert no.case.stage == "rejected"


@pytest.mark.parametrize("choice", ["approve", "refuse"])
def test_a_button_under_a_replaced_offer_decides_nothing_and_the_person_is_told(choice: str) -> None:
    made = life()
    old = requoted(made)
    before = len(texts(made))
    # Even where its words would be read as a plain yes.
    press(made, button(choice, old), answer="approve")
    assert made.case is not None
    assert (made.case.stage, made.case.approval) == ("waiting_approval", None)
    told = texts(made)[before:]
    assert [t.template for t in told] == ["old_offer"]
    assert "3 crédits" in told[0].text
    assert told[0].buttons[0][1] == button("approve", made.case.quote.digest if made.case.quote else "")
    press(made, told[0].buttons[0][1])
    assert made.case.stage == "fulfilling"
    assert made.case.approval is not None
    assert made.case.approval.amount == Decimal(3)


def test_what_cannot_be_verified_decides_nothing_by_a_button_either() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    press(made, button("approve", made.case.quote.digest), authorised=False)
    assert (made.case.stage, made.case.approval) == ("waiting_approval", None)


def test_a_stranger_presses_for_nothing() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    press(made, button("approve", made.case.quote.digest), role="stranger", authorised=False)
    assert made.case.stage == "waiting_approval"


def test_pressing_twice_says_what_is_decided_already() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    digest = made.case.quote.digest
    press(made, button("approve", digest))
    before = len(made.effects)
    press(made, button("approve", digest))
    assert len(made.effects) == before
    press(made, button("refuse", digest), "Je refuse")
    assert made.case.stage == "fulfilling"
    admin = [e.payload.template for e in made.effects[before:] if isinstance(e.payload, SendMessage)]
    assert admin == ["admin_question"], "a no after the yes is for a person"


def test_a_button_under_an_offer_that_expired_tells_so() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    digest = made.case.quote.digest
    made.late("approve.expire")
    assert made.case.stage == "expired"
    before = len(texts(made))
    press(made, button("approve", digest))
    assert made.case.stage == "expired"
    assert [t.template for t in texts(made)[before:]] == ["old_offer"]
    assert not texts(made)[-1].buttons


def test_a_yes_in_words_that_quotes_an_old_offer_is_told_which_one_stands() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    key = made.case.quote.key
    requoted(made)
    made.write("Je valide", answer="approve", channel="whatsapp", answers=(key,))
    assert (made.case.stage, made.case.approval) == ("waiting_approval", None)
    assert texts(made)[-1].template == "old_offer"


def test_which_offer_stood_when_a_text_was_wanted() -> None:
    made = life()
    assert made.case is not None
    assert made.case.quote is not None
    first = replace(made.case.quote, key="case/1/3")
    second: Quote = replace(first, number=2, key="case/7/0")
    assert in_force([first, second], "case/1/3") == first
    assert in_force([first, second], "case/5/0") == first, "a reminder of the first"
    assert in_force([first, second], "case/7/0") == second
    assert in_force([first, second], "case/10/1") == second
    assert in_force([second], "case/2/0") is None


@pytest.mark.parametrize("pressed", ["", "Je valide", "approve:", "approve:xyz", "agree:" + "0" * 32, "approve:" + "A" * 32])
def test_what_is_no_button_of_an_offer(pressed: str) -> None:
    assert read_button(pressed) is None


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_words_whose_button_got_lost_decide_only_while_there_was_one_offer(answer: str) -> None:
    """A missed webhook is found in a list that does not tell which offer's button was pressed."""
    lost = {"answers": "unknown"}
    made = life()
    requoted(made)
    made.write("Je valide", channel="whatsapp", answer=answer, hints=lost)
    assert made.case is not None
    assert (made.case.stage, made.case.approval) == ("waiting_approval", None)
    assert texts(made)[-1].template == "unclear", "he is asked again"
    made.write("Je valide", channel="whatsapp", answer=answer)
    assert made.case.stage != "waiting_approval", "said again by a road that tells, it counts"
    only = life()
    only.write("Je valide", channel="whatsapp", answer=answer, hints=lost)
    assert only.case is not None
    assert only.case.stage == {"approve": "fulfilling", "refuse": "rejected"}[answer]
