"""Reader: stored messages are read in worker processes, so that a hostile mail can cost no more than its own worker.

Workers are forked when there is something to read and end after a while without work; what they are forked from holds the
processors and documents (engine.forks). Each opens the spool for itself, and answers JSON over a socket pair.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from core import codec
from core.errors import PortError, Transient, UserError
from core.ports import InboxRow, ReadRow, Store
from core.steps import Steps, abreast
from engine.collector import give_back, give_back_busy
from engine.forks import Forks
from engine.pipeline import ReadMail

log = logging.getLogger("guichet.reader")

#: Messages of one batch: what follows from them is committed, and delivered, in batches of about that many.
TAKE = 128
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
#: A message that could not be read so often is parked, raw bytes kept.
MOST_ATTEMPTS = 3

#: A message whose files are being read is looked at again by itself after this, should nobody have told that they are.
LOOK_AGAIN = timedelta(minutes=10)

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


class Improves(Protocol):
    """What the language model adds to readings (engine.understanding)."""

    def improve(self, rows: Sequence[ReadRow]) -> list[ReadRow]:
        """The rows, the unsure ones read better. Never raises; bounded in time."""

    def resume(self) -> None:
        """Ask again after a reload, whatever stopped it."""

    def close(self) -> None:
        """End its threads."""


class Reader:
    """The reading lane."""

    def __init__(
        self,
        store: Store,
        pool: ReaderPool,
        *,
        clock: Callable[[], datetime],
        read: Callable[[], None],
        understanding: Improves | None = None,
        share: Callable[[], tuple[int, int]] = lambda: (0, 1),
        documents: Callable[[], None] | None = None,
    ) -> None:
        """``understanding`` reads again with the model what the rules were unsure of; ``share``: see ``Store.unread``.

        ``documents`` is told that files wait to be read; None where nothing reads them.
        """
        self._store, self.pool, self._understanding = store, pool, understanding
        self._clock, self._read, self._share = clock, read, share
        self._documents = documents
        self._reload = False

    def reload(self) -> None:
        """Read by the documents as they are now, from the next batch on; from any thread."""
        self._reload = True

    def run(self) -> int:
        """Read what waits; how many messages."""
        if self._reload:
            self._reload = False
            self.pool.reload()
        now = self._clock()
        rows = self._store.unread(TAKE, now, self._share())
        if not rows:
            self.pool.rest()
            return 0
        done: list[ReadRow] = []
        failed: list[tuple[int, str, datetime | None]] = []
        held: Transient | None = None
        papers: list[tuple[InboxRow, ReadMail]] = []
        for row, answer in self._answers([(row, _task(row)) for row in rows]):
            if isinstance(answer, ReadMail) and answer.wanted:
                papers.append((row, answer))
            elif isinstance(answer, Transient):
                held = answer
            elif isinstance(answer, str):
                failed.append((row.id, answer, again(row, self._clock())))
            else:
                done.append(ReadRow(row, answer.message, answer.reading, answer.fingerprint))
        for row, answer in self._answers(self._with_documents(papers)):
            if isinstance(answer, Transient):
                held = answer
            elif isinstance(answer, str):
                failed.append((row.id, answer, again(row, self._clock())))
            else:
                done.append(ReadRow(row, answer.message, answer.reading, answer.fingerprint))
        if self._understanding is not None and done:
            done = self._understanding.improve(done)
        if done or failed:
            self._store.save_readings(done, failed, self._clock())
            self._read()
        if held is not None:
            raise held
        return len(rows)

    def _answers(self, tasks: Sequence[tuple[InboxRow, Mapping[str, Any]]]) -> Iterator[tuple[InboxRow, Answer]]:
        if tasks:
            yield from zip([row for row, _ in tasks], self.pool.read([task for _, task in tasks]), strict=True)

    def _with_documents(self, papers: Sequence[tuple[InboxRow, ReadMail]]) -> list[tuple[InboxRow, dict[str, Any]]]:
        """Tasks for those whose files were read; the others wait for the lane that reads them (engine.documents)."""
        tasks: list[tuple[InboxRow, dict[str, Any]]] = []
        awaited = False
        for row, read in papers:
            known = self._store.documents([one.sha256 for one in read.wanted], row.taken_at)
            missing = [one for one in read.wanted if one.sha256 not in known]
            if missing and self._documents is not None:
                now = self._clock()
                self._store.await_documents(row.id, read.message, missing, now + LOOK_AGAIN, now)
                awaited = True
            else:
                documents = [codec.plain(known[one.sha256]) for one in read.wanted if one.sha256 in known]
                tasks.append((row, {**_task(row), "documents": documents}))
        if awaited and self._documents is not None:
            self._documents()
        return tasks


def _task(row: InboxRow) -> dict[str, Any]:
    return {
        "raw": row.raw,
        "size": row.size,
        "hints": dict(row.hints),
        "channel": row.channel,
        "now": row.received_at.isoformat(),
        "inbox": row.inbox,
    }


def again(row: InboxRow, now: datetime) -> datetime | None:
    """When a message that could not be read or decided is tried again; None to park it."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        return None
    return now + timedelta(seconds=5.0 * 4**row.attempts)
