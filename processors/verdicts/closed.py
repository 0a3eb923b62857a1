"""The closed world of a yes: which words may stand beside it, and the few places where an unknown one names the thing quoted."""

from __future__ import annotations

from processors.verdicts.items import Item
from processors.verdicts.politeness import STRANGE, YES
from processors.verdicts.remarks import OTHER_QUOTE
from processors.verdicts.tokens import word_set

#: "Après vérification, je valide" is a yes; "je valide après vérification" is none yet.
AFTERWARDS = ("apres ", "after ")
PREPOSITIONS = frozenset(
    {
        "de",
        "du",
        "des",
        "d",
        "pour",
        "la",
        "le",
        "l",
        "les",
        "concernant",
        "for",
        "of",
        "the",
        "relatif",
        "a",
        "ce",
        "cet",
        "cette",
        "this",
        "f",
    }
)
_THIRD_PERSON_RISK = frozenset(
    {"valide", "accepte", "approuve", "confirme", "ratifie", "approved", "accepted", "confirmed", "agreed"}
)
#: No name of a thing holds one of these.
_NO_NAME = word_set("vous tu etes es sont avez as ont que qu qui quoi comment ne y you are were have that who")
_ARTICLES = frozenset({"le", "la", "les", "des", "the", "die", "los", "las", "gli", "os", "de"})
_OWNED = word_set("mon ma mes notre nos")
_PRICED = word_set("prix tarif devis montant offre proposition price quote offer")
#: They only point at what is offered, and nothing is named behind them.
_POINTS = word_set(
    "it this that these those one everything ca cela ceci celui celle ci la tout le tel telle quel quelle en l etat pj piece "
    "jointe ensemble "
    "integralite as is comme convenu prevu propose indique quoted proposed agreed discussed offered described"
)
_MAY_STAND_BESIDEYES = word_set(
    "filler object mine polite thanks praise closing greeting names logistics asap ack amount number because"
)

_BEFORE_IT = frozenset({"preposition", "object", "context"})


def only_known(items: list[Item], text: str, *, several: bool = False, thing: bool = False) -> bool:
    """Whether every word beside the yes belongs to an approval; see the module's first lines.

    An unknown word names the thing after "de la" or "pour le", or with a capital; beside the quote's own noun it says which
    quote ("l'offre précédente"), and where ``several`` things were asked for, which of them. Where our letter names the ``thing``,
    an unknown word in its place is another one ("le devis pour le chandelier" under a quote for an armchair).
    """
    room, after_object, yes_seen, previous = 0, False, False, ""
    named = joined = False  # an unknown word named the thing; the word before was a preposition
    named_before_yes = signed = capital = article = quoted = called = False
    for n, item in enumerate(items):
        if item.words in {"un", "une", "a", "an"} and previous in {"unknown", "context"}:
            return False  # "pour rappel une lampe"
        if item.act in YES or item.act == "needs":
            if named_before_yes and not signed and (item.act == "particle" or item.words in _THIRD_PERSON_RISK):
                return False
            yes_seen, room, called = True, 0, False
        elif item.act in STRANGE:
            if item.words in _NO_NAME:
                return False
            quoted = quoted or item.act == "context"
            if item.act == "context" and (yes_seen or after_object) and previous in _BEFORE_IT | YES:
                continue
            small = not text[item.start : item.end][:1].isupper()
            if (capital or (called and previous == "preposition")) and small:
                return False  # "bonjour pour la paire"
            if room <= 0 or (after_object and not yes_seen and previous != "preposition"):
                return False
            titled = text[item.start : item.end][:1].isupper() and not text.isupper()
            if after_object and item.act != "masked":
                if several or not (titled or named or (joined and item.words not in OTHER_QUOTE)):
                    return False
                if thing and not named and _named_as_a_thing(items[:n], item, titled=titled, quoted=quoted):
                    return False
                named = True
            room = room - 1 if after_object or titled or (signed and not yes_seen) else 0
            named_before_yes = named_before_yes or not (yes_seen or after_object)
            # "le devis du fauteuil est validé": past the first word the name may go on.
            previous, joined = "preposition" if after_object else item.act, False
            continue
        elif item.words in _OWNED and previous == "preposition":
            continue  # "le devis pour mon fauteuil"
        elif item.act not in _MAY_STAND_BESIDEYES or (yes_seen and item.words.startswith(AFTERWARDS)):
            return False
        elif item.act in {"greeting", "names", "closing", "thanks"}:
            room, after_object, capital, called = 3, False, item.act not in {"greeting", "names"}, True
        elif item.act == "object":
            # "Ce prix pour la table" names it; "ça pour la table", "tel quel le plateau" may mean something else.
            named_so = not all(w in _POINTS for w in item.words.split())
            room, after_object, capital = (4, True, False) if named_so else (0, False, False)
            called = False
        elif item.words in {"soussigne", "soussignee"}:
            room, signed, capital = 4, True, False
        elif item.act != "filler" or item.words not in PREPOSITIONS:
            if item.act == "number" and (previous in {"object", "context", "unknown"} or article):
                return False  # "je valide les deux"
            if (
                item.act == "number"
                and items[n - 1].words == "pour"
                and _PRICED & {w for i in items[:n] for w in i.words.split()}
            ):
                return False  # "partant à ce prix pour deux"
            room, after_object = 0, False
        joined, article = item.words in PREPOSITIONS, item.words in _ARTICLES
        previous = "preposition" if joined else item.act
    return True


#: What any quote is for, whatever the thing is.
_GENERIC = word_set(
    "objet meuble modele modelisation projet demande devis commande piece article produit travail prestation rendu scan visuel "
    "numerisation fichier image dossier site boutique catalogue object item piece model project order job furniture product"
)
_BEFORE_A_THING = word_set("le la l les un une du des d ce cet cette mon ma mes notre nos the a an this my our")


def _named_as_a_thing(before: list[Item], item: Item, *, titled: bool, quoted: bool) -> bool:
    """« (le devis pour) *le chandelier* », « (votre offre) *pour lustre* »; a word with a capital may be a house or a person.

    ``quoted``: the thing of our letter stands before, so that « du salon » only says which.
    """
    last = before[-1].words.split()[-1] if before else ""
    if quoted and last in {"de", "du", "d", "des", "of"}:
        return False
    if item.words in _GENERIC or (titled and last not in _BEFORE_A_THING - {"d", "l"}):
        return False
    return last in _BEFORE_A_THING or last in {"pour", "de", "for", "of", "concernant"}
