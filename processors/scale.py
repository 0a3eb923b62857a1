"""Words that change an amount without naming the new one: "le double", "x2", "la moitié", "mais plus"."""

from __future__ import annotations

import re
from decimal import Decimal

from core.reading import Evidence, Scale
from processors.facts_dates import plain_text

_NUMBERS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_N = r"(?P<{}>\d{{1,2}}|" + "|".join(_NUMBERS) + ")"
#: "la moitié en blanc" speaks of a part of the goods: only what ends there, or goes on with the amount, multiplies it.
_ENDS = (
    r"(?=\s*(?:$|[.,;:!\n)]|(?:svp|stp|s'il|please|merci|thanks|thx|3afak|afak|cette fois|this time|seulement|only|"
    r"de la quantite|des quantites|d'habitude|de d'habitude|the (?:quantity|amount)|pour|for|livraison)(?!\w)))"
)
_TIMES = re.compile(
    rf"(?<!\w)(?:(?P<double>le double|au double|the double|double dial\w*|doublez|doubler|"
    rf"twice (?:as (?:many|much)|the (?:quantity|amount))|"
    rf"double (?:the|la|les) (?:quantity|amount|quantites?|commande))|(?P<triple>le triple|triplez|tripler)|"
    rf"x\s?{_N.format('a')}|{_N.format('b')}\s?x|{_N.format('c')} (?:fois|times) (?:plus|la (?:meme )?quantite|more|as (?:many|much))|"
    rf"(?P<half>la moitie|half|moitie moins))(?!\w){_ENDS}"
)
#: Anything that may change an amount by as much as nobody can tell.
_DOUBT = re.compile(
    r"(?<!\w)(?:(?<!non )(?<!au )plus|moins|davantage|more|less|fewer|kt[ae]r|akt[ae]r|qell|9ell?|doubl\w+|tripl\w+|moitie|tiers|half|"
    r"twice|thrice|fois plus|augment\w+|redui\w+|diminu\w+|reduce\w*|increase\w*|supplement\w*|x\s?\d{1,2}|\d{1,2}\s?x|\d+\s?%|"
    r"نصف|النصف|ضعف|الضعف|اكثر|أكثر|اقل|أقل)(?![\w])"
)
#: "plus vite", "moins cher", "plus tard": not of how many.
_BESIDE = re.compile(
    r"\s(?:vite|tard|tot|rapid\w*|cher\w*|clair\w*|fonce\w*|grands?|grandes?|petits?|petites?|longs?|larges?|epais\w*|solides?)(?!\w)"
)
_DENIED = re.compile(r"(?:(?<!\w)(?:pas|non|jamais|not?|never|machi|ou|or)|\?)\W*$")


def scale_of(text: str, source: str = "text") -> Scale | None:
    """By how much the words multiply an amount; ``times`` None where they change it by as much as they do not say, or may.

    None where nothing in them does.
    """
    plain = plain_text(text[:2_000])
    if len(plain) != len(text[:2_000]):
        plain = text[:2_000].casefold() if len(text[:2_000].casefold()) == len(text[:2_000]) else text[:2_000]
    found = list(_TIMES.finditer(plain))
    doubts = [
        m
        for m in _DOUBT.finditer(plain)
        if not _BESIDE.match(plain, m.end()) and not any(f.start() <= m.start() < f.end() for f in found)
    ]
    if not found and not doubts:
        return None
    first = (found or doubts)[0]
    proof = Evidence(source, text[first.start() : first.end()], first.start())
    asked = "?" in plain[first.start() :].split("\n")[0]
    if len(found) != 1 or doubts or asked or _DENIED.search(plain, max(0, first.start() - 12), first.start()):
        return Scale(None, proof)
    if first["half"]:
        return Scale(Decimal("0.5"), proof)
    if first["double"] or first["triple"]:
        return Scale(Decimal(2 if first["double"] else 3), proof)
    number = first["a"] or first["b"] or first["c"]
    times = Decimal(_NUMBERS.get(number) or number)
    return Scale(times if times > 0 else None, proof)
