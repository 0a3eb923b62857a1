"""Bringing messages over: sizes first, then bodies in batches bounded by count and by bytes, each body once.

One message must never hold up the others (rows 2, 3, 11 of FAILURES):
- what is too large is not downloaded, only its header
- what a batch's answer leaves out, or a batch that is refused, is asked for again one by one;
  what fails alone is an item with an error
- a server says "internal error, try later" of a damaged message for ever: that is the message's fault when others come
  through, or when it has been said of it for some polls; until then it is the server's, and the poll ends
- a message at which the connection breaks is asked for alone the next time, and is an item with an error
  when the connection breaks there again
- what is no longer in the mailbox is nobody's: it is left out
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connectors.gmail.session import Refusal, Session
from core.errors import PortError, Transient

#: UIDs named in one command: at most ten digits and a comma each, so a command stays under 4 KiB.
NAMED = 300
#: Bounds of one download.
BATCH_COUNT = 100
BATCH_BYTES = 6 * 1024 * 1024
#: Seconds of a short command from which a server is far, and how many times more bytes a download then has: what a backlog waits for
#: there is the number of commands, and while one is on its way the last download has left the memory.
FAR, FAR_TIMES = 0.1, 2
#: Bytes of the header that are fetched of a message too large.
HEAD = 64 * 1024

#: Why one message cannot be had, for the operator.
BREAKS = "la connexion se coupe chaque fois que le serveur remet ce message : ouvrez-le dans la boîte"
EMPTY = "le serveur remet ce message sans contenu : ouvrez-le dans la boîte"
SILENT = "le serveur ne dit rien de ce message : ouvrez-le dans la boîte"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of a message before its download. ``at`` is when the server got it; ``gmail_id`` is '' elsewhere."""

    uid: int
    size: int
    at: datetime | None
    gmail_id: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message after its turn: ``raw``, or ``error`` and what there is of its header. ``gone``: expunged meanwhile."""

    uid: int
    meta: Meta | None
    raw: bytes | None = None
    head: bytes = b""
    error: str = ""
    oversize: bool = False
    gone: bool = False
    #: Of a failure: the server's words for it were that it is a passing one.
    passing: bool = False


class Fetcher:
    """Downloads from the mailbox that is selected. Remembers between polls at which messages connections broke."""

    def __init__(self, session: Session, max_size: int) -> None:
        self._session = session
        self._max_size = max_size
        self._suspects: set[int] = set()
        self._breaks: dict[int, int] = {}
        self._passing: dict[int, int] = {}
        #: The least seconds that a list of sizes took: how far the server is, however busy it or we were at times.
        self._distance = math.inf

    def forget(self) -> None:
        """UIDs mean other messages now."""
        self._suspects.clear()
        self._breaks.clear()
        self._passing.clear()

    def metas(self, uids: Sequence[int]) -> dict[int, Meta | Fetched]:
        """Size and date of at most NAMED messages; a Fetched with an error for one that cannot even tell those."""
        wanted = ["RFC822.SIZE", "INTERNALDATE"]
        if self._session.has("X-GM-EXT-1"):
            wanted.append("X-GM-MSGID")
        found: dict[int, Meta | Fetched] = {}
        began = time.monotonic()
        try:
            answer = self._fetch(uids, wanted, 0)
            self._distance = min(self._distance, time.monotonic() - began)
        except Refusal as error:
            if error.exhausted:
                raise error.transient("la liste des messages") from None
            answer = {}
        for uid in uids:
            data = answer.get(uid)
            if data is None or b"RFC822.SIZE" not in data:
                data, failure = self._alone(uid, wanted, b"RFC822.SIZE", 0)
                if failure is not None:
                    found[uid] = failure
                    continue
            found[uid] = _meta(uid, data)
        self._judge([f for f in found.values() if isinstance(f, Fetched)], any(isinstance(f, Meta) for f in found.values()))
        return found

    def groups(self, metas: Sequence[Meta], most: int) -> Iterator[list[Meta]]:
        """The messages, in order, in groups for one download each. Suspects go alone."""
        group: list[Meta] = []
        size, most_bytes = 0, BATCH_BYTES * (FAR_TIMES if self._distance >= FAR else 1)
        for meta in metas:
            alone = meta.uid in self._suspects
            weight = 0 if meta.size > self._max_size else meta.size
            if group and (alone or len(group) >= min(most, BATCH_COUNT) or size + weight > most_bytes):
                yield group
                group, size = [], 0
            group.append(meta)
            size += weight
            if alone:
                yield group
                group, size = [], 0
        if group:
            yield group

    def bodies(self, group: Sequence[Meta]) -> list[Fetched]:
        """The whole messages of a group, in its order. Raises Transient (remembering where) when the connection breaks."""
        small = [m for m in group if m.size <= self._max_size and self._breaks.get(m.uid, 0) < 2]
        answer: dict[int, dict[bytes, Any]] = {}
        if small:
            uids = [m.uid for m in small]
            try:
                answer = self._fetch(uids, ["BODY.PEEK[]"], sum(m.size for m in small))
            except Refusal as error:
                if error.exhausted:
                    raise error.transient("la remise des messages") from None
            except PortError:
                self._broke(uids)
                raise
        fetched = [self._one(meta, answer.get(meta.uid)) for meta in group]
        self._judge(fetched, any(one.raw is not None for one in fetched))
        return fetched

    def _judge(self, fetched: Sequence[Fetched], others_came: bool) -> None:
        """Whose fault failures are that the server calls passing. Raises Transient when they are the server's."""
        passing = [one for one in fetched if one.passing]
        doubtful = not others_came and any(self._passing.get(one.uid, 0) < 2 for one in passing)
        for one in passing:
            # A message that was found at fault once stays so, until it comes through.
            self._passing[one.uid] = self._passing.get(one.uid, 0) + 1 if doubtful else 2
        if doubtful:
            raise Transient(passing[0].error)

    def _one(self, meta: Meta, data: dict[bytes, Any] | None) -> Fetched:
        if meta.size > self._max_size:
            return Fetched(meta.uid, meta, head=self._head(meta.uid), oversize=True)
        if self._breaks.get(meta.uid, 0) >= 2:
            # Another chance at the next poll, alone; the ledger counts how often.
            self._breaks[meta.uid] = 1
            return Fetched(meta.uid, meta, error=BREAKS)
        raw = _body(data, meta)
        if raw is None:
            try:
                data, failure = self._alone(meta.uid, ["BODY.PEEK[]"], b"BODY[]", meta.size)
            except Transient:
                self._broke([meta.uid])
                raise
            raw = _body(data, meta)
            if failure is not None:
                head = b"" if failure.gone else self._head(meta.uid)
                return replace(failure, meta=meta, head=head)
            if raw is None:
                return Fetched(meta.uid, meta, head=self._head(meta.uid), error=EMPTY)
        self._suspects.discard(meta.uid)
        self._breaks.pop(meta.uid, None)
        self._passing.pop(meta.uid, None)
        if len(raw) > self._max_size:
            # The server had told a smaller size.
            return Fetched(meta.uid, Meta(meta.uid, len(raw), meta.at, meta.gmail_id), head=_header(raw), oversize=True)
        return Fetched(meta.uid, meta, raw=raw)

    def _broke(self, uids: Sequence[int]) -> None:
        if len(uids) == 1:
            self._breaks[uids[0]] = self._breaks.get(uids[0], 0) + 1
        self._suspects.update(uids)

    def _alone(self, uid: int, wanted: list[str], key: bytes, size: int) -> tuple[dict[bytes, Any], Fetched | None]:
        """One message's data, or how it failed."""
        try:
            data = self._fetch([uid], wanted, size).get(uid)
            if data is not None and key in data:
                return data, None
            if not self._exists(uid):
                return {}, Fetched(uid, None, gone=True)
            why = SILENT
        except Refusal as error:
            if error.exhausted:
                raise error.transient("la remise d'un message") from None
            return {}, Fetched(uid, None, error=str(error.transient("la remise d'un message")), passing=error.temporary)
        return {}, Fetched(uid, None, error=why)

    def _head(self, uid: int) -> bytes:
        """The message's header as far as HEAD bytes; b"" when that fails too."""
        try:
            data = self._fetch([uid], [f"BODY.PEEK[HEADER]<0.{HEAD}>"], HEAD).get(uid, {})
        except Refusal:
            return b""
        return next((v for k, v in data.items() if k.startswith(b"BODY[HEADER]") and isinstance(v, bytes)), b"")

    def _exists(self, uid: int) -> bool:
        client = self._session.client
        with self._session.command("la recherche d'un message"):
            assert client is not None
            return uid in client.search(["UID", str(uid)])

    def _fetch(self, uids: Sequence[int], wanted: list[str], expect: int) -> dict[int, dict[bytes, Any]]:
        client = self._session.client
        with self._session.command("le téléchargement des messages", expect):
            assert client is not None
            answer: dict[int, dict[bytes, Any]] = client.fetch(list(uids), wanted)
            return answer


def _meta(uid: int, data: dict[bytes, Any]) -> Meta:
    size, at, gmail = data.get(b"RFC822.SIZE"), data.get(b"INTERNALDATE"), data.get(b"X-GM-MSGID")
    return Meta(
        uid,
        size if isinstance(size, int) else 0,
        at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo is not None else None,
        str(gmail) if isinstance(gmail, int) else "",
    )


def _body(data: dict[bytes, Any] | None, meta: Meta) -> bytes | None:
    """The message in an answer; None when it is missing, or empty though the server gave it a size."""
    value = (data or {}).get(b"BODY[]")
    if isinstance(value, int):
        # imapclient reads a quoted string of digits as a number.
        value = str(value).encode()
    return value if isinstance(value, bytes) and (value or not meta.size) else None


def _header(raw: bytes) -> bytes:
    head = raw[:HEAD]
    for end in (b"\r\n\r\n", b"\n\n"):
        at = head.find(end)
        if at >= 0:
            return head[: at + len(end)]
    return head
