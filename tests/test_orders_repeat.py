"""The same as last time: what the message leaves out comes from the person's last validated order, and only from there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.case import Case
from core.directive import Repeat
from core.reading import Evidence, Money, Quantity, Rows
from core.rows import confidence, states
from processors.repeat import RepeatReader
from processors.tokens import tokenise
from tests.orders_life import FULL, Life, commande


def validated(text: str = FULL, ref: str = "CMD0001A") -> Case:
    life = Life(ref=ref)
    life.write(text)
    life.admin("Je valide")
    assert life.order.judged is not None
    return life.order


def test_the_missing_fields_come_from_the_last_validated_order_marked_as_such() -> None:
    last = validated()
    life = Life(last, ref="CMD0002B")
    life.write("salam, kif dima 3afak")
    assert (life.stage, life.status) == ("waiting_review", "en_attente")
    assert (life.value("product"), life.value("quantity")) == ("sac_poignees_torsadees", Quantity(Decimal(10000), "pièce"))
    for name in ("product", "quantity", "unit_price"):
        fact = life.order.fact(name)
        assert fact is not None
        assert (fact.origin, fact.evidence) == ("inherited", (Evidence(f"case:{last.id}", last.ref),))
        assert fact.confidence >= 0.85
    assert life.value("delivery_date") is None
    total = life.order.fact("total_price")
    assert total is not None
    assert (total.value, total.origin) == (Money(Decimal("4500.00"), "MAD", "excl"), "derived")
    assert confidence(life.order, life.directive) >= 0.85
    assert (life.order.repeats, life.order.repeats_ref) == (last.id, last.ref)
    assert last.ref in life.texts[-1][2].text


def test_what_is_hardly_told_and_the_same_as_last_time_is_as_sure_as_that() -> None:
    last = validated("Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT. Merci")
    life = Life(last, ref="CMD0002B")
    life.write("kif dima svp, les sachets, pour le 22 décembre")
    fact = life.order.fact("product")
    assert fact is not None
    assert fact.value == "sachet_fond_plat"
    assert fact.confidence >= 0.85
    assert confidence(life.order, life.directive) >= 0.85
    assert fact.evidence[-1] == Evidence(f"case:{last.id}", last.ref)


def test_a_choice_stays_one_though_the_last_order_had_one_of_both() -> None:
    life = Life(validated("Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT. Merci"), ref="CMD0002B")
    life.write("kif dima svp, mais 5000 ou 6000")
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.doubt, fact.confidence < 0.6) == ("either", True)


def test_what_the_message_says_itself_wins() -> None:
    life = Life(validated(), ref="CMD0002B")
    life.write("Bonjour, comme d'habitude mais 5000 cette fois, pour le 12 mars. Merci")
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value, fact.origin) == (Quantity(Decimal(5000), "pièce"), "rules")
    assert life.value("product") == "sac_poignees_torsadees"
    assert life.value("delivery_date").day.isoformat() == "2026-03-12"
    assert life.value("total_price") == Money(Decimal("2250.00"), "MAD", "excl")
    assert fact.confidence < 0.85 <= confidence(life.order, life.directive)


def test_what_is_said_later_stands_above_what_was_taken_over() -> None:
    life = Life(validated(), ref="CMD0002B")
    life.write("kif dima")
    life.write("5000")
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value, fact.origin) == (Quantity(Decimal(5000), "pièce"), "rules")


def test_what_a_person_validated_is_no_longer_doubtful() -> None:
    life = Life(validated("Je voudrais commander 500 sacs fond carré"), ref="CMD0002B")
    life.write("kif dima")
    fact = life.order.fact("product")
    assert fact is not None
    assert (fact.value, fact.confidence) == ("sac_sans_poignees", 0.85)


def test_another_product_takes_over_neither_price_nor_nature_nor_quantity() -> None:
    life = Life(validated(), ref="CMD0002B")
    life.write("Bonjour, comme d'habitude mais en sachets fond plat")
    assert life.value("product") == "sachet_fond_plat"
    assert (life.value("unit_price"), life.value("quantity")) == (None, None)
    assert life.stage == "waiting_info"


def test_without_a_validated_order_nothing_is_invented() -> None:
    life = Life()
    life.write("comme d'habitude svp")
    assert (life.stage, life.order.facts, life.order.repeats) == ("waiting_info", (), "")
    assert life.told("customer") == ["request_info"]


def test_no_repeat_where_it_is_denied() -> None:
    life = Life(validated(), ref="CMD0002B")
    life.write("Bonjour, cette fois pas comme d'habitude : 3000 sacs fond carré poignées plates.")
    assert life.order.repeats == ""
    assert life.value("unit_price") is None


def test_an_order_of_several_lines_is_repeated_line_by_line() -> None:
    last = validated("Commande :\n- 10 000 sachets fond plat, 0,12 € HT\n- 4 cartons de sacs fond carré poignées plates\n")
    life = Life(last, ref="CMD0002B")
    life.write("b7al dima khoya")
    rows = life.value("lines")
    assert isinstance(rows, Rows)
    assert [r.cell("quantity").value for r in rows.rows] == [  # type: ignore[union-attr]
        Quantity(Decimal(10000), "pièce"), Quantity(Decimal(4), "carton"),
    ]  # fmt: skip
    assert {c.origin for r in rows.rows for c in r.cells} <= {"inherited", "derived"}


def test_a_number_alone_does_not_say_which_of_several_lines_it_means() -> None:
    last = validated("Commande :\n- 10 000 sachets fond plat, 0,12 € HT\n- 4 cartons de sacs fond carré poignées plates\n")
    life = Life(last, ref="CMD0002B")
    life.write("comme d'habitude mais 5000")
    assert (life.value("product"), life.value("lines")) == (None, None)
    assert life.stage == "waiting_info"


THREE = (
    "Commande :\n- 10 000 sachets fond plat kraft 12x20, 0,12 € HT\n- 2 000 sacs poignées torsadées 24x10x32, 0,40 € HT\n"
    "- 1 000 sacs poignées plates 26x17x25, 0,30 € HT"
)


def rows_after(text: str) -> tuple[Life, list[dict[str, tuple[object, str]]]]:
    """The order after that text of a client whose last one had three lines, its lines as {column: (value, origin)}."""
    life = Life(validated(THREE), ref="CMD0002B")
    life.write(text)
    held = life.value("lines")
    return life, [{c.name: (c.value, c.origin) for c in r.cells} for r in held.rows] if isinstance(held, Rows) else []


@pytest.mark.parametrize(
    "text",
    ["comme d'habitude mais 5000 torsadées", "kif dima walakin 5000 torsadé", "same as usual but 5000 twisted handle bags"],
)
def test_of_several_lines_the_one_that_is_named_has_what_the_message_says(text: str) -> None:
    life, rows = rows_after(text)
    assert [row["quantity"] for row in rows] == [
        (Quantity(Decimal(10000), "pièce"), "inherited"), (Quantity(Decimal(5000), "pièce"), "rules"),
        (Quantity(Decimal(1000), "pièce"), "inherited"),
    ]  # fmt: skip
    assert rows[1]["unit_price"] == (Money(Decimal("0.40"), "EUR", "excl"), "inherited")
    assert rows[1]["nature"] == ("24x10x32", "inherited")
    assert rows[1]["total_price"] == (Money(Decimal("2000.00"), "EUR", "excl"), "derived")
    assert life.value("total_price") == Money(Decimal("3500.00"), "EUR", "excl")
    assert life.stage == "waiting_review"


@pytest.mark.parametrize(
    ("text", "nature", "sure"),
    [
        ("kif dima mais en blanc", "kraft brun, 12x20, blanc", False),
        ("même chose que la dernière fois sauf en blanc", "kraft brun, 12x20, blanc", False),
        ("comme d'habitude mais en 14x20", "kraft brun, 14x20", True),
        ("comme d'habitude mais 8000", "kraft brun 12x20", True),
    ],
)
def test_a_quality_that_is_changed_takes_no_other_away_and_leaves_the_price_to_be_verified(
    text: str, nature: str, sure: bool
) -> None:
    last = validated("Bonjour, je commande 2000 sachets fond plat kraft brun 12x20 à 0,30 dh HT l'unité")
    life = Life(last, ref="CMD0002B")
    life.write(text)
    fact, price = life.order.fact("nature"), life.order.fact("unit_price")
    assert fact is not None
    assert price is not None
    spec = life.directive.fact("nature")
    assert spec is not None
    assert (fact.value, fact.origin, fact.confidence >= spec.doubt) == (nature, "inherited", sure)
    assert (price.value, price.origin) == (Money(Decimal("0.30"), "MAD", "excl", 1, "pièce"), "inherited")
    changed = "8000" not in text
    assert (price.confidence < 0.6) is changed
    if changed:
        # The words stand beside what they change, and what is as usual stays so.
        assert fact.evidence[0].quote == last.ref
        assert fact.evidence[-1].quote in text
        assert any(r.rule == "repeat-changed" and "au lieu de kraft brun 12x20" in r.text for r in life.decisions[-1].reasons)
    assert life.value("product") == "sachet_fond_plat"
    assert (life.stage, confidence(life.order, life.directive) >= 0.85) == ("waiting_review", True)


def test_of_several_lines_all_are_to_be_otherwise_in_doubt_and_the_named_one_alone() -> None:
    life, rows = rows_after("kif dima mais en blanc")
    assert [row["nature"] for row in rows] == [
        ("kraft, 12x20, blanc", "inherited"), ("24x10x32, blanc", "inherited"), ("26x17x25, blanc", "inherited"),
    ]  # fmt: skip
    held = life.value("lines")
    assert isinstance(held, Rows)
    assert all(c.confidence < 0.6 for r in held.rows for c in r.cells if c.name in ("nature", "unit_price"))
    assert life.stage == "waiting_review"
    _, rows = rows_after("kif dima mais torsadées en blanc")
    assert [row["nature"][0] for row in rows] == ["kraft 12x20", "24x10x32, blanc", "26x17x25"]


def test_the_facts_of_the_first_line_change_with_it() -> None:
    life, rows = rows_after("comme d'habitude mais 8000 sachets fond plat")
    assert [row["quantity"][0] for row in rows] == [Quantity(Decimal(n), "pièce") for n in (8000, 2000, 1000)]
    assert life.value("quantity") == Quantity(Decimal(8000), "pièce")
    assert life.value("nature") == "kraft 12x20"


@pytest.mark.parametrize(
    "text", ["comme d'habitude mais 5000 sacs sans poignées", "comme d'habitude et 5000 sacs sans poignées"]
)
def test_what_is_said_of_none_of_several_lines_is_in_doubt(text: str) -> None:
    life, rows = rows_after(text)
    assert rows == []
    assert life.value("product") == "sac_sans_poignees"
    assert confidence(life.order, life.directive) < 0.6
    quantity = life.order.fact("quantity")
    assert quantity is not None
    assert quantity.confidence < 0.6


def test_a_price_in_no_currency_is_in_that_of_the_clients_earlier_orders_and_stays_in_doubt() -> None:
    last = validated()
    life = Life(last, ref="CMD0002B")
    life.write("je commande 3000 sacs poignées plates, prix unitaire 0,79")
    fact = life.order.fact("unit_price")
    assert fact is not None
    assert fact.value == Money(Decimal("0.79"), "MAD")
    assert fact.evidence[-1] == Evidence(f"case:{last.id}", last.ref)
    assert fact.confidence < 0.6
    alone = Life(ref="CMD0003C")
    alone.write("je commande 3000 sacs poignées plates, prix unitaire 0,79")
    assert alone.value("unit_price") == Money(Decimal("0.79"))


SAME = [
    "kif dima", "salam kif dima a khoya", "kifma dima", "b7al dima", "B7AL DIMA", "bhal dima 3afak", "comme d'habitude",
    "comme d’habitude", "comme d'hab svp", "comme dab", "Même commande que la dernière fois", "la même commande svp",
    "merci de renouveler notre commande", "Pouvez-vous relancer la commande ?", "comme toujours", "pareil que d'habitude", "pareil",
    "comme avant", "idem que la dernière fois", "la meme chose que la derniere foi", "same as last time please", "the usual",
    "please repeat our last order", "as usual", "بحال ديما", "كيف ديما عافاك", "بحال العادة", "نفس الطلبية", "نفس الطلب من فضلكم",
    "كالعادة", "nefs lcommande", "kif l3ada",
]  # fmt: skip
OTHER = [
    "pas comme d'habitude", "ce n'est pas comme d'habitude", "ne renouvelez pas la commande", "machi b7al dima",
    "contrairement à d'habitude, 3000 sacs", "not as usual", "Bonjour, 5000 sacs svp", "ماشي بحال ديما", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> RepeatReader:
    repeat = commande().repeat
    assert isinstance(repeat, Repeat)
    return RepeatReader(repeat)


@pytest.mark.parametrize("text", SAME)
def test_how_people_ask_for_the_same_again(reader: RepeatReader, text: str) -> None:
    found = reader.find([("text", tokenise(text))])
    assert found is not None
    assert text[found.start : found.start + len(found.quote)] == found.quote


@pytest.mark.parametrize("text", OTHER)
def test_what_does_not_ask_for_the_same_again(reader: RepeatReader, text: str) -> None:
    assert reader.find([("text", tokenise(text))]) is None


def test_any_directive_may_say_what_repeats_it() -> None:
    """Nothing of it belongs to one business: without the directive's word for it there is no repeating."""
    life = Life(validated(), directive=replace(commande(), repeat=None), ref="CMD0002B")
    life.write("kif dima")
    assert life.order.repeats == ""


