"""What a customer has others do beside his yes: the invoice, a copy, his number, a word when it is ready, the account that pays.

A closed world: a sentence is an errand when it names one of these and every other word of it belongs to errands or is a name. What it
could change (the thing, the price, the order of things) is said in words that do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from processors.verdicts.items import Item
from processors.verdicts.judged import Judged
from processors.verdicts.tokens import word_set

_DECIDES = frozenset({"approve", "weak", "perfect", "refuse", "no", "amount", "greeting", "closing"})
#: Words of any errand: who asks whom, politely, for which of the writer's own houses.
_AROUND = word_set(
    "merci de d bien vouloir me m moi nous on je j la le les l un une notre nos mon ma mes votre vos du des au aux a en sur "
    "pour par et est sera sont c ce cette ces est ce que qu pouvez vous pourriez pourrez peux tu possible svp s il te plait "
    "voici donc aussitot y passage fait info titre noter notez sachez petite precision detail societe entreprise maison "
    "magasin boutique siege atelier agence galerie sarl sas sa eurl sasu collegue collegues assistante assistant comptable "
    "secretaire webmaster equipe service mme madame monsieur m mlle cote suite prochains prochaines echanges ensuite "
    "comptabilite compta fils freres responsable suivi suit suivre dossier"
)
_SENDS = word_set(
    "envoyer envoyez enverrez envoi adresser adressez transmettre transmettez faire parvenir suivre mettre mettez mets met "
    "joindre editer etablir emettre libeller libellez indiquer indiquez noter rappeler rappelez mentionner reporter "
    "reportez figurer inscrire ajouter preciser pensez penser oubliez oublier renvoyer recevoir nom directement"
)
_PAPERS = word_set("facture factures facturation tva siret siren reference ref imputation")
_PAPERS_ALSO = word_set(
    "bon commande numero adresse interne cout centre rue avenue boulevard place chemin route impasse cedex format pdf mail "
    "email courriel exemplaire exemplaires double papier attention n"
)
_MISSING = word_set(
    "ai avons a ete n pas toujours encore recu eu trouve retrouve plus mois dernier derniere precedente janvier fevrier "
    "mars avril mai juin juillet aout septembre octobre novembre decembre commande chaise table fauteuil lampe"
)
_REACHED = word_set(
    "numero telephone tel portable mobile mail email courriel joindre joignable contacter appeler contact interlocuteur "
    "interlocutrice copie"
)
_REACHED_ALSO = word_set(
    "adresse nouveau nouvelle change changera changent mois ce sera reste restons serai serons suis sommes ferme fermee "
    "fermes ouvert "
    "ouverte lundi mardi mercredi jeudi vendredi samedi dimanche matin soir semaine midi plutot partir jusqu uniquement "
    "seulement par fixe deplacement conges vacances absent absente absents dorenavant desormais personne question questions "
    "toute besoin"
)
_TOLD = word_set("prevenir prevenez avertir avertissez informe informee informes signe courant avancement mail message sms")
_TOLD_ALSO = word_set(
    "tenir tenez envoyez envoyer m faire faites dire dites tu tiens quand lorsque des qu une fois que pret prete fini finie "
    "termine terminee ligne livre disponible modele fauteuil chaise table piece ca tout avancee etapes au"
)
_WHEN = word_set("quand date delai delais echeance")
_WHEN_ALSO = word_set(
    "pensez penses comptez livrer livraison livre livrez recevoir recois avoir aurai aurons aura avez as idee approximative "
    "estimee prevue vers quelle quel quels quelles peu pres environ esperer espere peut peuvent puis modele rendu resultat "
    "fichier il pret finir fini termine temps combien sous dans question petite"
)
_PAYS = word_set("compte solde pack")
_PAYS_ALSO = word_set(
    "credits prenez prendre prelever prelevez debiter debitez imputer imputez decompter deduire retirer utiliser utilisez "
    "client"
)
_SENT = word_set("fichier fichiers modele glb usdz rendu lien")
_SENT_ALSO = word_set(
    "final finaux finale envoyer envoyez transmettre transmettez adresser livrer deposer webmaster graphiste web developpeur"
)
_FOLLOWED = word_set("suivra suivront gerera")
_FOLLOWED_ALSO = word_set("qui dossier ensuite")
#: (the subjects, what else is said of them). The sentence may hold several.
_SUBJECTS = (
    (_PAPERS, _PAPERS_ALSO | _SENDS),
    (_REACHED, _REACHED_ALSO | _SENDS),
    (_TOLD, _TOLD_ALSO),
    (_WHEN, _WHEN_ALSO),
    (_PAYS, _PAYS_ALSO),
    (_SENT, _SENT_ALSO),
    (_FOLLOWED, _FOLLOWED_ALSO),
)
#: To be called, or sent something to look at, before anything is done.
_WANTS_A_CALL = re.compile(
    r"\b(?:(?:me|nous|m) (?:r?appel|(?:re)?contact)\w+|(?:r?appel|(?:re)?contact|joig)\w+ (?:moi|nous))\b"
    r"|(?<!pouvez )(?<!peux )\b(?:me|nous) joindre(?: (?:sur|au|par|a)\b|$)"
)
#: « Combien pour la livraison » asks a price.
_HOW_MUCH = re.compile(r"\bcombien (?!de (?:temps|jours|semaines)\b|d heures|temps\b)")
_DAYS = word_set("lundi mardi mercredi jeudi vendredi samedi dimanche matin soir semaine midi mois")
_REACHED_BY_DAY = word_set(
    "joindre joignable joignables appeler contacter ferme fermee fermes ouvert ouverte deplacement change changera numero "
    "adresse"
)
_OPENERS = frozenset({"par contre", "sinon", "au passage"})
_OPENS_WITH = re.compile(r"^(?:(?:par contre|sinon|donc|et|au passage|pour info|a titre d info|petite precision) )+")
_NUMBERED = word_set(
    "adresse rue avenue boulevard place chemin route reference ref numero bon siret siren tva imputation cout interne"
)
_ROADS = word_set("rue avenue boulevard place chemin route")
_SMALL = 100
_ONCE = word_set("quand lorsque des fois")
_LONGEST = 28


def without_errands(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses, those of a sentence that only runs an errand made logistics; only beside a yes that stands apart from them."""
    first = next((n for n, j in enumerate(judged) if j.kind == "approve"), None)
    if first is None:
        return judged
    found = list(judged)
    for n, (j, after) in enumerate(pairwise(judged)):
        once = j.kind == "logistics" and _ONCE & {w for i in j.clause.items for w in i.words.split()}
        if once and after.kind == "approve" and not _stops(text[j.clause.end : after.clause.start]):
            found[n] = replace(j, kind="danger", act="condition")  # "prévenez-moi quand c'est prêt, je valide"
    for start, end in _sentences(judged, text):
        apart = start > first or _stops(text[judged[end - 1].clause.end : judged[first].clause.start])
        group = judged[start:end]
        if (
            start
            and judged[start - 1].kind in _DECIDES
            and not _stops(text[judged[start - 1].clause.end : group[0].clause.start])
        ):
            asked = any(j.clause.asked for j in group) and not _WHEN & {i.words for j in group for i in j.clause.items}
            apart = apart and not asked  # "je valide, je mets Paul en copie ?" asks both
        if apart and any(j.kind in {"unknown", "danger", "ack"} for j in group) and _runs_an_errand(group, text):
            found[start:end] = [replace(j, kind="logistics", act="") for j in group]
    return found


