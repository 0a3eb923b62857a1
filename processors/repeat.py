"""Whether a message asks for the same as last time: "comme d'habitude", "kif dima", "بحال ديما", "same as last time".

Not when it is denied: "pas comme d'habitude", "ne renouvelez pas la commande".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.directive import Repeat, Word
from core.reading import Evidence
from processors.negation import negated
from processors.tokens import LINE, Tokens
from processors.words import WordMatcher, longest
from processors.words_common import word_set

_DENIED = word_set("pas plus jamais non not never ne n dont machi mashi ماشي ليس بلا")
#: Something else than the goods is as usual: "invoice as usual", "paiement comme d'habitude".
_BESIDE = word_set(
    "invoice invoicing facture facturation paiement payment reglement adresse address prix price tarif conditions terms delai "
    "virement cheque flouss lfactura الاداء"
)
#: "différent de d'habitude", "contrairement à d'habitude".
_OTHERWISE = re.compile(
    r"\b(?:contrairement|diff[ée]rent\w*|autre\s+chose|autrement|unlike|instead\s+of|au\s+lieu|a\s+la\s+place)\W", re.IGNORECASE
)


class RepeatReader:
    """The phrases of one directive, compiled."""

    def __init__(self, repeat: Repeat) -> None:
        self._matcher = WordMatcher(Word(w) for w in repeat.words)

    def find(self, places: Iterable[tuple[str, Tokens]]) -> Evidence | None:
        """The words that ask for it, from the first text that has them; None where they are denied or not there."""
        for name, tokens in places:
            for hit in longest(self._matcher.find(tokens)):
                if not self._denied(tokens, hit.first, hit.last):
                    return Evidence(name, hit.quote, hit.start)
        return None

    @staticmethod
    def _denied(tokens: Tokens, first: int, last: int) -> bool:
        items = tokens.items
        for i in range(first - 1, max(-1, first - 4), -1):
            if items[i + 1].brk > LINE:
                break
            if items[i].form in _DENIED and not (items[i].form == "n" and not items[i + 1].sep.startswith(("'", "’"))):
                return True  # the n of "n'avons", not that of "n3awd"
        if first and items[first].brk <= LINE and items[first - 1].form in _BESIDE:
            return True
        inside = {t.form for t in items[first : last + 2]}
        if inside & _DENIED and any(t.form in ("pas", "plus", "not") for t in items[first : last + 2]):
            return True
        begin = tokens.text.rfind("\n", 0, items[first].start) + 1
        if _OTHERWISE.search(tokens.text[max(begin, items[first].start - 40) : items[first].start]):
            return True
        return bool(negated(tokens, first, last))
