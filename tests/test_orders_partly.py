"""Of a message of which a part was taken the salesperson reads which one, once, and nowhere that nothing was."""

from __future__ import annotations

import pytest

from core.effects import SendMessage
from core.values import said
from tests.orders_life import Life

ORDER = "Je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce et 2000 sacs torsadés blancs à 1,10 dh HT, livraison le 20 mars."


def notice_after(text: str) -> tuple[Life, str]:
    life = Life()
    life.write(ORDER)
    life.write(text)
    payload = life.notices[-1].payload
    assert isinstance(payload, SendMessage)
    return life, payload.text


def test_what_is_taken_half_says_so_and_once() -> None:
    words = "700 au lieu de 2000, et livraison le 25 mars"
    life, notice = notice_after(words)
    assert "rien n'en est repris" not in notice
    assert f"le client a écrit depuis, et une partie seulement en est reprise : « {words} »" in notice
    assert f"le client a écrit, et une partie seulement en est reprise : « {words} »" in notice
    assert "ce message change : date de livraison : 25 mars 2026 au lieu de 20 mars 2026" in notice
    below = notice.partition("SES MOTS")[2]
    assert below.count(words) == 1
    assert "25 mars 2026 au lieu de 20 mars 2026 ; dit et non repris, à vérifier : quantité : 700 pièces" in below
    assert [(one.taken, one.partly) for one in life.order.further] == [(False, True)]


@pytest.mark.parametrize("words", ["700 au lieu de 2000", "attendez un peu avant de lancer svp"])
def test_what_is_not_taken_at_all_says_so_and_once(words: str) -> None:
    life, notice = notice_after(words)
    assert f"et rien n'en est repris : « {words} »" in notice
    assert "une partie seulement" not in notice
    assert said(life.order).count(words) == 1


def test_what_is_taken_whole_is_left_for_nobody() -> None:
    life, notice = notice_after("finalement livraison le 25 mars")
    assert "le client a écrit depuis : « finalement livraison le 25 mars »" in notice
    assert (life.order.untaken, "partie seulement" in notice) == ((), False)
