"""What people tell beside a decision and what decides nothing: how they came to it, who they are, why a price is what it is.

Each form is closed by its beginning and by what may not stand in it; whatever has none of these forms stays not understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from processors.verdicts.beforehand import told_beforehand
from processors.verdicts.clauses import Clause, is_dated
from processors.verdicts.excuses import NEVER, blames_the_keyboard, excuses
from processors.verdicts.items import Item
from processors.verdicts.judged import Judged
from processors.verdicts.life import is_of_life
from processors.verdicts.narrative import another_speaks, tells, tells_of_oneself
from processors.verdicts.politeness import STRANGE
from processors.verdicts.reckoning import added_up, parts_of
from processors.verdicts.remarks import (
    advises,
    heads,
    measures,
    of_another,
    remarks,
    sets_aside,
    takes_back,
    takes_back_this,
)
from processors.verdicts.tokens import word_set
from processors.verdicts.withdrawn import withdraws

_APPROVES = frozenset({"approve", "weak", "perfect", "amount"})
_SIGNED = ("bon pour", "lu et", "signe")
_OPENS_A_NAME = (
    "c est",
    "ici",
    "je suis",
    "je m appelle",
    "moi c est",
    "this is",
    "i am",
    "i m",
    "my name is",
    "hier ist",
    "soy",
    "sono",
)
#: « C'est pour Noël », « c'est en Marbre »
_NO_NAME_AFTER = word_set("pour en avec sans sur a au aux chez for with in")
_OUR = word_set("mon ma mes notre nos my our mein meine unser unsere mi mio mia")
_ON_OUR_SIDE = word_set(
    "associe associee associes associees mari femme compagne compagnon conjoint conjointe collegue collegues equipe chef "
    "cheffe patron "
    "patronne direction directeur directrice comptable gerant gerante responsable mere pere fils fille frere soeur partner "
    "husband "
    "wife boss team colleague manager"
)
_AGREES = word_set(
    "accord ok okay partant partante partants content contente contents ravi ravie emballe emballee fine happy agrees"
)
_ALSO = word_set("est sont et d l la le aussi egalement bien tout a fait is are also too and with it tres donc y")
_PARTICULARS = word_set(
    "numero siret siren tva coordonnees telephone tel adresse portable nom prenom societe entreprise reference matricule "
    "compte number phone address name company"
)
_STATED = word_set(
    "mon ma mes notre nos voici pour le la les l est sont c ce de du d a au aux restent reste inchange inchangee inchangees "
    "inchanges toujours "
    "memes meme et client cliente fournisseur commande interne postale mail email courriel facturation livraison sur rue "
    "avenue boulevard place "
    "chemin route impasse n info rappel dossier my our is are the same still in for of and"
)
_WRONG = ("faux", "fauss", "erron", "incorrect", "mauvais", "manqu", "wrong", "missing", "mal")
_DESCRIBES = word_set("le la les l un une des de du d the from chez at von de di")


def without_asides(judged: list[Judged], text: str, *, admin: bool) -> list[Judged]:
    """The clauses, those that only tell something made harmless. Tales count before the decision only."""
    first = next((n for n, j in enumerate(judged) if j.kind in _APPROVES), len(judged))
    found: list[Judged] = []
    prices = [j for j in judged if j.kind in {"amount", "approve"} and j.clause.acts() & {"amount", "number"}]
    named = False
    whole = {i.amount for p in prices for i in p.clause.items if i.act == "amount"}
    parts = _parts(judged, whole) if admin else frozenset()
    for n, j in enumerate(judged):
        open_ = j.kind in {"unknown", "danger", "ack", "praise"} and not j.clause.asked and not j.clause.announces
        open_ = open_ and not (measures(j.clause) if admin else another_speaks(j.clause))
        introduced = open_ and n < first and (_introduces(j.clause, text, found) or (named and _describes(j.clause)))
        if introduced:
            j = replace(j, kind="harmless", act="")
        elif open_ and (
            ((n < first or (admin and prices)) and told_beforehand(j.clause, admin=admin))
            or (n < first and excuses(j.clause, text))
            or _agrees_too(j.clause)
            or (not admin and _beside_a_yes(judged, n, text))
            or _of_life_beside_a_yes(judged, n, text)
        ):
            j = replace(j, kind="ack", act="")
        elif open_ and blames_the_keyboard(j.clause):
            j = replace(j, kind="harmless", act="")
        elif open_ and _gives_particulars(j.clause, text):
            j = replace(j, kind="logistics", act="")
        elif (
            n in parts
            or _dates_a_signature(judged, n, open_=open_)
            or (admin and _beside_a_price(judged, n, prices, text, open_=open_))
        ):
            j = replace(j, kind="harmless", act="")
        named = introduced
        found.append(j)
    return found


def _parts(judged: list[Judged], named: set[Decimal | None]) -> frozenset[int]:
    """The places of the clauses that break the price down, whichever of the named numbers is the price."""
    clauses = [j.clause for j in judged]
    if summed := added_up(clauses):
        return summed
    return next((found for a in named if a is not None and (found := parts_of(a, clauses))), frozenset())


def _dates_a_signature(judged: list[Judged], n: int, *, open_: bool) -> bool:
    return open_ and n > 0 and is_dated(judged[n].clause) and _said(judged[n - 1].clause.items).startswith(_SIGNED)


def _beside_a_price(judged: list[Judged], n: int, prices: list[Judged], text: str, *, open_: bool) -> bool:
    """Whether an administrator only comments the price he names elsewhere, takes back another, or speaks of another time."""
    clause, elsewhere = judged[n].clause, [p.clause for p in prices if p is not judged[n]]
    decided = [k for k, j in enumerate(judged) if j.kind == "approve" or j in prices]
    if not decided or withdraws(clause) or measures(clause):
        return False
    last = decided[-1]
    if n > max((k for k, j in enumerate(judged) if j in prices), default=last) and takes_back_this(clause):
        return False
    apart = (
        n != last
        and not clause.announces
        and (_apart(judged[n], judged[last], text) or (n > last and clause.items[0].words in _IT))
    )
    if (
        apart
        and judged[n].kind in {"unknown", "danger"}
        and tells(clause, before=n < last)
        and (n < last or not of_another(clause))
    ):
        return True
    if not prices:
        return False
    if sets_aside(clause) or (
        clause.announces and (takes_back(clause) or heads(clause) or told_beforehand(clause, admin=True))
    ):
        return True  # "Correction : 6 crédits", "J'ai regardé les photos : 8 crédits"
    if not open_:
        return False
    before = judged[n - 1].clause if n else None
    if before is not None and before.line == clause.line and advises(before, clause):
        return True
    return remarks(clause, elsewhere)


def _of_life_beside_a_yes(judged: list[Judged], n: int, text: str) -> bool:
    """« On vient d'avoir un bébé, (oui pour 2 crédits) »: beside a yes in words of deciding; « on y va » may be said of the journey."""
    said = [j for j in judged if j.kind == "approve" or (j.kind == "amount" and j is not judged[n])]
    plain = [
        j for j in said if _names_the_quote(j.clause) or any(_DECIDES.match(w) for i in j.clause.items for w in i.words.split())
    ]
    refused = any(j.kind == "refuse" for j in judged)
    return (bool(plain) or refused) and is_of_life(judged[n].clause, text)


