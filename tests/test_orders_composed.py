"""Orders put together from parts, at random: the same lines come out, whatever the words, the order of the parts and what joins them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.reading import Money, Quantity, Row, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
THINGS = {
    "sachet_fond_plat": ("sachets fond plat", "sachets plats", "sachet fd plat", "sachets à fond plat", "flat bottom bags"),
    "sac_sans_poignees": ("sacs fond carré sans poignées", "sacs sans anses", "sacs SOS sans poignées", "bags without handles"),
    "sac_poignees_plates": ("sacs poignées plates", "sacs à anses plates", "sac fond carré poignée plate", "flat handle bags"),
    "sac_poignees_torsadees": (
        "sacs torsadés",
        "sacs poignées torsadées",
        "sac fond carré anses torsadées",
        "twisted handle bags",
    ),
}
AMOUNTS = (350, 500, 1500, 2000, 3500, 5000, 12000, 25000, 43000, 120000)
SIZES = ("24x10x32", "12 x 20", "18*8*24 cm")
COLOURS = ("kraft", "blanc", "kraft brun")
PRICES = (
    ("à {} dh", "MAD", 1), ("à {} € HT", "EUR", 1), ("{} DH/pièce", "MAD", 1), ("à {} dh le mille", "MAD", 1000), ("@ {} MAD", "MAD", 1),
)  # fmt: skip


def spaced(amount: int) -> str:
    """Thousands apart: 43 000."""
    return f"{amount:,}".replace(",", " ")


WRITINGS = (
    str, spaced, lambda n: f"{n:,}".replace(",", "."), lambda n: f"{n // 1000} mille" if n % 1000 == 0 else str(n),
    lambda n: f"{n // 1000}k" if n % 1000 == 0 else spaced(n), lambda n: f"{spaced(n)} pcs", lambda n: f"{n} unités",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One line as it is meant, with the ways to say it."""

    thing: str
    words: str
    quantity: Quantity
    number: str
    details: str
    price: str
    money: Money | None

    def counted_first(self) -> str:
        of = " de " if self.quantity.unit != "pièce" else " "
        return f"{self.number}{of}{self.words}{self.details}{' ' if self.price else ''}{self.price}"

    def named_first(self, joint: str) -> str:
        return f"{self.words}{self.details}{joint}{self.number}{' ' if self.price else ''}{self.price}"


@st.composite
def lines(draw: st.DrawFn) -> Said:
    thing = draw(st.sampled_from(sorted(THINGS)))
    words = draw(st.sampled_from(THINGS[thing]))
    if draw(st.booleans()):
        amount = draw(st.sampled_from(AMOUNTS))
        quantity, number = Quantity(Decimal(amount), "pièce"), draw(st.sampled_from(WRITINGS))(amount)
    else:
        few, unit = (
            draw(st.integers(2, 40)),
            draw(st.sampled_from((("cartons", "carton"), ("palettes", "palette"), ("paquets", "paquet")))),
        )
        quantity, number = Quantity(Decimal(few), unit[1]), f"{few} {unit[0]}"
    details = draw(st.sampled_from(("", *(f" {c}" for c in COLOURS), *(f" {s}" for s in SIZES), f" {COLOURS[0]} {SIZES[0]}")))
    price, money = "", None
    if quantity.unit == "pièce" and draw(st.booleans()):
        form, currency, per = draw(st.sampled_from(PRICES))
        written = draw(st.sampled_from(("0,45", "1.20", "0,12"))) if per == 1 else draw(st.sampled_from(("380", "95,50")))
        price = form.format(written)
        money = Money(
            Decimal(written.replace(",", ".")), currency, "excl" if "HT" in form else "", per,
            "pièce" if per == 1000 or "/pièce" in form else "",
        )  # fmt: skip
    return Said(thing, words, quantity, number, details, price, money)


ASKING = (
    "Bonjour, je commande {}", "bghit {}", "Bonjour,\nmerci de nous livrer :\n{}", "Commande :\n{}", "Please send {}", "Il nous faut {}",
)  # fmt: skip
ENDING = (
    "",
    "\nMerci",
    ". Livraison le 20 mars.",
    "\nLivraison vendredi\nCordialement",
    ", merci d'avance",
    "\n\nKarim 06 61 22 33 44",
)
LISTS = ("\n", "\n- ", "\n• ", "\n* ")
INLINE = (", ", " et ", " + ", " ; ", " / ", " puis ", ", et ", " w ")


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, list[Said]]:
    said = draw(st.lists(lines(), min_size=1, max_size=4, unique_by=lambda s: (s.thing, s.quantity)))
    named = draw(st.booleans())
    joint = draw(st.sampled_from((" : ", ": ", " x ", " = ", " ", " - ")))
    # "12 x 20 x 350" may be a size of three: nobody could tell.
    assume(not (named and joint in (" x ", " ") and any("12 x 20" in s.details for s in said)))
    told = [s.named_first(joint) if named else s.counted_first() for s in said]
    if draw(st.booleans()):
        mark = draw(st.sampled_from(LISTS))
        body = "".join(mark + t for t in told)
    elif len(told) > 1:
        between = draw(st.sampled_from(INLINE))
        body = ", ".join(told[:-1]) + between + told[-1] if between in (" et ", ", et ", " w ") else between.join(told)
    else:
        body = told[0]
    return draw(st.sampled_from(ASKING)).format(body) + draw(st.sampled_from(ENDING)), said


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(orders())
def test_an_order_put_together_from_parts_comes_out_in_its_lines(order: tuple[str, list[Said]]) -> None:
    text, said = order
    reading = read_mail(mail("commande", text), SETUP, now=NOW, hints={}).reading
    facts = {f.name: f for f in reading.facts}
    held = facts["lines"].value if "lines" in facts else Rows((Row(tuple(facts.values())),))
    assert isinstance(held, Rows)
    found = []
    for row in held.rows:
        cells = {c.name: c.value for c in row.cells}
        found.append((cells.get("product"), cells.get("quantity"), cells.get("unit_price")))
    assert found == [(s.thing, s.quantity, s.money) for s in said]
    assert reading.kind == "COMMANDE"
