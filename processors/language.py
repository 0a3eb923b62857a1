"""Which language is a text in? Small words and spelling, no model: a few dozen kilobytes, microseconds.

A customer's mail is full of the little words that no one avoids ("je", "the", "und") and of the letters a language has for
itself (ñ, ß, ã). Other scripts are told by their letters alone. A statistical detector was measured and left: it took 18 MB in
each process and called "Je valide" Spanish.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from processors.gated import Gated
from processors.language_words import WORDS

_MAX_TEXT = 2_000
_MAX_WORDS = 400
#: Evidence below which nothing is said, and the lead the best must have over the second.
_ENOUGH = 0.75
_LEAD = 1.15
#: What an expected language is favoured by, and the evidence it needs.
_HINT = 1.25
_ENOUGH_EXPECTED = 0.4

#: Spelling that one language (or few) has for itself, with what one sight of it weighs.
_SPELLINGS = tuple(
    (re.compile(pattern), languages, weight)
    for pattern, languages, weight in (
        (r"ñ|¿|¡", "es", 1.5),
        (r"ß", "de", 2.0),
        (r"ã|õ", "pt", 1.5),
        (r"ç", "fr pt", 0.4),
        (r"œ|ê|ù|û|î", "fr", 0.7),
        (r"è|à", "fr it", 0.3),
        (r"ä|ö", "de sv", 0.5),
        (r"ü", "de es", 0.4),
        (r"å", "sv da", 1.0),
        (r"æ|ø", "da", 1.5),
        (r"ł|ś|ź|ż|ć|ę|ą|ń", "pl", 1.5),
        (r"ă|ș|ț|ş|ţ", "ro", 1.5),
        (r"\b(?:[jldnmtscq]|qu|jusqu|lorsqu|puisqu)'[a-zâàéèêîôù]", "fr", 0.7),
        (r"\b(?:dell|all|nell|dall|sull|quest|un|l|c|d)'[aeiou]", "it", 0.5),
        (r"\w(?:'s|'re|'ll|'ve|n't|'d)\b", "en", 1.0),
        (r"(?:eux|euse|aient|aux|ées?|ières?|ment|eau|ais|ait|ez|ons|oir|tion|ités?)\b", "fr", 0.25),
        (r"eu|oi|ou(?!gh|ld|r\b)|\b[ld]e\b", "fr", 0.13),
        (r"(?:ing|ght|tion|ly|ness|ful|th|wn|ould|ck|ies|ed|ers?|y)\b|\bth|\bwh|ough|oo", "en", 0.22),
        (r"(?:ung|lich|keit|heit|isch|ieren|ten|chen|en)\b|sch|tz|\bge|ei|ck|pf", "de", 0.2),
        (r"(?:ción|ciones|sión|dad|mente|aron|ando|iendo|amos|emos|ería|os|ar|as|es)\b|ll|ue|ie|[aeiou]d[oa]s?\b", "es", 0.2),
        (r"(?:zione|zioni|mente|ità|ando|endo|are|ere|ire|ato|ata|ati|ino|one|ello|ella)\b|gli|gn|zz|cch|tt", "it", 0.14),
        (r"(?:ção|ções|dade|mente|ando|endo|ou|am|em|inho|inha|ável)\b|lh|nh|ei", "pt", 0.25),
        (r"(?:heid|lijk|ijk|tje|atie|eren|aar|oor|en)\b|ij|aa|ee|oo|uu|\bge|\bver|sch|oe", "nl", 0.2),
        (r"(?:ning|ingen|ande|het|erna|orna|igt|ade)\b|sj|skj|ck", "sv", 0.2),
        (r"(?:hed|else|erne|ende|ede|ning|igt)\b|hv|ej|øj", "da", 0.2),
        (r"(?:ych|ego|owa|owy|ość|nie|ami|ów)\b|sz|cz|rz|dz|w[aiyo]", "pl", 0.3),
        (r"(?:ului|ilor|elor|ează|esc|ul|ii|ea|ește|are|ând)\b|[țș]|oa|ia", "ro", 0.2),
    )
)

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_USUAL = frozenset(("fr", "en", "de", "es", "it", "pt", "nl", "ar"))
_NOISE = Gated(
    r"[øØ⌀Φ]\s?\d{1,5}|https?://\S{1,500}|\S{1,64}@\S{1,250}|[\w-]{1,80}\.[a-z]{2,4}\b|<[^<>]{0,300}>|\[#?[\w-]{1,40}\]"
)
#: The same for a text without a dot inside a word: no name of a machine stands in it.
_NOISE_UNDOTTED = Gated(r"[øØ⌀Φ]\s?\d{1,5}|https?://\S{1,500}|\S{1,64}@\S{1,250}|<[^<>]{0,300}>|\[#?[\w-]{1,40}\]")
_NOISY = re.compile(r"[øØ⌀Φ@<\[]")
_DOTTED = re.compile(r"\.[a-z]")
_SCRIPTS = (
    ("ar", "؀-ۿݐ-ݿ"), ("he", "֐-׿"), ("el", "Ͱ-Ͽ"), ("th", "฀-๿"), ("ko", "가-힣ᄀ-ᇿ"),
    ("ja", "぀-ヿ"), ("zh", "一-鿿"), ("ru", "Ѐ-ӿ"), ("hi", "ऀ-ॿ"),
)  # fmt: skip
_ANY_FOREIGN = re.compile(f"[{''.join(letters for _, letters in _SCRIPTS)}]")
_FOREIGN = tuple((code, re.compile(f"[{letters}]")) for code, letters in _SCRIPTS)
_UKRAINIAN = re.compile("[іїєґ]")
_PERSIAN = re.compile("[پچژگ]")


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word -> (language, weight): a word of one language weighs 1, one of many little."""
    owners: dict[str, list[str]] = {}
    for code, words in WORDS.items():
        for word in set(words.split()):
            owners.setdefault(word, []).append(code)
    return {word: tuple((code, 1.0 / len(codes) ** 1.3) for code in codes) for word, codes in owners.items()}


