"""What an administrator says around his number: what it rests on, what he said before, who does the work, what is to be asked besides.

« C'est du lourd : 14 crédits », « j'avais dit 4 (mais c'est 5 crédits) », « 12 crédits (48 pampilles, 6 branches) », « Karim s'en charge la
semaine prochaine ». Each form is closed by how it begins; a doubt, a condition or somebody else's price in it leaves it not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from processors.later import Later
from processors.verdicts.amounts import number_words
from processors.verdicts.clauses import Clause
from processors.verdicts.corrected import UNSURE
from processors.verdicts.judged import Judged
from processors.verdicts.narrative import tells
from processors.verdicts.politeness import PIECES
from processors.verdicts.remarks import OTHER_QUOTE, of_another, takes_back_this
from processors.verdicts.tokens import word_set
from processors.verdicts.told import was_away
from processors.verdicts.withdrawn import withdraws

_DOUBTS = frozenset(
    {"condition", "question", "future", "option", "hedge", "meta", "irony", "echo", "refuse", "no", "yes", "needs"}
)
_LEADS = word_set(
    "bof pff oh ah bah franchement honnetement mais ici la donc et finalement bon alors sauf que celle celui ci or"
)
#: How the ground of a price begins; the price stands behind the colon or the comma.
_RESTS_ON = (
    "c est du", "c est de la", "c est de l", "c est des", "c est un", "c est une", "c est tres", "c est assez",
    "c est plutot", "c est bien", "c est vraiment", "il y a", "y a", "il manque", "rien de", "beaucoup de",
    "nombre de credits", "nombre credits", "credits", "pour la", "pour le", "pour l", "pour les", "pour ce", "pour cet",
    "pour cette", "vu la", "vu le", "vu les", "vu l", "compte tenu", "etant donne", "gros", "grosse", "belle", "beau",
    "sacre", "sacree", "avec les", "avec la", "avec le", "avec ce", "avec ces",
)  # fmt: skip
_LOOKED = Later(
    r"(?:apres|vu|suite a) (?:mon |notre |une |l |la |le )?(?:analyse|examen|etude|lecture|relecture|visionnage|verification"
    r"|calcul|reflexion|coup d oeil)(?: (?:de|des|du|d) (?:la |l |le )?(?:photos?|images?|visuels?|fichiers?|plans?|modele|demande"
    r"|piece|dossier))?"
)
_THEREFORE = frozenset({"donc", "alors", "du coup", "soit", "so"})
_DOUBTED = word_set(
    "client cliente demande veut voudrait propose concurrent environ peut etre sauf attend attends verifier devis autre estime"
)
_NOTHING_MUCH = word_set(
    "tres bien si vraiment complexe complique sorcier special mechant particulier difficile extraordinaire fou"
)
_HEADS = (
    "temps estime",
    "temps de travail",
    "duree",
    "delai",
    "delais",
    "estimation du temps",
    "temps prevu",
    "charge de travail",
)
_LASTS = word_set(
    "heures heure h jours jour semaines semaine mois ouvres ouvrables de travail une un deux trois quatre cinq six dix"
)
_I_LOOKED = ("j ai ", "je viens de ", "on a ", "nous avons ", "alors la on est sur ", "on est sur ")
_TELL = Later(
    r"^(?:et )?(?:(?:tu|vous) (?:lui |leur )?(?:precises|precisez|dis|dites|previens|prevenez|expliques|annonces|indiques)"
    r"|precise(?:z)?|dis|dites|previens|prevenez|indique(?:z)?"
    r"|(?:merci de|pense a|pensez a|tu peux) (?:lui |leur |bien )?(?:preciser|dire|rappeler|indiquer|annoncer|prevenir))"
    r"(?: lui| leur)?(?: au client| a la cliente| le client| la cliente)? (?:que|qu)\b"
)
_DELIVERY = word_set(
    "c est ce sera le la les delai delais livraison livre livree livrable livres de d a sous dans en environ semaines "
    "semaine jours jour mois ouvres ouvrables compter partir sa son validation accord commande il elle modele un une"
)
_SAID_BEFORE = (
    "j avais", "je pensais", "je disais", "je croyais", "on avait", "nous avions", "j etais parti", "j etais partie",
    "on etait parti", "on etait partis", "la derniere fois", "l autre fois", "l an dernier", "au depart", "au debut",
    "avant", "d habitude", "j aurais dit",
)  # fmt: skip
_TASKS = Later(r"(?:charg|occup|attaqu|prendra|commenc|demarr|lanc|fer[ao])\w{0,5}$|met(?:tra|s|)$|fait$|prend$")
_WHEN = word_set(
    "la le l ce cette semaine prochaine prochain lundi mardi mercredi jeudi vendredi demain matin soir apres midi mois "
    "debut fin de des du retour conges son mon en main tout suite aussitot bientot dossier modele travail piece s m y je on "
    "lui moi d que possible quand il peut a"
)
_HANDS_ON = (
    "tu confies", "tu donnes", "tu passes", "tu files", "tu transmets", "confie", "donne", "passe", "file", "transmets",
    "tu peux confier", "tu peux passer", "tu peux donner", "a confier", "a donner", "a passer",
    "ca le la l les dossier modele travail projet ce cette a au aux d des qu il elle valide que client validation apres equipe",
)  # fmt: skip
_HANDED = word_set(
    "ca le la l les dossier modele travail projet ce cette a au aux d des qu il elle valide que client validation apres equipe"
)
_ASKS = Later(
    r"^(?:et |puis |mais |au passage )*(?:demande|demandez|redemande|reclame|pense a demander|pensez a demander"
    r"|tu (?:lui |leur )?demandes|tu peux (?:lui |leur )?demander|on (?:lui |leur )?demande|n oublie pas de (?:lui |leur )?demander)\b"
)
_ALONG = (" quand meme ", " quand tu ", " en plus ", " au passage ", " en envoyant ", " avec le devis ", " dans le devis ")
_ASKED_FOR = word_set(
    "photo photos vue vues dimensions dimension cotes mesures hauteur largeur profondeur adresse reference ref couleur "
    "couleurs matiere tissu plan plans fichier image images detail details echantillon"
)
_ASKS_WITH = word_set(
    "et puis mais demande demandez redemande reclame pense pensez a demander tu lui leur demandes peux on n oublie pas de "
    "au passage client cliente quand meme tout le la les l un une des du d dos face cote profil dessous dessus en plus "
    "autre autres supplementaire supplementaires envoies enverras reponds ecris devis mail message envoyant merci stp svp s "
    "il te vous plait aussi egalement son sa ses exacte exactes bonne meilleure nette pour me moi nous sur avec dans detail "
    "objet meuble piece deux trois quelques"
)
_CREDITS_AS = Later(r"^(?:le )?nombre de credits?$|^credits?$")
_LONGEST = 18


def without_grounds(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses of an administrator's reply that names a price, those that only say what it rests on or who does what made harmless."""
    priced = [n for n, j in enumerate(judged) if j.kind in {"amount", "approve"} and j.clause.acts() & {"amount", "number"}]
    if not priced:
        return judged
    clauses = [j.clause for j in judged]
    grounds: set[int] = set()
    for n in range(len(clauses) - 2, -1, -1):
        after = next(k for k in range(n + 1, len(clauses) + 1) if k not in grounds)
        if n not in priced and after in priced and rests_on(clauses[n], clauses[after], text):
            grounds.add(n)

    def beside(n: int) -> bool:
        clause = clauses[n]
        return not withdraws(clause) and (
            n in grounds
            or said_before(clause, [clauses[k] for k in priced if k > n])
            or in_brackets(clauses, n, text)
            or hands_over(clause, text)
            or asks_besides(clause)
            or was_away(clause, text)
            or has_told(clause)
            or (n > 0 and lasts(clause, clauses[n - 1]))
            or _announces_a_tale(judged, n, priced)
        )

    open_ = {"unknown", "danger", "ack", "praise", "logistics"}
    return [replace(j, kind="harmless", act="") if j.kind in open_ and beside(n) else j for n, j in enumerate(judged)]


