"""A code right after words of the directive: a reference ("bon de commande n° BC-118")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from core.directive import FactSpec
from processors.facts_dates import date_spans, plain_text
from processors.facts_numbers import Found
from processors.facts_places import any_phrase
from processors.goods_marks import YEAR_OF
from processors.goods_units import Units, unit_after
from processors.tokens import mask

_CODE = r"[a-z]{0,6}[-/_.]?\d[a-z0-9]*(?:[-/_.][a-z0-9]+)*"
_NUMBERED = r"(?:(?:\s{0,2}|[^\S\n]{0,12})(?:n\s?[°ºo]\.?|no\.?|num(?:ero|ber)?\.?|#|[:=]|\bis\b|\best\b|رقم))"
#: Codes of something else: "réf. article : …".
_OTHERS = (
    r"(?:produits?|articles?|modeles?|factures?|devis|offres?|couleurs?|product|item|colou?r|invoice|quote|offer|supplier|fournisseurs?|"
    r"tva|vat|ice|tel|gsm|fax|de\s+(?:livr|factur))"
)
#: Up to so many words between the lead and a colon: "référence à rappeler sur vos factures : …".
_WORDS = rf"(?:[^\S\n](?!{_OTHERS}(?![^\W_]))[^\W\d_]{{1,12}})"
#: A word that may be the reference of anything: of the order only where it begins a line or sentence or these stand before it.
_ANYTHING = re.compile(r"(?:ref|reference)s?")
_OURS = re.compile(
    r"(?:^|[\n.;:(|•*–—-]|(?<![^\W_])(?:n/|notre|nos|our|my|ma|ntre|client|clients?|customer|commande|cde|order|po|achats?|interne|internal|with|avec|sous|la|the|"
    r"indiquer|rappeler|mentionner|quote|preciser|porter|reporter))\s*$"
)


class ReferenceReader:
    """A code after one of the words; a bare number of goods is none."""

    def __init__(self, after: Sequence[str], counted: FactSpec | None) -> None:
        lead = any_phrase(after)
        self._pattern = re.compile(
            rf"(?<!\w)(?P<lead>{lead})(?P<dot>\.?)(?:(?P<marked>(?:{_WORDS}{{1,8}}[^\S\n]{{0,12}}[:=][^\S\n]{{0,3}}"
            rf"|{_WORDS}{{0,2}}{_NUMBERED}{{1,3}}\s{{0,2}}))|(?P<dash>-)|\s{{1,2}})(?P<code>{_CODE})(?![\w])"
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
            if _ANYTHING.fullmatch(match["lead"]) and _OURS.search(plain, max(0, match.start() - 20), match.start()) is None:
                continue  # "rose rouge réf. R-12": that of a thing
            if (
                match["dot"]
                and not match["marked"]
                and _ANYTHING.fullmatch(match["lead"]) is None
                and "ref" not in match["lead"]
            ):
                continue  # a sentence ends: "ma commande. 12 …"
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
