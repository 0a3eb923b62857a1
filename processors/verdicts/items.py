"""A clause cut into items: the longest known expression at each place, a number, or one unknown word, each with its act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from processors.verdicts import amounts
from processors.verdicts.expressions import longest
from processors.verdicts.spelling import spelt
from processors.verdicts.tokens import Token, word_set

_GOOD_SYMBOLS = {
    "👍": "particle",
    "✅": "yes",
    "✔": "yes",
    "☑": "yes",
    "👌": "particle",
    "🆗": "particle",
    "🤝": "yes",
    "🟢": "particle",
}
_BAD_SYMBOLS = {"👎": "refuse", "❌": "refuse", "🚫": "refuse", "🔴": "refuse"}
_MILD_SYMBOLS = frozenset("🙂😊😀😃😄😁☺🎉👏❤♥💪🙏😉🌞☀✨🚀😍🤩🥰🌸🌷🎊💯🙌⭐•·°+&’*…¡😇🤗😅💚💙🔥")


@dataclass(frozen=True, slots=True)
class Item:
    """An expression in a clause. ``amount`` stands with the acts "amount" (unit named) and "number" (bare)."""

    act: str
    words: str
    start: int
    end: int
    amount: Decimal | None = None


def items_of(tokens: list[Token], context: frozenset[str], units: frozenset[str], *, admin: bool) -> list[Item]:
    """The items of a clause, in order.

    ``context`` are folded words of the subject, ``units`` those for the unit of the quote. ``admin``: what an administrator says of
    his price counts too.
    """
    tokens = [part for t in tokens for part in spelt(t, units)]
    if admin:  # "un seul crédit", "1 petit crédit"
        tokens = [
            t
            for k, t in enumerate(tokens)
            if not (t.word in _ONLY and k and k + 1 < len(tokens) and tokens[k + 1].word in units)
        ]
    items: list[Item] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        number, size = amounts.written(tokens[i : i + 4], units)
        if number is not None:
            following = tokens[i + size].word.casefold() if i + size < len(tokens) else ""
            with_unit = following in units
            act = "amount" if with_unit else "unknown" if following in amounts.MEASURES else "number"
            said = " ".join(t.word for t in tokens[i : i + size])
            items.append(Item(act, said, token.start, tokens[i + size - 1 + with_unit].end, number))
            i += size + with_unit
            continue
        if token.kind == "nref":
            items.append(Item("object", token.word, token.start, token.end))
            i += 1
            continue
        dated = _past_date(tokens[i : i + 3])
        if dated:
            items.append(Item("filler", "du", token.start, tokens[i + dated - 1].end))
            i += dated
            continue
        if token.kind == "ref" and DATE.fullmatch(token.word) and items and _dates(items):
            items.append(Item("filler", token.word, token.start, token.end))
            i += 1
            continue
        act, size = longest(tokens, i, admin=admin)
        if token.kind != "word" and not size:
            items.append(_mark(token))
            i += 1
            continue
        if not size:
            named = token.word in context or (token.word[:1] == "l" and token.word[1:] in context)  # Darija "lfauteuil"
            act, size = ("context" if named else "unknown"), 1
        said = " ".join(t.word for t in tokens[i : i + size])
        items.append(Item(_COUNTS_AS.get(act, act), said, token.start, tokens[i + size - 1].end))
        i += size
    return items


_ONLY = word_set("seul seuls petit petits gros bon bons")
#: "Bas relief" is a thing nobody knows here, not a "bas".
_COUNTS_AS = {"orders": "yes", "rejects": "refuse", "thing": "unknown"}
_MONTHS = word_set("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre")


def _past_date(tokens: list[Token]) -> int:
    """How many tokens date something that exists: « (votre mail) du 18 novembre »; 0 when they do not."""
    dates = len(tokens) == 3 and tokens[0].word == "du" and tokens[1].word.isdigit() and tokens[2].word in _MONTHS
    return 3 if dates else 0


DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")


def _dates(items: list[Item]) -> bool:
    """Whether a date here only dates: "bon pour accord le …", "le devis du …". "Je valide pour le …" asks for a day."""
    if items[-1].words == "du":
        return len(items) > 1 and items[-2].act == "object"
    return items[-1].words == "le" and len(items) > 1 and items[-2].words.startswith(("bon pour", "lu et"))


def _mark(token: Token) -> Item:
    symbol = token.word
    if token.kind == "code":
        act = "filler" if symbol == "*" else "unknown" if symbol == "/" else "price" if symbol in {"€", "$", "£"} else "meta"
    elif symbol == "\ufffc":
        act = "masked"
    elif token.kind == "symbol":
        act = _GOOD_SYMBOLS.get(symbol) or _BAD_SYMBOLS.get(symbol) or ("polite" if symbol in _MILD_SYMBOLS else "unknown")
    else:
        act = "unknown"
    return Item(act, symbol, token.start, token.end)
