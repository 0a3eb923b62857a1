"""Numbers as people write them, and the numbers in a mail that measure nothing: phones, references, times, addresses.

Every function keeps offsets: what is blanked is replaced by as many ``BLANK`` characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from core.doubts import Doubt
from core.reading import FactValue
from processors.gated import Gated
from processors.tokens import fold, mask
from processors.words_common import NUMBERS

#: Stands for a character that must not be read; it is no blank, so that nothing joins across it.
BLANK = "\x1f"

#: A number with its groups of thousands and its decimals; never more than 15 digits.
NUMBER = (
    r"(?:\d{1,3}(?:[ \u00a0\u202f'’]\d{3}){1,3}\.\d{1,2}(?!\d)"
    r"|\d{1,3}(?:[ \u00a0\u202f.'’]\d{3}){1,3}(?:,\d{1,4})?"
    r"|\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,4})?(?!\d)"
    r"|\d{1,9}(?:[.,]\d{1,4})?)(?!\d)"
)

_EXTENSIONS = "jpe?g|png|gif|heic|webp|tiff?|bmp|pdf|docx?|xlsx?|pptx?|zip|rar|7z|glb|gltf|usdz|obj|fbx|stl|step|stp|blend|max|3ds|skp|dwg|dxf|mp4|mov|mp3|eml|txt|csv"  # noqa: E501


def _number(pattern: str, only: str = "") -> Gated:
    """A pattern of a number that is none of "3D" and the like: after it, or after a blank, stands no d that ends a word."""
    return Gated(pattern, re.IGNORECASE, beyond_3d=True, only=re.compile(only) if only else None)


#: Phones, references, addresses, times, file names.
REFERENCES = (
    Gated(rf"(?<![\w.-])[\w().-]{{1,80}}\.(?:{_EXTENSIONS})(?!\w)", re.IGNORECASE),
    _number(r"(?<![\w+])(?:\+|00)\d{1,3}(?:[\s.()/-]{0,3}\d){7,13}(?!\w)"),
    _number(r"(?<![\w+/.-])0\d(?P<sep>[\s./-]?)\d{2}(?:(?P=sep)\d{2}){3}(?!\w)"),
    _number(r"(?<![\w.])\(?\d{3}\)?[-.\s]\d{3}[-.]\d{4}(?!\w)"),
    Gated(
        r"(?:\bn\s?[°º]|\bnum[ée]ro|\bnumber\b|#|\br[ée]f(?:[ée]rence)?\b\.?|\bsiret\b|\bsiren\b|\biban\b|\btva\b|\bvat\b|\bt[ée]l\b\.?)"
        r"\s{0,2}(?:n\s?[°º])?\s{0,2}[:.#]?\s{0,2}[A-Z]{0,5}[-/_]?\d[\w/_-]{0,30}(?:[ .]\d{2,6}){0,6}",
        re.IGNORECASE,
    ),
    Gated(
        r"\b(?:commande|order|facture|invoice|ticket|dossier|devis|quote|bon|contrat|client)\s{0,2}[:#]?\s{0,2}"
        r"(?=[A-Z]{0,5}[-/_]?\d)(?:[A-Z]{1,5}[-/_]?\d[\w/_-]{0,30}|\d{2,8}[-/_][\w/_-]{1,30}|\d{5,12}(?!\w))",
        re.IGNORECASE,
    ),
    _number(
        r"\b\d{1,4}\s?(?:bis|ter)?,?\s(?:rue|avenue|av\.|bd\.?|boulevard|place|impasse|chemin|all[ée]e|route|quai|cours|street|st\.|road|lane)\b"
    ),
    _number(r"\b(?:[01]?\d|2[0-4])\s?(?:heures?|hrs?|a\.?m\.?|p\.?m\.?)(?!\w)"),
    _number(r"\b(?:[01]?\d|2[0-4])h(?:[0-5]\d)?(?!\w)"),
    _number(r"\b(?:[àa]|at|vers|avant|before)\s(?:[01]?\d|2[0-4])\s?[h:]\s?(?:[0-5]\d)?(?!\w)", only=r"\d\s?[hH:]"),
    _number(r"(?<![\w:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\w:])"),
)
_NOT_MEASURES = (
    _number(r"\d{1,4}(?:[.,]\d{1,3})?\s?%"),
    Gated(r"\bv\.?\s?\d{1,3}(?:\.\d{1,4}){0,3}\b", re.IGNORECASE, only=re.compile(r"[vV]\.?\s?\d")),
    _number(r"\d{2,5}\s?[x×*]\s?\d{2,5}\s?(?:px|pixels?|dpi)\b"),
    _number(
        r"\d{1,5}\s?(?:px|pixels?|dpi|[kmgt]?o|[kmgt]b|kg|grammes?|g|ml|cl|litres?|watts?|w|v|volts?|mois|jours?|semaines?|ans?|minutes?|"
        r"secondes?|days?|weeks?|months?|years?|hours?|mins?|km|m[²2³3]|m\^[23])(?!\w)"
    ),
    Gated(r"(?<!\w)[234]\s?-?d(?![\w'’])", re.IGNORECASE),
    _number(r"(?<![\w.,x×*])(?<![x×*] )\d{1,4}(?:[.,]\d)?\s?l(?![\w'’]|\s?[x×*/:=.-]?\s?\d|\s?[x×*])", only=r"\d\s?[lL]"),
    Gated(r"(?<!\w)24\s?/\s?7(?!\w)", re.IGNORECASE),
)
POSTCODE = Gated(r"(?<![\w.,])(?:[A-Z]-)?\d{5}(?=[ \u00a0][A-ZÀ-Ý][A-Za-zà-ÿ'’-]{2,})")


_THREE_D = _NOT_MEASURES[4]
_FILE = re.compile(r"[@\[]|\.[^\W_]|://", re.IGNORECASE)
_COMMON_DIGIT = re.compile("[0-9]")
#: Decimal digits of every script, and the signs that are digits besides: in a circle, raised, lowered.
_ANY_DIGIT = re.compile(
    r"[\d\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea"
    r"\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\U00010a40-\U00010a43\U00010e60-\U00010e68\U00011052-\U0001105a"
    r"\U0001f100-\U0001f10a]"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value read in one text: where it stands there (first and last offset of each quote), how sure the rule is, and what it cannot
    tell of it (core.doubts)."""

    value: FactValue
    spans: tuple[tuple[int, int], ...]
    confidence: float
    doubt: Doubt = ""


