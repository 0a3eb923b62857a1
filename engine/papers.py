"""Processes that read files, one file at a time each: whatever a file does, it costs bounded time and memory and nothing else.

A process is started with the first file, serves many, and ends after a while without work. It is given the bytes and answers with a
Document; when it dies or takes too long its whole group is killed, and the Document says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core import codec
from core.document import Code, Document, Kind, Trouble
from core.errors import Transient
from engine.confinement import MEMORY

log = logging.getLogger("guichet.papers")

#: Seconds that one file may take on the clock, and of processor time.
WALL, PROCESSOR = 90.0, 75.0
#: Seconds that a process has to start.
START = 30.0
#: Seconds without work after which a process ends.
KEEP_WARM = 60.0
#: A process that still holds so many bytes after its answer ends: memory that a large file took is not given back otherwise.
GROWN = 300 * 1024**2
#: How a process ends by what it reads.
_CRASHES = frozenset(
    -one for one in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS)
)
#: Bytes of an answer.
ANSWER = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tools:
    """What the processes read with: the path of Tesseract ('' where it is not), its languages, a local Whisper model ('' for none)."""

    tesseract: str = ""
    languages: str = "fra+ara+eng"
    whisper: str = ""


@dataclass(slots=True, eq=False)
class _Process:
    process: subprocess.Popen[bytes]
    pipe: Connection
    used: float = 0.0
    #: Whether it has answered before.
    warm: bool = False
    ended: bool = False


class PaperPool:
    """At most ``size`` processes; who finds all of them at work waits. Safe from several threads at once."""

    def __init__(
        self,
        tools: Callable[[], Tools],
        *,
        size: int = 1,
        wall: float = WALL,
        processor: float = PROCESSOR,
        memory: int = MEMORY,
        keep_warm: float = KEEP_WARM,
    ) -> None:
        """``tools`` is asked whenever a process starts."""
        self._tools, self._wall, self._processor, self._memory, self._keep = tools, wall, processor, memory, keep_warm
        self._idle: list[_Process] = []
        self._busy: list[_Process] = []
        self._lock = threading.Lock()
        self._free = threading.Semaphore(max(1, size))
        self._timer: threading.Timer | None = None
        self._closed = False
        # A process asked to die with its parent (engine.confinement) dies with the thread that started it: one that stays starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="papers-starter")

    def read(self, content: bytes, name: str, kind: Kind, passwords: Sequence[str] = ()) -> Document:
        """What the file says, opened by one of the passwords where it needs one. Raises Transient when no process can be started."""
        told = self._ask({"do": "read", "name": name, "kind": kind, "passwords": list(passwords)}, content)
        if isinstance(told, Trouble):
            return Document(hashlib.sha256(content).hexdigest(), name, kind, (), "", 0.0, 0, told)
        return codec.load(Document, told)

    def picture(self, content: bytes, kind: Kind, page: int, turn: int = 0) -> bytes | Trouble:
        """A page as a JPEG for people to look at. Raises Transient when no process can be started."""
        return self._ask({"do": "picture", "kind": kind, "page": page, "turn": turn}, content)

    def rest(self) -> None:
        """End the processes that had nothing to do for a while."""
        now = time.monotonic()
        with self._lock:
            self._timer = None
            stale = [one for one in self._idle if self._closed or now - one.used >= self._keep]
            self._idle = [one for one in self._idle if one not in stale]
            self._look_later()
        for one in stale:
            _end(one)

    def close(self) -> None:
        """End all that are idle now, the others when they have answered. Nothing is read any more."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
        self.rest()

    def stop(self) -> None:
        """End all of them now; who waits for an answer gets Transient."""
        self.close()
        with self._lock:
            busy = list(self._busy)
        for one in busy:
            _kill(one)

    # ------------------------------------------------------------------ one question

    def _ask(self, request: dict[str, Any], content: bytes) -> bytes | Trouble:
        with self._free:
            one = self._handed(request, content)
            try:
                if not one.pipe.poll(self._wall):
                    self._ended(one)
                    return Trouble("too-slow", f"après {self._wall:.0f} s")
                answer = one.pipe.recv_bytes(ANSWER)
            except (EOFError, OSError):
                self._forget(one)
                told = _fate(one, request, content)
                if self._closed:
                    raise Transient("le service s'arrête") from None
                # One that served others before may have died of them, or of somebody's kill, and one that ended by itself did not die of
                # the file: a fresh one has the last word.
                again = (one.warm or one.process.returncode > 0) and told.code != "too-slow"
                return self._ask_afresh(request, content, again=one.warm) if again else told
            kind = answer[:1]
            if kind.islower():  # it has grown, and goes
                self._ended(one)
            else:
                self._back(one)
            return codec.load(Trouble, answer[1:]) if kind in b"Tt" else answer[1:]

    def _ask_afresh(self, request: dict[str, Any], content: bytes, *, again: bool) -> bytes | Trouble:
        """Called with a turn held: as ``_ask``, in a process that has read nothing yet; in one more where it ends by itself (``again``)."""
        one = self._started()
        try:
            one.pipe.send_bytes(json.dumps(request).encode())
            one.pipe.send_bytes(content)
            if not one.pipe.poll(self._wall):
                return Trouble("too-slow", f"après {self._wall:.0f} s")
            answer = one.pipe.recv_bytes(ANSWER)
            return codec.load(Trouble, answer[1:]) if answer[:1] in b"Tt" else answer[1:]
        except (EOFError, OSError):
            told = _fate(one, request, content)
            if self._closed:
                raise Transient("le service s'arrête") from None
        finally:
            self._ended(one)
        return self._ask_afresh(request, content, again=False) if again and one.process.returncode > 0 else told

    def _handed(self, request: dict[str, Any], content: bytes) -> _Process:
        """A process that has the file. One that died of something else meanwhile is no fault of this file."""
        while True:
            one = self._taken()
            try:
                one.pipe.send_bytes(json.dumps(request).encode())
                one.pipe.send_bytes(content)
            except OSError:
                self._ended(one)
                if self._closed or not one.warm:
                    raise Transient("le processus qui lit les fichiers s'arrête aussitôt") from None
                continue
            return one

    def _taken(self) -> _Process:
        with self._lock:
            if self._closed:
                raise Transient("le service s'arrête")
            while self._idle:
                one = self._idle.pop()
                if one.process.poll() is None:
                    self._busy.append(one)
                    return one
                _end(one)
        return self._started()

    def _forget(self, one: _Process) -> None:
        with self._lock:
            if one in self._busy:
                self._busy.remove(one)

    def _ended(self, one: _Process) -> None:
        self._forget(one)
        _end(one)

    def _started(self) -> _Process:
        ours, theirs = socket.socketpair()
        kept = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "TMPDIR")
        fd = theirs.fileno()

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [sys.executable, "-c", f"from document_worker import main; main({fd})"],
                pass_fds=[fd],
                cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.DEVNULL,
                # Nothing of our environment but where programs are: keys and passwords stand in it.
                env={**{name: os.environ[name] for name in kept if name in os.environ}, "PYTHONDONTWRITEBYTECODE": "1"},
                # Its own group, which is killed as a whole: Tesseract too.
                start_new_session=True,
            )

        process = self._starter.submit(start).result()
        theirs.close()
        one = _Process(process, Connection(ours.detach()))
        tools = self._tools()
        told = {
            "memory": self._memory,
            "grown": GROWN,
            "seconds": self._processor,
            "tesseract": tools.tesseract,
            "languages": tools.languages,
            "whisper": tools.whisper,
        }
        try:
            one.pipe.send_bytes(json.dumps(told).encode())
            if not one.pipe.poll(START):
                raise EOFError
            lacking = json.loads(one.pipe.recv_bytes(65_536))
        except (EOFError, OSError, ValueError):
            _end(one)
            raise Transient("le processus qui lit les fichiers ne démarre pas") from None
        if lacking:
            log.warning("files are read with less protection than they could be, this kernel lacks: %s", ", ".join(lacking))
        with self._lock:
            self._busy.append(one)
        return one

    def _back(self, one: _Process) -> None:
        one.used, one.warm = time.monotonic(), True
        with self._lock:
            self._busy.remove(one)
            if not self._closed:
                self._idle.append(one)
                self._look_later()
                return
        _end(one)

    def _look_later(self) -> None:
        """Called with the lock held."""
        if self._timer is None and self._idle and not self._closed:
            self._timer = threading.Timer(self._keep, self.rest)
            self._timer.daemon = True
            self._timer.start()


def _fate(one: _Process, request: Mapping[str, Any], content: bytes) -> Trouble:
    """Why a process died while it read."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        one.process.wait(2.0)
    status = one.process.returncode
    _end(one)
    # Only a fault in the parser is one of the file's: what somebody killed, or ended by itself, says nothing of it.
    code: Code = "too-slow" if status == -signal.SIGXCPU else "broken" if status in _CRASHES else "fell"
    # Its name may say whose it is; by its hash it is found in the desk and in the spool.
    which = hashlib.sha256(content).hexdigest()[:16]
    told = (status, request.get("kind", "?"), len(content), which)
    log.warning("a file ended the process that read it (status %s): %s, %d bytes, sha256 %s…", *told)
    return Trouble(code, "sa lecture a fait tomber le lecteur" if code == "broken" else "")


def _end(one: _Process) -> None:
    """Kill the process and all it started; once more is harmless."""
    if one.ended:
        return
    one.ended = True
    one.pipe.close()
    _kill(one)
    one.process.wait()


def _kill(one: _Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
