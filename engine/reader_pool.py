"""The processes that read mail: forked when there is something to read, ended after a while without work.

What they are forked from holds the processors and documents (engine.forks). Each opens the spool for itself, and answers JSON over a
socket pair; a hostile mail can cost no more than its own worker.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from core import codec
from core.errors import PortError, Transient, UserError
from core.steps import Steps, abreast
from engine.collector import give_back, give_back_busy
from engine.forks import Forks
from engine.pipeline import ReadMail

log = logging.getLogger("guichet.reader")

#: Seconds one message may take; past it its worker is ended and the message counts a failure.
PER_MESSAGE = 60.0
#: Messages that a worker gets at once, and bytes of them: their files are made durable together. It has two such bundles at
#: most, so that it never waits for us.
BUNDLE, BUNDLE_BYTES, WINDOW = 16, 3 * 1024 * 1024, 2
#: Seconds without work after which the workers end: the next are forked in milliseconds.
KEEP_WARM = 20.0
#: Seconds after which a service is there to stay: a run that polls once and finds nothing need load nothing to read with.
SETTLED = 3.0
#: Seconds that the workers have to end by themselves, all together.
GOODBYE = 1.0

#: What became of one task: what was read; a sentence on why the message cannot be read; or what keeps us from reading at all.
Answer = ReadMail | str | Transient


@dataclass(slots=True, eq=False)
class _Worker:
    """A process with the bundles it has: the numbers of their tasks, and since when the first of them is worked on."""

    pid: int
    pipe: Connection
    tasks: deque[list[int]] = field(default_factory=deque)
    since: float = 0.0


class ReaderPool:
    """The worker processes. Not for use from several threads at once."""

    def __init__(self, forks: Forks, *, size: int, per_message: float = PER_MESSAGE) -> None:
        """``forks`` makes the workers: processes that ``serve``."""
        self.forks, self._size, self._per_message = forks, max(1, size), per_message
        self._workers: list[_Worker] = []
        self._made = self._used = time.monotonic()

    def read(self, tasks: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """One answer a task, in order. Raises Transient where no worker can be had."""
        try:
            return self._read(tasks)
        except BaseException:
            self._let_go()  # what they still have to say would be taken for answers to the next tasks
            raise
        finally:
            self._used = time.monotonic()

    def _read(self, tasks: Sequence[Mapping[str, Any]]) -> list[Answer]:
        answers: list[Answer] = [""] * len(tasks)
        self._ensure(min(self._size, 1 + len(tasks) // 8))
        waiting = self._bundles(tasks)
        left = len(tasks)
        while left:
            if not self._workers:
                self._ensure(1)
            for worker in self._workers:
                while waiting and len(worker.tasks) < WINDOW:
                    bundle = waiting.popleft()
                    try:
                        worker.pipe.send_bytes(json.dumps([tasks[number] for number in bundle]).encode())
                    except OSError:
                        waiting.appendleft(bundle)
                        break
                    worker.since = worker.since if worker.tasks else time.monotonic()
                    worker.tasks.append(bundle)
            ready = wait([w.pipe for w in self._workers], timeout=1.0)
            for worker in list(self._workers):
                if worker.pipe in ready:
                    left -= self._answer(worker, answers, waiting)
                elif worker.tasks and time.monotonic() - worker.since > self._per_message:
                    number = self._end(worker, waiting)
                    if number >= 0:
                        answers[number] = f"lecture interrompue après {self._per_message:.0f} s"
                        left -= 1
        return answers

    def _bundles(self, tasks: Sequence[Mapping[str, Any]]) -> deque[list[int]]:
        """The tasks' numbers, cut so that every worker has its share."""
        most = max(1, min(BUNDLE, -(-len(tasks) // (2 * len(self._workers)))))
        bundles: deque[list[int]] = deque()
        weight = 0
        for number, task in enumerate(tasks):
            size = int(task.get("size", 0))
            if not bundles or len(bundles[-1]) >= most or weight + size > BUNDLE_BYTES:
                bundles.append([])
                weight = 0
            bundles[-1].append(number)
            weight += size
        return bundles

    def _answer(self, worker: _Worker, answers: list[Answer], waiting: deque[list[int]]) -> int:
        """Take the answers to a bundle, or find the worker dead; how many tasks that settled."""
        try:
            bundle = worker.tasks[0] if worker.tasks else []
            # They come in one go, once the files of all are on the disk.
            replies = [worker.pipe.recv_bytes() for _ in bundle] or [worker.pipe.recv_bytes()]
        except (EOFError, OSError):
            number = self._end(worker, waiting)
            if number < 0:
                return 0
            answers[number] = "la lecture de ce message a fait tomber son processus"
            return 1
        worker.tasks.popleft()
        worker.since = time.monotonic()
        for number, reply in zip(bundle, replies, strict=True):
            if reply[:1] == b"!":
                answers[number] = reply[1:].decode("utf-8", "replace")
            elif reply[:1] == b"?":
                answers[number] = Transient(reply[1:].decode("utf-8", "replace"))
            else:
                answers[number] = codec.load(ReadMail, reply)
        return len(bundle)

    def _ensure(self, number: int) -> None:
        # A worker that has nothing to do has nothing to say: its end is all that can be read from it.
        for worker in [w for w in self._workers if not w.tasks and w.pipe.poll(0)]:
            self._end(worker, deque())
        while len(self._workers) < number:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                pid = self.forks.fork(theirs.fileno())
                self._workers.append(_Worker(pid, Connection(ours.detach())))

    def _end(self, worker: _Worker, waiting: deque[list[int]]) -> int:
        """End a worker. The task it had alone is to blame: its number. Of a bundle nobody knows: each is tried alone, and -1."""
        self.forks.end(worker.pid)
        worker.pipe.close()
        self._workers.remove(worker)
        first, *others = worker.tasks or [[]]
        waiting.extendleft(reversed(others))
        if len(first) == 1:
            return first[0]
        waiting.extendleft([number] for number in reversed(first))
        return -1

    def warm(self) -> None:
        """Have what workers are forked from loaded, while the caller goes on; where that cannot be had, the first message asks again."""
        with suppress(Transient):
            self.forks.warm()

    def rest(self) -> None:
        """Be ready to fork; end the workers when there was nothing to read for a while."""
        if time.monotonic() - self._made > SETTLED:
            self.forks.warm()
        if self._workers and time.monotonic() - self._used > KEEP_WARM:
            self._let_go()
            give_back()

    def reload(self) -> None:
        """The next workers read by the documents as they are now."""
        self._let_go()
        self.forks.forget()

    def close(self) -> None:
        """End every worker, and what they are forked from."""
        self._let_go()
        self.forks.close()

    def _let_go(self) -> None:
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.pipe.close()
        end = time.monotonic() + GOODBYE
        for worker in workers:
            self.forks.end(worker.pid, max(0.0, end - time.monotonic()))


#: What a worker does with one task, and with the files of all tasks of a bundle, by their digests.
Reading = tuple[Callable[[Mapping[str, Any], dict[str, bytes]], Steps[ReadMail]], Callable[[Mapping[str, bytes]], object]]


def serve(descriptor: int, reading: Reading) -> None:
    """A worker's life: every line is a bundle of messages to read. Ends when the daemon does.

    Files are made durable before the first answer of their bundle leaves.
    """
    read, keep = reading
    pipe = Connection(descriptor)
    try:
        while True:
            files: dict[str, bytes] = {}
            replies = abreast([_reply(read, task, files) for task in json.loads(pipe.recv_bytes())])
            if files:
                try:
                    keep(files)
                except (UserError, PortError, OSError) as error:
                    replies = [b"?" + str(error).encode("utf-8", "replace")] * len(replies)
            del files
            for reply in replies:
                pipe.send_bytes(reply)
            del replies
            give_back_busy()
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return


def _reply(
    read: Callable[[Mapping[str, Any], dict[str, bytes]], Steps[ReadMail]], task: Mapping[str, Any], files: dict[str, bytes]
) -> Steps[bytes]:
    try:
        mail = yield from read(task, files)
        yield
        return codec.dump(mail)
    except (UserError, PortError, OSError) as error:  # the machine's trouble (a full disk), not the message's
        return b"?" + str(error).encode("utf-8", "replace")
    except Exception as error:  # a defect of ours must cost one message, which is parked with this reason
        log.exception("a message could not be read")
        return b"!" + f"erreur interne : {type(error).__name__} : {error}".encode("utf-8", "replace")
