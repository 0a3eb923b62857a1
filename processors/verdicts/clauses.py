"""A reply cut into clauses.

The road: tokens > sentences (ended by . ! ? or a line that is over) > clauses (ended by a comma) > items (``items``) > expressions
(``expressions``). Linear: every place looks at most at LONGEST words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from processors.verdicts import amounts
from processors.verdicts.expressions import FIRST_PERSON, known, opens_delay_question, says_yes
from processors.verdicts.items import DATE, Item, items_of
from processors.verdicts.lexicon import LONGEST
from processors.verdicts.tokens import PARAGRAPH, Token, word_set


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
            and says_yes([t.word for t in group[1:10]])
        ):
            group = group[1:]  # "pas de remarque sur votre devis, que nous acceptons"
        for part in _before_question(group, admin=admin):
            last = part[-1] is group[-1]
            result.append(
                Clause(tuple(items_of(part, context, units, admin=admin)), asked and last, n, counts[n] == 1 and len(part) == len(group),
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
    « oui bonjour c'est pour vous dire … », « je valide désolé du retard »,
    and behind an administrator's explanation « ça prendra 20 h donc 10 crédits ».
    """
    for i in range(1, len(group) - 1):
        word, after = group[i].word, [t.word for t in group[i + 1 : i + 1 + LONGEST]]
        if word in {"et", "and"} and (opens_delay_question(after) or says_yes(after)):
            return [group[:i], group[i + 1 :]]
        if word in {"et", "and"} and (subject := _carried(group[:i], after)) is not None:
            return [group[:i], [replace(subject, start=group[i + 1].start, end=group[i + 1].start), *group[i + 1 :]]]
        if word in _THEREFORE and (_decides_then(after) or (admin and _prices_then(group[i + 1 :]))):
            return [group[:i], group[i + 1 :]]
        if word == "mais" and i > 1 and (_yields(after) or (admin and _said_before(group[:i]) and _names(group[i + 1 :]))):
            return [group[:i], group[i + 1 :]]
        if word in _HELLO and i <= 3 and group[i - 1].word not in _HELLO | {"et"}:
            return [group[:i], group[i:]]
        if word in _SORRY and i <= 6 and says_yes([t.word for t in group[:i]]):
            return [group[:i], group[i:]]
        if word in {"que", "qu"} and group[i - 1].word in _QUOTES and says_yes(after):
            return [group[:i], group[i + 1 :]]
        if word == "qui" and group[i - 1].word in _QUOTES and known(["qui", *after])[0] == "yes":
            return [group[:i], group[i:]]
    return [group]


def _carried(left: list[Token], after: list[str]) -> Token | None:
    """The subject that goes on behind « et »: « *j'*accuse réception et vous donne mon accord »; None where no yes follows."""
    first = next((t for t in left[:4] if t.word not in _HELLO and t.word not in {"monsieur", "madame"}), None)
    if first is None or first.word not in FIRST_PERSON or after[0] not in _TO_IT:
        return None
    subject = replace(first, word="je") if first.word == "j" else first
    return subject if says_yes([subject.word, *after]) else None


#: What a verb without its subject begins with here: its object, or to whom.
_TO_IT = word_set("vous te le la l les")
#: What follows one of these is the outcome of what stands before.
_THEREFORE = word_set("donc alors so hence therefore daher also quindi allora entonces")
_SORRY = word_set("desole desolee desoles sorry")
_HELLO = word_set("bonjour bonsoir salut hello coucou hallo hola ciao")


def _decides_then(said: list[str]) -> bool:
    """Whether a yes of the writer follows: « (il est d'accord donc) c'est validé », « … ok pour nous »."""
    return len(said) > 1 and known(said)[0] == "yes"


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
    ["bon", "ok"],
    ["bon", "oui"],
    ["ok"],
)


def _yields(said: list[str]) -> bool:
    """« (c'est un peu cher mais) j'accepte », « (j'ai hésité mais) finalement je valide »."""
    at_last = max((len(w) for w in _AT_LAST if said[: len(w)] == w), default=0)
    return len(said) > at_last and says_yes(said[at_last:])


def _prices_then(rest: list[Token]) -> bool:
    """« (20 h de travail donc) 10 crédits », « (…, donc) on part sur 8 »: a number ends what an administrator explained."""
    begins = rest[0].kind == "number" or rest[0].word in _SUBJECTS
    return len(rest) <= 5 and begins and any(t.kind == "number" for t in rest)


_QUOTES = word_set("devis proposition offre tarif prix estimation chiffrage")
_SUBJECTS = FIRST_PERSON | word_set("tu ca c cela")


def is_dated(clause: Clause) -> bool:
    """« Le 21/11/2026 », « Lyon, le 21/11/2026 »: the line under a signed agreement."""
    items = clause.items
    return (
        len(items) == 2
        and items[0].words in {"le", "date", "fait le", "on", "am"}
        and DATE.fullmatch(items[1].words) is not None
    )
