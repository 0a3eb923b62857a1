"""What names goods and how many, and is no order: an idea, thanks for what arrived, a question where it is, somebody else's offer; and
orders that say some of the same words."""

from __future__ import annotations

import itertools

import pytest

from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

GOODS = [
    "3000 sachets fond plat kraft",
    "2 000 sacs torsadés",
    "10 000 sacs poignées plates 24x10x32",
    "5 palettes de sacs sans poignées",
]
NONE = [
    "Bonjour, nous réfléchissons à {} pour la rentrée, rien de sûr encore, je reviens vers vous.",
    "Pour info, nous aurons peut-être besoin de {} en avril. Je vous confirme plus tard.",
    "On envisage de prendre {} si le budget passe. À suivre.",
    "Just a heads-up, nothing firm yet: we're thinking of {} for the summer.",
    "mazal ma qrrerna, ymkn nakhdo {} chhar jay",
    "wach sel3a dyali khrjat men 3andkom? 9oltou liya lkhmis o daba tnin o walo. {}",
    "Un petit mot pour vous dire que les {} sont arrivés impeccables vendredi et que nos clientes les adorent.",
    "Bien reçu les {} ce matin, qualité parfaite, merci à toute l'équipe. On recommandera sûrement !",
    "The {} arrived today and they look great. We will order again soon.",
    "choukran bzzaf, wslou {}, mzyanin bzaf",
    "Nous fabriquons des machines pour {}. N'hésitez pas à nous consulter.",
    "TARIF FABRICANTS DE SACS 2026 : {} à 38,00 DH HT. Nous restons à votre disposition pour toute commande de votre part.",
    "Où en est la livraison de {} ? Toujours rien reçu.",
    "Bonjour, le camion passe à quelle heure demain pour nos {} ? Le quai est pris jusqu'à 11h.",
    "Nos {} sont-ils partis ? Le chauffeur peut m'appeler.",
    "Mes {} seront là vendredi ?",
    "Avant d'établir notre bon de commande, pourriez-vous nous adresser votre meilleure offre pour {} avec le délai ? Réponse le 10.",
    "Consultation : {}, rendus Oujda. Merci de remettre votre offre sous huitaine.",
    "J'ai un doute sur ma commande de samedi : c'était bien {} ?",
    "Bonjour, pour {}, vous me feriez combien ? Je compare avec un autre fournisseur.",
    "khoya safi mabghitch {}, lqit 3and wahed akhor",
    "safi ma b9inach baghin {}, smeh lina",
    "ما بغيتش {}، شكرا",
    "Ne lancez rien pour {} avant mon feu vert, le directeur doit signer.",
    "Suite à la hausse des prix, pouvez-vous maintenir votre tarif sur {} avant toute nouvelle commande ?",
    "Rectificatif : dans mon mail de ce matin c'est bien {}.",
    "Do you keep {} in stock? What would the price be?",
    "What time does the truck come with our {}?",
    "Please do not start production of {} until we confirm.",
    "Finalement je ne veux plus des {}, désolé.",
    "Mon comptable réclame la facture des {} de janvier.",
    "Nous lançons un appel d'offres pour {}, dossier sur demande.",
    "Bonjour, serait-il possible d'avoir une remise si nous prenons {} ?",
    "Pour la livraison de mercredi ({}), le camion doit entrer par la rue arrière. Merci de prévenir le chauffeur.",
    "Le transporteur a déposé les {} au mauvais endroit, c'est réglé.",
    "Je confirme le rendez-vous du 5 mars pour parler des {} de 2026.",
    "Le prix pour {} me paraît élevé, un confrère me propose moins. Pouvez-vous vous aligner ?",
    "On attend de savoir si notre commande de {} sera prête.",
    "Tu peux oublier les {}, le client a changé d'avis.",
]
ORDERS = [
    "Les sacs sont bien arrivés merci ! On en reprend {}",
    "Je valide {}, dites-moi quand je peux venir les chercher",
    "Nous passons commande de {}, et merci pour la livraison de vendredi, tout était parfait.",
    "Après réflexion nous commandons {} svp",
    "On a bien réfléchi avec mon associé, on prend {}",
    "Nos clientes adorent vos sacs ! Il nous faut {} pour la rentrée",
    "bghit {} 3afak",
    "Merci de préparer {}. Je reviens vers vous pour la couleur.",
    "Pouvez-vous livrer nos {} habituels jeudi ?",
    "Tu peux me préparer {} pour jeudi ? À quelle heure je passe ?",
    "Suite à la consultation, nous vous passons commande de {}.",
    "Nous prenons les {} comme proposé, et rien d'autre.",
    "{} pour vendredi. Merci, Adil",
    "Could you please send our usual {} by Friday?",
    "Je confirme la commande de {}, vous livrez à quelle heure ?",
    "Il me faut {} pour le 12. C'est possible ?",
]


def kind(text: str) -> str:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return read_mail(mail("", text), setup, now=NOW, hints={}).reading.kind


@pytest.mark.parametrize(("text", "goods"), list(itertools.product(NONE, GOODS)))
def test_what_orders_nothing_is_no_order(text: str, goods: str) -> None:
    assert kind(text.format(goods)) != "COMMANDE"


@pytest.mark.parametrize(("text", "goods"), list(itertools.product(ORDERS, GOODS)))
def test_an_order_beside_the_same_words_is_one(text: str, goods: str) -> None:
    assert kind(text.format(goods)) == "COMMANDE"
