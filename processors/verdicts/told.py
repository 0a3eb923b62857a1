"""What a customer tells beside a yes of himself, of his own house and of his mails: it gives no yes and takes none away.

Each tale is a closed list: one word that is in none of its lists, and the sentence stays not understood.
"""

from __future__ import annotations

import re
from dataclasses import replace

from processors.verdicts.clauses import Clause
from processors.verdicts.judged import Judged
from processors.verdicts.narrative import CHANGING
from processors.verdicts.politeness import MATTERS, PIECES
from processors.verdicts.tokens import word_set

_APPROVES = frozenset({"approve", "weak", "perfect"})
_LONGEST = 22
_SORRY = word_set(
    "desole desolee desoles pardon navre navree excusez excuse moi pour le la du de retard delai silence reponse tardive si "
    "tard et mais car"
)
#: Where somebody was who answers late.
_WAS = (
    "j etais",
    "on etait",
    "nous etions",
    "j ai ete",
    "nous avons ete",
    "on a ete",
    "je suis",
    "nous sommes",
    "on est",
    "je rentre",
)
_WHERE = word_set(
    "rdv rendez vous jusqu injoignable en a au aux sur dans plein pleine tres bien un une le la les l de du des salon "
    "salons foire inventaire conges conge vacances deplacement reunion reunions maladie malade malades souffrant deborde "
    "debordee debordes debordees absent absente absents pris prise occupe occupee occupes route train marche chantier "
    "hopital arret voyage week end clientele toute tout semaine journee jours derniers ces cette hier matin ce pour "
    "livraison demenagement travaux soldes rush etranger province bureau magasin boutique et"
)
_WAS_THEN = ("j etais", "on etait", "nous etions", "j ai ete", "nous avons ete", "on a ete")
_IN = word_set("en au a chez dans aux")
_SORRIES = word_set("desole desolee desoles pardon navre navree excusez")
_HOUR = re.compile(r"\d{1,2}h\d{0,2}")
#: A mail that came empty, a link that does not open.
_MAILS = word_set("mail message mails messages lien bouton page formulaire manip")
_FAILED = word_set(
    "vide texte manip marche marchait fonctionne fonctionnait ouvre ouvrait essaye spam spams indesirables trouve retrouve "
    "reponds repondre"
)
_WENT_WRONG = word_set(
    "desole desolee pardon mon ma le la l un une premier precedent parti partie vide sans texte tout a heure tot mauvaise "
    "fausse marche marchait fonctionne fonctionnait ouvre ouvrait s ouvrir est etait ne n pas j ai essaye par sur avec il "
    "elle mais car donc du coup alors je vous reponds repondre reponse ici directement chez moi nous telephone portable "
    "ordinateur ordi tablette iphone en de spam spams indesirables dans tombe trouve retrouve relu lu vu hier ce matin "
    "votre"
)
_OUR = word_set("mon ma mes notre nos la le")
_SIDE = word_set(
    "associe associee associes associees mari femme compagne compagnon conjoint conjointe collegue collegues equipe chef "
    "cheffe patron patronne direction directeur directrice gerant gerante responsable president presidente comite conseil "
    "bureau hierarchie comptable mere pere fils fille soeur frere maire"
)
_AGREED = word_set("accord feu ok aval oui valide approuve accepte partant partante go")
_HOW_AGREED = word_set(
    "est sont a ont vient viennent de d me m nous donner donne dit valider valide approuver approuve accepter accepte "
    "accord feu vert ok aval oui son leur sa devis votre le la l ce cette matin hier soir midi jour aujourd hui mme mlle "
    "monsieur madame vu avec parle j en ai avons on il elle aussi egalement tous deux les bien tout fait et par mon ma "
    "notre nos mes au du pour y partant partante go proposition offre obtenu obtenue donnee recu recue accordee"
)
_AGREED_BY = (
    "vu avec", "j en ai parle", "nous en avons parle", "on en a parle", "devis valide par", "devis approuve par",
    "devis accepte par", "votre devis a ete valide par", "le devis a ete valide par", "valide par", "valide avec", "approuve par",
    "accord de",
)  # fmt: skip
_THEY = word_set("il elle ils elles")
#: What was made before pleased.
_OF_BEFORE = word_set("clients clientes clientele vos")
_LIKED = word_set(
    "le la les vos votre notre nos mes et rendu rendus modele modeles travail realisations resultat clients clientes "
    "clientele a est sont top superbe superbes magnifique magnifiques genial geniaux impeccable impeccables bluffant "
    "bluffants nickel reussi reussis beau beaux tres vraiment toujours adorent adore aiment aime ravis contents enchantes "
    "nous ont en"
)
_CONCEDES = word_set(
    "malgre c est un peu assez plutot legerement quand meme cher chere pas donne donnee le la votre ce prix tarif devis "
    "montant eleve elevee sale salee me nous parait semble je trouve ca fait bon certes honnetement franchement qui"
)
_HESITATED = word_set("j ai nous avons on a bien un peu longtemps longuement beaucoup hesite")
_DEAR = word_set("cher chere eleve elevee sale salee prix tarif donne")


#: « On est en plein déménagement, on y va »: not to the offer, as far as one can tell.
_SETS_OFF = frozenset({"on y va", "en route", "en avant", "on part", "allons y"})


_OBTAINED = word_set("obtenu obtenue donne donnee recu recue accorde accordee")