def _announces_a_tale(judged: list[Judged], n: int, priced: list[int]) -> bool:
    """« Je viens de compter : (14 rosaces, …) »: what is told behind the colon is no number of credits and no yes."""
    clause = judged[n].clause
    follows = judged[n + 1] if n + 1 < len(judged) else None
    if (
        not clause.announces
        or follows is None
        or n + 1 in priced
        or follows.kind in {"approve", "weak", "perfect", "refuse", "no"}
    ):
        return False
    said = " ".join(i.words for i in clause.items)
    heads = said.startswith(_HEADS)
    return (heads or said.startswith(_I_LOOKED)) and (heads or tells(clause, before=n < priced[-1])) and not of_another(clause)


def lasts(clause: Clause, before: Clause) -> bool:
    """« (Temps estimé :) 26 heures », « (délai :) 10 jours ouvrés »."""
    words = " ".join(i.words for i in clause.items).split()
    headed = before.announces and " ".join(i.words for i in before.items).startswith(_HEADS)
    return headed and len(words) <= 6 and not clause.asked and all(w in _LASTS or w[:1].isdigit() for w in words)


def has_told(clause: Clause) -> bool:
    """« Tu lui précises que c'est livré sous deux semaines »: of the delivery, and of nothing else."""
    words = " ".join(i.words for i in clause.items).split()
    told = _TELL.match(" ".join(words))
    rest = words[len(told[0].split()) :] if told else []
    return (
        bool(rest)
        and len(words) <= _LONGEST
        and not clause.asked
        and any(w.startswith(("livr", "delai")) for w in rest)
        and all(w in _DELIVERY or w[:1].isdigit() or w in number_words() for w in rest)
    )


