"""What stands around an order and is none of it changes nothing that is read of it: signatures, registers, footers, opening hours, thanks,
payments, advertisements, earlier orders, small talk. Every pair of an order and such a line is read."""

from __future__ import annotations

from functools import cache

import pytest

from core.reading import Rows
from tests.test_orders_read import told

#: Orders in several voices, with and without prices, days and addresses.
ORDERS = (
    "Bonjour, je commande 3000 sachets fond plat kraft 12x24 à 0,18 DH HT",
    "slm bghit 2 cartons sacs torsadés byed 24x11x31",
    "Please supply 5,000 twisted handle bags, white, 32x17x40",
    "Nous passons commande de 1500 sacs poignées plates brun et 4000 sachets fond plat blanc",
    "Je commande 6000 sacs sans poignées kraft pour le 18 mars, à livrer au 12 rue Haute, Fès. BC 4711",
)
NOISE = (
    # who writes
    "Marion Blanc, responsable achats", "Tél. 05 22 33 44 55 – GSM 06 61 22 33 44", "ICE 001122334000055 – RC 118822 – IF 40112233",
    "RIB : 007 780 0001234567890123 45", "Capital social : 1 000 000 DH", "Siège social : 45 bd d'Anfa, Casablanca",
    "www.maisonrose.example",
    "Cordialement, Rose Petit", "bien à vous\nViolet & Fils", "N° client 40217", "Notre code fournisseur chez vous : F0087",
    "SIRET 512 334 887 00021 – TVA FR12512334887", "Patente 35790012 – CNSS 7788990", "Depuis 1987 à votre service", "ISO 9001:2015",
    # footers
    "Envoyé de mon iPhone", "Ce message est confidentiel ; merci de nous avertir dans les 24 heures.", "Sent from Outlook for Android",
    "Pensez à l'environnement avant d'imprimer ce mail. 1 tonne de papier = 17 arbres.", "-20 % sur nos coffrets jusqu'au 31 mars",
    "Profitez de notre promo : 3 achetés, 1 offert", "Suivez-nous sur Instagram, déjà 12 000 abonnés", "Élu meilleur artisan 2024",
    "This email and its attachments are confidential.", "Virus-free. www.avast.example", "Registered in England No. 04512233",
    # houses
    "On est ouverts du lundi au samedi 9h-19h", "Fermé le vendredi après-midi", "We are open Tuesday to Saturday",
    "2 magasins à Fès et 1 à Meknès",
    "Notre équipe de 25 personnes vous remercie", "Parking derrière le magasin, 3e étage", "Quai n° 4, présentation 7h30",
    # money that is no price of it
    "Paiement à 60 jours fin de mois", "Acompte de 30 % par virement", "Règlement par chèque le 30 avril", "TVA 20 %",
    "Merci de nous envoyer le RIB pour le virement de 5 400 DH", "Nous avons réglé la facture F-26-0311 hier",
    "Remise de 3 % comme convenu",
    # what was
    "La dernière fois on avait pris 800 sacs", "Votre livraison du 12 février était parfaite", "Je vous avais appelé mardi dernier",
    "Ma collègue vous a écrit le 24 février", "On avait reçu 2 cartons abîmés en janvier", "comme proposé vendredi",
    # small talk
    "Bonne journée et bon ramadan", "Merci beaucoup pour votre réactivité !", "Je vous redis pour le reste", "Bises à toute l'équipe",
    "Appelez-moi demain si besoin", "Je reviens vers vous lundi pour la facture", "J'attends votre confirmation avant jeudi",
    "Réunion le 5 mars à 10h avec la direction", "choukran bzaf khoya, lah ykhlik", "Dites à Rose que le chèque est parti",
    "Il fait 25 degrés ici",
    "Merci de m'envoyer la fiche technique", "Je suis joignable au 0661223344 jusqu'à 18h", "Vu avec Karim au téléphone ce matin",
    "Prière d'accuser réception par retour de mail", "Notre catalogue compte 350 références", "Nous fêtons nos 10 ans cette année",
    # further ones
    "Le camion ne doit pas dépasser 19 tonnes", "Notre dépôt ferme à 17h30", "J'ai 3 enfants et 12 employés, je suis débordée",
    "Je pars en congé du 9 au 20 mars", "Vous trouverez ci-joint 2 photos", "Votre commercial M. Brun est passé hier",
    "On vous a viré 3 000 DH le 27 février", "Le prix du papier a augmenté de 4 %, on le sait", "Rdv jeudi 5 à 14h pour le BAT",
    "Le carton de la dernière livraison était déchiré", "Siège : 12 rue Haute, 75011 Paris", "Nous sommes 4 associés",
    "Facturation : Groupe Rose, 8 bd Zerktouni, Casablanca", "P.S. : joyeux anniversaire à Violette pour ses 30 ans",
    "allah y7afdek, n3ayet lik ghedda", "We loved the samples you sent on 12 February", "Call me on +44 7700 900123 if anything",
    "Le stagiaire vous appellera mardi", "Je réglerai en espèces à la livraison", "© 2026 Maison Rose – Tous droits réservés", "Page 1/2",
    "Imprimé le 02/03/2026 à 09:14", "Réf. mail : 8821-XZ", "Open 7 days a week, 10am - 8pm", "La boutique mesure 45 m2",
    "Notre chiffre d'affaires 2025 : 3 200 000 DH", "Il me reste 2 cartons en réserve", "Fait à Fès, le 2 mars 2026", "شكرا بزاف خويا",
)  # fmt: skip


#: After these an order does not go on.
CLOSINGS = ("Cordialement", "bien à vous", "Bonne journée")


def read(text: str) -> dict[str, object]:
    """What is read, a line as what its cells say."""
    found = told(text)
    if isinstance(rows := found.get("lines"), Rows):
        found["lines"] = [{c.name: c.value for c in row.cells} for row in rows.rows]
    return found


@cache
def alone(order: str) -> dict[str, object]:
    return read(order)


@pytest.mark.parametrize("noise", NOISE)
def test_what_stands_around_an_order_is_none_of_it(noise: str) -> None:
    for order in ORDERS:
        texts = [f"{order}\n{noise}", f"{order}\nMerci\n\n{noise}"]
        if not noise.startswith(CLOSINGS):
            texts.append(f"{noise}\n{order}")
        for text in texts:
            assert read(text) == alone(order), text
