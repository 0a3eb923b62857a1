"""Free text after a lead phrase, cut to its noun phrase: "Je souhaite modéliser ce fauteuil vintage en bois, merci"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.directive import Word
from processors.negation import negated
from processors.tokens import CLAUSE, LINE, Token, Tokens
from processors.words import Hit, WordMatcher, longest
from processors.words_common import DOZENS, NUMBERS, word_set

_DETERMINERS = word_set(
    "un une des le la les l ce cet cette ces mon ma mes notre nos votre vos son sa ses leur leurs de du d a an the this "
    "that these those my our your his her their some of ein eine einen der die das diesen dieses dieser el los las este "
    "esta il lo uno questo questa suivant suivante ci dessous"
)
_ONE = word_set("un une a an ein eine")
#: A noun phrase ends before these.
_END = word_set(
    "qui que qu dont ou pour afin car mais merci svp stp si comme parce puis donc alors quand lorsque voici voila ci joint "
    "jointe je tu il elle nous vous ils elles j on est sont sera avez pouvez pourriez peut peux faut merci cordialement "
    "bonjour selon depuis apres which that who for please thanks thank based using because when if i you we they it is are "
    "can could would attached und fur bitte danke mit por para gracias per grazie y ainsi svp notamment sous environ "
    "dimensions mesurant faisant mesure combien quel quelle quels comment avant through via "
    "diam diametre diameter hauteur largeur longueur profondeur epaisseur height width length depth dim "
    "by needs need want wants besoin euh heu hum bah hein voir fait font fera doit doivent devrait must should has have "
    "ont avons"
)
#: "en 3D", "d'après la photo", "à partir de", "sur notre site", "dans votre appli" end it too; "en bois" does not.
_END_AFTER = {
    "en": word_set(
        "3 ar ra realite piece pj photo 2 urgence ligne vue objet modele version image rendu fichier glb usdz gltf format"
    ),
    "in": word_set("3 ar augmented attachment glb usdz the our my your"),
    "as": word_set("a an 3 glb usdz"),
    "d": word_set("apres ici"),
    "a": word_set("partir l modeliser votre notre mon faire realiser creer mettre passer numeriser convertir"),
    "au": word_set("format plus"),
    "sur": word_set("notre votre mon le la photo base"),
    "dans": word_set("votre notre mon le la l"),
    "from": word_set("the this these my our photos"),
    "on": word_set("our my the your"),
    "to": word_set("be my our the your"),
    "par": word_set("vos votre"),
    "avec": word_set("vous vos votre"),
    "de": word_set("cette"),
}
_SKIPPED = word_set("maken machen laten 3 d 3d en ar ra complete complet realiste simple hd")
#: These say nothing of what the thing is.
_GENERIC = word_set(
    "truc trucs machin bidule stuff ci dessous dessus "
    "objet objets produit produits article articles chose choses piece pieces fichier fichiers projet projets modele "
    "modeles element elements meme autre autres nouveau nouvelle nouveaux photo photos image images plan plans croquis "
    "object objects product products item items file files thing things one ones piece model models photo picture pictures "
    "peu trop cher chere chers cheres beaucoup assez mieux "
    "demande urgent urgente urgents rapide possible devis ce cela ca celui celle tout toute tous petit petite gros grosse "
    "credit credits prix tarif prestation service client clients quelque catalogue site boutique gamme offre partir suite "
    "texture textures textured rendu visuel version service plusieurs certains certaines it them this that something "
    "request quote price asap new joint jointe attache pj cours"
)
#: What is done to show a thing in 3D.
_SHOWING = word_set(
    "etre apparaitre apparaisse visible visibles disponible disponibles mettre faire voir avoir passer montrer afficher presenter "
    "visualiser representer transformer convertir realiser creer rendre obtenir poser tourner essayer proposer placer vendre exister "
    "modeliser numeriser scanner be appear show shown see get make put place display available viewed turn have passe mis mise"
)
_LOTS = word_set("paire lot serie ensemble collection gamme set pair range")
_AND = frozenset(("et", "and", "und", "y", "e", "avec", "with"))
_MAX_WORDS = 9
#: No noun phrase ends with these.
_LOOSE = word_set("en a au sur dans par in on to from at aux with avec pour for by")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its character span and token span (``lead`` is the token span of the phrase it came after)."""

    start: int
    end: int
    first: int
    last: int
    lead: tuple[int, int]


