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
