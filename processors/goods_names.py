"""Words of goods that are somebody's name: "Marion Blanc", "ici Rose", "la boulangerie Le Petit Brun" tell no colour.

Names are written with capitals; so are headings and lists of goods. A name is therefore only seen where its part of the line, from
one comma or break to the next, holds neither goods nor a figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from processors.goods_details import LABEL
from processors.tokens import LINE, Token, Tokens
from processors.words import Hit
from processors.words_common import COMMON, FUNCTION

#: What a name follows: who speaks, or what kind of house it is.
_NAMED_BY = re.compile(
    r"\b(?:c\s?['’]?\s?est|ici|moi|je\ssuis|je\sm['’]appelle|signe|ana|smiti|it\s?['’]?s|this\sis|i['’]?\s?a?m|boulangerie|patisserie|boutique|"
    r"epicerie|magasin|salon|maison|librairie|fleuriste|traiteur|snack|pharmacie|chez|ferme|groupe|bakery|shop)"
    r"\s(?:(?:de|du|des|la|le|les|l['’]|d['’]|au|aux|the|el|al)\s?)*(?:[^\W\d_]+\s)?$"
    r"|\b(?:dites|dis|dire|demande[rz]?|appele[rz]|voir|voyez|contacte[rz]|parle[rz]|remettre|remettez|ask|tell|call)\s(?:a\s|avec\s|for\s)?$"
)
#: "joyeux anniversaire à Violette".
_TO = re.compile(r"(?<![^\W_])a\s$")
#: When a paper was printed: "Imprimé le 02/03/2026".
_PRINTED = re.compile(r"(?:imprime|edite|printed)\s(?:le|on)\s\d")
#: Names that no quality stands in: a street, a firm, a person.
_NAME_BEFORE = re.compile(
    r"(?:\b(?:cordialement|cordialmt|cdt|cdlt|salutations|regards|bien\sa\svous|sincerely|cheers|respectueusement)\b[\s,.:;–-]{1,4}"
    r"|\b(?:rue|avenue|av(?=\.)|bd|boulevard|place|impasse|chemin|allee|route|quai|hotel|riad|residence|immeuble|quartier|hay|derb|cafe|restaurant|"
    r"street|road|lane|mr?|mme|mlle|mrs|monsieur|madame|ste|societe|ets)\.?\s(?:(?:de|du|des|la|le|les|l['’]|d['’])\s?)*)$"
)
_LABELS = re.compile(rf"(?:{LABEL})\Z")


def follows_a_name(plain: str, start: int) -> bool:
    """Whether what begins at a place of a folded text is part of a name of a street, firm or person, or tells when a paper was printed."""
    return _NAME_BEFORE.search(plain, max(0, start - 30), start) is not None or _PRINTED.match(plain, start) is not None


def in_a_name(tokens: Tokens, plain: str, hit: Hit, things: Sequence[Hit], known: Set[int]) -> bool:
    """Whether a word of quality is part of a name. ``plain`` is the text without accents, in lower case, as long as the text;
    ``known`` are the tokens that goods or qualities are told by."""
    items = tokens.items
    if not items[hit.first].capital:
        return False
    if hit.first not in {h.last + 1 for h in things} and _TO.search(plain, max(0, hit.start - 4), hit.start):
        return True
    first, last = hit.first, hit.last
    while first and _goes_on(items[first]):
        first -= 1
    while last + 1 < len(items) and _goes_on(items[last + 1]):
        last += 1
    if any(first <= thing.first <= last for thing in things):
        return False
    if _NAMED_BY.search(plain, max(0, hit.start - 50), hit.start):
        return True
    if any(items[n].form.isdigit() for n in range(first, last + 1)):
        return False
    before, after = hit.first - 1, hit.last + 1
    while before > first and before in known and items[before].capital:
        before -= 1  # "Le Petit Brun" begins with its article
    return any(first <= at <= last and at not in known and _named(tokens, at, at == first) for at in (before, after))


def _goes_on(word: Token) -> bool:
    return word.brk <= LINE and "," not in word.sep and "\n" not in word.sep


def _named(tokens: Tokens, at: int, begins: bool) -> bool:
    """Whether the word beside it is one of a name: with a capital, and none that people begin a line with."""
    word = tokens.items[at]
    if not word.capital or _LABELS.match(word.form):
        return False
    return not (begins and (word.form in COMMON or word.form in FUNCTION))
