"""Twilio's webhooks: the signature, the message in them, the statuses. Row 20, and row 21 as far as one webhook goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from effects_help import MemorySpool
from fakes.twilio import Twilio, sign
from fakes.wire import Webhook
from hypothesis import given
from hypothesis import strategies as st
from whatsapp_help import CLIENT, JPEG, crowd, inbox_of

from connectors.whatsapp.signature import form_pairs, verify
from connectors.whatsapp.webhook import Status, incoming, is_message, status, status_of
from processors.whatsapp import read_whatsapp
from signatures import addresses

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
URL = "https://guichet.example/whatsapp"


@pytest.fixture(scope="module")
def fake() -> Iterator[Twilio]:
    with Twilio() as running:
        yield running


def good(fake: Twilio, hook: Webhook, url: str | list[str] = URL) -> bool:
    return verify(url, form_pairs(hook.body), hook.headers["X-Twilio-Signature"], fake.auth_token)


# ------------------------------------------------------------------ row 20


@pytest.mark.parametrize("service", [False, True])
def test_row_20_real_messages_are_believed_with_and_without_a_messaging_service(fake: Twilio, service: bool) -> None:
    hook = fake.receive(CLIENT, "Bonjour\nà tous & « merci » + 20 %", service=service, url=URL)
    assert good(fake, hook)
    assert ("MessagingServiceSid" in dict(form_pairs(hook.body))) is service


def test_row_20_what_is_not_from_twilio_is_not_believed(fake: Twilio) -> None:
    hook = fake.receive(CLIENT, "Je valide", url=URL)
    assert not good(fake, fake.receive(CLIENT, "Je valide", url=URL, forged=True))
    assert not good(fake, hook.tampered(b"Je+valide", b"Je+refuse"))
    assert not good(fake, fake.stranger(hook, MessagingServiceSid="MG" + "0" * 32)), "a parameter more"
    assert not good(fake, hook, "https://autre.example/whatsapp")
    pairs = form_pairs(hook.body)
    for signature in ("", "x", "é", hook.headers["X-Twilio-Signature"][:-2], "A" * 28):
        assert not verify(URL, pairs, signature, fake.auth_token)
    assert not verify(URL, pairs, sign("", URL, dict(pairs)), ""), "no token believes nobody"


def test_row_20_parameters_of_tomorrow_and_empty_ones_count(fake: Twilio) -> None:
    hook = fake.receive(CLIENT, "", url=URL, SomethingNew="1", Empty="")
    assert good(fake, hook)
    assert not good(fake, hook.tampered(b"&Empty=", b""))
    assert not good(fake, hook.tampered(b"SomethingNew=1", b"SomethingNew=2"))


@pytest.mark.parametrize(
    ("signed", "public", "target", "proxy"),
    [
        (URL, "https://guichet.example", "/whatsapp", {}),
        (URL, "https://guichet.example/", "/whatsapp", {"host": "127.0.0.1:5000", "forwarded_host": "menteur.example"}),
        (f"{URL}?a=b%20c", "https://guichet.example", "/whatsapp?a=b%20c", {}),
        ("https://x.example/guichet/whatsapp", "https://x.example/guichet", "/whatsapp", {}),
        ("https://x.example/guichet/whatsapp", "https://x.example/guichet", "/guichet/whatsapp", {}),
        ("https://x.example:8443/whatsapp", "https://x.example:8443", "/whatsapp", {}),
        ("http://x.example:8080/whatsapp", "http://x.example:8080", "/whatsapp", {}),
        (URL, "", "/whatsapp", {"host": "127.0.0.1:5000", "forwarded_host": "guichet.example", "forwarded_proto": "https"}),
        (URL, "", "/whatsapp", {"host": "guichet.example", "forwarded_proto": "https, http"}),
        (URL, "", "/whatsapp", {"host": "guichet.example:443", "scheme": "https"}),
        ("http://guichet.example/whatsapp", "", "/whatsapp", {"host": "guichet.example"}),
    ],
)
def test_row_20_behind_a_proxy_too(fake: Twilio, signed: str, public: str, target: str, proxy: dict[str, str]) -> None:
    hook = fake.receive(CLIENT, "Bonjour", url=signed)
    assert good(fake, hook, addresses(public, target, **proxy))


def test_row_20_the_public_address_wins_over_what_a_request_says_of_itself(fake: Twilio) -> None:
    hook = fake.receive(CLIENT, "Bonjour", url="https://autre-service.example/whatsapp")
    told = {"forwarded_host": "autre-service.example", "forwarded_proto": "https"}
    assert good(fake, hook, addresses("", "/whatsapp", **told))
    assert not good(fake, hook, addresses("https://guichet.example", "/whatsapp", **told))


@given(url=st.text(max_size=80), body=st.binary(max_size=300), signature=st.text(max_size=40))
def test_row_20_anything_may_arrive_and_nothing_of_it_passes(url: str, body: bytes, signature: str) -> None:
    assert not verify([url, f"https://h:{url}/"], form_pairs(body), signature, "jeton")


def test_a_form_without_end_is_not_read() -> None:
    assert form_pairs(b"a=1&" * 100_000) == []


# ------------------------------------------------------------------ messages


def test_a_message_is_an_item_that_is_the_same_however_often_it_comes(fake: Twilio) -> None:
    hook = fake.receive(CLIENT, "Bonjour", url=URL)
    pairs = form_pairs(hook.body)
    one = incoming(pairs, now=NOW)
    assert one == incoming(dict(reversed(pairs)), now=NOW)
    sid = dict(pairs)["MessageSid"]
    assert (one.external_id, one.identity, one.hints) == (sid, f"whatsapp:{sid}", {})
    assert one.raw is not None
    assert json.loads(one.raw)["form"] == dict(pairs)
    message = read_whatsapp(one.raw).message
    assert (message.sender.email, message.sender.name, message.text) == (CLIENT, "Camille Martin", "Bonjour")


def test_files_are_announced_before_they_are_fetched(fake: Twilio) -> None:
    hook = fake.receive(CLIENT, "", url=URL, media=(("image/jpeg", JPEG),))
    assert incoming(form_pairs(hook.body), now=NOW).hints == {"media": "1"}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"MessageSid": "SM1", "From": "x"},
        {"MessageSid": "SM" + "0" * 32},
        {"MessageSid": "SM" + "0" * 32, "From": "whatsapp:+33612345678", "SmsStatus": "delivered"},
    ],
)
def test_what_tells_no_message_is_said_to_tell_none(params: dict[str, str]) -> None:
    assert not is_message(params)
    with pytest.raises(ValueError):
        incoming(params, now=NOW)


def test_row_21_ten_webhooks_at_once_are_ten_messages_of_one_person(fake: Twilio) -> None:
    spool = MemorySpool()
    inbox = inbox_of(fake, spool)
    hooks = crowd(fake, "+33611111111")
    with ThreadPoolExecutor(10) as threads:
        items = list(threads.map(lambda hook: inbox.receive(form_pairs(hook.body)), hooks))
    assert len({i.identity for i in items}) == 10
    read = [read_whatsapp(i.raw or b"", get=spool.get).message for i in items]
    assert {m.sender.email for m in read} == {"+33611111111"}
    assert sorted(a.family for m in read for a in m.attachments) == ["audio", *["image"] * 8]
    assert len({a.sha256 for m in read for a in m.attachments}) == 9
    inbox.close()


# ------------------------------------------------------------------ statuses


def hx(n: int) -> str:
    return f"SM{n:032x}"


def test_a_status_callback_tells_which_effect_and_how_it_ended() -> None:
    told = {"MessageSid": hx(1), "MessageStatus": "undelivered", "ErrorCode": "63016", "To": f"whatsapp:{CLIENT}"}
    query = parse_qsl("effect=c1%2F2%2F0&part=2&parts=3")
    found = status(told, query)
    assert found == Status(
        hx(1),
        "failed",
        CLIENT,
        "c1/2/0",
        2,
        3,
        63016,
        "la fenêtre de 24 h est fermée : WhatsApp ne laisse plus passer de texte libre",
        "template",
    )


@pytest.mark.parametrize(
    ("told", "outcome"),
    [("queued", "underway"), ("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("failed", "failed")],
)
def test_statuses(told: str, outcome: str) -> None:
    found = status({"MessageSid": hx(1), "MessageStatus": told})
    assert found is not None
    assert (found.outcome, found.key, found.part, found.parts) == (outcome, "", 1, 1)


@pytest.mark.parametrize(
    "told", [{}, {"MessageSid": "x", "MessageStatus": "sent"}, {"MessageSid": hx(1), "MessageStatus": "?"}]
)
def test_a_callback_that_tells_nothing_of_ours(told: dict[str, str]) -> None:
    assert status(told) is None


def test_every_failure_has_a_sentence_and_says_what_else_may_reach_the_person() -> None:
    for code in (0, 63016, 63024, 63003, 12345):
        found = status_of(hx(1), "failed", CLIENT, code)
        assert found.why
        assert found.instead == ("template" if code == 63016 else "email")


def test_the_fakes_callbacks_are_believed_at_the_address_they_came_to(fake: Twilio) -> None:
    address = "https://guichet.example/whatsapp/status?effect=c1%2F2%2F0&part=1&parts=1"
    made = fake._message("SM", fake.number, f"whatsapp:{CLIENT}", "x", "outbound-api", "queued")
    made |= {"callback": address, "told": ["queued"], "fails": 63024}
    hooks = fake.callbacks()
    assert hooks
    found = []
    for hook in hooks:
        target = urlsplit(hook.url)
        urls = addresses("https://guichet.example", f"{target.path}?{target.query}")
        assert good(fake, hook, urls)
        one = status(form_pairs(hook.body), parse_qsl(target.query))
        assert one is not None
        found.append(one)
    assert {f.key for f in found} == {"c1/2/0"}
    assert {f.outcome for f in found} == {"underway", "failed"}
