"""The daemon's side of the door (web.door): starts the process, watches it, serves what it hands over, hears what it kept."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from web.door import HANDED
from web.server import Server

log = logging.getLogger("guichet.web")

#: A door that ended so often within so many seconds is no use: the daemon accepts by itself then, until its next start.
DEATHS, WITHIN = 3, 60.0
#: Seconds in which it ends when told to.
ENDS = 2.0


class Doorman:
    """One thread. ``init`` gives what the process is told (door.told), ``kept`` is called after calls were kept.

    ``observe`` is told (route, method, status, seconds) of each, as of the daemon's own requests.
    """

    def __init__(
        self,
        server: Server,
        init: Callable[[], Mapping[str, Any]],
        *,
        kept: Callable[[], None],
        observe: Callable[[str, str, int, float], None],
    ) -> None:
        self._server, self._init, self._kept, self._observe = server, init, kept, observe
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stopping = False
        self._deaths: list[float] = []
        self._thread: threading.Thread | None = None

    def start(self, listening: socket.socket) -> None:
        """Let the process accept there."""
        self._thread = threading.Thread(target=self._run, args=(listening,), name="doorman", daemon=True)
        self._thread.start()

    @property
    def process_id(self) -> int:
        """The process's id, 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    def stop(self) -> None:
        """Let it accept no more, and end."""
        with self._lock:
            self._stopping = True
            if self._control is not None:
                self._control.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(2 * ENDS)

    # ---- in the thread

    def _run(self, listening: socket.socket) -> None:
        while True:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with ours:
                try:
                    with theirs:
                        opened = self._open(listening, ours, theirs)
                    if opened:
                        self._listen(ours)
                except OSError as error:
                    log.error("the door cannot be opened: %s", error)
                with self._lock:
                    self._control = None
            self._end()
            if self._stopping:
                return
            now = time.monotonic()
            self._deaths = [*(at for at in self._deaths if now - at < WITHIN), now]
            if len(self._deaths) >= DEATHS:
                log.error("the door ended %d times: webhooks are answered by the service itself until its next start", DEATHS)
                self._server.accept()
                return
            log.warning("the door ended; another one is opened")

    def _open(self, listening: socket.socket, ours: socket.socket, theirs: socket.socket) -> bool:
        """A new process at the other end; False when the stop came first. Raises OSError."""
        fds = (listening.fileno(), theirs.fileno())
        with self._lock:
            if self._stopping:
                return False
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from door import main; main({fds[0]}, {fds[1]})"],
                pass_fds=fds,
                cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.PIPE,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", "")},
            )
            self._control = ours
        assert self._process.stdin is not None
        with self._process.stdin as pipe:
            pipe.write(json.dumps(dict(self._init())).encode())
        return True

    def _listen(self, control: socket.socket) -> None:
        """What the door says, until it is gone. Raises OSError."""
        while True:
            message, handed, _, _ = socket.recv_fds(control, 65_536, 1)
            for descriptor in handed:
                connection = socket.socket(fileno=descriptor)
                connection.setblocking(False)
                self._server.adopt(connection)
            if not message:
                return
            if message != HANDED and (seen := json.loads(message).get("seen")):
                self._kept()
                for path, seconds in seen:
                    self._observe(path, "POST", 200, seconds)

    def _end(self) -> None:
        process = self._process
        if process is not None:
            try:
                process.wait(ENDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._process = None
