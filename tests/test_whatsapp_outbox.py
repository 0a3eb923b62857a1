"""Messages that go out by WhatsApp, on the fake. Row 23, and one message whatever the line does (row 15's kind)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from fakes.base import Trouble
from fakes.twilio import Twilio
from fakes.wire import Answer, Request
from whatsapp_help import CLIENT, OTHER, outlet_of, words

from connectors.whatsapp.outbox import WhatsAppOutlet
from connectors.whatsapp.signature import form_pairs
from connectors.whatsapp.templates import Template, parse_templates
from connectors.whatsapp.text import LIMIT, mark, seek, units
from connectors.whatsapp.webhook import status
from core.effects import Effect, Receipt
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, Unreachable

CALLBACK = "https://guichet.example/whatsapp/status"


@pytest.fixture
def fake() -> Iterator[Twilio]:
    with Twilio() as running:
        yield running
        assert running.unknown == []


@pytest.fixture
def outlet(fake: Twilio) -> Iterator[WhatsAppOutlet]:
    """With a customer who has just written."""
    fake.receive(CLIENT, "Bonjour")
    with outlet_of(fake) as made:
        yield made


def one(outlet: WhatsAppOutlet, effect: Effect) -> Receipt | PortError:
    (outcome,) = outlet.deliver([effect])
    return outcome


# ------------------------------------------------------------------ within 24 hours


def test_a_text_carries_the_reference_and_its_mark(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    effect = words("c1/2/0", "Bonjour,\n\nVotre devis : 2 crédits.\n")
    receipt = one(outlet, effect)
    (sent,) = fake.sent
    assert receipt == Receipt(sent["sid"])
    assert (sent["to"], sent["from"]) == (f"whatsapp:{CLIENT}", fake.number)
    assert sent["body"] == f"Bonjour,\n\nVotre devis : 2 crédits.\n\nRéf. {mark(effect)}"
    assert re.fullmatch(r"K7F3QPXM/[0-9A-Z]{5}", mark(effect))


def test_two_texts_alike_of_one_case_have_different_marks() -> None:
    assert len({mark(words(f"c1/{n}/0")) for n in range(200)}) == 200


def test_the_window_is_asked_for_once_and_known_from_webhooks(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    fake.forget_calls()
    outlet.deliver([words(f"c1/{n}/0") for n in range(5)])
    assert fake.kinds() == {"messages_list": 1, "messages_create": 5}
    fake.receive(OTHER, "Bonjour")
    outlet.heard(f"whatsapp:{OTHER}", datetime.fromtimestamp(fake.now(), UTC))
    fake.forget_calls()
    assert isinstance(one(outlet, words("c2/1/0", to=OTHER)), Receipt)
    assert fake.kinds() == {"messages_create": 1}


def test_the_stores_memory_is_believed_when_it_says_open_and_checked_when_it_says_closed(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    now = datetime.fromtimestamp(fake.now(), UTC)
    for told, asked in ((now, 0), (now - timedelta(days=3), 1), (None, 1)):
        fake.forget_calls()
        with outlet_of(fake, last_inbound=lambda number, told=told: told) as outlet:
            assert isinstance(one(outlet, words("c1/1/0")), Receipt)
        assert fake.count("messages_list") == asked


def test_buttons_by_template_where_one_is_set_else_in_words(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    buttons = (("Je valide", "oui:abc"), ("Je refuse", "non:abc"))
    sid = fake.add_template("{{1}}", buttons=(("Je valide", "{{2}}"), ("Je refuse", "{{3}}")))
    effect = words("c1/1/0", "Devis : 2 crédits", buttons=buttons)
    with outlet_of(fake, templates=parse_templates(f"quote={sid}:text,button1,button2")) as outlet:
        assert isinstance(one(outlet, effect), Receipt)
        assert outlet.find([effect])[0] is not None
        assert isinstance(one(outlet, words("c2/1/0", "x" * 1200, buttons=buttons)), Receipt)
    with outlet_of(fake) as outlet:
        assert isinstance(one(outlet, words("c3/1/0", "Devis : 2 crédits", buttons=buttons)), Receipt)
    by_button, long, in_words = fake.sent
    assert by_button["variables"] == {"1": f"Devis : 2 crédits Réf. {mark(effect)}", "2": "oui:abc", "3": "non:abc"}
    assert long["content_sid"] is None, "too long for a template: as text"
    assert "Répondez « Je valide » ou « Je refuse »." in long["body"]
    assert "Répondez « Je valide » ou « Je refuse »." in in_words["body"]


def test_a_template_that_twilio_refuses_does_not_cost_the_message(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    buttons = (("Je valide", "oui"),)
    with outlet_of(fake, templates={"quote": Template("HX" + "0" * 32, ("text", "button1"))}) as outlet:
        assert isinstance(one(outlet, words("c1/1/0", buttons=buttons)), Receipt)
    assert fake.sent[0]["content_sid"] is None


def test_a_long_text_goes_in_numbered_parts_each_with_its_mark(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    effect = words("c1/1/0", "\n\n".join(f"Paragraphe {n} : " + "mot " * 60 for n in range(15)))
    receipt = one(outlet, effect)
    bodies = [m["body"] for m in fake.sent]
    assert len(bodies) > 1
    assert all(units(b) <= LIMIT for b in bodies)
    assert [b.endswith(f"Réf. {mark(effect)} ({n}/{len(bodies)})") for n, b in enumerate(bodies, 1)] == [True] * len(bodies)
    assert isinstance(receipt, Receipt)
    assert receipt.id == fake.sent[0]["sid"]
    assert receipt.others == tuple(m["sid"] for m in fake.sent[1:]), "an answer may quote any of them"
    assert outlet.find([effect]) == [replace(receipt, found=True)]


def test_a_text_without_end_is_for_email(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    assert isinstance(one(outlet, words("c1/1/0", "mot " * 5000)), Rejected)
    assert fake.sent == []


def test_attachments_go_by_public_address_or_not_at_all(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    effect = words("c1/1/0", attachments=("a" * 64 + "/devis.pdf",))
    refused = one(outlet, effect)
    assert isinstance(refused, Rejected)
    with outlet_of(fake, media_url=lambda name: f"https://fichiers.example.org/{name}") as with_files:
        receipt = one(with_files, effect)
        assert isinstance(receipt, Receipt)
        assert with_files.find([effect]) == [replace(receipt, found=True)]
        assert isinstance(one(with_files, effect), Receipt), "again"
    assert [m["num_media"] for m in fake.sent] == ["0", "1"]


# ------------------------------------------------------------------ row 23


def test_row_23_after_24_hours_a_template_goes_instead_of_words(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    fake.advance(25 * 3600)
    sid = fake.add_template("Bonjour {{1}}, {{2}}")
    with outlet_of(fake, templates=parse_templates(f"*={sid}:name,text")) as outlet:
        effect = words("c1/1/0", "Votre devis\n\n2 crédits\nMerci")
        receipt = one(outlet, effect)
        assert isinstance(receipt, Receipt)
        assert outlet.find([effect]) == [Receipt(receipt.id, found=True)]
    fake.settle()
    (sent,) = fake.sent
    assert sent["status"] == "delivered"
    assert sent["content_sid"] == sid
    assert sent["body"] == f"Bonjour Jean Dupont, Votre devis — 2 crédits Merci Réf. {mark(effect)}"


def test_row_23_without_a_template_it_is_refused_with_a_reason_and_nothing_is_sent(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    fake.advance(25 * 3600)
    with outlet_of(fake) as outlet:
        refused = one(outlet, words("c1/1/0"))
    assert isinstance(refused, Rejected)
    assert "24 h" in str(refused)
    assert "TWILIO_TEMPLATES" in str(refused)
    assert fake.sent == []


def test_row_23_somebody_who_never_wrote_gets_no_free_text(fake: Twilio) -> None:
    with outlet_of(fake) as outlet:
        assert isinstance(one(outlet, words("c1/1/0")), Rejected)
    assert fake.sent == []


def test_row_23_the_last_minutes_of_the_window_are_not_trusted(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    fake.advance(24 * 3600 - 300)
    with outlet_of(fake) as outlet:
        assert isinstance(one(outlet, words("c1/1/0")), Rejected)


def test_row_23_a_quote_is_never_sent_by_a_template_that_does_not_show_it(fake: Twilio) -> None:
    sid = fake.add_template("Bonjour {{1}}, du nouveau pour votre demande {{2}}")
    templates = parse_templates(f"quote={sid}:name,reference")
    with outlet_of(fake, templates=templates) as outlet:
        assert isinstance(one(outlet, words("c1/1/0", purpose="quote")), Rejected)
        assert isinstance(one(outlet, words("c2/1/0", purpose="question")), Receipt)
    assert len(fake.sent) == 1


def test_row_23_the_status_callback_decides_what_sent_means(fake: Twilio) -> None:
    """The window closes between our look and Twilio's: taken with 201, never received."""
    fake.receive(CLIENT, "Bonjour")
    now = datetime.fromtimestamp(fake.now(), UTC)
    fake.advance(25 * 3600)
    effect = words("c1/2/0")
    with outlet_of(fake, status_callback=CALLBACK, last_inbound=lambda number: now + timedelta(hours=24)) as outlet:
        receipt = one(outlet, effect)
        assert isinstance(receipt, Receipt)
        told = []
        for hook in fake.callbacks():
            found = status(form_pairs(hook.body), parse_qsl(urlsplit(hook.url).query))
            assert found is not None
            told.append(found)
        failed = next(t for t in told if t.outcome == "failed")
        assert (failed.sid, failed.key, failed.code, failed.instead) == (receipt.id, "c1/2/0", 63016, "template")
        assert "24 h" in failed.why
        listed = list(outlet.failures(now))
        assert [(s.sid, s.code, s.instead) for s in listed] == [(receipt.id, 63016, "template")], (
            "and for callbacks that got lost"
        )
        assert list(outlet.failures(datetime.fromtimestamp(fake.now() + 1, UTC))) == []