_DECIDES = re.compile(
    r"valid|accept|accord|approuv|approv|confirm|agree|commande$|signe|feu|convien|lanc|commenc|demarr|proceed"
)


def _beside_a_yes(judged: list[Judged], n: int, text: str) -> bool:
    """Whether a customer's clause only tells of himself beside a yes that names the quote, its price or its thing."""
    last = max((k for k, j in enumerate(judged) if j.kind == "approve" and _names_the_quote(j.clause)), default=None)
    return (
        last is not None
        and tells_of_oneself(judged[n].clause, text, before=n < last)
        and (n < last or _apart(judged[n], judged[last], text))
    )


def _names_the_quote(clause: Clause) -> bool:
    said = {w for i in clause.items for w in i.words.split()}
    return bool(clause.acts() & {"amount", "context"}) or bool(said & _THE_QUOTE)


_THE_QUOTE = word_set(
    "devis proposition offre tarif prix commande modelisation prestation chiffrage quote offer proposal estimate modelling "
    "modeling "
    "angebot auftrag presupuesto oferta preventivo offerta offerte montant"
)


#: « (8 crédits,) elle ne présente pas de difficulté »
_IT = word_set("elle il elles ils la le les")


def _apart(one: Judged, other: Judged, text: str) -> bool:
    """Whether a sentence or a line ends between the two clauses."""
    first, second = sorted((one.clause, other.clause), key=lambda c: c.start)
    return any(c in text[first.end : second.start] for c in ".!?;\n")


def _said(items: Sequence[Item]) -> str:
    return " ".join(i.words for i in items)


def _agrees_too(clause: Clause) -> bool:
    """« Mon associé est d'accord aussi »: of somebody on the writer's own side, who decides nothing by it and takes nothing away."""
    words = _said(clause.items).split()
    return (
        words[0] in _OUR
        and bool(set(words) & _ON_OUR_SIDE)
        and bool(set(words) & _AGREES)
        and all(w in _OUR | _ON_OUR_SIDE | _AGREES | _ALSO for w in words)
    )


def _gives_particulars(clause: Clause, text: str) -> bool:
    """« Mon numéro client est le 4521 », « mes coordonnées restent inchangées »: who the writer is and where, which changes nothing."""
    words = _said(clause.items).split()
    return (
        len(words) <= 14
        and words[0] in {"mon", "ma", "mes", "notre", "nos", "my", "our", "pour", "voici"}
        and bool(set(words[1:4]) & _PARTICULARS)
        and not any(i.act in NEVER - {"number"} or (i.act == "hold") for i in clause.items)
        and not any(w.startswith(_WRONG) for w in words)
        and all(
            i.amount is not None
            or i.act == "masked"
            or all(w in _PARTICULARS | _STATED or any(c.isdigit() for c in w) for w in i.words.split())
            or (n > 1 and text[i.start : i.end][:1].isupper())
            for n, i in enumerate(clause.items)
        )
    )


def _introduces(clause: Clause, text: str, before: list[Judged]) -> bool:
    """« C'est Marie », « ici Karim de la boutique Delorme »: at the beginning, and names only."""
    if any(j.kind not in {"greeting", "thanks", "harmless"} for j in before):
        return False
    said = _said(clause.items)
    opening = next((o for o in _OPENS_A_NAME if said.startswith(o + " ")), None)
    if opening is None:
        return False
    skipped = 0
    rest: list[Item] = []
    for item in clause.items:
        if skipped < len(opening.split()):
            skipped += len(item.words.split())
        else:
            rest.append(item)
    if not rest or rest[0].words in _NO_NAME_AFTER or any(i.act in NEVER | {"hold", "past"} for i in rest):
        return False
    strange = [i for i in rest if i.act in STRANGE]
    return bool(strange) and text[strange[0].start : strange[0].end][:1].isupper() and len(rest) <= 8


def _describes(clause: Clause) -> bool:
    """« , la mère de Léo »: who that is, in a few words behind the name."""
    first = clause.items[0].words.split()[0]
    return first in _DESCRIBES and len(clause.items) <= 6 and not any(i.act in NEVER | {"hold", "past"} for i in clause.items)