def rests_on(clause: Clause, after: Clause, text: str) -> bool:
    """« C'est du lourd (: 14 crédits) », « il y a deux plateaux (: 4 crédits) », « nombre de crédits (: 7) »."""
    if clause.asked or not {i.act for i in after.items} & {"amount", "number"}:
        return False
    if set(text[clause.end : after.start]) & set(".!?;\n"):
        return False
    words = " ".join(i.words for i in clause.items).split()
    if _CREDITS_AS.match(" ".join(words)):
        return clause.announces
    if not {i.act for i in after.items} & {"amount"}:
        return False
    if _LOOKED.fullmatch(" ".join(i.words for i in clause.items)):
        return True  # "Après analyse, …"
    if after.items[0].words in _THEREFORE:
        # "On a déjà la base dans nos fichiers, donc 5 crédits suffisent"
        doubted = any(i.act in _DOUBTS or i.amount is not None for i in clause.items)
        return not doubted and not any(w in _DOUBTED for i in clause.items for w in i.words.split())
    while len(words) > 1 and words[0] in _LEADS:
        words = words[1:]
    nearly = words[:3] == ["c", "est", "presque"] and words[3:4] in (["un"], ["une"])
    if nearly:  # "c'est presque un cube"
        words = [*words[:2], *words[3:]]
    said = " ".join(words)
    if clause.announces and PIECES & set(words[:2]) and len(words) <= _LONGEST and not of_another(clause):
        # "Commode Boulle avec marqueterie : 16 crédits"
        doubted = any(i.act in _DOUBTS or i.amount is not None for i in clause.items)
        return not doubted and not any(UNSURE.match(w) for w in words)
    if not said.startswith(tuple(o + " " for o in _RESTS_ON)) or len(words) > _LONGEST or of_another(clause):
        return False
    skip = 1 if said.startswith("rien de") else 0
    if skip and not _NOTHING_MUCH & set(words[2:4]):
        return False
    doubts = _DOUBTS - {"hedge"} if nearly else _DOUBTS
    if any(i.act in doubts or i.act == "amount" for i in clause.items[skip:]) or any(
        UNSURE.match(w) for w in words[skip + 1 :]
    ):
        return False
    named = any(i.act == "unknown" and text[i.start : i.end][:1].isupper() for i in clause.items[1:3])
    return not (named and said.startswith(("c est", "y a", "il y a")))


