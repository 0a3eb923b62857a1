"""WhatsApp as Twilio really speaks: signed webhooks into a running house, buttons, quoted answers, statuses that come late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from fakes.twilio import Twilio
from fakes.wire import Webhook
from journeys import ADMIN_NUMBER, CLIENT_NUMBER, Live, by_folder

from connectors.whatsapp.inbox import WhatsAppInbox
from connectors.whatsapp.outbox import WhatsAppOutlet
from core.case import Case, Party, Thread
from core.ports import Change
from engine.desk import Desk
from engine.hooks import Call
from hooks import whatsapp_hooks
from tests.journeys import nobody
from tests.road import GLB, JPEG, mail

PUBLIC = "https://guichet.example"
URL = f"{PUBLIC}/webhook/whatsapp"
OGG = b"OggS\x00\x02" + bytes(300)


class Line:
    """A house with Twilio before its door; ``press`` and ``write`` come in by webhook, statuses when told to."""

    def __init__(self, counter: Live, twilio: Twilio) -> None:
        self.counter, self.twilio = counter, twilio
        house = counter.house
        business = house.published.business("")
        self.desk = Desk(house, version="3.0.0", clock=counter.clock, businesses=lambda: [business], eraser=nobody)
        inbox = cast(WhatsAppInbox, next(i for i in house.inboxes if i.channel == "whatsapp"))
        outlet = cast(WhatsAppOutlet, next(o for o in house.outlets if o.system == "whatsapp"))
        self.hooks = whatsapp_hooks(inbox, token=twilio.auth_token, public_url=PUBLIC, budget=2.0, closed=outlet.closed)

    def bring(self, hook: Webhook) -> None:
        """As it reaches us through a proxy that keeps only the path."""
        headers = {name.lower(): value for name, value in hook.headers.items()}
        call = Call("POST", hook.target, "http", "interne:8080", headers, hook.body)
        which = self.hooks["whatsapp/status" if "/status" in hook.target else "whatsapp"]
        assert which.verify(call)
        self.desk.take(which.read(call))

    def write(self, text: str, *pictures: bytes, **more: Any) -> None:
        media = tuple(("image/jpeg", one) for one in pictures)
        self.bring(self.twilio.receive(CLIENT_NUMBER, text, url=URL, media=media, **more))
        self.counter.go_on()

    def press(self, title: str, payload: str) -> None:
        self.write("", button=(title, payload))

    def fail(self, code: int) -> None:
        """What was taken for the customer never arrives, for that reason, until statuses were told."""
        self.twilio.failing[CLIENT_NUMBER] = code

    def statuses(self) -> None:
        """Twilio tells what became of everything, doubled and out of order."""
        self.counter.later += timedelta(seconds=10)
        hooks = self.twilio.callbacks()
        self.twilio.failing.clear()
        for hook in hooks:
            self.bring(hook)
        self.counter.go_on()

    def bodies(self, number: str = CLIENT_NUMBER) -> list[str]:
        return [one["body"] for one in self.twilio.sent if one["to"] == f"whatsapp:{number}"]

    def states(self) -> dict[str, str]:
        return {template: state for kind, template, state in self.counter.effects() if kind == "message.send"}


@contextmanager
def line(folder: Path, *, templates: str = "", **more: Any) -> Iterator[Line]:
    with Twilio() as twilio:
        twilio.media_404s = 0
        if templates:
            sid = twilio.add_template("{{1}}", buttons=(("Je valide", "{{2}}"), ("Je refuse", "{{3}}")))
            every = twilio.add_template("Figurative : {{1}}")
            names = ("quote", "requote", "old_offer", "unclear")
            more["twilio_templates"] = ";".join([*(f"{n}={sid}:text,button1,button2" for n in names), f"*={every}:text"])
        settings = {
            "twilio_account_sid": twilio.account,
            "twilio_auth_token": twilio.auth_token,
            "twilio_whatsapp_number": twilio.number.removeprefix("whatsapp:"),
            "twilio_base_url": twilio.url,
            "public_url": PUBLIC,
            "admin_phone": ADMIN_NUMBER,
            "admin_email": "",
        }
        with by_folder(folder, **{**settings, **more}) as counter:
            twilio.now = lambda: counter.clock().timestamp()  # type: ignore[method-assign]
            yield Line(counter, twilio)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path / "data") as made:
        yield made


@pytest.fixture
def buttons(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path / "data", templates="yes") as made:
        yield made


def known(line: Line) -> None:
    """The customer's number and address are known together."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    party = Party("client@example.com", "Jean Dupont", CLIENT_NUMBER)
    case = Case("k", "KN0WNREF", 1, "figurative", "support", "r", "SUPPORT", "done", party, Thread("email", "", ""), now, now)
    line.counter.house.store.commit([Change(case)], now)