def _stops(between: str) -> bool:
    return any(c in between for c in ".!?;\n")


def _sentences(judged: list[Judged], text: str) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of the clauses that go on without a stop between them and decide nothing."""
    start = 0
    for n in range(1, len(judged) + 1):
        before = judged[n - 1]
        stops = n == len(judged) or judged[n].kind in _DECIDES or before.kind in _DECIDES
        if stops or _stops(text[before.clause.end : judged[n].clause.start]):
            if judged[start].kind not in _DECIDES:
                yield start, n
            start = n


def _runs_an_errand(group: list[Judged], text: str) -> bool:
    items = [i for j in group for i in j.clause.items]
    words = [w for i in items for w in i.words.split()]
    said = _OPENS_WITH.sub("", " ".join(words))
    subjects = [s for s in _SUBJECTS if any(w in s[0] for w in words)]
    if (
        not subjects
        or said.startswith(("c est pour", "il s agit", "je parle"))  # "(je valide,) c'est pour la facture": to what the yes is
        or len(words) > _LONGEST
        or (_WANTS_A_CALL.search(said) and not said.startswith(("pour ", "je suis", "nous sommes")))
    ):
        return False
    asked = any(j.clause.asked for j in group)
    topics = frozenset[str]().union(*(s[0] for s in subjects))
    if topics == _WHEN and not asked:
        return False
    if _HOW_MUCH.search(said):
        return False
    known = (frozenset({"prochain"}) if "mois prochain" in said else frozenset()) | _AROUND.union(
        *(s[0] | s[1] for s in subjects)
    )
    if topics & _PAPERS and {"recu", "eu", "trouve", "retrouve"} & set(words):
        known |= _MISSING | _SENDS
    if _PAYS & topics and not _PAYS_ALSO & set(words):
        return False
    if _SENT & topics and not topics & (_PAPERS | _TOLD | _WHEN) and not {*_SENT_ALSO, *_SENDS} & set(words):
        return False
    if _DAYS & set(words) and topics & _REACHED and not topics & _PAPERS and not _REACHED_BY_DAY & set(words):
        return False  # "Lundi par mail."
    roads = bool(_ROADS & set(words))
    numbered = roads or bool(_NUMBERED & set(words))
    opens = len(words) - len(said.split())  # "par contre": how it goes on decides
    return all(
        (item.words in _OPENERS and n < opens) or _belongs(item, text, known, numbered=numbered, roads=roads, first=n == 0)
        for n, item in enumerate(items)
    )


def _belongs(item: Item, text: str, known: frozenset[str], *, numbered: bool, roads: bool, first: bool) -> bool:
    """Whether the words belong to an errand, or are a name; a number only where one is announced, and none that could be a choice."""
    if item.act in {"amount", "masked"}:
        return False
    if item.amount is not None or any(c.isdigit() for c in item.words):
        return numbered and (roads or item.amount is None or item.amount >= _SMALL)  # "le numéro est le 2"
    if all(w in known for w in item.words.split()) or item.act in {"polite", "thanks", "logistics"}:
        return True
    named = item.act in {"unknown", "names", "context"} and not first
    return named and text[item.start : item.end][:1].isupper() and not text.isupper()
