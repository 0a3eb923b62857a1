"""Processes forked from one warm process, the template: modules and compiled documents are loaded once, and shared in memory.

The template has one thread, which only forks, ends and counts its children; what comes from outside is worked on in these alone.
It is itself forked from the daemon as long as that has one thread, else a fresh Python. It goes when the daemon goes: its socket
ends. A child that has ended is kept by the template until it is asked for, so that its number can stand for no other process.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import Transient
from engine.collector import LARGE_READ, give_back, spare_collector, spare_memory

log = logging.getLogger("guichet.forks")

#: What a child does with its end of a socket pair, for the rest of its life.
Life = Callable[[int], None]

#: Seconds that the template has for an answer: it may have to load everything first.
PATIENCE = 60.0
#: Seconds between two looks at a child that is to end by itself.
_LOOK = 0.01


class Forks:
    """The daemon's end of a template. Not for use from several threads at once."""

    def __init__(self, main: str, know: Callable[[], Mapping[str, Any]]) -> None:
        """``main`` is "module:function", which lives the template's life over a descriptor by calling ``serve_forks``.

        ``know`` gives what the template is told before it forks for the first time, and after ``forget`` again; JSON-like.
        """
        self._main, self.know = main, know
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | int | None = None
        self._told = False
        #: The children of this template; those of one before it are nobody's.
        self._children: set[int] = set()

    def begin(self, *, fresh: bool = True) -> None:
        """Have a template. Before there are threads it is forked from this process, and shares what that has loaded.

        ``fresh`` False leaves it for later where that cannot be done.
        """
        alone = _alone()
        if self._control is not None or not (alone or fresh):
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = self._forked(ours, theirs) if alone else self._fresh(theirs)
        ours.settimeout(PATIENCE)
        self._control, self._told = ours, False

    def warm(self) -> None:
        """Have a template that knows all; it gets ready while the caller goes on. Raises Transient."""
        self.begin()
        if not self._told:
            self._tell({"do": "know", "known": dict(self.know())})
            self._told = True

    def fork(self, descriptor: int) -> int:
        """A new child that lives with that descriptor; its number. Raises Transient."""
        self.warm()
        pid = int(self._ask({"do": "fork"}, descriptor)["pid"])
        self._children.add(pid)
        return pid

    def end(self, pid: int, within: float = 0.0) -> None:
        """The child is gone when this returns: by itself within so many seconds, or killed."""
        if pid in self._children:
            with suppress(Transient):
                self._ask({"do": "end", "pid": pid, "within": within})
                self._children.discard(pid)
                return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)

    def forget(self) -> None:
        """Tell the next child's template anew what it is to know."""
        self._told = False

    def close(self) -> None:
        """End the template; children end when their sockets do."""
        if self._control is not None:
            self._control.close()
        process, self._control, self._process = self._process, None, None
        self._children.clear()
        if isinstance(process, int):
            with suppress(ChildProcessError):
                _gone(process, 1.0)
        elif process is not None:
            try:
                process.wait(1.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # ---- talking to it

    def _ask(self, message: Mapping[str, Any], descriptor: int = -1) -> dict[str, Any]:
        self._tell(message)
        assert self._control is not None
        try:
            if descriptor >= 0:
                socket.send_fds(self._control, [b"."], [descriptor])
            answer: dict[str, Any] = json.loads(_receive(self._control))
        except (OSError, EOFError) as error:
            self.close()
            raise Transient(f"le processus qui lance les lecteurs ne répond pas ({error or 'fini'})", 1.0) from error
        if "error" in answer:
            raise Transient(str(answer["error"]), 5.0)
        return answer

    def _tell(self, message: Mapping[str, Any]) -> None:
        if self._control is None:
            raise Transient("le processus qui lance les lecteurs n'est pas là", 1.0)
        body = json.dumps(message).encode()
        try:
            self._control.sendall(len(body).to_bytes(4, "big") + body)
        except OSError as error:
            self.close()
            raise Transient(f"le processus qui lance les lecteurs ne répond pas ({error})", 1.0) from error

    # ---- making it

    def _forked(self, ours: socket.socket, theirs: socket.socket) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        # What is loaded stays: left out of the collector's rounds, which write into every object, its pages stay shared.
        gc.collect()
        gc.freeze()
        pid = os.fork()
        if pid:
            return pid
        # The child must never come back into what its parent was doing.
        status = 1
        try:
            ours.close()
            _alone_with(theirs.fileno())
            module, _, function = self._main.partition(":")
            getattr(importlib.import_module(module), function)(theirs.fileno())
            status = 0
        except BaseException:  # whatever it is: nothing may rise out of a forked child into what its parent was doing
            log.exception("the template has failed")
        finally:
            os._exit(status)

    def _fresh(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        module, _, function = self._main.partition(":")
        return subprocess.Popen(
            [sys.executable, "-c", f"from {module} import {function}; {function}({theirs.fileno()})"],
            pass_fds=[theirs.fileno()],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", "")},
        )


def serve_forks(descriptor: int, know: Callable[[Mapping[str, Any]], Life]) -> None:
    """The template's life. ``know`` loads what children need and says how they live; it runs once for every telling."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the daemon, which ends us by the socket
    spare_memory(LARGE_READ)
    control = socket.socket(fileno=descriptor)
    children: set[int] = set()
    live: Life | None = None
    trouble = ""
    while True:
        try:
            message = json.loads(_receive(control))
        except (EOFError, OSError):
            return
        if message["do"] == "know":
            live, trouble = None, ""
            gc.disable()  # what is loaded stays: looking through it again and again takes a fifth of the time
            try:
                live = know(message["known"])
            except Exception as error:  # whatever it is, the daemon must hear of it when it wants a child
                log.exception("the readers' documents could not be loaded")
                trouble = f"{type(error).__name__} : {error}"
            spare_collector()
            give_back()
            gc.enable()
            continue
        answer: dict[str, Any] = {}
        if message["do"] == "fork":
            _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            try:
                if live is None:
                    raise ChildProcessError(trouble or "nothing is known yet")
                answer["pid"] = _child(live, descriptors[0], control)
                children.add(answer["pid"])
            except OSError as error:
                answer["error"] = f"un lecteur n'a pas pu être lancé : {error}"
            finally:
                for one in descriptors:
                    os.close(one)
        elif message["pid"] in children:
            children.discard(message["pid"])
            _gone(message["pid"], float(message["within"]))
        body = json.dumps(answer).encode()
        try:
            control.sendall(len(body).to_bytes(4, "big") + body)
        except OSError:
            return


def _child(live: Life, descriptor: int, control: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        control.close()
        live(descriptor)
        status = 0
    except BaseException:  # whatever it is: nothing may rise out of a forked child into the template's own loop
        log.exception("a worker has failed")
    finally:
        os._exit(status)


def _gone(pid: int, within: float) -> None:
    """Wait so long for a child to end, then end it."""
    end = time.monotonic() + within
    while not os.waitpid(pid, os.WNOHANG)[0]:
        if time.monotonic() >= end:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return
        time.sleep(_LOOK)


def _alone() -> bool:
    """Whether this process has one thread, libraries' own included: forking is safe then."""
    try:
        return threading.active_count() == 1 and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:  # no such folder on this system: what is not certain is not done
        return False


def _alone_with(descriptor: int) -> None:
    """A forked process lets go of all that its parent had open: locks, databases, sockets; and of how it took signals."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))


def _receive(channel: socket.socket) -> bytes:
    """One message: its length in four bytes, then itself. Raises EOFError, OSError."""
    return _exactly(channel, int.from_bytes(_exactly(channel, 4), "big"))


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = channel.recv(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
