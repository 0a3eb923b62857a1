"""What a person corrects in an order: written down, shown again, and validated by a yes of its own or with one in so many words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Evidence, Fact, Money, Quantity
from core.rows import digest_of, rows_of
from tests.orders_life import ADMIN, Life, waiting


def test_a_correction_is_written_down_shown_again_and_wants_a_yes_of_its_own() -> None:
    life = waiting()
    first = life.notices[-1].key
    life.admin("ok mais quantité 6000")
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value, fact.origin) == (Quantity(Decimal(6000), "pièce"), "person")
    assert fact.evidence == (Evidence("text", "quantité 6000", 8),)
    assert life.value("total_price") == Money(Decimal("2700.00"), "MAD", "excl")
    assert life.told("admin") == ["admin_review", "admin_review"]
    # A yes to what stood before the correction is no yes to it.
    life.admin("Je valide", to=first)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert life.told("admin")[-1] == "admin_review"
    life.admin("Je valide")
    assert life.stage == "done"
    assert life.told("customer") == ["confirmation"]


@pytest.mark.parametrize(
    "words", ["Je valide avec quantité 6000", "Validé, quantité 6000 merci", "ok je valide mais quantité : 6000",
              "I approve with quantity 6000"]
)  # fmt: skip
def test_a_yes_in_so_many_words_with_a_correction_is_one_act(words: str) -> None:
    life = waiting()
    version = life.order.version
    life.admin(words)
    assert (life.stage, life.order.version) == ("done", version + 1)
    assert life.value("quantity") == Quantity(Decimal(6000), "pièce")
    judged = life.order.judged
    assert judged is not None
    assert judged.digest == digest_of(life.order, life.directive)
    assert (life.told("admin"), life.told("customer")) == (["admin_review"], ["confirmation"])


def test_a_yes_with_a_correction_to_facts_that_have_changed_is_no_yes() -> None:
    life = waiting()
    first = life.notices[-1].key
    life.write("Pardon, plutôt 8000 sacs fond carré poignées torsadées.")
    life.admin("Je valide avec prix unitaire 0,50", to=first)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert life.value("unit_price") == Money(Decimal("0.50"), "MAD", "excl", 1, "pièce")
    assert life.told("admin") == ["admin_review"] * 3
    # Nor to an order that lacks something.
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    life.admin("Je valide avec prix unitaire 0,50", to="")
    assert (life.stage, life.order.judged) == ("waiting_info", None)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("quantité : 12 500", "quantity", Quantity(Decimal(12500), "pièce")),
        ("Bonjour, prix unitaire 0,48 dh TTC merci", "unit_price", Money(Decimal("0.48"), "MAD", "incl", 1, "pièce")),
        ("produit : sachet fond plat", "product", "sachet_fond_plat"),
        ("quantité 3 palettes", "quantity", Quantity(Decimal(3), "palette")),
        ("date de livraison 25/03/2026", "delivery_date", "2026-03-25"),
        ("livraison le 25 mars", "delivery_date", "2026-03-25"),
        ("livraison le 25/03 plutôt", "delivery_date", "2026-03-25"),
        ("adresse de livraison : Tanger", "delivery_address", "Tanger"),
        ("livraison : 4 rue Ibn Sina", "delivery_address", "4 rue Ibn Sina"),
        ("nature : kraft brun 90 g", "nature", "kraft brun 90 g"),
    ],
)
def test_fields_that_a_reply_corrects(words: str, name: str, value: object) -> None:
    life = waiting()
    life.admin(words)
    got = life.value(name)
    assert (got.day.isoformat() if hasattr(got, "day") else got) == value
    assert life.stage == "waiting_review"


def test_a_day_is_no_address_and_a_price_without_its_base_is_of_one() -> None:
    life = Life()
    life.write(
        "Bonjour, 10 000 sachets fond plat à 150 dh HT le mille, livraison le 20 mars au dépôt, 12 rue des Oliviers, Casablanca."
    )
    address = life.value("delivery_address")
    life.admin("livraison le 12/12 dans la matinée chez eux")
    assert (life.value("delivery_address"), life.told("admin")[-1]) == (address, "admin_unclear")
    life.admin("prix unitaire 0,16 dh")
    assert life.value("unit_price") == Money(Decimal("0.16"), "MAD", "excl", 1, "pièce")
    assert life.value("total_price") == Money(Decimal("1600.00"), "MAD", "excl")


def test_a_correction_of_several_lines_names_its_line_and_the_customer_reads_all_of_them() -> None:
    life = Life()
    life.write(
        "Bonjour, merci de livrer le 20 mars 2026 :\n- 10 000 sachets fond plat kraft\n- 4000 sacs fond carré poignées plates"
    )
    assert "ligne 2 : quantité 6000" in life.texts[-1][2].text
    life.admin("quantité 2600")
    told = life.texts[-1][2]
    assert (told.template, "plusieurs lignes" in told.text, "Reconnu" in told.text) == ("admin_unclear", True, False)
    assert told.text.count("\n- ") == 2
    life.admin("ligne 2 : quantité 2600")
    life.admin("Je valide")
    assert life.status == "validee"
    text, _, otherwise = life.texts[-1][2].text.replace("\u202f", "").partition("Par rapport à votre message")
    assert "ligne 2, quantité : 2600 pièces au lieu de 4000 pièces" in otherwise
    assert ("2600 pièces" in text, "4000" in text, "Date de livraison : 20 mars 2026" in text, "\nQuantité" in text) == (
        True, False, True, False,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["nature kraft brun si possible", "nature : kraft ou blanc", "nature kraft ?"])
def test_a_correction_with_a_condition_corrects_nothing(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert life.value("nature") is None
    assert life.told("admin")[-1] == "admin_unclear"


def test_a_correction_may_take_a_field_away() -> None:
    life = waiting()
    life.act("correct", facts=(Fact("unit_price", "", (), origin="person"),))
    assert (life.value("unit_price"), life.value("total_price")) == (None, None)


TABLE = (
    "Qté | Désignation | PU | Total\n4000 | Sachet fond plat | 0,55 dh HT | 2200 dh HT\n"
    "500 | Sac poignées plates | 1 dh HT | 500 dh HT\nTotal : 2700 dh HT\nLivraison le 20 mars 2026."
)
ONE = (
    "Bonjour, je commande 4000 sacs fond carré poignées torsadées à 0,55 dh HT l'unité, total 2200 dh HT, livraison le 20 mars."
)


def _totals(life: Life) -> list[Decimal]:
    """What each line and all of them come to."""
    rows = rows_of(life.order.facts, life.directive)
    cells = [*(row.cell("total_price") for row in rows), life.order.fact("total_price")]
    return [c.value.amount for c in cells if c is not None and isinstance(c.value, Money)]


@pytest.mark.parametrize(
    ("text", "words", "totals"),
    [
        (ONE, "je valide avec prix unitaire 0,60 MAD HT", (2400, 2400)),
        (ONE, "je valide avec quantité 6000", (3300, 3300)),
        (TABLE, "je valide avec ligne 1 : prix unitaire 0,60 MAD HT", (2400, 500, 2900)),
        (TABLE, "je valide avec ligne 2 : quantité 1000", (2200, 1000, 3200)),
    ],
)
def test_a_written_total_that_follows_from_what_is_corrected_is_calculated_anew(
    text: str, words: str, totals: tuple[int, ...]
) -> None:
    life = Life()
    life.write(text)
    assert _totals(life)[-1] in (2200, 2700)
    life.admin(words)
    assert (life.stage, _totals(life)) == ("done", list(totals))
    letter = next(m.text for template, who, m, _ in life.texts if who == "customer" and template == "confirmation")
    assert "2200" not in letter.partition("Par rapport")[0].replace("\u202f", "") or 2200 in totals


def test_a_total_that_is_given_with_the_correction_stands_and_one_that_contradicts_it_wants_a_yes_of_its_own() -> None:
    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2400 MAD HT")
    assert (life.stage, _totals(life)) == ("done", [2400, 2400])
    fact = life.order.fact("total_price")
    assert fact is not None
    assert fact.origin == "person"

    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2500 MAD HT")
    assert (life.stage, life.order.judged, life.told("customer")) == ("waiting_review", None, [])
    assert life.told("admin")[-1] == "admin_review"
    assert "le total n'est pas quantité × prix unitaire" in life.texts[-1][2].text
    life.admin("Je valide")
    assert life.stage == "done"


def test_the_desk_validates_no_correction_that_brings_about_an_urgent_alert_unseen() -> None:
    life = Life()
    life.write(ONE)
    total = Fact("total_price", Money(Decimal(9000), "MAD", "excl"), (), origin="person")
    before = life.order.facts
    done = life.act("validate", digest=digest_of(life.order, life.directive), facts=(total,))
    assert (life.stage, life.order.judged, life.order.facts) == ("waiting_review", None, before)
    assert [r.rule for r in done.reasons] == ["no-effect"]
    life.act("correct", facts=(total,))
    life.act("validate", digest=digest_of(life.order, life.directive))
    assert (life.stage, life.value("total_price")) == ("done", total.value)


def test_a_written_total_that_nothing_can_be_calculated_from_stands() -> None:
    life = Life()
    life.write("Bonjour, je commande 4000 sacs fond carré poignées torsadées, total 2200 dh HT, livraison le 20 mars.")
    life.act("correct", facts=(Fact("quantity", Quantity(Decimal(5000), "pièce"), (), origin="person"),))
    assert life.value("total_price") == Money(Decimal(2200), "MAD", "excl")


def test_a_notice_that_comes_again_begins_with_why_the_yes_did_not_count() -> None:
    life = waiting()
    first = life.notices[-1].key
    assert "à juger à nouveau" not in life.texts[0][2].text
    life.admin("ok mais quantité 6000")
    again = life.texts[-1][2].text
    assert again.index(
        f"- {ADMIN} corrige : quantité (6000 pièces au lieu de 10\u202f000 pièces) ; le oui est à redonner aux champs corrigés"
    ) < again.index("LA COMMANDE [#")
    life.admin("Je valide", to=first)
    again = life.texts[-1][2].text
    assert f"{ADMIN} corrige" not in again
    assert again.index("rien n'est validé, voici tout à nouveau") < again.index("LA COMMANDE [#")
    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2500 MAD HT")
    again = life.texts[-1][2].text
    why = "avec ces corrections, le total n'est pas quantité × prix unitaire ; rien n'est validé"
    assert again.index(why) < again.index("LA COMMANDE [#")