def blank(text: str, *patterns: re.Pattern[str] | Gated) -> str:
    """The text with every match of the patterns blanked."""
    whole = text  # what is blanked leaves no word that was not there
    for pattern in patterns:
        if isinstance(pattern, Gated):
            text = pattern.sub(_blanked, text, whole)
        else:
            text = pattern.sub(_blanked, text)
    return text


def _blanked(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


@lru_cache(maxsize=64)  # asked of the same few texts by several facts
def has_digit(text: str) -> bool:
    """Whether ``str.isdigit`` is true of any character."""
    return _COMMON_DIGIT.search(text) is not None or (not text.isascii() and _ANY_DIGIT.search(text) is not None)


def only_names_3d(text: str) -> bool:
    """Whether the text's digits are those of "3D" and the like, and it names no file or machine that may have them."""
    return _FILE.search(text) is None and not has_digit(_THREE_D.sub(_blanked, text))


@lru_cache(maxsize=32)  # several facts read the same text one after the other
def measurable(text: str) -> str:
    """The text without the numbers that are neither lengths nor counts (prices and dates are the callers')."""
    if not has_digit(text):
        return text
    return blank(mask(text), *REFERENCES, *_NOT_MEASURES, POSTCODE)


#: "n° 12", "réf. A-12", "TVA 123456".
CODE_REFERENCE = REFERENCES[4]
#: "commande 12345": a number that may as well be how many are ordered.
ORDER_REFERENCE = REFERENCES[5]


#: A number in words that measures something: "quatre-vingts de large", "un mètre vingt", "sixty centimetres".
_NUMBER_WORDS = "|".join(sorted({w for w, n in NUMBERS.items() if n}, key=len, reverse=True))
_IN_WORDS = rf"(?:{_NUMBER_WORDS})s?(?:(?:[ -]et[ -]|[ -]and[ -]|[ -])(?:{_NUMBER_WORDS})s?){{0,5}}"
_MEASURED = re.compile(
    rf"(?<![\w-])(?P<n>{_IN_WORDS})(?=\s(?:centim|millim|m[èe]tres?\b|cm\b|mm\b|m\b|inch|feet\b|foot\b|meters?\b|metres?\b|"
    r"(?:de\s)?(?:large|haut|long|profond|diam|[ée]pais)|wide|high|tall|deep))"
    rf"|(?<=m[èe]tre\s)(?P<cm>{_IN_WORDS})(?![\w-])|(?<=m[èe]tres\s)(?P<cms>{_IN_WORDS})(?![\w-])",
    re.IGNORECASE,
)


def in_digits(text: str) -> str:
    """The text with the measures that are spelled in words written in digits, every offset kept."""
    return _MEASURED.sub(_digits, text) if _SPELLED_UNIT.search(text) or _SPELLED_METRE.search(text) else text


def spelled_from(text: str, start: int) -> int:
    """Where the number begins that ``in_digits`` wrote at ``start``, flush right."""
    found = (m.start() for m in _MEASURED.finditer(text, max(0, start - 80)) if m.start() < start < m.end())
    return next(found, start)


_SPELLED_UNIT = Gated(
    r"\s(?<=[a-zéèû]\s)(?:centim|millim|m[èe]tre|inch|feet\b|foot\b|meter|(?:de\s)?(?:large|haut|long|profond|diam|[ée]pais)|wide|high|tall|deep)",
    re.IGNORECASE,
)
#: Those in short, which no string tells of that few texts have.
_SPELLED_METRE = re.compile(r"\s[cm]?m\b(?:(?<=[a-zéèû]\sm)|(?<=[a-zéèû]\s[cm]m))", re.IGNORECASE)


def _digits(match: re.Match[str]) -> str:
    total = here = 0
    for word in re.split(r"[\s-]+", fold(match[0])):
        n = NUMBERS.get(word) or NUMBERS.get(word.removesuffix("s"), 0)
        if n == 1000:
            total, here = total + max(here, 1) * 1000, 0
        elif n == 100:
            here = max(here, 1) * 100
        elif n == 20 and here % 100 == 4:
            here += 76  # quatre-vingts
        else:
            here += n
    return f"{total + here}".rjust(len(match[0]))


def parse_number(written: str, *, english: bool = False) -> Decimal | None:
    """The value of what ``NUMBER`` matched: "1 500,5", "10.000", "1,200.50", "1’000". None when it is no number.

    A comma before exactly three digits is a decimal comma, unless ``english`` ("1,500" is then fifteen hundred).
    """
    text = re.sub(r"[ \u00a0\u202f'’]", "", written.strip())
    grouped = text != written.strip()  # "10 000,000" has no further thousands
    if not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", text):
        text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
        if not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", text):
            return None
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal_mark = "." if text.rindex(".") > text.rindex(",") else ","
        text = text.replace("," if decimal_mark == "." else ".", "").replace(decimal_mark, ".")
    elif dots > 1 or commas > 1:
        text = text.replace(".", "").replace(",", "")
    elif dots and len(text) - text.index(".") == 4 and text.index(".") <= 3 and not grouped and not text.startswith("0"):
        text = text.replace(".", "")
    elif (
        commas
        and english
        and len(text) - text.index(",") == 4
        and text.index(",") <= 3
        and not grouped
        and not text.startswith("0")
    ):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    return Decimal(text) if text.count(".") <= 1 and len(text) <= 20 else None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks and commas around it."""
    while start < end and text[start] in " \t\r\n,;:\u00a0\u202f":
        start += 1
    while end > start and text[end - 1] in " \t\r\n,;:\u00a0\u202f":
        end -= 1
    return start, end
