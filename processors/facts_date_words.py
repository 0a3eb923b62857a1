"""Words of days and months as customers write them, folded: French, English, Darija in both scripts, and the neighbours' languages."""

from __future__ import annotations

from processors.numbers_small import DAY_WORDS, ORDINALS
from processors.words_common import NUMBERS

MONTHS = {
    1: "janvier|janv|january|jan|januar|enero|gennaio|januari|يناير|جانفي",
    2: "fevrier|fevr|fev|february|feb|februar|febrero|febbraio|februari|فبراير|فيفري",
    3: "mars|march|mar|marz|marzo|maart|مارس",
    4: "avril|avr|april|apr|abril|aprile|ابريل|افريل",
    5: "mai|may|mayo|maggio|mei|ماي|مايو",
    6: "juin|june|jun|juni|junio|giugno|يونيو|جوان",
    7: "juillet|juil|july|jul|juli|julio|luglio|يوليوز|يوليو",
    8: "aout|august|aug|agosto|augustus|غشت|اغسطس|out",
    9: "septembre|sept|september|sep|septiembre|settembre|شتنبر|سبتمبر",
    10: "octobre|oct|october|oktober|okt|octubre|ottobre|اكتوبر",
    11: "novembre|nov|november|noviembre|نونبر|نوفمبر",
    12: "decembre|dec|december|dezember|dez|diciembre|dicembre|دجنبر|ديسمبر",
}
MONTH_OF = {name: number for number, names in MONTHS.items() for name in names.split("|")}
MONTH = "|".join(sorted(MONTH_OF, key=len, reverse=True))
DAYS = {
    0: "lundi|lun|monday|mon|montag|lunes|lunedi|maandag|tnin|ltnin|letnin|الاثنين|الاتنين",
    1: "mardi|tuesday|tue|dienstag|martes|martedi|dinsdag|tlat|tlata|ltlata|ltlat|الثلاثاء|التلات",
    2: "mercredi|mer|wednesday|wed|mittwoch|miercoles|mercoledi|woensdag|larb3a|larba3a|larb3|larbe3|larba3|lerb3|lrb3|الاربعاء|الاربع",
    3: "jeudi|jeu|thursday|thu|donnerstag|jueves|giovedi|donderdag|lkhmis|khmis|lkhmiss|الخميس",
    4: "vendredi|ven|friday|fri|freitag|viernes|venerdi|vrijdag|jem3a|jm3a|ljem3a|jom3a|jma3a|jemaa|joumou3a|الجمعة",
    5: "samedi|sam|saturday|sat|samstag|sabado|sabato|zaterdag|sebt|ssebt|السبت",
    6: "dimanche|sunday|sun|sonntag|domingo|domenica|zondag|lhed|lhad|الاحد",
}  # fmt: skip
DAY_OF = {name: number for number, names in DAYS.items() for name in names.split("|")}
DAY = "|".join(sorted(DAY_OF, key=len, reverse=True))
SMALL = "|".join(w for w, n in NUMBERS.items() if 0 < n < 100)
#: Days of a month as people say them: "le vingt mars", "the twentieth"; no end of a larger number: "soixante-dix-sept".
DAY_WORD = rf"(?<![\w-])(?:{'|'.join(w.replace(' ', '[ -]') for w in sorted(DAY_WORDS, key=len, reverse=True))})(?![^\W_])"
ORDINAL = "|".join(w.replace(" ", "[ -]") for w in sorted(ORDINALS, key=len, reverse=True))
#: Years as they are said.
_YEARS = {
    2025: ("cinq", "five"),
    2026: ("six", "six"),
    2027: ("sept", "seven"),
    2028: ("huit", "eight"),
    2029: ("neuf", "nine"),
}
YEAR_WORDS = {
    form: year for year, (fr, en) in _YEARS.items()
    for form in (f"deux mille vingt {fr}", f"twenty twenty {en}", f"two thousand twenty {en}", f"two thousand and twenty {en}")
}  # fmt: skip
YEAR_WORD = "|".join(w.replace(" ", "[ -]") for w in sorted(YEAR_WORDS, key=len, reverse=True))

#: Days known by their name, as (month, day); a name alone is no date ("un sapin de Noël"), one that a deadline brings is.
FEASTS = {
    "noel": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "weihnachten": (12, 24), "navidad": (12, 25), "natale": (12, 25),
    "kerst": (12, 25), "nouvel an": (1, 1), "new year": (1, 1), "la saint-valentin": (2, 14), "la saint valentin": (2, 14),
    "valentine's day": (2, 14), "halloween": (10, 31), "la toussaint": (11, 1), "toussaint": (11, 1),
}  # fmt: skip
