"""Workers forked from a template: what they know, how they end, and what is left when the daemon or the template is killed."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.mailbox import mails
from core.errors import PortError, Transient
from core.steps import Steps, abreast
from engine.directives import load_all
from engine.forks import Forks
from engine.pipeline import ReadMail, Setup, read_mail, reading_mail
from engine.reader_pool import ReaderPool, Reading, serve

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "tests.fork_life:template"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETUP = Setup(tuple(load_all(ROOT / "directives").values()))


@pytest.fixture
def told() -> dict[str, Any]:
    return {"word": "first"}


@pytest.fixture
def forks(told: dict[str, Any]) -> Iterator[Forks]:
    made = Forks(TEMPLATE, lambda: told)
    yield made
    made.close()


def born(forks: Forks) -> tuple[int, socket.socket]:
    """A child and our end of its socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        pid = forks.fork(theirs.fileno())
    ours.settimeout(20)
    return pid, ours


def asked(channel: socket.socket) -> list[str]:
    channel.sendall(b"say")
    return channel.recv(200).decode().split()


def alive(pid: int) -> bool:
    """Running, not merely kept until somebody asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(wanted: Any, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_children_are_of_one_template_and_end_when_told(forks: Forks) -> None:
    pids, channels = zip(*(born(forks) for _ in range(2)), strict=True)
    said = [asked(channel) for channel in channels]
    assert [one[0] for one in said] == ["first", "first"]
    assert len({(one[1], one[2]) for one in said}) == 1
    assert all(one[1] == one[2] for one in said), "a child's parent is the template that loaded what it knows"
    forks.end(pids[0])
    assert not Path(f"/proc/{pids[0]}").exists(), "ended and counted: its number may be another's"
    assert asked(channels[1])[0] == "first"
    channels[1].close()
    forks.end(pids[1], within=10.0)
    assert not Path(f"/proc/{pids[1]}").exists()


def test_a_child_that_does_not_end_by_itself_is_killed_in_time(forks: Forks) -> None:
    pid, channel = born(forks)
    began = time.monotonic()
    forks.end(pid, within=0.2)
    assert 0.2 <= time.monotonic() - began < 8
    assert not Path(f"/proc/{pid}").exists()
    assert channel.recv(1) == b""


def test_a_dead_child_keeps_its_number_until_it_is_asked_for(forks: Forks) -> None:
    pid, channel = born(forks)
    channel.sendall(b"die")
    assert channel.recv(1) == b""
    assert until(lambda: not alive(pid))
    assert Path(f"/proc/{pid}").exists()
    forks.end(pid)
    assert not Path(f"/proc/{pid}").exists()


def test_what_is_known_is_told_again_only_when_forgotten(forks: Forks, told: dict[str, Any]) -> None:
    assert asked(born(forks)[1])[0] == "first"
    told["word"] = "second"
    assert asked(born(forks)[1])[0] == "first"
    forks.forget()
    assert asked(born(forks)[1])[0] == "second"


def test_documents_that_cannot_be_loaded_are_told_and_mended(forks: Forks, told: dict[str, Any]) -> None:
    told["broken"] = True
    with pytest.raises(Transient, match="these documents are broken"):
        born(forks)
    told["broken"] = False
    forks.forget()
    assert asked(born(forks)[1])[0] == "first"


def test_a_killed_template_is_replaced(forks: Forks) -> None:
    pid, channel = born(forks)
    os.kill(int(asked(channel)[1]), signal.SIGKILL)
    with pytest.raises(Transient):
        born(forks)
    assert asked(channel)[0] == "first", "the child goes on"
    other, beside = born(forks)
    assert asked(beside)[0] == "first"
    forks.end(pid)
    assert until(lambda: not alive(pid))
    assert alive(other)


#: A process with one thread that holds a lock, has a template forked from it and a child from that, says their numbers and waits.
DAEMON = """
import fcntl, os, socket, sys, time
from engine.forks import Forks
lock = open(sys.argv[1], "a+")
fcntl.flock(lock, fcntl.LOCK_EX)
forks = Forks("tests.fork_life:template", lambda: {"word": "lone"})
forks.begin(fresh=False)
ours, theirs = socket.socketpair()
pid = forks.fork(theirs.fileno())
theirs.close()
ours.sendall(b"say")
print(*ours.recv(200).decode().split(), pid, os.getpid(), flush=True)
time.sleep(60)
"""


def test_forked_from_the_daemon_it_holds_nothing_of_it_and_goes_with_it(tmp_path: Path) -> None:
    """A daemon that is killed leaves its lock free at once, and neither template nor children behind."""
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", DAEMON, str(lock)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        word, template, parent, files, child, own = daemon.stdout.readline().split()
        assert (word, template) == ("lone", parent)
        assert int(own) == daemon.pid
        status = Path(f"/proc/{template}/status").read_text()
        assert f"PPid:\t{own}\n" in status, "forked, not started anew"
        assert int(files) <= 5, "standard streams, its socket, and the folder that lists them"
        daemon.kill()
        daemon.wait()
        with lock.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert until(lambda: not alive(int(template)) and not alive(int(child)))


def test_a_process_with_threads_is_not_forked(forks: Forks) -> None:
    """Test processes have threads: here the template is a fresh Python."""
    stop = threading.Event()
    threading.Thread(target=stop.wait, daemon=True).start()
    try:
        forks.begin(fresh=False)
        assert forks._process is None
        assert asked(born(forks)[1])[0] == "first"
        assert isinstance(forks._process, subprocess.Popen)
    finally:
        stop.set()


class _Threads:
    """Stands for Forks: a worker is a thread of this process."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.born = 0

    def fork(self, descriptor: int) -> int:
        self.born += 1
        threading.Thread(target=serve, args=(os.dup(descriptor), self.reading), daemon=True).start()
        return self.born

    def end(self, pid: int, within: float = 0.0) -> None: ...


