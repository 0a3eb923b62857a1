"""A hurried writer's words as the words they stand for: slips of the finger, apostrophes left out, a number glued to its unit.

Only words that mean nothing as they are written are touched, and only where one known word, and no other, is near.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from processors.verdicts.lexicon import words
from processors.verdicts.tokens import Token, word_set

#: Words that decide, in the forms that may be reached from a misspelling. Each is its own correction.
_DECISIVE = (
    "valide", "approuve", "accepte", "confirme", "validons", "approuvons", "acceptons", "parfait", "lancez", "d'accord",
    "approved", "accepted", "confirmed", "approve", "accept",
    "refuse", "annulez", "annuler", "decline", "interesse",
    "validerai", "validerais", "valider", "validez", "accepterai", "accepterais", "accepter", "acceptez", "approuver", "confirmer",
    "confirmerai", "approuverai", "demain", "condition", "seulement", "uniquement", "reserve", "attendez", "reflechir",
)  # fmt: skip
#: Real words one letter away from a decisive one.
_REAL_WORDS = word_set(
    "valise valises solide invalide valable validite conforme conformes informe accent excepte excepter aspect "
    "improve greed refuge recuse refusa forfait portrait parfaire accord avance annules annulet intéresse demarre "
    "declive vacances laides avide validates invalid valider valables confiture lances lance accessible adepte adopte "
    "adopter acheter acheté achete"
)
#: Everyday words that decide nothing: reached from one slip too, from four letters on.
_EVERYDAY = (
    "merci", "bonjour", "bonsoir", "devis", "aucun", "souci", "soucis", "probleme", "cordialement", "beaucoup", "modelisation",
    "montant", "proposition", "nickel", "impeccable", "interesse",
)  # fmt: skip
_ELIDED = word_set("j l d m n s t")
_VOWELS = frozenset("aeiouyh")
#: What is shorter behind an apostrophe left out is too often another word.
_LEAST_ELIDED = 4


def spelt(token: Token, units: frozenset[str]) -> list[Token]:
    """The token as the known words it stands for; itself where it is known, or near to nothing."""
    if token.kind == "ref":
        return _with_unit(token, units)
    word = token.word
    if token.kind != "word" or len(word) > 20 or word in words() or word in _REAL_WORDS:
        return [token]
    return _parted(token) or [_corrected(token)]


def _parted(token: Token) -> list[Token]:
    """« lattaquer », « jlaisse », « jacepte » as two words; none where that gives no known word."""
    head, rest = token.word[:1], token.word[1:]
    if head == "j" and rest[:1] not in _VOWELS:  # no French word begins so: "jdis", "jpeux"
        known = len(rest) > 1 and rest in words()
        return [Token("je", "word", token.start, token.start + 1), _behind(token, rest)] if known else []
    if head not in _ELIDED or rest[:1] not in _VOWELS or len(rest) < _LEAST_ELIDED:
        return []
    behind = _behind(token, rest)
    if rest not in words():
        behind = _corrected(behind)
        if head != "j" or behind.word == rest:
            return []
    return [Token(head, "word", token.start, token.start + 1), behind]


def _behind(token: Token, rest: str) -> Token:
    return Token(rest, "word", token.start + 1, token.end)


def _with_unit(token: Token, units: frozenset[str]) -> list[Token]:
    """``3cr`` as the number and the unit that it is."""
    found = re.fullmatch(r"(\d{1,4}(?:[.,]\d{1,2})?)([a-z]{2,10})", token.word)
    if found is None or found[2] not in units:
        return [token]
    middle = token.start + len(found[1])
    return [Token(found[1], "number", token.start, middle), Token(found[2], "word", middle, token.end)]


def _corrected(token: Token) -> Token:
    """The word a long unknown word is one slip away from. Two candidates, or a real word, correct nothing."""
    word = token.word
    if not 4 <= len(word) <= 16 or word in words() or word in _REAL_WORDS:
        return token
    reachable = (*_DECISIVE, *_EVERYDAY) if len(word) > 4 else _EVERYDAY
    near = {w for w in reachable if w[0] == word[0] and OSA.distance(word, w, score_cutoff=1) <= 1}
    return Token(near.pop(), token.kind, token.start, token.end) if len(near) == 1 else token
