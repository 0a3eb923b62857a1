"""Small matters of French in letters."""

from __future__ import annotations

import pytest

from core.french import greets, of
from tests.orders_life import Life, waiting


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ali", "d'Ali"), ("Omar Naji", "d'Omar Naji"), ("Inès", "d'Inès"), ("Élodie", "d'Élodie"), ("Acheteur 1", "d'Acheteur 1"),
        ("Rim", "de Rim"), ("Hassan", "de Hassan"), ("Hind", "de Hind"), ("Hélène", "d'Hélène"), ("Yasmine", "de Yasmine"),
        ("Yves", "d'Yves"), ("achats@atlas.example", "de achats@atlas.example"), ("+212600000001", "de +212600000001"),
        ("أمين", "de أمين"), ("", "de "), ("A", "de A"),
    ],
)  # fmt: skip
def test_a_name_is_elided_where_one_hears_a_vowel(name: str, said: str) -> None:
    assert of(name) == said


@pytest.mark.parametrize("text", ["Bonjour Loubna, oui", "bonsoir", "Chère Madame,", "Hello Paul", "Salam", "السلام عليكم"])
def test_a_greeting_is_known(text: str) -> None:
    assert greets(text)


@pytest.mark.parametrize("text", ["Oui, en stock.", "", "Hier, nous avons dit bonjour", "Chers prix !"[5:], "Hi-fi"[3:]])
def test_other_beginnings_are_none(text: str) -> None:
    assert not greets(text)


@pytest.mark.parametrize("action", ["answer", "ask"])
@pytest.mark.parametrize(("note", "greetings"), [("Bonjour Loubna, oui, en stock.", 1), ("Oui, en stock.", 1)])
def test_a_letter_in_a_persons_own_words_greets_once(action: str, note: str, greetings: int) -> None:
    life = waiting()
    life.act(action, note=note)
    told = life.texts[-1][2].text
    assert told.count("Bonjour") == greetings
    assert note in told


def test_an_english_letter_says_whose_words_the_reason_is() -> None:
    life = Life()
    life.write(
        "Hello, I would like to order 500 flat bottom kraft bags with twisted handles at 0.32 MAD each, delivery on 20 March. Thank you"
    )
    life.admin("non, motif : rupture de stock jusqu'en janvier")
    told = life.texts[-1][2].text
    assert "The reason, as our team wrote it: “rupture de stock jusqu'en janvier”" in told


def test_who_took_an_order_back_is_not_told_that_we_turn_it_down() -> None:
    life = waiting()
    life.write("stop, je me suis trompée de fournisseur, oubliez mon message")
    life.admin("à annuler, la cliente s'est trompée")
    told = [p for _, who, p, _ in life.texts if who == "customer"][-1]
    assert told.subject.endswith("Votre commande est annulée") or "Votre commande" in told.text
    assert "ne pouvons pas donner suite" not in told.text
    assert " est annulée : rien ne sera préparé ni facturé." in told.text
    assert life.stage == "rejected"


def test_a_sign_alone_is_answered_by_what_is_wanted() -> None:
    life = Life()
    life.write("Bonjour, commande :\n- 1000 sachets fond plat kraft\n- 500 sacs poignées plates\nLivraison le 20 mars.")
    life.admin("👍")
    told = life.texts[-1][2].text
    assert "un signe seul dit aussi bien « vu » que « oui »" in told
    assert "plusieurs lignes" not in told


def test_an_older_yes_is_said_to_count_no_more_only_where_something_changed() -> None:
    life = Life()
    life.write(
        "Bonjour, je commande 10 000 sacs fond carré poignées torsadées à 0,45 dh HT l'unité, total 4000 dh HT, livraison le 20 mars."
    )
    life.admin("hmm")
    assert "est à juger à nouveau" in life.texts[-1][2].text
    assert "plus ancien ne compte plus" not in life.texts[-1][2].text
    life.write("finalement 6000 sacs")
    assert "plus ancien ne compte plus" in life.texts[-1][2].text
