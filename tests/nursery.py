"""Processes of the command line forked from one that has loaded everything: the same code, a second or two of work sooner.

Each is a process of its own, with its own surroundings, files and end; what it finds ready is what a start loads and compiles from the
product's own files: modules, directives, patterns. Starts from nothing are walked by test_status, test_service_http, test_service and
test_bad_input (a disk without room), and measured by ``python -m bench.road``.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from engine.forks import Forks, serve_forks

ROOT = Path(__file__).resolve().parent.parent
#: What a process that ended without a word ended by.
KILLED = -signal.SIGKILL
_lock = threading.Lock()


class Process:
    """The part of ``subprocess.Popen`` that a service needs: ``arguments`` begin with the script."""

    def __init__(self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: int, stderr: int) -> None:
        self.returncode: int | None = None
        self.stdout: IO[str] | None = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, _lock:
            self.pid = _template().fork(theirs.fileno())
        self._channel = ours
        self._reaping = threading.Lock()
        told = {"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
        socket.send_fds(ours, [json.dumps(told).encode()], [stdout, stderr])

    def poll(self) -> int | None:
        """What it ended with, None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; what with. Raises subprocess.TimeoutExpired."""
        # Not under the lock: another thread may look, or kill, meanwhile.
        with contextlib.suppress(ValueError):  # the other one was first, and has closed it
            if self.returncode is None and not self._ends(timeout):
                raise subprocess.TimeoutExpired("forked", timeout or 0)
        with self._reaping:
            if self.returncode is None:
                word = self._channel.recv(1)
                with _lock:
                    _template().end(self.pid, 10)
                self._channel.close()
                self.returncode = word[0] if word else KILLED
        return self.returncode

    def _ends(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def popen(arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Process:
    """A process whose two outputs are read as text from ``stdout``."""
    reading, writing = os.pipe()
    try:
        process = Process(arguments, cwd=cwd, env=env, stdout=writing, stderr=writing)
    finally:
        os.close(writing)
    process.stdout = os.fdopen(reading, encoding="utf-8")
    return process


def run(arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """``subprocess.run`` with both outputs captured as text. Raises subprocess.TimeoutExpired, the process killed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        process = Process(arguments, cwd=cwd, env=env, stdout=out.fileno(), stderr=err.fileno())
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, out.read(), err.read())


class _Fresh(Forks):
    """From a Python of its own: this one holds a test run."""

    def _forked(self, ours: socket.socket, theirs: socket.socket) -> subprocess.Popen[bytes]:  # type: ignore[override]
        return self._fresh(theirs)


@cache
def _template() -> Forks:
    """One for a whole run of tests."""
    forks = _Fresh("tests.nursery:template", lambda: {"directives": str(ROOT / "directives")})
    atexit.register(forks.close)
    return forks


# ---- in the template and its children


def template(descriptor: int) -> None:
    """The template's life; what is imported later is found whatever folder a child is in."""
    sys.path[0] = str(ROOT)
    serve_forks(descriptor, _loaded)


def _loaded(told: Mapping[str, Any]) -> Any:
    import assembly
    import edge  # noqa: F401
    import hooks  # noqa: F401
    from console import checks  # noqa: F401
    from engine import examples, service  # noqa: F401
    from engine.directives import load_all
    from engine.pipeline import Setup, warm
    from store import sql  # noqa: F401

    businesses = tuple(load_all(Path(told["directives"])).values())
    warm(Setup(businesses=businesses, authserv_ids=frozenset({"mx.google.com"})))
    assert assembly.VERSION
    return _live


def _live(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as channel:
        body, outputs, _, _ = socket.recv_fds(channel, 1 << 18, 2)
        told = json.loads(body)
        for number, output in enumerate(outputs, 1):
            os.dup2(output, number)
            os.close(output)
        os.environ.clear()
        os.environ.update(told["env"])
        time.tzset()
        os.chdir(told["cwd"])
        tempfile.tempdir = None
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = told["arguments"]
        code = _code(sys.argv[0])
        # As the interpreter ends: it waits for threads that are no daemons, and what was left to do at the end is done.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        channel.sendall(bytes([code & 0xFF]))


def _code(script: str) -> int:
    try:
        runpy.run_path(script, run_name="__main__")
        return 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # as the interpreter does: whatever it is, it is told and the process ends
        traceback.print_exc()
        return 1
