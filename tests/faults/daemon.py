"""The service as a process that is started, killed, frozen and starved at will, and the twin that must be turned away."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from pathlib import Path

from bench.proc import children
from tests.faults.house import ROOT
from tests.nursery import Process, popen

READY = "guichet is ready"
#: Seconds that a start may take on a busy machine.
PATIENCE = 120.0
_NO_LIMIT = resource.RLIM_INFINITY


class Dead(Exception):
    """The service ended by itself, or does not start; the text is the end of its log."""


class Daemon:
    """One process at a time; ``env`` are its settings, and what it says goes to ``log``."""

    def __init__(self, folder: Path, env: dict[str, str], log: Path) -> None:
        self._folder, self._env, self.log = folder, env, log
        self.process: Process | None = None
        self._ready = threading.Event()
        self.starts = 0

    def start(self) -> None:
        """Start it and wait until it says that it is ready. Raises Dead."""
        self.launch()
        self.ready()

    def launch(self) -> None:
        """Start it."""
        self._ready.clear()
        self.starts += 1
        self.process = self._run(self._env)
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def ready(self) -> None:
        """Wait until it says that it is ready. Raises Dead."""
        assert self.process is not None
        end = time.monotonic() + PATIENCE
        while not self._ready.wait(0.05):
            if self.process.poll() is not None or time.monotonic() > end:
                raise Dead(self.tail())

    def _run(self, env: dict[str, str]) -> Process:
        return popen([str(ROOT / "tests" / "faults" / "house.py"), "run"], cwd=self._folder, env=env)

    def _listen(self, process: Process) -> None:
        # By a pipe: a log file of its own would fill up with the disk.
        assert process.stdout is not None
        with self.log.open("a") as log, process.stdout:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if READY in line:
                    self._ready.set()

    def tail(self) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text().splitlines()[-30:]) if self.log.exists() else ""

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """``kill -9``, from any thread."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)

    def buried(self) -> None:
        """Wait until it is gone."""
        if self.process is not None:
            self.process.wait(30)

    def signal(self, number: int) -> None:
        """Send a signal."""
        if self.alive():
            os.kill(self.pid, number)

    def full_disk(self, limit: int) -> None:
        """From now on no file grows beyond so many bytes, as when the disk is full: writes fail in the kernel."""
        if self.alive():
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (limit, _NO_LIMIT))

    def room_again(self) -> None:
        """The disk has room again, for what it started meanwhile as well."""
        for pid in children(self.pid) if self.alive() else ():
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (_NO_LIMIT, _NO_LIMIT))
            except ProcessLookupError:
                continue

    def twin(self) -> bool:
        """Start a second one on the same data; whether it came up. It must be turned away."""
        other = self._run({**self._env, "PORT": "0"})
        assert other.stdout is not None
        try:
            return any(READY in line for line in other.stdout)
        finally:
            other.kill()
            other.wait()
            other.stdout.close()

    def stop(self) -> None:
        """Politely, else by force."""
        if self.process is not None and self.alive():
            self.signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                self.buried()
