"""HubSpot's conversations: taken in once and whole, answered in their thread once."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from fakes.hubspot import HubSpot
from hubspot_help import client, crm, ids, lose_an_answer, ticket
from imap_help import MemoryLedger, drain

from connectors.hubspot.inbox import HubSpotInbox
from connectors.hubspot.threads import HubSpotThreads, mark
from core.effects import AddNote, Effect, Receipt, SendMessage
from core.errors import Ambiguous, Rejected, Transient, Unauthorized
from core.ports import Incoming
from processors.parse import parse

pytest_plugins = ("tests.hubspot_fixtures",)


AGENT = "A-51234567"
PHOTO = ("photo.jpg", "image/jpeg", b"\xff\xd8x")


def inbox(fake: HubSpot, **more: Any) -> HubSpotInbox:
    own = {k: more.pop(k) for k in ("version", "timeout", "token") if k in more}
    later = more.pop("later", 0.0)
    clock = lambda: datetime.fromtimestamp(fake.now(), UTC) + timedelta(seconds=later)  # noqa: E731
    return HubSpotInbox(client(fake, **own), **({"settle": 0.0, "clock": clock} | more))


def read(item: Incoming) -> EmailMessage:
    assert item.raw is not None, item
    parsed = email.message_from_bytes(item.raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize("version", ["v3", "2026-09"])
def test_what_a_visitor_writes_comes_out_as_a_mail(portal: HubSpot, version: str) -> None:
    thread = portal.add_thread("jean@example.com", "Jean Dupont")
    portal.noise(thread)
    said = portal.receive(
        thread, "Bonjour,\nun fauteuil à modéliser", subject="Modélisation", files=[("photo.jpg", "image/jpeg", b"\xff\xd8x")]
    )
    portal.agent_writes(thread, "Je regarde")
    (item,) = drain(inbox(portal, version=version), MemoryLedger())
    assert item.external_id == f"{thread}:{said}"
    assert item.hints == {"conversation": thread}
    mail = parse(item.raw or b"")
    assert (mail.sender.email, mail.sender.name, mail.subject) == ("jean@example.com", "Jean Dupont", "Modélisation")
    assert mail.body.strip() == "Bonjour,\nun fauteuil à modéliser"
    assert [(p.attachment.name, p.content) for p in mail.parts] == [("photo.jpg", b"\xff\xd8x")]
    assert mail.date == item.received_at.replace(microsecond=0)
    assert not mail.defects


def test_each_message_once_however_windows_overlap(portal: HubSpot) -> None:
    ledger, box = MemoryLedger(), inbox(portal)
    threads = [portal.add_thread(f"c{n}@example.com") for n in range(5)]
    for n in range(23):
        portal.receive(threads[n % 5], f"message {n}")
    assert len(drain(box, ledger, limit=4)) == 23
    for n in range(23, 30):
        portal.receive(threads[n % 5], f"message {n}")
        assert len(drain(box, ledger)) == 1
    assert drain(inbox(portal), ledger) == []
    lost = MemoryLedger()
    assert len(drain(inbox(portal), lost)) == 30
    assert {i: t.raw for i, t in lost.taken.items()} == {i: t.raw for i, t in ledger.taken.items()}, "the same bytes every time"


def test_a_quiet_portal_costs_one_call_a_poll(portal: HubSpot) -> None:
    ledger, box = MemoryLedger(), inbox(portal, later=60.0)
    for n in range(8):
        portal.receive(portal.add_thread(f"c{n}@example.com"), "bonjour")
    drain(box, ledger)
    portal.forget_calls()
    drain(box, ledger)
    assert len(portal.calls) == 1


def test_a_message_that_shows_up_late_is_taken(portal: HubSpot) -> None:
    ledger, box = MemoryLedger(), inbox(portal)
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "second")
    assert len(drain(box, ledger)) == 1
    portal.receive(thread, "premier, en retard", at=portal.now() - 100)
    assert len(drain(box, ledger)) == 1
    assert len(ledger.taken) == 2


def test_hundreds_of_threads_after_an_outage(portal: HubSpot) -> None:
    portal.window.limit = None
    for n in range(230):
        portal.receive(portal.add_thread(f"c{n}@example.com"), f"demande {n}")
    box = HubSpotInbox(client(portal, window=100_000), settle=0.0)
    ledger = MemoryLedger()
    assert len(drain(box, ledger, limit=50)) == 230


def test_a_batch_that_was_not_stored_is_handed_over_again(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    for n in range(6):
        portal.receive(thread, f"m{n}")
    ledger, box = MemoryLedger(), inbox(portal, later=60.0)
    polling = box.poll(ledger.cursor, ledger, 2)
    ledger.take(next(polling))
    next(polling)
    del polling
    assert len(drain(box, ledger)) == 4


def test_a_mail_that_was_cut_is_fetched_whole(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    text = "\n".join(f"ligne {n} du message" for n in range(200))
    portal.receive(thread, text)
    (item,) = drain(inbox(portal), MemoryLedger())
    assert parse(item.raw or b"").body.split() == text.split()


def test_the_message_id_is_the_one_that_the_mail_had(portal: HubSpot) -> None:
    """One mail seen by IMAP and by the mailbox connected to HubSpot is one message."""
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "un premier", message_id="<premier@example.com>")
    portal.receive(thread, "un second " + "x" * 900, message_id="<second@example.com>")
    portal.receive(thread, "un troisième, jamais journalisé")
    items = drain(inbox(portal), MemoryLedger())
    assert [parse(i.raw or b"").id for i in items][:2] == ["<premier@example.com>", "<second@example.com>"]
    assert parse(items[2].raw or b"").id.endswith("@hubspot.invalid>")


def test_a_mail_whose_id_is_not_known_yet_waits_a_moment(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "bonjour")
    other = portal.add_thread("d@example.com", channel="1000")
    portal.receive(other, "par le chat")
    ledger, box = MemoryLedger(), inbox(portal, settle=60.0)
    assert [i.hints["conversation"] for i in drain(box, ledger)] == [other], "a chat has no Message-ID to wait for"
    portal.advance(61)
    assert [i.hints["conversation"] for i in drain(box, ledger)] == [thread]


def test_what_waits_is_not_passed_over_by_what_came_later(portal: HubSpot) -> None:
    thread, other = portal.add_thread("c@example.com"), portal.add_thread("d@example.com", channel="1000")
    portal.receive(thread, "bonjour")
    portal.advance(30)
    portal.receive(other, "par le chat")
    ledger, box = MemoryLedger(), inbox(portal, settle=60.0, overlap=1.0)
    assert [i.hints["conversation"] for i in drain(box, ledger)] == [other]
    portal.advance(40)
    assert [i.hints["conversation"] for i in drain(box, ledger)] == [thread]


def test_text_is_kept_whatever_becomes_of_files(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    portal.receive(
        thread,
        "voici",
        files=[
            ("a.jpg", "image/jpeg", b"a"),
            ("b.glb", "model/gltf-binary", b"b"),
            ("gros.zip", "application/zip", b"x" * 5000),
        ],
    )
    portal.files.pop(next(i for i, f in portal.files.items() if f["name"] == "b"))
    (item,) = drain(inbox(portal, max_size=4000), MemoryLedger())
    mail = parse(item.raw or b"")
    assert [p.attachment.name for p in mail.parts] == ["a.jpg"]
    assert "voici" in mail.body
    assert "b.glb" in mail.body
    assert "gros.zip (trop volumineux)" in mail.body


def test_a_file_that_is_not_there_yet_is_waited_for_but_not_for_ever(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "voici", files=[("a.jpg", "image/jpeg", b"a")])
    portal.fail_next(1, 503, match="hubfs")
    ledger, box = MemoryLedger(), inbox(portal)
    assert drain(box, ledger) == []
    (item,) = drain(box, ledger)
    assert len(parse(item.raw or b"").parts) == 1
    portal.receive(thread, "encore", files=[("b.jpg", "image/jpeg", b"b")])
    portal.fail_next(99, 503, match="hubfs")
    assert [len(drain(box, ledger)) for _ in range(3)] == [0, 0, 1]


def test_credentials_do_not_go_to_where_files_are(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "voici", files=[("a.jpg", "image/jpeg", b"a")])
    seen: list[str] = []
    portal.script(lambda request: seen.append(request.header("Authorization") or "") if "hubfs" in request.path else None)
    assert len(drain(inbox(portal), MemoryLedger())) == 1
    assert seen == [""]


@pytest.mark.parametrize("text", ["", "\x00\x01", "é" * 3000, "From x\n.\n..\n", "<b>gras</b>", "a\r\nb\rc"])
def test_any_text_is_a_mail(portal: HubSpot, text: str) -> None:
    thread = portal.add_thread("c@example.com", 'N"om, <x>\r\nBcc: y@z')
    portal.receive(thread, text, subject="Sujet\r\nX-Injected: 1")
    (item,) = drain(inbox(portal), MemoryLedger())
    mail = parse(item.raw or b"")
    assert mail.sender.email == "c@example.com"
    assert b"\nX-Injected" not in (item.raw or b"")
    assert b"\nBcc" not in (item.raw or b"")


def test_spam_is_left_alone(portal: HubSpot) -> None:
    thread = portal.add_thread("c@example.com")
    portal.receive(thread, "gagnez")
    portal.threads[thread]["spam"] = True
    ledger = MemoryLedger()
    assert [bool(i.skip) for i in drain(inbox(portal), ledger)] == [True]


def test_what_it_raises(portal: HubSpot) -> None:
    with pytest.raises(Unauthorized):
        drain(inbox(portal, token="autre-jeton"), MemoryLedger())
    portal.garble_next(9)
    with pytest.raises(Transient):
        drain(inbox(portal), MemoryLedger())


@pytest.mark.parametrize("cursor", [{"since": "hier"}, {"x": "y"}, {"since": "2026-11-01T00:00:00"}])
def test_a_cursor_that_means_nothing_is_a_fresh_start(portal: HubSpot, cursor: dict[str, str]) -> None:
    portal.receive(portal.add_thread("c@example.com"), "bonjour")
    assert [len(b.items) for b in inbox(portal).poll(cursor, MemoryLedger(), 10) if b.items] == [1]


def test_a_webhook_wakes_it(portal: HubSpot) -> None:
    box = inbox(portal)
    box.wake()
    assert box.wait(10)
    box.close()


# ------------------------------------------------------------------ answers


def threads(fake: HubSpot, **more: Any) -> HubSpotThreads:
    return HubSpotThreads(client(fake, **more), agent=AGENT, hub_id="143870112")


def answer(n: int, thread: str, to: str = "jean@example.com", **more: Any) -> Effect:
    values: dict[str, Any] = {
        "to": to,
        "to_name": "Jean",
        "subject": "Votre demande",
        "text": "Bonjour,\n<2 crédits>",
        "template": "quote",
        "language": "fr",
        "purpose": "quote",
        "reference": "G-1",
        "thread": thread,
    }
    return Effect(f"c{n}/1/0", f"c{n}", "hubspot", SendMessage(**(values | more)))


@pytest.fixture
def thread(portal: HubSpot) -> str:
    made = portal.add_thread("jean@example.com", "Jean")
    portal.receive(made, "Bonjour", subject="Ma demande")
    return made


def test_an_answer_goes_to_the_visitor_in_the_thread(portal: HubSpot, thread: str) -> None:
    (receipt,) = threads(portal).deliver([answer(1, thread)])
    assert isinstance(receipt, Receipt)
    (sent,) = portal.sent
    assert receipt.id == sent["id"]
    assert sent["text"].startswith("Bonjour,\n<2 crédits>")
    assert "&lt;2 crédits&gt;" in sent["richText"]
    assert sent["subject"] == "Ma demande"
    assert [r["deliveryIdentifier"]["value"] for r in sent["recipients"]] == ["jean@example.com"]


@pytest.mark.parametrize("how", ["cut", "silent", "504", "half", "page"])
def test_an_answer_that_may_have_gone_is_found_not_repeated(portal: HubSpot, thread: str, how: str) -> None:
    out = threads(portal)
    lose_an_answer(portal, how, r"POST .*/messages$")
    effect = answer(1, thread)
    (outcome,) = out.deliver([effect])
    assert isinstance(outcome, Ambiguous)
    (found,) = out.find([effect])
    assert (found is None) == (how == "page")
    assert out.find([answer(2, thread)]) == [None], "the same words in another message are another message"
    assert len(portal.sent) == (0 if how == "page" else 1)


def test_a_visitor_cannot_make_a_message_found(portal: HubSpot, thread: str) -> None:
    portal.receive(thread, "je cite : " + mark(answer(1, thread)))
    assert threads(portal).find([answer(1, thread)]) == [None]


def test_whoever_wrote_last_is_not_who_is_answered(portal: HubSpot, thread: str) -> None:
    portal.receive(thread, "je suis un autre")
    portal._messages[thread][-1]["senders"][0]["deliveryIdentifier"]["value"] = "autre@example.com"
    threads(portal).deliver([answer(1, thread)])
    assert [r["deliveryIdentifier"]["value"] for r in portal.sent[0]["recipients"]] == ["jean@example.com"]


def test_what_cannot_be_sent_is_refused_alone(portal: HubSpot, thread: str) -> None:
    silent = portal.add_thread("x@example.com")
    effects = [
        answer(1, "424242"),
        answer(2, ""),
        answer(3, silent),
        answer(4, thread, attachments=("0" * 64,)),
        answer(5, thread),
        Effect("x/1/0", "x", "hubspot", AddNote("1", "x")),
    ]
    outcomes = threads(portal).deliver(effects)
    assert [isinstance(o, Rejected) for o in outcomes] == [True, True, True, True, False, True]
    assert [r is None for r in threads(portal).find(effects)] == [True, True, True, True, False, True]


def test_check_of_conversations(portal: HubSpot) -> None:
    assert threads(portal).check().ok is True
    wrong = HubSpotThreads(client(portal), agent="1").check()
    assert wrong.ok is False
    assert "A-1 n'est pas un agent" in wrong.detail
    portal.revoke("conversations.read")
    assert threads(portal).check().ok is False


def test_thread_and_ticket_are_linked(portal: HubSpot, thread: str) -> None:
    out = crm(portal)
    (made,) = ids(out.deliver([ticket(1, portal.contacts[0]["id"], thread=thread)]))
    assert portal.created("tickets")[0]["associations"]["conversations"] == [thread]
    assert made
