"""Choices (which of the directive's values is asked for) and yes/no facts, by their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.directive import FactSpec, Word
from processors.facts_numbers import Found
from processors.facts_text import Phrase
from processors.heads import is_verb, qualifies
from processors.negation import negated
from processors.tokens import LINE, SENTENCE, Tokens, tokenise
from processors.words import Hit, WordMatcher, longest
from processors.words_common import word_set

#: Hits looked at in one text.
_MOST = 200
DETERMINERS = word_set("la le l les un une des ma mon mes notre nos votre cette ce cet ces de d du the a an our my this that")
_BESIDE = word_set("devant derriere behind beside near")
_BESIDE_TWO = frozenset(
    ("cote de", "cote d", "cote du", "pres de", "pres d", "pres du", "front of", "next to", "arriere plan", "face a")
)
_ON = word_set("sur dans on in sous under contre against")
_PLACED = (
    "pos",
    "pris",
    "plac",
    "mis",
    "mettr",
    "install",
    "fix",
    "accroch",
    "photograph",
    "visible",
    "stand",
    "sit",
    "taken",
    "hang",
)
_NO_VALUES = frozenset(("no", "non", "false", "faux", "sans"))
_ANSWER = re.compile(r"[ \t]*(?:\([^)\n]{0,40}\)|\?)?[ \t]*[:=?][ \t]*(oui|yes|ok|non|no|si|ja|nein)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """One text with what is known of it: the noun phrases asked for, and whether it is only the name of a file."""

    tokens: Tokens
    asked: Sequence[Phrase]
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value, in which context it was read, and the word that names the thing (None where only a quality is told)."""

    found: Found
    index: int
    head: Hit | None
    head_index: int


@dataclass(frozen=True, slots=True)
class _Said:
    """A value spoken of: in which text, its rank among the choices, and how it is said."""

    index: int
    tier: int
    rank: int
    hit: Hit


#: How a value is said: by a quality wherever it stands, by the head of what is asked for, by a thing mentioned, by what the
#: sender trades in, by the name of a file.
_QUALITY, _ASKED, _MENTIONED, _TRADE, _NAMED = 5, 4, 3, 2, 1


