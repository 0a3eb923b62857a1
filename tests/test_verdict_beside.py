"""What stands beside a decision: what takes it away wherever it stands, and what never changes it.

Sentences are taken from all labelled sets, what stands beside them was written for these tests.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from blind_mails import QUOTE, REVIEW, US, blocks

from processors.clean import split
from processors.verdict import read_verdict
from tests.measure_verdicts import cases

SUBJECT = "Re: Votre devis : 2 crédits"
QUOTED = "\n".join("> " + line for line in QUOTE.split("\n"))


def answer(text: str) -> str:
    return read_verdict(text, subject=SUBJECT, quoted=QUOTED).answer


LABELLED = sorted(
    {(c.answer, c.text) for n in ("development", "heldout", "round2", "round4") for c in cases(n) if not c.arguments}
    | {(head.split()[0], text) for n in range(1, 10) for head, text in blocks(f"replies_{n}")}
)


@cache
def drawn() -> list[str]:
    """Short replies that approve."""
    short = [t for a, t in LABELLED if a == "approve" and len(t) < 60 and "\n" not in t and answer(t) == "approve"]
    return short[:: max(1, len(short) // 22)]


SPOILING = """\
si le délai est court|à condition que ce soit livré avant lundi|sauf si c'est trop long|dès que mon patron aura signé
une fois la facture reçue|tant que le prix ne bouge pas|moyennant une remise|mais pas tout de suite|hormis les accoudoirs
en théorie|a priori|je crois|il me semble|faut voir|à confirmer|à valider avec ma femme|je dois en parler|attendez mon appel
ne lancez rien|non en fait|ou pas|pas vraiment|c'est faux|je plaisante|le prix me paraît élevé|c'est cher|à moitié prix
pour 1 crédit|avec 10 % de remise|en deux fois|le mois prochain|après les fêtes|plus tard|en rouge|sans les coussins
et ajoutez un pied|deux tables aussi|d'après Paul|selon mon mari|dit mon directeur|m'a dit le comptable
qu'en pensez-vous ?|vous êtes sûrs ?|je ne comprends pas|j'ai un doute|je me suis trompé|je reviens vers vous
envoyez-moi un exemple avant|le devis du concurrent|if it is ready by Friday|unless it takes long|but not yet|maybe
can you do it for 1 ?|just kidding|for the other one|wakha ila n9sto|walakin ghali|mazal|men ba3d|لكن غالي|غدا
wenn es schnell geht|vielleicht|pero más barato|quizás|ma non ora|se for rápido|als het snel gaat""".replace("\n", "|").split(
    "|"
)
PLACES = {
    "behind a comma": "{yes}, {spoilt}",
    "in brackets": "{yes} ({spoilt})",
    "in the next sentence": "{yes}. {Spoilt}.",
    "on the next line": "{yes}\n{spoilt}",
    "in front": "{Spoilt}, {yes}",
    "on the line before": "{Spoilt}\n{yes}",
    "behind thanks": "{yes}. Merci de votre patience {spoilt}",
    "under the name": "{yes}\n\nCordialement,\nMarie Durand\n{Spoilt}",
    "in a postscript": "{yes}\n\nCordialement,\nMarie Durand\n\nPS : {spoilt}",
}


@pytest.mark.parametrize("place", PLACES)
def test_what_takes_a_yes_away_does_so_wherever_it_stands(place: str) -> None:
    assert len(drawn()) >= 20
    approved = []
    for spoilt in SPOILING:
        for yes in drawn():
            text = PLACES[place].format(yes=yes.rstrip(" .!"), spoilt=spoilt, Spoilt=spoilt[:1].upper() + spoilt[1:])
            if answer(text) == "approve":
                approved.append(text)
    assert approved == []


VERBS = """\
je valide|je vous confirme|nous vous confirmons|j'accepte|j'approuve|ok pour|d'accord pour|bon pour|parfait pour|oui pour
feu vert pour|je donne mon accord pour|on valide|je prends|je retiens|je maintiens|c'est ok pour""".replace("\n", "|").split(
    "|"
)
OTHER_THINGS = """\
la bonne réception de votre devis|bonne réception de votre proposition|la réception du devis|la lecture de votre devis
avoir bien reçu votre devis|que j'ai bien reçu votre devis|la demande de devis|ma demande de devis|l'annulation du devis
le report du devis|un nouveau devis|un autre devis|le devis précédent|l'offre de votre concurrent|le devis du concurrent
le rendez-vous de mardi|notre entretien|mon adresse|ma présence|mon inscription|le remboursement|les conditions générales
la facture|le paiement|la livraison|les photos|les dimensions|la maquette|le rendu final|votre travail|les deux|la moitié
le principe|un essai|un échantillon|voir un exemple|attendre|demain|janvier|l'autre fauteuil|que je refuse|que c'est non
que nous étudions votre devis|mon refus|ne pas donner suite|annuler|le prix de l'an dernier|une remise""".replace("\n", "|")


