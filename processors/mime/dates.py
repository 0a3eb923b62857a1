"""Dates as mail programs write them: RFC 5322, its obsolete forms, ISO 8601, and months in other languages."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "IST": 330, "CET": 60, "MET": 60, "MEZ": 60,
    "CEST": 120,
    "MEST": 120, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "JST": 540, "KST": 540, "HKT": 480, "AEST": 600,
    "AEDT": 660,
    "NZST": 720, "NZDT": 780, "SGT": 480, "BRT": -180,
}  # fmt: skip
_MONTHS = {
    "janv": "Jan", "janvier": "Jan", "fév": "Feb", "févr": "Feb", "fevr": "Feb", "février": "Feb", "fevrier": "Feb",
    "mars": "Mar",
    "avr": "Apr", "avril": "Apr", "mai": "May", "juin": "Jun", "juil": "Jul", "juillet": "Jul", "août": "Aug",
    "aout": "Aug",
    "aoû": "Aug", "septembre": "Sep", "sept": "Sep", "octobre": "Oct", "novembre": "Nov", "déc": "Dec",
    "décembre": "Dec",
    "mär": "Mar", "märz": "Mar", "mrz": "Mar", "okt": "Oct", "dez": "Dec", "juni": "Jun", "juli": "Jul",
    "ene": "Jan", "abr": "Apr", "ago": "Aug", "dic": "Dec", "mag": "May", "giu": "Jun", "lug": "Jul", "gen": "Jan",
    "set": "Sep",
    "ott": "Oct", "out": "Oct", "fev": "Feb", "mei": "May", "mrt": "Mar",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+\.?")
_COMMENT = re.compile(r"\([^()]{0,100}\)")
_ZONE_NAME = re.compile(r"\b([A-Z]{1,5})\)?\s*$")
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{2}:?\d{2})?")


#: As nearly all programs write it (RFC 5322).
USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([12]\d{3}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) "
    r"([+-])(?!0000)([01]\d|2[0-3])([0-5]\d)",
    re.ASCII,
)
_MONTH = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def parse_date(value: str) -> tuple[datetime | None, bool]:
    """The moment, aware, with the offset the sender wrote (UTC when he wrote none),
    and whether something had to be supplied.

    None when it cannot be told.
    """
    usual = USUAL.fullmatch(value)
    if usual is not None:
        day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        with contextlib.suppress(ValueError):  # a 30th of February
            zone = timezone(-offset if sign == "-" else offset)
            return datetime(int(year), _MONTH[month], int(day), int(hour), int(minute), int(second), tzinfo=zone), False
    return parse_any(value)


def parse_any(value: str) -> tuple[datetime | None, bool]:
    """The same for any date, however it is written."""
    text = _COMMENT.sub(" ", value[:200]).strip().strip("\"'")
    if not text:
        return None, False
    for pattern, order in ((_ISO, "ymd"), (_NUMERIC, "dmy")):
        if (match := pattern.search(text)) is not None:
            return _build(match, order), True
    text = _WORD.sub(lambda m: _MONTHS.get(m.group().lower().rstrip("."), m.group().rstrip(".")), text)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th|er)\b", "", re.sub(r"\b(?:GMT|UTC)(?=[+-]\d{4})", "", text))
    text = re.sub(r"(?<=[+-]\d\d):(?=\d\d\s*$)", "", text)
    try:
        parsed = parsedate_tz(text)
    except (ValueError, IndexError, TypeError, OverflowError, AttributeError):
        parsed = None
    if parsed is None:
        return None, True
    offset = parsed[9]
    guessed = False
    if offset is None or (offset == 0 and not re.search(r"[+-]0000|GMT|UTC|UT|\bZ\b", text)):
        zone = _ZONE_NAME.search(text)
        offset = _ZONES.get(zone.group(1), 0) * 60 if zone else 0
        guessed = not (zone and zone.group(1) in _ZONES)
    if abs(offset) >= 86_400:
        offset, guessed = 0, True
    try:
        tz = UTC if offset == 0 else timezone(timedelta(seconds=offset))
        return datetime(*parsed[:5], min(parsed[5], 59), tzinfo=tz), guessed
    except (ValueError, OverflowError):
        return None, True


def _build(match: re.Match[str], order: str) -> datetime | None:
    a, b, c, hour, minute, second, zone = match.groups()
    year, month, day = (int(a), int(b), int(c)) if order == "ymd" else (int(c), int(b), int(a))
    if order == "dmy" and month > 12:
        month, day = day, month
    if year < 100:
        year += 2000 if year < 70 else 1900
    tz = UTC
    if zone and zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        if minutes < 1440:
            tz = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
    try:
        return datetime(year, month, day, int(hour), int(minute), min(int(second or 0), 59), tzinfo=tz)
    except ValueError:
        return None
