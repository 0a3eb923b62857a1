"""What a language model says a message says, taken only as far as the message proves it.

A quote must stand in the message to the letter (blanks aside), as whole words, or be the name of a file that was shown. A number
must be written in its quote; a text is the quote itself; anything else comes from a closed list. So nothing can pass that the
sender did not write: no words of the instructions, of another customer, or of the model's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.directive import FactSpec
from core.document import SOURCE, Document
from core.message import Attachment, Message
from core.reading import Day, Dimensions, Evidence, FactValue, Money, Quantity
from processors.facts_date_choice import find_date
from processors.facts_dimensions import _AXIS as AXIS
from processors.facts_dimensions import _MM as MILLIMETRES
from processors.facts_dimensions import _UNIT as UNIT
from processors.facts_dimensions import _unit as unit_name
from processors.facts_money import _CURRENCY as CURRENCY
from processors.facts_numbers import NUMBER, parse_number
from processors.numbers_spoken import numbers, readable
from processors.tokens import LIMIT, tokenise
from processors.words_common import NUMBERS

#: Longest quote looked for, and how often one is looked for in a text, in characters and times.
_QUOTE, _PLACES = 400, 200
_MOST = Decimal(10) ** 12
_DOZENS = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50,
    "soixantaine": 60, "centaine": 100, "millier": 1000, "dozen": 12,
}  # fmt: skip
_FACTORS = {"k": 1000, "mille": 1000, "millier": 1000, "milliers": 1000, "million": 10**6, "millions": 10**6}
_FOUND_NUMBER = re.compile(rf"(?<![\d.,])({NUMBER})(?:\s?(k|mille|milliers?|million|millions)(?![^\W_]))?", re.IGNORECASE)
_FOUND_UNIT = re.compile(rf"(?:(?<=\d)|(?<![^\W\d_]))({UNIT})(?![^\W\d_])", re.IGNORECASE)
_TAX = {
    "incl": re.compile(r"t\.?t\.?c|incl|compris|inclus", re.IGNORECASE),
    "excl": re.compile(r"h\.?t\.?|hors|excl|\+\s?(?:vat|tva)", re.IGNORECASE),
}
#: How far from the day of the message a day may be that its words name without a number ("avant Noël").
_PAST, _FUTURE = timedelta(days=31), timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Place:
    """A text of the message; ``name`` as in Evidence.source. ``flat`` has its blanks folded, ``at`` where each character stood."""

    name: str
    text: str
    flat: str
    at: tuple[int, ...]
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A quote that was found: its evidence, and its words as the message has them ('' for a file)."""

    evidence: Evidence
    words: str

    @property
    def is_file(self) -> bool:
        """Whether a file is all the proof there is."""
        return self.evidence.source.startswith("file:")


class Refused(ValueError):
    """What the model said is not taken; ``str(error)`` says why, in French, without its words."""


def place(name: str, text: str, document: Document | None = None) -> Place:
    """The text, ready to be looked through."""
    text = text[:LIMIT]
    flat: list[str] = []
    at: list[int] = []
    for match in re.finditer(r"\S+", text):
        if flat:
            flat.append(" ")
            at.append(match.start() - 1)
        flat.extend(match[0])
        at.extend(range(match.start(), match.end()))
    return Place(name, text, "".join(flat), tuple(at), document)


def places(message: Message, body: str) -> list[Place]:
    """The texts that may prove something: what the sender newly wrote, the subject, ``body``, a forwarded mail, and his files."""
    found = [place("text", message.text), place("subject", message.subject[:1000])]
    found += [place("body", body)] if body else []
    return found + [place(SOURCE + d.sha256, d.text, d) for d in message.documents if d.text]


def prove(quote: object, texts: Sequence[Place], shown: Sequence[Attachment]) -> Proof:
    """Where the quote stands. Raises Refused."""
    if not isinstance(quote, str) or not any(c.isalnum() for c in quote):
        raise Refused("sans preuve")
    for attachment in shown:
        if quote.strip() == attachment.name:
            return Proof(Evidence(f"file:{attachment.sha256}", attachment.name), "")
    words = " ".join(quote.split())
    if len(words) > _QUOTE:
        raise Refused("la preuve est trop longue")
    for text in texts:
        start = _whole(words, text.flat)
        if start >= 0:
            first, last = text.at[start], text.at[start + len(words) - 1]
            literal = text.text[first : last + 1]
            if text.document is not None:
                return Proof(text.document.evidence(first, last + 1), literal)
            return Proof(Evidence(text.name, literal, first), literal)
    raise Refused("la preuve ne se trouve pas à la lettre dans le message")


def _whole(words: str, flat: str) -> int:
    """Where the words stand without cutting one of the text's, -1 for nowhere."""
    start = flat.find(words)
    for _ in range(_PLACES):
        if start < 0:
            return -1
        end = start + len(words)
        cut_before = start > 0 and words[0].isalnum() and flat[start - 1].isalnum()
        cut_after = end < len(flat) and words[-1].isalnum() and flat[end].isalnum()
        if not cut_before and not cut_after:
            return start
        start = flat.find(words, start + 1)
    return -1


