"""Twilio on loopback keeps state, refuses what the real one refuses, and answers as specified."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fakes.twilio import Twilio
from fakes.wire import Webhook
from fakes_help import (
    CUSTOMER,
    Client,
    Listener,
    say,
    tw,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as fake:
        yield fake


def states(hooks: list[Webhook]) -> list[tuple[str, str]]:
    found = [parse_qs(hook.body.decode()) for hook in hooks]
    return [(one["MessageStatus"][0], one.get("ErrorCode", [""])[0]) for one in found]


def test_free_text_is_taken_and_fails_later_outside_the_window(twilio: Twilio) -> None:
    call, back = tw(twilio), {"StatusCallback": "https://guichet.example/status"}
    status, body, _ = say(twilio, call, Body="Bonjour", **back)
    assert (status, body["status"], body["error_code"], body["date_sent"]) == (201, "queued", None, None)
    assert states(twilio.callbacks(duplicated=False, shuffled=False)) == [("queued", ""), ("undelivered", "63016")]
    assert call("GET", f"/2010-04-01/Accounts/{twilio.account}/Messages/{body['sid']}.json")[1]["error_code"] == 63016
    twilio.receive(CUSTOMER, "Bonjour")
    say(twilio, call, Body="Re", **back)
    assert states(twilio.callbacks(duplicated=False, shuffled=False)) == [("queued", ""), ("sent", ""), ("delivered", "")]
    twilio.advance(24 * 3600)
    say(twilio, call, Body="Trop tard", **back)
    assert ("undelivered", "63016") in states(twilio.callbacks())


def test_templates_pass_when_approved_and_filled(twilio: Twilio) -> None:
    call, back = tw(twilio), {"StatusCallback": "https://guichet.example/status"}
    good = twilio.add_template("Votre devis : {{1}} crédits ({{2}}).", buttons=(("Je valide", "yes"), ("Je refuse", "no")))
    young = twilio.add_template("Bonjour {{1}}", status="pending")
    say(
        twilio,
        call,
        ContentSid=good,
        ContentVariables='{"1": "2", "2": "G-12"}',
        MessagingServiceSid=twilio.service,
        From="",
        **back,
    )
    say(twilio, call, ContentSid=good, ContentVariables='{"1": "2"}', **back)
    say(twilio, call, ContentSid=young, ContentVariables='{"1": "2"}', **back)
    assert sorted(code for _, code in states(twilio.callbacks(duplicated=False)) if code) == ["63016", "63028"]
    assert (twilio.sent[0]["status"], twilio.sent[0]["body"]) == ("delivered", "Votre devis : 2 crédits (G-12).")
    assert say(twilio, call, ContentSid=good, ContentVariables='{"1": "a\\nb", "2": "c"}')[1]["code"] == 21656
    assert call("GET", f"/v1/Content/{good}/ApprovalRequests")[1]["whatsapp"]["status"] == "approved"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": "", "Body": "x"}, 21603),
        ({"To": "+33612345678", "Body": "x"}, 21910),
        ({"To": "whatsapp:0612345678", "Body": "x"}, 21211),
        ({"From": "whatsapp:+33700000000", "Body": "x"}, 63007),
        ({}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
    ],
)
def test_twilio_refuses_with_its_codes(twilio: Twilio, fields: dict[str, str], code: int) -> None:
    with twilio.unrecorded():
        status, body, _ = say(twilio, tw(twilio), **fields)
    assert (status, body["code"], twilio.sent) == (400, code, [])


def test_twilio_credentials_and_rate(twilio: Twilio) -> None:
    call = tw(twilio)
    assert call("GET", f"/2010-04-01/Accounts/{twilio.account}.json", Authorization="Basic eA==")[1]["code"] == 20003
    twilio.window.limit = 1
    codes = [call("GET", f"/2010-04-01/Accounts/{twilio.account}.json")[0] for _ in range(2)]
    assert codes == [200, 429]


def test_media_are_late_elsewhere_and_credentials_must_not_follow(twilio: Twilio) -> None:
    hook = twilio.receive(CUSTOMER, "photo", media=(("image/jpeg", b"\xff\xd8photo"),))
    url = parse_qs(hook.body.decode())["MediaUrl0"][0]
    call = tw(twilio)
    path = url.removeprefix(twilio.url)
    assert call("GET", path)[0] == 404
    status, _, headers = call("GET", path)
    assert (status, urlsplit(headers["location"]).hostname) == (307, "localhost")
    target = headers["location"].split(str(twilio.cdn.port), 1)[1]
    assert Client(twilio.cdn, call.headers)("GET", target)[0] == 400
    assert len(twilio.leaked) == 1
    assert Client(twilio.cdn, {})("GET", target)[1] == b"\xff\xd8photo"


def expected(token: str, url: str, body: bytes) -> str:
    pairs = sorted((key, values[0]) for key, values in parse_qs(body.decode(), keep_blank_values=True).items())
    text = url + "".join(key + value for key, value in pairs)
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_twilio_signs_every_parameter_and_leaves_out_the_port_of_https(twilio: Twilio) -> None:
    hook = twilio.receive(CUSTOMER, "Bonjour & co", url="https://guichet.example:8443/wa?x=1", service=True, NewParam="1")
    assert b"MessagingServiceSid=MG" in hook.body
    assert hook.headers["X-Twilio-Signature"] == expected(twilio.auth_token, "https://guichet.example/wa?x=1", hook.body)
    plain = twilio.receive(CUSTOMER, "x", url="http://guichet.example:8080/wa")
    assert plain.headers["X-Twilio-Signature"] == expected(twilio.auth_token, "http://guichet.example:8080/wa", plain.body)
    forged = twilio.receive(CUSTOMER, "x", forged=True)
    assert forged.headers["X-Twilio-Signature"] != expected(twilio.auth_token, forged.url, forged.body)
    added = twilio.stranger(hook, Body="Je valide")
    assert added.headers == hook.headers
    assert added.body != hook.body
    with Listener() as place:
        assert hook.post(place.url)[0] == 200
        headers = place.seen[0][0]
    assert (headers["X-Forwarded-Host"], headers["X-Forwarded-Proto"]) == ("guichet.example:8443", "https")


def test_the_list_of_messages_pages_and_filters(twilio: Twilio) -> None:
    call, root = tw(twilio), f"/2010-04-01/Accounts/{twilio.account}/Messages.json"
    for n in range(5):
        twilio.receive(CUSTOMER, f"message {n}")
        twilio.advance(1)
    say(twilio, call, Body="ours")
    page = call("GET", f"{root}?PageSize=2&To={quote(twilio.number)}")[1]
    bodies = [one["body"] for one in page["messages"]]
    while page["next_page_uri"]:
        page = call("GET", page["next_page_uri"])[1]
        bodies += [one["body"] for one in page["messages"]]
    assert bodies == [f"message {n}" for n in (4, 3, 2, 1, 0)]
    late = quote("DateSent>") + "=" + quote("2026-01-01T00:00:00Z")
    assert "ours" not in [one["body"] for one in call("GET", f"{root}?{late}")[1]["messages"]]
    twilio.settle()
    assert "ours" in [one["body"] for one in call("GET", f"{root}?{late}")[1]["messages"]]


def test_callbacks_come_by_themselves_when_told_where(twilio: Twilio) -> None:
    twilio.sent_after = twilio.delivered_after = 0.05
    twilio.receive(CUSTOMER, "Bonjour")
    with Listener() as place:
        twilio.deliver_to = place.url
        say(twilio, tw(twilio), Body="Re", StatusCallback="https://guichet.example/status")
        for _ in range(100):
            if b"delivered" in b"".join(body for _, body in list(place.seen)):
                break
            threading.Event().wait(0.05)
    assert b"MessageStatus=delivered" in b"".join(body for _, body in place.seen)