class ChoiceReader:
    """Finds the value of a choice fact. Choices are listed from simple to complex: of several, the later wins.

    ``names`` says that its words name the very thing asked for: then a word counts only where it is the head of its phrase ("une
    boîte à bijoux" is a box), unless it weighs ``QUALITY`` or more, which marks whatever it stands with ("boîte en marqueterie").
    """

    #: From this weight on a word marks the thing it stands with.
    QUALITY = 3.0

    def __init__(self, spec: FactSpec, *, names: bool = False, other: Sequence[Word] = ()) -> None:
        self._names = names
        self._rank: dict[Word, int] = {}
        for rank, choice in enumerate(spec.choices):
            for word in choice.words:
                self._rank[word] = max(rank, self._rank.get(word, -1))
        self._values = [choice.value for choice in spec.choices]
        self._matcher = WordMatcher(self._rank, nouns=names, other=other)

    def find(self, contexts: Sequence[Context], language: str = "") -> Chosen | None:
        """The value said, or None. What is asked for outranks what is mentioned; a thing asked for that no word knows hides
        what was mentioned before it ("Nous vendons des statues. Je voudrais modéliser un zorblek.")."""
        found: list[_Said] = []
        score: dict[int, float] = {}
        for index, context in enumerate(contexts):
            for said in self._said(index, context, language):
                score[said.rank] = score.get(said.rank, 0.0) + said.hit.word.weight
                if said.hit.word.weight > 0:
                    found.append(said)
        found = [f for f in found if score[f.rank] > 0]
        if not found:
            return None
        head = max((f for f in found if f.tier < _QUALITY), key=self._order, default=None)
        quality = max((f for f in found if f.tier == _QUALITY), key=lambda f: (f.rank, -f.index), default=None)
        best = quality if head is None or (quality is not None and quality.rank > head.rank) else head
        if best is None:
            return None
        confidence = {_QUALITY: 0.9, _ASKED: 0.9, _MENTIONED: 0.85, _TRADE: 0.6, _NAMED: 0.6}[best.tier]
        if len({f.rank for f in found if f.tier == best.tier}) > 1:
            confidence = 0.75 if best.tier >= _ASKED else 0.6
        if not best.hit.exact:
            confidence -= 0.15
        value = Found(self._values[best.rank], ((best.hit.start, best.hit.end),), round(confidence, 2))
        return Chosen(value, best.index, head.hit if head else None, head.index if head else -1)

    def _order(self, said: _Said) -> tuple[int, int, int]:
        return (said.tier, said.rank, -said.index) if self._names else (said.rank, said.tier, -said.index)

    def _said(self, index: int, context: Context, language: str) -> list[_Said]:
        """The values one text speaks of, without those denied, those that only tell where ("posé sur la table") or what
        for ("boîte à bijoux"), and those said before it comes to what is asked for."""
        tokens = context.tokens
        hits = longest(self._matcher.find(tokens))[:_MOST]
        said = []
        asked_from = -1
        for hit in hits:
            if negated(tokens, hit.first, hit.last) or _only_where(tokens, hit):
                continue
            # A word may be written with its article ("un livre"), which stands before what is asked for.
            asked = any(p.first <= hit.last <= p.last for p in context.asked)
            if not self._names:
                tier = _ASKED if asked else _MENTIONED
            elif hit.word.weight >= self.QUALITY or hit.word.weight < 0:
                tier = _QUALITY
            elif is_verb(tokens, hit):
                continue
            else:
                role = qualifies(tokens, hit, hits, language=language)
                if role in ("known", "unknown"):
                    continue
                tier = _TRADE if role == "trade" else _ASKED if asked else _MENTIONED
            said.append(_Said(index, _NAMED if context.is_name and tier != _QUALITY else tier, self._rank[hit.word], hit))
            if asked and asked_from < 0:
                asked_from = hit.first
                while asked_from > 0 and tokens.items[asked_from].brk < SENTENCE:
                    asked_from -= 1
        if asked_from < 0 and self._names:
            asked_from = next((p.first for p in context.asked if _is_named(tokens, p)), -1)
        return [s for s in said if s.hit.last >= asked_from]


def named_choice(spec: FactSpec, text: str) -> str | None:
    """The one value that a person names in a word of the list ("lampe sur pied"); None where the words name none or several,
    are denied, say a number that is not part of them, or are too weak to be sure by (weight under three where others weigh more)."""
    rank = {word: choice.value for choice in spec.choices for word in choice.words if word.weight > 0}
    tokens = tokenise(text)
    hits = longest(WordMatcher(rank, typos=False, close=True).find(tokens)[:_MOST])
    values = {rank[hit.word] for hit in hits}
    if len(values) != 1 or any(negated(tokens, hit.first, hit.last) for hit in hits):
        return None
    inside = {at for hit in hits for at in range(hit.start, hit.end)}
    if any(letter.isdigit() and at not in inside for at, letter in enumerate(text)):
        return None
    (value,) = values
    weight = sum(word.weight for word in {hit.word for hit in hits})
    most = max(word.weight for word, of in rank.items() if of == value)
    return value if weight >= min(ChoiceReader.QUALITY, most) else None


def _is_named(tokens: Tokens, phrase: Phrase) -> bool:
    """Whether the phrase names one thing: "modéliser notre zorblek"."""
    before = phrase.first - 1
    return before >= 0 and tokens.joined(before, phrase.first) and tokens.items[before].form in DETERMINERS


def _only_where(tokens: Tokens, hit: Hit) -> bool:
    """Whether the hit only tells where the thing stands: "posé sur la table", "devant la cheminée"."""
    items = tokens.items
    i = hit.first - 1
    while i >= 0 and items[i + 1].brk == 0 and items[i].form in DETERMINERS:
        i -= 1
    if i < 0 or items[i + 1].brk > LINE:
        return False
    forms = [items[k].form for k in range(max(0, i - 3), i + 1)]
    if forms[-1] in _BESIDE or " ".join(forms[-2:]) in _BESIDE_TWO or " ".join(forms[-3:-1]) in _BESIDE_TWO:
        return True
    return forms[-1] in _ON and any(f.startswith(_PLACED) for f in forms[:-1])


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