# ------------------------------------------------------------------ values


def value_of(spec: FactSpec, said: Mapping[str, Any], proof: Proof, day: date) -> FactValue:
    """The typed value, as far as the proof carries it. ``day`` is when the message was written. Raises Refused.

    A file alone proves nothing but a choice or a yes or no: those come from a closed list, and nobody else could check more.
    """
    value = said.get("value")
    if spec.type == "choice":
        if not isinstance(value, str) or value not in {c.value for c in spec.choices}:
            raise Refused("la valeur n'est pas une de celles prévues")
        return value
    if spec.type == "yesno":
        if not isinstance(value, bool):
            raise Refused("ni oui ni non")
        return value
    if proof.is_file:
        raise Refused("un fichier seul ne prouve pas ces mots ou ce nombre")
    words = proof.words
    if spec.type in ("text", "details", "reference", "address"):
        return " ".join(words.split())
    if spec.type == "date":
        return _day(value, words, day)
    if spec.type == "dimensions":
        return _dimensions(said.get("lengths"), words)
    number = _written(value, words)
    if spec.type == "count":
        if number != number.to_integral_value() or number < 1:
            raise Refused("ce n'est pas un compte")
        return int(number)
    if spec.type == "quantity":
        unit = said.get("unit", "")
        return Quantity(number, unit if isinstance(unit, str) and unit in spec.units else "")
    if spec.type == "money":
        return _money(number, said, words)
    raise Refused("ce type ne se lit pas ainsi")


def numbers_in(words: str) -> set[Decimal]:
    """Every number the words write, in digits or in full ("deux", "une dizaine", "10 mille")."""
    found: set[Decimal] = set()
    for match in _FOUND_NUMBER.finditer(words):
        for english in (False, True):
            number = parse_number(match[1], english=english)
            if number is not None:
                found.add(number * _FACTORS.get((match[2] or "").lower(), 1))
    for match in re.finditer(r"\d+", words):  # "1m20"
        if len(match[0]) <= 12:
            found.add(Decimal(match[0]))
    for token in tokenise(words).items:
        if token.form in NUMBERS:
            found.add(Decimal(NUMBERS[token.form]))
        elif (dozen := _DOZENS.get(token.form.rstrip("s"))) is not None:
            found.add(Decimal(dozen))
    return found | {number.value for number in numbers(readable(words))}


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused("ce n'est pas un nombre")
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= _MOST:
        raise Refused("ce nombre ne peut pas être juste")
    return number


def _written(value: object, words: str) -> Decimal:
    number = _number(value)
    if number not in numbers_in(words):
        raise Refused("le nombre n'est pas écrit dans la preuve")
    return number


def _money(number: Decimal, said: Mapping[str, Any], words: str) -> Money:
    currency, tax = said.get("currency", ""), said.get("tax", "")
    written = CURRENCY.get(currency) if isinstance(currency, str) else None
    if written is None or not written.search(words):
        currency = ""
    if tax not in _TAX or not _TAX[tax].search(words):
        tax = ""
    return Money(number, currency, tax)


def _dimensions(lengths: object, words: str) -> Dimensions:
    if not isinstance(lengths, list) or not 1 <= len(lengths) <= 6:
        raise Refused("aucune longueur")
    written, units = numbers_in(words), {unit_name(m[1]) for m in _FOUND_UNIT.finditer(words)}
    found: list[tuple[str, Decimal]] = []
    for one in lengths:
        if not isinstance(one, dict):
            raise Refused("aucune longueur")
        number, unit, axis = _number(one.get("value")), one.get("unit"), one.get("axis", "")
        if number not in written:
            raise Refused("le nombre n'est pas écrit dans la preuve")
        if unit not in MILLIMETRES or unit not in units:
            raise Refused("l'unité n'est pas écrite dans la preuve")
        named = AXIS.get(axis) if isinstance(axis, str) else None
        length = number * MILLIMETRES[unit]
        if not 1 <= length <= 50_000:
            raise Refused("cette longueur ne peut pas être juste")
        found.append((axis if named is not None and named.search(words) else "", length))
    return Dimensions(tuple(found))


def _day(value: object, words: str, day: date) -> Day:
    """The day; what our own rules read in the quote comes before what the model made of it."""
    rule = find_date(words, day)
    if rule is not None and isinstance(rule.value, Day):
        return rule.value
    try:
        named = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Refused("ce n'est pas un jour") from None
    digits = {int(d) for d in re.findall(r"\d{1,4}", words)}
    if digits and not digits <= {named.day, named.month, named.year, named.year % 100}:
        raise Refused("le jour n'est pas celui de la preuve")
    if not day - _PAST <= named <= day + _FUTURE:
        raise Refused("ce jour est trop loin du message")
    return Day(named)
