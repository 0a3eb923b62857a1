"""Which request an administrator means who answers a list of several, or names whose it is: exactly one, or none is guessed.

What is shown to him next is what his next yes is to. So only the whole of a name's words, told as whose the request is, or a reference
says which one; a place in the list, goods, a figure or a name that is nearly somebody's do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.case import Case
from core.directive import Directive
from core.message import Message
from engine.naming import names_of
from processors.verdicts.named import OF, PARTICLES, THING, TITLES, YES, name_words, without_own
from processors.verdicts.tokens import fold, word_set

#: What may stand beside a name that says which one. No greeting and no thanks: they name who reads.
_BESIDE = (
    OF
    | TITLES
    | PARTICLES
    | THING
    | YES
    | word_set(
        "je nous on c ce cest est soit celle celui la le l a au this that it is the i we valider valides validons refuse refuser refusons "
        "rejette rejetee refusee non no reject rejected approve svp stp please bien sa son cette plutot seulement only"
    )
)
#: What may follow it as well.
_AFTER = _BESIDE | word_set(
    "merci thanks thank et and mais but avec with sans si if car pour que qui est cdt cordialement , pas not"
)
#: What names several, or one by its place or number.
_COUNTED = word_set(
    "tous toutes tout all every both un une deux trois quatre cinq six sept huit neuf dix onze douze vingt cent mille one two three four "
    "five seven eight nine ten premier premiere deuxieme second seconde troisieme quatrieme cinquieme dernier derniere first third last"
)
#: Where its author's name begins.
_CLOSING = re.compile(
    r"^[ \t]*(?:--|(?:bien |très )?cordialement|cdl?t|bien à (?:vous|toi)|(?:best |kind )*regards|salutations)[ \t,.]*$.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_](?:[\w./-]{0,38}[^\W_])?")
#: A reference of a customer's: « BC-12 »; figures alone only where they are told as one.
_CODE = re.compile(r"[^\W\d_]{2,6}[-/._]?\d[\w./-]*")
_FIGURES = re.compile(r"(?:n\s*[°o]|num[ée]ro|r[ée]f(?:[ée]rence)?|commande|order|bc)\s*[:.]?\s*(\d{4,20})\b", re.IGNORECASE)


def meant_by(message: Message, waiting: Sequence[tuple[Case, Directive]]) -> tuple[list[Case], str]:
    """(those of the requests that the reply names: by their customer or a reference; why none of them is meant, '' where it is one)."""
    text = _CLOSING.sub("", message.text)
    writer = name_words(message.sender.name, message.sender.email.rpartition(".")[0])
    called = [(case, names_of(case) - _goods(directive) - _COUNTED) for case, directive in waiting]
    by_name = [case for case, own in called if _names(text, own, writer)]
    codes = {bare(t) for t in _TOKEN.findall(text) if _CODE.fullmatch(t)} | set(_FIGURES.findall(text))
    tokens = {word.casefold() for word in _WORD.findall(text)}
    ours = {case.ref.casefold() for case, _ in waiting}
    words = {fold(w) for w in _WORD.findall(text)}
    cited = [case for case, directive in waiting if case.ref.casefold() in tokens or codes & given_to(case, directive)]
    known = set().union(*(given_to(case, directive) for case, directive in waiting)) | ours
    if codes - known:
        return [], "aucune demande qui attend votre avis ne porte ce numéro"
    if cited and by_name and cited != by_name:
        return [], "la référence et le nom ne sont pas de la même demande"
    meant = cited or by_name
    own = {case.id: names for case, names in called}
    if len(meant) == 1 and any((names & words) - own[meant[0].id] - writer for _, names in called):
        return [], "elle nomme aussi un autre client qui attend"
    if len(meant) > 1:
        return meant, "plusieurs demandes attendent sous ce nom ou cette référence"
    return meant, "" if meant else "elle ne nomme aucun client ni aucune référence de ce qui attend"


def given_to(case: Case, directive: Directive) -> set[str]:
    """The references that a request was given by others, without marks."""
    return {bare(str(f.value)) for f in case.facts if (s := directive.fact(f.name)) is not None and s.type == "reference"} - {
        ""
    }


def bare(reference: str) -> str:
    """A reference as it is compared."""
    return "".join(c for c in reference.casefold() if c.isalnum())


def _goods(directive: Directive) -> frozenset[str]:
    """The words of what is ordered: whoever is called like that is not named by them."""
    told = (w.text for spec in directive.facts for w in (*spec.words, *(w for choice in spec.choices for w in choice.words)))
    one = {fold(word) for text in told for word in _WORD.findall(text)}
    return frozenset(one | {f"{word}s" for word in one} | {word.removesuffix("s") for word in one})


def _names(text: str, own: frozenset[str], writer: frozenset[str]) -> bool:
    """Whether the words name one of ``own`` as whose the request is, or say nothing but the name."""
    if not own:
        return False
    words = [fold(w) for w in _WORD.findall(text)]
    said = own & set(words) - writer
    if said and all(w in own or w in _BESIDE or w in writer for w in words):
        return True
    rest = without_own(text, own)
    if rest == text:
        return False
    left = [(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(rest)]
    for n, (word, _, end) in enumerate(left):
        after = left[n + 1] if n + 1 < len(left) else None
        gap = text[end : after[1]] if after is not None else ""
        # « celle de Lina Bennani » is not Lina Alaoui's.
        touching = after is not None and any(fold(w) in own for w in _WORD.findall(gap)) and not re.search(r"[\n,;:.!?()]", gap)
        if touching and after is not None and after[0] not in _AFTER:
            return False
        # « celle de Lina et celle d'Omar »: another is named as well.
        if (
            word in THING | {"celle", "celui"}
            and after is not None
            and after[0] in OF
            and not rest[end : after[1]].strip(" '’")
        ):
            return False
    return True
