"""Whom or what a decision names: "je valide la commande de Mounia", "ok pour la maison Tazi", "I approve Nadia's order".

Whose name it is nobody can tell from the words alone; who knows the person of the request says which names are his.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from processors.verdicts.judged import Judged
from processors.verdicts.politeness import STRANGE
from processors.verdicts.tokens import fold, word_set

_WORD = re.compile(r"[^\W_]+")
#: What a person is called by beside his name; alone it names nobody.
TITLES = word_set(
    "m mr mme mlle mrs ms miss monsieur madame mademoiselle si sidi lalla hadj haj hajja dr docteur me maitre ste societe maison ets "
    "etablissements sarl sarlau sas sa au ltd llc inc co company firm client cliente customer chez the"
)
#: Words of houses and of mailboxes that many have.
_COMMON = TITLES | word_set(
    "hotel cafe restaurant snack boutique magasin shop store epicerie boulangerie patisserie pharmacie traiteur groupe group atelier "
    "contact info infos achat achats compta comptabilite commande commandes order orders vente ventes sales office bureau direction admin "
    "service mail email gmail hotmail outlook yahoo live icloud orange wanadoo free laposte www com net org mobile tel fax phone "
    "cordialement cdt cdlt merci thanks regards sent from iphone envoye depuis mon de du des d la le l les et and of for pour a al el ben"
)
THING = word_set(
    "commande commandes order orders demande request dossier bon bc lcommande kommande lkommande talab talabia talabiya cmd cde"
)
PARTICLES = word_set("al el ben ait ould bou")
_ONE = word_set("celle celui")
OF = word_set("de d du des la le l les pour for of from chez by the dyal dial diyal dyel mta3 ta3 ntaa li par")
YES = word_set("ok okay oui yes go wakha validee valide approved approuve approuvee banco")
_TO = word_set("pour for l li")
_GREETS = word_set("bonjour bonsoir salut salam slm hello hi hey coucou dear cher chere rebonjour")
_MYSELF = word_set("je nous ok okay oui yes c i we wakha")


def name_words(*texts: str) -> frozenset[str]:
    """The words of names and addresses by which somebody may be called, folded; those that many have are left out."""
    found = (fold(word) for text in texts for word in _WORD.findall(text))
    return frozenset(w for w in found if len(w) > 1 and not w.isdigit() and w not in _COMMON)


def without_own(text: str, own: Collection[str]) -> str:
    """The text with blanks in the place of what only says whose the thing is, where that is one of ``own``; as long as it was."""
    words = [(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]
    for n, (word, start, _) in enumerate(words):
        end = _name_at(words, n, own, text)
        if word not in own or not end or (n and words[n - 1][0] in own and _near(text, words[n - 1], words[n])):
            continue
        last = words[end - 1]
        said = [w for w, _, _ in words[:n]]
        if (rest := words[end : end + 2]) and rest[0][0] == "s" and text[last[2] : rest[0][1]] in ("'", "’"):
            stop = rest[0][2]
            put = "the" if len(rest) > 1 and rest[1][0] in THING else "it"
            return without_own(_blank(text, start, stop, put), own)
        first = n
        while first and words[first - 1][0] in OF | TITLES | PARTICLES and _near(text, words[first - 1], words[first]):
            first -= 1
        if not first or not _near(text, words[first - 1], words[first]):
            continue
        before = said[first - 1]
        if before in THING:
            return without_own(_blank(text, words[first - 1][2], last[2], ""), own)
        if before in _ONE and said[first] in OF:
            return without_own(_blank(text, words[first - 1][1], last[2], "ceci"), own)
        if before in YES and said[first : n + 1] and words[first][0] in _TO:
            return without_own(_blank(text, words[first - 1][2], last[2], ""), own)
    return text


def without_greeted(text: str, own: Collection[str]) -> str:
    """The text with blanks in the place of the name of one of ``own`` who is greeted at its head: « Bonjour Rose Tazi, je valide ».

    Only where the greeting ends there, or the writer goes on in his own name: « Bonjour Rose valide » may tell what she does.
    """
    words = [(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]
    n = 1
    while n < len(words) and _within(words[n][0], own) and _near(text, words[n - 1], words[n]):
        n += 1
    if not words or words[0][0] not in _GREETS or n == 1 or not any(w in own for w, _, _ in words[1:n]):
        return text
    behind = text[words[n - 1][2] :]
    if not re.match(r"[ \t]*(?:[,.!\n]|$)", behind) and (n == len(words) or words[n][0] not in _MYSELF):
        return text
    return text[: words[0][2]] + " " * (words[n - 1][2] - words[0][2]) + behind


def speaks(text: str, own: Collection[str]) -> bool:
    """Whether words are told as those of one of ``own``: « Rachid : je valide »."""
    heads = (line.partition(":")[0] for line in text.splitlines() if ":" in line)
    said = ([fold(w) for w in _WORD.findall(head)] for head in heads)
    return any(words and all(_within(w, own) for w in words) and any(w in own for w in words) for words in said)


def _name_at(words: Sequence[tuple[str, int, int]], n: int, own: Collection[str], text: str) -> int:
    """Behind which word the name ends that begins there, 0 where none does."""
    end = n
    while end < len(words) and (end == n or _near(text, words[end - 1], words[end])):
        if not _within(words[end][0], own):
            # « Primeurs du Souss »
            inside = words[end][0] in OF and end + 1 < len(words) and words[end + 1][0] in own
            if not inside or not _near(text, words[end], words[end + 1]):
                break
        end += 1
    return end if any(w in own for w, _, _ in words[n:end]) else 0


def _within(word: str, own: Collection[str]) -> bool:
    return word in own or word in TITLES or word in PARTICLES


def _near(text: str, one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    """Whether only a blank, a hyphen, a point of an abbreviation or an apostrophe stands between two words."""
    between = text[one[2] : other[1]]
    return "\n" not in between and not between.strip(" \t-.'’&")


def _blank(text: str, start: int, end: int, put: str) -> str:
    shift = 1 if put and end - start > len(put) and text[start] == " " else 0
    return text[:start] + " " * shift + put.ljust(end - start - shift) + text[end:]


def named_in(judged: Iterable[Judged], kinds: Collection[str]) -> tuple[str, ...]:
    """The words of clauses of these kinds that no list knows: names of somebody, or of something.

    Whom a greeting names reads the reply: « bonjour Mounia je valide » names nobody whose order it might be.
    """
    found: list[str] = []
    for j in judged:
        greeted = False
        for item in j.clause.items if j.kind in kinds else ():
            if item.act in STRANGE and not greeted:
                found.append(item.words or "?")
            greeted = item.act == "greeting" or (greeted and item.act in STRANGE | {"names"})
    return tuple(dict.fromkeys(found))


def named_thing(judged: Iterable[Judged]) -> tuple[str, ...]:
    """Of a refusal: those that stand behind the thing refused. Others are its reason."""
    found: list[str] = []
    for j in judged:
        behind = False
        for item in j.clause.items if j.kind in ("refuse", "no") else ():
            last = item.words.split()[-1] if item.words else ""
            if item.act in STRANGE and behind:
                found.append(item.words or "?")
            behind = last in THING or (behind and (item.act in STRANGE or last in OF | TITLES))
    return tuple(dict.fromkeys(found))


def signed_beside(before: Sequence[Judged], kept: Sequence[Judged], kinds: Collection[str]) -> tuple[str, ...]:
    """The names that stand alone behind a comma in the line of a yes, taken for those of its writer: « validé, Mounia »."""
    lines = {j.clause.line for j in kept if j.kind in kinds}
    left = {id(j.clause) for j in kept}
    dropped = [j for j in before if id(j.clause) not in left and j.clause.line in lines]
    return tuple(dict.fromkeys(i.words or "?" for j in dropped for i in j.clause.items if i.act in STRANGE))
