"""What people are shown to look at: evaluated from the directive, purely, with what the same person ordered before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.alerts import Alert, alerts_of
from core.case import Case, TaskState
from core.reading import Fact, Money, Quantity
from core.wording import alert_details, alert_text
from tests.orders_life import FULL, Life
from tests.test_orders_repeat import validated


def alerts(life: Life, *past: Case, later: timedelta = timedelta()) -> dict[str, Alert]:
    return {a.name: a for a in alerts_of(life.order, life.directive, past, life.now + later)}


def order(text: str, *past: Case) -> Life:
    life = Life(*past, ref="CMD0009Z")
    life.write(text)
    return life


def test_nothing_to_look_at_in_a_plain_order() -> None:
    assert alerts(order(FULL)) == {}


def test_a_quantity_far_from_the_habit_and_a_price_too() -> None:
    past = (validated(ref="CMD0001A"), validated(ref="CMD0002B"))
    life = order("Je commande 100 000 sacs fond carré poignées torsadées à 0,90 dh HT l'unité", *past)
    found = alerts(life, *past)
    assert found["quantite_inhabituelle"].values == {"usual": "10000", "now": "100000", "unit": "pièce"}
    assert found["quantite_inhabituelle"].facts == ("quantity",)
    assert found["prix_inhabituel"].values["usual"] == "0.45"
    told = [alert_text(a, life.directive, language) for language in ("fr", "en") for a in found.values()]
    assert [text.replace("\u202f", " ") for text in told] == [
        "quantité loin de l'habitude de ce client : 100 000 pièces au lieu de 10 000 pièces d'habitude",
        "prix loin de l'habitude de ce client : 0,90 MAD HT / pièce au lieu de 0,45 MAD HT / pièce d'habitude",
        "quantity far from this customer's habit: 100,000 pieces instead of the usual 10,000 pieces",
        "price far from this customer's habit: 0.90 MAD excl. tax / piece instead of the usual 0.45 MAD excl. tax / piece",
    ]
    # One order is no habit, and another product has none.
    assert alerts(life, past[0]) == {}
    other = order("Je commande 100 000 sachets fond plat", *past)
    assert "quantite_inhabituelle" not in alerts(other, *past)
    # Three times as much is not more than three times.
    assert "quantite_inhabituelle" not in alerts(order("Je commande 30 000 sacs fond carré poignées torsadées"), *past)
    # What the administrator is written to shows it.
    assert "quantité loin de l'habitude de ce client : 100\u202f000 pièces au lieu" in life.texts[-1][2].text


def test_a_total_that_is_not_quantity_times_price_is_told_and_not_overwritten() -> None:
    life = order("Je commande 1000 sacs fond carré poignées torsadées à 0,45 dh l'unité, total 500 dh")
    found = alerts(life)
    assert found["total_faux"].values == {"written": "500", "calculated": "450.00", "currency": "MAD"}
    assert found["total_faux"].urgent
    assert life.value("total_price") == Money(Decimal(500), "MAD")
    right = order("Je commande 1000 sacs fond carré poignées torsadées à 0,45 dh l'unité, total 450 dh")
    assert "total_faux" not in alerts(right)
    # With tax and without, in one currency and another, are not compared.
    taxed = order("Je commande 1000 sacs fond carré poignées torsadées à 0,45 dh HT l'unité, total 540 dh TTC")
    assert "total_faux" not in alerts(taxed)


def test_the_line_whose_total_is_wrong() -> None:
    life = order(
        "Qté | Désignation | PU | Total\n1000 | Sachet fond plat | 0,10 dh | 100 dh\n500 | Sac poignées plates | 1 dh | 900 dh\n"
    )
    assert alerts(life)["total_faux"].values == {"written": "900", "calculated": "500.00", "currency": "MAD", "line": "2"}
    (one,) = (a for a in alerts(life).values() if a.rule == "differs")
    assert alert_details(one, life.directive, "fr") == "ligne 2, le message dit 900 MAD, le calcul donne 500 MAD"
    assert alert_details(one, life.directive, "en") == "line 2, the message says 900 MAD, the calculation gives 500 MAD"


def test_a_delivery_is_late_until_it_is_delivered() -> None:
    life = order(FULL)
    assert "livraison_en_retard" not in alerts(life, later=timedelta(days=18))
    assert alerts(life, later=timedelta(days=19))["livraison_en_retard"].values == {"due": "2026-03-20"}
    life.admin("Je valide")
    assert "livraison_en_retard" in alerts(life, later=timedelta(days=30))
    done = life.order
    for case in (
        replace(done, finished_at=life.now),
        replace(done, task=TaskState("Livré", life.now)),
        replace(done, stage="rejected"),
    ):
        assert alerts_of(case, life.directive, (), life.now + timedelta(days=30)) == ()
    assert alerts_of(replace(done, task=TaskState("en cours", life.now)), life.directive, (), life.now + timedelta(days=30))


def test_an_order_that_waits_too_long() -> None:
    life = order(FULL)
    assert "attente_trop_longue" not in alerts(life, later=timedelta(days=1))
    assert "attente_trop_longue" in alerts(life, later=timedelta(days=3))
    life.admin("Je valide")
    assert "attente_trop_longue" not in alerts(life, later=timedelta(days=3))


def test_what_is_doubtful_or_missing() -> None:
    life = order("Je voudrais commander des sacs fond carré")
    found = alerts(life)
    assert found["champ_manquant"].facts == ("quantity",)
    assert found["lecture_douteuse"].facts == ("product",)
    life.act("correct", facts=(
        Fact("product", "sac_sans_poignees", (), origin="person"),
        Fact("quantity", Quantity(Decimal(10), "carton"), (), origin="person"),
    ))  # fmt: skip
    assert alerts(life) == {}
