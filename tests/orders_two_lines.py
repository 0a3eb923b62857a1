"""Two lines of an order, and how the lines of a case are told in the tests of relining."""

from __future__ import annotations

from decimal import Decimal

from core.reading import Quantity, Row
from core.rows import rows_of
from tests.orders_life import Life

P1, P2, P3, P4 = "sachet_fond_plat", "sac_sans_poignees", "sac_poignees_plates", "sac_poignees_torsadees"


ONE = "Bonjour, je commande 2000 sachets fond plat kraft à 0,30 dh HT l'unité, livraison le 20 mars. Merci"


TWO = (
    "Bonjour, merci de livrer :\n- 2000 sachets fond plat kraft à 0,30 dh HT\n- 400 sacs poignées torsadées à 1,00 dh HT\n"
    "Total : 1000 dh HT"
)


def lines(life: Life) -> list[tuple[object, Decimal]]:
    return told(rows_of(life.order.facts, life.directive))


def told(rows: tuple[Row, ...]) -> list[tuple[object, Decimal]]:
    """(product, how many) of every line."""
    found = []
    for row in rows:
        product, quantity = row.cell("product"), row.cell("quantity")
        assert quantity is not None
        assert isinstance(quantity.value, Quantity)
        found.append((product.value if product else None, quantity.value.amount))
    return found
