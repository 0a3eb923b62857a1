"""Plain things said beside a yes, a yes to another thing than the letter's, and an administrator's sums; each with its near misses."""

from __future__ import annotations

import pytest
from blind_mails import QUOTE, REVIEW, SUBJECT
from spoilers import SPOILERS

from processors.verdict import read_verdict

OFFER, ASKED = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, REVIEW))
BESIDE = (
    "Pas d'urgence de mon côté", "Si c'est fait après les fêtes ça me va aussi", "Rien d'urgent", "No rush on my side",
    "Je suis absent du 8 au 15 mais mon associé Youssef lit aussi cette boîte", "Nous sommes en congés jusqu'au 12",
    "J'avais oublié de répondre, désolé", "On partage la même boîte mail",
    "Pour information notre référence interne est FAU-2231", "Que Dieu vous facilite", "Merci et bonne fin d'année à tous",
    "Ici à La Réunion il fait 31", "Je tape avec un doigt", "Cela n'empêche pas", "J'ai bien lu votre courrier", "Rien à modifier",
)  # fmt: skip
ANSWERS = (
    "PJ : 4 photos + un croquis coté", "Vous trouverez ci-joint deux vues supplémentaires (dos et côté gauche)",
    "Pas besoin d'autres vues je pense", "Par contre je n'ai pas les dimensions sous la main, le fauteuil est chez ma mère",
    "Il fait environ 1 m de haut, le reste je ne sais pas", "À toutes fins utiles : 105 x 72 x 80 cm, hêtre teinté",
    "34 po de large, 38 po de haut", "Septante-deux de large et nonante-cinq de haut", "Le fauteuil mesure 1 mètre 05 de haut",
    "Le tissu c'est du velours côtelé vert bouteille si ça peut aider", "H 88 L 64 P 70", "Je n'ai rien de plus précis",
    "Je n'ai pas d'autres photos malheureusement, il est au garde meuble",
)  # fmt: skip
#: Nearly one of those, and a wish, a condition, an order or a doubt.
NEAR = (
    "Pas d'urgence si le prix baisse", "Si c'est fait avant les fêtes ça me va", "Si c'est fait en rouge ça me va aussi",
    "Je suis absent du 8 au 15, attendez mon retour", "Je suis absent mais mon associé doit valider", "J'avais oublié le repose-pieds",
    "C'est le mari de Mme Haddad qui décide", "On partage la facture", "Notre référence est le modèle rouge",
    "Que Dieu vous fasse baisser le prix",
    "Rien à modifier sauf la couleur", "Cela n'empêche pas que c'est trop cher", "PJ : 4 photos du modèle à suivre plutôt",
    "Pas besoin de textures", "Je n'ai pas les dimensions, demandez-les d'abord", "105 x 72 x 80 cm, velours rouge",
    "Le tissu c'est du velours plutôt que du cuir si ça peut aider", "Je voudrais du velours si ça peut aider", "Hêtre teinté",
    "Le reste je ne sais pas", "1) oui 2) en rouge", "Le fauteuil est chez le concurrent", "Le tissu c'est du velours",
)  # fmt: skip


def answer(text: str, *, quoted: str = OFFER, letter: str = "") -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=quoted, letter=letter).answer


@pytest.mark.parametrize("said", [*BESIDE, *ANSWERS])
def test_it_stands_beside_a_yes_and_gives_none(said: str) -> None:
    for text in (f"Je valide. {said}.", f"Bonjour,\n{said}.\nJ'accepte votre offre.\nMarie", f"{said}.\nok pour 2 crédits"):
        assert answer(text) == "approve", text
    assert answer(said) == "unclear"


@pytest.mark.parametrize("said", NEAR)
def test_its_near_misses_decide_nothing(said: str) -> None:
    for text in (f"Je valide. {said}.", f"{said}. Je valide le devis.", f"J'accepte votre offre, {said[:1].lower()}{said[1:]}"):
        assert answer(text) != "approve", text


@pytest.mark.parametrize("said", [*BESIDE, *ANSWERS])
def test_what_takes_a_yes_away_does_so_in_its_company(said: str) -> None:
    worst = ("mais en rouge", "mais à 1 crédit", "mais pas avant d'en avoir parlé", "si le délai tient", "sauf le dossier")
    for spoiler in (*worst, *(one[0] for one in SPOILERS.values())):
        for text in (
            f"Je valide. {said}, {spoiler}",
            f"Je valide. {said}. {spoiler.capitalize()}.",
            f"{said} {spoiler}. Je valide",
        ):
            assert answer(text) != "approve", text


