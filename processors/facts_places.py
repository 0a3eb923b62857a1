"""Where to: an address after words of the directive ("livrer à …", "adresse : …"), after the day, or a street that something is
brought to ("on est au 5 rue des Lilas")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from core.directive import FactSpec
from processors.facts_columns import column_below
from processors.facts_dates import date_spans, plain_text
from processors.facts_numbers import POSTCODE, Found, trimmed
from processors.facts_place_bounds import LONGEST, bracket_end, with_more, with_rivals, without_goods
from processors.facts_place_words import (
    AFTER_DAY,
    ASKED,
    AT_NAMED,
    AT_SITE,
    BEGINS_NONE,
    BILLED,
    BROUGHT,
    CALLED,
    DAY_OF_STREET,
    DELIVERED,
    END,
    HOUSE,
    MANNER,
    MEASURED,
    NAMED,
    NEVER,
    NO_STREET,
    NOWHERE,
    OPENING,
    OTHER,
    OURS,
    PLACE,
    PRINTED,
    SHORT,
    SHORT_CODE,
    SITE_ALONE,
    SOMEBODY,
    STREET,
    THE,
    TO_DO,
    TO_QUARTER,
)
from processors.goods_units import Units

#: Lines of one address.
_LINES = 4


def any_phrase(words: Sequence[str]) -> str:
    """A pattern for any of these phrases, folded, blanks as they come."""
    folded = sorted((plain_text(w).strip() for w in words), key=len, reverse=True)
    return "|".join(r"\s+".join(re.escape(part) for part in phrase.split()) for phrase in folded)


def is_place(said: str) -> bool:
    """Whether words look like an address rather than a name or a day."""
    return any(p.search(said) for p in (POSTCODE, SHORT_CODE)) or PLACE.search(plain_text(said)) is not None


class AddressReader:
    """Where to, after one of the words: with a colon whatever stands there, else what looks like a place."""

    def __init__(
        self, after: Sequence[str], names_goods: Callable[[str], bool] | None = None, counted: FactSpec | None = None
    ) -> None:
        self._units = Units(counted.units, counted.unit_words) if counted is not None else None
        self._names_goods = names_goods
        self._pattern = re.compile(rf"(?<!\w)(?:{any_phrase(after)})(?![^\W_]|-[^\W\d_])")

    def find(self, text: str, day: date) -> Found | None:
        """The surest one, the first of several; None where there is none."""
        plain = SHORT.sub(lambda m: m[0][:-1] + " ", plain_text(text))
        whole, plain = plain, without_goods(plain, self._units)
        dates = [d for d in date_spans(text, day) if not DAY_OF_STREET.search(plain, max(0, d[0] - 24), d[0])]
        led = list(self._led(text, plain, dates))
        # of one that holds another after a colon ("livraison S14, adresse : …") the other one is meant
        inner = [f for f, _ in led if not any(colon and _holds(f.spans[0], o.spans[0]) for o, colon in led)]
        found = [f for f in (*inner, *_brought(text, plain, dates)) if not self._goods(text, f)]
        best = max(found, key=lambda f: f.confidence, default=None)
        best = with_rivals(best, [f for f in found if best is not None and f.confidence == best.confidence], plain)
        return with_more(best, whole)

    def _goods(self, text: str, found: Found) -> bool:
        """Whether what was found is rather goods: it names some, and no street or town with its code."""
        start, end = found.spans[0]
        return self._names_goods is not None and not _certain(text[start:end]) and self._names_goods(text[start:end])

    def _led(self, text: str, plain: str, dates: Sequence[tuple[int, int]]) -> Iterator[tuple[Found, bool]]:
        """Addresses after one of the words, and whether a colon stands between."""
        for match in list(self._pattern.finditer(plain))[:50]:
            if OURS.match(match[0]) and plain[max(0, match.start() - 3) : match.start()] in ("de ", " of"):
                continue  # "le besoin de notre boutique d'Agdal"
            column = column_below(plain, match.end())
            if column is not None:
                if (cell := _in_column(text, plain, dates, column)) is not None:
                    yield cell, True
                continue
            opening = OPENING.match(plain, match.end())
            if opening is None or (opening["words"] and OTHER.search(opening["words"])):
                continue
            start = opening.end()
            for first, last in dates:
                between = plain[match.end() : first]
                if 0 < len(between) <= 25 and "\n" not in between and (after := AFTER_DAY.match(plain, last)) is not None:
                    if (
                        "\n" not in plain[last : after.end()]
                        and self._pattern.match(plain, after.end()) is None
                        and (found := _taken(text, plain, dates, after.end(), place_only=True)) is not None
                    ):
                        yield found, False
                    break
            colon = bool(opening["colon"])
            if text[start : start + 1].isupper() and (article := THE.search(text, opening.start(), start)) is not None:
                start = article.start()  # "deliver to The Yoga Barn"
            named = NAMED.match(plain, start) if not colon else None
            if named is not None:  # "à notre siège : 45 rue …", but not "… de facturation : 45 rue …"
                start = named.end()
            if BILLED.search(plain, opening.end(), start) or BILLED.match(plain, start):
                continue
            below = colon or "\n" in opening[0]
            found = _taken(text, plain, dates, start, lines=below, place_only=named is not None or (below and not colon))
            if found is not None:
                yield found, colon


def _certain(said: str) -> bool:
    """Whether words name a street with its number, or a town with its code."""
    return any(p.search(said) for p in (POSTCODE, SHORT_CODE)) or STREET.search(plain_text(said)) is not None


def _measured(text: str, plain: str, start: int, end: int) -> int:
    """Where something begins that no address holds, -1 where nothing does; "35 000 Rennes" is a town with its code."""
    return next((m.start() for m in MEASURED.finditer(plain, start, end) if not text[m.end() + 1 : m.end() + 2].isupper()), -1)


def _in_column(text: str, plain: str, dates: Sequence[tuple[int, int]], cells: Sequence[tuple[int, int]]) -> Found | None:
    """The place that the cells of a column name; in doubt where they name several."""
    found = [
        Found(text[a:b], ((a, b),), 0.85)
        for a, b in cells
        if is_place(text[a:b]) and text[a:b].strip("|; \t") and not any(x < b and a < y for x, y in dates)
        if _certain(text[a:b]) or not (NEVER.match(plain, a) or _measured(text, plain, a, b) >= 0)
    ]
    if len({f.value for f in found}) > 1:
        return replace(found[0], confidence=0.45, doubt="several")
    return found[0] if found else None


def _holds(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and one[0] <= other[0] and other[1] <= one[1]


def _brought(text: str, plain: str, dates: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Streets that something is brought to, or that stand right after a day; and what is named after one: "le 14 mars au dépôt : …"."""
    for _, last in dates:
        at = AT_NAMED.match(plain, last)
        if at is not None and OTHER.search(at[0]) is None:
            found = _taken(text, plain, dates, at.end(), place_only=True, sure=0.7)
            if found is not None:
                yield found
    for match in list(AT_SITE.finditer(plain))[:20]:
        line = plain.rfind("\n", 0, match.start()) + 1
        after_day = any(0 <= match.start() - last <= 1 for _, last in dates)
        if not text[match.start("where")].isupper() or OTHER.search(plain, line, match.start()):
            continue
        if after_day or ASKED.search(plain, max(line, match.start() - 160), match.start()):
            found = _taken(text, plain, dates, match.start("site"), place_only=True, sure=0.7)
            if found is not None:
                yield found
    for match in list(TO_QUARTER.finditer(plain))[:20]:
        start = match.start("place" if match["place"] else "latin")
        line = plain.rfind("\n", 0, start) + 1
        if OTHER.search(plain, line, start) is None and (found := _taken(text, plain, dates, start, place_only=True, sure=0.7)):
            yield found
    for match in list(STREET.finditer(plain))[:20]:
        start = match.start()
        line = plain.rfind("\n", 0, start) + 1
        if OTHER.search(plain, line, start):
            continue
        told = BROUGHT.search(plain, line, start)
        if told is not None:
            name = told.start("name")
            start = name if text[name : name + 1].isupper() else start
        elif (called := _called(text, dates, start)) >= 0:
            start = called
        elif _below_delivery(plain, dates, line, start):
            start = line
        elif not any(0 <= start - last <= 3 and "\n" not in plain[last:start] for _, last in dates):
            start = match.start() if plain[match.start()] > "\u0600" else -1
        if start >= 0 and (found := _taken(text, plain, dates, start, place_only=True, sure=0.7)) is not None:
            yield found