def test_a_button_is_a_yes_to_the_quote_above_it_and_an_old_one_to_nothing(buttons: Line) -> None:
    buttons.write("Je souhaite modéliser ce fauteuil...", JPEG)
    first = buttons.twilio.sent[-1]["variables"]
    assert first["2"].startswith("approve:")
    buttons.bring(
        buttons.twilio.receive(CLIENT_NUMBER, "Finalement voici mon fichier 3D", url=URL, media=(("model/gltf-binary", GLB),))
    )
    buttons.counter.go_on()
    second = buttons.twilio.sent[-1]["variables"]
    assert "1 crédit" in second["1"]
    buttons.press("Je valide", first["2"])
    case = buttons.counter.only()
    assert (case.stage, case.approval) == ("waiting_approval", None)
    told = buttons.twilio.sent[-1]["variables"]
    assert "n'est plus valable" in told["1"]
    assert "1 crédit" in told["1"]
    assert buttons.counter.records("task") == []
    buttons.press("Je valide", second["2"])
    case = buttons.counter.only()
    assert case.stage == "done"
    assert case.approval is not None
    assert case.approval.amount == Decimal(1)


def test_a_button_finds_its_request_among_several(buttons: Line) -> None:
    buttons.write("Je souhaite modéliser ce fauteuil...", JPEG)
    chair = buttons.twilio.sent[-1]["variables"]
    buttons.counter.go_on(3600)
    buttons.write("Je souhaite modéliser cette table basse en 3D", JPEG + b"2")
    assert len(buttons.counter.cases()) == 2
    buttons.press("Je valide", chair["2"])
    assert {c.subject[:35]: c.stage for c in buttons.counter.cases()} == {
        "Je souhaite modéliser ce fauteuil.."[:35]: "done",
        "Je souhaite modéliser cette table b"[:35]: "waiting_approval",
    }


def test_an_answer_that_quotes_our_message_finds_its_request_and_its_offer(here: Line) -> None:
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    chair = here.twilio.sent[-1]["sid"]
    here.counter.go_on(3600)
    here.write("Je souhaite modéliser cette table basse en 3D", JPEG + b"2")
    here.write("Je valide", OriginalRepliedMessageSid=chair)
    stages = {c.files[0].sha256: c.stage for c in here.counter.cases()}
    assert sorted(stages.values()) == ["done", "waiting_approval"]
    done = next(c for c in here.counter.cases() if c.stage == "done")
    assert "fauteuil" in done.subject


def test_a_yes_that_quotes_a_replaced_offer_accepts_nothing(here: Line) -> None:
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    old = here.twilio.sent[-1]["sid"]
    here.bring(
        here.twilio.receive(CLIENT_NUMBER, "Finalement voici mon fichier 3D", url=URL, media=(("model/gltf-binary", GLB),))
    )
    here.counter.go_on()
    here.write("Je valide", OriginalRepliedMessageSid=old)
    case = here.counter.only()
    assert (case.stage, case.approval) == ("waiting_approval", None)
    assert "n'est plus valable" in here.bodies()[-1]


def test_row_20_parameters_of_tomorrow_and_a_messaging_service_count(here: Line) -> None:
    here.bring(here.twilio.receive(CLIENT_NUMBER, "Bonjour, mon paiement est refusé", url=URL, service=True, ParamDeDemain="é"))
    here.counter.go_on()
    assert here.counter.only().kind == "SUPPORT"
    forged = here.twilio.receive(CLIENT_NUMBER, "Je valide", url=URL)
    headers = {name.lower(): value for name, value in forged.headers.items()}
    call = Call("POST", forged.target, "https", "guichet.example", headers, forged.body + b"&Ajout=1")
    assert not here.hooks["whatsapp"].verify(call)


def test_row_21_a_picture_and_a_recording_214_ms_apart_are_one_conversation(here: Line) -> None:
    picture = here.twilio.receive(CLIENT_NUMBER, "", url=URL, media=(("image/jpeg", JPEG),))
    here.counter.later += timedelta(milliseconds=214)
    recording = here.twilio.receive(CLIENT_NUMBER, "", url=URL, media=(("audio/ogg", OGG),))
    here.bring(recording)
    here.bring(picture)
    here.counter.go_on()
    case = here.counter.only()
    assert (case.messages, len(case.files)) == (2, 2)


