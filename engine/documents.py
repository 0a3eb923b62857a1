"""The lane that reads files: in their own processes, several at once, each content once, whatever waits for it.

A message whose files wait holds up no other: it is put off until they are read (store.documents), and everything else goes on. Nothing
here decides anything; what cannot be read becomes a Document that says why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.document import Document, Trouble
from core.errors import PortError, Transient, UserError
from core.papers import Papers, WantedFile
from core.ports import Spool
from engine.papers import PaperPool
from processors.documents.limits import Limits

log = logging.getLogger("guichet.documents")

#: Files of one step: then it is committed and the messages go on.
TAKE = 8
#: Seconds before a file that an outside service could not read is tried again; after the last of them it is told as it is.
WAITS = (20.0, 90.0, 400.0)


class Reads(Protocol):
    """A further way to read a file: a voice by a service, a doubtful picture by a model that sees."""

    def read(self, wanted: WantedFile, content: bytes, found: Document | None) -> Document | None:
        """What it says, None for nothing better than ``found``. Raises Transient to be asked again later."""


class Documents:
    """The lane's work."""

    def __init__(
        self,
        store: Papers,
        spool: Spool,
        pool: PaperPool,
        *,
        viewer: PaperPool,
        clock: Callable[[], datetime],
        read: Callable[[], None],
        others: Sequence[Reads] = (),
        voices: bool = False,
        lacking: Callable[[], str] = lambda: "",
    ) -> None:
        """``read`` is told when a message may go on; ``others`` are asked in order, after our own reading.

        ``lacking`` says why a picture could not be read, for want of which program. ``voices``: the processes transcribe too.
        ``viewer`` draws pages for people, who are not to wait for what the lane reads.
        """
        self._store, self._spool, self._pool, self._clock, self._read = store, spool, pool, clock, read
        self.viewer, self._voices, self._lacking = viewer, voices, lacking
        self._ails = ""
        self._begun = False
        self._others = tuple(others)
        self._stopping = threading.Event()

    def run(self) -> int:
        """Read what waits, a few files, each kept as soon as it is read; how many."""
        if not self._begun:
            # What was lacking may have been installed meanwhile.
            self._store.retry_documents(self._clock())
            self._begun = True
        wanted = self._store.wanted_documents(TAKE, self._clock())
        held: list[str] = []
        # Daemons: a service that does not answer must not hold up the end of the process.
        threads = [threading.Thread(target=self._work, args=(one, held), name="documents", daemon=True) for one in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not self._stopping.is_set():
                thread.join(0.25)
        if held and not self._stopping.is_set():
            raise Transient(held[0])
        return 0 if self._stopping.is_set() else len(wanted)

    def _work(self, wanted: WantedFile, held: list[str]) -> None:
        """One file, in a thread of its own."""
        outcome = self._try(wanted)
        if self._stopping.is_set():
            return  # it stays wanted; the store may be closed by now
        try:
            now = self._clock()
            if isinstance(outcome, Document):
                self._watch(outcome)
                if self._store.keep_document(outcome, now):
                    self._read()
            elif isinstance(outcome, float):
                self._store.put_off_document(wanted.sha256, now + timedelta(seconds=outcome), now)
            else:
                held.append(outcome)
        except (PortError, UserError) as error:
            held.append(str(error))

    def stop(self) -> None:
        """Give up what is being read; it stays wanted. From any thread, before the lane is waited for."""
        self._stopping.set()
        self._pool.stop()
        self.viewer.stop()

    def ails(self) -> str:
        """What is wrong though files are handled: pictures go on unread because a program is missing; '' for nothing."""
        return self._ails

    def _watch(self, document: Document) -> None:
        if document.trouble is not None and document.trouble.code == "no-ocr":
            self._ails = self._lacking() or document.trouble.sentence()
        elif any(page.method == "ocr" for page in document.pages):
            self._ails = ""

    def close(self) -> None:
        """End the processes."""
        self.stop()

    def _try(self, wanted: WantedFile) -> Document | float | str:
        """What it says; seconds until it is tried again; why our own processes or the spool are not to be had."""
        try:
            return self._document(wanted)
        except (PortError, OSError) as error:  # the shared spool, a full disk
            return f"des fichiers à lire ne peuvent pas être ouverts pour le moment : {error}"
        except Exception as error:  # a defect of ours costs one file its text, and the message goes on with a person
            log.exception("a file could not be read")
            return _failed(wanted, Trouble("broken", f"erreur interne, {type(error).__name__}"))

    def _document(self, wanted: WantedFile) -> Document | float:
        if wanted.size > Limits().bytes:
            return _failed(wanted, Trouble("too-large", f"{wanted.size / 1e6:.0f} Mo"))
        try:
            content = self._spool.get(wanted.sha256)
        except KeyError:
            return _failed(wanted, Trouble("missing"))
        found: Document | None = None
        if wanted.kind != "voice" or self._voices:
            more = (wanted.passwords,) if wanted.passwords else ()
            found = self._pool.read(content, wanted.name, wanted.kind, *more)
        for other in self._others:
            try:
                found = other.read(wanted, content, found) or found
            except Transient as error:
                if wanted.attempts < len(WAITS):
                    return max(WAITS[wanted.attempts], min(error.after or 0.0, 900.0))
                # What our own reading gave stands, doubtful as it is.
                found = found or _failed(wanted, Trouble("unreachable"))
        return found or _failed(wanted, Trouble("no-transcription"))


def _failed(wanted: WantedFile, trouble: Trouble) -> Document:
    return Document(wanted.sha256, wanted.name, wanted.kind, (), "", 0.0, 0, trouble)
