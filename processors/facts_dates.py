"""Days that words name, resolved against the day the message was written: "le 3 mars", "vendredi prochain", "dans 15 jours".

Own rules rather than a library: dateparser costs 15 MB and 0.1 s, does not read "lundi prochain", and finds dates in prices.
Numeric dates are day first (ISO apart); a day without a year is the nearest one, the next one where it is a deadline.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from core.doubts import Doubt
from core.reading import Day
from processors.facts_date_forms import (
    ANY_ONE,
    DAY_MONTH_ONLY,
    DEADLINE,
    DUE,
    FEAST,
    NAMED,
    NUMERIC,
    OF_MONTH,
    ORDERED,
    PAST,
    PAYING,
    RELATIVE,
    SIZED,
    STREET_OF,
    VAGUE,
    WEEKDAY,
    any_day,
)
from processors.facts_date_words import DAY_OF, FEASTS, MONTH_OF, YEAR_WORDS
from processors.facts_numbers import Found, blank, trimmed
from processors.numbers_small import DAY_WORDS
from processors.tokens import fold, mask
from processors.words_common import NUMBERS

#: How surely a day that there is none of means the nearest one.
_NO_DAY = 0.3


def date_spans(text: str, day: date) -> list[tuple[int, int]]:
    """Where days are named."""
    return [f.spans[0] for f, _ in named_dates(text, day)]


class _Folded(dict[str, str]):
    """What each character becomes: its folded form where that is one character, else itself."""

    def __missing__(self, sign: str) -> str:
        folded = fold(sign)
        found = folded if len(folded) == 1 else sign
        if len(self) < 4096:  # bounded: hostile text must not fill the memory
            self[sign] = found
        return found


_FOLDED = _Folded()
#: Characters that are not their own folded form; ``str.translate`` would ask about all of them.
_UNFOLDED = re.compile(r"[A-Z\x80-\U0010ffff]")


def plain_text(text: str) -> str:
    """The text folded character by character, so that offsets hold."""
    return text.lower() if text.isascii() else _UNFOLDED.sub(lambda m: _FOLDED[m[0]], text)


@lru_cache(maxsize=32)  # several facts read the same text one after the other
def named_dates(text: str, day: date, *, ahead: bool = False) -> tuple[tuple[Found, bool], ...]:
    """(the day, whether a deadline brings it) of every day named, in the order of the text; ``ahead`` where a day to come is meant: then
    one that there is none of is told in doubt too."""
    plain = blank(plain_text(mask(text)), VAGUE)
    found: list[tuple[Found, bool]] = []
    taken: list[tuple[int, int]] = []
    for pattern, resolve in (
        (NUMERIC, _numeric),
        (NAMED, _named),
        (RELATIVE, _relative),
        (FEAST, _feast),
        (WEEKDAY, _weekday),
        (DAY_MONTH_ONLY, _month_day),
    ):
        for match in list(pattern.finditer(plain))[:100]:
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            before = plain[max(0, match.start() - 30) : match.start()]
            if (ahead and PAYING.search(before)) or (
                pattern is NUMERIC and not (match["iso"] or match["y"]) and SIZED.search(before)
            ):
                continue
            if pattern is WEEKDAY and any(
                0 < start - match.end() <= 4 and plain[match.end() : start].strip() in ("", "le", "the", ",")
                for start, _ in taken
            ):
                continue  # "vendredi 13/03" is the 13th
            if pattern is NAMED and STREET_OF.search(before) is not None:
                continue  # "bd du 20 Août"
            if pattern is WEEKDAY and not match["dom"] and any_day(plain, *match.span()):
                continue  # "du lundi au jeudi", "sauf lundi"
            deadline = (
                DEADLINE.search(before) is not None or plain.startswith(("d'ici", "d’ici"), match.start()) or pattern is FEAST
            )
            past = (ORDERED if ahead else PAST).search(before) is not None
            resolved = resolve(match, day, deadline or (ahead and not past), past)
            if resolved is not None and (ahead or resolved[1] != _NO_DAY):
                taken.append(match.span())
                value, confidence = resolved
                doubt: Doubt = "noday" if confidence == _NO_DAY else ""
                found.append((Found(Day(value), (trimmed(text, *match.span()),), confidence, doubt), deadline))
    return tuple(sorted(found, key=lambda pair: pair[0].spans[0]))


def _make(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number) if 1900 < year < 2200 else None
    except ValueError:
        return None


def _no_day(months: Iterable[tuple[int, int]], number: int, day: date, deadline: bool) -> tuple[date, float] | None:
    """The last day of a month, in doubt, where none of these (year, month) has a day of that number: "le 31 novembre" cannot be meant,
    and some day was. Of several the nearest."""
    told = [(y, m) for y, m in months if 1900 < y < 2200 and 1 <= m <= 12]
    if not 29 <= number <= 31 or any(_make(y, m, number) for y, m in told):
        return None
    found = [date(y, m, calendar.monthrange(y, m)[1]) for y, m in told]
    found = [d for d in found if d >= day] or found if deadline else found
    return (min(found, key=lambda d: abs((d - day).days)), _NO_DAY) if found else None


def _yearless(month: int, number: int, day: date, deadline: bool, past: bool) -> date | None:
    candidates = [d for y in (day.year - 1, day.year, day.year + 1) if (d := _make(y, month, number)) is not None]
    candidates = [d for d in candidates if abs((d - day).days) <= 366]  # a 29th of February may be further
    if past:
        candidates = [d for d in candidates if d <= day]
    elif deadline:
        candidates = [d for d in candidates if d >= day]
    return min(candidates, key=lambda d: abs((d - day).days + 0.5 * (d < day)), default=None)


def _numeric(match: re.Match[str], day: date, deadline: bool, past: bool) -> tuple[date, float] | None:
    if match["iso"]:
        value = _make(int(match["iso"]), int(match["iso_m"]), int(match["iso_d"]))
    elif match["d"]:
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        value = _make(year, int(match["m"]), int(match["d"]))
        if value is None and len(match["y"]) == 4:
            value = _make(year, int(match["d"]), int(match["m"]))  # 04/28/2026 can only be month first
        if value is not None and match["s"] != "/" and len(match["y"]) == 2 and abs((value - day).days) > 1500:
            return None
        if value is None and match["s"] == "/":
            return _no_day([(year, int(match["m"]))], int(match["d"]), day, deadline)
    else:
        month, number = int(match["m2"] or match["m3"] or match["m4"]), int(match["d2"] or match["d3"] or match["d4"])
        value = _yearless(month, number, day, deadline, past)
        if value is None and not match["m3"]:
            return _no_day([(day.year + n, month) for n in (0, 1)], number, day, deadline)
    return (value, 0.95) if value else None


def _named(match: re.Match[str], day: date, deadline: bool, past: bool) -> tuple[date, float] | None:
    month = MONTH_OF[match["m"] or match["m2"]]
    said = match["yw"]
    year = match["y"] or match["y2"] or (str(YEAR_WORDS[said.replace("-", " ")]) if said else "")
    number = _day_number(match["d"] or match["d2"])
    value = _make(int(year), month, number) if year else _yearless(month, number, day, deadline, past)
    if value is None:
        return _no_day([(int(year), month)] if year else [(day.year + n, month) for n in (0, 1)], number, day, deadline)
    return (value, 0.95 if year else 0.9)


def _day_number(written: str) -> int:
    """Of a day in digits ("1er", "23rd") or in words."""
    said = written.replace("-", " ")
    return DAY_WORDS[said] if said in DAY_WORDS else int(re.sub(r"\D", "", written))


def _weekday(match: re.Match[str], day: date, deadline: bool, past: bool) -> tuple[date, float] | None:
    word = match["w"]
    if len(word) == 3 and word in ("sun", "sat", "mon", "wed") and not match["next"]:
        return None  # "mon" is also French for "my"
    if word in ("lun", "mer", "jeu", "ven", "sam") and not (deadline or match["dom"]):
        return None
    after = (match["after"] or "").strip()
    if not match["dom"] and (told := OF_MONTH.match(match.string, match.end())) is not None:
        # "jeudi prochain le 12": of the next Thursdays the one that is a 12th
        near = [day + timedelta(days=(DAY_OF[word] - day.weekday()) % 7 + 7 * n) for n in range(6)]
        if (value := next((d for d in near if d.day == int(told["d"])), None)) is not None:
            return value, 0.85
    ahead = (DAY_OF[word] - day.weekday()) % 7 or 7
    if match["dom"]:
        # "lundi 16": the first Monday that is a 16th
        for month in (0, 1, 2, 3):
            value = _make(*divmod_month(day, month), int(match["dom"]))
            if value is not None and value >= day and value.weekday() == DAY_OF[word]:
                return value, 0.85
    if after in ("dernier", "passe", "last") or (past and not deadline):
        return day - timedelta(days=(day.weekday() - DAY_OF[word]) % 7 or 7), 0.85
    if after == "week" or (after.startswith("en") and after.endswith("huit")):
        ahead += 7
    if after.startswith(("prochain", "qui")) and ahead <= 2:
        ahead += 7  # said on a Monday, "mardi prochain" is not tomorrow
    elif after.startswith("prochain") and day.weekday() < DAY_OF[word]:
        return day + timedelta(
            days=ahead
        ), 0.55  # said on a Monday, "vendredi prochain" is that of this week or of the next one
    if (match["next"] or "").strip() == "next":
        return day + timedelta(days=ahead), 0.55  # people mean this week's or the next one's
    sure = bool(deadline or after or match["next"])
    # "le lundi" may be any Monday: only a named one is a date
    one = word in ("lundi", "mardi", "jeudi") and not ANY_ONE.search(match.string, max(0, match.start() - 10), match.start())
    return (day + timedelta(days=ahead), 0.85) if sure or match.start() == 0 or len(word) > 5 or one else None


def divmod_month(day: date, ahead: int) -> tuple[int, int]:
    """(year, month) so many months later."""
    months = day.year * 12 + day.month - 1 + ahead
    return months // 12, months % 12 + 1


def _feast(match: re.Match[str], day: date, _deadline: bool, _past: bool) -> tuple[date, float] | None:
    month, number = FEASTS[match["feast"]]
    value = _yearless(month, number, day, True, False)
    return (value, 0.85) if value else None


def _relative(match: re.Match[str], day: date, _deadline: bool, _past: bool) -> tuple[date, float] | None:
    if match["tomorrow"]:
        return day + timedelta(days=8 if match["eight"] else 1), 0.95
    if match["after"]:
        return day + timedelta(days=2), 0.95
    if match["today"]:
        return day, 0.9
    if match["within"]:
        return day + timedelta(days=int(match["within"]) * (7 if match["within_u"][0] in "sw" else 1)), 0.7
    if match["n"]:
        n = {"quinzaine": 15, "huitaine": 8}.get(match["n"], 0) or (
            int(match["n"]) if match["n"].isdigit() else NUMBERS[match["n"]]
        )
        unit = match["u"] or "j"
        if unit.startswith(("mo",)):
            return _months(day, n), 0.9
        if unit.startswith(("an", "y")):
            return (_months(day, 12 * n), 0.85) if n < 50 else None
        return day + timedelta(days=n * (7 if unit.startswith(("s", "w")) else 1)), 0.9
    if match["begin_of"] or match["middle_of"]:
        month = MONTH_OF[match["begin_of"] or match["middle_of"]]
        value = date(day.year + (month < day.month), month, 1 if match["begin_of"] else 15)
        return (value, 0.75) if value >= day else None
    if match["week"]:
        number = int(match["week"])
        try:
            monday = date.fromisocalendar(day.year + (number < day.isocalendar().week), number, 1)
        except ValueError:
            return None
        return monday, 0.75
    if match["weekend_of"]:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1]), 0.85
    end = match["end_of"] or match["end_of2"] or {"eom": "mois", "eow": "semaine"}[match["eom"]]
    if "semaine" in end or "week" in end:
        friday = day + timedelta(days=(4 - day.weekday()) % 7)
        return friday + timedelta(days=7 if "proch" in end or "next" in end else 0), 0.7
    if "annee" in end or "year" in end:
        return date(day.year, 12, 31), 0.85
    if end in MONTH_OF:
        month = MONTH_OF[end]
        year = day.year + (month < day.month)
        return date(year, month, calendar.monthrange(year, month)[1]), 0.8
    base = _months(day.replace(day=1), 1) if "proch" in end or "next" in end else day
    return base.replace(day=calendar.monthrange(base.year, base.month)[1]), 0.85


def _months(day: date, n: int) -> date:
    month = day.month - 1 + n
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _month_day(match: re.Match[str], day: date, _deadline: bool, past: bool) -> tuple[date, float] | None:
    number = _day_number(match["d"])
    if (
        match["d"].replace("-", " ") in DAY_WORDS
        and DUE.search(match.string, max(0, match.start() - 24), match.start()) is None
    ):
        return None
    if not 1 <= number <= 31:
        return None
    months = [_months(day.replace(day=1), n) for n in ((0, -1) if past else (0, 1, 2))]
    for month in months:
        value = _make(month.year, month.month, number)
        if value is not None and (value <= day if past else value >= day):
            return value, 0.6
    return None
