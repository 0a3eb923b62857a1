"""HubSpot's conversations as an inbox: threads that changed are polled, what visitors wrote in them comes out as mails.

HubSpot sorts threads by their latest message, ascending, after a time that must be given. Windows overlap, since a message may
show up late with an earlier time; the ledger, by thread and message id, keeps it from being taken twice. A thread seen unchanged
costs no further call.

A mail that came through a mailbox connected to HubSpot has a Message-ID, which the conversation does not tell: it stands on the email
that HubSpot logs at the contact. It is looked up there, so that the same mail taken by IMAP as well is one message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.http import Polled
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.mail import Said, as_mail, moment
from connectors.hubspot.message_ids import EMAIL_CHANNEL, message_ids
from core.errors import Rejected, Transient
from core.message import Channel
from core.ports import Batch, Incoming, Ledger

log = logging.getLogger(__name__)

#: Threads and messages of a page; pages of messages that are read of one thread.
PAGE, MOST_PAGES = 100, 20
#: Threads whose state is remembered, so that unchanged ones are not read again.
MOST_REMEMBERED = 5000
#: Seconds after its latest message from which on a thread that was read counts as read: a message may show up late.
LATE = 30.0
#: How often a file that cannot be had just now is tried before its message goes on without it, and files counted.
FILE_TRIES, MOST_TRIED = 3, 1000


class _Later(Exception):
    """A message is left for a next poll."""


class HubSpotInbox(Polled):
    """The conversations of a portal. ``inbox_id`` '' takes those of all its inboxes. ``wake`` is for any thread, the rest for one.

    ``overlap`` is how far (seconds) each window reaches back; ``settle`` how long a mail whose Message-ID is not known yet is
    left for a next poll; ``max_size`` bounds (bytes) a message with its files; ``first_days`` what the first poll takes.
    """

    channel: Channel = "hubspot"

    def __init__(
        self,
        client: HubSpotClient,
        *,
        name: str = "hubspot",
        inbox_id: str = "",
        interval: float = 60.0,
        overlap: float = 300.0,
        settle: float = 60.0,
        max_size: int = 30 * 1024 * 1024,
        first_days: int = 30,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.interval = interval
        self._client = client
        self._inbox_id = inbox_id
        self._overlap = timedelta(seconds=overlap)
        self._settle = timedelta(seconds=settle)
        self._max_size = max_size
        self._first_days = first_days
        self._clock = clock
        super().__init__()
        self._seen: dict[str, str] = {}
        self._tries: dict[str, int] = {}

    # ------------------------------------------------------------------ the port

    def poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        """Batches of at most ``limit`` new messages. The cursor's "since" is the latest message all before which is accounted for."""
        since = self._since(cursor)
        done = since
        waiting = False
        items: list[Incoming] = []
        settled: dict[str, str] = {}
        for thread in self._threads(since - self._overlap):
            id, latest = str(thread["id"]), str(thread.get("latestMessageTimestamp") or "")
            if self._seen.get(id) != latest:
                whole = True
                for item in self._news(thread, since - self._overlap, ledger):
                    if item is None:
                        whole = False
                        continue
                    items.append(item)
                    if len(items) >= limit:
                        yield Batch(tuple(items), _cursor(done))
                        items = []
                if not whole:
                    waiting = True
                elif (self._clock() - moment(latest)).total_seconds() >= LATE:
                    settled[id] = latest
            if not waiting:
                # Threads come by their latest message: what comes next is later than all that was seen.
                done = max(done, moment(latest))
        if items or _cursor(done) != dict(cursor):
            yield Batch(tuple(items), _cursor(done))
        self._remember(settled)

    def acknowledge(self, external_ids: Sequence[str]) -> None:
        """Nothing: what an agent sees in HubSpot stays as it is."""

    def close(self) -> None:
        """Give connections back, and forget what was seen: the ledger knows it."""
        self._seen.clear()
        self._client.close()

    # ------------------------------------------------------------------ threads

    def _since(self, cursor: Mapping[str, str]) -> datetime:
        try:
            found = datetime.fromisoformat(cursor["since"])
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        except (KeyError, ValueError):
            days = self._first_days or 3650
            return self._clock() - timedelta(days=days)

    def _threads(self, after: datetime) -> Iterator[Mapping[str, Any]]:
        """Threads with messages after that time, by their latest one.

        Each page asks for what is later than the last thread of the one before: threads move while we read, and a page by number
        would skip some.
        """
        query = {"sort": "latestMessageTimestamp", "limit": str(PAGE)}
        if self._inbox_id:
            query["inboxId"] = self._inbox_id
        given: set[tuple[str, str]] = set()
        while True:
            window = {**query, "latestMessageTimestampAfter": _stamp(after)}
            last = after
            for number, thread in enumerate(self._pages(self._client.path("threads"), window, 100)):
                last = max(last, moment(thread.get("latestMessageTimestamp")))
                name = (str(thread.get("id") or ""), str(thread.get("latestMessageTimestamp")))
                if name[0].isdecimal() and name not in given:
                    given.add(name)
                    yield thread
                if number + 1 >= PAGE and last - timedelta(milliseconds=1) > after:
                    break
            else:
                return
            after = last - timedelta(milliseconds=1)

    def _pages(self, path: str, query: Mapping[str, str], most: int) -> Iterator[Mapping[str, Any]]:
        after = ""
        for _ in range(most):
            params = {**query, "after": after} if after else dict(query)
            body = self._client.call("GET", path, params=params, reads=True).dict()
            results = body.get("results")
            if not isinstance(results, list):
                raise Transient("HubSpot : la liste des conversations n'est pas lisible")
            yield from (r for r in results if isinstance(r, dict))
            paging = body.get("paging")
            following = paging.get("next") if isinstance(paging, Mapping) else None
            last, after = after, str(following.get("after") or "") if isinstance(following, Mapping) else ""
            if not after or after == last:
                return

    def _news(self, thread: Mapping[str, Any], after: datetime, ledger: Ledger) -> Iterator[Incoming | None]:
        """What is new in a thread, oldest first; None for each message that is left for a next poll."""
        id = str(thread["id"])
        path = self._client.path("messages", id=id)
        said: list[Said] = []
        for data in self._pages(path, {"sort": "-createdAt", "limit": str(PAGE)}, MOST_PAGES):
            one = Said(data)
            if one.at < after:
                break
            if one.wanted:
                said.append(one)
        external = {f"{id}:{one.id}": one for one in reversed(said)}
        unknown = ledger.unknown(list(external))
        ids = message_ids(self._client, thread, [external[u] for u in unknown])
        for name in unknown:
            one = external[name]
            by_mail = str(one.data.get("channelId") or thread.get("originalChannelId") or "") == EMAIL_CHANNEL
            if by_mail and one.id not in ids and self._clock() - one.at < self._settle:
                yield None
                continue
            try:
                yield self._item(name, thread, one, ids.get(one.id, ""))
            except _Later:
                yield None

    def _remember(self, settled: Mapping[str, str]) -> None:
        for id, latest in settled.items():
            self._seen.pop(id, None)
            self._seen[id] = latest
        while len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    # ------------------------------------------------------------------ one message

    def _item(self, name: str, thread: Mapping[str, Any], said: Said, message_id: str) -> Incoming:
        id = str(thread["id"])
        hints = {"conversation": id}
        if thread.get("spam"):
            return Incoming(name, None, 0, said.at, skip="HubSpot tient cette conversation pour indésirable", hints=hints)
        try:
            text, html = self._text(id, said)
            files, lost = self._files(said, len(text) + len(html))
            sender = said.sender if said.sender[0] else self._actor(said)
        except Rejected as error:
            return Incoming(name, None, 0, said.at, error=str(error), hints=hints)
        raw = as_mail(said, thread=id, sender=sender, message_id=message_id, text=text, html=html, files=files, lost=lost)
        return Incoming(name, raw, len(raw), said.at, hints=hints)

    def _text(self, thread: str, said: Said) -> tuple[str, str]:
        """(plain text, HTML), whole."""
        data: Mapping[str, Any] = said.data
        if said.cut:
            path = self._client.path("original", id=thread, message=said.id)
            data = self._client.call("GET", path, reads=True).dict()
        return str(data.get("text") or ""), str(data.get("richText") or "")

    def _files(self, said: Said, size: int) -> tuple[list[tuple[str, bytes]], list[str]]:
        """The files' bytes, and the names of those that are not to be had: the text is kept whatever becomes of them."""
        files: list[tuple[str, bytes]] = []
        lost: list[str] = []
        for id, name in said.files[:50]:
            try:
                place = self._client.call("GET", self._client.path("file", id=id), reads=True).dict()
                extension = str(place.get("extension") or "")
                if extension and not name.casefold().endswith(f".{extension.casefold()}"):
                    name = f"{name}.{extension}"
                room = self._max_size - size
                if int(place.get("size") or 0) > room:
                    lost.append(f"{name} (trop volumineux)")
                    continue
                content = self._client.download(str(place.get("url") or ""), most=room)
            except Rejected as error:
                log.warning("%s: %s", self.name, error)
                lost.append(name)
                continue
            except Transient as error:
                self._tries[id] = self._tries.get(id, 0) + 1
                while len(self._tries) > MOST_TRIED:
                    del self._tries[next(iter(self._tries))]
                if self._tries.get(id, 0) < FILE_TRIES:
                    raise _Later from error
                log.warning("%s: %s", self.name, error)
                lost.append(name)
                continue
            size += len(content)
            files.append((name, content))
        return files, lost

    def _actor(self, said: Said) -> tuple[str, str]:
        """(address, name) of who wrote, where the message itself gives no address."""
        actor = str(said.data.get("createdBy") or "")
        if not actor.startswith("V-"):
            return said.sender
        answer = self._client.call("POST", self._client.path("actors"), body={"inputs": [actor]}, reads=True).dict()
        for one in answer.get("results") or ():
            if isinstance(one, Mapping) and one.get("id") == actor:
                return str(one.get("email") or ""), str(one.get("name") or said.sender[1])
        return said.sender


def _cursor(since: datetime) -> dict[str, str]:
    return {"since": since.isoformat()}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
