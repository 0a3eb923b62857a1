"""A request in one line of a list, in words; every letter about several lines says how many; what was lacking once is not said for ever."""

from __future__ import annotations

import re

from core.effects import SendMessage
from core.text_values import in_brief
from core.values import said
from tests.orders_life import Life
from tests.road import ROOT

TWO = (
    "Je commande 5000 sachets fond plat kraft à 0,32 dh HT et 2000 sacs torsadés blancs à 1,10 dh HT, total 3800 dh HT, "
    "livraison le 20 mars."
)


def test_a_request_in_a_line_has_no_word_of_the_machine() -> None:
    life = Life()
    life.write("Je commande 5000 sachets fond plat kraft à 0,32 dh HT, livraison le 20 mars.")
    told = "Sachet fond plat · kraft · 5000 pièces · 0,32 MAD HT · total 1600 MAD HT ; date de livraison : 20 mars 2026"
    assert in_brief(life.order, life.directive) == told
    life = Life()
    life.write(TWO)
    told = in_brief(life.order, life.directive)
    assert told.startswith("2 lignes (Sachet fond plat · kraft")
    assert " + Sac fond carré avec poignées torsadées" in told
    assert told.endswith("prix total : 3800 MAD HT ; date de livraison : 20 mars 2026")
    assert not re.search(r"[A-Z]{6}", told)


def test_a_letter_that_asks_anew_says_how_many_lines_there_are() -> None:
    life = Life()
    life.write(TWO)
    life.admin("peut-être bien que oui, à voir")
    payload = life.notices[-1].payload
    assert isinstance(payload, SendMessage)
    assert "(2 lignes)" in payload.subject
    for name in ("admin_decided", "admin_question", "admin_unclear", "admin_review", "admin_reminder"):
        text = (ROOT / "directives" / "sacherie" / "messages" / f"{name}.md").read_text(encoding="utf-8")
        assert "({{ lines | length }} lignes)" in text, name


def test_what_a_total_lacked_is_no_longer_told_when_it_is_there() -> None:
    life = Life()
    life.write("Je commande 5000 sachets fond plat kraft à 0,32 dh HT, total 1600 dh HT.")
    life.write("ajoutez 2000 sacs torsadés blancs")
    payload = life.notices[-1].payload
    assert isinstance(payload, SendMessage)
    assert "pour le recalculer il manque" in payload.text.partition("SES MOTS")[0]
    assert "il ne vaut plus" in said(life.order)
    assert "manque" not in said(life.order)