ORDER = "Bonjour, 5000 sachets fond plat kraft brun 24x11x32, livraison le 20 mars"


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("kif dima mais le double", 10000),
        ("même chose x2", 10000),
        ("comme d'habitude mais deux fois plus svp", 10000),
        ("same as last time, twice as many", 10000),
        ("comme d'habitude x 3", 15000),
        ("kif dima, la moitié", 2500),
        ("kif dima la moitié svp", 2500),
    ],
)
def test_a_word_that_multiplies_is_calculated_and_shown_as_evidence(words: str, quantity: int) -> None:
    life = Life(validated(ORDER), ref="CMD0002B")
    life.write(words)
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value, fact.origin) == (Quantity(Decimal(quantity), "pièce"), "inherited")
    assert fact.evidence[0].source.startswith("case:")
    assert fact.evidence[1].quote in words
    # Nobody reads twice the number as the number of last time.
    notice = life.notices[-1].payload.text  # type: ignore[union-attr]
    assert f"(« {fact.evidence[1].quote} » de la dernière commande)" in notice
    assert notice.count("(repris de la dernière commande)") >= 1


@pytest.mark.parametrize(
    "words",
    [
        "pareil mais plus",
        "kif dima mais un peu moins",
        "kif dima mais pas le double",
        "kif dima, le double ?",
        "kif dima, la moitié en blanc",
    ],
)
def test_a_word_that_changes_an_amount_by_nobody_knows_how_much_leaves_it_in_doubt(words: str) -> None:
    life = Life(validated(ORDER), ref="CMD0002B")
    life.write(words)
    fact = life.order.fact("quantity")
    assert fact is not None
    assert fact.value == Quantity(Decimal(5000), "pièce")
    assert "quantity" in [s.spec.name for s in states(life.order, life.directive) if s.state == "doubtful"]


