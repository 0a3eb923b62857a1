"""Which word of a noun phrase names the thing: "une boîte à bijoux en bois" is a box, "a shoe box" too, "un support de téléphone" neither.

In French the first noun is the head and prepositions bring what only qualifies it; in English the last of a run of nouns is.
A word that only carries the thing ("une photo de …", "un devis pour …", "notre gamme de …") is looked through.
"""

from __future__ import annotations

from collections.abc import Sequence

from processors.classify import is_request_word
from processors.tokens import LINE, Token, Tokens
from processors.words import Hit
from processors.words_common import COMMON, DOZENS, FUNCTION, NUMBERS, word_set

_DETERMINERS = word_set(
    "la le l les un une des ma mon mes notre nos votre vos cette cet ce ces leur leurs son sa ses quelques plusieurs the an our my this "
    "that these those your his her their some ein eine einen einem einer der die das dem den unser unsere unserem unseren meine el los "
    "las uno una nuestro nuestra mi il lo gli i uno nostro nostra mio mia een het onze mijn deze dit"
)
_OF = word_set("de d du of von van del della dello di")
_FOR = word_set("pour for fur para per aux au avec with sans without mit con")
_PLACE = word_set("en sur dans sous contre in on into under from bei auf op")
_MATERIAL = frozenset(("en", "in", "aus"))
#: Words that carry the thing without being it.
_CARRIERS = word_set(
    "modelisation modeliser modele modeles model models modelling modeling version versions rendu rendus render renders visuel "
    "visuels photo photos photographie photographies image images picture pictures cliche cliches vue vues vignette vignettes plan plans "
    "croquis dessin dessins scan scans fichier fichiers file files maquette maquettes jumeau numerique numeriques twin asset assets "
    "objet objets d 3d ar ra realite augmentee virtuelle devis prix tarif cout chiffrage estimation quote price cost demande projet "
    "projets "
    "besoin conception creation realisation representation reproduction copie numerisation mise passage conversion transformation type "
    "genre sorte forme gamme collection serie ligne selection ensemble lot paire couple jeu set pair range kind piece pieces exemplaire "
    "exemplaires reference references produit produits product products article articles catalogue prototype nouveau nouvelle fois "
    "photogrammetrie apercu presentation configuration texture textures essayage 3 modell bild foto fotos modelo modelado modello "
    "modellazione visualisation illustration animation display reste partie total totalite"
)
#: Trades and places of trade: what follows says what the customer makes, and perhaps what he asks for.
_TRADES = word_set(
    "fabricant fabricants fabricante createur creatrice createurs vendeur vendeuse marchand marchande artisan atelier boutique magasin "
    "marque maison entreprise societe specialiste specialistes revendeur revendeurs distributeur fabrique fabrication vente editeur site "
    "maker makers manufacturer manufacturers shop store brand company seller sellers retailer hersteller tienda negozio usine rayon "
    "createurs designer designers designeur loueur location expert import importateur galerie musee salon foire catalog monde univers"
)
#: Adverbs and adjectives that may stand between a preposition and its noun.
_SMALL = word_set(
    "petit petite petits petites grand grande grands grandes gros grosse beau belle vieux vieille nouveau nouvelle tres plus"
)
#: Parts of French compounds: "porte-bijoux", "range-bouteilles", "sous-vasque" are none of what follows.
_COMPOUND = word_set(
    "porte repose range garde serre presse casse lave seche coupe ouvre taille appuie cache chauffe essuie protege pare tire abat sous sur "
    "dessus couvre passe monte pince tourne bloque cale vide ramasse attache support contre anti avant arriere"
)
#: English nouns that make something else of the noun before them.
_PARTS = word_set(
    "cover covers base stand holder rack hook leg legs handle lid top shade part parts mount wheel seat strap cap label sticker "
    "charger case "
    "pad insert bracket spare opener cleaner factory shop store brand "
    "company maker market"
)
#: Who does what follows: "nous avions" are no planes.
_PRONOUNS = word_set("nous vous je j tu il elle on ils elles n ne we you they he she i lo y ci se s me m te qui ich wir sie")
#: A noun phrase goes back no further than these.
_STOP = word_set(
    "et ou mais donc car and or but und oder y e o qui que qu dont which that who est sont sera etait a ont avons avez as is are was were "
    "has have had faut peut peux pouvez pourriez can could would if si comme puis"
)
#: How far back a governing noun is looked for.
_BACK = 4
_CHAIN = 4


def is_verb(tokens: Tokens, hit: Hit) -> bool:
    """Whether a subject stands right before the word, so that it is a verb: "nous avions", "il porte"."""
    before = hit.first - 1
    return (
        hit.first == hit.last
        and before >= 0
        and tokens.joined(before, hit.first)
        and (
            tokens.items[before].form in _PRONOUNS
            and not (before and tokens.items[before - 1].form in _OF | _FOR | {"chez", "a"})
        )
    )


