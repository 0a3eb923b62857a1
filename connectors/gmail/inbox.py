"""A mailbox as an inbox: Gmail, or any IMAP server.

What is new is what has a UID above the watermark and is not in the ledger. A UID names a message for ever within one
UIDVALIDITY; when that changes, everything is looked at again, and the messages' identities keep them from being taken twice.
The watermark ("settled_uid") only saves work: it moves past a message when the ledger knows it or it was handed over, never
past one that failed.

The first poll of a mailbox leaves alone what arrived more than ``first_days`` before; the server's own search leaves it out,
so that 100,000 old messages cost one command and no row. The cursor keeps that boundary: "since", and "all_from", the first
UID to which it does not apply (a message that comes later is taken however old its date is).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from connectors.gmail.account import Account
from connectors.gmail.fetch import NAMED, Fetched, Fetcher, Meta
from connectors.gmail.idle import Waiter
from connectors.gmail.session import Refusal, Selected, Session
from connectors.gmail.uids import Progress, uid_sets
from core.errors import PortError, Transient
from core.message import Channel
from core.ports import Batch, Incoming, Ledger

log = logging.getLogger(__name__)

#: Messages that one SEARCH looks at: its answer is one line, and imaplib takes a line up to 1,000,000 bytes.
WINDOW = 20_000
#: Marks that could not be set are kept for a next time, up to this many.
UNMARKED = 10_000
#: Marks that are set together while messages are still coming.
MARKED = 400


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are in a mailbox: the cursor, read."""

    validity: int = 0
    settled: int = 0
    since: datetime | None = None
    all_from: int = 0

    @classmethod
    def read(cls, cursor: Mapping[str, str]) -> Place:
        """From the stored cursor; what cannot be read counts as never stored."""
        try:
            since = datetime.fromisoformat(cursor["since"]) if cursor.get("since") else None
            return cls(int(cursor["uidvalidity"]), int(cursor["settled_uid"]), since, int(cursor.get("all_from", "0")))
        except (KeyError, ValueError):
            return cls()

    def cursor(self) -> dict[str, str]:
        """As it is stored."""
        return {
            "uidvalidity": str(self.validity),
            "settled_uid": str(self.settled),
            "since": self.since.isoformat() if self.since else "",
            "all_from": str(self.all_from),
        }