def test_of_several_lines_all_are_multiplied_and_in_doubt() -> None:
    life = Life(validated("Bonjour, 500 sachets fond plat kraft et 300 sacs fond carré blancs pour le 20 mars"), ref="CMD0002B")
    life.write("kif dima mais le double")
    lines = life.value("lines")
    assert isinstance(lines, Rows)
    cells = [row.cell("quantity") for row in lines.rows]
    assert [(c.value.amount, c.confidence < 0.5) for c in cells] == [(1000, True), (600, True)]


@pytest.mark.parametrize("words", ["kif dima", "comme d'habitude, le plus vite possible", "kif dima, au plus tard le 20 mars"])
def test_other_words_leave_what_is_taken_over_sure(words: str) -> None:
    life = Life(validated(ORDER), ref="CMD0002B")
    life.write(words)
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value.amount, fact.confidence >= 0.85) == (5000, True)


KRAFT = "Bonjour, je commande 6 000 sachets fond plat kraft brun à 0,16 MAD HT pièce, livraison le 20 mars."


@pytest.mark.parametrize("words", ["kif dima mais le double svp", "comme d'habitude, le double"])
def test_the_double_of_how_many_is_no_quality_of_the_goods(words: str) -> None:
    life = Life(validated(KRAFT), ref="CMD0002B")
    life.write(words)
    assert (life.value("quantity"), life.value("nature")) == (Quantity(Decimal(12000), "pièce"), "kraft brun")
    assert [s.spec.name for s in states(life.order, life.directive) if s.state == "doubtful"] == []
    assert life.value("total_price") == Money(Decimal("1920.00"), "MAD", "excl")


