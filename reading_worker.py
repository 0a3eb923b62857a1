"""The processes that read mail: forked from a template that has loaded all they use, told once what they need to know."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spools import opened

if TYPE_CHECKING:
    from core.steps import Steps
    from engine.forks import Life
    from engine.pipeline import ReadMail, Setup
    from engine.reader_pool import Reading

#: By how much reading steps back behind the service itself where both want the processor (nice(2)).
READING_NICE = 5
#: Address space of a reading worker.
WORKER_BYTES = 2 * 1024**3


def reading_template(descriptor: int) -> None:
    """The life of the process that the reading workers are forked from (engine.forks starts it)."""
    from engine.forks import serve_forks

    serve_forks(descriptor, reading_life)


def reading_life(told: Mapping[str, Any]) -> Life:
    """How a worker lives, from what the template was told; all that it will use is loaded here, before the first fork."""
    import resource

    from engine.pipeline import warm
    from engine.reader_pool import serve

    setup = setup_told(told)
    warm(setup)

    def live(descriptor: int) -> None:
        # Who waits for an answer of the web must not wait for those that read.
        with contextlib.suppress(OSError):
            os.nice(READING_NICE)
        # A hostile mail must cost its own worker, not the machine.
        resource.setrlimit(resource.RLIMIT_AS, (WORKER_BYTES, WORKER_BYTES))
        serve(descriptor, reading_by(setup, told))

    return live


def setup_told(told: Mapping[str, Any]) -> Setup:
    """What reading needs to know, as the daemon tells it."""
    from engine.directives import compile_business
    from engine.pipeline import Setup

    return Setup(
        businesses=tuple(compile_business(name, documents, trusted=True) for name, documents in told["documents"].items()),
        own_addresses=frozenset(told["own"]),
        authserv_ids=frozenset(told["authserv"]),
        country=told.get("country", ""),
    )


def reading_by(setup: Setup, told: Mapping[str, Any]) -> Reading:
    """What a worker does with a task and with files."""
    from core import codec
    from core.document import Document
    from engine.pipeline import reading_mail
    from store.crypto import Keys

    spool = opened(told["spool"], Keys.derive(told["secret"]))

    def read(task: Mapping[str, Any], files: dict[str, bytes]) -> Steps[ReadMail]:
        known = task.get("documents")
        return reading_mail(
            spool.get(task["raw"]),
            setup,
            now=datetime.fromisoformat(task["now"]),
            hints=task["hints"],
            keep=files.update,
            get=spool.get,
            channel=task["channel"],
            documents=None if known is None else [codec.revive(Document, one) for one in known],
            account=task.get("inbox", ""),
            digest=task["raw"],
        )

    return read, spool.put_known
