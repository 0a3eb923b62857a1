"""The door: webhooks answered by a process of their own, kept on the doorstep, taken in by a lane; everything else handed over."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio
from fakes.wire import Webhook
from r2_server import r2_server
from test_service_http import PUBLIC, Daemon, Vendors
from web_help import KEY, Running, running
from whatsapp_help import CLIENT, client_of

from assembly import now, open_house
from connectors.whatsapp.inbox import WhatsAppInbox
from core.call import Call
from data_folder import keys_of
from engine.arrivals import Arrivals
from engine.hooks import Told
from hooks import add_pickup, clickup_hook, whatsapp_hooks
from settings import Settings
from store.doorstep import Doorstep
from tests.quick import Quick
from tests.road import ADMIN, ROOT
from web.options import Options

PATH = "/webhook/whatsapp"
URL = f"{PUBLIC}{PATH}"
WORDS = "Bonjour, mon paiement est refusé"


@pytest.fixture(scope="module")
def twilio() -> Iterator[Twilio]:
    with Twilio() as fake:
        yield fake


@pytest.fixture
def web(tmp_path: Path, twilio: Twilio) -> Iterator[Running]:
    def make(counter: Quick) -> Options:
        inbox = WhatsAppInbox(client_of(twilio), spool=counter.house.spool, clock=counter.clock)
        hooks = whatsapp_hooks(inbox, token=twilio.auth_token, public_url=PUBLIC, budget=2.0)
        return Options(api_key=KEY, public_url=PUBLIC, hooks=hooks | clickup_hook(secret="s"))

    with running(tmp_path / "data", make, door=True) as edge:
        until("the door is open", lambda: edge.call("GET", "/health").status == 200)
        yield edge


def until(what: str, true: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return found


def raw(hook: Webhook, *more: str) -> bytes:
    """The webhook as bytes on the wire."""
    lines = [f"POST {hook.target} HTTP/1.1", "Host: guichet.example", f"Content-Length: {len(hook.body)}", *more]
    lines += [f"{name}: {value}" for name, value in hook.headers.items() if name.lower() not in ("host", "content-length")]
    return "\r\n".join([*lines, "", ""]).encode() + hook.body


def spoken(web: Running, *pieces: bytes, pause: float = 0.0) -> tuple[int, bytes]:
    """Status and body of the answer to what is written, piece by piece."""
    with socket.create_connection(("127.0.0.1", web.call.port), 20) as line:
        for number, piece in enumerate(pieces):
            time.sleep(pause if number else 0.0)
            line.sendall(piece)
        response = http.client.HTTPResponse(line)
        response.begin()
        return response.status, response.read()


def rows(folder: Path) -> int:
    with sqlite3.connect(folder / "guichet.db") as database:
        return int(database.execute("select count(*) from inbox where inbox != 'folder'").fetchone()[0])


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The lane takes nothing in until this is set."""
    free = threading.Event()
    take = Arrivals.take_all

    def waits(self: Arrivals, several: Sequence[Told]) -> None:
        assert free.wait(20)
        take(self, several)

    monkeypatch.setattr(Arrivals, "take_all", waits)
    yield free
    free.set()


def lying(web: Running) -> list[Path]:
    return sorted((web.counter.settings.data_dir / "door").glob("*"))


# ------------------------------------------------------------------ what it answers


def test_a_signed_webhook_is_answered_once_it_is_on_the_disk_however_busy_the_lanes(
    web: Running, twilio: Twilio, held: threading.Event
) -> None:
    hook = twilio.receive(CLIENT, WORDS, url=URL)
    status, body = spoken(web, raw(hook))
    assert (status, body.endswith(b"<Response/>")) == (200, True)
    assert rows(web.counter.settings.data_dir) == 0
    (file,) = lying(web)
    assert file.stat().st_mode & 0o777 == 0o600
    for private in (b"paiement", CLIENT.encode(), CLIENT[1:].encode(), b"refus"):
        assert private not in file.read_bytes()
    # Told a second time while the first still lies there: one message.
    assert spoken(web, raw(hook))[0] == 200
    assert len(lying(web)) == 2
    held.set()
    until("both are taken in", lambda: not lying(web))
    assert rows(web.counter.settings.data_dir) == 1
    assert spoken(web, raw(hook))[0] == 200
    until("it is taken in", lambda: not lying(web))
    assert rows(web.counter.settings.data_dir) == 1
    web.counter.settle()
    assert len(web.counter.cases()) == 1


