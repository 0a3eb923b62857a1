"""The lines under a closing formula or a name: a job, a house, an address, as long as they look like a signature."""

from __future__ import annotations

from processors.later import Later
from processors.verdicts.judged import Judged
from processors.verdicts.tokens import word_set

_APPROVES = frozenset({"approve", "weak", "perfect"})
#: Acts that may stand in the lines of a signature: a job, a service, an address.
_IN_SIGNATURE = frozenset({"other", "hearsay"})
#: A line that begins with one of these is a sentence, not a job or a house.
_SENTENCE = word_set(
    "dixit pour avec dans et mettez comptez je j on nous vous tu il elle ils elles c ce ca cela ceci cette ces qui que qu m "
    "me mon ma mes votre vos ton ta notre "
    "comme mais si sauf selon for other tel telle apres avant disait dit quand i we you it he she they this that your but if "
    "as my ich "
    "wir sie es das yo nosotros io noi eu ik wij"
)
_ARTICLE = word_set("le la les l un une des du the a an el los las il lo gli der die das de het o os")
#: "Hugo de la boutique Bois & Lin", "Claire pour la maison Delorme"
_OF_A_HOUSE = word_set(
    "de du des d la le l van von den der el al ben chez pour from at et and boutique maison societe atelier service "
    "galerie magasin equipe "
    "agence studio cabinet restaurant hotel"
)


#: What the rest of such a line is made of.
_PLAIN = word_set("unknown context other hearsay filler number names closing polite masked")
_JOBS = word_set(
    "gerant gerante cogerant directeur directrice responsable assistant assistante acheteur acheteuse president presidente "
    "ebeniste "
    "antiquaire tapissier tapissiere decorateur decoratrice artisan brocanteur brocanteuse fondateur fondatrice proprietaire "
    "secretaire "
    "boutique maison atelier societe galerie service studio cabinet agence "
    "menuisier menuisiere restauratrice restaurateur commissaire owner manager director founder buyer ceo"
)
#: Behind a name and a surname: what somebody does.
_TRADES = word_set(
    "tapissier tapissiere ebeniste antiquaire brocanteur brocanteuse decorateur decoratrice menuisier menuisiere artisan architecte"
)
#: What stands between the names and after the office in such a line.
_OFFICES = word_set(
    "secretariat direction gerance pole departement atelier prof president presidente chef cheffe architecte designer charge chargee "
    "bureau "
    "approvisionnements "
    "achats acheteurs comptabilite head registered siret siren rcs capital marketing communication boutique ebenisterie head "
    "sales"
)
_BETWEEN = (
    _ARTICLE
    | _OF_A_HOUSE
    | _JOBS
    | _OFFICES
    | word_set(
        "d l et & co cie fils filles freres soeurs pere depuis en no n sas sarl sasu eurl sa bis ter rue avenue boulevard "
        "place "
        "chemin route cedex "
        "commercial commerciale technique production generale general administratif administrative artistique interieur "
        "interieure design mobilier "
        "antiquites etudes luminaire web digital in ltd gmbh"
    )
)
#: How the numbers behind a name are headed; the numbers themselves are masked before.
_NUMBERS = word_set(
    "tel telephone phone mobile portable port fax mail email e courriel gsm mob tlf telefon web site ligne directe t m"
)


#: « Pardon », « Fausse manœuvre », « Mauvais destinataire » under a name: the writer takes back what stands above it.
TAKEN_BACK = Later(
    r"pardon|desole|excus|navre|oups|sorry|faux$|fauss|mauvais|erron|erreur|prematur|brouillon|man(?:oe|e)uvr|manip|mepris|tromp|annul|cliqu|envo[iy]"
    r"|oubli|trop$|gomme|regrett|retir|final|stop|parti|seul|attend|attent"
)


