"""What people tell beside a decision: it neither takes a yes away nor lends one to something else. Whole replies under our own mails."""

from __future__ import annotations

from decimal import Decimal

import pytest
from blind_mails import QUOTE, REVIEW, cases
from test_blind_replies import CUSTOMERS, own_phrases, read

from core.reading import Verdict
from processors.verdict import read_verdict

#: Each looks like a yes to the quote and is none: the yes answers something else, or something takes it away.
NO_YES = (
    "J'ai reçu votre invitation LinkedIn, j'accepte.",
    "J'ai vu votre demande de rendez-vous, c'est d'accord.",
    "J'ai lu votre article, je suis d'accord.",
    "Nous avons reçu la facture, c'est bon pour nous.",
    "J'ai eu Paul au téléphone ce matin, c'est ok.",
    "J'ai eu votre collègue hier, on est d'accord.",
    "Nous en avons parlé hier avec Sophie, c'est d'accord pour jeudi.",
    "J'étais en réunion, oui.",
    "J'ai montré le devis à mon mari, c'est bon pour lui.",
    "C'est Marie, votre stagiaire. Je valide.",
    "Je suis Paul, l'ancien client, je valide le devis de l'an dernier.",
    "Mon numéro est le 06 12 34 56 78. Ok.",
    "Mon adresse est fausse sur le devis, je valide.",
    "Pouvez-vous commencer ?",
    "Pouvez-vous commencer sans que je paie ?",
    "Je valide. Pouvez-vous commencer par la table ?",
    "Je valide, pouvez-vous commencer avec du chêne ?",
    "Je valide mais en vert.",
    "Votre devis est validé par moi, reste l'accord de ma direction.",
    "Envoyez-moi le devis que je valide.",
    "Corrigez le devis que je valide.",
    "Le devis que je valide est celui à 1 crédit.",
    "Refaites le devis et je valide.",
    "Baissez le prix et je valide.",
    "Faites un geste et j'accepte.",
    "Ajoutez la table et nous validons.",
    "Envoyez une photo et je vous dis oui.",
    "1 crédit et je valide.",
    "Revoyez le délai et on part là-dessus.",
    "Le prix est acceptable.",
    "Le prix est trop acceptable.",
    "C'est carré.",
    "Votre offre est acceptée ?",
    "Votre offre est acceptée par nos concurrents.",
    "Votre offre a été retenue pour la suite de la consultation.",
    "Je vous remercie de votre accord.",
    "Je veux bien un rabais.",
    "Je veux bien réfléchir.",
    "On le prend en photo demain.",
    "Je le prends mal.",
    "Je les achète ailleurs.",
    "On fait affaire ailleurs.",
    "J'ai l'honneur de vous confirmer ma réception du devis.",
    "Je vous confirme ma présence.",
    "Ce mail vaut mise en demeure.",
    "Ce message vaut accord si vous ne répondez pas.",
    "Veuillez considérer ce mail comme une demande d'annulation.",
    "Débitez les 2 crédits de mon autre compte.",
    "Prenez votre temps.",
    "Utilisez les crédits restants.",
    "Comptez sur moi.",
    "Vendu à quelqu'un d'autre.",
    "I want it cheaper.",
    "I want you to start over.",
    "This email is my order cancellation.",
    "Please start with the chair.",
    "Please start the model in oak.",
    "The quote is approved by them.",
    "The price is fine but the delay is not.",
    "ok g vu",
    "g valider par erreur",
    "oui g bien recu",
    "Je vous laisse commencer à réfléchir à une remise.",
    "Je vous laisse lancer quand mon chef aura dit oui.",
    "On valide tout de suite après le rendez-vous.",
    "On commence dès que vous baissez le prix.",
    "Super nouvelle !",
    "Excusez-moi mais je n'ai pas compris. Oui ?",
    "Excusez mon oui trop rapide, j'attends.",
    "J'ai relu votre devis avec attention, oui mais non.",
    "Nous avons discuté avec un autre studio, c'est ok.",
    "J'ai comparé votre devis, l'autre est mieux, je le prends.",
    "Nous avons étudié votre offre et celle de vos confrères et nous retenons la leur.",
    "J'ai bien étudié votre offre et j'accepte celle de votre concurrent.",
    "J'ai relu le devis précédent, je le valide.",
    "Bonjour, je suis Claire, je valide pour mon frère.",
    "Ici le répondeur de Paul. Je valide.",
    "la, je valide",
    "Oui, oui, on connaît la chanson.",
    "Dossier validé par erreur, lancez la procédure d'annulation.",
    "Parfait pour moi jeudi.",
    "Impec, à jeudi pour la visite",
    "Je valide le rendez-vous",
    "ok pour le rdv",
    "Nous validons votre candidature",
    "Votre proposition de rendez-vous est acceptée",
    "Votre proposition de stage est acceptée.",
    "C'est parti pour les vacances",
)
#: What an administrator says with a number in it, that prices nothing.
NO_PRICE = (
    "Envoie à Paul les 5 crédits qu'il demande",
    "Dis-lui qu'il a 5 crédits",
    "Annonce-lui 5 crédits minimum",
    "Dis-lui que 5 crédits c'est trop",
    "Le client propose 5 crédits",
    "Il a 5 crédits",
    "Il reste 5 crédits",
    "Il demande 5 crédits",
    "Elle veut 3 crédits",
    "je pense entre 4 et 6 crédits",
    "je pense à 5 crédits ou plus",
    "5 crédits ou plus",
    "5 crédits, à confirmer",
    "5 crédits, je confirme demain",
    "5 crédits, il faut d'abord les plans",
    "5 crédits. Attends les photos.",
    "5 crédits. Demande-lui les dimensions.",
    "5 crédits. Relance le client avant.",
    "5 crédits sauf si trop complexe",
    "5 crédits car il n'a pas tout envoyé, à revoir",
    "5 crédits vu le nombre de tiroirs, à vérifier",
    "Il y a beaucoup de détails",
    "2 crédits + 3 crédits",
    "2 crédits, 3 crédits, 5 crédits",
    "5 crédits pour la chaise, 3 crédits pour la table",
    "Pas moins de 5 crédits",
    "au moins vingt crédits",
    "vingt ou vingt-cinq crédits",
    "Non, ce n'est pas Paul qui décide",
    "Non, on ne sait pas encore",
    "Non, je n'ai pas encore regardé",
    "Après avoir vu les photos je te dis : 12 crédits ou pas",
    "Le prix est de 5 crédits sur la grille non ?",
    "Vingt chaises",
    "livraison dans 5 jours",
    "Le délai est de 5 jours",
    "La grille dit 2 crédits",
    "Normalement c'est 2 crédits",
    "2 crédits c'est trop peu",
    "Le devis de 2 crédits est faux",
    "2 crédits me paraît peu",
    "Il conteste les 5 crédits",
    "Rembourse-lui 5 crédits",
    "Ajoute-lui 5 crédits sur son compte",
    "On lui doit 5 crédits",
    "Offre-lui 5 crédits",
    "C'est offert, 0 crédit",
    "Ok, demande validée hier pour 5 crédits",
    "Le dernier était à 5 crédits",
)