class LeadReader:
    """Reads the noun phrases after the lead phrases of a fact ("modéliser ce …"), in any inflection of the lead.

    A lead that starts with dots ("… en 3D") stands after its noun phrase; one that is given with its article ("c'est un …") wants one
    there, any: "c'est mon fauteuil", and not "c'est trop".
    """

    def __init__(self, after: tuple[str, ...]) -> None:
        leads = []
        self._after_noun: set[Word] = set()
        bare: set[Word] = set()
        cut: set[Word] = set()
        for lead in after:
            kept = lead.replace("…", " ").replace("...", " ").split()
            while len(kept) > 1 and kept[-1].lower().rstrip("'’") in _DETERMINERS:
                kept.pop()
            leads.append(Word(" ".join(kept)))
            whole = lead.replace("…", " ").replace("...", " ").split()
            (cut if len(kept) < len(whole) and whole[-1].lower() in _ONE else bare).add(leads[-1])
            if lead.lstrip().startswith(("…", "...")):
                self._after_noun.add(leads[-1])
        self._with_article = cut - bare
        self._matcher = WordMatcher(leads)

    def leads(self, tokens: Tokens) -> list[tuple[int, int]]:
        """The token spans of the leads that are not denied."""
        return [(h.first, h.last) for h in self.hits(tokens)]

    def hits(self, tokens: Tokens) -> list[Hit]:
        """The leads that are not denied."""
        return [h for h in longest(self._matcher.find(tokens)) if not negated(tokens, h.first, h.last)]

    def phrases(self, tokens: Tokens, hits: Sequence[Hit] | None = None) -> list[Phrase]:
        """The noun phrases after the leads, in the order of the text; ``hits`` are the leads where they are known."""
        found = []
        for hit in self.hits(tokens) if hits is None else hits:
            lead = hit.first, hit.last
            following = tokens.items[hit.last + 1].form if hit.last + 1 < len(tokens.items) else ""
            if (
                hit.word in self._with_article
                and following not in _DETERMINERS
                and not following.isdigit()
                and following not in NUMBERS
            ):
                continue
            if hit.word in self._after_noun:
                phrase = _phrase_leading_to(tokens, lead)
            else:
                phrase = _phrase(tokens, lead) or _phrase_before(tokens, lead)
            if phrase is not None:
                found.append(phrase)
        return found


def _phrase(tokens: Tokens, lead: tuple[int, int]) -> Phrase | None:
    items = tokens.items
    i = lead[1] + 1
    colon = i < len(items) and items[i].brk > LINE and items[i].sep.strip() in (":", "-", "–")
    while i < len(items) and (items[i].brk <= LINE or (i == lead[1] + 1 and colon)):
        form = items[i].form
        following = items[i + 1].form if i + 1 < len(items) else ""
        if form in _DETERMINERS:
            if form == "d" and following in _END_AFTER["d"]:
                return None
        elif form == "en" and following in ("3", "ar", "ra", "realite"):
            pass
        elif form.isdigit() or (form in NUMBERS and form != "neuf"):
            pass  # "3 chaises": how many is another fact
        elif form in DOZENS or (form in _LOTS and following in ("de", "d", "of")):
            pass  # "une dizaine de chaises"
        elif not (form in _SKIPPED or form == "realite" or (form == "augmentee" and items[i - 1].form == "realite")):
            break
        i += 1
    first = i
    last = -1
    while (
        i < len(items)
        and i - first < _MAX_WORDS
        and (i == first or items[i].brk <= LINE)
        and not (i == first and items[i].brk > LINE and not colon)
    ):
        if _ends(items, i, first):
            break
        last = i
        i += 1
    while last >= first and (items[last].form in _DETERMINERS or items[last].form in _AND or items[last].form in _LOOSE):
        last -= 1
    if last < first:
        return None
    if not _says(items[first : last + 1]):
        return None
    return Phrase(items[first].start, items[last].end, first, last, lead)


