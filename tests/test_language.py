"""The language of a customer's words, short or long, without a model."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.language import language

LONG = {
    "fr": [
        "Bonjour, je souhaite faire modéliser un fauteuil ancien. Vous trouverez deux photos en pièce jointe.",
        "Pourriez-vous m'indiquer le prix pour une table de 80 cm de large ? Merci d'avance, bien cordialement.",
        "Le rendu ne nous convient pas : les accoudoirs sont trop hauts et la couleur n'est pas la bonne.",
        "slt j'ai un souci avec mon compte je peux plus me connecter depuis hier",
    ],
    "en": [
        "Hello, we would like a 3D model of this armchair, please find two pictures attached.",
        "Could you tell me how much it costs for a table that is 80 cm wide? Thanks in advance.",
        "The armrests are too high and the colour is not the right one.",
        "hi my account is locked since yesterday and i cannot log in anymore",
    ],
    "de": [
        "Guten Tag, wir möchten diesen Sessel als 3D-Modell erstellen lassen, anbei zwei Fotos.",
        "Können Sie mir sagen, was ein Tisch mit 80 cm Breite kostet? Vielen Dank im Voraus.",
        "Die Armlehnen sind zu hoch und die Farbe stimmt nicht.",
    ],
    "es": [
        "Hola, quisiera un modelo 3D de este sillón, le adjunto dos fotos.",
        "¿Podría decirme cuánto cuesta una mesa de 80 cm de ancho? Gracias de antemano.",
        "Los brazos son demasiado altos y el color no es el correcto.",
    ],
    "it": [
        "Buongiorno, vorremmo un modello 3D di questa poltrona, in allegato trova due foto.",
        "Potrebbe dirmi quanto costa un tavolo largo 80 cm? Grazie mille in anticipo.",
        "I braccioli sono troppo alti e il colore non è quello giusto.",
    ],
    "pt": [
        "Bom dia, gostaríamos de um modelo 3D desta poltrona, seguem duas fotos em anexo.",
        "Poderia dizer-me quanto custa uma mesa com 80 cm de largura? Muito obrigado.",
        "Os braços são muito altos e a cor não está certa.",
    ],
    "nl": [
        "Goedemorgen, wij willen graag een 3D-model van deze fauteuil, in de bijlage vindt u twee foto's.",
        "Kunt u mij zeggen wat een tafel van 80 cm breed kost? Alvast bedankt.",
        "De armleuningen zijn te hoog en de kleur klopt niet.",
    ],
    "ar": ["مرحبا، نود الحصول على نموذج ثلاثي الأبعاد لهذا الكرسي.", "كم تكلف طاولة بعرض ٨٠ سم؟"],
    "sv": ["Hej, vi skulle vilja ha en 3D-modell av den här fåtöljen, två bilder är bifogade."],
    "da": ["Hej, vi vil gerne have en 3D-model af denne lænestol, vedhæftet er to billeder."],
    "pl": ["Dzień dobry, chcielibyśmy zamówić model 3D tego fotela, w załączniku dwa zdjęcia."],
    "ro": ["Bună ziua, am dori un model 3D al acestui fotoliu, găsiți atașat două fotografii."],
    "ru": ["Здравствуйте, нам нужна 3D-модель этого кресла."],
    "el": ["Καλημέρα, θα θέλαμε ένα μοντέλο της πολυθρόνας."],
    "ja": ["この椅子の3Dモデルをお願いします。"],
    "zh": ["您好，我们需要这把椅子的三维模型。"],
    "he": ["שלום, נשמח לקבל מודל של הכורסה."],
}
SHORT = {
    "Je valide": "fr", "OK pour moi": "fr", "oui": "fr", "d'accord": "fr", "D’accord !": "fr", "C'est bon pour moi": "fr",
    "Non merci": "fr",
    "OUI JE VALIDE": "fr", "Bon pour accord": "fr", "Merci": "fr", "je refuse": "fr", "trop cher": "fr", "Bonjour": "fr",
    "I approve": "en", "go ahead": "en", "Yes": "en", "yes please": "en", "looks good": "en", "Thanks!": "en", "too expensive": "en",
    "Einverstanden": "de", "Ja, bitte": "de", "De acuerdo": "es", "Va bene": "it", "Obrigado": "pt", "Akkoord": "nl", "شكرا": "ar",
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in LONG.items() for text in texts])
def test_a_sentence_is_enough(code: str, text: str) -> None:
    assert language(text) == code
    assert language(text, hint="fr") == code
    assert language(text.upper()) == code


@pytest.mark.parametrize(("text", "code"), SHORT.items())
def test_an_answer_of_one_or_two_words(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "OK",
        "👍",
        "12345",
        "80 x 120",
        "photo.jpg",
        "https://www.exemple.fr/je/suis/la",
        "IMG_2031",
        "K7Q2M9XD",
        "+1",
        "!?",
    ],
)
def test_what_has_no_language_gets_none(text: str) -> None:
    assert language(text) == ""
    assert language(text, hint="fr") == ""


def test_the_hint_decides_between_close_rivals_and_never_alone() -> None:
    assert language("bonjour hello") == ""
    assert language("bonjour hello", hint="fr") == "fr"
    assert language("bonjour hello", hint="en") == "en"
    assert language("la foto", hint="es") == "es"
    assert language("la foto", hint="it") == "it"
    assert language("la foto") == ""
    assert language("Je valide", hint="en") == "fr"
    assert language("zxqj wvkp", hint="fr") == ""


@given(st.text(max_size=300), st.text(max_size=8))
def test_no_text_makes_it_raise(text: str, hint: str) -> None:
    found = language(text, hint)
    assert found == "" or (len(found) == 2 and found.islower())


@pytest.mark.parametrize("piece", ["je ", "a", "'", "www.", "<", "a@", "http://", "é", "ال", "漢", "[#", "a-", "l'"])
def test_a_megabyte_is_no_slower_than_a_page(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    language(text)
    assert time.perf_counter() - started < 0.5


def test_it_costs_little_memory() -> None:
    """Every worker process carries it: a statistical detector took 18 MB in each. What gates all patterns of a worker is there anyhow."""
    code = (
        "import tracemalloc; import re, functools, collections, processors.gated; tracemalloc.start()\n"
        "from processors.language import language; language('Bonjour, je suis là')\n"
        "print(tracemalloc.get_traced_memory()[0])"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2_000_000