def customer(text: str) -> Verdict:
    return read_verdict(text, subject="Re: Votre devis : 2 crédits", quoted=QUOTE, own_phrases=own_phrases())


def admin(text: str) -> Verdict:
    return read_verdict(text, subject="Re: avis", quoted=REVIEW, own_phrases=own_phrases(), role="admin")


@pytest.mark.parametrize("text", NO_YES)
def test_a_yes_to_something_else_approves_nothing(text: str) -> None:
    assert customer(text).answer != "approve"


@pytest.mark.parametrize("text", NO_PRICE)
def test_a_number_spoken_of_is_no_price(text: str) -> None:
    assert admin(text).answer != "approve"


@pytest.mark.parametrize(
    "tale",
    [
        "J'ai lu votre mail ce matin dans le train. ", "Nous en avons parlé hier soir avec ma compagne. ", "J'étais en déplacement. ",
        "Désolé pour le retard. ", "Bonjour, c'est Marie, la mère de Léo. ", "Mon numéro client est le 4521. ",
        "Suite à votre mail du 20 novembre, ", "J'ai bien étudié votre offre. ", "After discussing it with my team, ",
    ],
)  # fmt: skip
def test_a_tale_before_a_plain_yes_leaves_it_a_yes(tale: str) -> None:
    assert customer(tale + "Je valide le devis.").answer == "approve"
    assert customer(tale).answer == "unclear"
    assert customer(tale + "Je valide le devis si vous livrez demain.").answer == "unclear"


