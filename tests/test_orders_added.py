"""While an order waits, a message that adds something adds lines to it; after it was decided, one of its own follows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.effects import SendMessage
from core.reading import Money, Quantity, Row, Rows
from core.rows import rows_of
from core.values import differences
from processors.continuing import adds
from tests.orders_life import Life
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

NADIA = "Nadia <nadia@client.example>"
FIRST = "Bonjour, je commande 2000 sachets fond plat kraft à 0,30 dh HT l'unité, livraison le 20 mars. Merci"
P1, P2, P3, P4 = "sachet_fond_plat", "sac_sans_poignees", "sac_poignees_plates", "sac_poignees_torsadees"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def rows(life: Life) -> tuple[Row, ...]:
    return rows_of(life.order.facts, life.directive)


def told(life: Life) -> list[dict[str, object]]:
    """What every line says, however surely."""
    return [{c.name: c.value for c in row.cells if c.origin != "derived"} for row in rows(life)]


def lines(life: Life) -> list[tuple[object, Decimal]]:
    """(product, how many) of every line."""
    found = []
    for row in rows(life):
        product, quantity = row.cell("product"), row.cell("quantity")
        assert quantity is not None
        assert isinstance(quantity.value, Quantity)
        found.append((product.value if product else None, quantity.value.amount))
    return found


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("et il faut rajouter 500 sacs torsadés aussi", [(P4, 500)]),
        ("ajoutez 1000 sachets blancs", [(P1, 1000)]),
        ("en plus 2 cartons de sacs fond carré", [(P2, 2)]),
        ("please add 300 flat bags", [(P1, 300)]),
        ("zid 500 sacs poignées plates", [(P3, 500)]),
        ("zidna 500 sacs poignées torsadées 3afak", [(P4, 500)]),
        ("il me faut aussi 500 sacs poignées plates", [(P3, 500)]),
        ("finalement ajoutez 500 sacs poignées plates", [(P3, 500)]),
        ("ajoutez 1000 sachets blancs et 300 sacs poignées plates", [(P1, 1000), (P3, 300)]),
    ],
)
def test_what_is_added_is_a_line_more_and_the_first_stands(text: str, more: list[tuple[str, int]]) -> None:
    life = Life()
    life.write(FIRST)
    first, (seen,) = rows(life), life.notices
    life.write(text)
    assert lines(life) == [(P1, 2000), *more]
    assert rows(life)[0] == first[0]
    # The salesperson sees it, by its name, and an older yes is to what was there before.
    assert len(life.notices) == 2
    assert "ajouté : " in life.texts[-1][2].text
    life.admin("Je valide", to=seen.key)
    assert life.stage == "waiting_review"
    life.admin("Je valide")
    assert (life.stage, len(rows(life))) == ("done", 1 + len(more))


def test_the_totals_are_those_of_all_lines() -> None:
    life = Life()
    life.write(FIRST)
    assert life.value("total_price") == Money(Decimal("600.00"), "MAD", "excl")
    life.write("ajoutez 500 sacs poignées plates à 0,50 dh HT l'unité")
    assert life.value("total_price") == Money(Decimal("850.00"), "MAD", "excl")
    life.write("rajoutez 100 sacs poignées torsadées")
    # No price for one of them: no sum that would be wrong.
    assert (life.value("total_price"), len(rows(life))) == (None, 3)


def test_a_day_said_with_what_is_added_leaves_the_first_one_and_is_told() -> None:
    life = Life()
    life.write(FIRST)
    day = life.value("delivery_date")
    life.write("ajoutez 500 sacs poignées plates pour le 25 mars")
    assert (life.value("delivery_date"), lines(life)) == (day, [(P1, 2000), (P3, 500)])
    said = life.texts[-1][2].text
    assert "25 mars" in said.partition("ajouté : ")[2]
    assert "non repris" in said


def test_a_day_said_only_with_what_is_added_is_to_be_checked() -> None:
    life = Life()
    life.write("je commande 2000 sachets fond plat kraft")
    life.write("ajoutez 500 sacs poignées plates, livraison le 25 mars")
    fact = life.order.fact("delivery_date")
    spec = life.directive.fact("delivery_date")
    assert fact is not None
    assert spec is not None
    assert fact.confidence < spec.doubt


@pytest.mark.parametrize(
    "text",
    [
        "ajoutez 500",
        "n'ajoutez pas les 500 sacs poignées plates",
        "si on ajoute 500 sacs poignées plates, quel prix ?",
        "ajoutez 500 sacs poignées plates à la place des sachets",
        "ajoutez 500 sacs poignées plates et enlevez les sachets",
        "500 sachets kraft en plus",
        "500 en plus, livraison le 25 mars",
    ],
)
def test_where_it_is_unclear_what_is_there_stands_and_only_a_person_is_told(text: str) -> None:
    life = Life()
    life.write(FIRST)
    facts, before = life.order.facts, len(life.texts)
    life.write(text)
    assert differences(facts, life.order.facts, life.directive) == []
    ((template, audience, payload, _),) = life.texts[before:]
    assert (template, audience) == ("admin_review", "admin")
    assert text[:20] in payload.text


def test_an_unclear_addition_to_an_order_that_lacks_something_asks_the_customer_nothing() -> None:
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées")
    assert life.stage == "waiting_info"
    before = len(life.texts)
    life.write("si on ajoute 500 sacs poignées plates, quel prix ?")
    assert [t[:2] for t in life.texts[before:]] == [("admin_question", "admin")]
    assert (life.value("product"), life.value("quantity")) == (P4, None)


def test_the_same_line_again_adds_nothing_and_an_amendment_amends() -> None:
    life = Life()
    life.write(FIRST)
    life.write("ajoutez 500 sacs poignées plates")
    facts = life.order.facts
    life.write("ajoutez 500 sacs poignées plates")
    assert (life.order.facts, lines(life)) == (facts, [(P1, 2000), (P3, 500)])
    other = Life()
    other.write(FIRST)
    other.write("mettez plutôt 4000")
    assert lines(other) == [(P1, 4000)]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (FIRST, "500 sacs poignées plates"),
        (FIRST, "Bonjour, 500 sacs poignées plates et 300 sacs poignées torsadées"),
        (
            "- 2000 sachets fond plat kraft\n- 400 sacs poignées torsadées",
            "- 3000 sachets fond plat\n- 500 sacs poignées plates",
        ),
        (
            "- 2000 sachets fond plat\n- 400 sacs torsadés\n- 100 sacs poignées plates",
            "- 3000 sachets fond plat\n- 500 sacs torsadés",
        ),
    ],
)
def test_lines_that_leave_one_out_and_no_word_says_to_be_all_or_more_change_nothing(first: str, text: str) -> None:
    life = Life()
    life.write("Bonjour, commande :\n" + first)
    facts = life.order.facts
    life.write(text)
    assert (differences(facts, life.order.facts, life.directive), life.stage) == ([], "waiting_review")
    ((template, audience, payload, _),) = life.texts[1:]
    assert (template, audience) == ("admin_review", "admin")
    assert text.splitlines()[0] in payload.text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("finalement 500 sacs poignées plates au lieu des sachets", [(P3, 500)]),
        ("correction de ma commande :\n- 500 sacs poignées plates\n- 300 sacs poignées torsadées", [(P3, 500), (P4, 300)]),
        ("je récapitule :\n- 2500 sachets fond plat\n- 300 sacs poignées torsadées", [(P1, 2500), (P4, 300)]),
    ],
)
def test_lines_that_are_said_to_be_instead_or_name_every_earlier_one_replace(text: str, wanted: list[tuple[str, int]]) -> None:
    life = Life()
    life.write(FIRST)
    life.write(text)
    assert lines(life) == wanted


def test_no_addition_takes_a_line_or_changes_one() -> None:
    chance = random.Random(8)
    how = (
        "ajoutez",
        "rajoutez svp",
        "please add",
        "zid",
        "et il faut rajouter",
        "il me faut aussi",
        "en plus",
        "n'ajoutez pas",
    )
    what = ("sachets fond plat blancs", "sacs poignées plates", "sacs poignées torsadées", "sacs fond carré", "")
    end = ("", " pour le 25 mars", " à 0,50 dh HT l'unité", ", livraison à Rabat")
    for _ in range(25):
        life = Life()
        life.write(FIRST)
        for _ in range(4):
            before = told(life)
            day = life.value("delivery_date")
            life.write(f"{chance.choice(how)} {chance.randrange(1, 90) * 100} {chance.choice(what)}{chance.choice(end)}")
            assert told(life)[: len(before)] == before
            assert life.value("delivery_date") == day


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("et il faut rajouter 500 sacs", "adds"),
        ("les 500 sacs que j'avais rajoutés", ""),
        ("n'oubliez pas d'ajouter 500 sacs", "adds"),
        ("pas besoin d'ajouter le logo", "unclear"),
        ("zidane vous salue", ""),
        ("زيدنا 500", "adds"),
        ("500 de plus", "also"),
        ("mettez plutôt 4000, aussi en blanc", ""),
    ],
)
def test_words_that_add_are_told_from_others(text: str, told: str) -> None:
    assert adds(text) == told


@pytest.mark.parametrize(("words", "cases"), [("fo me rajouter 500 sacs poignées torsadées aussi pr lundi", 2), ("ok bien", 1)])
def test_what_is_added_in_reply_to_the_confirmation_of_a_decided_order_is_an_order_of_its_own(
    counter: Quick, words: str, cases: int
) -> None:
    counter.send(mail("salam, 2000 sachets fond plat kraft pour vendredi svp", sender=NADIA, subject="Commande", number=1))
    first = counter.only()
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    (confirmed,) = [m for m in counter.fresh("nadia@") if "valid" in plain(m)]
    quoted = "\n".join(f"> {line}" for line in plain(confirmed).splitlines())
    said = f"parfait merci! et {words}\n\nLe 28 nov. 2026 à 10:00, Sacherie <ventes@sacherie.example> a écrit :\n{quoted}\n"
    counter.send(mail(said, sender=NADIA, answers=confirmed, subject="Re: Commande", number=2))
    found = counter.cases()
    assert len(found) == cases
    assert [c.stage for c in found if c.id == first.id] == ["done"]
    if cases > 1:
        (second,) = [c for c in found if c.id != first.id]
        assert second.stage == "waiting_review"
        assert second.fact("quantity").value.amount == 500  # type: ignore[union-attr]
        assert first.ref in "\n".join(text for _, text in counter.history(second.id))


HALF = "10 cartons de sachets fond plat blancs et 5 cartons kraft svp"
OF_A_LINE = [
    "pardon, les 5 cartons kraft sont aussi des sachets fond plat",
    "sma7 liya, 5 cartonat kraft hta hiya sachet fond plat",
    "je précise : les 5 cartons kraft sont des sachets fond plat",
]


def without_product(life: Life) -> None:
    """The second line as it stands where nobody could tell what it is of."""
    held = life.order.fact("lines")
    assert held is not None
    assert isinstance(held.value, Rows)
    first, second = held.value.rows
    bare = Row(tuple(c for c in second.cells if c.name != "product"))
    facts = tuple(replace(f, value=Rows((first, bare))) if f is held else f for f in life.order.facts)
    life.case = replace(life.order, facts=facts)


@pytest.mark.parametrize("known", ["in doubt", "not at all"])
@pytest.mark.parametrize("text", OF_A_LINE)
def test_what_tells_more_of_a_line_completes_it_and_is_no_addition(text: str, known: str) -> None:
    life = Life()
    life.write(HALF)
    if known == "not at all":
        without_product(life)
    seen, before = life.notices[-1], len(life.decisions)
    life.write(text)
    assert lines(life) == [(P1, 10), (P1, 5)]
    product, spec = rows(life)[1].cell("product"), life.directive.fact("product")
    assert product is not None
    assert spec is not None
    assert product.confidence >= spec.doubt
    sent = [e.payload for d in life.decisions[before:] for e in d.effects if isinstance(e.payload, SendMessage)]
    assert [(p.audience, "jouté : " in p.text or "votre ajout" in p.text) for p in sent] == [
        ("admin", False),
        ("customer", False),
    ]
    assert text in sent[0].text
    assert "rien n'en est repris" not in sent[0].text
    # An older yes is to what was there before.
    life.admin("Je valide", to=seen.key)
    assert life.stage == "waiting_review"


@pytest.mark.parametrize(
    "text",
    [
        "500 sacs poignées plates kraft aussi",
        "pardon, les 500 sacs poignées plates sont aussi en kraft",
    ],
)
def test_what_may_be_said_of_a_line_or_be_one_more_leaves_it_in_doubt(text: str) -> None:
    life = Life()
    life.write("Bonjour, commande :\n- 2000 sachets fond plat blancs\n- 500 sacs poignées plates\nLivraison le 20 mars.")
    before = len(life.decisions)
    life.write(text)
    assert lines(life) == [(P1, 2000), (P3, 500)]
    nature, spec = rows(life)[1].cell("nature"), life.directive.fact("nature")
    assert nature is not None
    assert spec is not None
    assert ("kraft" in str(nature.value), nature.doubt, nature.confidence < spec.doubt) == (True, "line", True)
    sent = [e.payload for d in life.decisions[before:] for e in d.effects if isinstance(e.payload, SendMessage)]
    assert [(p.audience, "votre ajout" in p.text) for p in sent] == [("admin", False), ("customer", False)]
    assert "pour cette ligne ou pour une de plus" in sent[0].text


@pytest.mark.parametrize(("first", "text"), [(HALF, "ajoutez 5 cartons de sachets fond plat kraft")])
def test_a_verb_of_adding_before_what_may_be_a_line_that_is_there_changes_nothing(first: str, text: str) -> None:
    life = Life()
    life.write(first)
    without_product(life)
    facts = life.order.facts
    life.write(text)
    assert differences(facts, life.order.facts, life.directive) == []
    assert text in life.texts[-1][2].text