def without_signature(judged: list[Judged], text: str, *, admin: bool) -> list[Judged]:
    """Drops the lines under the closing formula or the name, as long as they look like a signature."""
    kept: list[Judged] = []
    signed_on: int | None = None
    signature_line: int | None = None
    for n, j in enumerate(judged):
        # "Paul : je valide" under a closing formula is no signature.
        quotes = j.clause.announces and any(k.kind in _APPROVES for k in judged[n + 1 : n + 2])
        below = signed_on is not None and j.clause.line > signed_on and not quotes
        if (
            below
            and len(j.clause.items) <= 8
            and not j.clause.asked
            and _titled(j, text)
            and (j.kind in {"unknown", "harmless", "closing"} or (j.kind == "danger" and j.act in _IN_SIGNATURE))
        ):
            signature_line = None if j.clause.announces else j.clause.line
            continue
        if signature_line == j.clause.line and _goes_on(j, below=below):
            continue
        signature_line = None
        follows = j.clause.alone or (admin and j is judged[-1]) or (kept and kept[-1].kind in {"greeting", "thanks", "closing"})
        follows = (
            follows
            or (_initialled(j) and n > 0)
            or _numbers_follow(judged, n)
            or _house_follows(judged, n, text)
            or _of_a_trade(j, n)
        )
        if n > 0 and _ends_its_line(judged, n) and _is_titled_person(j, text):
            signature_line = signed_on = j.clause.line
            continue
        if _first_name(j, kept, text):
            signed_on = signature_line = j.clause.line
            continue
        if (j.kind == "unknown" or _initialled(j)) and follows and not j.clause.announces and is_name(j, text):
            signature_line = j.clause.line
            signed_on = j.clause.line if signed_on is None and j.clause.alone else signed_on
            continue
        if j.kind == "closing":
            signed_on = j.clause.line
        elif j.kind != "thanks":
            signed_on = None
        kept.append(j)
    return kept


def _goes_on(j: Judged, *, below: bool) -> bool:
    """« Alain Ferrand, *ébéniste depuis 1954* »; on the line of the text itself only a job or a house goes on behind a name."""
    words = [w for i in j.clause.items for w in i.words.split()]
    if all(w in _NUMBERS for w in words) and not j.clause.asked:
        return True
    plain = j.clause.acts() <= _PLAIN and not j.clause.asked and not j.clause.announces and len(words) <= 8
    return plain and words[0] not in _SENTENCE | _ARTICLE and (below or words[0] in _JOBS)


def _initialled(j: Judged) -> bool:
    """« J. Aubert », « Mme L. Garnier »: a capital with a point stands for a name."""
    said = [i.words for i in j.clause.items if i.act != "names"]
    return 2 <= len(said) <= 5 and len(said[0]) == 2 and said[0].endswith(".") and not j.clause.asked


def _numbers_follow(judged: list[Judged], n: int) -> bool:
    """Whether the rest of the line only heads a number, which is masked: « Léa Vidal, *tél.* »."""
    line = judged[n].clause.line
    after = [k.clause for k in judged[n + 1 : n + 4] if k.clause.line == line]
    begins = n == 0 or judged[n - 1].clause.line != line
    return begins and bool(after) and all(w in _NUMBERS for c in after for i in c.items for w in i.words.split())


def _house_follows(judged: list[Judged], n: int, text: str) -> bool:
    """Whether the line goes on with a job or a house alone: « Théo, *studio Papaye* »."""
    before, j, after = judged[n - 1 : n], judged[n], judged[n + 1 : n + 2]
    begins = n > 0 and before[0].clause.line != j.clause.line
    rest = [k for k in judged[n + 1 :] if k.clause.line == j.clause.line]
    if not begins or not after or rest != after or after[0].clause.items[0].words not in _JOBS:
        return False
    named = any(text[i.start : i.end][:1].isupper() for i in after[0].clause.items)
    return named and _goes_on(after[0], below=False)


