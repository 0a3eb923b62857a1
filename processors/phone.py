"""Numbers that a sender writes under his name, in international form (E.164)."""

from __future__ import annotations

import re

#: Country codes of two digits (ITU E.164); 1 and 7 have one, all others three.
_TWO = frozenset(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 "
    "95 98".split()
)
#: A number as people write it; what stands right before it may say that it is no phone.
_WRITTEN = re.compile(r"(?<![\w+./-])(\+|00|0)(\d[\d\s().\u00a0\u202f-]{6,24}\d)(?![\w/-])")
_OTHER = re.compile(r"(?:fax|siret|siren|rcs|tva|iban|capital)\W{0,12}$", re.IGNORECASE)
_READ = 4_000


def country_of(number: str) -> str:
    """The country code of a number in E.164, with its plus: "+33"; '' for what is none."""
    digits = number.strip().removeprefix("whatsapp:").removeprefix("+").replace(" ", "")
    if not digits.isdecimal() or len(digits) < 6:
        return ""
    return f"+{digits[0] if digits[0] in '17' else digits[:2] if digits[:2] in _TWO else digits[:3]}"


def numbers_in(signature: str, country: str = "") -> tuple[str, ...]:
    """The numbers of a signature, each once. National ones (0…) are of ``country`` ("+33"), and left out without it."""
    found: dict[str, None] = {}
    for match in _WRITTEN.finditer(signature[:_READ]):
        if _OTHER.search(signature[: match.start()][-30:]):
            continue
        digits = re.sub(r"\(0\)|\D", "", match[2])
        number = f"+{digits}" if match[1] != "0" else f"{country}{digits}" if country else ""
        if re.fullmatch(r"\+[1-9]\d{8,14}", number):
            found[number] = None
    return tuple(found)[:5]