def test_the_answer_carries_what_every_answer_carries_and_metrics_count_it(web: Running, twilio: Twilio) -> None:
    hook = twilio.receive(CLIENT, WORDS, url=URL)
    answer = web.call("POST", hook.target, hook.body, **{name.replace("-", "_"): value for name, value in hook.headers.items()})
    other = web.call("GET", "/health")
    for name in (
        "x-content-type-options",
        "x-frame-options",
        "content-security-policy",
        "cache-control",
        "strict-transport-security",
    ):
        assert answer.headers[name] == other.headers[name]
    assert answer.headers["content-type"] == "application/xml"
    row = 'guichet_http_requests_total{method="POST",route="/webhook/whatsapp",status="200"} 1.0'
    until("it is counted", lambda: row in web.call("GET", "/metrics").body.decode())


def test_a_forged_one_is_refused_by_the_daemon_and_leaves_nothing(web: Running, twilio: Twilio, held: threading.Event) -> None:
    hook = twilio.receive(CLIENT, WORDS, url=URL)
    forged = raw(hook).replace(b"Body=Bonjour", b"Body=Bonsoir")
    assert len(forged) == len(raw(hook))
    status, body = spoken(web, forged)
    assert status == 403
    assert "signature" in body.decode()
    assert lying(web) == []
    held.set()


def test_one_connection_may_bring_anything_in_any_order(web: Running, twilio: Twilio) -> None:
    line = http.client.HTTPConnection("127.0.0.1", web.call.port, timeout=20)
    seen = []
    for n in range(6):
        if n in (2, 4):
            line.request("GET", "/health")
        else:
            hook = twilio.receive(CLIENT, f"{WORDS} {n}", url=URL)
            line.request("POST", hook.target, hook.body, dict(hook.headers))
        answer = line.getresponse()
        seen.append((answer.status, bool(answer.read())))
    line.close()
    assert seen == [(200, True)] * 6
    until("all are taken in", lambda: rows(web.counter.settings.data_dir) == 4)


@pytest.mark.parametrize("pause", [0.03, 0.8])
def test_one_that_comes_in_pieces_is_taken_whole_by_the_door_or_by_the_daemon(
    web: Running, twilio: Twilio, pause: float
) -> None:
    whole = raw(twilio.receive(CLIENT, WORDS, url=URL))
    half = len(whole) - 40
    assert spoken(web, whole[:9], whole[9:half], whole[half:], pause=pause)[0] == 200
    until("it is taken in", lambda: rows(web.counter.settings.data_dir) == 1)


def test_what_is_odd_goes_to_the_daemon_which_knows_all_of_http(web: Running, twilio: Twilio) -> None:
    hook = twilio.receive(CLIENT, WORDS, url=URL)
    plain = raw(hook)
    head, _, body = plain.partition(b"\r\n\r\n")
    length = f"Content-Length: {len(body)}".encode()
    chunked = head.replace(length, b"Transfer-Encoding: chunked") + b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert spoken(web, chunked)[0] == 200
    assert spoken(web, head + b"\r\nExpect: 100-continue\r\n\r\n", body, pause=0.1)[0] in (100, 200)
    both = head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"\r\n"
    assert spoken(web, both)[0] == 400
    assert spoken(web, head.replace(length, b"Content-Length: +5") + b"\r\n\r\n12345")[0] in (400, 413)
    assert spoken(web, head.replace(length, b"Content-Length: 99999999") + b"\r\n\r\n")[0] == 413
    assert spoken(web, b"POST /webhook/whatsapp\r\n\r\n")[0] == 400
    assert spoken(web, plain.replace(PATH.encode(), b"/webhook/whatsappe"))[0] == 404
    assert spoken(web, plain.replace(b"POST", b"PUT", 1))[0] == 405
    assert spoken(web, plain)[0] == 200
    until("it is one message", lambda: rows(web.counter.settings.data_dir) == 1)


# ------------------------------------------------------------------ what goes wrong