@pytest.mark.parametrize("thing", OTHER_THINGS.split("|"))
def test_a_yes_to_something_else_is_none_to_the_quote(thing: str) -> None:
    texts = [f"Bonjour,\n{verb} {thing}.\nCordialement" for verb in VERBS]
    assert [t for t in texts if answer(t) == "approve"] == []


def test_a_yes_to_the_quote_itself_stays_one() -> None:
    for thing in ("le devis", "votre devis", "ce prix", "votre proposition", "le fauteuil", "les 2 crédits"):
        read = [answer(f"Bonjour,\n{verb} {thing}.\nCordialement") for verb in VERBS if not verb.startswith("parfait")]
        assert read.count("approve") >= len(read) - 2, thing


EVERY = LABELLED[:: len(LABELLED) // 90]
BENEATH = {
    "history": f"\n\nLe ven. 20 nov. 2026 à 18:43, Figurative <{US}> a écrit :\n\n{QUOTED}\n",
    "a yes in the history": (
        f"\n\nLe ven. 20 nov. 2026 à 18:43, Figurative <{US}> a écrit :\n\n> D'accord\n>\n> Le jeu. 19 nov. 2026 à 10:02,"
        " Jean Dupont <jean@example.com> a écrit :\n>\n>> Oui je valide !\n>> Ok pour nous\n"
    ),
    "a no in the history": (
        f"\n\nOn Fri, Nov 20, 2026 at 6:43 PM Figurative <{US}> wrote:\n\n> Understood.\n> On Thu, Jean wrote:\n>> No, I decline\n"
    ),
    "outlook": (
        f"\n\n________________________________\nDe : Figurative <{US}>\nEnvoyé : vendredi 20 novembre 2026 18:43\n"
        f"À : Jean Dupont <jean@example.com>\nObjet : Votre devis : 2 crédits\n\n{QUOTE}\n"
    ),
    "signature": "\n\n-- \nJean Dupont\nResponsable validation\nConfirmer, Valider & Cie\nOK Services\n",
    "contract": (
        "\n\n-- \nJean Dupont\n\nCe message et ses pièces jointes sont confidentiels. Merci de confirmer au destinataire toute erreur, de"
        " refuser et de supprimer ce courriel. Toute commande n'est valide qu'après acceptation écrite.\n"
    ),
    "lawyer": (
        "\n\n-- \nThis e-mail is confidential. By replying you accept and approve our terms. If you are not the intended recipient"
        " please confirm and delete this message.\n"
    ),
    "device": "\n\nEnvoyé de mon iPhone",
    "app": "\n\nTélécharger Outlook pour iOS<https://aka.ms/o0ukef>\n",
}


@pytest.mark.parametrize("name", BENEATH)
def test_what_stands_beneath_changes_no_answer(name: str) -> None:
    assert len(EVERY) >= 90
    changed = []
    for _, text in EVERY:
        alone, beneath = split(text + "\n", subject=SUBJECT), split(text + BENEATH[name], subject=SUBJECT)
        before = read_verdict(alone.text, subject=SUBJECT, quoted=QUOTED, confident=alone.confident).answer
        after = read_verdict(beneath.text, subject=SUBJECT, quoted=QUOTED, confident=beneath.confident).answer
        if before != after or beneath.text.split() != alone.text.split():
            changed.append((text, before, after))
    assert changed == []


VARIANTS = {
    "thumb": lambda t: t + " 👍",
    "smile": lambda t: t + " 😊",
    "smiley": lambda t: t + " :-)",
    "dots off": lambda t: t.rstrip(".! "),
    "typographic": lambda t: t.replace("'", "’"),
    "title": lambda t: t[:1].upper() + t[1:],
    "tabs": lambda t: t.replace(" ", "\t"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_how_it_is_set_changes_no_answer(name: str) -> None:
    turned = []
    for label, text in EVERY:
        before, after = answer(text), answer(VARIANTS[name](text))
        if name == "thumb" and label == "unclear" and before == "unclear":
            if after == "approve" and text.strip():
                turned.append((text, before, after))
        elif before != after and not (name == "thumb" and before == "refuse"):
            turned.append((text, before, after))
    assert turned == []


NO_PRICE = """\
pour commencer, 6 crédits|pour démarrer : 6 crédits|6 crédits. Pour commencer.|envoie-moi le détail des 6 crédits
le client propose 6 crédits|il propose 6 crédits|elle voudrait 6 crédits|Nadia estime à 6 crédits|Karim compte 6 crédits
ils demandent 6 crédits|mon chef met 6 crédits|on avait mis 6 crédits|j'avais dit 6 crédits
j'ai mis 6 crédits la dernière fois|tu avais facturé 6 crédits|vous aviez compté 6 crédits|on proposait 6 crédits
nous facturions 6 crédits|il faudrait voir pour 6 crédits|je mettrais bien 6 crédits mais|je ne mets pas 6 crédits
ne lui facture pas 6 crédits|ne compte pas 6 crédits|évite de mettre 6 crédits|faut-il mettre 6 crédits
dois-je compter 6 crédits|pourquoi 6 crédits|comment ça 6 crédits|6 crédits ou plus|6 crédits ou 7|6 à 8 crédits|6-8 crédits
6/8 crédits|au moins 6 crédits|au plus 6 crédits|plus de 6 crédits|moins de 6 crédits|environ 6 crédits|autour de 6 crédits
dans les 6 crédits|vers 6 crédits|presque 6 crédits|à peu près 6 crédits|6 crédits minimum|6 crédits maximum
6 crédits grosso modo|6 crédits ?|6 crédits si possible|6 crédits s'il est pressé|6 crédits quand il aura payé
6 crédits après acompte|6 crédits dès réception des photos|6 crédits sauf si c'est simple|6 crédits mais à vérifier
6 crédits sous réserve|6 crédits à confirmer|6 crédits à valider par Nadia|6 crédits d'après Nadia|6 crédits selon Karim
6 crédits dit Karim|6 crédits demandés par le client|6 crédits déjà payés|6 crédits restants sur son compte
6 crédits de remise|remise de 6 crédits|6 crédits de moins|6 crédits de plus|6 crédits par objet|6 crédits chacun
6 crédits par face|6 crédits l'unité|6 crédits pour la moitié|6 crédits pour commencer|6 crédits d'acompte
6 crédits c'est trop|6 crédits c'est peu|6 crédits c'est non|6 crédits hors de question|6 crédits jamais de la vie
pas à 6 crédits|jamais à 6 crédits|6 crédits non|non 6 crédits|6 crédits lol|6 crédits je plaisante|6 crédits. Enfin non.
6 crédits. Attends.|6 crédits. À vérifier.|6 crédits. Demande à Nadia.|6 crédits. Appelle-moi avant.
6 crédits. Ne l'envoie pas encore.|6 crédits. Qu'en penses-tu ?|6 crédits. Il n'est pas d'accord.
6 crédits. C'est ce qu'il demande.|6 crédits. C'est ce que dit Paul.|6 crédits. C'est le tarif de Paul.
6 crédits. Le client voulait 4.|6 crédits. Le client veut 4.|4 crédits hier, 6 crédits aujourd'hui|6 crédits, non 7 crédits
6 crédits et 3 crédits|6 crédits puis 3 crédits|le modèle 6 crédits, les textures 3 crédits
6 crédits pour lui, 4 pour l'autre|tu peux proposer 6 crédits ou attendre|laisse tomber les 6 crédits|oublie les 6 crédits
retire les 6 crédits|rends-lui ses 6 crédits|rembourse 6 crédits|offre-lui 6 crédits|crédite-le de 6 crédits
demande-lui s'il accepte 6 crédits|demande-lui s'il a 6 crédits|vois s'il accepte 6 crédits|dis-lui que 6 crédits c'est trop
dis-lui que je réfléchis pour 6 crédits|confirme-moi 6 crédits|confirmez-moi les 6 crédits|tu confirmes 6 crédits
vous confirmez 6 crédits|je confirme avoir reçu 6 crédits|je valide la réception de 6 crédits
je prends 6 crédits sur mon compte|j'accepte de voir pour 6 crédits|6 crédits en janvier|6 crédits la semaine prochaine
on reste à 6 crédits ou on monte|Mme Petit : 6 crédits|Nadia : 6 crédits|Client : 6 crédits|Exemple : 6 crédits
Concurrent : 6 crédits|Devis Paul : 6 crédits|Budget du client : 6 crédits|Budget client 6 crédits
son budget est de 6 crédits|il lui reste 6 crédits|comme Nadia : 6 crédits ?|comme le voulait le client : 6 crédits
même si le client veut : 6 crédits|comme proposé par le client : 6 crédits|comme d'habitude le client râle : 6 crédits
pareil que ce que demande Paul : 6 crédits|6 crédits max|6 crédits mini|6 crédits grand max|disons 6 crédits pour l'instant
pour l'instant 6 crédits|provisoirement 6 crédits|en attendant 6 crédits|6 crédits en attendant|a priori 6 crédits
je pencherais pour 6 crédits|j'hésite pour 6 crédits|entre nous 6 crédits c'est cher|maybe 6 credits|around 6 credits
6 credits or so|at least 6 credits|he wants 6 credits|she said 6 credits|the client offers 6 credits|6 credits once he pays
6 credits if he sends photos|don't quote 6 credits|not 6 credits|should we set 6 credits|could be 6 credits|ghir 6 crédits
yemken 6 crédits|ila khelles 6 crédits|ممكن 6 كريدي|ربما 6 كريدي""".replace("\n", "|").split("|")
ASKED = "\n".join("> " + line for line in REVIEW.split("\n"))


def test_a_number_in_doubt_or_of_somebody_else_is_no_price() -> None:
    texts = [t for said in NO_PRICE for t in (said, said[:1].upper() + said[1:] + ".", f"Bonjour,\n{said}\nMerci")]
    priced = [t for t in texts if read_verdict(t, quoted=ASKED, role="admin").answer == "approve"]
    assert priced == []


PRICING = (
    "mets {}",
    "remets-le à {}",
    "tu lui factures {}",
    "je mettrai {}",
    "on part sur {}",
    "compte {}",
    "{} tout rond",
    "ok pour {}",
)
PRICING += (
    "fixe-lui {}",
    "je propose {}",
    "{} plutôt que 4",
    "{} et non 4 crédits",
    "Correction : {} au lieu de 4",
    "Tarif : {}",
    "{}. Pas 4.",
)
PRICING += ("{}, Nadia s'en chargera", "{} et préviens-le que ce sera long", "{}. La prochaine fois, demande les cotes.")


@pytest.mark.parametrize("frame", PRICING)
@pytest.mark.parametrize("number", ["2,5", "6", "12", "quarante"])
def test_the_price_is_found_in_whatever_frame(frame: str, number: str) -> None:
    verdict = read_verdict(frame.format(f"{number} crédits"), quoted=ASKED, role="admin")
    assert (verdict.answer, verdict.amount) == ("approve", Decimal(number.replace(",", ".").replace("quarante", "40")))