def test_row_23_a_refusal_on_the_spot_leads_to_the_template_too(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    sid = fake.add_template("{{1}}")

    def closed(request: Request) -> Answer | None:
        free = request.method == "POST" and b"ContentSid" not in request.body
        return Answer(400, {"code": 63016, "message": "outside the allowed window", "status": 400}) if free else None

    fake.script(closed)
    with outlet_of(fake, templates=parse_templates(f"*={sid}:text")) as outlet:
        assert isinstance(one(outlet, words("c1/1/0")), Receipt)
    assert [m["content_sid"] for m in fake.sent] == [sid]


def test_row_23_arrived_and_read(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    with outlet_of(fake, status_callback=f"{CALLBACK}?x=1") as outlet:
        one(outlet, words("c1/2/0"))
    outcomes = set()
    for hook in fake.callbacks(read=True):
        found = status(form_pairs(hook.body), parse_qsl(urlsplit(hook.url).query))
        assert found is not None
        assert found.key == "c1/2/0"
        outcomes.add(found.outcome)
    assert outcomes == {"underway", "sent", "delivered", "read"}


# ------------------------------------------------------------------ once, whatever the line does


def tried(outlet: WhatsAppOutlet, effect: Effect) -> Receipt | PortError:
    """As the courier does after an Ambiguous."""
    (found,) = outlet.find([effect])
    return found or one(outlet, effect)


@pytest.mark.parametrize("trouble", ["late", "silent", "late_error", "cut", "garble"])
def test_an_answer_that_is_lost_is_looked_up_and_nothing_goes_twice(fake: Twilio, outlet: WhatsAppOutlet, trouble: str) -> None:
    post = r"POST .*Messages"
    if trouble == "silent":
        fake.late_success(1, match=post, silent=1.5)
    elif trouble == "late":
        fake.late_success(1, match=post)
    elif trouble == "late_error":
        fake.late_error(1, 504, match=post)
    elif trouble == "cut":
        fake.cut_next(1, match=post)
    else:
        fake.garble_next(1, match=post)
    effect = words("c1/2/0")
    # A proxy's page in place of the answer is nothing that Twilio says.
    with fake.unrecorded() if trouble == "garble" else nullcontext():
        assert isinstance(one(outlet, effect), Ambiguous)
    receipt = tried(outlet, effect)
    assert isinstance(receipt, Receipt)
    assert receipt.found is (trouble != "garble")
    assert len(fake.sent) == 1


def test_a_line_cut_before_the_work_is_found_out_and_sent_once(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    fake.drop_next(1, match="POST")
    effect = words("c1/2/0")
    assert isinstance(one(outlet, effect), Ambiguous)
    assert isinstance(tried(outlet, effect), Receipt)
    assert len(fake.sent) == 1


def test_reminders_with_the_same_words_are_told_apart(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    assert isinstance(one(outlet, words("c1/2/0")), Receipt)
    fake.late_success(1, match="POST")
    second = words("c1/3/0")
    assert isinstance(one(outlet, second), Ambiguous)
    assert outlet.find([words("c1/4/0")]) == [None]
    assert outlet.find([second])[0] is not None
    assert len(fake.sent) == 2


@pytest.mark.parametrize("trouble", ["late", "drop"])
def test_a_text_of_which_only_a_part_left_for_sure_is_completed(fake: Twilio, outlet: WhatsAppOutlet, trouble: str) -> None:
    effect = words("c1/1/0", "mot " * 700)
    assert isinstance(one(outlet, words("c0/1/0")), Receipt)  # the window is known
    posts: list[Request] = []

    def second(request: Request) -> Trouble | None:
        if request.method == "POST":
            posts.append(request)
        return Trouble(trouble) if request.method == "POST" and len(posts) == 2 else None

    fake.script(second)
    assert isinstance(one(outlet, effect), Ambiguous)
    fake.kind_again()
    assert (outlet.find([effect])[0] is not None) is (trouble == "late")
    receipt = tried(outlet, effect)
    assert isinstance(receipt, Receipt)
    parts = {m["sid"]: found[1] for m in fake.sent if (found := seek(mark(effect)).search(m["body"]))}
    assert sorted(parts.values()) == ["1", "2"]
    assert parts[receipt.id] == "1"


def test_what_failed_reached_nobody_and_is_not_found(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    fake.failing[CLIENT] = 63024
    effect = words("c1/1/0")
    assert isinstance(one(outlet, effect), Receipt)
    assert outlet.find([effect])[0] is not None, "under way"
    fake.settle()
    assert outlet.find([effect]) == [None]


def test_where_twilio_keeps_no_texts_nothing_is_claimed(fake: Twilio) -> None:
    with outlet_of(fake, account={"redacted": True}) as outlet:
        assert not outlet.findable
        assert outlet.find([words("c1/1/0")]) == [None]


def test_finding_looks_once_for_each_number(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    effects = [words(f"c1/{n}/0") for n in range(5)]
    outlet.deliver(effects[:3])
    fake.forget_calls()
    assert [r is not None for r in outlet.find(effects)] == [True, True, True, False, False]
    assert fake.kinds() == {"messages_list": 1}


# ------------------------------------------------------------------ errors


def test_what_twilio_refuses_and_what_it_means(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    fake.receive("+331", "x")
    outcomes = outlet.deliver([words("c1/1/0", to="personne"), words("c2/1/0", to="0612345678"), words("c3/1/0")])
    assert [type(o) for o in outcomes] == [Unreachable, Unreachable, Receipt]
    fake.fail_next(3, 429, retry_after=7)
    limited = one(outlet, words("c4/1/0"))
    assert isinstance(limited, Transient)
    fake.kind_again()
    fake.auth_token = "changé"
    refused = outlet.deliver([words("c5/1/0"), words("c6/1/0")])
    assert all(isinstance(o, Unauthorized) for o in refused)
    assert outlet.check().ok is False


def test_another_sender_than_ours_stops_the_lane(fake: Twilio) -> None:
    fake.receive(CLIENT, "Bonjour")
    now = datetime.fromtimestamp(fake.now(), UTC)
    with outlet_of(fake, account={"number": "+33700000000"}, last_inbound=lambda number: now) as outlet:
        refused = one(outlet, words("c1/1/0"))
    assert isinstance(refused, Unauthorized)
    assert "TWILIO_WHATSAPP_NUMBER" in str(refused)


def test_after_an_unclear_end_the_rest_waits(fake: Twilio, outlet: WhatsAppOutlet) -> None:
    one(outlet, words("c0/1/0"))
    fake.drop_next(1, match="POST")
    outcomes = outlet.deliver([words("c1/1/0"), words("c2/1/0"), words("c3/1/0")])
    assert [type(o) for o in outcomes] == [Ambiguous, Transient, Transient]
