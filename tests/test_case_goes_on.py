"""What follows without anybody's answer: the work, the time that passes, support, a channel that fails."""

from __future__ import annotations

from tests.lives import CUSTOMER, Life, model, offered

pytest_plugins = ("tests.lives_fixtures",)


def test_the_customer_is_told_once_that_work_began_and_ended(quoted: Life) -> None:
    from core.events import TaskMoved

    quoted.write("Je valide", answer="approve")
    quoted.done("task")
    for number, status in enumerate(["to do", "In Progress", "in progress", "COMPLETE", "in progress"]):
        quoted.happen(TaskMoved(f"t{number}", quoted.now, status))
    told = [m.template for m in quoted.sent() if m.template in ("started", "finished")]
    assert told == ["started", "finished"]
    assert quoted.stage == "done"


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
    link = f"https://guichet.example/approve/2-{offered(quoted)}-"
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