def test_a_doorstep_that_takes_nothing_leaves_the_webhook_to_the_daemon(web: Running, twilio: Twilio) -> None:
    place = web.counter.settings.data_dir / "door"
    for left in lying(web):
        left.unlink()
    if place.exists():
        place.rmdir()
    place.write_text("no folder")
    assert spoken(web, raw(twilio.receive(CLIENT, WORDS, url=URL)))[0] == 200
    assert rows(web.counter.settings.data_dir) == 1, "the daemon answers after its commit"
    place.unlink()
    assert spoken(web, raw(twilio.receive(CLIENT, f"{WORDS} !", url=URL)))[0] == 200
    until("it is taken in", lambda: rows(web.counter.settings.data_dir) == 2)


def test_a_door_that_dies_is_opened_again_and_one_that_dies_and_dies_is_done_without(web: Running, twilio: Twilio) -> None:
    doorman = web.edge.doorman
    assert doorman is not None
    gone: list[int] = [0]
    for n in range(1, 4):
        until("there is a door", lambda: doorman.process_id not in gone)
        gone.append(doorman.process_id)
        os.kill(gone[-1], signal.SIGKILL)
        assert spoken(web, raw(twilio.receive(CLIENT, f"{WORDS} {n}", url=URL)))[0] == 200
    until("all are taken in", lambda: rows(web.counter.settings.data_dir) == 3)
    assert doorman.process_id == 0
    assert web.call("GET", "/health").status == 200


# ------------------------------------------------------------------ kill -9 (FAILURES 25)


@pytest.mark.parametrize("at", range(1, 7))
def test_killed_between_any_two_steps_of_taking_in_nothing_is_lost_and_nothing_twice(
    tmp_path: Path, twilio: Twilio, at: int
) -> None:
    settings = Settings(data_dir=tmp_path, directives_dir=ROOT / "directives", admin_email=ADMIN)
    hooks = [twilio.receive(CLIENT, f"{WORDS} {n}", url=URL) for n in range(3)]
    step = Doorstep(tmp_path / "door", keys_of(settings))
    for hook in hooks:
        step.put([Call("POST", PATH, "http", "h", {}, hook.body)])
    _taken_in(settings, twilio, at)
    _taken_in(settings, twilio, 0)
    assert step.waiting() == []
    assert rows(tmp_path) == 3


def _taken_in(settings: Settings, twilio: Twilio, at: int) -> None:
    """Open a house and take in, in a child that kills itself before step ``at``: a write, a commit, a removal."""
    child = os.fork()
    if child == 0:
        try:
            left = [at]

            def stepped(function: Callable[..., Any]) -> Callable[..., Any]:
                def do(*args: Any, **kwargs: Any) -> Any:
                    _count(left)
                    result = function(*args, **kwargs)
                    _count(left)
                    return result

                return do

            house = open_house(settings)
            inbox = WhatsAppInbox(client_of(twilio), spool=house.spool)
            step = Doorstep(settings.data_dir / "door", keys_of(settings))
            hooks = whatsapp_hooks(inbox, token=twilio.auth_token, public_url=PUBLIC)
            house.spool.put_many = stepped(house.spool.put_many)  # type: ignore[method-assign]
            house.store.receive = stepped(house.store.receive)  # type: ignore[method-assign]
            step.remove = stepped(step.remove)  # type: ignore[method-assign]
            add_pickup(house, hooks, step, now)
            lane = house.lanes._lanes["door"]  # type: ignore[attr-defined]
            while lane.step():
                pass
            os._exit(0)
        except BaseException:  # whatever it is: nothing may rise out of a forked child into the test run
            import traceback

            traceback.print_exc()
            os._exit(9)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) if at else os.WEXITSTATUS(status) == 0


def _count(left: list[int]) -> None:
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_killed_daemon_takes_its_door_along_and_takes_in_at_its_next_start_what_was_answered(tmp_path: Path) -> None:
    with HubSpot() as hubspot, ClickUp() as clickup, Twilio() as fake, r2_server() as r2:
        counter = Daemon(tmp_path / "data", **Vendors(hubspot, clickup, fake, r2).env)
        hooks = [fake.receive(CLIENT, f"{WORDS} {n}", url=URL) for n in range(8)]
        with counter.running() as process:
            for hook in hooks:
                assert counter.send(hook) == 200
            process.send_signal(signal.SIGKILL)
            process.wait()
            until("the address is free", lambda: not _answers(counter.port), 5)
        with counter.running():
            until("all are taken in", lambda: rows(counter.folder) == len(hooks), 30)
            until("nothing lies there any more", lambda: not list((counter.folder / "door").iterdir()))
            assert rows(counter.folder) == len(hooks)


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
