"""``kill -9`` and "timeout after success" at every effect of every real connector: one, or parked where nobody can tell; never two.

FAILURES rows 15 (mail), 24 (HubSpot) and 25 for each vendor. The harness and how a vendor joins: kill_help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hubspot_help
import pytest
import whatsapp_help
from dovecot import SENT, Dovecot
from effects_help import MemorySpool, letter, message_id
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio
from kill_help import Desks, Make, Site
from r2_server import R2Server, r2_server
from smtp_server import MailServer, mail_server

from connectors.clickup.client import ClickUpClient
from connectors.clickup.tasks import ClickUpTasks
from connectors.gmail.outbox import SmtpOutlet
from connectors.hubspot.threads import HubSpotThreads
from connectors.r2.files import R2Files
from connectors.whatsapp.outbox import WhatsAppOutlet
from core.effects import CommentTask, CreateTask, Effect, StoreFile, UpdateTicket, UpsertContact

pytest_plugins = ("servers",)

#: More steps than the longest effect has.
FARTHEST = 80
#: Seconds that a vendor may say nothing: short, for each "silent" of the tests is waited out.
SILENCE = 0.3


def _losing(fake: Any, *matches: str) -> dict[str, Callable[[], None]]:
    """The ways in which a fake does the work and does not tell, at each of the calls that change something."""
    ways: dict[str, Callable[[], None]] = {}
    for match in matches:
        ways |= {
            f"cut after {match}": lambda match=match: fake.late_success(match=match),
            f"silence after {match}": lambda match=match: fake.late_success(match=match, silent=SILENCE * 2),
            f"504 after {match}": lambda match=match: fake.late_error(1, 504, match=match),
            f"half an answer to {match}": lambda match=match: fake.cut_next(match=match),
        }
    return ways


# ------------------------------------------------------------------ HubSpot


def _portal(stack: ExitStack) -> HubSpot:
    fake = stack.enter_context(HubSpot())
    made = hubspot_help.crm(fake)
    made.close()
    return fake


def _crm(fake: HubSpot, effect: Effect, count: Callable[[], Any], wanted: Any, match: str) -> Site:
    def outlet() -> Any:
        return hubspot_help.crm(fake, ready=False, timeout=(1.0, SILENCE), sleep=lambda seconds: None)

    return Site(outlet, effect, count, wanted, _losing(fake, match), advance=fake.advance)


def contact(stack: ExitStack) -> Site:
    fake = _portal(stack)
    return _crm(fake, hubspot_help.contact(1), lambda: len(fake.contacts), 1, "POST .*contacts/batch/upsert")


def contact_by_number(stack: ExitStack) -> Site:
    fake = _portal(stack)
    effect = hubspot_help.effect("c1/1/0", UpsertContact(phone="+33612345678", name="Jeanne"))
    return _crm(fake, effect, lambda: len(fake.contacts), 1, "POST .*contacts/batch/upsert")


def ticket(stack: ExitStack) -> Site:
    fake = _portal(stack)
    person = fake.add("contacts", {"email": "a@example.com"})
    return _crm(fake, hubspot_help.ticket(1, person), lambda: len(fake.tickets), 1, "POST .*tickets/batch/create")


def _old_ticket(fake: HubSpot) -> str:
    return fake.add(
        "tickets", {"subject": "ancien", "hs_pipeline": hubspot_help.PIPELINE, "hs_pipeline_stage": hubspot_help.NEW}
    )


def update(stack: ExitStack) -> Site:
    fake = _portal(stack)
    effect = hubspot_help.update(1, _old_ticket(fake), open=False, credits_estimes="2")

    def count() -> Any:
        return [(t["properties"].get("credits_estimes"), t["properties"]["hs_pipeline_stage"]) for t in fake.tickets]

    return _crm(fake, effect, count, [("2", hubspot_help.CLOSED)], "POST .*tickets/batch/update")


def tie(stack: ExitStack) -> Site:
    fake = _portal(stack)
    thread = fake.add_thread("jean@example.com", "Jean")
    effect = hubspot_help.effect("c1/1/0", UpdateTicket(_old_ticket(fake), thread=thread))

    def count() -> Any:
        return [t["associations"].get("conversations") for t in fake.tickets]

    return _crm(fake, effect, count, [[thread]], "POST .*conversations/batch/create")


def note(stack: ExitStack) -> Site:
    fake = _portal(stack)
    return _crm(fake, hubspot_help.note(1, _old_ticket(fake)), lambda: len(fake.notes), 1, "POST .*notes/batch/create")


def thread_reply(stack: ExitStack) -> Site:
    fake = _portal(stack)
    thread = fake.add_thread("jean@example.com", "Jean")
    fake.receive(thread, "Bonjour")
    payload = letter("c1/1/0", to="jean@example.com", thread=thread).payload

    def outlet() -> Any:
        return HubSpotThreads(hubspot_help.client(fake, timeout=(1.0, SILENCE)), agent="51234567")

    effect = Effect("c1/1/0", "c1", "hubspot", payload)
    return Site(outlet, effect, lambda: len(fake.sent), 1, _losing(fake, "POST .*/messages$"), advance=fake.advance)


# ------------------------------------------------------------------ ClickUp


def _space(stack: ExitStack) -> ClickUp:
    return stack.enter_context(ClickUp())


def _tasks(fake: ClickUp, spool: MemorySpool, payload: Any, count: Callable[[], Any], wanted: Any, *matches: str) -> Site:
    def outlet() -> Any:
        return ClickUpTasks(ClickUpClient(fake.token, base=fake.url, timeout=(1.0, SILENCE)), parent=fake.parent, spool=spool)

    return Site(outlet, Effect("c1/1/0", "c1", "tasks", payload), count, wanted, _losing(fake, *matches), advance=fake.advance)


def task(stack: ExitStack) -> Site:
    fake = _space(stack)
    payload = CreateTask("Modéliser", "**corps**", "G-1")
    return _tasks(fake, MemorySpool(), payload, lambda: len(fake.created()), 1, "POST .*/list/.*/task")


def task_by_field(stack: ExitStack) -> Site:
    fake = _space(stack)
    fake.add_field("guichet_key")
    payload = CreateTask("Modéliser", "**corps**", "G-1")
    return _tasks(fake, MemorySpool(), payload, lambda: len(fake.created()), 1, "POST .*/list/.*/task")


def task_with_files(stack: ExitStack) -> Site:
    fake, spool = _space(stack), MemorySpool()
    files = tuple(spool.put(f"photo {n}".encode()) for n in range(2))
    payload = CreateTask("Modéliser", "**corps**", "G-1", files=files)

    def count() -> Any:
        return len(fake.created()), sorted(bytes(a["data"]) for a in fake.attachments)

    wanted = (1, [b"photo 0", b"photo 1"])
    return _tasks(fake, spool, payload, count, wanted, "POST .*/list/.*/task", "POST .*/attachment")


def task_comment(stack: ExitStack) -> Site:
    fake = _space(stack)
    old = fake.add_task("ancienne", parent=fake.parent)
    payload = CommentTask(old, "un mot")
    return _tasks(fake, MemorySpool(), payload, lambda: len(fake.comments.get(old, [])), 1, "POST .*/comment")


# ------------------------------------------------------------------ R2


def _files(server: R2Server, content: bytes, *matches: str) -> Site:
    server.forget_troubles()
    bucket, spool = server.bucket(connect_timeout=1.0, timeout=1.0), MemorySpool()
    payload = StoreFile(spool.put(content), "photo.jpg", "image/jpeg", len(content), "c1")

    def count() -> Any:
        there = server.client().list_objects_v2(Bucket=bucket.name).get("Contents", [])
        return [one["Size"] for one in there]

    def outlet() -> Any:
        return R2Files(bucket, spool=spool, part=5 * 1024 * 1024)

    losing: dict[str, Callable[[], None]] = {}
    for match in matches:

        def twice(kind: str, value: float, match: str = match) -> None:
            # Each of its two tries meets it: boto3 repeats a call once by itself.
            server.trouble(match, kind, value)
            server.trouble(match, kind, value)

        losing[f"cut after {match}"] = lambda twice=twice: twice("late", 0)
        losing[f"silence after {match}"] = lambda twice=twice: twice("slow", 1.3)
    return Site(outlet, Effect("c1/1/0", "c1", "files", payload), count, [len(content)], losing, nothing=[])


def small_file(server: R2Server) -> Make:
    return lambda stack: _files(server, b"une photo", "PUT ")


def large_file(server: R2Server) -> Make:
    content = bytes(range(256)) * 4 * 1024 * 6
    return lambda stack: _files(server, content, "POST .*uploads", "PUT .*partNumber=1", "POST .*uploadId")


# ------------------------------------------------------------------ mail


def _mail(stack: ExitStack, imap: Any, sent: str, *, files: bool) -> Site:
    """``files``: the server files a copy of what it took, as Gmail does."""
    server: MailServer = stack.enter_context(mail_server())
    filed: list[int] = [0]

    def file_copies() -> None:
        server.rest()
        if files:
            imap.append(*server.raw[filed[0] :], folder=SENT)
            filed[0] = len(server.raw)

    def outlet() -> Any:
        file_copies()
        return SmtpOutlet(
            server.account(timeout=SILENCE),
            message_id=message_id,
            spool=MemorySpool(),
            imap=imap.account() if imap is not None else None,
            sent=sent,  # type: ignore[arg-type]
        )

    def count() -> int:
        file_copies()
        return len(server.mails)

    losing: dict[str, Callable[[], None]] = {
        "cut after the final dot": lambda: setattr(server.day, "drop_after", 1),
        "silence after the final dot": lambda: setattr(server.day, "slow_once", SILENCE * 3),
    }
    return Site(outlet, letter("c1/1/0"), count, 1, losing, asked=files)


def mail_kept_by_the_server(dovecot: Dovecot) -> Make:
    return lambda stack: _mail(stack, dovecot.user(), "server", files=True)


def mail_that_nobody_keeps(dovecot: Dovecot) -> Make:
    return lambda stack: _mail(stack, None, "none", files=False)


def mail_that_we_keep(dovecot: Dovecot) -> Make:
    return lambda stack: _mail(stack, dovecot.user(), "append", files=False)


# ------------------------------------------------------------------ WhatsApp


def whatsapp(stack: ExitStack) -> Site:
    fake = stack.enter_context(Twilio())
    fake.receive(whatsapp_help.CLIENT, "Bonjour")

    def outlet() -> Any:
        return WhatsAppOutlet(whatsapp_help.client_of(fake, timeout=(1.0, SILENCE)), clock=whatsapp_help.clock_of(fake))

    effect = whatsapp_help.words("c1/1/0")
    return Site(outlet, effect, lambda: len(fake.sent), 1, _losing(fake, "POST .*Messages"), advance=fake.advance)


#: By name: how to make it; those of files want a bucket's server, those of mail the IMAP server.
SITES: dict[str, Make] = {
    one.__name__: one
    for one in (
        contact,
        contact_by_number,
        ticket,
        update,
        tie,
        note,
        thread_reply,
        task,
        task_by_field,
        task_with_files,
        task_comment,
        whatsapp,
    )
}
FILES: dict[str, Callable[[R2Server], Make]] = {one.__name__: one for one in (small_file, large_file)}
MAIL: dict[str, Callable[[Dovecot], Make]] = {
    one.__name__: one for one in (mail_kept_by_the_server, mail_that_nobody_keeps, mail_that_we_keep)
}
#: Those where nothing but looking keeps a second try from making a second one.
LOOKS = ("thread_reply", "task", "task_by_field", "task_comment", "whatsapp", "mail_kept_by_the_server")


@pytest.fixture(scope="module")
def r2() -> Iterator[R2Server]:
    """One server; each site has a bucket of its own."""
    with r2_server() as server:
        yield server


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Make:
    name: str = request.param
    if name in FILES:
        return FILES[name](request.getfixturevalue("r2"))
    return SITES[name] if name in SITES else MAIL[name](request.getfixturevalue("dovecot"))


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("make", [*SITES, *FILES, *MAIL], indirect=True)
def test_a_kill_before_any_step_leaves_one(make: Make, desks: Desks) -> None:
    kills = 0
    for at in range(1, FARTHEST):
        with desks.desk(make) as desk:
            if not desk.killed(at):
                assert desk.state() in ("done", "reconciled")
                assert desk.site.count() == desk.site.wanted
                break
            kills += 1
            desk.later()
            desk.check(f"killed before step {at}")
    else:
        pytest.fail(f"there are more than {FARTHEST} steps")
    assert kills >= 6, "before and after each of three commits, and around the call"


@pytest.mark.slow
@pytest.mark.parametrize("make", [*SITES, *FILES, *MAIL], indirect=True)
def test_success_that_is_never_heard_of_leaves_one(make: Make, desks: Desks) -> None:
    with ExitStack() as stack:
        ways = list(make(stack).losing)
    assert len(ways) >= 2
    for way in ways:
        with desks.desk(make) as desk:
            desk.site.losing[way]()
            desk.start()
            assert desk.state() in ("uncertain", "intended", "done"), way
            desk.later()
            desk.check(way)


@pytest.mark.parametrize("make", LOOKS, indirect=True)
def test_the_suite_notices_a_connector_that_does_not_look(make: Make, desks: Desks) -> None:
    with desks.desk(make, blind=True) as desk:
        next(iter(desk.site.losing.values()))()
        desk.start()
        desk.later()
        assert desk.site.count() == 2 * desk.site.wanted
        with pytest.raises(AssertionError):
            desk.check("blind")
