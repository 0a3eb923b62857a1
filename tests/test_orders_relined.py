"""A person adds lines to an order or takes them away: by reply, by the API, in the desk. Sums are those of the lines that there are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.correcting import corrected
from core.reading import Fact, FactValue, Money, Quantity
from core.rows import digest_of, rows_of
from tests.orders_life import ADMIN, Life
from tests.orders_two_lines import ONE, P1, P3, P4, TWO, lines, told

pytest_plugins = ("tests.orders_fixtures",)

ADD = "ajoutez une ligne : 500 sacs à poignées plates kraft à 0,80"


def cells(number: int, product: str, amount: int, price: str = "") -> tuple[Fact, ...]:
    """A line more as a person writes it."""
    values: dict[str, FactValue] = {"product": product, "quantity": Quantity(Decimal(amount), "pièce")}
    if price:
        values["unit_price"] = Money(Decimal(price), "MAD", "excl")
    return tuple(Fact(f"lines.{number}.{name}", value, (), origin="person") for name, value in values.items())


def gone(*numbers: int) -> tuple[Fact, ...]:
    return tuple(Fact(f"lines.{n}", "", (), origin="person") for n in numbers)


def total(life: Life) -> tuple[Decimal | None, str]:
    fact = life.order.fact("total_price")
    if fact is None:
        return None, ""
    assert isinstance(fact.value, Money)
    return fact.value.amount, fact.origin


# ------------------------------------------------------------------ the heart


def test_a_line_more_is_shown_anew_with_the_sum_of_all_and_the_first_keeps_its_words() -> None:
    life = Life()
    life.write(ONE)
    (first,), seen = rows_of(life.order.facts, life.directive), digest_of(life.order, life.directive)
    life.act("correct", facts=cells(2, P3, 500, "0.80"), digest=seen)
    rows = rows_of(life.order.facts, life.directive)
    assert told(rows) == [(P1, 2000), (P3, 500)]
    assert [c for c in rows[0].cells if c.evidence] == [c for c in first.cells if c.evidence]
    assert total(life) == (Decimal("1000.00"), "derived")
    # As with any correction the yes is to be given to what there is now.
    assert life.stage == "waiting_review"
    assert "ligne ajoutée (Sac fond carré avec poignées plates · 500 pièces" in life.texts[-1][2].text
    life.act("validate", digest=seen)
    assert life.stage == "waiting_review"
    life.act("validate", digest=digest_of(life.order, life.directive))
    assert life.stage == "done"


@pytest.mark.parametrize("number", [1, 2])
def test_a_line_that_is_taken_away_leaves_the_other_as_an_order_of_one(number: int) -> None:
    life = Life()
    life.write(TWO)
    kept = rows_of(life.order.facts, life.directive)[2 - number]
    life.act("correct", facts=gone(number), digest=digest_of(life.order, life.directive))
    assert life.order.fact("lines") is None
    assert lines(life) == [[(P4, 400), (P1, 2000)][number - 1]]
    assert total(life) == ([Decimal("400.00"), Decimal("600.00")][number - 1], "derived")
    for name in ("product", "quantity", "unit_price"):
        assert life.order.fact(name) == kept.cell(name)


@pytest.mark.parametrize("text", [TWO, TWO.replace(" à 1,00 dh HT", ""), TWO.replace("1000 dh", "1100 dh")])
def test_a_written_sum_of_other_lines_is_told_and_never_kept(text: str) -> None:
    for change in (cells(3, P3, 500, "0.80"), cells(3, P3, 500), gone(2), (*gone(1), *cells(3, P3, 500, "0.80"))):
        life = Life()
        life.write(text)
        before = life.order.fact("total_price")
        assert before is not None
        assert (before.origin, life.order.fact("lines") is not None) == ("rules", True)
        written = before.value
        life.act("correct", facts=change, digest=digest_of(life.order, life.directive))
        after = life.order.fact("total_price")
        assert after is None or (after.origin, after.value == written) == ("derived", False)
        assert "était le total de ce qui a changé" in life.texts[-1][2].text


@pytest.mark.parametrize("text", [ONE + " Total 600 dh HT", "Je commande 2000 sachets fond plat kraft, total 900 dh HT"])
def test_the_written_total_of_the_only_line_is_that_of_the_line_only_if_it_follows_from_it(text: str) -> None:
    life = Life()
    life.write(text)
    assert total(life)[1] == "rules"
    life.act("correct", facts=cells(2, P3, 500, "0.80"), digest=digest_of(life.order, life.directive))
    first = rows_of(life.order.facts, life.directive)[0].cell("total_price")
    if "900" in text:
        assert (first, total(life)) == (None, (None, ""))
    else:
        assert first is not None
        assert (first.origin, total(life)) == ("rules", (Decimal("1000.00"), "derived"))
    assert "était le total de ce qui a changé" in life.texts[-1][2].text


def test_a_sum_that_is_given_with_the_lines_stands() -> None:
    life = Life()
    life.write(ONE + " Total 600 dh HT")
    given = Fact("total_price", Money(Decimal(980), "MAD", "excl"), (), origin="person")
    life.act("correct", facts=(*cells(2, P3, 500, "0.80"), given), digest=digest_of(life.order, life.directive))
    assert total(life) == (980, "person")


@pytest.mark.parametrize("text", ["ajoutez 500 sacs poignées plates", "ajoutez 500 sacs poignées plates à 0,80 dh HT"])
@pytest.mark.parametrize("first", [TWO, ONE + " Total 600 dh HT"])
def test_a_customers_own_addition_keeps_no_sum_of_fewer_lines(first: str, text: str) -> None:
    life = Life()
    life.write(first)
    written = life.value("total_price")
    life.write(text)
    assert len(lines(life)) == (3 if first == TWO else 2)
    fact = life.order.fact("total_price")
    assert fact is None or (fact.origin == "derived" and fact.value != written)
    notice = life.texts[-1][2].text
    assert "était le total de ce qui a changé" in notice
    # What it cannot be calculated without is named.
    assert (f"pour le recalculer il manque : prix unitaire, ligne {len(lines(life))}" in notice) == (fact is None)


def test_a_written_total_of_another_quantity_is_calculated_anew_or_in_doubt() -> None:
    life = Life()
    life.write("Je commande 2000 sachets fond plat à 0,30 dh HT l'unité, total 600 dh HT")
    life.write("finalement mettez 3000 au lieu de 2000")
    assert total(life) == (Decimal("900.00"), "derived")
    assert "« 600 MAD HT » était le total" in life.texts[-1][2].text
    life = Life()
    life.write("Je commande 2000 sachets fond plat, total 600 dh HT")
    life.write("finalement mettez 3000 au lieu de 2000")
    fact = life.order.fact("total_price")
    assert fact is not None
    assert (total(life), fact.confidence < 0.6) == ((600, "rules"), True)


def test_nothing_takes_the_last_line_away_and_the_rest_of_a_removed_line_is_left_alone() -> None:
    life = Life()
    life.write(TWO)
    before = life.order.facts
    assert corrected(before, gone(1, 2), life.directive) == before
    price = Fact("lines.2.unit_price", Money(Decimal(9), "MAD"), (), origin="person")
    one = corrected(before, (*gone(2), price), life.directive)
    assert told(rows_of(one, life.directive)) == [(P1, 2000)]


def test_a_correction_of_what_was_seen_before_somebody_else_changed_it_does_nothing() -> None:
    life = Life()
    life.write(TWO)
    seen = digest_of(life.order, life.directive)
    life.write("ajoutez 300 sacs poignées plates")
    facts = life.order.facts
    done = life.act("correct", facts=gone(2), digest=seen)
    assert (life.order.facts, [r.rule for r in done.reasons]) == (facts, ["no-effect"])


# ------------------------------------------------------------------ by reply


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (ADD, [(P1, 2000), (P4, 400), (P3, 500)]),
        ("Bonjour,\n" + ADD + ". Merci", [(P1, 2000), (P4, 400), (P3, 500)]),
        ("ajoutez 500 sacs à poignées plates kraft à 0,80", [(P1, 2000), (P4, 400), (P3, 500)]),
        ("please add a line: 500 flat handle bags at 0.80", [(P1, 2000), (P4, 400), (P3, 500)]),
        ("retirez la ligne 2", [(P1, 2000)]),
        ("non, retirez la ligne 2", [(P1, 2000)]),
        ("annulez la ligne 1 svp", [(P4, 400)]),
        ("supprimez la dernière ligne", [(P1, 2000)]),
        ("remove line 1 please", [(P4, 400)]),
        ("retirez la ligne 1 et " + ADD, [(P4, 400), (P3, 500)]),
        (ADD + " et retirez la ligne 2", [(P1, 2000), (P3, 500)]),
        ("retirez la ligne 2, quantité ligne 1 : 2500", None),
        ("retirez la ligne 2 ; ligne 1 : quantité 2500", [(P1, 2500)]),
    ],
)
def test_an_administrators_reply_adds_lines_and_takes_them_away(text: str, wanted: list[tuple[object, int]] | None) -> None:
    life = Life()
    life.write(TWO)
    facts = life.order.facts
    life.admin(text)
    assert life.stage == "waiting_review"
    if wanted is None:
        assert life.order.facts == facts
        return
    assert lines(life) == wanted
    assert life.told("admin")[-1] == "admin_review"
    assert f"{ADMIN} corrige : " in life.texts[-1][2].text
    # The price is in the currency and with the tax of the others, and his words are the evidence.
    if "0" in text and "oign" in text:
        price = rows_of(life.order.facts, life.directive)[-1].cell("unit_price")
        assert price is not None
        assert (price.value, price.origin) == (Money(Decimal("0.80"), "MAD", "excl"), "person")
        assert all(text[e.start : e.start + len(e.quote)] == e.quote for e in price.evidence)
    life.admin("Je valide")
    assert life.stage == "done"


@pytest.mark.parametrize(
    "text",
    [
        "ne retirez pas la ligne 2",
        "faut-il retirer la ligne 2 ?",
        "retirez la ligne 2 si le client est d'accord",
        "retirez la ligne 3",
        "non, retirez la ligne 3",
        "non, enlevez plutôt la ligne 2 si le client est d'accord",
        "retirez les lignes 1 et 2",
        "le client demande : retirez la ligne 2",
        "annulez la ligne 2, le client voulait autre chose",
        "ajoutez une ligne : 500 sacs",
        "ajoutez une ligne : sacs poignées plates",
        ADD + " remise 5 %",
        ADD + " livraison le 3 mars",
        "ajoutez une ligne : environ 500 sacs poignées plates",
        "ajoutez 500",
        "ajoutez un mot pour le client",
    ],
)
def test_what_is_no_plain_line_changes_and_refuses_nothing(text: str) -> None:
    life = Life()
    life.write(TWO)
    facts = life.order.facts
    life.admin(text)
    assert (life.order.facts, life.stage, life.order.judged) == (facts, "waiting_review", None)
    assert life.told("admin")[-1] == "admin_unclear"
    assert life.told("customer") == []


def test_a_yes_beside_a_line_is_given_anew_and_a_number_of_an_older_notice_names_no_line() -> None:
    life = Life()
    life.write(TWO)
    first = life.notices[-1].key
    life.admin("je valide, " + ADD)
    assert (life.stage, life.order.judged, len(lines(life))) == ("waiting_review", None, 3)
    life.admin("retirez la ligne 1", to=first)
    assert len(lines(life)) == 3
    assert "les lignes ne sont plus celles" in life.texts[-1][2].text
    life.admin("retirez la ligne 1")
    assert lines(life) == [(P4, 400), (P3, 500)]
    # Of an order of one line too.
    other = Life()
    other.write(ONE)
    other.admin(ADD)
    assert (lines(other), total(other)) == ([(P1, 2000), (P3, 500)], (Decimal("1000.00"), "derived"))