def language(text: str, hint: str = "") -> str:
    """ISO 639-1 code of the text's language, '' when it is too short or unclear. Never raises; linear.

    ``hint`` is the language expected, e.g. of the case so far: it decides between close rivals, never alone.
    """
    text = text[:_MAX_TEXT].replace("’", "'").lower()
    if _DOTTED.search(text) is not None:
        text = _NOISE.sub(" ", text)
    elif _NOISY.search(text) is not None or "://" in text:
        text = _NOISE_UNDOTTED.sub(" ", text)
    if foreign := _by_script(text):
        return foreign
    scores: defaultdict[str, float] = defaultdict(float)
    lexicon = _lexicon()
    words = _WORD.findall(text)[:_MAX_WORDS]
    for word in words:
        weights = lexicon.get(word)
        if weights is None and ("'" in word or "-" in word):
            weights = _weights(word, lexicon)
        for code, weight in weights or ():
            scores[code] += weight
    if not words:
        return ""
    if not _settled(scores):
        _add_spellings(scores, " ".join(words))
    if hint in scores:
        scores[hint] *= _HINT
    # A word or two of a language hardly anybody here writes are words of another one ("miroir en AR" is no Romanian).
    likely = {code: s for code, s in scores.items() if code in _USUAL or code == hint or s >= 2 * _ENOUGH}
    ranked = sorted(likely.items(), key=lambda scored: (-scored[1], scored[0]))
    if not ranked:
        return ""
    best, most = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    enough = _ENOUGH_EXPECTED if best == hint else _ENOUGH
    return best if most >= enough and most >= second * _LEAD else ""


def _settled(scores: dict[str, float]) -> bool:
    """Whether the words alone leave no doubt, so that spelling, which is slower, need not be looked at."""
    best, second = sorted((*scores.values(), 0.0, 0.0), reverse=True)[:2]
    return best >= 6.0 and best >= second * 2.0


def _add_spellings(scores: dict[str, float], line: str) -> None:
    for pattern, codes, weight in _SPELLINGS:
        seen = min(len(pattern.findall(line)), 40)
        for code in codes.split():
            scores[code] += seen * weight


def _weights(word: str, lexicon: dict[str, tuple[tuple[str, float], ...]]) -> tuple[tuple[str, float], ...]:
    found = lexicon.get(word)
    if found is None and "'" in word:
        found = lexicon.get(word.partition("'")[2])
    if found is None and "-" in word:
        found = lexicon.get(word.partition("-")[0])
    return found or ()


def _by_script(text: str) -> str:
    """The language of a text mostly written in letters other than Latin, '' where Latin ones prevail."""
    if _ANY_FOREIGN.search(text) is None:
        return ""
    letters = sum(map(str.isalpha, text))
    counts = {code: len(pattern.findall(text)) for code, pattern in _FOREIGN}
    best = max(counts, key=lambda code: counts[code])
    if counts["ja"] and counts["ja"] + counts["zh"] > letters * 0.4 and counts["ja"] * 20 > counts["zh"]:
        return "ja"
    if counts[best] < 2 or counts[best] < letters * 0.4:
        return ""
    if best == "ru" and _UKRAINIAN.search(text):
        return "uk"
    if best == "ar" and _PERSIAN.search(text):
        return "fa"
    return best
