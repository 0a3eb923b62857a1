"""Which of the days that a text names is the one looked for: of a delivery, of whatever a directive's words say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.reading import Day
from processors.facts_date_roles import day_of_event, other_day
from processors.facts_dates import named_dates, plain_text
from processors.facts_numbers import Found

#: So surely at most a day is known beside which another is named for the same.
_RIVAL = 0.45
#: From here on a day is one by itself, and no more than the end of a month or a week.
_EXACT = 0.85
#: How surely the day of an event is the one of the delivery for it.
_EVENT = 0.45
#: The first day of something that lasts, right before its last one.
_SINCE = re.compile(r"(?<!\d)(?P<d>\d{1,2})(?:er|st|nd|rd|th)?\s(?:au|et\sle|to|and)\s(?:the\s)?$")


def find_date(
    text: str, day: date, leads: Sequence[tuple[int, int]] = (), *, led: bool = False, ahead: bool = False
) -> Found | None:
    """The one day a text names. Of several, the one after a lead (character spans) or a word of deadline; else None.

    ``led`` takes no other, and none that is past; ``ahead`` only leaves out what is past, and of several takes the first
    after a lead. ``day`` is that of the message, in the business's zone.
    """
    if ahead:
        plain = plain_text(text)
        coming = [
            (f, deadline)
            for f, deadline in named_dates(text, day, ahead=True)
            if isinstance(f.value, Day)
            and f.value.day >= day
            and not _long_past(text, f, day)
            and not other_day(plain, *f.spans[0], leads)
        ]
        # the day of a wedding or a fair is one of delivery only where no other is told, and then in doubt
        others = [(f, deadline) for f, deadline in coming if not day_of_event(plain, f.spans[0][0])]
        if not others:
            coming = [(_begun(plain, f), deadline) for f, deadline in coming]
        coming = others or coming
        near = [f for f, _ in coming if any(0 <= f.spans[0][0] - end <= 40 for _, end in leads)]
        due = [f for f, deadline in coming if deadline]
        if near or due:
            return _first(near or due)
        # a day of a month says more than the name of a day, which may have been
        # the very day of the message is when it was written, unless it is said to be today: "Casablanca, le 2 mars 2026"
        coming = [(f, due) for f, due in coming if f.value != Day(day) or not any(map(str.isdigit, _quote(text, f)))]
        told = (
            [f for f, _ in coming if f.confidence >= 0.9] if len({f.value for f, _ in coming}) > 1 else [f for f, _ in coming]
        )
        return told[0] if len({f.value for f in told}) == 1 else None
    found = [] if led else [f for f, _ in named_dates(text, day)]
    for chosen in (
        [f for f, _ in named_dates(text, day) if any(0 <= f.spans[0][0] - end <= 15 for _, end in leads)],
        [f for f, deadline in named_dates(text, day) if deadline],
        found,
    ):
        if led:
            chosen = [f for f in chosen if isinstance(f.value, Day) and f.value.day >= day]
        if chosen and len({f.value for f in chosen}) == 1:
            return chosen[0]
    return None


def _begun(plain: str, found: Found) -> Found:
    """The day of an event, in doubt; of one that lasts the first of them: "du 12 au 14 juin"."""
    day, ((start, end), *more) = found.value, found.spans
    if isinstance(day, Day) and (told := _SINCE.search(plain, max(0, start - 16), start)) and 0 < int(told["d"]) < day.day.day:
        day, start = Day(day.day.replace(day=int(told["d"]))), told.start()
    return replace(found, value=day, spans=((start, end), *more), confidence=min(found.confidence, _EVENT), doubt="event")


def _first(found: Sequence[Found]) -> Found:
    """The first of several days of the same thing; in doubt, with the words of all, where they are not one and the same."""
    exact = {f.value: f for f in reversed(found) if f.confidence >= _EXACT}
    if len(exact) < 2 or found[0].value not in exact:
        return found[0]
    spans = tuple(sorted(span for f in exact.values() for span in f.spans))
    return Found(found[0].value, spans, min(found[0].confidence, _RIVAL), "several")


def _long_past(text: str, found: Found, day: date) -> bool:
    """Whether a day without a year is rather the one that has just been: "notre appel du 27 février", written in March."""
    far = isinstance(found.value, Day) and (found.value.day - day).days > 280
    quote = _quote(text, found)
    return far and re.search(r"\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]", quote) is None and any(map(str.isdigit, quote))


def _quote(text: str, found: Found) -> str:
    start, end = found.spans[0]
    return text[start:end]
