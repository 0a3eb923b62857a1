"""A code right after words of the directive: a reference ("bon de commande n° BC-118")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from core.directive import FactSpec
from processors.facts_dates import date_spans, plain_text
from processors.facts_numbers import Found
from processors.facts_places import any_phrase
from processors.goods_either import goes_on
from processors.goods_marks import YEAR_OF
from processors.goods_units import Units, unit_after
from processors.tokens import mask

_CODE = r"(?:[a-z]{1,6}[-/_]){0,3}[a-z]{0,6}[-/_.]?\d[a-z0-9]*(?:[-/_.][a-z0-9]+)*"
_NUMBERED = r"(?:(?:\s{0,2}|[^\S\n]{0,12})(?:n\s?[°ºo]\.?|no\.?|num(?:ero|ber)?\.?|#|[:=]|\.{3,60}|\bis\b|\best\b|رقم))"
#: Codes of something else: "réf. article : …".
_OTHERS = (
    r"(?:produits?|articles?|contrats?|modeles?|factures?|devis|offres?|couleurs?|product|item|colou?r|invoice|quote|offer|supplier|fournisseurs?|"
    r"(?:e-?)?mails?|courriel|colis|suivi|tracking|tva|vat|ice|tel|gsm|fax|de\s+(?:livr|factur))"
)
#: Where it is to be written, and up to so many words between the lead and a colon: "référence à rappeler sur vos factures : …".
_ON_BILLS = r"(?:[^\S\n]sur[^\S\n](?:(?:la|les|vos|votre|chaque|toutes?|nos)[^\S\n]){0,3}factures?)"
_WORDS = rf"(?:{_ON_BILLS}|[^\S\n](?!{_OTHERS}(?![^\W_]))[^\W\d_]{{1,12}})"
#: A word that may be the reference of anything: of the order only where it begins a line or sentence or these stand before it.
_ANYTHING = re.compile(r"(?:ref|reference)s?")
_OURS = re.compile(
    r"(?:^|[\n.;:(|•*–—-]|(?<![^\W_])(?:n/|notre|nos|our|my|ma|ntre|client|clients?|customer|commande|cde|order|po|achats?|interne|internal|with|avec|sous|la|the|"
    r"indiquer|rappeler|mentionner|quote|preciser|porter|reporter))\s*$"
)


#: What is to be quoted must hold a letter: "merci de rappeler GP-R-2604", but no telephone.
_QUOTED = re.compile(r"(?:rappeler|mentionner|reporter|quote)")
_PAPER = re.compile(r"p\.?o\.?|b\.?d?\.?c\.?|purchase\sorder")
#: With fewer figures what is glued to the name of a paper may be a town's code: "PO4 8RA".
_GLUED = 4
_TOLD = re.compile(r"(?:n\s?[°º]|\bno|number|numero)$")
#: An order that was: "our last order (1,000 bags in October, PO 881)", "la même que la commande 10452".
_EARLIER = re.compile(
    r"\b(?:last|previous|derniere|precedente|ancienne)\s(?:order|commande|livraison)\s?\([^)\n]*$"
    r"|\b(?:commande|cde|order|livraison|delivery)\s(?:du|de|d['’]|of|from)\s?[^().;:\n]{2,25}\([^()\n]{0,20}$"
    r"|\b(?:que|comme|than|as|like)\s(?:(?:pour|for)\s)?(?:(?:la|le|notre|ma|our|my|the|celle?\sde\sla)\s)?$"
)
#: One number or two of goods.
_SEVERAL = re.compile(r"\d+(?:[x/|-]\d+)?")
#: The number of who orders, not of what he orders.
_ACCOUNT = re.compile(
    r"(?<![^\W_])(?:clients?|comptes?|customer|account|adherente?s?|abonnee?s?|membre|member|carte|contrat|identifiant)(?![^\W_])"
)
_ORDERED = re.compile(r"commande|order|achat|purchase|^p\.?o|^b\.?d?\.?c|cde|ref")
#: What the customer asks of his own house; the number of the order is meant where both stand.
_ASKED_WITHIN = re.compile(r"demande\s+d['’]achat")
#: A label of a form, and its value in the column beside it.
_NUMBER_OF = re.compile(r"(?:numero|n\s?[°ºo]|number|ref|order\sno|po\sno)")


class ReferenceReader:
    """A code after one of the words; a bare number of goods is none."""

    def __init__(self, after: Sequence[str], counted: FactSpec | None) -> None:
        lead = any_phrase(after)
        self._pattern = re.compile(
            rf"(?<!\w)(?P<lead>{lead})(?P<dot>\.?)(?:(?P<marked>(?:{_WORDS}{{1,8}}[^\S\n]{{0,12}}[:=][^\S\n]{{0,3}}"
            rf"|{_WORDS}{{0,2}}{_NUMBERED}{{1,3}}\s{{0,2}}))|(?P<dash>-)|\s{{1,2}}|(?P<column>[^\S\n]{{3,30}})|(?P<glued>(?=\d)))(?P<code>{_CODE})(?![\w])"
        )
        self._units = Units(counted.units, counted.unit_words) if counted is not None else Units((), {})

    def find(self, text: str, day: date) -> Found | None:
        """The first one, None where there is none."""
        plain = plain_text(mask(text))
        if not any(map(str.isdecimal, plain)):
            return None
        dates = date_spans(text, day)
        within: Found | None = None
        for match in list(self._pattern.finditer(plain))[:50]:
            if _EARLIER.search(plain, max(0, match.start() - 80), match.start()) is not None:
                continue
            start, end = match.span("code")
            code = match["code"]
            if match["dash"]:
                start = match.start("lead")
            if match["glued"] is not None:
                if _PAPER.fullmatch(match["lead"]) is None or match["dot"] or sum(map(str.isdigit, code)) < _GLUED:
                    continue
                start = match.start("lead")  # "BC26-309"
            if _ANYTHING.fullmatch(match["lead"]) and _OURS.search(plain, max(0, match.start() - 20), match.start()) is None:
                continue  # "rose rouge réf. R-12": that of a thing
            if (
                match["dot"]
                and not match["marked"]
                and _ANYTHING.fullmatch(match["lead"]) is None
                and "ref" not in match["lead"]
            ):
                continue  # a sentence ends: "ma commande. 12 …"
            if match["column"] and (_NUMBER_OF.search(match["lead"]) is None or not _begins_line(plain, match.start())):
                continue
            if _QUOTED.fullmatch(match["lead"]) and code.isdecimal():
                continue
            digits = sum(map(str.isdigit, code))
            if digits < 2 or len(code) > 30 or any(a < end and b > start for a, b in dates):
                continue
            told = _TOLD.search(match["lead"]) is not None
            between = match["marked"] or ""
            if not told and _NUMBER_OF.search(between) is None:
                if _range(code):
                    continue  # "commande : 500-600 roses"
                if code.isdecimal() and any(self._units.of(word) is not None for word in re.findall(r"[^\W\d_]{2,}", between)):
                    continue  # "commande de bouquets : 500"
            bare = (
                code.isdecimal()
                and match["glued"] is None
                and not told
                and not (match["marked"] and match["marked"].strip() not in (":", "="))
            )
            if bare and (
                len(code) < (3 if _PAPER.fullmatch(match["lead"]) else 4)
                or re.match(r"[ \u00a0\u202f.]\d{3}(?!\d)|\s?(?:x|mille|k|alf)\b", plain[end : end + 8])
            ):
                continue
            if bare and goes_on(plain, end):
                continue
            if bare and YEAR_OF.match(plain, start):
                continue
            if unit_after(plain, end, self._units) is not None and _SEVERAL.fullmatch(code) is not None:
                continue  # "commande : 500 roses", "5/6 cartons", "2x1500 roses"
            if _ACCOUNT.search(between) is not None and _ORDERED.search(match["lead"]) is None:
                continue  # "notre numéro client : 40217"
            found = Found(
                text[start:end],
                ((start, end),),
                0.9 if match["marked"] or match["dash"] or match["glued"] is not None else 0.75,
            )
            if _ASKED_WITHIN.match(match["lead"]) is None:
                return found
            within = within or found
        return within


def _range(code: str) -> bool:
    """Whether a code is rather the least and the most of something: two round numbers, the more at most twice the less."""
    less, _, more = code.partition("/" if "/" in code else "-")
    if not (less.isdecimal() and more.isdecimal()) or len(code) > 11 or less.startswith("0"):
        return False
    return 0 < int(less) < int(more) <= 2 * int(less) and not (int(less) % 50 or int(more) % 50)


def _begins_line(plain: str, at: int) -> bool:
    return not plain[plain.rfind("\n", 0, at) + 1 : at].strip(" \t-•*")