def _phrase_leading_to(tokens: Tokens, lead: tuple[int, int]) -> Phrase | None:
    """What is wanted "en 3D": "faire mon gâteau en 3D", "notre tente de toit doit apparaître en 3D"."""
    items = tokens.items
    last = lead[0] - 1
    while last >= 0 and items[last + 1].brk <= LINE and (items[last].form in _END or items[last].form in _SHOWING):
        last -= 1
    first = -1
    for i in range(last, max(last - _MAX_WORDS, -1), -1):
        form = items[i].form
        if items[i + 1].brk > LINE or form in _END:
            break
        if form in _DETERMINERS and form not in ("de", "d", "of") and items[i].accented != "à" and i < last:
            first = i + 1
    if first < 0:
        return None
    while first < last and items[first].form in _DETERMINERS:
        first += 1
    end = first
    while end < last and not _ends(items, end + 1, first):
        end += 1
    if items[first].form in _SHOWING or items[first].form in _END or not _says(items[first : end + 1]):
        return None
    return Phrase(items[first].start, items[end].end, first, end, lead)


def phrase_at(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """The character span of the noun phrase that starts with the tokens ``first`` to ``last``: "cadre photo en chêne"."""
    items = tokens.items
    end = last
    for i in range(last + 1, min(last + 1 + _MAX_WORDS, len(items))):
        if items[i].brk > LINE or items[i].form in _AND or items[i].form.isdigit() or _ends(items, i, first):
            break
        end = i
    while end > last and (items[end].form in _DETERMINERS or items[end].form in _LOOSE):
        end -= 1
    return items[first].start, items[end].end


def _says(items: tuple[Token, ...]) -> bool:
    """Whether the words say what the thing is."""
    content = (t.form for t in items if t.form not in _DETERMINERS and t.form not in _AND and not t.form.isdigit())
    return any(f not in _GENERIC and len(f) > 2 for f in content)


def _phrase_before(tokens: Tokens, lead: tuple[int, int]) -> Phrase | None:
    """What stands before "à modéliser": "une petite boîte à modéliser"."""
    items = tokens.items
    last = lead[0] - 2
    if last < 0 or items[last + 1].form not in ("a", "to") or not tokens.joined(last, lead[0], CLAUSE):
        return None
    if items[last + 1].accented == "a" and not items[lead[0]].form.endswith(("er", "ir", "re")):
        return None  # "make a 3D model"
    first = last
    for i in range(last, max(last - 7, -1), -1):
        form = items[i].form
        if form.isdigit() or form in NUMBERS or (form in _DETERMINERS and form not in ("de", "d", "of", "l", "la", "le")):
            break
        if form in _END:
            break
        first = i
        if items[i].brk > LINE:
            break
    else:
        return None
    if first > last or items[first].form in _DETERMINERS or not _says(items[first : last + 1]):
        return None
    return Phrase(items[first].start, items[last].end, first, last, lead)


def _ends(items: tuple[Token, ...], i: int, first: int) -> bool:
    form = items[i].form
    following = items[i + 1].form if i + 1 < len(items) and items[i + 1].brk <= LINE else ""
    if (form in _END and not (form == "car" and i == first)) or following in _END_AFTER.get(form, ()):
        return True
    if form.isdigit() and i > first and following in ("x", "cm", "mm", "m", "par"):
        return True
    if form == "3" and i > first and following == "d":  # "une lampe 3D"
        return True
    if form in _AND:
        # "une table et ses chaises" goes on, "… et me dire le prix" does not
        return i == first or not (
            following in _DETERMINERS - {"le", "la", "l", "de", "d"} or following.isdigit() or form in ("avec", "with")
        )
    return False
