"""What stands beside a decision: what takes it away wherever it stands, and what never changes it.

Sentences are taken from all labelled sets, what stands beside them was written for these tests.
"""

from __future__ import annotations

import pytest
from blind_mails import QUOTE, US, blocks

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
SHORT = [t for a, t in LABELLED if a == "approve" and len(t) < 60 and "\n" not in t and answer(t) == "approve"]
DRAWN = SHORT[:: max(1, len(SHORT) // 22)]

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
    assert len(DRAWN) >= 20
    approved = []
    for spoilt in SPOILING:
        for yes in DRAWN:
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
        if before != after:
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
