"""What is no address whatever stands before it: the head of a column, goods, numbers, days; and places told by what they are and where."""

from __future__ import annotations

import pytest

from tests.orders_help import SETS, measure
from tests.test_orders_lines import reading
from tests.test_orders_read import told

GOODS = "je commande 5000 sachets fond plat kraft 12x20"


@pytest.mark.parametrize(
    "table",
    [
        "Article\tQté\tPU HT\tLivraison\nSac fond carré sans poignées kraft brun\t18000\t0,38 DH\t16/03/2026",
        "Désignation | Quantité | Livraison\nSac poignées plates | 3000 | 20/03/2026\nSachet fond plat | 5000 | 22/03/2026",
        "Item; Qty; Price; Delivery\nTwisted handle bags; 3000; 1.20 MAD; 20/03/2026",
        "Livraison\tArticle\tQté\n16/03/2026\tSac poignées plates\t3000",
        "Article    Qté    Livraison\nSac poignées plates    3000    16/03/2026",
        "Livraison | Désignation | Qté | PU\n | Sac poignées plates | 3000 | 1,20",
        "Référence\tLivraison\tQuantité\nSAC-12\t16/03/2026\t5000",
        "| Désignation | Quantité | Lieu |\n|---|---|---|\n| Sac poignées plates | 3000 | |",
        "Poste\tArticle\tLivraison souhaitée\tQuantité\n10\tSac poignées torsadées\t24.03.2026\t8000",
        "Qty\tItem\tDelivery\tUnit price\n5000\tFlat bottom bags brown\t20 March 2026\tMAD 0.20",
        "Qté\tArticle\tLivr.\n5000\tSachets fond plat\tSemaine 12",
    ],
)
def test_a_word_that_heads_a_column_leads_to_no_address(table: str) -> None:
    assert "delivery_address" not in told(f"Merci d'enregistrer notre commande :\n\n{table}\n\nMerci")


@pytest.mark.parametrize(
    ("table", "address", "sure"),
    [
        ("Désignation | Quantité | Adresse\nSac poignées plates | 3000 | 12 rue Foch, Rabat", "12 rue Foch, Rabat", True),
        (
            "Article\tQté\tPU HT\tLivraison\nSac poignées plates\t18000\t0,38 DH\t12 rue Foch, Rabat\n"
            "Sachet fond plat\t900\t0,20 DH\t12 rue Foch, Rabat",
            "12 rue Foch, Rabat",
            True,
        ),
        ("Qty | Item | Ship to\n3000 | Flat handle bags | Lot 16, Zone Franche, Tangier", "Lot 16, Zone Franche, Tangier", True),
        ("Qté | Article | Lieu\n100 | Sachet plat | 12 rue Foch, Rabat\n200 | Sac plat | 9 rue Atlas, Fès", "12 rue Foch, Rabat", False),
    ],
)  # fmt: skip
def test_an_address_in_a_column_is_the_one_of_its_cells(table: str, address: str, sure: bool) -> None:
    facts = {f.name: f for f in reading(f"Notre commande :\n{table}", "commande").facts}
    assert facts["delivery_address"].value == address
    assert (facts["delivery_address"].confidence >= 0.6) is sure


@pytest.mark.parametrize(
    "value",
    [
        "3000 pièces", "2 palettes", "S12", "Semaine 12", "Sachets fond plat d'abord", "Sacs kraft blanc 24x10x32",
        "Par vos soins, Mercredi matin",
        "Palettes filmées", "Courant mars", "Fin mars", "Début avril si possible", "Votre transporteur habituel",
        "Camion avec hayon", "Total 4500 DH TTC",
        "Qté", "Prix unitaire", "Next week", "By truck", "Vrac", "Cartons de 500", "Entre 8h et 10h",
        "Enlèvement par vos clients", "Voir ci-dessous",
        "Mardi ou jeudi", "Avant Ramadan", "Tout de suite", "Frais compris 120 DH", "Matin", "Idem", "N/A",
    ],
)  # fmt: skip
def test_what_is_no_place_is_no_address(value: str) -> None:
    assert "delivery_address" not in told(f"{GOODS}\nLivraison : {value}")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("Livraison : Boulangerie Le Fournil", "Boulangerie Le Fournil"),
        ("Adresse : Sacs & Co, 12 rue Foch, Rabat", "Sacs & Co, 12 rue Foch, Rabat"),
        ("Livraison : Unité 4, Parc Industriel Bouskoura", "Unité 4, Parc Industriel Bouskoura"),
        ("Livrer à : Plateforme Logistique Nouaceur, Bât. C, porte 12", "Plateforme Logistique Nouaceur, Bât. C, porte 12"),
        ("Adresse : Rés. Al Amal, Imm. 4, App. 12, Esc. B, Salé", "Rés. Al Amal, Imm. 4, App. 12, Esc. B, Salé"),
        ("Livraison Zone Ind. Sidi Ghanem, Lot. 14, Marrakech", "Zone Ind. Sidi Ghanem, Lot. 14, Marrakech"),
        ("Deliver to Bldg. 4, Zone Franche, Tangier", "Bldg. 4, Zone Franche, Tangier"),
        ("Livraison : 14 bd. Zerktouni, Etg. 2, Rte. de Rabat", "14 bd. Zerktouni, Etg. 2, Rte. de Rabat"),
        ("Merci de livrer au dépôt de Berrechid", "dépôt de Berrechid"),
        ("Merci de nous livrer tout cela au dépôt d'Aïn Sebaâ", "dépôt d'Aïn Sebaâ"),
        ("À livrer avec le reste à la boutique du Maârif", "boutique du Maârif"),
        ("Livraison le jeudi 12 mars à l'usine de Settat", "usine de Settat"),
        ("Livrer le tout à notre magasin central de Salé", "magasin central de Salé"),
        ("Livrer à notre usine de Salé (Bd Hassan II, n° 8) 100 000 sachets", "usine de Salé (Bd Hassan II, n° 8)"),
    ],
)
def test_a_place_is_read_by_what_it_is_and_where(said: str, address: str) -> None:
    assert told(f"{GOODS}\n{said}")["delivery_address"] == address


@pytest.mark.parametrize(
    "said", ["Le dépôt de Berrechid est fermé", "Nos sacs du magasin de Salé plaisent", "On vous a vus au salon de Rabat"]
)
def test_a_place_that_nothing_is_asked_to_be_brought_to_is_none(said: str) -> None:
    assert "delivery_address" not in told(f"{GOODS}\n{said}")


def test_no_address_is_read_in_the_newest_set_where_there_is_none() -> None:
    assert [line for line in measure(SETS / "blind_12.txt").extra if " address:" in line] == []