def without_tales(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses, those that only tell of the writer, his house or his mails made an acknowledgement; only beside a yes."""
    first = next((n for n, j in enumerate(judged) if j.kind in _APPROVES), None)
    if first is None:
        return judged
    return [
        replace(j, kind="harmless" if was_away(j.clause, text, judged[n - 1].clause if n else None) else "ack", act="")
        if _tells(judged, n, first, text)
        else j
        for n, j in enumerate(judged)
    ]


def _tells(judged: list[Judged], n: int, first: int, text: str) -> bool:
    j = judged[n]
    if j.kind not in {"unknown", "danger", "logistics", "praise"} or j.clause.asked:
        return False
    if _went_wrong(j.clause) and (n < first or "manip" not in _words(j.clause)):
        return True  # behind the yes « fausse manip » takes it back
    if j.clause.announces:
        got = bool(_OBTAINED & set(_words(j.clause)))  # "Accord de la direction obtenu ce matin : …"
        return n < first and got and _our_side_agreed(j.clause, None, text)
    return (
        (
            was_away(j.clause, text, judged[n - 1].clause if n else None)
            and not _SETS_OFF & {i.words for i in judged[first].clause.items}
        )
        or (n > first and _likes(judged, n, text))
        or (n < first and (_our_side_agreed(j.clause, judged[n - 1].clause if n else None, text) or _concedes(judged, n, text)))
    )


def _words(clause: Clause) -> list[str]:
    return " ".join(i.words for i in clause.items if i.act != "polite" or i.words.isalpha()).split()


def was_away(clause: Clause, text: str, before: Clause | None = None) -> bool:
    """« (Désolé pour le retard) j'étais en salon », « on était en plein inventaire »; behind an apology in any words of a place."""
    words = _words(clause)
    sorry = (bool(words) and words[0] in _SORRIES) or (before is not None and bool(_SORRIES & set(_words(before))))
    while words and words[0] in _SORRY:
        words = words[1:]
    said = " ".join(words)
    was = next((w for w in _WAS if said.startswith(w + " ")), None)
    if was is None or len(words) > _LONGEST:
        return False
    rest = words[len(was.split()) :]
    names = {i.words for i in clause.items[1:] if i.act == "unknown" and text[i.start : i.end].istitle()}
    if sorry and was in _WAS_THEN and rest[:1] and rest[0] in _IN and len(rest) <= 3:
        names |= {i.words for i in clause.items[2:] if i.act == "unknown" and not CHANGING.match(i.words)} - MATTERS - PIECES
    return all(w in _WHERE or w in names or _HOUR.fullmatch(w) for w in rest)


def _went_wrong(clause: Clause) -> bool:
    """« mon message est parti vide », « j'ai essayé par le lien mais il ne s'ouvrait pas »."""
    words = _words(clause)
    about = bool(_MAILS & set(words)) or "reponds" in words
    return len(words) <= _LONGEST and about and bool(_FAILED & set(words)) and all(w in _MAILS | _WENT_WRONG for w in words)


def _likes(judged: list[Judged], n: int, text: str) -> bool:
    """« (Merci pour la lampe,) le rendu est top, mes clients adorent »: of what was made before, in another sentence than the yes."""
    words = _words(judged[n].clause)
    yes = next((k for k in range(n - 1, -1, -1) if judged[k].kind == "approve"), None)
    apart = yes is not None and yes < n - 1 and set(text[judged[yes].end : judged[n].clause.start]) & set(".!\n")
    of_before = bool(_OF_BEFORE & set(words)) or judged[n - 1].kind in {"thanks", "ack"}
    return bool(apart) and of_before and all(w in _LIKED for w in words)


def _our_side_agreed(clause: Clause, before: Clause | None, text: str) -> bool:
    """« ma patronne Mme Pélissier vient de me donner son accord », « vu avec mon associé »: it decides nothing by itself."""
    words = _words(clause)
    while words and words[0] in {"bonjour", "bonsoir", "alors", "donc"}:
        words = words[1:]
    said = " ".join(words)
    if any(i.amount is not None for i in clause.items):
        return False  # "ma femme est d'accord et deux"
    if words[:1] and words[0] in _THEY:  # "(j'en ai parlé à mon mari,) il est d'accord"
        agreed = before is not None and bool(_SIDE & set(_words(before))) and {"accord", "ok"} & set(words)
        return bool(agreed) and all(w in _HOW_AGREED for w in words)
    by = said.startswith(tuple(o + " " for o in _AGREED_BY))
    if not by and not (words and words[0] in _OUR and _SIDE & set(words[1:3]) and _AGREED & set(words)):
        return False
    named = {
        w
        for i in clause.items[1:]
        if i.act in {"unknown", "names"} and text[i.start : i.end].istitle()
        for w in i.words.split()
    }
    return bool(_SIDE & set(words)) and len(words) <= _LONGEST and all(w in _HOW_AGREED | _SIDE or w in named for w in words)


def _concedes(judged: list[Judged], n: int, text: str) -> bool:
    """« Malgré le prix un peu élevé, (j'accepte) », « c'est un peu cher mais (je valide) »: on the way to a yes."""
    if n + 1 >= len(judged) or judged[n + 1].kind != "approve":
        return False
    words = _words(judged[n].clause)
    between = text[judged[n].clause.end : judged[n + 1].clause.start]
    joined = words[:1] == ["malgre"] or "mais" in between.split()
    if not joined or set(between) & set(".!?\n"):
        return False
    return (bool(_DEAR & set(words)) and all(w in _CONCEDES for w in words)) or (
        "hesite" in words and all(w in _HESITATED for w in words)
    )