@pytest.mark.parametrize("said", ANSWERS)
def test_an_answer_needs_a_letter_that_asks(said: str) -> None:
    assert answer(f"Je valide. {said}.", quoted="") == "unclear"
    assert answer(f"Je valide. {said}.", quoted="", letter=QUOTE) == "approve"


def test_who_writes_stands_before_his_yes() -> None:
    assert (
        answer("Bonjour, c'est Farid, le mari de Mme Haddad, on partage la même boîte mail. On valide tous les deux.")
        == "approve"
    )
    assert answer("Je valide. C'est le mari de Mme Haddad qui décide.") == "unclear"


def test_the_questions_answered_by_their_numbers() -> None:
    assert answer("Je valide\n\n1) H 88 L 64 P 70\n2) non") == "approve"
    assert answer("Je valide\n\n1) H 88 L 64 P 70\n2) en rouge") == "unclear"
    assert answer("Je valide\n\n2) H 88 L 64 P 70\n1) non") == "unclear"


YES = ("Je valide {}", "Je valide le devis pour {}", "Feu vert pour {}", "C'est d'accord pour {} à 2 crédits", "ok pour {}",
       "J'accepte votre offre pour {}", "Vous pouvez lancer la modélisation pour {}")  # fmt: skip


@pytest.mark.parametrize("frame", YES)
@pytest.mark.parametrize("thing", ["le chandelier", "la commode", "cette table basse", "le Chandelier", "mon lustre"])
def test_a_yes_to_another_thing_than_the_letters_is_unclear(frame: str, thing: str) -> None:
    assert answer(frame.format(thing)) == "unclear"
    assert answer(frame.format(thing), quoted="", letter=QUOTE) == "unclear"
    assert answer(frame.format("le fauteuil")) == "approve"
    assert answer(frame.format("le fauteuil"), quoted="", letter=QUOTE) == "approve"


def test_one_thing_of_a_matter_is_not_two() -> None:
    assert answer("Je valide le fauteuil", quoted="> Votre objet : fauteuil en velours") == "approve"
    assert answer("Je valide le devis pour la chaise", quoted="> Votre objet : chaise et table") == "unclear"
    assert answer("ana mwaf9, bdaw f lfauteuil") == "approve"
    assert answer("bdaw f lchandelier") == "unclear"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4 chaises à 3 crédits, donc 12 en tout.", 12), ("4 chaises à 3 crédits, donc 13 en tout.", None),
        ("6 tiroirs à 2 crédits pièce, soit 12 crédits", 12), ("6 tiroirs à 2 crédits pièce, soit 11 crédits", None),
        ("Base 6 + 5 pour la version ouverte = 11", 11), ("Base 6 + 5 pour la version ouverte = 12", None),
        ("8 heures de travail à 2 crédits l'heure, soit 16 crédits.", 16), ("8 heures à 2 crédits l'heure, soit 15 crédits.", None),
        ("6 c trop, 4", 4), ("6 c trop, 4 ?", None), ("6 c trop, 4 peut-être", None),
        ("J'étais parti sur 9, mais c'est un client fidèle : 7.", 7), ("J'étais parti sur 9, mais c'est un client : 7 si Nadia veut", None),
        ("C'est presque un cube, 3 crédits ça suffit", 3), ("C'est presque 3 crédits", None),
        ("Trente. Le client est prévenu que ce serait cher.", 30), ("8 crédits, c'est pour la facture", None),
        ("8 crédits, c'est pour un autre dossier", None), ("4 chaises à 3 crédits, donc 12 en tout si le client veut", None),
    ],
)  # fmt: skip
def test_a_sum_must_be_right(text: str, amount: int | None) -> None:
    verdict = read_verdict(text, quoted=ASKED, role="admin")
    assert (verdict.answer, verdict.amount) == (("approve", amount) if amount else ("unclear", None))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("photos trop floues on le prend pas", "refuse"), ("Non, même pour 20 crédits je n'y touche pas.", "refuse"),
        ("Je préfère que nous déclinions cette demande", "refuse"), ("👍 envoie", "approve"), ("👍 envoie les photos", "unclear"),
        ("Votre proposition me convient, rien à modifier.", "approve"),
        ("Votre proposition me convient, rien à modifier sauf lui", "unclear"),
    ],
)  # fmt: skip
def test_what_an_administrator_decides_in_a_word(text: str, wanted: str) -> None:
    assert read_verdict(text, quoted=ASKED, role="admin").answer == wanted
