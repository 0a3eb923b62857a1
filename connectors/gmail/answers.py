"""Answers to FETCH in their usual form, read by two patterns; whatever is not in that form, by imapclient.

imapclient reads all that IMAP can say, letter by letter: half a millisecond for the four numbers that stand in a line and the few around
a message's bytes. What servers say of sizes, dates and whole messages is nearly always one of two forms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_fetch_response

_PAIR = rb'(?:(?:UID|RFC822\.SIZE|X-GM-MSGID) [0-9]{1,20}|INTERNALDATE "[^"\\]{26}")'
#: ``12 (UID 5 RFC822.SIZE 1024 INTERNALDATE "28-Nov-2026 09:00:00 +0100")``
_LINE = re.compile(rb"([0-9]{1,10}) \((" + _PAIR + rb"(?: " + _PAIR + rb")*)\)")
_PAIRS = re.compile(rb'([A-Z0-9.-]+) (?:([0-9]+)|"([^"]+)")')
#: ``12 (UID 5 BODY[] {1024}``, the bytes, ``)``
_BODY = re.compile(rb"([0-9]{1,10}) \(UID ([0-9]{1,10}) BODY\[\] \{([0-9]{1,10})\}")
_DATE = re.compile(
    rb"( [1-9]|[0-3][0-9])-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-([0-9]{4})"
    rb" ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-5][0-9])"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}

#: By UID, what the server said of a message, by the name of each item in capitals.
Answers = dict[int, dict[bytes, Any]]


def fetch(client: IMAPClient, uids: Sequence[int], wanted: Sequence[str]) -> Answers:
    """What the server says of these messages, as ``client.fetch`` has it. Raises IMAPClientError and what imapclient raises of an answer
    that it cannot read."""
    if not uids:
        return {}
    state, data = client._imap.uid("FETCH", ",".join(map(str, uids)), f"({' '.join(wanted)})")
    if state != "OK":
        raise IMAPClientError(f"fetch failed: {data[0].decode('utf-8', 'replace') if data and data[0] else state}")
    found = plain(data)
    if found is None:
        found = parse_fetch_response(data, client.normalise_times, True)
    # A server may tell of others meanwhile.
    return {uid: found[uid] for uid in uids if uid in found}


def plain(data: Sequence[Any]) -> Answers | None:
    """An answer as imaplib has it, in the usual form; None when any of it is in another."""
    found: Answers = {}
    parts = iter(data)
    for part in parts:
        if isinstance(part, bytes):
            line = _LINE.fullmatch(part)
            told = _told(line[2]) if line is not None else None
            if line is None or told is None:
                return None
            told[b"SEQ"] = int(line[1])
            uid = told.pop(b"UID", None)
            if uid is None:
                return None
        elif isinstance(part, tuple) and len(part) == 2 and (body := _BODY.fullmatch(part[0])) is not None:
            if len(part[1]) != int(body[3]) or next(parts, None) != b")":
                return None
            uid, told = int(body[2]), {b"SEQ": int(body[1]), b"BODY[]": part[1]}
        else:
            return None
        found.setdefault(uid, {}).update(told)
    return found


def _told(pairs: bytes) -> dict[bytes, Any] | None:
    told: dict[bytes, Any] = {}
    for name, number, text in _PAIRS.findall(pairs):
        if (name == b"INTERNALDATE") is not bool(text):
            return None
        told[name] = int(number) if number else _moment(text)
        if told[name] is None:
            return None
    return told


def _moment(text: bytes) -> datetime | None:
    date = _DATE.fullmatch(text)
    if date is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = date.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        at = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return at - ahead if sign == b"+" else at + ahead
    except (ValueError, OverflowError):
        return None