def test_row_22_the_words_are_kept_and_the_file_follows(here: Line) -> None:
    here.twilio.media_404s = 50
    here.write("Je souhaite modéliser ce fauteuil en 3D", JPEG)
    case = here.counter.only()
    assert (case.stage, len(case.files)) == ("waiting_info", 0)
    here.twilio.media_404s = 0
    here.counter.go_on(120)
    case = here.counter.only()
    assert (case.stage, len(case.files)) == ("waiting_approval", 1)
    assert here.twilio.leaked == []


def test_row_23_a_text_taken_and_refused_later_goes_as_a_template(buttons: Line) -> None:
    buttons.write("Je souhaite modéliser ce fauteuil...")
    buttons.fail(63016)
    buttons.write("", JPEG)
    assert buttons.states()["quote"] == "done", "taken"
    before = len(buttons.twilio.sent)
    buttons.statuses()
    (again,) = buttons.twilio.sent[before:]
    assert again["content_sid"]
    assert "2 crédits" in again["variables"]["1"]
    assert buttons.states()["quote"] == "done"
    buttons.statuses()
    assert len(buttons.twilio.sent) == before + 1, "told again, it is one"


def test_row_23_without_a_template_it_goes_by_mail_and_may_be_approved_there_or_here(here: Line) -> None:
    known(here)
    here.fail(63016)
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    here.statuses()
    here.statuses()
    (letter,) = here.counter.sent("client@example.com")
    assert "2 crédits" in str(letter["Subject"])
    here.write("Je valide")
    case = next(c for c in here.counter.cases() if c.kind == "MODELISATION")
    assert case.stage == "done"


def test_row_23_when_no_way_is_left_it_is_parked_and_the_administrator_told(here: Line) -> None:
    here.bring(here.twilio.receive(ADMIN_NUMBER, "Bonjour", url=URL))
    here.fail(63024)
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    assert here.states()["quote"] == "done", "accepted, no more"
    here.statuses()
    assert here.states()["quote"] == "parked"
    (told,) = here.bodies(ADMIN_NUMBER)
    assert "n'est pas arrivé" in told
    assert CLIENT_NUMBER in told
    (row,) = here.counter.house.store.parked()
    assert "ne peut pas recevoir" in row.why


def test_row_23_callbacks_that_never_came_are_asked_for(here: Line) -> None:
    known(here)
    here.fail(63024)
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    here.counter.go_on(600)
    (letter,) = here.counter.sent("client@example.com")
    assert "2 crédits" in str(letter["Subject"])
    assert here.states()["quote"] in ("done", "reconciled")


def test_a_quote_by_mail_is_approved_from_the_number_in_the_mails_signature(here: Line) -> None:
    text = "Je souhaite modéliser ce fauteuil...\n\n-- \nJean Dupont\nTél. : 06 12 34 56 78\n"
    here.counter.drop(mail(text, files=(("photo.jpg", JPEG),)))
    here.counter.go_on()
    assert len(here.counter.sent("client@example.com")) == 1
    here.write("Je valide")
    case = here.counter.only()
    assert case.stage == "done"
    assert case.party.phone == CLIENT_NUMBER
    assert "validé" in here.bodies()[-1], "he is answered where he wrote"


def test_a_number_in_a_mail_that_nobody_vouches_for_opens_no_door(here: Line) -> None:
    text = "Je souhaite modéliser ce fauteuil...\n\n-- \nJean Dupont\nTél. : 06 12 34 56 78\n"
    here.counter.drop(mail(text, files=(("photo.jpg", JPEG),), vouched=False))
    here.counter.go_on()
    here.write("Je valide")
    assert [c.approval for c in here.counter.cases()] == [None] * len(here.counter.cases())


def test_who_claims_a_number_gets_no_say_in_what_its_holder_asks(here: Line) -> None:
    claim = "Je souhaite modéliser cette table en 3D\n\n-- \nFaux Dupont\n+33 6 12 34 56 78\n"
    here.counter.drop(mail(claim, sender="Faux <faux@ailleurs.example>", files=(("photo.jpg", JPEG + b"3"),)))
    here.counter.go_on()
    here.write("Je souhaite modéliser ce fauteuil...", JPEG)
    mine = next(c for c in here.counter.cases() if c.thread.channel == "whatsapp")
    assert (mine.party.email, mine.stage) == ("", "waiting_approval")
    assert "faux@ailleurs.example" not in mine.people
    here.counter.go_on(3600)
    here.write("Je valide")
    stages = {c.thread.channel: c.stage for c in here.counter.cases()}
    assert stages["whatsapp"] == "done", "the yes goes with the quote that stands in the same chat"
