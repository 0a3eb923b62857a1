"""Who writes in a language in which a house has no texts reads French letters, with every value in them told in French."""

from __future__ import annotations

from pathlib import Path

from tests.orders_life import CLIENT, Life
from tests.quick import quick
from tests.road import ADMIN, mail, plain

ARABIC = "السلام عليكم، بغيت 12000 صاشي كرافت 20x30 ب 0.35 درهم، التوصيل نهار 4 دجنبر"


def test_a_customer_who_writes_arabic_reads_no_english(tmp_path: Path) -> None:
    with quick(tmp_path / "data", business="sacherie") as counter:
        counter.send(mail(ARABIC, sender=f"منى <{CLIENT}>", subject="طلبية"))
        assert counter.only().party.language == "ar"
        (receipt,) = counter.fresh(CLIENT)
        assert (receipt["Content-Language"], "Nous avons bien reçu" in plain(receipt)) == ("fr", True)
        counter.send(mail("je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number=2))
        (confirmed,) = counter.fresh(CLIENT)
        text = plain(confirmed)
    assert "Votre commande est validée" in text
    assert "12\u202f000 pièces" in text
    assert "0,35 MAD" in text
    assert "4 décembre" in text


def test_a_question_and_an_addition_tell_their_values_in_french_too() -> None:
    life = Life()
    life.write("السلام عليكم، بغيت 12000 كرافت ب 0.35 درهم، التوصيل نهار 4 دجنبر")
    life.write("زيد 500 صاشي فون بلا ب 0.35 درهم")
    sent = [e.payload for d in life.decisions for e in d.effects]
    letters = [p for p in sent if getattr(p, "audience", "") == "customer"]
    assert life.order.party.language == "ar"
    assert letters
    assert [p.language for p in letters] == ["fr"] * len(letters)  # type: ignore[union-attr]
    assert not any(word in p.text for p in letters for word in ("0.35", "December", "pieces"))  # type: ignore[union-attr]
    assert any("0,35 MAD" in p.text for p in letters)  # type: ignore[union-attr]


def test_sachet_fond_plat_in_arabic_letters_is_that() -> None:
    life = Life()
    life.write("بغيت 2000 صاشي فون بلا كرافت")
    assert life.value("product") == "sachet_fond_plat"
