"""Numbers below a hundred that other lists of words leave out: Darija's from eleven to nineteen, and days of a month by name."""

from __future__ import annotations

from processors.words_common import NUMBERS

#: Eleven to nineteen in Moroccan Arabic, in both scripts, and in English.
TEENS: dict[str, int] = {
    **dict.fromkeys("7dach hdach 7dachr hdachr 7ddach حداش احداش".split(), 11),
    **dict.fromkeys("tnach tna3ch tnachr tnaach طناش اطناش".split(), 12),
    **dict.fromkeys("tltach teltach telttach tltta3ch tlettach thirteen تلطاش تلتاش ثلاطاش".split(), 13),
    **dict.fromkeys("rb3tach reb3tach rba3tach arba3tach rbe3tach fourteen ربعطاش اربعطاش".split(), 14),
    **dict.fromkeys("khmstach khmsta3ch khamstach khamsta3ch 5mstach fifteen خمسطاش خمستاش".split(), 15),
    **dict.fromkeys("sttach settach stta3ch setta3ch sixteen سطاش ستاش".split(), 16),
    **dict.fromkeys("sb3tach seb3tach sba3tach sb3ta3ch seventeen سبعطاش".split(), 17),
    **dict.fromkeys("tmntach tmentach tmanyatach tmnta3ch eighteen تمنطاش ثمنطاش".split(), 18),
    **dict.fromkeys("ts3tach tes3tach tsa3tach ts3ta3ch nineteen تسعطاش".split(), 19),
}
_DARIJA = {
    1: "wahd wa7d wahed وحد واحد", 2: "jouj juj joj tnin جوج", 3: "tlata tleta ثلاثة تلاتة", 4: "reb3a rb3a rab3a arba3a ربعة اربعة",
    5: "khamsa khemsa khmsa خمسة", 6: "setta stta sta ستة", 7: "seb3a sb3a sab3a سبعة", 8: "tmnya tmenya tmanya تمنية ثمانية",
    9: "ts3oud tes3oud tes3a تسعود تسعة", 10: "3achra 3echra 3chra عشرة", 20: "3chrin 3echrin 3achrin عشرين", 30: "tlatin تلاتين ثلاثين",
}  # fmt: skip
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth"
).split()
_FRENCH = "deux trois quatre cinq six sept huit neuf".split()
_ENGLISH = "one two three four five six seven eight nine".split()
#: English days as "the twenty-third".
ORDINALS: dict[str, int] = {
    **{word: n for n, word in enumerate(_ORDINALS, 1)},
    **{f"twenty {word}": 20 + n for n, word in enumerate(_ORDINALS[:9], 1)}, "thirtieth": 30, "thirty first": 31,
}  # fmt: skip
#: Every day of a month as people say it, its words parted by blanks.
DAY_WORDS: dict[str, int] = {
    **{w: n for w, n in NUMBERS.items() if 1 < n <= 30 and len(w) > 2}, **TEENS, **ORDINALS, "premier": 1,
    **{f"dix {w}": 10 + n for n, w in enumerate(_FRENCH, 2) if n > 6}, **{f"vingt {w}": 20 + n for n, w in enumerate(_FRENCH, 2)},
    "vingt et un": 21, "vingt un": 21, "trente et un": 31, "trente un": 31,
    **{f"twenty {w}": 20 + n for n, w in enumerate(_ENGLISH, 1)}, "thirty one": 31,
    **{w: n for n, ws in _DARIJA.items() for w in ws.split() if n > 2},
    **{f"{w} {tens}": n + 20 for n, ws in _DARIJA.items() if n < 10 for w in ws.split() for tens in ("w 3chrin", "w 3echrin", "وعشرين")},
    **{f"{w} {tens}": 31 for w in _DARIJA[1].split() for tens in ("w tlatin", "وثلاثين")},
}  # fmt: skip
