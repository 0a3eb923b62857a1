"""Whether a word tells how goods are, or only looks like one that does: « je vous redis » is not red, « destinés à » is no drawing.

Two words of one stem may be of different kinds: a verb, an adverb or a name beside a colour. A word is therefore one of quality only
where nothing but the ending of a gender, a number or an English participle parts it from the word of the directive; and a
misspelled one only where it stands beside what it tells of.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from processors.tokens import LINE, Tokens, fold
from processors.words import Hit
from processors.words_common import word_set

#: What may part two forms of one adjective or noun; "" is the bare word.
_ENDINGS = word_set(
    "s e es x ee ees d ed ing ne nes le les te tes se ses he hes che ches ve ves al als ale ales aux el els elle elles"
) | {""}
#: Without its accent a word of its own: "on double la quantité", "une couche de papier".
_WITHOUT_ACCENT = word_set("double doubles couche couches marque marques")
#: Fewer letters in common say nothing.
_COMMON = 3
#: A word of so many letters may have two slips, a shorter one a single one.
_TWO_SLIPS = 9
#: What may stand between a quality and what it tells of: "papier en blnc".
_BETWEEN = word_set("en de d du et couleur coloris papier tres plutot ton in of and colour color paper dyal")


def inflects(tokens: Tokens, hit: Hit) -> bool:
    """Whether a word found is the one of the directive in another form of it, or with a slip where one is forgiven."""
    token, word = tokens.items[hit.first], fold(hit.word.text)
    form = token.form
    if hit.first != hit.last:
        return True
    if form in _WITHOUT_ACCENT and token.accented == form and hit.word.text.casefold() != form:
        return False
    if not form.isascii() or " " in word:  # Arabic writes onto a word what is none of its stem
        return True
    if not hit.exact:
        from rapidfuzz.distance import OSA  # 6 MB: only where words are read

        slips = 2 if len(word) >= _TWO_SLIPS else 1
        return bool(OSA.distance(form.rstrip("s"), word.rstrip("s"), score_cutoff=slips) <= slips)
    same = 0
    for one, other in zip(form, word, strict=False):
        if one != other:
            break
        same += 1
    return same >= min(_COMMON, len(word)) and form[same:] in _ENDINGS and word[same:] in _ENDINGS


def stands_beside(tokens: Tokens, hit: Hit, beside: Set[int]) -> bool:
    """Whether the word before a hit or behind it, little ones apart, is one of the tokens that goods, sizes or qualities are told by."""
    items = tokens.items
    at = hit.first
    while at and items[at].brk <= LINE:
        at -= 1
        if at in beside:
            return True
        if items[at].form not in _BETWEEN:
            break
    at = hit.last
    while at + 1 < len(items) and items[at + 1].brk <= LINE:
        at += 1
        if at in beside:
            return True
        if items[at].form not in _BETWEEN:
            break
    return False


def literal_first(tokens: Tokens, hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those beside which another one has the very words: of "boîte plates" and "boîte plat" each has its own."""
    literal = {
        (h.first, h.last)
        for h in hits
        if h.last > h.first and _bare([t.form for t in tokens.items[h.first : h.last + 1]]) == _bare(fold(h.word.text).split())
    }
    if not literal:
        return list(hits)
    return [
        h
        for h in hits
        if (h.first, h.last) not in literal
        or _bare([t.form for t in tokens.items[h.first : h.last + 1]]) == _bare(fold(h.word.text).split())
    ]


def _bare(words: Sequence[str]) -> list[str]:
    """Words without what makes them plural."""
    return [word.rstrip("sx") for word in words]
