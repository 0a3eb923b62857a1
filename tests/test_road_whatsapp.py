"""The whole journey with WhatsApp as the only channel, and across channels; Twilio on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.beside import reading_store
from core.case import Case, Party, Thread
from core.ports import Change
from tests.fakes.twilio import Twilio
from tests.road import JPEG, Light, mail

NUMBER = "+33612345678"


class Phone:
    """Twilio and the installation on one clock, which goes on past the grace for webhooks after each message."""

    def __init__(self, folder: Path) -> None:
        self.later = timedelta()
        self.twilio = Twilio(clock=lambda: time.time() + self.later.total_seconds())
        self.twilio.__enter__()
        self.counter = Light(
            folder,
            clock=lambda: datetime.now(UTC) + self.later,
            twilio_account_sid=self.twilio.account,
            twilio_auth_token=self.twilio.auth_token,
            twilio_whatsapp_number=self.twilio.number.removeprefix("whatsapp:"),
            twilio_base_url=self.twilio.url,
        )

    def write(self, text: str, *pictures: bytes) -> None:
        """The customer writes."""
        self.twilio.receive(NUMBER, text, media=tuple(("image/jpeg", one) for one in pictures))

    def work(self) -> None:
        """Past the grace, let the house work."""
        self.later += timedelta(seconds=90)
        assert self.counter.work() == {}

    def sent(self) -> list[dict[str, Any]]:
        """What the customer got."""
        return self.twilio.sent

    def knows(self) -> None:
        """The customer's number and address are known together."""
        self.work()
        now = datetime(2026, 3, 2, tzinfo=UTC)
        party = Party("client@example.com", "Jean Dupont", NUMBER)
        thread = Thread("email", "", "")
        case = Case("known", "KN0WNREF", 1, "figurative", "support", "r", "SUPPORT", "done", party, thread, now, now)
        with reading_store(self.counter.settings) as store:
            store.commit([Change(case)], now)


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    made = Phone(tmp_path / "data")
    yield made
    made.twilio.__exit__(None, None, None)


def test_request_quote_yes_and_task_by_whatsapp_alone(phone: Phone) -> None:
    phone.write("Bonjour je voudrais modéliser ce fauteuil svp", JPEG)
    phone.work()
    (case,) = phone.counter.cases()
    assert (case.kind, case.stage, case.thread.channel) == ("MODELISATION", "waiting_approval", "whatsapp")
    (quote,) = phone.sent()
    assert "2 crédits" in quote["body"]
    assert "Je valide" in quote["body"]
    phone.write("Je valide")
    phone.work()
    (case,) = phone.counter.cases()
    assert case.stage == "done"
    assert len(phone.counter.records("task")) == 1
    (contact,) = phone.counter.records("crm.contact")
    assert contact["phone"] == NUMBER
    assert {state for _, _, state in phone.counter.effects()} <= {"done", "reconciled"}


def test_row_21_ten_messages_at_once_from_a_new_number_are_one_case(phone: Phone) -> None:
    phone.write("Bonjour, je voudrais modéliser ce fauteuil en 3D")
    for number in range(9):
        phone.write("", JPEG + b"%d" % number)
    phone.work()
    (case,) = phone.counter.cases()
    assert case.messages == 10
    assert len(case.files) == 9


def test_a_quote_sent_by_mail_may_be_approved_on_whatsapp(phone: Phone) -> None:
    phone.knows()
    phone.counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    phone.work()
    assert len(phone.counter.sent("client@example.com")) == 1
    phone.write("Je valide")
    phone.work()
    case = next(c for c in phone.counter.cases() if c.kind == "MODELISATION")
    assert case.stage == "done"
    assert case.approval is not None
    assert case.approval.who == NUMBER


def test_row_23_after_24_hours_without_a_template_the_text_goes_by_mail_when_an_address_is_known(phone: Phone) -> None:
    phone.knows()
    phone.write("je voudrais modéliser ma table basse en 3D")
    phone.work()
    case = next(c for c in phone.counter.cases() if c.kind == "MODELISATION")
    assert case.stage == "waiting_info"
    phone.later += timedelta(days=4)
    phone.work()
    phone.work()
    (reminder,) = phone.counter.sent("client@example.com")
    assert reminder["Subject"]
    assert {state for _, _, state in phone.counter.effects()} <= {"done", "reconciled", "dropped"}