@pytest.mark.parametrize(
    ("text", "credits"),
    [
        ("2 crédits + 4 crédits = 6 crédits", "6"), ("6 crédits (4 pour la structure et 2 pour les sculptures)", "6"),
        ("vingt-cinq crédits", "25"), ("dix-huit crédits", "18"), ("quatre-vingts crédits", "80"), ("soixante et un crédits", "61"),
        ("10 crédits, le motif est long à reprendre", "10"), ("14 crédits car il y a beaucoup de feuilles", "14"),
        ("dix crédits, pas moins", "10"),
        ("7 crédits pour cette commode", "7"), ("twenty-two credits", "22"),
    ],
)  # fmt: skip
def test_how_an_administrator_reckons(text: str, credits: str) -> None:
    verdict = admin(text)
    assert (verdict.answer, verdict.amount) == ("approve", Decimal(credits))


@pytest.mark.parametrize("number", ["6 crédits", "Ok pour 6", "mets 6 crédits", "6"])
@pytest.mark.parametrize("joined", [", {}", ". {}.", " {}", "\n{}"])
@pytest.mark.parametrize(
    "said",
    [
        "c'est trop",
        "c'est trop peu",
        "ça fait beaucoup",
        "Franchement c'est peu",
        "c'est énorme",
        "c'est chaud",
        "ça me paraît excessif",
    ],
)
def test_who_calls_a_number_too_much_has_not_named_his_own(number: str, joined: str, said: str) -> None:
    assert admin(number + joined.format(said)).answer != "approve"


def test_what_describes_the_thing_leaves_the_number() -> None:
    assert admin("6 crédits, c'est beaucoup de pampilles").answer == "approve"
    assert admin("8 c'est trop, mets 6").amount == 6


@pytest.mark.parametrize("rule", ["--", "-- ", "—"])
@pytest.mark.parametrize(
    "under",
    [
        "PS : mais attendez mon feu vert",
        "Mais attendez.",
        "Non, annulez.",
        "Et pour 1 crédit ?",
        "Sauf si c'est plus cher",
        "Finalement non",
    ],
)
def test_who_takes_his_yes_back_below_his_signature_has_taken_it_back(rule: str, under: str) -> None:
    assert customer(f"Je valide.\n{rule}\nHélène Fabre\nFabre Antiquités\n« Le beau ne se démode pas »").answer == "approve"
    assert customer(f"Je valide.\n{rule}\nHélène Fabre\n{under}").answer != "approve"
    assert customer(f"Je valide.\n\nHélène Fabre\n{rule}\nFabre Antiquités\n\n{under}").answer != "approve"


def test_a_line_of_contacts_says_nothing() -> None:
    assert (
        customer("Je valide.\n\nSylvie Rousseau\n04 50 00 00 00 | www.meublesdulac.example | sylvie@lac.example").answer
        == "approve"
    )
    assert customer("Je valide.\n04 50 00 00 00 | www.meublesdulac.example | en chêne").answer == "unclear"


@pytest.mark.parametrize("file", CUSTOMERS)
def test_whole_replies_keep_or_lose_their_yes(file: str) -> None:
    """A condition or a doubt under a yes takes it away; a notice, a greeting or capitals change nothing; a quoted yes is none."""
    approved = [
        c
        for c in cases(file)
        if "____" not in c.sentence  # under a rule of underscores nothing is the sender's
        and not any(o in c.sentence for o in ("a écrit :\n", "Envoyé le:"))  # nor under a quotation's first lines
        and c.label == "approve"
        and customer(c.sentence).answer == read(c, "customer")[1].answer == "approve"
    ]
    assert len(approved) > (15 if CUSTOMERS[file] > 80 else 9)  # enough to try it on; the newest set is short and not mended
    for case in approved:
        text = case.sentence
        for spoilt in (
            "\nMais attendez mon feu vert.",
            "\nSous réserve de l'accord de ma direction.",
            "\nEt pour 1 crédit ?",
            "\nNon, annulez.",
        ):
            assert customer(text + spoilt).answer != "approve", text + spoilt
        quoted = "\n".join("> " + line for line in text.split("\n"))
        assert customer(quoted).answer != "approve", quoted
        notice = "\n\nCe message et ses pièces jointes sont confidentiels, réservés à leur destinataire ; détruisez-les sinon."
        assert customer(text + notice).answer == "approve", text