def said_before(clause: Clause, later: Sequence[Clause]) -> bool:
    """« J'avais dit 4 au tél », « la dernière fois on avait mis 4 pour un modèle proche »: while a price with its unit follows."""
    said = " ".join(i.words for i in clause.items)
    if not said.startswith(tuple(o + " " for o in _SAID_BEFORE)) or clause.asked or clause.announces:
        return False
    if any(i.act in _DOUBTS - {"hedge", "condition"} for i in clause.items) or OTHER_QUOTE - {"depart", "base"} & set(
        said.split()
    ):
        return False
    return any("amount" in c.acts() and not c.asked for c in later)


def in_brackets(clauses: Sequence[Clause], n: int, text: str) -> bool:
    """« (48 pampilles, 6 branches) », « (lustre + pampilles) »: what the thing has, in a list or with its counts."""
    clause = clauses[n]
    opened = text.rfind("(", max(0, clause.start - 200), clause.start)
    if opened < 0 or text.rfind(")", opened, clause.start) >= 0 or clause.asked:
        return False
    closed = text.find(")", clause.end, clause.end + 200)
    if closed < 0:
        return False
    inside = [c for c in clauses if opened < c.start and c.end <= closed]
    if any(takes_back_this(c) for c in inside):
        return False  # "8 crédits (pardon, je me suis trompé)"
    items = [i for c in inside for i in c.items]
    words = [w for i in items for w in i.words.split()]
    listed = len(inside) > 1 or any(i.amount is not None for i in items) or {"+", "et"} & set(words)
    if not listed or len(words) > _LONGEST or any(UNSURE.match(w) for w in words) or OTHER_QUOTE & set(words):
        return False
    counted = all(i.amount is None or (n + 1 < len(items) and items[n + 1].amount is None) for n, i in enumerate(items))
    capitals = any(text[i.start : i.end][:1].isupper() and i.act == "unknown" for i in items)
    return (
        counted
        and not capitals
        and not any(i.act in _DOUBTS | {"amount", "hold", "past", "negation", "contrast"} for i in items)
    )


def hands_over(clause: Clause, text: str) -> bool:
    """« Karim s'en charge la semaine prochaine », « tu confies ça à Bastien »: who does the work, and when."""
    words = " ".join(i.words for i in clause.items).split()
    said = " ".join(words)
    if clause.asked or clause.announces or not 3 <= len(words) <= 14:
        return False
    names = {i.words for i in clause.items if i.act in {"unknown", "names"} and text[i.start : i.end][:1].isupper()}
    if said.startswith(tuple(o + " " for o in _HANDS_ON)):
        rest = words[len(next(o for o in _HANDS_ON if said.startswith(o + " ")).split()) :]
        return bool(names & set(rest)) and all(w in _HANDED or w in names or w in _WHEN for w in rest)
    if words[0] not in names | {"je", "on"}:
        return False
    does = next((n for n, w in enumerate(words) if _TASKS.match(w)), 0)
    return (
        bool(1 <= does <= 4)
        and all(w in {"s", "m", "en", "y", "l", "le", "la", "peut", "pourra", "va", "pourrait"} for w in words[1:does])
        and all(w in _WHEN for w in words[does + 1 :])
    )


def asks_besides(clause: Clause) -> bool:
    """« Demande-lui une photo de dos en plus quand tu envoies le devis »: of the thing, for the work; no condition of the price."""
    words = " ".join(i.words for i in clause.items).split()
    said = " ".join(words)
    asks = _ASKS.match(said) is not None and bool(_ASKED_FOR & set(words)) and not clause.asked and len(words) <= _LONGEST
    # "5 crédits. Demande-lui les dimensions." may need them for the price; only what goes along with the quote does not.
    while_sending = any(mark in f" {said} " for mark in _ALONG) and (
        "quand" not in words or "quand meme" in said or "quand tu" in said
    )
    return asks and while_sending and all(w in _ASKS_WITH | _ASKED_FOR for w in words)
