"""Words of numbers in French, English and Moroccan Arabic in both scripts, folded as a text is that is looked through."""

from __future__ import annotations

from collections.abc import Mapping

from processors.facts_dates import plain_text
from processors.numbers_small import TEENS
from processors.words_common import DOZENS, NUMBERS

#: From three to nine as they stand before "hundred" and "thousand", where Arabic shortens them.
_SHORT = {
    3: "tlt telt tlat tlet talt", 4: "rb3 reb3 rab3 rba3 rbe3", 5: "khms khams khems khmes 5ms", 6: "stt sett st set",
    7: "sb3 seb3 sab3 sba3", 8: "tmn tmen tmnia tmnt tamn", 9: "ts3 tes3 tas3 tsa3", 10: "3chr 3achr 3echr 3cher",
}  # fmt: skip
_SHORT_ARABIC = {
    3: "ثلاث تلات تلت ثلث", 4: "اربع ربع اربعة", 5: "خمس", 6: "ست", 7: "سبع", 8: "ثمان ثماني تمن ثمن تمان", 9: "تسع", 10: "عشر",
}  # fmt: skip


def _folded(words: Mapping[str, int]) -> dict[str, int]:
    return {plain_text(word): value for word, value in words.items()}


#: "khmsmya", "خمسمائة": a number and "hundred" in one word.
_HUNDREDS = {
    **{f"{w}{h}": n * 100 for n, ws in _SHORT.items() if n < 10 for w in ws.split() for h in ("mya", "miya", "mia", "myat", "miat")},
    **{f"{w}{h}": n * 100 for n, ws in _SHORT_ARABIC.items() if n < 10 for w in ws.split() for h in ("مائة", "مئة", "مية", "ميه", "ميات")},
}  # fmt: skip

#: The same with "thousand": "khamsalaf", "تلتالاف".
_THOUSANDS = {
    **{f"{w}{t}": n * 1000 for n, ws in _SHORT.items() for w in ws.split() for t in ("alaf", "talaf", "lalaf")},
    **{f"{w}{t}": n * 1000 for n, ws in _SHORT_ARABIC.items() for w in ws.split() for t in ("الاف", "تالاف")},
}

#: Small numbers, tens and Arabic hundreds by name; other hundreds, and thousands, are scales.
UNITS: dict[str, int] = _folded({
    **{w: n for w, n in NUMBERS.items() if n < 100}, **TEENS,
    "septante": 70, "huitante": 80,
    "octante": 80, "nonante": 90, "vingts": 20,
    **{w: n for n, ws in _SHORT.items() for w in ws.split()}, **{w: n for n, ws in _SHORT_ARABIC.items() for w in ws.split()},
    "jouj": 2, "juj": 2, "joj": 2, "zouj": 2, "zoj": 2, "tlata": 3, "tleta": 3, "tlatha": 3, "reb3a": 4, "rab3a": 4, "arba3a": 4,
    "rba3a": 4, "khamsa": 5, "khemsa": 5, "khmsa": 5, "setta": 6, "sta": 6, "stta": 6, "seb3a": 7, "sab3a": 7, "sb3a": 7, "tmnya": 8,
    "tmenya": 8, "tmania": 8, "tmanya": 8, "tes3oud": 9, "tes3a": 9, "ts3oud": 9, "ts3a": 9, "3achra": 10, "3echra": 10, "3chra": 10,
    "3chrin": 20, "3echrin": 20, "3achrin": 20,
    "3ichrin": 20, "tlatin": 30, "reb3in": 40, "rb3in": 40, "khamsin": 50, "khmsin": 50, "settin": 60, "sttin": 60, "sab3in": 70,
    "seb3in": 70, "tmanin": 80, "tes3in": 90, "ts3in": 90,
    "miatayn": 200, "miyatayn": 200, "myatayn": 200, "mitayn": 200, "mitin": 200, "myatin": 200,
    "واحد": 1, "واحدة": 1, "جوج": 2, "زوج": 2, "اثنين": 2, "اتنين": 2, "اثنان": 2, "ثلاثة": 3, "تلاتة": 3, "تلاتا": 3,
    "اربعة": 4, "ربعة": 4, "خمسة": 5, "ستة": 6, "سبعة": 7, "ثمانية": 8, "تمنية": 8, "تمانية": 8, "تسعة": 9, "تسعود": 9, "عشرة": 10,
    "عشرين": 20, "عشرون": 20, "ثلاثين": 30, "تلاتين": 30, "ثلاثون": 30,
    "اربعين": 40, "ربعين": 40, "اربعون": 40, "خمسين": 50, "خمسون": 50, "ستين": 60, "ستون": 60, "سبعين": 70, "ثمانين": 80, "تمانين": 80,
    "تسعين": 90, "مئتين": 200, "ميتين": 200, "مائتين": 200, "مئتان": 200, "مائتان": 200,
    "alfayn": 2000, "alfin": 2000, "alfeyn": 2000, "الفين": 2000, "الفان": 2000,
    **_HUNDREDS, **_THOUSANDS, "wahd": 1, "wa7d": 1, "wahed": 1, "wa7ed": 1,
})  # fmt: skip
SCALES: dict[str, int] = _folded({
    "cent": 100, "cents": 100, "hundred": 100, "mya": 100, "miya": 100, "mia": 100, "myat": 100, "miat": 100, "مية": 100, "ميه": 100,
    "مئة": 100, "مائة": 100, "ميات": 100, "mille": 1000, "milles": 1000, "mil": 1000, "k": 1000, "thousand": 1000, "thousands": 1000,
    "alf": 1000, "alaf": 1000, "alef": 1000, "lf": 1000, "lalf": 1000, "lalaf": 1000, "الف": 1000, "الاف": 1000, "الافا": 1000,
    "الفا": 1000, "million": 1_000_000, "millions": 1_000_000, "مليون": 1_000_000, "melyoun": 1_000_000,
})  # fmt: skip
#: Scales that say no number by themselves: "des milliers", "آلاف".
NEVER_ALONE = frozenset(
    plain_text(word)
    for word in "k lf lalf lalaf alaf thousands millions الاف الافا milliers centaines dizaines ميات myat".split()
)
ROUND: dict[str, int] = _folded({**DOZENS, **{w + "s": n for w, n in DOZENS.items()}, "dozens": 12, "couple": 2, "عشرات": 10})
#: Half of the scale before: "deux mille et demi", "alf w nos", "ألف ونصف"; and half of the one that follows: "un demi-millier".
HALVES = frozenset(plain_text(w) for w in ("demi", "demie", "half", "nos", "nss", "ness", "noss", "nesf", "nouss", "نص", "نصف"))
JOINS = frozenset(("et", "and", "w", "و"))
#: What may stand between a number and its thousands: "khamsa d lalaf", "une dizaine de mille", "half a thousand".
LINKS = frozenset(("de", "d", "of", "a", "dyal", "dial", "د", "ديال"))