class GmailInbox:
    """A folder of an IMAP account, over one connection. ``wake`` is for any thread, everything else for one at a time.

    ``label`` marks what was taken (a Gmail label where the server has them, else a keyword such as $Guichet); '' marks nothing.
    ``max_size`` is in bytes, ``interval`` in seconds; ``first_days`` 0 takes everything that is there at the first poll.
    """

    channel: Channel = "email"
    fetches_ahead: Literal[True] = True

    def __init__(
        self,
        account: Account,
        *,
        name: str = "",
        folder: str = "INBOX",
        max_size: int = 30 * 1024 * 1024,
        interval: float = 60.0,
        first_days: int = 30,
        label: str = "Guichet",
        mark_seen: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name or f"gmail:{account.email}"
        self.interval = interval
        self._folder = folder
        self._max_size = max_size
        self._first_days = first_days
        self._label = label
        self._mark_seen = mark_seen
        self._clock = clock
        self._session = Session(account)
        self._fetcher = Fetcher(self._session, max_size)
        self._validity = 0
        self._unmarked: dict[int, None] = {}
        #: While a poll has the connection, it is the poll that marks.
        self._polling = False
        self._marking = threading.Lock()
        self._waiter = Waiter(self._session, self.name)

    # ------------------------------------------------------------------ poll

    def poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        """Batches of at most ``limit`` new messages. Raises Transient or Unauthorized; the connection is closed then."""
        self._polling = True
        try:
            yield from self._poll(cursor, ledger, limit)
            self._flush_marks()
        except PortError:
            self._session.close()
            raise
        except Refusal as error:
            self._session.close()
            raise error.transient("une commande") from None
        finally:
            with self._marking:
                self._polling = False

    def _poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        box = self._select()
        place = self._placed(Place.read(cursor), box)
        self._flush_marks()
        given = dict(cursor)
        uids = self._search(place, box)
        progress = Progress(uids, place.settled)
        for chunk in (uids[i : i + NAMED] for i in range(0, len(uids), NAMED)):
            ids = {f"{place.validity}:{uid}": uid for uid in chunk}
            unknown = [ids[i] for i in ledger.unknown(list(ids))]
            progress.settle(set(chunk).difference(unknown))
            for items, settled in self._take(place, unknown, limit):
                progress.settle(settled)
                if items:
                    given = replace(place, settled=progress.watermark).cursor()
                    yield Batch(items, given)
                # Those who took it may be done with it: while the next is on its way it need not lie here.
                del items
                if len(self._unmarked) >= MARKED:
                    self._flush_marks()
        end = progress.watermark
        if progress.whole:
            # All that was there at the first poll is settled or too old: no need to search it again.
            end = max(end, place.all_from - 1)
        if (last := replace(place, settled=end).cursor()) != given:
            yield Batch((), last)

    def _select(self) -> Selected:
        """The folder, opened anew; a connection that died since the last poll is replaced without a word."""
        if self._session.client is not None:
            try:
                return self._session.select(self._folder)
            except Transient as error:
                log.info("%s: reconnecting: %s", self.name, error)
                self._session.close()
        self._session.open()
        return self._session.select(self._folder)

    def _placed(self, place: Place, box: Selected) -> Place:
        if box.uidvalidity != self._validity:
            # UIDs that this object remembers name other messages now.
            self._validity = box.uidvalidity
            self._unmarked.clear()
            self._fetcher.forget()
        if place.validity == box.uidvalidity:
            return place
        # All that is there now is subject to the boundary in time; on a server that does not tell UIDNEXT, what comes, too.
        all_from = box.uidnext or 2**32
        if place.validity:
            log.warning(
                "%s: UIDVALIDITY went from %s to %s: looking at everything again", self.name, place.validity, box.uidvalidity
            )
            return Place(box.uidvalidity, 0, place.since, all_from)
        since = self._clock() - timedelta(days=self._first_days) if self._first_days else None
        return Place(box.uidvalidity, 0, since, all_from)

    def _search(self, place: Place, box: Selected) -> list[int]:
        """UIDs above the watermark, ascending, without those that the server itself can tell are too old."""
        found: set[int] = set()
        first = place.settled + 1
        if place.since is not None and first < place.all_from:
            # SINCE knows days only, in the server's own time zone: two days more, and the exact date later.
            day = (place.since - timedelta(days=2)).date()
            found.update(self._windows(box, ["SINCE", day, "UID", f"{first}:{place.all_from - 1}"], place.all_from - first))
            first = place.all_from
        # "n:*" means the last message even when its UID is below n.
        newest = self._windows(box, ["UID", f"{first}:*"], (box.uidnext or 2**32) - first)
        found.update(uid for uid in newest if uid >= first)
        return sorted(found)

    def _windows(self, box: Selected, criteria: list[object], most: int) -> Iterator[int]:
        """One SEARCH when at most WINDOW messages can match; else windows of sequence numbers, from the newest down.

        Downwards, because messages that are expunged meanwhile shift the rest down: it is then seen twice, not missed.
        """
        client = self._session.client
        assert client is not None
        top = box.exists if min(box.exists, most) > WINDOW else 0
        last = "*"
        while True:
            low = max(1, top - WINDOW + 1)
            window = [f"{low}:{last}"] if top else []
            with self._session.command("la recherche des messages"):
                found = client.search([*criteria, *window] if window else criteria)
            yield from found
            if low == 1:
                return
            top = low - 1
            last = str(top)

    # ------------------------------------------------------------------ taking

    def _take(self, place: Place, uids: Sequence[int], limit: int) -> Iterator[tuple[tuple[Incoming, ...], set[int]]]:
        """(items, UIDs settled with them), in bounded groups."""
        if not uids:
            return
        told = self._fetcher.metas(uids)
        wanted: list[Meta] = []
        early: list[Incoming] = []
        gone: set[int] = set()
        for uid in uids:
            meta = told[uid]
            if isinstance(meta, Fetched):
                if meta.gone:
                    gone.add(uid)
                else:
                    early.append(self._item(place, meta))
            elif place.since is not None and uid < place.all_from and meta.at is not None and meta.at < place.since:
                why = f"arrivé avant le {place.since:%d/%m/%Y}, premier jour relevé (IMAP_FIRST_DAYS)"
                early.append(replace(self._item(place, Fetched(uid, meta)), skip=why))
            else:
                wanted.append(meta)
        for some in (early[i : i + limit] for i in range(0, len(early), limit)):
            yield tuple(some), {int(item.external_id.partition(":")[2]) for item in some if item.skip} | gone
        if gone and not early:
            yield (), gone
        for group in self._fetcher.groups(wanted, limit):
            fetched = self._fetcher.bodies(group)
            settled = {one.uid for one in fetched if one.gone or not one.error}
            items = tuple(self._item(place, one) for one in fetched if not one.gone)
            del fetched
            yield items, settled
            del items

    def _item(self, place: Place, one: Fetched) -> Incoming:
        meta = one.meta
        return Incoming(
            external_id=f"{place.validity}:{one.uid}",
            raw=one.raw,
            size=meta.size if meta else 0,
            received_at=meta.at if meta and meta.at else self._clock(),
            identity=f"{self._session.account.email}:{meta.gmail_id}" if meta and meta.gmail_id else "",
            head=one.head,
            error=one.error,
            hints={"oversize": str(meta.size)} if meta and one.oversize else {},
        )

    # ------------------------------------------------------------------ marking

    def acknowledge(self, external_ids: Sequence[str]) -> None:
        """Mark what was stored, many in one command. What cannot be marked now is marked at a next poll; never raises.

        While a poll goes on (in another thread perhaps) that does the marking, between its downloads.
        """
        with self._marking:
            for external_id in external_ids:
                validity, _, uid = external_id.partition(":")
                if validity == str(self._validity) and uid.isdigit() and len(self._unmarked) < UNMARKED:
                    self._unmarked[int(uid)] = None
            if self._polling:
                return
        self._flush_marks()

    def _flush_marks(self) -> None:
        box = self._session.selected
        with self._marking:
            marks = list(self._unmarked)
        if not marks or box is None:
            return
        try:
            if box.writable and (self._label or self._mark_seen):
                for uids in uid_sets(marks):
                    self._mark(uids, box)
        except Refusal as error:
            # The server does not keep such marks: they are a courtesy, the ledger is what counts.
            log.info("%s: messages cannot be marked: %s", self.name, error)
        except PortError as error:
            log.info("%s: messages are marked later: %s", self.name, error)
            return
        with self._marking:
            for uid in marks:
                self._unmarked.pop(uid, None)

    def _mark(self, uids: str, box: Selected) -> None:
        client = self._session.client
        assert client is not None
        flags = ["\\Seen"] if self._mark_seen else []
        if self._label and self._session.has("X-GM-EXT-1"):
            try:
                with self._session.command("le marquage des messages par un libellé"):
                    client.add_gmail_labels(uids, [self._label], silent=True)
            except Refusal:
                with self._session.command("la création du libellé"):
                    client.create_folder(self._label)
                with self._session.command("le marquage des messages par un libellé"):
                    client.add_gmail_labels(uids, [self._label], silent=True)
        elif self._label and box.keywords:
            flags.append("$" + "".join(c for c in self._label if c.isascii() and (c.isalnum() or c in "-_")))
        if flags:
            with self._session.command("le marquage des messages"):
                client.add_flags(uids, flags, silent=True)

    # ------------------------------------------------------------------ waiting

    def wait(self, seconds: float) -> bool:
        """Wait for news with IDLE where the server has it, else for ``wake`` alone. True: poll now. Never raises."""
        return self._waiter.wait(seconds)

    def wake(self) -> None:
        """Make ``wait`` return, now or when it is next called."""
        self._waiter.wake()

    def close(self) -> None:
        """Log out and close the connection. It opens again with the next poll."""
        self._session.leave()