def qualifies(tokens: Tokens, hit: Hit, known: Sequence[Hit], *, language: str) -> str:
    """Why the hit does not name the thing: "known" or "unknown" says what its head is, "trade" what the sender makes; '' for a head.

    ``known`` are the other words of the same kind, ``language`` that of the text (ISO 639-1, '' when not known).
    """
    items = tokens.items
    compounds = language in ("en", "de", "nl")
    heads = {k.last: k for k in known if k is not hit}
    firsts = {k.first: k for k in known if k is not hit}
    if compounds and _before_its_head(items, hit, firsts):
        return "known"
    here = hit.first
    if not compounds and here and items[here].brk == 0:
        before = items[here - 1]
        if items[here].sep == "-" and before.form in _COMPOUND:
            return "unknown"
        if before.form in ("porte", "repose", "range", "garde", "serre") and items[hit.last].form.endswith(("s", "x")):
            return "unknown"
        if here - 1 in heads and items[here].sep in (" ", "-") and before.form not in _DETERMINERS:
            return "known"  # "canapé lit", "table console"
    if language == "en" and _is_part(items, hit.last + 1):
        return "unknown"
    if not compounds and here > 1 and _in_complement(items, here):
        here -= 1  # "un bidon d'huile moteur"
    for _ in range(_CHAIN):
        governor = _governor(items, here, heads, compounds=compounds)
        if governor is None:
            return ""
        at, preposition = governor
        found = _known_before(items, at, heads)
        if found:
            return "known"
        form = items[at].form
        if form in _TRADES:
            return "trade"
        if not preposition:
            return "unknown"
        if form in _CARRIERS or form in DOZENS or form in NUMBERS or form.isdigit():
            here = at
            continue
        if preposition in _PLACE or is_request_word(form) or not _noun(items, at, compounds=compounds):
            return ""
        return "unknown"
    return ""


def _is_part(items: Sequence[Token], at: int) -> bool:
    """English: whether an unknown noun ends the run: "a bottle rack", "a lamp base"."""
    if at >= len(items) or items[at].brk or items[at].sep not in (" ", "-"):
        return False
    form = items[at].form
    if form in _PARTS:
        return True
    plain = form.isalpha() and len(form) > 3 and not items[at].capital and not form.endswith(("ed", "ing", "ly"))
    return plain and form not in COMMON and form not in FUNCTION and form not in _CARRIERS


def _in_complement(items: Sequence[Token], here: int) -> bool:
    """Whether the word only goes on with a complement: "huile moteur" in "bidon d'huile moteur"."""
    before = items[here - 1]
    return (
        items[here].brk == 0
        and items[here].sep == " "
        and before.brk == 0
        and len(before.form) > 2
        and before.form not in _DETERMINERS | _SMALL | _OF | _FOR | _PLACE
        and items[here - 2].form in _OF
    )


def _before_its_head(items: Sequence[Token], hit: Hit, firsts: dict[int, Hit]) -> bool:
    """English: "shoe box", "glass water bottle": another known noun ends the run."""
    for j in range(hit.last + 1, min(hit.last + 3, len(items))):
        if items[j].brk > LINE or items[j].sep not in (" ", "-", "\n"):
            return False
        if j in firsts:
            return True
        form = items[j].form
        if form in _DETERMINERS | _OF | _FOR | _PLACE | _STOP | _PRONOUNS or form in ("by", "at", "to", "a") or len(form) < 3:
            return False
    return False


def _governor(items: Sequence[Token], here: int, heads: dict[int, Hit], *, compounds: bool) -> tuple[int, str] | None:
    """The word before the preposition that brings the token ``here``, and that preposition; None when nothing governs it."""
    i = here - 1
    if i < 0 or items[here].brk > LINE:
        return None
    if items[i].form in _MATERIAL and i and items[i].brk <= LINE:
        return i - 1, ""  # "en verre", "in glass": what it is made of
    while i >= 0 and (items[i].form in _DETERMINERS or items[i].form in _SMALL) and items[i + 1].brk <= LINE:
        if items[i].brk > LINE:
            return None
        i -= 1
    if i < 1 or items[i + 1].brk > LINE or items[i].brk > LINE:
        return None
    form = items[i].form
    if form == "d" and items[i - 1].form.isdigit():
        return None  # "hacer en 3D nuestro sofá"
    if form == "a":
        written = items[i].accented == "à"
        if not written and (compounds or i + 1 != here or (i - 1 not in heads and not items[here].form.endswith(("s", "x")))):
            return None
        return i - 1, "à"
    if form in _OF or form in _FOR or form in _PLACE:
        return i - 1, form
    return None


def _known_before(items: Sequence[Token], at: int, heads: dict[int, Hit]) -> bool:
    """Whether a known noun stands at ``at`` or shortly before it, in the same phrase: "boîte ancienne à bijoux"."""
    for j in range(at, max(at - _BACK, -1), -1):
        if j in heads:
            return True
        form = items[j].form
        if items[j].brk > LINE or form in _STOP or form in _PRONOUNS or form in _DETERMINERS or is_request_word(form):
            return False
    return False


def _noun(items: Sequence[Token], at: int, *, compounds: bool) -> bool:
    """Whether an unknown word looks like a noun: a determiner or a carrier's preposition stands before it."""
    form = items[at].form
    if len(form) < 3 or form in _STOP or form in _PRONOUNS or items[at].accented.endswith(("er", "ez", "ons", "ant")):
        return False
    for j in range(at - 1, max(at - 3, -1), -1):
        if items[j + 1].brk > LINE:
            return False
        if items[j].form in _DETERMINERS or (items[j].form == "a" and compounds):
            return True
        if items[j].form in _OF:
            return True
    return False
