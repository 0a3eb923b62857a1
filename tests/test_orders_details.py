"""How goods are, where to, under which reference and for when, in wordings of every habit; what is none of these is not taken for it."""

from __future__ import annotations

from datetime import date

import pytest

from core.reading import Day, FactValue, Quantity, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie
from tests.orders_life import Life

SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))


def told(text: str, subject: str = "commande") -> dict[str, FactValue]:
    """What the rules read, by fact."""
    return {f.name: f.value for f in read_mail(mail(subject, text), SETUP, now=NOW, hints={}).reading.facts}


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("15 000 sachets plats, kraft brun 40 g, format 12x24, sans impression.", "kraft brun 40 g, 12x24, sans impression"),
        ("3000 sacs torsadés kraft non imprimés 24x10x32", "kraft non imprimés 24x10x32"),
        ("3000 sacs torsadés blancs pas de logo svp", "blancs pas de logo"),
        ("1 000 sacs torsadés, kraft brut, logo vert 1 couleur, 22x10x29 à 1,95 DH", "kraft brut, logo vert 1 couleur, 22x10x29"),
        ("2 500 sacs torsadés, papier kraft noir, dorure à chaud du logo, 20x8x25.", "papier kraft noir, dorure à chaud du logo, 20x8x25"),
        ("50.000 sachets plats, blanc 35g, impression épi, au prix de 185 DH", "blanc 35g, impression épi"),
        ("3000 sacs torsadés avec notre logo en doré, pour la boutique", "logo en doré"),
        ("je veux 1200 sacs torsadés couleur kraft pour ma friperie, taille moyenne", "couleur kraft, taille moyenne"),
        ("Produit : sac torsadé\nCouleur : vert d'eau\nImpression : logo centré\nQuantité : 4000", "vert d'eau, logo centré"),
        ("Produit ........ sac torsadé\nCouleur ........ prune\nQté ............ 9 000", "prune"),
        ("trois mille sacs torsadés en kraft, vingt-deux par dix par vingt-huit", "kraft, vingt-deux par dix par vingt-huit"),
        ("5000 sachets plats trente sur vingt en blanc", "trente sur vingt, blanc"),
        ("bghit 2000 sac torsadé 24 sur 10 sur 32 byed", "24 sur 10 sur 32 byed"),
        ("2000 twisted bags, twenty by ten by thirty, please", "twenty by ten by thirty"),
        # a sentence is no quality
        ("3000 sacs torsadés kraft, on passe les prendre demain", "kraft"),
        ("3000 sacs torsadés, logo noir merci, livraison lundi", "logo noir"),
    ],
)  # fmt: skip
def test_all_of_what_tells_how_goods_are_is_taken_and_no_more(text: str, nature: str) -> None:
    found = told(text)
    assert found["nature"] == nature
    assert "lines" not in found


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("cinq mille sacs sans poignées format vingt par douze par trente et deux mille sacs torsadés", [5000, 2000]),
        ("trente et deux mille sacs", [2000]),
        ("vingt et un mille sacs torsadés", [21000]),
        ("two thousand and five hundred twisted bags", [2500]),
        ("3000 sachets plats, 40 par carton, livraison lundi", [3000]),
        ("3000 sacs torsadés en cartons de 250", [3000]),
        ("4 cartons sacs torsadés (250/carton)", [4]),
        ("SPT-3212 sac torsadé : 500 pièces, code EMB-1120", [500]),
    ],
)
def test_neither_sizes_nor_boxes_nor_codes_are_counted(text: str, amounts: list[int]) -> None:
    found = told(text)
    held = found.get("lines")
    cells = [row.cell("quantity") for row in held.rows] if isinstance(held, Rows) else []
    values = [c.value for c in cells if c is not None] or [found["quantity"]]
    assert [int(v.amount) for v in values if isinstance(v, Quantity)] == amounts


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("3000 sacs torsadés.\nRéférence à rappeler sur le BL : PH-2026-0311", "PH-2026-0311"),
        ("3000 sacs torsadés.\nNotre réf. : ACH-26-0473", "ACH-26-0473"),
        ("3000 sacs torsadés.\nNotre dossier : EXP-2604-IV", "EXP-2604-IV"),
        ("Commande réassort n° RA-619 : 3000 sacs torsadés", "RA-619"),
        ("Au titre de l'engagement MUS-2026-014 : 3000 sacs torsadés", "MUS-2026-014"),
        ("3000 sacs torsadés svp. Votre réf devis DV-2231, notre numéro d'achat : A5521", "A5521"),
        ("Marché n° 12/2026/CMC : 3000 sacs torsadés", "12/2026/CMC"),
        ("3000 sacs torsadés. Merci d'indiquer notre référence ZX91-22", "ZX91-22"),
        ("رقم الطلبية: MA-5512\nبغيت 3000 كيس قاعدة مسطحة", "MA-5512"),
        # of a thing, of somebody, of another paper
        ("3000 sacs torsadés réf. TW-3212", None),
        ("Sac torsadé réf : SPT-2410, 3000 pièces", None),
        ("3000 sacs torsadés selon votre offre réf. 26-091", None),
        ("3000 sacs torsadés, code client C00417, facture F-2201 payée", None),
    ],
)
def test_a_reference_is_the_orders_own(text: str, reference: str | None) -> None:
    assert told(text).get("customer_reference") == reference


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("livraison le vingt mars merci", date(2026, 3, 20)),
        ("livraison le trente et un mars", date(2026, 3, 31)),
        ("ykounou 3andi nhar ljem3a 3afak", date(2026, 3, 6)),
        ("BON DE COMMANDE, Casablanca, le 02/03/2026\nPour le : 23/03/2026", date(2026, 3, 23)),
        ("on lance la boutique le 1er avril, il nous faudrait la marchandise le 26 mars", date(2026, 3, 26)),
        ("livraison 20.03", date(2026, 3, 20)),
        ("livraison au plus tard 20/3", date(2026, 3, 20)),
        ("l nhar 20 f had chhar", date(2026, 3, 20)),
        ("before Thursday week", date(2026, 3, 12)),
        ("Bon de commande du 2 mars 2026", None),  # the day on which it is written
    ],
)
def test_days_of_delivery_in_every_habit(text: str, day: date | None) -> None:
    found = told(f"3000 sacs torsadés, {text}").get("delivery_date")
    assert found == (Day(day) if day is not None else None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Les recevoir pour le 30 mars à la boutique : 17 rue Aïn Harrouda, Casablanca.", "17 rue Aïn Harrouda, Casablanca"),
        ("Dépose à la boutique du Morocco Mall le 27 mars.", "boutique du Morocco Mall"),
        ("Address is Hollow Farm Shop, Church Road, Ludlow SY8 2AB. Whenever.", "Hollow Farm Shop, Church Road, Ludlow SY8 2AB"),
        ("siftouhom l'hanout: souk Rcif n° 12, Fes", "souk Rcif n° 12, Fes"),
        ("Livraison le 24 mars à notre laboratoire de Témara comme vu ensemble.", "laboratoire de Témara"),
        ("Besoin de notre boutique d'Agdal, à traiter.\nAdresse de livraison : 27 avenue de France, Rabat", "27 avenue de France, Rabat"),
        ("à livrer à l'hôtel Atlas, Marrakech, avant le 12 mars", "hôtel Atlas, Marrakech"),
        ("rendu Oujda", "Oujda"),
        ("Livrer à\nBoulangerie Amal\n12, rue Ibn Sina\n20100 Casablanca", "Boulangerie Amal, 12, rue Ibn Sina, 20100 Casablanca"),
        ("Destination : plateforme Marjane Bouskoura", "plateforme Marjane Bouskoura"),
        ("Adresse de livraison : Entrepôt 4, ZI Aïn Sebaâ\nCachet et signature", "Entrepôt 4, ZI Aïn Sebaâ"),
        ("Ship to Unit 4, Falcon Estate, Leeds LS11 5XX, attn Tom", "Unit 4, Falcon Estate, Leeds LS11 5XX"),
        # no place
        ("Besoin à quai le 10 avril.", None),
        ("je passe pas, livrez au magasin", None),
        ("LIVRAISON AVANT VENDREDI SVP MERCI", None),
        ("Livraison : AVANT MIDI IMPERATIF", None),
        ("livraison en semaine 13 à confirmer avec notre quai.", None),
        ("Livraison à réception du règlement", None),
        ("livraison à l'adresse habituelle", None),
        ("Livraison : Mme Benali 0661 22 33 44", None),
    ],
)  # fmt: skip
def test_an_address_is_a_place_and_ends_where_the_place_ends(text: str, address: str | None) -> None:
    assert told(f"3000 sacs torsadés.\n{text}").get("delivery_address") == address