def test_a_quality_said_beside_the_double_stays_one() -> None:
    life = Life(validated(KRAFT), ref="CMD0002B")
    life.write("kif dima mais en blanc, et le double")
    assert (life.value("quantity"), "double" in str(life.value("nature"))) == (Quantity(Decimal(12000), "pièce"), False)
    assert "blanc" in str(life.value("nature"))


SACHETS = "Bonjour, je commande 5000 sachets fond plat kraft à 0,35 dh. Merci"


def test_what_is_said_in_a_weak_word_and_was_so_last_time_is_as_sure_as_what_is_taken_over() -> None:
    last = validated(SACHETS)
    life = Life(last, ref="CMD0002B")
    life.write("salam, kif dima svp, pour le 22 mars. Nadia", subject="sachets")
    product = life.order.fact("product")
    assert product is not None
    assert (product.value, product.evidence[0].quote, product.evidence[-1].source) == (
        "sachet_fond_plat",
        "sachets",
        f"case:{last.id}",
    )
    assert [s.spec.name for s in states(life.order, life.directive) if s.state == "doubtful"] == []
    assert confidence(life.order, life.directive) >= 0.85


def test_what_the_message_leaves_open_stays_so_though_it_was_so_last_time() -> None:
    life = Life(validated(SACHETS), ref="CMD0002B")
    life.write("comme d'habitude : 5000 ou 6000 sachets fond plat")
    assert "quantity" in [s.spec.name for s in states(life.order, life.directive) if s.state == "doubtful"]


def test_a_weak_word_for_another_thing_than_last_time_stays_doubtful() -> None:
    life = Life(validated(), ref="CMD0002B")
    life.write("salam, kif dima svp, pour le 22 mars. Nadia", subject="sachets")
    assert "product" in [s.spec.name for s in states(life.order, life.directive) if s.state == "doubtful"]
