"""The small language of ``when:`` in directives: ``complexity = ornate and not files has model3d``.

    expression  = term {"or" term}
    term        = factor {"and" factor}
    factor      = ["not"] (comparison | "(" expression ")")
    comparison  = name [("=" | "!=" | "<" | "<=" | ">" | ">=" | "has") value]
    value       = number | word | "quoted words"

A name alone is true when the fact is known. ``has`` asks whether a list (files by family or extension) holds a value.
A comparison with an unknown fact is false, except ``!=``, which is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

#: What names stand for while a condition is judged. Absent names are unknown facts.
Values = Mapping[str, object]

_TOKEN = re.compile(r"""\s*(?:(?P<op>!=|<=|>=|=|<|>|\(|\))|"(?P<quoted>[^"]*)"|(?P<word>[^\s()<>=!"]+))""")
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class ConditionError(ValueError):
    """The text is not a condition; ``str(error)`` says why, in French."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. ``names`` are the facts it speaks of; calling it with values judges it."""

    source: str
    names: frozenset[str]
    comparisons: tuple[tuple[str, str, str], ...]
    _test: Callable[[Values], bool]

    def __call__(self, values: Values) -> bool:
        return self._test(values)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _equal(left: object, right: str) -> bool:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return a == b
    if isinstance(left, bool):
        return right.casefold() in (("true", "yes", "oui") if left else ("false", "no", "non"))
    return str(left).casefold() == right.casefold()


def _comparison(name: str, op: str, right: str) -> Callable[[Values], bool]:
    def test(values: Values) -> bool:
        left = values.get(name)
        if left is None:
            return op == "!="
        if op == "has":
            items = left if isinstance(left, tuple | list | set | frozenset) else (left,)
            return any(_equal(item, right) for item in items)
        if op in ("=", "!="):
            return _equal(left, right) == (op == "=")
        size = len(left) if isinstance(left, tuple | list | set | frozenset) else left
        a, b = _number(size), _number(right)
        return a is not None and b is not None and _COMPARE[op](a, b)

    return test


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position = 0
        text = source.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ConditionError(f"« {text[position:].strip()[:20]} » n'est pas lisible ici")
            kind = match.lastgroup or "word"
            self.tokens.append((kind, match[kind]))
            position = match.end()
        self.at = 0
        self.comparisons: list[tuple[str, str, str]] = []
        self.names: set[str] = set()

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def keyword(self, word: str) -> bool:
        if self.peek() == ("word", word):
            self.at += 1
            return True
        return False

    def expression(self) -> Callable[[Values], bool]:
        parts = [self.term()]
        while self.keyword("or"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda values: any(p(values) for p in parts)

    def term(self) -> Callable[[Values], bool]:
        parts = [self.factor()]
        while self.keyword("and"):
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else lambda values: all(p(values) for p in parts)

    def factor(self) -> Callable[[Values], bool]:
        if self.keyword("not"):
            inner = self.factor()
            return lambda values: not inner(values)
        kind, word = self.take()
        if (kind, word) == ("op", "("):
            inner = self.expression()
            if self.take() != ("op", ")"):
                raise ConditionError("il manque une parenthèse fermante")
            return inner
        if kind != "word" or word in ("and", "or", "has"):
            raise ConditionError(f"un nom de fait est attendu, pas « {word} »" if word else "la condition est incomplète")
        self.names.add(word)
        op = ""
        if self.peek()[0] == "op" and self.peek()[1] not in "()":
            op = self.take()[1]
        elif self.keyword("has"):
            op = "has"
        if not op:
            return lambda values: values.get(word) not in (None, (), "")
        kind, right = self.take()
        if kind not in ("word", "quoted"):
            raise ConditionError(f"une valeur est attendue après « {word} {op} »")
        self.comparisons.append((word, op, right))
        return _comparison(word, op, right)


def parse_condition(source: str) -> Condition:
    """The condition that ``source`` says. Raises ConditionError with a sentence in French."""
    if len(source) > 2000:
        raise ConditionError("la condition dépasse 2000 caractères")
    parser = _Parser(source)
    try:
        test = parser.expression()
    except RecursionError:
        raise ConditionError("la condition est trop imbriquée") from None
    if parser.at < len(parser.tokens):
        raise ConditionError(f"« {parser.peek()[1]} » est de trop")
    return Condition(source, frozenset(parser.names), tuple(parser.comparisons), test)
