"""WhatsApp's missed messages and late files, on the fake. Row 22, and the reconciliation that row 20's outages need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from effects_help import MemorySpool
from fakes.twilio import Twilio
from fakes.wire import Answer, Request
from imap_help import MemoryLedger, drain
from whatsapp_help import CLIENT, JPEG, OTHER, account_of, clock_of, inbox_of

from connectors.whatsapp.inbox import LATE, WhatsAppInbox
from connectors.whatsapp.media import MediaFetcher, file_name, origin
from connectors.whatsapp.signature import form_pairs
from core.errors import Transient, Unauthorized
from core.ports import Incoming
from processors.whatsapp import WhatsAppMessage, read_whatsapp


@pytest.fixture
def fake() -> Iterator[Twilio]:
    with Twilio() as running:
        running.media_404s = 0
        yield running
        assert running.leaked == []


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


@pytest.fixture
def inbox(fake: Twilio, spool: MemorySpool) -> Iterator[WhatsAppInbox]:
    made = inbox_of(fake, spool)
    yield made
    made.close()


def read(item: Incoming, spool: MemorySpool) -> WhatsAppMessage:
    return read_whatsapp(item.raw or b"", get=spool.get)


# ------------------------------------------------------------------ missed webhooks


def test_messages_that_no_webhook_brought_are_found_in_order(fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool) -> None:
    for n in range(7):
        fake.receive(CLIENT if n % 2 else OTHER, f"message {n}")
        fake.advance(60)
    ledger = MemoryLedger()
    items = drain(inbox, ledger, limit=3)
    assert [read(i, spool).message.text for i in items] == [f"message {n}" for n in range(7)]
    assert all(i.received_at.tzinfo is not None for i in items)
    assert drain(inbox, ledger) == []


def test_what_the_webhook_brought_is_not_taken_again(fake: Twilio, inbox: WhatsAppInbox) -> None:
    hooks = [fake.receive(CLIENT, f"message {n}") for n in range(3)]
    ledger = MemoryLedger()
    brought = inbox.receive(form_pairs(hooks[1].body))
    ledger.taken[brought.external_id] = brought
    found = drain(inbox, ledger)
    assert len(found) == 2
    assert brought.identity not in {i.identity for i in found}


def test_the_list_and_the_webhook_agree_on_who_it_is(fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool) -> None:
    hook = fake.receive(CLIENT, "Bonjour", media=(("image/jpeg", JPEG),))
    told = inbox.receive(form_pairs(hook.body))
    (found,) = drain(inbox, MemoryLedger())
    assert (told.external_id, told.identity) == (found.external_id, found.identity)
    one, other = read(told, spool).message, read(found, spool).message
    assert (one.id, one.text, one.sender.email, one.attachments) == (
        other.id,
        other.text,
        other.sender.email,
        other.attachments,
    )


@pytest.mark.parametrize("pressable", [True, False])
def test_the_list_says_that_it_does_not_tell_which_button_was_pressed(
    fake: Twilio, spool: MemorySpool, pressable: bool
) -> None:
    """Where texts carry buttons, words found in the list may be a press under an offer that was replaced (see core.answers)."""
    inbox = inbox_of(fake, spool, pressable=pressable)
    hook = fake.receive(CLIENT, "Je valide")
    assert "answers" not in inbox.receive(form_pairs(hook.body)).hints
    (found,) = drain(inbox, MemoryLedger())
    assert found.hints.get("answers") == ("unknown" if pressable else None)
    inbox.close()


def test_the_last_seconds_are_left_to_the_webhook(fake: Twilio, spool: MemorySpool) -> None:
    inbox = inbox_of(fake, spool, grace=45.0)
    fake.receive(CLIENT, "Bonjour")
    ledger = MemoryLedger()
    assert drain(inbox, ledger) == []
    fake.advance(50)
    assert len(drain(inbox, ledger)) == 1
    inbox.close()


def test_after_three_days_of_outage_everything_is_there_once(fake: Twilio, inbox: WhatsAppInbox) -> None:
    ledger = MemoryLedger()
    drain(inbox, ledger)
    for n in range(30):
        fake.receive(CLIENT, f"message {n}")
        fake.advance(72 * 3600 / 30)
    fake.forget_calls()
    assert len(drain(inbox, ledger)) == 30
    assert fake.count("messages_list") <= 5


def test_a_long_list_comes_in_pages(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake.window.limit = None
    for n in range(450):
        fake.receive(CLIENT, f"message {n}")
    ledger = MemoryLedger()
    assert len(drain(inbox, ledger)) == 450
    assert fake.count("messages_list") >= 3


def test_a_quiet_poll_is_one_call_and_no_commit(fake: Twilio, inbox: WhatsAppInbox) -> None:
    ledger = MemoryLedger()
    drain(inbox, ledger)
    fake.forget_calls()
    fake.advance(60)
    assert list(inbox.poll(ledger.cursor, ledger, 100)) == []
    assert fake.kinds() == {"messages_list": 1}


def test_a_message_that_shows_late_in_the_list_is_found_all_the_same(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake.list_lag = 300
    fake.receive(CLIENT, "Bonjour")
    ledger = MemoryLedger()
    for _ in range(5):
        assert drain(inbox, ledger) == []
        fake.advance(50)
    fake.advance(100)
    assert len(drain(inbox, ledger)) == 1


def test_a_message_that_shows_after_its_time_was_looked_at_is_found(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake.receive(CLIENT, "Bonjour")
    fake.advance(600)
    ledger = MemoryLedger()
    ledger.cursor = {"until": (clock_of(fake)() - timedelta(seconds=300)).isoformat(), "late": ""}
    assert len(drain(inbox, ledger)) == 1


def test_our_own_messages_are_not_taken(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake._message("SM", fake.number, f"whatsapp:{CLIENT}", "de nous", "outbound-api", "queued")
    assert drain(inbox, MemoryLedger()) == []


def test_who_wrote_is_told(fake: Twilio, spool: MemorySpool) -> None:
    heard: list[tuple[str, Any]] = []
    inbox = inbox_of(fake, spool, heard=lambda number, at: heard.append((number, at)))
    hook = fake.receive(CLIENT, "Bonjour")
    inbox.receive(form_pairs(hook.body))
    drain(inbox, MemoryLedger())
    assert [number for number, _ in heard] == [f"whatsapp:{CLIENT}"] * 2
    inbox.close()


def test_refused_credentials_and_a_dead_line(fake: Twilio, spool: MemorySpool) -> None:
    inbox = inbox_of(fake, spool)
    fake.fail_next(2, 503)
    with pytest.raises(Transient):
        list(inbox.poll({}, MemoryLedger(), 10))
    fake.kind_again()
    fake.auth_token = "changé"
    with pytest.raises(Unauthorized) as caught:
        list(inbox.poll({}, MemoryLedger(), 10))
    assert "9d9d" not in str(caught.value)
    inbox.close()


@pytest.mark.parametrize("there", ["/2010-04-01/Accounts/AC0/Messages.json", "@ailleurs.example/", ".example/x", 7])
def test_a_next_page_elsewhere_is_not_asked(fake: Twilio, inbox: WhatsAppInbox, there: object) -> None:
    asked: list[str] = []

    def lure(request: Request) -> Answer:
        asked.append(request.path)
        return Answer(200, {"messages": [], "next_page_uri": there})

    fake.script(lure)
    with fake.unrecorded(), pytest.raises(Transient, match="adresse du compte"):
        list(inbox.poll({}, MemoryLedger(), 10))
    assert len(asked) == 1


# ------------------------------------------------------------------ row 22


def test_row_22_a_file_that_is_not_there_at_first_is_waited_for(fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool) -> None:
    fake.media_404s = 3
    hook = fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    told = read(inbox.receive(form_pairs(hook.body)), spool)
    assert told.message.text == "Voici"
    (file,) = told.message.attachments
    assert spool.get(file.sha256) == JPEG
    assert (file.type, file.size, file.family, file.name) == ("image/jpeg", len(JPEG), "image", "whatsapp-1.jpg")
    assert told.missing == 0


def test_row_22_the_text_is_kept_and_the_file_follows_when_it_comes(
    fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool
) -> None:
    fake.media_404s = 10**6
    hook = fake.receive(CLIENT, "Voici ma chaise", media=(("image/jpeg", JPEG),))
    ledger = MemoryLedger()
    item = inbox.receive(form_pairs(hook.body))
    ledger.taken[item.external_id] = item
    told = read(item, spool)
    assert told.message.text == "Voici ma chaise"
    assert told.missing == 1
    assert told.message.defects == ("Fichier 1 (image/jpeg) non reçu : réponse 404 ; il est redemandé",)
    fake.advance(LATE[0] + 1)
    assert drain(inbox, ledger) == []
    fake.media_404s = 0
    assert drain(inbox, ledger) == [], "not due yet"
    fake.advance(LATE[1] + 1)
    (late,) = drain(inbox, ledger)
    follows = read(late, spool).message
    assert follows.in_reply_to == told.message.id
    assert follows.id != told.message.id
    assert follows.sender == told.message.sender or follows.sender.email == told.message.sender.email
    assert follows.text == ""
    assert [spool.get(a.sha256) for a in follows.attachments] == [JPEG]
    fake.advance(86_400)
    assert drain(inbox, ledger) == []


def test_row_22_a_late_file_survives_a_restart(fake: Twilio, spool: MemorySpool) -> None:
    fake.media_404s = 10**6
    fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    ledger = MemoryLedger()
    first = inbox_of(fake, spool)
    assert len(drain(first, ledger)) == 1
    first.close()
    assert ledger.cursor["late"]
    fake.media_404s = 0
    second = inbox_of(fake, spool)
    (late,) = drain(second, ledger)
    assert late.external_id.endswith("/media")
    assert ledger.cursor["late"] == ""
    second.close()


def test_row_22_a_file_that_never_comes_is_given_up(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake.media_404s = 10**6
    fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    ledger = MemoryLedger()
    assert len(drain(inbox, ledger)) == 1
    for _ in range(40):
        fake.advance(7200)
        drain(inbox, ledger)
    assert ledger.cursor["late"] == ""
    fake.forget_calls()
    fake.advance(86_400)
    drain(inbox, ledger)
    assert fake.count("media_content") == 0


def test_row_22_credentials_stay_at_home(fake: Twilio, spool: MemorySpool) -> None:
    fetcher = MediaFetcher(account_of(fake), max_bytes=10_000)
    hook = fake.receive(CLIENT, "", media=(("image/jpeg", JPEG),))
    path = dict(form_pairs(hook.body))["MediaUrl0"].rsplit("/", 3)
    assert fetcher.fetch(path[1], path[3], 0).content == JPEG
    assert fake.leaked == []
    assert [c.kind for c in fake.cdn.calls] == ["media"]
    fetcher.close()


@responses.activate
def test_row_22_only_the_exact_origin_gets_credentials_and_only_safe_redirects_are_followed(fake: Twilio) -> None:
    base = "https://api.twilio.com"
    sid, media = "MM" + "a" * 32, "ME" + "b" * 32
    account = account_of(fake, base=base)
    start = f"{base}{account.path}/Messages/{sid}/Media/{media}"
    hops = ["https://api.twilio.com/again", "https://api.twilio.com.evil.example/x", "https://api.twilio.com:8443/x"]
    for here, there in zip([start, *hops], hops, strict=False):
        responses.get(here, status=307, headers={"Location": there})
    responses.get(hops[-1], body=b"fichier")
    fetcher = MediaFetcher(account, max_bytes=10_000)
    assert fetcher.fetch(sid, media, 0).content == b"fichier"
    sent = [(call.request.url, "Authorization" in call.request.headers) for call in responses.calls]
    assert sent == [(start, True), (hops[0], True), (hops[1], False), (hops[2], False)]
    responses.reset()
    for there in ("http://api.twilio.com/x", "file:///etc/passwd", "https://[", "ftp://a/b"):
        responses.get(start, status=302, headers={"Location": there})
        responses.get("http://api.twilio.com/x", body=b"en clair")
        found = fetcher.fetch(sid, media, 0)
        assert found.content is None
        assert found.error
        responses.reset()
    responses.get(start, status=302, headers={"Location": start})
    assert fetcher.fetch(sid, media, 0).error == "trop de renvois"


def test_row_22_an_address_that_a_message_names_is_never_asked(fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool) -> None:
    hook = fake.receive(CLIENT, "Voici", MediaUrl0="https://ailleurs.example/x", MediaContentType0="image/jpeg", NumMedia="1")
    told = read(inbox.receive(form_pairs(hook.body)), spool)
    assert told.message.text == "Voici"
    assert told.missing == 1
    assert fake.count("media_content") == 0


def test_row_22_a_file_of_another_message_is_not_fetched_for_this_one(
    fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool
) -> None:
    theirs = dict(form_pairs(fake.receive(OTHER, "", media=(("image/jpeg", JPEG),)).body))["MediaUrl0"]
    hook = fake.receive(CLIENT, "Voici", MediaUrl0=theirs, MediaContentType0="image/jpeg", NumMedia="1")
    told = read(inbox.receive(form_pairs(hook.body)), spool)
    assert told.message.attachments == ()
    assert told.missing == 1


def test_row_22_a_file_too_large_is_told_not_loaded(fake: Twilio, spool: MemorySpool) -> None:
    inbox = inbox_of(fake, spool, max_media=1000)
    hook = fake.receive(CLIENT, "Voici", media=(("video/mp4", b"x" * 200_000),))
    item = inbox.receive(form_pairs(hook.body))
    assert item.hints == {"oversize": "200000"}
    assert read(item, spool).message.text == "Voici"
    assert spool.content == {}
    fake.advance(100_000)
    ledger = MemoryLedger()
    ledger.taken[item.external_id] = item
    assert drain(inbox, ledger) == [], "it is not asked for again"
    inbox.close()


@pytest.mark.parametrize("trouble", ["drop_next", "cut_next", "garble_next"])
def test_row_22_a_line_that_fails_while_a_file_comes(
    fake: Twilio, inbox: WhatsAppInbox, spool: MemorySpool, trouble: str
) -> None:
    hook = fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    if trouble == "garble_next":
        fake.cdn.fail_next(1, 502)
    else:
        getattr(fake.cdn, trouble)(1)
    told = read(inbox.receive(form_pairs(hook.body)), spool)
    assert [spool.get(a.sha256) for a in told.message.attachments] == [JPEG]


def test_row_22_the_time_for_files_is_bounded(fake: Twilio, inbox: WhatsAppInbox) -> None:
    fake.media_404s = 10**6
    hook = fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    before = clock_of(fake)()
    inbox.receive(form_pairs(hook.body), budget=6.0)
    assert clock_of(fake)() - before < timedelta(seconds=8)


def test_an_envelope_is_small_and_the_same_each_time(fake: Twilio, inbox: WhatsAppInbox) -> None:
    hook = fake.receive(CLIENT, "Voici", media=(("image/jpeg", JPEG),))
    first, again = (inbox.receive(form_pairs(hook.body)) for _ in range(2))
    assert first.raw == again.raw
    assert len(first.raw or b"") < 3000
    assert json.loads(first.raw or b"")["media"][0]["size"] == len(JPEG)


# ------------------------------------------------------------------ small things


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="plan.pdf"', "plan.pdf"),
        ("inline; filename*=UTF-8''fauteuil%20d%C3%A9tail.jpg", "fauteuil détail.jpg"),
        ("", ""),
        ("attachment", ""),
        ("attachment; filename*=nowhere''%FF; filename=\"x\"", ""),
    ],
)
def test_names_of_files(header: str, name: str) -> None:
    found = file_name({"Content-Disposition": header})
    assert found == name or (not name and isinstance(found, str))


def test_origins() -> None:
    assert origin("https://API.twilio.com/x") == origin("https://api.twilio.com:443/y")
    assert origin("https://api.twilio.com") != origin("http://api.twilio.com")
    assert origin("https://api.twilio.com@evil.example/") == ("https", "evil.example", 443)
    assert origin("https://[") == ("", "", 0)
