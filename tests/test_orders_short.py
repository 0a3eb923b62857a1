"""Hurried messages: short lines without a stop, abbreviations, emoji, WhatsApp's own signs; and where to, in whatever form it is told."""

from __future__ import annotations

import itertools

import pytest

from core.reading import Day, Fact, Quantity, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

GREETINGS = ["", "slt 👋\n", "salam khoya\n", "bjr 🙏\n", "cc\n"]
GOODS = {
    "2000 sac torsadé": "sac_poignees_torsadees",
    "2000 sacs pgn plates": "sac_poignees_plates",
    "2000 fond plat": "sachet_fond_plat",
}
SIZES = ["24x10x32", "26 x 12 x 32"]
COLOURS = ["blc", "kraft", "krft", "k7el"]
DAYS = {
    "liv ds 15j": "2026-03-17", "ds 2 sem": "2026-03-16", "pr dem1": "2026-03-03", "liv vendredi rdv 9h": "2026-03-06",
    "liv lun 9": "2026-03-09", "liv av 15/3": "2026-03-15", "av la fin du mois": "2026-03-31", "pr le 12": "2026-03-12",
    "nhar lkhmis": "2026-03-05", "liv ven": "2026-03-06", "pour demain en huit": "2026-03-10",
    "tout pour vendredi 13": "2026-03-13",
}  # fmt: skip


def facts_of(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    reading = read_mail(mail("", text), setup, now=NOW, hints={}).reading
    assert reading.kind == "COMMANDE"
    return {f.name: f for f in reading.facts}


@pytest.mark.parametrize(("goods", "colour", "day"), list(itertools.product(GOODS, COLOURS, DAYS)))
def test_short_lines_one_thing_each(goods: str, colour: str, day: str) -> None:
    number = list(DAYS).index(day)
    greeting, size = GREETINGS[number % len(GREETINGS)], SIZES[number % 2]
    lines = [goods, colour, size] if number % 3 else [goods, size, colour]
    facts = facts_of(greeting + "\n".join([*lines, day, "Atelier Lamia"]))
    assert facts["product"].value == GOODS[goods]
    assert facts["quantity"].value == Quantity(facts["quantity"].value.amount, "pièce")  # type: ignore[union-attr]
    assert facts["quantity"].value.amount == 2000  # type: ignore[union-attr]
    nature = str(facts["nature"].value)
    assert (colour in nature, size in nature) == (True, True)
    found = facts["delivery_date"].value
    assert isinstance(found, Day)
    assert found.day.isoformat() == DAYS[day]
    assert not {"lines", "delivery_address", "customer_reference", "unit_price", "total_price"} & set(facts)


@pytest.mark.parametrize("sign", ["*{}*", "_{}_", "~{}~", "{} ✅", "• {}"])
def test_the_signs_of_a_chat_hide_nothing(sign: str) -> None:
    lines = ["Sac torsadé : 2000", "Format : 24x10x32", "Couleur : noir", "Livraison : 10/03"]
    marked = [
        sign.format(w.split(" : ")[0]) + " : " + w.split(" : ")[1] if "{}" in sign[1:-1] else sign.format(w) for w in lines
    ]
    facts = facts_of("\n".join(marked))
    assert facts["product"].value == "sac_poignees_torsadees"
    assert str(facts["nature"].value) == "24x10x32, noir"
    assert facts["delivery_date"].value.day.isoformat() == "2026-03-10"  # type: ignore[union-attr]


def test_one_more_number_on_a_line_of_its_own_is_a_doubtful_line() -> None:
    rows = facts_of("re\n3000 sachets\n14x22\nkraft\net 1000\n20x30\nblanc")["lines"].value
    assert isinstance(rows, Rows)
    told = [{c.name: c for c in row.cells} for row in rows.rows]
    assert [str(t["nature"].value) for t in told] == ["14x22, kraft", "20x30, blanc"]
    assert told[1]["quantity"].confidence < 0.6


PLACES = [
    "complexe artisanal, avenue Al Massira, Tétouan",
    "ZA du Prat, 56000 Vannes",
    "19 lot Narjiss, route de Sefrou, Fès",
    "22 zenqat Chaouen, Tétouan",
    "douar Tighmi, coopérative Afoulki",
    "quai B, 110 route de Toulouse, 31270 Cugnaux",
    "lieu-dit La Garrigue, 34190 Ganges",
]
LEADS = [
    "Lieu de livraison ...... {}", "Livrer : {}", "Livraison le 1er avril, {}", "Lieu;{};;", "Adresse de livraison\t{}", "Réception au {}",
    "merci d'expédier au rucher : {}", "Pour le 14 mars au laboratoire : {}", "adresse | {}",
]  # fmt: skip


@pytest.mark.parametrize(("lead", "place"), list(itertools.product(LEADS, PLACES)))
def test_where_to_in_any_form(lead: str, place: str) -> None:
    if lead.startswith("Réception au") and not place.startswith(("quai", "complexe")):
        lead = "Réception au {}".replace("au", "à")
    facts = facts_of(
        f"Bonjour,\nje commande 2000 sacs torsadés\n{lead.format(place[0].upper() + place[1:] if ':' in lead else place)}\nMerci"
    )
    assert str(facts["delivery_address"].value).lower() == place.lower()


@pytest.mark.parametrize("said", ["liv av 15/3", "liv av la fin du mois", "livraison av le 12 mars", "livr av vendredi"])
def test_before_in_short_is_no_avenue(said: str) -> None:
    assert "delivery_address" not in facts_of(f"je commande 2000 sacs torsadés {said}")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (
            "Our last order (1,000 bags in October, PO 881) is nearly gone. We order 1,800 twisted handle bags. PO no 902.",
            "902",
        ),
        ("je commande 2000 sacs torsadés, même modèle que la commande 10452", None),
        ("je commande 2000 sacs torsadés. n° de commande chez nous 88012", "88012"),
        ("Please renew our last order, PO 5512.", "5512"),
    ],
)
def test_the_number_of_an_earlier_order_is_none_of_this_one(text: str, reference: str | None) -> None:
    found = facts_of(text).get("customer_reference")
    assert (found.value if found is not None else None) == reference


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Pouvez-vous livrer mardi 50 paquets de sachets fond plat au Fournil, 3 place du marché ?",
            "Fournil, 3 place du marché",
        ),
        ("livrez 2 palettes de sacs torsadés au 12 rue Haute, Fès", "12 rue Haute, Fès"),
        ("livraison de 5 000 sachets fond plat à l'entrepôt svp", None),
        ("merci de livrer 30 cartons d'emballages fond plat au plus vite", None),
    ],
)
def test_what_is_to_be_delivered_is_no_address(text: str, address: str | None) -> None:
    found = facts_of(text).get("delivery_address")
    assert (found.value if found is not None else None) == address