@pytest.mark.parametrize(
    ("first", "then", "nature", "sure"),
    [
        ("kraft brun 24x11x32", "finalement en 14x20 svp", {"kraft brun", "14x20"}, True),
        ("24x11x32", "et en blanc", {"24x11x32", "blanc"}, True),
        ("kraft brun 24x11x32", "et en blanc", {"kraft brun", "24x11x32", "blanc"}, False),
        ("kraft", "kraft brun 24x11x32 svp", {"kraft brun", "24x11x32"}, True),
        ("kraft brun 24x11x32", "kraft brun 24x11x32", {"kraft brun", "24x11x32"}, True),
    ],
)
def test_a_change_takes_away_nothing_that_it_does_not_replace(first: str, then: str, nature: set[str], sure: bool) -> None:
    life = Life()
    life.write(f"Bonjour, 5000 sachets fond plat {first}, livraison le 20 mars")
    life.write(then)
    fact = life.order.fact("nature")
    assert fact is not None
    assert isinstance(fact.value, str)
    assert set(fact.value.split(", ")) in (nature, {"kraft brun 24x11x32"} if nature == {"kraft brun", "24x11x32"} else nature)
    assert (fact.confidence >= 0.5) is sure


def test_an_answer_to_a_question_keeps_what_was_told_before_it() -> None:
    life = Life()
    life.write("Bonjour, je voudrais commander 5000 sacs en kraft")
    life.write("sans poignées, 24x11x32")
    fact = life.order.fact("nature")
    assert fact is not None
    assert isinstance(fact.value, str)
    assert {"kraft", "24x11x32"} <= set(fact.value.split(", "))
