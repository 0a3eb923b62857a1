"""In which language and clock a page speaks: French first, English beside it; sentences stand in French in the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from engine.case_labels import LANGUAGES

FOLDER = Path(__file__).parent.parent / "locales"
COOKIE = "lang"


@cache
def catalogue(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """By French sentence, the sentence in that language: a pair (one, many) where it counts."""
    if language == "fr":
        return {}
    with (FOLDER / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    return {
        (m.id if isinstance(m.id, str) else m.id[0]): (m.string if isinstance(m.string, str) else tuple(m.string))
        for m in read
        if m.id and m.string
    }


def later(sentence: str) -> str:
    """The sentence as it is: it stands in a table here, and is said in a language where it is shown."""
    return sentence


def choose(cookie: str, accept: str) -> str:
    """The language somebody chose, else the first of ours that the browser asks for, else French."""
    if cookie in LANGUAGES:
        return cookie
    wanted: list[tuple[float, str]] = []
    for part in accept[:400].split(","):
        name, _, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2] or 1)
        except ValueError:
            weight = 0.0
        if name.strip() and weight > 0:
            wanted.append((-weight, name.strip().replace("-", "_")))
    names = [name for _, name in sorted(wanted, key=lambda item: item[0])]
    return negotiate_locale(names, list(LANGUAGES)) or "fr"


@dataclass(frozen=True, slots=True)
class Speech:
    """A language and a clock. ``now`` is aware; ``zone`` is the IANA name of the zone that times are told in.

    ``units`` are what amounts are counted in, by their French plural: (one, many) a language, as the documents have them.
    """

    language: str
    zone: str
    now: datetime
    units: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """Babel's."""
        return Locale.parse("en_GB" if self.language == "en" else "fr_FR")

    def say(self, sentence: str, **values: object) -> str:
        """The sentence in the language, its ``%(name)s`` filled in."""
        found = catalogue(self.language).get(sentence, sentence)
        text = found if isinstance(found, str) else found[0]
        return text % values if values else text

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The sentence for that many (``%(num)s``); French counts nought as one, English as many."""
        found = catalogue(self.language).get(one, (one, many))
        forms = (found, found) if isinstance(found, str) else (found[0], found[-1])
        single = number < 2 if self.language == "fr" else number == 1
        return forms[0 if single else 1] % {"num": self.number(number), **values}

    # ------------------------------------------------------------------ times

    def local(self, at: datetime) -> datetime:
        """The same moment on this clock."""
        return at.astimezone(ZoneInfo(self.zone))

    def when(self, at: datetime | None, *, full: bool = False) -> str:
        """A moment as short as it can be told: the time alone for today, without the year for this one."""
        if at is None:
            return "–"
        local, today = self.local(at), self.local(self.now).date()
        if full:
            return self._first(format_datetime(local, "EEEE d MMMM y, HH:mm", locale=self.locale), local)
        if local.date() == today:
            return format_datetime(local, "HH:mm", locale=self.locale)
        if local.year == today.year:
            return format_datetime(local, "d MMM HH:mm", locale=self.locale)
        return format_datetime(local, "d MMM y", locale=self.locale)

    def ago(self, at: datetime | None) -> str:
        """How long ago, or in how long."""
        if at is None:
            return "–"
        if abs((at - self.now).total_seconds()) < 30:
            return self.say("à l’instant")
        return format_timedelta(at - self.now, add_direction=True, locale=self.locale, threshold=1.2)

    def lasting(self, span: timedelta | float | None) -> str:
        """A length of time in its two greatest units."""
        if span is None:
            return "–"
        seconds = round(span.total_seconds() if isinstance(span, timedelta) else span)
        parts = []
        for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
            number, seconds = divmod(seconds, size)
            if number:
                unit = timedelta(seconds=number * size)
                parts.append(
                    format_timedelta(unit, granularity=name, threshold=10**9, format="short", locale=self.locale)  # type: ignore[arg-type]
                )
            elif parts:
                break
            if len(parts) == 2:
                break
        return " ".join(parts) or format_timedelta(timedelta(0), granularity="second", format="short", locale=self.locale)

    def day(self, at: date | datetime | None) -> str:
        """A day, with its name."""
        if at is None:
            return "–"
        plain = self.local(at).date() if isinstance(at, datetime) else at
        told = format_date(plain, "EEEE d MMMM" if plain.year == self.local(self.now).year else "d MMMM y", locale=self.locale)
        return self._first(told, plain)

    def _first(self, told: str, day: date) -> str:
        """CLDR has no French first of the month."""
        return re.sub(r"\b1(?= \D)", "1er", told, count=1) if self.language == "fr" and day.day == 1 else told

    def short_day(self, at: date) -> str:
        """A day for an axis."""
        return format_skeleton("MMMd", at, locale=self.locale)

    # ------------------------------------------------------------------ numbers

    def number(self, value: Decimal | float | int | None) -> str:
        """A number."""
        return "–" if value is None else format_decimal(value, locale=self.locale)

    def price(self, amount: Decimal, unit: str) -> str:
        """An amount with what it is counted in, one or many."""
        one, many = self.units.get(unit, {}).get(self.language) or self.units.get(unit, {}).get("fr") or (unit, unit)
        single = abs(amount) < 2 if self.language == "fr" else amount == 1
        return f"{self.number(amount)} {one if single else many}".strip()

    def percent(self, part: float, whole: float) -> str:
        """A share, without decimals."""
        return (
            format_percent(part / whole, format="#,##0 %" if self.language == "fr" else "#,##0%", locale=self.locale)
            if whole
            else "–"
        )

    def dollars(self, value: Decimal) -> str:
        """An amount in US dollars."""
        return format_currency(value, "USD", locale=self.locale)

    def size(self, number: int) -> str:
        """Bytes, as people tell them."""
        units = ("octets", "Ko", "Mo", "Go") if self.language == "fr" else ("bytes", "KB", "MB", "GB")
        value, unit = float(number), 0
        while value >= 1000 and unit < 3:
            value, unit = value / 1000, unit + 1
        return f"{format_decimal(round(value, 1) if value < 10 and unit else round(value), locale=self.locale)} {units[unit]}"
