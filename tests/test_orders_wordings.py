"""References, addresses and sizes in unlike wordings: read whole where they are told, and nothing else taken for them."""

from __future__ import annotations

import pytest

from tests.test_orders_read import told

GOODS = "je commande 5000 sachets fond plat kraft 12x20"


@pytest.mark.parametrize("code", ["GP-R-2604", "PD-S10-26", "DEY/PK/031", "CA260302-018", "JD-2026-00345", "AB-5530"])
@pytest.mark.parametrize(
    "said",
    [
        "Notre n° : {}", "NOTRE NUMÉRO : {}", "N/Réf : {}", "notre réf. {}", "Merci de rappeler {} sur tous vos documents.",
        "BC n° {}", "Commande d'achat {}", "N° de commande   {}", "Our reference: {}", "Your ref: {}", "PO {}", "Customer PO: {}",
        "N° de commande interne à porter sur la facture : {}", "Référence à rappeler sur vos factures : {}",
        "Demande d'achat 10045872 approuvée\nNuméro de commande   {}",
    ],
)  # fmt: skip
def test_a_code_is_the_customers_reference(said: str, code: str) -> None:
    assert told(f"{GOODS}\n{said.format(code)}")["customer_reference"] == code


@pytest.mark.parametrize(
    "said",
    [
        "Fournisseur : 401-0088", "ICE 001528837000064", "RC 23817", "Tél. 05 22 33 44 55", "Réf. article : SF-1222",
        "Merci de nous rappeler 0661223344", "votre facture F26-0142", "votre devis D-1187", "TVA FR12345678901",
    ],
)  # fmt: skip
def test_other_codes_are_no_reference(said: str) -> None:
    assert "customer_reference" not in told(f"{GOODS}\n{said}")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("Livraison le 24 mars au 9 lotissement Les Cèdres, Azrou", "9 lotissement Les Cèdres, Azrou"),
        ("à livrer au 14 cité Al Amal, Salé", "14 cité Al Amal, Salé"),
        ("Livraison : 30 mars 2026, magasin de vente, bd du 20 Août, Agadir", "magasin de vente, bd du 20 Août, Agadir"),
        ("livrer au 12 avenue du 6 Novembre, Fès", "12 avenue du 6 Novembre, Fès"),
        ("deliver to The Olive Tree, 5 Mill Lane, Leeds", "The Olive Tree, 5 Mill Lane, Leeds"),
        ("livrer chez La Rose des Sables, 8 rue Atlas, Rabat", "La Rose des Sables, 8 rue Atlas, Rabat"),
        ("ghir livrihom nhar sebt l Temara Wifak 2 imm 14", "Temara Wifak 2 imm 14"),
        (
            "Il nous les faut le mardi 14 avril : Épicerie Le Grand Panier, 3 rue de la Monnaie, 35000 Rennes.",
            "Épicerie Le Grand Panier, 3 rue de la Monnaie, 35000 Rennes",
        ),
        ("Livraison 23/03/26 de 9h à 12h\nVilla 6 rue des Orangers, Ain Sebaa", "Villa 6 rue des Orangers, Ain Sebaa"),
        ("Adresse de livr.     Magasin central, Terminal 1, Nouaceur", "Magasin central, Terminal 1, Nouaceur"),
    ],
)
def test_an_address_is_read_whole(said: str, address: str) -> None:
    assert told(f"{GOODS}\n{said}")["delivery_address"] == address


@pytest.mark.parametrize(
    "said",
    [
        "Cordialement\nCafé Rif\n12 rue Foch, 75016 Paris", "Siège : 47 av. Allal Ben Abdellah, Oujda",
        "Facture du 2 mars\nVilla 6 rue des Orangers, Ain Sebaa", "Facturation : 12 rue Foch, Paris",
    ],
)  # fmt: skip
def test_the_address_of_a_house_is_none_that_is_delivered_to(said: str) -> None:
    assert "delivery_address" not in told(f"{GOODS}\n{said}")


@pytest.mark.parametrize("size", ["22x10x31cm", "20 x 8 x 25cm", "15x20cm", "7x9in", "6x4x12in", "12x20 cm"])
def test_a_size_is_read_with_what_it_is_measured_in(size: str) -> None:
    assert size in str(told(f"je commande 5000 sachets fond plat blancs {size} et merci")["nature"])


@pytest.mark.parametrize(
    "nature",
    [
        "bleu nuit",
        "vert sapin",
        "gris perle",
        "sage green",
        "navy blue",
        "couleur lin",
        "fenêtre ronde",
        "impression deux faces",
    ],
)
def test_a_shade_or_a_print_is_told_whole(nature: str) -> None:
    assert nature in str(told(f"je commande 5000 sachets fond plat {nature}, merci")["nature"])


@pytest.mark.parametrize("said", ["à 0,23", "@0.23", "@ 0,23"])
def test_a_price_needs_no_currency(said: str) -> None:
    assert "unit_price" in told(f"{GOODS} {said}. merci")
