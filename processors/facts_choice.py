"""Choices (which of the directive's values is asked for) and yes/no facts, by their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.directive import FactSpec, Word
from processors.classify import is_requested
from processors.facts_numbers import Found
from processors.facts_text import Phrase
from processors.negation import negated
from processors.words import Hit, Tokens, WordMatcher, longest

_NO_VALUES = frozenset(("no", "non", "false", "faux", "sans"))
_ANSWER = re.compile(r"[ \t]*(?:\([^)\n]{0,40}\)|\?)?[ \t]*[:=?][ \t]*(oui|yes|ok|non|no|si|ja|nein)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """One text with what is known of it: how far it can be trusted and the noun phrases asked for."""

    tokens: Tokens
    asked: Sequence[Phrase]


class ChoiceReader:
    """Finds the value of a choice fact. Choices are listed from simple to complex: of several, the later wins."""

    def __init__(self, spec: FactSpec) -> None:
        self._rank: dict[Word, int] = {}
        for rank, choice in enumerate(spec.choices):
            for word in choice.words:
                self._rank[word] = max(rank, self._rank.get(word, -1))
        self._values = [choice.value for choice in spec.choices]
        self._matcher = WordMatcher(self._rank)

    def find(self, contexts: Sequence[Context]) -> tuple[Found, int] | None:
        """The value and the index of the context it stands in, or None. What is asked for outranks what is mentioned."""
        found: list[tuple[int, bool, int, Hit]] = []  # context, asked, rank, hit
        score: dict[int, float] = {}
        for index, context in enumerate(contexts):
            for hit in longest(self._matcher.find(context.tokens)):
                if negated(context.tokens, hit.first, hit.last):
                    continue
                rank = self._rank[hit.word]
                score[rank] = score.get(rank, 0.0) + hit.word.weight
                if hit.word.weight <= 0:
                    continue
                head = any(p.first <= hit.first <= p.last for p in context.asked)
                found.append((index, head or (not context.asked and is_requested(context.tokens, hit)), rank, hit))
        found = [f for f in found if score[f[2]] > 0]
        if not found:
            return None
        asked = [f for f in found if f[1]] or found
        ranks = {f[2] for f in asked}
        best = max(ranks)
        index, _, _, hit = next(f for f in asked if f[2] == best)
        if len({f[2] for f in found}) == 1:
            confidence = 0.9
        elif len(ranks) == 1:
            confidence = 0.75
        else:
            confidence = 0.6
        if not hit.exact:
            confidence -= 0.15
        return Found(self._values[best], ((hit.start, hit.end),), round(confidence, 2)), index


class YesNoReader:
    """A yes/no fact: yes when its topic is named (``after`` and the words of the choices), no when it is denied."""

    def __init__(self, spec: FactSpec) -> None:
        self._negative: dict[Word, bool] = {Word(a): False for a in spec.after}
        for choice in spec.choices:
            for word in choice.words:
                self._negative[word] = choice.value.lower() in _NO_VALUES
        self._matcher = WordMatcher(self._negative)

    def find(self, tokens: Tokens) -> Found | None:
        """The answer, or None when nothing or both is said."""
        answers: dict[bool, Found] = {}
        for hit in longest(self._matcher.find(tokens)):
            start, end = hit.start, hit.end
            written = _ANSWER.match(tokens.text[end : end + 60])
            if written:
                value = written[1].lower() not in ("non", "no", "nein")
                end += written.end()
                confidence = 0.95
            else:
                denied = negated(tokens, hit.first, hit.last)
                value, confidence = not denied, 0.8 if denied else 0.7
                if denied and denied not in tokens.text[start:end]:
                    start = tokens.text.rfind(denied, 0, end)
                if denied and tokens.text.startswith(denied, hit.start):
                    start, end = hit.start, max(hit.end, hit.start + len(denied))
            value = value != self._negative[hit.word]
            answers.setdefault(value, Found(value, ((start, end),), confidence))
        return next(iter(answers.values())) if len(answers) == 1 else None
