"""WhatsApp as an inbox. Webhooks are the fast way in (``receive``); polling the list of messages finds those that were missed.

Twilio gives a webhook 15 seconds and one more try: an outage of ours loses it, the list does not. A poll looks at the list from
``overlap`` before the last good poll on, and leaves out the last seconds, when the webhook may still be on its way (it tells
more than the list does). What is known already is left alone by the ledger, under the message's sid, however it came.

A message is handed over with its text whatever becomes of its files. One that was not there yet comes as an item of its own,
``<sid>/media``, that answers the first; it is asked for with growing pauses for about a day.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.http import Polled
from connectors.whatsapp.client import MEDIA, SID, TwilioClient, moment, stamp
from connectors.whatsapp.media import Fetched, MediaFetcher
from connectors.whatsapp.place import MOST_LATE, Missing, Place
from connectors.whatsapp.signature import Params
from connectors.whatsapp.webhook import count_media, incoming, item
from core.errors import PortError
from core.message import Channel
from core.ports import Batch, Incoming, Ledger, Spool

log = logging.getLogger(__name__)

#: Pauses before a late file is asked for again, seconds; about a day in all.
LATE = (60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800, 28800)
#: Of the list: how much one query covers, so that it stays short after a long outage.
SLICE = timedelta(days=1)
#: Younger than this, a file that is not there may come any second.
FRESH = timedelta(minutes=10)


class WhatsAppInbox(Polled):
    """Messages to one WhatsApp number. ``receive`` and ``wake`` are for any thread, everything else for one at a time.

    ``overlap``, ``grace`` and ``interval`` in seconds; ``first_days``: how far back the first poll looks, 0 not at all.
    ``max_media`` in bytes. ``heard`` is told who wrote when (``WhatsAppOutlet.heard``). ``pressable``: our texts may have buttons.
    """

    channel: Channel = "whatsapp"

    def __init__(
        self,
        client: TwilioClient,
        *,
        spool: Spool,
        name: str = "",
        interval: float = 60.0,
        overlap: float = 3600.0,
        grace: float = 45.0,
        first_days: int = 3,
        max_media: int = 25 * 1024 * 1024,
        heard: Callable[[str, datetime], None] | None = None,
        fetcher: MediaFetcher | None = None,
        pressable: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name or client.account.address
        self.interval = interval
        self._client = client
        self._spool = spool
        self._overlap, self._grace = timedelta(seconds=overlap), timedelta(seconds=grace)
        self._first = timedelta(days=first_days)
        self._heard = heard
        self._pressable = pressable
        self._media = fetcher or MediaFetcher(client.account, max_bytes=max_media, count=client.count)
        self._clock = clock
        super().__init__()
        self._late: dict[str, Missing] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ webhooks

    def receive(self, params: Params, budget: float = 6.0) -> Incoming:
        """The message of a verified webhook with its files, which are waited for ``budget`` seconds at most.

        To be stored before Twilio is answered. Raises ValueError when the webhook tells no message; OSError or UserError when
        the spool cannot keep a file.
        """
        now = self._clock()
        told = incoming(params, now=now)
        form = dict(params)
        self._tell(form, now)
        if not count_media(form):
            return told
        return incoming(params, now=now, media=self._files(form, budget, now))

    # ------------------------------------------------------------------ polling

    def poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        """Messages that no webhook brought, oldest first. Raises PortError."""
        now = self._clock()
        given = dict(cursor)
        place = self._placed(Place.read(cursor, now), now)
        for one in self._come_late(place, ledger, now):
            given = place.cursor()
            yield Batch((one,), given)
        start, end = (place.until or now - self._first) - self._overlap, now - self._grace
        while start < end:
            until = min(start + SLICE, end)
            for rows in self._unknown(start, until, ledger, limit):
                items = tuple(self._item(row, now) for row in rows)
                self._merge(place)
                given = place.cursor()
                yield Batch(items, given)
            start = place.until = max(place.until or until, until)
        # A cursor that only grew older is not worth a commit: looking twice at an hour costs nothing.
        if given.get("late", "") != place.cursor()["late"] or self._aged(given, place):
            yield Batch((), place.cursor())

    def _aged(self, given: Mapping[str, str], place: Place) -> bool:
        before = Place.read(given, place.until or self._clock()).until
        return before is None or (place.until is not None and place.until - before > self._overlap / 2)

    def _placed(self, place: Place, now: datetime) -> Place:
        """With what this process knows of late files; a cursor from the future (a clock set back) starts anew."""
        if place.until is not None and place.until > now + self._overlap:
            place.until = None
        with self._lock:
            place.late |= self._late
            self._late = dict(place.late)
        return place

    def _merge(self, place: Place) -> None:
        with self._lock:
            place.late |= self._late

    def _unknown(self, start: datetime, until: datetime, ledger: Ledger, limit: int) -> Iterator[list[dict[str, str]]]:
        """Inbound messages of that time which nobody took, oldest first, as forms, in groups."""
        found: dict[str, dict[str, str]] = {}
        page: dict[str, dict[str, str]] = {}
        for row in self._client.messages(To=self._client.account.address, since=stamp(start), until=stamp(until)):
            sid, at = str(row.get("sid")), moment(row.get("date_sent"))
            if row.get("direction") == "inbound" and row.get("status") == "received" and SID.fullmatch(sid) and at is not None:
                page[sid] = _form(row, at)
            if len(page) >= 1000:
                found |= {sid: page[sid] for sid in ledger.unknown(list(page))}
                page = {}
        found |= {sid: page[sid] for sid in ledger.unknown(list(page))} if page else {}
        forms = sorted(found.values(), key=lambda form: (form["DateSent"], form["MessageSid"]))
        yield from (forms[i : i + limit] for i in range(0, len(forms), limit))

    def _item(self, form: dict[str, str], now: datetime) -> Incoming:
        at = datetime.fromisoformat(form.pop("DateSent"))
        self._tell(form, at)
        media: list[dict[str, Any]] = []
        if count_media(form):
            form |= self._media_fields(form["MessageSid"])
            media = self._files(form, 10.0 if now - at < FRESH else 0.0, now)
        return item(form, media, received_at=at, source="list", sent_at=at, pressable=self._pressable)

    def _media_fields(self, sid: str) -> dict[str, str]:
        """What a webhook would have said of the files, {} when they cannot be listed now."""
        try:
            rows = self._client.media_of(sid)
        except PortError as error:
            log.info("%s: the files of %s cannot be listed: %s", self.name, sid, error)
            return {}
        found: dict[str, str] = {}
        for number, row in enumerate(rows):
            found[f"MediaUrl{number}"] = str(row.get("uri", "")).removesuffix(".json")
            found[f"MediaContentType{number}"] = str(row.get("content_type") or "")
        return found

    # ------------------------------------------------------------------ files

    def _files(self, form: Mapping[str, str], budget: float, now: datetime) -> list[dict[str, Any]]:
        """Every file of the message as the envelope has it; those that may still come are remembered."""
        sid, total = form["MessageSid"], count_media(form)
        described = [self._file(form, index, budget / max(1, total)) for index in range(total)]
        missing = tuple(one["index"] for one in described if one.get("again"))
        if missing:
            self._wait_for(sid, Missing(missing, 0, now + timedelta(seconds=LATE[0])))
        return described

    def _file(self, form: Mapping[str, str], index: int, budget: float) -> dict[str, Any]:
        told = form.get(f"MediaContentType{index}", "")
        place = MEDIA.search(form.get(f"MediaUrl{index}", ""))
        if place is None:
            fetched = Fetched(error="adresse inconnue", again=f"MediaUrl{index}" not in form)
        elif place[1] != form["MessageSid"]:
            fetched = Fetched(error="l'adresse est celle d'un autre message")
        else:
            fetched = self._media.fetch(place[1], place[2], budget)
        described: dict[str, Any] = {"index": index, "type": told or fetched.type, "name": fetched.name}
        if fetched.content is not None:
            return described | {"sha256": self._spool.put(fetched.content), "size": fetched.size}
        described |= {"error": fetched.error, "again": fetched.again, "size": fetched.size}
        return described | ({"oversize": True} if fetched.oversize else {})

    def _wait_for(self, sid: str, missing: Missing) -> None:
        with self._lock:
            if sid in self._late or len(self._late) < MOST_LATE:
                self._late[sid] = missing

    def _come_late(self, place: Place, ledger: Ledger, now: datetime) -> Iterator[Incoming]:
        """Files that are there now, each message's as an item of its own. ``place.late`` follows."""
        for sid, missing in sorted(place.late.items()):
            if missing.due > now:
                continue
            known = not ledger.unknown([f"{sid}/media"])
            found = None if known else self._late_item(sid, missing, now)
            tries = missing.tries + 1
            if found is None and not known and tries < len(LATE):
                with self._lock:
                    self._late[sid] = place.late[sid] = replace(missing, tries=tries, due=now + timedelta(seconds=LATE[tries]))
                continue
            del place.late[sid]
            if found is not None:
                yield found  # and only when it is stored are we called again
            elif not known:
                log.warning("%s: the files of %s never came", self.name, sid)
            with self._lock:
                self._late.pop(sid, None)

    def _late_item(self, sid: str, missing: Missing, now: datetime) -> Incoming | None:
        try:
            row = self._client.message(sid)
        except PortError as error:
            log.info("%s: %s cannot be looked at: %s", self.name, sid, error)
            return None
        at = moment(row.get("date_sent")) or now
        form = _form({**row, "sid": sid, "body": ""}, at) | self._media_fields(sid)
        form.pop("DateSent")
        described = [self._file(form, index, 0.0) for index in missing.indexes]
        if any(one.get("again") for one in described):
            return None
        return item(form, described, received_at=now, source="list", sent_at=at, late=True)

    def _tell(self, form: Mapping[str, str], at: datetime) -> None:
        if self._heard is not None:
            self._heard(form.get("From", ""), at)

    # ------------------------------------------------------------------ the rest

    def acknowledge(self, external_ids: Sequence[str]) -> None:
        """Nothing: the ledger remembers, Twilio has no mark for it."""

    def close(self) -> None:
        """Give connections back."""
        self._media.close()
        self._client.close()


def _form(row: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """A message of the list in the words of a webhook; ``DateSent`` beside them."""
    form = {
        "MessageSid": str(row.get("sid") or ""),
        "AccountSid": str(row.get("account_sid") or ""),
        "From": str(row.get("from") or ""),
        "To": str(row.get("to") or ""),
        "Body": str(row.get("body") or ""),
        "NumMedia": str(row.get("num_media") or "0"),
        "SmsStatus": "received",
        "DateSent": at.isoformat(),
    }
    return form | ({"MessagingServiceSid": str(row["messaging_service_sid"])} if row.get("messaging_service_sid") else {})
