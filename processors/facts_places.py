"""What stands right after words of the directive: a reference ("bon de commande n° BC-118"), an address ("livrer à …")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from core.directive import FactSpec
from processors.facts_dates import date_spans, plain_text
from processors.facts_numbers import POSTCODE, Found, trimmed
from processors.goods_marks import YEAR_OF
from processors.goods_units import Units, unit_after
from processors.tokens import mask

_CODE = r"[a-z]{0,6}[-/_.]?\d[a-z0-9]*(?:[-/_.][a-z0-9]+)*"
_NUMBERED = r"(?:\s{0,2}(?:n\s?[°ºo]\.?|no\.?|num(?:ero|ber)?\.?|#|[:=]|رقم))"
_LONGEST = 160
#: Words that stand in addresses.
_PLACE = re.compile(
    r"\b(?:rue|avenue|av\.?|bd\.?|boulevard|place|impasse|chemin|allee|route|quai|cours|zone|z\.?i\.?|lot|lotissement|quartier|"
    r"residence|immeuble|imm\.?|usine|depot|entrepot|magasin|boutique|street|st\.|road|rd\.?|lane|park|unit|estate|warehouse|hay|derb|"
    r"شارع|زنقة|حي|المنطقة)\b|\b[a-z]{1,2}\d{1,2}[a-z]?\s?\d[a-z]{2}\b"
)
_END = re.compile(
    r"\n|[;!?]|\.(?=\s|$)|\s[-–—]\s|\s\|\s|,?\s\b(?:avant|pour\s+le|au\s+plus|svp|merci|le\s+(?=\d|lundi|mardi|mercredi|jeudi|vendredi|samedi)|by|"
    r"before|on\s+(?=\d|mon|tue|wed|thu|fri)|sous|dans\s+les?|impérativement|please|nhar)\b"
)
_OPENING = re.compile(
    r"(?P<colon>\s{0,3}[:=]\s{0,3})|,?\s+(?:(?:(?:à|a|au|aux|at|to|chez|sur|dans|vers|f|notre|nos|mon|ma|mes|our|my|the|la|le|les)(?![^\W_])|l['’])\s?)*"
)
#: A street with its number after the day: "livraison le 8 janvier au 22 rue des Forges".
_AFTER_DAY = re.compile(
    r",?\s{1,2}(?:(?:a|au|to|at)\s)?(?=\d{1,4}\s(?:bis\s|ter\s)?(?:[^\W\d_]+\s){0,2}"
    r"(?:rue|avenue|bd|boulevard|impasse|chemin|allee|route|street|road|lane)(?![^\W_]))"
)


def _phrase(words: Sequence[str]) -> str:
    """Any of these phrases, folded, blanks as they come."""
    folded = sorted((plain_text(w).strip() for w in words), key=len, reverse=True)
    return "|".join(r"\s+".join(re.escape(part) for part in phrase.split()) for phrase in folded)


def is_place(said: str) -> bool:
    """Whether words look like an address rather than a name or a day."""
    return _PLACE.search(plain_text(said)) is not None or POSTCODE.search(said) is not None


class ReferenceReader:
    """A code after one of the words; a bare number of goods is none."""

    def __init__(self, after: Sequence[str], counted: FactSpec | None) -> None:
        lead = _phrase(after)
        self._pattern = re.compile(
            rf"(?<!\w)(?P<lead>{lead})(?:(?P<marked>{_NUMBERED}{{1,3}}\s{{0,2}})|(?P<dash>-)|\s{{1,2}})(?P<code>{_CODE})(?![\w])"
        )
        self._units = Units(counted.units, counted.unit_words) if counted is not None else Units((), {})

    def find(self, text: str, day: date) -> Found | None:
        """The first one, None where there is none."""
        plain = plain_text(mask(text))
        if not any(map(str.isdecimal, plain)):
            return None
        dates = date_spans(text, day)
        for match in list(self._pattern.finditer(plain))[:50]:
            start, end = match.span("code")
            code = match["code"]
            if match["dash"]:
                start = match.start("lead")
            digits = sum(map(str.isdigit, code))
            if digits < 2 or len(code) > 30 or any(a < end and b > start for a, b in dates):
                continue
            bare = code.isdecimal() and not (match["marked"] and match["marked"].strip() not in (":", "="))
            if bare and (
                len(code) < 4 or re.match(r"[ \u00a0\u202f.]\d{3}(?!\d)|\s?(?:x|mille|k|alf)\b", plain[end : end + 8])
            ):
                continue
            if bare and YEAR_OF.match(plain, start):
                continue
            if unit_after(plain, end, self._units) is not None and code.isdecimal():
                continue
            return Found(text[start:end], ((start, end),), 0.9 if match["marked"] or match["dash"] else 0.75)
        return None


class AddressReader:
    """Where to, after one of the words: with a colon whatever stands there, else what looks like a place."""

    def __init__(self, after: Sequence[str]) -> None:
        self._pattern = re.compile(rf"(?<!\w)(?:{_phrase(after)})(?![^\W_])")

    def find(self, text: str, day: date) -> Found | None:
        """The first one, None where there is none."""
        plain = plain_text(text)
        dates = date_spans(text, day)
        for match in list(self._pattern.finditer(plain))[:50]:
            opening = _OPENING.match(plain, match.end())
            if opening is None:
                continue
            start = opening.end()
            for first, last in dates:
                between = plain[match.end() : first]
                if 0 < len(between) <= 12 and "\n" not in between and (street := _AFTER_DAY.match(plain, last)):
                    start = street.end()
                    break
            if opening["colon"] and plain[start : start + 1] == "\n":
                start += 1
            stop = _END.search(plain, start)
            ends = [stop.start() if stop else len(text), start + _LONGEST, *(a for a, _ in dates if a >= start)]
            start, end = trimmed(text, start, min(ends))
            said = text[start:end]
            place = is_place(said)
            named = said[:1].isupper() or (said[:1].isdigit() and place)
            if any(a <= start < b for a, b in dates) or len(said) < 3 or not any(map(str.isalpha, said)):
                continue
            if not place and not named:
                continue
            return Found(said, ((start, end),), 0.85 if place else 0.65)
        return None