def _ends_its_line(judged: list[Judged], n: int) -> bool:
    """Whether nothing else stands behind the clause in its line."""
    return n + 1 == len(judged) or judged[n + 1].clause.line != judged[n].clause.line


_CALLED = word_set("mme m mr monsieur madame mlle mademoiselle mrs ms")


def _is_titled_person(j: Judged, text: str) -> bool:
    """« Mme Martel », « Monsieur Delmas Roger » behind what was said: each word with a capital, and none that decides."""
    items = j.clause.items
    plain = j.kind in {"unknown", "harmless", "ack", "greeting"} and not j.clause.asked and not j.clause.announces
    return (
        plain
        and 2 <= len(items) <= 4
        and items[0].words in _CALLED
        and items[0].act == "names"
        and all(text[i.start : i.end][:1].isupper() and " " not in i.words and not i.words[:1].isdigit() for i in items)
        and not any(i.act in {"yes", "particle", "perfect", "refuse", "no", "needs"} for i in items)
        and not text.isupper()
    )


def _of_a_trade(j: Judged, n: int) -> bool:
    """« Mamadou Sarr tapissier Thiès » behind a sentence: two names, then what he does."""
    said = [i.words for i in j.clause.items]
    return n > 0 and 3 <= len(said) <= 5 and said[2] in _TRADES


def _first_name(j: Judged, before: list[Judged], text: str) -> bool:
    """A name that is a word as well ("A+ / Max", "Cordialement, / Rose Martin"), alone on the line under a closing formula."""
    items = j.clause.items
    return (
        bool(before)
        and before[-1].kind == "closing"
        and j.clause.alone
        and j.clause.line > before[-1].clause.line
        and len(items) <= 2
        and not j.clause.asked
        and not j.clause.announces
        and all(i.act in {"change", "unknown"} and text[i.start : i.end].istitle() for i in items)
    )


def _titled(j: Judged, text: str) -> bool:
    """Whether a line may stand in a signature: it begins with a capital or a figure and is no sentence.

    "La Boutique du Canapé" is a house, "La photo", "Je plaisante" and "Pour 1 crédit" still say something.
    """
    said = text[j.clause.start : j.clause.end]
    words = [w for i in j.clause.items for w in i.words.split()]
    if not (said[:1].isupper() or said[:1].isdigit()) or any(i.act == "amount" for i in j.clause.items):
        return False
    if any(TAKEN_BACK.match(w) for w in words):
        return False
    capitals = sum(w[:1].isupper() for w in said.split())
    plain = [w for i in j.clause.items if not text[i.start : i.end][:1].isupper() for w in i.words.split()]
    if not (words[0] in _JOBS | _OFFICES or all(w in _BETWEEN or w[:1].isdigit() for w in plain)):
        return False  # "Plateau en marbre", "Paul raconte"
    return not (words[0] in _SENTENCE or (words[0] in _ARTICLE and len(words) > 1 and capitals < 2))


def is_name(judged: Judged, text: str) -> bool:
    """Whether an unknown clause looks like a name: up to four words that begin with a capital."""
    # "Hans Weber 😊"
    items = [i for i in judged.clause.items if i.act not in {"polite", "particle"} or any(c.isalpha() for c in i.words)]
    if len(items) > 1 and items[0].words in {"monsieur", "madame", "mademoiselle"}:
        items = items[1:]
    said = [text[i.start : i.end] for i in items]
    if not items or len(items) > 8 or sum(w[:1].isupper() for w in said) > 5 or text.isupper():
        return False
    named = {"unknown", "context", "names"} | ({"admin", "change", "filler", "other"} if _initialled(judged) else set())
    if any(i.act not in named and i.words not in _OF_A_HOUSE | {"&"} for i in items):
        return False
    return said[0][:1].isupper() and all(
        w[:1].isupper() or w == "&" or w.casefold() in _OF_A_HOUSE or (n > 1 and w in _TRADES) for n, w in enumerate(said)
    )
