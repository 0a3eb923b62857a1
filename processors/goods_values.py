"""The values of one line of goods: the thing named, how many, prices and further words, put together from what stands in its stretches."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from decimal import Decimal

from core.directive import Directive, FactSpec, Word
from core.reading import Money, Quantity
from processors.facts_numbers import Found, trimmed
from processors.goods_counts import DOUBT, Count
from processors.goods_details import widened
from processors.goods_marks import Marks
from processors.goods_names import follows_a_name, in_a_name
from processors.goods_prices import Price, comes_to
from processors.goods_quality_words import inflects, literal_first, stands_beside
from processors.goods_units import Units
from processors.negation import negated
from processors.tokens import LINE, Tokens
from processors.words import Hit, WordMatcher, longest
from processors.words_common import word_set

#: The facts of one line by name.
Line = dict[str, Found]

#: What the words of a value must weigh to name it, and from where on it is named without doubt.
_NAMED, _SURE = 1.5, 3.0
#: Words of things that are looked at: more than a request ever has.
_HITS = 400
_NO_WORDS = re.compile(r"\b(?:sans|ss|without|bla|no|بدون|بلا)\b")
_SIZES = word_set(
    "petit petits petite petites grand grands grande grandes moyen moyens moyenne moyennes small medium large kbir kbar sghir sghar s8ar "
    "كبير صغير متوسط"
)
#: A shorter word is not taken for one misspelled.
_LEAST = 4


class Columns:
    """The columns of a directive's rows fact and the words of their values; compiled once."""

    def __init__(self, directive: Directive, rows: FactSpec) -> None:
        columns = [s for n in rows.columns if (s := directive.fact(n)) is not None]
        self.names = frozenset(s.name for s in columns)
        self.thing = next((s for s in columns if s.type == "choice"), None)
        self.count = next((s for s in columns if s.type == "quantity"), None)
        self.details = next((s for s in columns if s.type == "details"), None)
        self.unit_price = next((s for s in columns if s.price == "unit"), None)
        self.total = next((s for s in columns if s.price == "total"), None)
        self.units = Units(self.count.units, self.count.unit_words) if self.count else Units((), {})
        self._rank: dict[Word, int] = {}
        for rank, choice in enumerate(self.thing.choices if self.thing else ()):
            self._rank.update((word, rank) for word in choice.words)
        self._things = WordMatcher(self._rank, close=True)
        self._words = WordMatcher(self.details.words, close=True, other=self._rank) if self.details else None

    # ------------------------------------------------------------------ words

    def things(self, tokens: Tokens) -> list[Hit]:
        """The words that name what is ordered, those that are denied left out."""
        found = literal_first(tokens, self._things.find(tokens)[:_HITS])
        return [h for h in longest(found) if not self._denied(tokens, h)]

    def qualities(self, tokens: Tokens, marks: Marks, things: Sequence[Hit]) -> list[tuple[int, int]]:
        """Where words tell how it is: sizes, colours; none that is denied or part of a name ("rue Verte")."""
        spans = list(marks.measures)
        not_so: list[tuple[int, int]] = []
        if self.details is not None and self._words is not None:
            inside = {i for h in things for i in range(h.first, h.last + 1)}
            hits = self._quality_hits(tokens, inside)
            known = inside | {i for h in hits if h.exact for i in range(h.first, h.last + 1)}
            for hit in hits:
                size = hit.word.text in _SIZES
                beside = inside if tokens.items[hit.first].capital else known
                if size and (tokens.items[hit.first].form not in _SIZES or not self._tells_size(tokens, hit, beside)):
                    continue  # "Pete" has the stem of "petit"
                first = next((n for n in range(hit.first, hit.last + 1) if n not in inside), -1)
                if first < 0 or follows_a_name(marks.plain, hit.start):
                    continue
                if in_a_name(tokens, marks.plain, hit, things, known):
                    continue
                denied = negated(tokens, hit.first, hit.last)
                if denied and not any(
                    denied in h.quote or h.quote in denied for h in things if h.last < hit.first <= h.last + 3
                ):
                    not_so.append((hit.start, hit.end))
                    continue  # "sans feuilles rouges" is red
                spans.append((tokens.items[first].start, hit.end))
        return widened(tokens.text, marks, sorted(set(spans)), not_so, [(h.start, h.end) for h in things])

    def _quality_hits(self, tokens: Tokens, things: set[int]) -> list[Hit]:
        """The words of quality, the misspelled ones only beside what they tell of."""
        assert self._words is not None
        found = [h for h in self._words.find(tokens) if inflects(tokens, h)]
        exact = [h for h in found if h.exact]
        if len(exact) < len(found):
            beside = things | {i for h in exact if h.word.text not in _SIZES for i in range(h.first, h.last + 1)}
            beside.update(n for n, t in enumerate(tokens.items) if t.form[:1].isdigit() or self.units.of(t.form) is not None)
            exact += [
                h
                for h in found
                if not h.exact
                and len(h.quote) >= _LEAST
                and not tokens.items[h.first].capital
                and stands_beside(tokens, h, beside)
            ]
        return longest(exact)

    def _tells_size(self, tokens: Tokens, hit: Hit, things: Set[int]) -> bool:
        """Whether a word that stands before any noun tells the size of what is ordered: "3000 petits", not "un petit mot"."""
        items = tokens.items
        if hit.first and items[hit.first].brk <= LINE:
            before = items[hit.first - 1].form
            if before.isdigit() or hit.first - 1 in things or self.units.of(before) is not None:
                return True
        after = hit.last + 1
        return (
            after < len(items)
            and items[after].brk <= LINE
            and (after in things or self.units.of(items[after].form) is not None)
        )

    @staticmethod
    def _denied(tokens: Tokens, hit: Hit) -> bool:
        return not _NO_WORDS.search(hit.word.text.casefold()) and bool(negated(tokens, hit.first, hit.last))

    def value(self, hits: Sequence[Hit]) -> tuple[int, float, list[Hit]] | None:
        """(rank of the thing named, how surely, by which words); None where nothing or two things alike are named."""
        ranked, words = self._scores(hits)
        if not ranked or ranked[0][1] < _NAMED:
            return None
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        rank, first = ranked[0]
        if first - second < 0.25:
            return None
        sure = 0.95 if first >= _SURE and first - second >= 1 else 0.85 if first >= _SURE else 0.65 if first >= 2 else 0.5
        if not any(h.exact for h in words[rank]):
            sure -= 0.1
        return rank, round(sure, 2), words[rank]

    def hardly(self, hits: Sequence[Hit]) -> bool:
        """Whether the words name a thing so weakly that a heading above them tells more."""
        ranked, _ = self._scores(hits)
        return not ranked or ranked[0][1] < _SURE

    def _scores(self, hits: Sequence[Hit]) -> tuple[list[tuple[int, float]], dict[int, list[Hit]]]:
        scores: dict[int, float] = {}
        words: dict[int, list[Hit]] = {}
        seen: set[Word] = set()
        for hit in hits:
            if hit.word in seen:
                continue
            seen.add(hit.word)
            rank = self._rank[hit.word]
            scores[rank] = scores.get(rank, 0.0) + hit.word.weight
            words.setdefault(rank, []).append(hit)
        return sorted(scores.items(), key=lambda p: -p[1]), words

    def line_of(self, lines: Sequence[Line], hits: Sequence[Hit]) -> Line | None:
        """The one line whose thing the words rather name than that of any other line."""
        if self.thing is None or not hits:
            return None
        ranks = {c.value: rank for rank, c in enumerate(self.thing.choices)}
        scores: list[tuple[float, int]] = []
        for place, line in enumerate(lines):
            found = line.get(self.thing.name)
            rank = ranks.get(str(found.value), -1) if found is not None else -1
            scores.append((sum({h.word: h.word.weight for h in hits if self._rank[h.word] == rank}.values()), place))
        scores.sort(reverse=True)
        if scores[0][0] <= 0 or (len(scores) > 1 and scores[0][0] == scores[1][0]):
            return None
        return lines[scores[0][1]]

    # ------------------------------------------------------------------ cells

    def put_thing(self, line: Line, hits: Sequence[Hit], *, at_most: float = 1.0) -> None:
        """The thing that the words name."""
        value = self.value(hits)
        if value is None or self.thing is None:
            return
        spans = tuple(dict.fromkeys((h.start, h.end) for h in sorted(value[2], key=lambda h: h.start)))
        line[self.thing.name] = Found(self.thing.choices[value[0]].value, spans, min(value[1], at_most))

    def put_count(self, text: str, line: Line, found: Sequence[Count]) -> None:
        """The surest number; several as good as it are shown as doubtful."""
        if self.count is None or not found:
            return
        best = max((c for c in found if not c.again), key=lambda c: c.sure, default=found[0])
        others = {c.amount for c in found if c.sure >= best.sure - 0.05 and not c.again} - {best.amount}
        if others and {v for v, _ in others} != {best.value}:
            best = replace(best, sure=min(best.sure, DOUBT), doubt=best.doubt or "several")
        quantity = Quantity(
            best.value.normalize() if best.value != best.value.to_integral_value() else Decimal(int(best.value)), best.unit
        )
        line[self.count.name] = Found(quantity, (trimmed(text, best.start, best.end),), round(best.sure, 2), best.doubt)

    def doubt(self, line: Line) -> None:
        """A line that is shown as doubtful."""
        if self.count is not None and (found := line.get(self.count.name)) is not None:
            line[self.count.name] = replace(found, confidence=min(found.confidence, DOUBT))

    def in_parts(self, text: str, line: Line, said: tuple[int, int]) -> None:
        """A line that is to come in parts, as the text says there: how many come when is to be settled."""
        if self.count is not None and (found := line.get(self.count.name)) is not None and found.doubt in ("", "several"):
            spans = tuple(s for s in found.spans if not said[0] <= s[0] < said[1])
            line[self.count.name] = replace(
                found, confidence=min(found.confidence, DOUBT), doubt="split", spans=(*spans, trimmed(text, *said))
            )

    def put_prices(self, line: Line, prices: Sequence[Price]) -> None:
        """The price of one and what it comes to, by what is told of each amount."""
        prices = self._told_apart(line, [p for p in prices if p.role != "none"])
        named = [p for p in prices if p.role]
        unit = [p for p in named if p.role == "unit"]
        total = [p for p in named if p.role == "total"]
        loose = [p for p in prices if not p.role]
        if len(total) == 1 and not unit and not loose and self._is_little(line, total[0]):
            unit, total = [replace(total[0], role="unit", sure=min(total[0].sure, DOUBT))], []  # "5000 roses, le tout à 0,95"
        if len(unit) == 1 and not total and not loose and not unit[0].money.unit and self._is_much(line, unit[0]):
            unit, total = [], [replace(unit[0], sure=DOUBT)]  # "2000 roses pour 1700 dh"
        if loose and not unit:
            # the smaller is the price of one, the other what it comes to; so much is not paid for a piece of so many
            loose.sort(key=lambda p: p.money.amount)
            if self._is_much(line, loose[0]) and not total:
                total = [replace(loose[0], sure=0.6)]
            else:
                unit, loose = loose[:1], loose[1:]
        if loose and not total and unit and loose[-1].money.amount > unit[0].money.amount:
            if self._may_come_to(line, unit[0], loose[-1]):
                total = [replace(loose[-1], sure=0.6)]
            else:  # two prices of one: of which nobody tells
                unit = [replace(unit[0], sure=DOUBT)]
        for spec, found in ((self.unit_price, unit), (self.total, total)):
            if spec is None or not found:
                continue
            best = max(found, key=lambda p: (p.sure, bool(p.money.currency)))
            several = len({p.money.amount for p in found if p.sure >= best.sure}) > 1
            if several and spec is self.total and (told := self._one_total(line, found)) is not None:
                best, several = told, False
            line[spec.name] = Found(best.money, best.spans, DOUBT if several else best.sure, "several" if several else "")

    def _told_apart(self, line: Line, prices: list[Price]) -> list[Price]:
        """The amounts; where one is what the line comes to at the price that another one tells, it is the total, whatever is said of it."""
        count = line[self.count.name].value if self.count is not None and self.count.name in line else None
        for one in prices:
            whole = [p for p in prices if one.role != "total" and comes_to(count, one.money, p.money, closely=True)]
            if whole and len({p.money.amount for p in whole}) == 1 and whole[0].money.amount > one.money.amount:
                return [replace(p, role="total") if p in whole else replace(p, role="unit") if p is one else p for p in prices]
        return prices

    def _one_total(self, line: Line, found: Sequence[Price]) -> Price | None:
        """Of several totals the one that the line comes to, else the only one with the tax of its price: before or after tax."""
        count, one = (line[s.name].value if s is not None and s.name in line else None for s in (self.count, self.unit_price))
        agreeing = [p for p in found if comes_to(count, one, p.money, closely=True)]
        if not agreeing and isinstance(one, Money) and one.tax:
            agreeing = [p for p in found if p.money.tax == one.tax]
        return agreeing[0] if len({p.money.amount for p in agreeing}) == 1 else None

    def _may_come_to(self, line: Line, one: Price, whole: Price) -> bool:
        """Whether an amount may be what a line comes to at a price, taxes and a discount allowed for."""
        count = line[self.count.name].value if self.count is not None and self.count.name in line else None
        if not isinstance(count, Quantity) or (one.money.unit and one.money.unit != count.unit):
            return True
        expected = count.amount * one.money.amount / one.money.per
        return expected / 2 <= whole.money.amount <= expected * 2

    def _is_much(self, line: Line, price: Price) -> bool:
        """Whether an amount that nothing explains is rather what many pieces come to."""
        found = line.get(self.count.name) if self.count is not None else None
        count = found.value if found is not None else None
        return (
            isinstance(count, Quantity) and count.unit == self.units.piece and count.amount >= 100 and price.money.amount >= 50
        )

    def _is_little(self, line: Line, price: Price) -> bool:
        """Whether an amount that is told of everything can only be that of one: so many for less than a hundredth each."""
        found = line.get(self.count.name) if self.count is not None else None
        count = found.value if found is not None else None
        return isinstance(count, Quantity) and count.unit == self.units.piece and price.money.amount * 100 < count.amount

    def put_details(
        self,
        text: str,
        line: Line,
        qualities: Sequence[tuple[int, int]],
        stretches: Sequence[tuple[int, int]],
        told: Sequence[tuple[str, tuple[tuple[int, int], ...]]] = (),
    ) -> None:
        """The words that tell how it is, those that stand together as one: "rouge vif, 24x10x32". ``told``: (words, where) of more."""
        if self.details is None:
            return
        kept: list[tuple[int, int]] = []
        taken = [span for _, spans in told for span in spans]
        for a, b in qualities:
            if not any(x <= a < y for x, y in stretches) or (kept and a < kept[-1][1]):
                continue
            if any(x <= a < y for x, y in taken):
                continue
            if kept and not text[kept[-1][1] : a].strip(" \u00a0\u202f"):
                kept[-1] = (kept[-1][0], b)
            else:
                kept.append((a, b))
        words = sorted([*((" ".join(text[a:b].split()), ((a, b),)) for a, b in kept), *told], key=lambda w: w[1])
        if words:
            said = dict.fromkeys(w for w, _ in words)
            line[self.details.name] = Found(", ".join(said), tuple(span for _, spans in words for span in spans), 0.85)
