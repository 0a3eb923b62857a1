"""A reply cut into clauses, and each clause into expressions with their acts.

The road: tokens > sentences (ended by . ! ? or a line that is over) > clauses (ended by a comma) > items. An item is the
longest known expression at its place, a number, or one unknown word. Linear: every place looks at most at LONGEST words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from processors.verdicts import amounts
from processors.verdicts.lexicon import LONGEST, OF_ADMINISTRATORS, asks_when, longest_pattern, phrases
from processors.verdicts.spelling import spelt
from processors.verdicts.tokens import PARAGRAPH, Token, word_set

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


@dataclass(frozen=True, slots=True)
class Clause:
    """``asked``: its sentence ends with a question mark and it is the last of it. ``line`` counts from 0; ``alone``: the only
    clause of its line; ``announces``: a colon follows. ``start``/``end`` are offsets in the original text."""

    items: tuple[Item, ...]
    asked: bool
    line: int
    alone: bool
    announces: bool
    start: int
    end: int

    def acts(self) -> set[str]:
        """The acts that occur in the clause."""
        return {i.act for i in self.items}


def clauses(tokens: list[Token], *, context: frozenset[str], unit: str, admin: bool = True) -> list[Clause]:
    """The clauses of a reply.

    ``context`` are folded words of the subject: naming them is naming the thing quoted. ``admin``: the expressions by which an
    administrator prices count too.
    """
    units = amounts.unit_words(unit)
    found: list[tuple[list[Token], bool, int, bool]] = []
    current: list[Token] = []
    line = 0

    def close(asked: bool, announces: bool = False) -> None:
        nonlocal current
        if current:
            found.append((current, asked, line, announces))
        elif asked and found and found[-1][2] == line:
            found[-1] = (found[-1][0], True, line, False)
        current = []

    for i, token in enumerate(tokens):
        if token.kind == "newline":
            if not _wrapped(tokens, i):
                close(False)
            line += 1
        elif token.kind == "stop":
            close(token.word in "?؟")
        elif token.kind == "comma":
            close(False, announces=token.word == ":")
        else:
            current.append(token)
    close(False)

    counts = Counter(n for _, _, n, _ in found)
    result = []
    for k, (group, asked, n, announces) in enumerate(found):
        if (
            k
            and group[0].word == "que"
            and len(group) > 1
            and found[k - 1][0][-1].word in _QUOTES
            and _says_yes([t.word for t in group[1:10]])
        ):
            group = group[1:]  # "pas de remarque sur votre devis, que nous acceptons"
        for part in _before_question(group, admin=admin):
            last = part[-1] is group[-1]
            result.append(
                Clause(tuple(_items(part, context, units, admin=admin)), asked and last, n, counts[n] == 1 and len(part) == len(group),
                    announces and last,
                       part[0].start, part[-1].end)
            )  # fmt: skip
    return result


def _wrapped(tokens: list[Token], i: int) -> bool:
    # A mail program broke a long line: the sentence goes on in the next one, which begins with a small letter.
    line_start = next((t.end for t in reversed(tokens[max(0, i - 60) : i]) if t.kind == "newline"), 0)
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return after is not None and after.kind == "word" and tokens[i].word != PARAGRAPH and tokens[i].start - line_start >= 60


def _before_question(group: list[Token], *, admin: bool) -> list[list[Token]]:
    """A run of words without a mark, cut where a second sentence begins.

    « je valide et quand livrez-vous », « nous l'avons lu et nous le validons », « mon associé est d'accord donc c'est validé »,
    « oui bonjour c'est pour vous dire … », and behind an administrator's explanation « ça prendra 20 h donc 10 crédits ».
    """
    for i in range(1, len(group) - 1):
        word, after = group[i].word, [t.word for t in group[i + 1 : i + 1 + LONGEST]]
        if word in {"et", "and"} and (opens_delay_question(after) or _says_yes(after)):
            return [group[:i], group[i + 1 :]]
        if word in _THEREFORE and (_decides_then(after) or (admin and _prices_then(group[i + 1 :]))):
            return [group[:i], group[i + 1 :]]
        if word == "mais" and i > 1 and (_yields(after) or (admin and _said_before(group[:i]) and _names(group[i + 1 :]))):
            return [group[:i], group[i + 1 :]]
        if word in _HELLO and i <= 3 and group[i - 1].word not in _HELLO | {"et"}:
            return [group[:i], group[i:]]
        if word in {"que", "qu"} and group[i - 1].word in _QUOTES and _says_yes(after):
            return [group[:i], group[i + 1 :]]
        if word == "qui" and group[i - 1].word in _QUOTES and _known(["qui", *after])[0] == "yes":
            return [group[:i], group[i:]]
    return [group]


#: What follows one of these is the outcome of what stands before.
_THEREFORE = word_set("donc alors so hence therefore daher also quindi allora entonces")
_HELLO = word_set("bonjour bonsoir salut hello coucou hallo hola ciao")


def _decides_then(said: list[str]) -> bool:
    """Whether a yes of the writer follows: « (il est d'accord donc) c'est validé », « … ok pour nous »."""
    return len(said) > 1 and _known(said)[0] == "yes"


def _said_before(left: list[Token]) -> bool:
    return " ".join(t.word for t in left[:2]) in {"j avais", "je pensais", "je disais", "on avait", "nous avions", "j etais"}


def _names(right: list[Token]) -> bool:
    return sum(t.kind == "number" for t in right) == 1


_AT_LAST = (
    ["finalement"],
    ["au", "final"],
    ["tout", "compte", "fait"],
    ["apres", "reflexion"],
    ["tout", "bien", "reflechi"],
    ["bon"],
)


def _yields(said: list[str]) -> bool:
    """« (c'est un peu cher mais) j'accepte », « (j'ai hésité mais) finalement je valide »."""
    at_last = next((len(w) for w in _AT_LAST if said[: len(w)] == w), 0)
    return len(said) > at_last and _says_yes(said[at_last:])


def _prices_then(rest: list[Token]) -> bool:
    """« (20 h de travail donc) 10 crédits », « (…, donc) on part sur 8 »: a number ends what an administrator explained."""
    begins = rest[0].kind == "number" or rest[0].word in _SUBJECTS
    return len(rest) <= 5 and begins and any(t.kind == "number" for t in rest)


_QUOTES = word_set("devis proposition offre tarif prix estimation chiffrage")
_FIRST_PERSON = word_set("je j nous on i we")
_SUBJECTS = _FIRST_PERSON | word_set("tu ca c cela")


def _says_yes(said: list[str]) -> bool:
    """Whether these words begin with a yes in the first person."""
    return said[0] in _FIRST_PERSON and _known(said)[0] == "yes"


def opens_delay_question(said: list[str]) -> str:
    """The expression that opens a question of delay at the beginning of these folded words, '' when none does."""
    return next((e for n in range(min(LONGEST, len(said)), 0, -1) if (e := " ".join(said[:n])) in asks_when()), "")


#: What may slip into an expression without changing it: "je vous donne *par la présente* mon accord".
_INSERTED = word_set(
    "donc bien finalement volontiers officiellement definitivement malheureusement helas formellement desormais expressement alors "
    "hereby gladly"
) | {
    *(
        "par la presente",
        "par la",
        "par ce mail",
        "par ce courriel",
        "par ce message",
        "par retour",
        "avec plaisir",
        "sans hesiter",
    ),
    *("sans hesitation", "a ce jour", "ce jour", "de ce pas", "bien entendu", "bien sur", "au final", "du coup", "en retour"),
}


def _longest(tokens: list[Token], i: int, *, admin: bool) -> tuple[str, int]:
    """(act, how many tokens) of the longest known expression at i, ('', 0) when none is."""
    # Written Darija mixes figures into its words ("mwafe9").
    end = i
    while end < len(tokens) and end - i < LONGEST + 5 and tokens[end].kind in {"word", "ref"}:
        end += 1
    said = [t.word for t in tokens[i:end]]
    act, size = _known(said, admin=admin)
    if size == len(said):
        return act, size
    places = _without_inserted(said)
    if len(places) < len(said):
        other, length = _known([said[n] for n in places], admin=admin)
        if length > size and other != "filler" and places[length - 1] >= size:
            return other, places[length - 1] + 1
    return act, size


def _known(said: list[str], *, admin: bool = True) -> tuple[str, int]:
    known = phrases()
    act, least = longest_pattern(said, admin=admin)
    for size in range(min(LONGEST, len(said)), 0, -1):
        written = known.get(" ".join(said[:size]))
        if written is not None and (admin or written not in OF_ADMINISTRATORS):
            return (written, size) if size >= least else (act, least)
    return act, least


def _without_inserted(said: list[str]) -> list[int]:
    """Places of the words that are left when what may slip in is taken out; the first word always stays."""
    places, n = [0], 1
    while n < len(said):
        size = next((k for k in (3, 2, 1) if " ".join(said[n : n + k]) in _INSERTED), 0)
        if not size:
            places.append(n)
        n += size or 1
    return places


def _items(tokens: list[Token], context: frozenset[str], units: frozenset[str], *, admin: bool) -> list[Item]:
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
        if token.kind == "ref" and _DATE.fullmatch(token.word) and items and _dates(items):
            items.append(Item("filler", token.word, token.start, token.end))
            i += 1
            continue
        act, size = _longest(tokens, i, admin=admin)
        if token.kind != "word" and not size:
            items.append(_mark(token))
            i += 1
            continue
        if not size:
            act, size = ("context" if token.word in context else "unknown"), 1
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


_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")


def is_dated(clause: Clause) -> bool:
    """« Le 21/11/2026 », « Lyon, le 21/11/2026 »: the line under a signed agreement."""
    items = clause.items
    return (
        len(items) == 2
        and items[0].words in {"le", "date", "fait le", "on", "am"}
        and _DATE.fullmatch(items[1].words) is not None
    )


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