def test_a_pool_that_failed_takes_no_late_answer_for_another_message() -> None:
    """Answers to a batch that was given up, still on their way, must not become those of the next."""
    started, going = threading.Event(), threading.Event()

    def read(task: Mapping[str, Any], files: dict[str, bytes]) -> Steps[ReadMail]:
        del files
        if task["name"] == "old":
            started.set()
            going.wait(10)
        return reading_mail(f"Subject: {task['name']}\r\n\r\nx".encode(), SETUP, now=NOW, hints={})

    pool = ReaderPool(_Threads((read, lambda files: None)), size=1)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.reader_pool.wait", lambda *args, **kwargs: started.wait(10) and 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pool.read([{"name": "old"}])
    going.set()
    (answer,) = pool.read([{"name": "new"}])
    assert isinstance(answer, ReadMail)
    assert answer.message.subject == "new"


def test_mails_of_one_bundle_are_read_as_each_alone_and_one_that_cannot_be_costs_only_itself() -> None:
    raws = {f"{n}": mail.raw for n, mail in enumerate(mails(12, 6, malformed=0.3))}
    done: list[str] = []

    def read(task: Mapping[str, Any], files: dict[str, bytes]) -> Steps[ReadMail]:
        if task["name"] == "lost":
            raise PortError("no such content")
        mail = yield from reading_mail(raws[task["name"]], SETUP, now=NOW, hints={}, keep=files.update)
        if task["name"] == "2":
            raise ZeroDivisionError("a defect of ours")
        done.append(task["name"])
        return mail

    pool = ReaderPool(_Threads((read, lambda files: None)), size=1)  # type: ignore[arg-type]
    pool._bundles = lambda tasks: deque([list(range(len(tasks)))])  # type: ignore[method-assign]
    names = [*raws, "lost"]
    answers = dict(zip(names, pool.read([{"name": name} for name in names]), strict=True))
    assert isinstance(answers["lost"], Transient)
    assert answers["2"] == "erreur interne : ZeroDivisionError : a defect of ours"
    assert sorted(done) == sorted(raws.keys() - {"2"})
    assert {name: answers[name] for name in done} == {name: read_mail(raws[name], SETUP, now=NOW, hints={}) for name in done}


def test_of_a_bundle_only_one_raw_mail_is_held_at_a_time() -> None:
    class Raw(bytes):
        def __del__(self) -> None:
            gone.append(len(self))

    gone: list[int] = []
    raw = next(mails(1, 6)).raw

    def read(number: int) -> Steps[ReadMail]:
        assert len(gone) == number, "the mail before is still there"
        return (yield from reading_mail(Raw(raw), SETUP, now=NOW, hints={}))

    assert len(abreast(map(read, range(3)))) == 3
    assert gone == [len(raw)] * 3