def _called(text: str, dates: Sequence[tuple[int, int]], street: int) -> int:
    """Where the name of the place begins that stands between a day and a street, -1 where none does."""
    for _, last in dates:
        if 0 < street - last <= 60 and (match := CALLED.fullmatch(text, last, street)) is not None:
            return match.start("name")
    return -1


def _below_delivery(plain: str, dates: Sequence[tuple[int, int]], line: int, street: int) -> bool:
    """Whether a street stands in a line of its own right below one that tells the day of delivery."""
    above = plain.rfind("\n", 0, max(0, line - 1)) + 1
    if not line or re.fullmatch(r"[^\d\n:;.!?]{0,40}", plain[line:street]) is None:
        return False
    told = DELIVERED.search(plain, above, line) is not None and any(above <= a < line for a, _ in dates)
    return told and HOUSE.search(plain, line, street) is None and OTHER.search(plain, above, line) is None


def _taken(
    text: str,
    plain: str,
    dates: Sequence[tuple[int, int]],
    start: int,
    *,
    place_only: bool = False,
    lines: bool = False,
    sure: float = 0.85,
) -> Found | None:
    """The address that begins at a place, None where none does. ``lines``: it may go on in the lines below."""
    if plain[start : start + 1] == "(" or (lines and plain[start : start + 1] == "\n"):
        start += 1
    stop = END.search(plain, start)
    ends = [
        bracket_end(plain, start),
        stop.start() if stop else len(text),
        start + LONGEST,
        *(a for a, _ in dates if a >= start),
    ]
    end = min(ends)
    if MANNER.fullmatch(plain, *trimmed(text, start, end)):
        return None
    first = trimmed(text, start, end)[0]
    if (
        BEGINS_NONE.match(plain, first)
        or NOWHERE.match(plain, first)
        or (text[first : first + 1].islower() and TO_DO.match(plain, first) and not PLACE.match(plain, first))
    ):
        return None
    if lines and plain[end : end + 1] == "\n":
        end = _more_lines(text, plain, start, end)
    at = AT_SITE.search(plain, max(first - 1, 0), end) if text[first : first + 1].islower() else None
    if at is not None and text[at.start("where")].isupper():
        start = first = at.start("site")  # "livrer avec le reste au dépôt de Salé"
    measured = _measured(text, plain, first, end)
    end = (
        measured if measured > first and is_place(text[first:measured]) else end
    )  # "notre usine de Salé (bd Hassan II, n° 8) 100 000 pièces"
    start, end = trimmed(text, start, end)
    said = text[start:end]
    place = is_place(said)
    named = said[:1].isupper() or (said[:1].isdigit() and place)
    if SITE_ALONE.fullmatch(plain, start, end) or (not place and SOMEBODY.match(plain, start)):
        return None
    counted = NO_STREET.match(plain, start)
    if counted is not None and text[counted.start("what")].islower():
        return None
    if not _certain(said) and (NEVER.match(plain, start) or _measured(text, plain, start, end) >= 0):
        return None
    if any(a <= start < b for a, b in dates) or len(said) < 3 or not any(map(str.isalpha, said)):
        return None
    if not place and (place_only or not named):
        return None
    value = ", ".join(part.strip(" ,") for part in said.split("\n") if part.strip(" ,"))
    return Found(value, ((start, end),), sure if place else 0.65)


def _more_lines(text: str, plain: str, start: int, end: int) -> int:
    """Where an address ends that goes on below: the lines up to one that is no part of it, where one of them is a place."""
    reached, at = end, end
    for _ in range(_LINES - 1):
        following = plain.find("\n", at + 1)
        following = len(plain) if following < 0 else following
        line = text[at + 1 : following]
        stop = END.search(plain, at + 1, following)
        if (
            not line.strip()
            or stop is not None
            or ":" in line
            or PRINTED.match(plain, at + 1 + len(line) - len(line.lstrip()))
            or not (line.strip()[:1].isupper() or line.strip()[:1].isdigit())
        ):
            break
        at = following
        if is_place(line):
            reached = at
        elif len(line.split()) > 3 or not all(w[0].isupper() or len(w) < 4 for w in re.findall(r"[^\W\d_]+", line)):
            break
        elif is_place(text[start:reached]):
            reached = at
    return reached
