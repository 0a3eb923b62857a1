"""What may follow a politeness that goes on: « merci pour *votre retour rapide* », « je vous souhaite *une belle journée* ».

Each kind of politeness has its closed list of what one says there. Anything else behind it may be a wish for the thing itself
(« je vous souhaite un plateau en marbre », « hâte de négocier la suite »), and then nothing is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from processors.verdicts.items import Item
from processors.verdicts.politeness import MATTERS, PIECES, STRANGE, YES
from processors.verdicts.tokens import word_set

#: Behind any of them: what joins, whose it is, how much.
_JOINS = word_set(
    "le la les l un une de du des d au aux en a et ou par pour sur que qu vous te toi tu nous me m moi je j on votre vos ton "
    "ta tes notre "
    "nos mon ma mes cette ce ces cet tout toute tous toutes tres si bien plus encore aussi vraiment beaucoup merci leur son "
    "sa ses lui "
    "the a an to of for and your my our this it all you me us so very much from in with "
    "ihre ihr das die der fur auf und mit su sus el los y por la il lo vostra vostro tua e di o os as uw de het voor op علي و ل"
)
_AWAITED = word_set(
    "voir recevoir decouvrir lire relire revoir entendre connaitre avoir admirer visualiser tester travailler collaborer "
    "echanger resultat "
    "resultats rendu rendus modele modeles visuel visuels objet objets piece meuble creation realisation travail fichier "
    "fichiers suite "
    "reponse retour confirmation livraison facture nouvelles collaboration avancement etapes oeuvre merveille montrer "
    "presenter partager "
    "clients clientes clientele collegues equipe famille mari femme fille fils enfants boutique vitrine premiers premieres "
    "premiere final "
    "finale finaux fini beau belle ca cela vite rapidement prochainement 3d ar contacter recontacter joindre solliciter "
    "revenir appeler "
    "rappeler ecrire questionner interroger vers besoin question questions precision precisions information informations "
    "complement "
    "renseignement renseignements savoir commencer ici la bas aupres ensemble prochaine fois compter "
    "see seeing hear hearing receive receiving result results model back final work working reply contact reach ask any "
    "finished piece "
    "ergebnis antwort zusammenarbeit modell resultado respuesta modelo risposta risultato modello"
)
_HOPED = word_set("allez allons vas va portez porte bien passe passez passera plaira plu ira well doing fine ok had have good")
_EXCUSED = word_set(
    "retard attente delai delais reponse reponses tardive tardives tardif silence derangement gene lenteur faute fautes "
    "frappe orthographe "
    "dictee repondre reponds repondu tard tardivement attendre fait avoir long longue longtemps petit petite leger mail "
    "mails relance "
    "relances late delay reply wait answer slow"
)
WISHED = word_set(
    "bonne bonnes bon bons belle belles beau excellente excellent douce joyeux joyeuse joyeuses agreable meilleur meilleure "
    "meilleurs "
    "meilleures journee soiree apres midi matinee fin semaine week end weekend we vacances fetes annee rentree continuation "
    "courage succes "
    "reussite ete hiver printemps automne noel paques dimanche samedi conges retablissement prompt sante bonheur repos "
    "voyage reste "
    "equipe famille proches vôtres votres soleil ainsi meme suite salon saison "
    "nice good great lovely wonderful day evening week rest trip holiday holidays time morning afternoon"
)
_AT_HAND = word_set(
    "disposition entiere totale ecoute complement complementaire information informations informer renseignement "
    "renseignements question "
    "questions precision precisions echange echanger besoin necessaire mail email courriel telephone portable numero "
    "joignable disponible "
    "journee matin matinee soir semaine cas disposal available service servizio disposizione disposicion disposicao"
)
_SALUTES = word_set(
    "expression assurance salutations salutation sentiments consideration distinguee distinguees distingues meilleures "
    "meilleurs cordiales "
    "cordiaux sinceres sincere respectueuses respectueux devoues devouement hommages remerciements amities voeux respect "
    "haute parfaite "
    "profonde madame monsieur mesdames messieurs mademoiselle maitre docteur directeur directrice cher chere chers ainsi agreer"
)
THANKED = word_set(
    "retour retours reponse reponses rapidite reactivite gentillesse patience comprehension aide ecoute conseil conseils "
    "explication "
    "explications precision precisions detail details mail message courriel appel temps travail accueil disponibilite "
    "professionnalisme "
    "efficacite attention confiance envoi information informations info infos renseignement renseignements echange echanges "
    "mesures recap "
    "recapitulatif suivi diligence interet serieux qualite collaboration equipe boulot effort efforts proposition offre "
    "devis bienveillance "
    "sollicitude amabilite courtoisie visite relance rappel visio photos presence sympathie soutien service "
    "rapide rapides clair claire clairs claires detaille detaillee detailles complet complete precis precise prompt prompte "
    "efficace utile "
    "utiles gentil gentille aimable bon bonne beau super excellent excellente accorde accordee portee pris prise fait "
    "repondu rappele "
    "contacte explique pense vite soin avoir m l tenu tenir prendre repondre expliquer faire "
    "quick fast swift prompt speedy reply response turnaround help patience effort explaining explanation kindness quote "
    "getting getting "
    "back rapida respuesta risposta antwort schnelle schnellen rapido reactie"
)
_GLAD = _AWAITED | word_set(
    "confier confiance faire affaire connaissance trouve trouver decouvert rencontre rencontrer pouvoir aventure"
)
#: A letter that begins by what it answers.
_ANSWERED = word_set(
    "mail mails courriel courriels message email lettre courrier echange echanges conversation entretien entrevue appel coup "
    "fil telephonique "
    "telephone visite rencontre discussion reunion examen etude lecture relecture relance passage venue retour reponse envoi "
    "devis "
    "proposition offre matin midi soir hier jour semaine derniere dernier precedent precedente sujet objet dossier ce celui "
    "recu "
    "e re ref reference n"
)
#: (how the politeness begins, what may stand behind it); the first that fits.
_KINDS: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (
        ("desole", "pardon", "excus", "toutes mes excuses", "mes excuses", "nos excuses", "navre", "veuillez excuser",
         "veuillez m excuser", "veuillez nous excuser", "veuillez pardonner", "sorry", "apolog"),
        _EXCUSED,
    ),
    (
        ("je vous souhaite", "nous vous souhaitons", "nous vous souhaite", "et vous en souhaitant", "vous en souhaitant",
         "vous souhaitant", "en vous souhaitant", "have a", "wishing you"),
        WISHED,
    ),
    (("j espere", "nous esperons", "on espere", "hope you", "i hope"), _AWAITED | WISHED | _HOPED),
    (
        ("je reste", "nous restons", "restant a", "reste ", "restons ", "et reste", "et restons", "et je reste", "et nous restons",
         "i remain", "quedo a", "resto a", "rimango a", "fico a"),
        _AT_HAND,
    ),
    (
        ("je vous prie", "je vous prions", "nous vous prie", "nous vous prions", "veuillez", "recevez", "agreez", "dans cette attente",
         "en vous remerciant recevez", "en vous remerciant agreez"),
        _SALUTES,
    ),
    (
        ("merci", "et merci", "vous remercie", "te remercie", "je vous remercie", "je te remercie", "nous vous remerci", "nous te remerci",
         "et vous remerci", "et te remerci", "vous remercions", "te remercions", "thank", "many thank", "danke", "vielen dank", "gracias",
         "muchas gracias", "grazie", "la ringrazi", "vi ringrazi", "obrigad", "bedankt", "dank u", "شكرا"),
        THANKED,
    ),
    (("je suis", "nous sommes", "ravi", "heureu", "impatient", "excited"), _GLAD),
    (
        ("hate", "j ai hate", "nous avons hate", "on a hate", "tellement hate", "tres hate", "trop hate", "vivement", "dans l attente",
         "en l attente", "l attente", "n hesite", "au plaisir", "looking forward", "i look", "we look", "i am looking",
         "we are looking", "i m looking", "we re looking", "can t wait", "cant wait", "i can", "we can", "don t hesitate", "ich freue",
         "wir freuen"),
        _AWAITED,
    ),
)  # fmt: skip
_NAMES_AFTER = ("cordialement", "amicalement", "respectueusement", "sincerement", "a vous", "a toi")
_MOST_NAMES = 4
#: What may follow "merci pour votre" without a word that joins: "retour très rapide".
_LONGEST_RUN = 3
_LONGEST = 14


def hides_something(tail: Sequence[Item], text: str) -> bool:
    """Whether a politeness that goes on says more than politeness. ``tail`` begins with an item that opens one."""
    if not tail:
        return False
    strange = [i for i in tail if i.act in STRANGE]
    if len(strange) > _LONGEST or any(i.act in {"number", "amount"} or i.act in YES for i in tail):
        return True
    opening = next((i for i in tail if i.act == "open"), None)
    allowed = next((words for begins, words in _KINDS if opening is not None and opening.words.startswith(begins)), None)
    praised = {id(i) for i, after in pairwise(tail) if i.words == "c est" and after.act in {"praise", "perfect"}}  # "c'est top"
    if any(id(i) not in praised and _speaks_anew(i, before, allowed or frozenset()) for before, i in pairwise(tail)):
        return True
    if not strange:
        return False
    if opening is None:
        return not all(may_be_answered(i, text) for i in strange)
    if _goes_on(tail[tail.index(opening) + 1 :]):
        return True
    if opening.words.split()[-1] in _NAMES_AFTER or opening.words.endswith(_NAMES_AFTER):
        return not _names(strange, text)
    return allowed is None or not all(
        i.act == "context" or all(w in allowed or w in _JOINS for w in i.words.split()) for i in strange
    )


#: Of our house, or said of it: « merci à toute *l'équipe* », « merci à votre *collègue* ».
_OURS = word_set("equipe equipes team service votre vos ton ta tes your")
#: A sentence of its own, or another time than now: no politeness goes on so.
_ANEW = frozenset(
    {"c est", "ce sera", "c etait", "maintenant", "plus maintenant", "now", "il", "elle", "ils", "elles", "dyal", "mazal"}
)


def _speaks_anew(item: Item, before: Item, allowed: frozenset[str]) -> bool:
    """« (merci pour votre rapidité) *le client* prétend », « … *c'est* pour l'échantillon », « … plus *maintenant* »."""
    if item.words in _ANEW:
        return True
    words = set(item.words.split())
    known = words <= allowed | _JOINS or bool((words | {*before.words.split()[-1:]}) & _OURS)
    return item.act == "hearsay" and not known


def may_be_answered(item: Item, text: str) -> bool:
    """« Suite à votre *courriel*, » « au nom de la *SAS Bois & Co* »: a mail, a talk, the thing itself, a name."""
    named = item.act == "masked" or item.words == "&" or text[item.start : item.end][:1].isupper()
    return item.act == "context" or named or all(w in _ANSWERED | _JOINS or w in _HOUSES for w in item.words.split())


_HOUSES = word_set(
    "sas sarl sasu sa eurl societe maison boutique galerie atelier association mairie entreprise co cie hotel cabinet"
)


def _names(strange: Sequence[Item], text: str) -> bool:
    titled = all(text[i.start : i.end][:1].isupper() for i in strange)
    return len(strange) <= (_MOST_NAMES if titled else 1) and (titled or not {i.words for i in strange} & (MATTERS | PIECES))


def _goes_on(rest: Sequence[Item]) -> bool:
    """« (merci de votre patience) je plaisante », « … le prix me paraît élevé »: a sentence of its own where a noun was due."""
    run = 0
    for item in rest:
        if item.words in {"je", "j"}:
            return True
        run = 0 if item.words in _JOINS else run + len(item.words.split())
        if run > _LONGEST_RUN:
            return True
    return False
