"""A directive whose requests a register keeps, built by hand, and requests of it: for tests and measures that need no document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.alerts import Alert
from core.case import Case, Judgement, Party, Thread
from core.directive import AlertSpec, Choice, Directive, FactSpec, GateSpec, Match, Status, TicketSpec
from core.ports import Change
from core.reading import Day, Fact, FactValue, Money, Quantity, Row, Rows
from core.register import entry_of

FLAT, HANDLES = "fond_plat", "avec_anses"
DIRECTIVE = Directive(
    name="achat",
    kind="ACHAT",
    business="atelier",
    revision="r1",
    match=Match(),
    facts=(
        FactSpec("article", "choice", choices=(Choice(FLAT), Choice(HANDLES)), label={"fr": "article", "en": "item"}),
        FactSpec("quantity", "quantity", units=("pièce", "palette"), label={"fr": "quantité", "en": "quantity"}, doubt=0.7),
        FactSpec("price", "money", required=False, price="unit", label={"fr": "prix unitaire", "en": "unit price"}),
        FactSpec(
            "total", "money", required=False, price="total", derive=("quantity", "price"), label={"fr": "total", "en": "total"}
        ),
        FactSpec("delivery", "date", required=False, label={"fr": "livraison", "en": "delivery"}),
        FactSpec("lines", "rows", required=False, columns=("article", "quantity", "price", "total")),
    ),
    gates=(GateSpec("complete"), GateSpec("review", judge="facts"), GateSpec("fulfil")),
    ticket=TicketSpec(),
    texts={},
    grids={},
    statuses=(
        Status("en_attente", ("waiting_info", "waiting_review"), {"fr": "en attente", "en": "pending"}),
        Status("validee", ("fulfilling", "done"), {"fr": "validée", "en": "validated"}),
        Status("rejetee", ("rejected",), {"fr": "rejetée", "en": "rejected"}),
    ),
    alerts=(
        AlertSpec(
            "retard",
            "late",
            {"fr": "livraison en retard", "en": "late delivery"},
            fact="delivery",
            until=("livré",),
            urgent=True,
        ),
        AlertSpec("attente", "waiting", {"fr": "attend depuis longtemps", "en": "waiting too long"}, after=timedelta(days=2)),
        AlertSpec("lecture", "doubtful", {"fr": "lecture douteuse", "en": "doubtful reading"}),
        AlertSpec("total", "differs", {"fr": "le total ne correspond pas", "en": "the total differs"}, fact="total"),
    ),
    register={"fr": "Commandes", "en": "Orders"},
)


def facts(article: str = FLAT, quantity: int = 1000, *, sure: float = 0.9, **more: FactValue) -> tuple[Fact, ...]:
    """The facts of a request for one thing."""
    given: dict[str, FactValue] = {"article": article, "quantity": Quantity(Decimal(quantity), "pièce"), **more}
    return tuple(Fact(name, value, (), sure) for name, value in given.items())


def request(name: str, opened_at: datetime, *given: Fact, who: str = "client@example.com", **fields: Any) -> Case:
    """A request of that id that waits for a person."""
    values: dict[str, Any] = {
        "id": name, "ref": name[-8:].upper(), "version": 1, "business": "atelier", "directive": "achat", "revision": "r1", "kind": "ACHAT",
        "stage": "waiting_review", "party": Party(who, who.partition("@")[0].title()), "thread": Thread("email", "gmail", who),
        "opened_at": opened_at, "updated_at": opened_at, "facts": given or facts(),
    }  # fmt: skip
    return Case(**(values | fields))


def change(case: Case, now: datetime) -> Change:
    """The request as the clerk commits it."""
    return Change(case, case.version - 1, entry=entry_of(case, DIRECTIVE, (), now))


def many(number: int, last: datetime, days: int = 365) -> Iterator[Case]:
    """So many varied requests, the newest last, spread over so many days: four in five were accepted, some late, some of two lines; of
    those that were not, half were taken back."""
    for n in range(number):
        opened = last - timedelta(days=days) * (number - n) / number
        stage = "waiting_review" if n % 10 == 0 else "rejected" if n % 10 == 1 else "done"
        judged, back = None, stage == "rejected" and n % 20 == 1
        if stage != "waiting_review" and not back:
            outcome: Any = "rejected" if stage == "rejected" else "validated"
            judged = Judgement(outcome, "operator", "anne", "desk", opened, "d")
        quantity, price = 500 + 100 * (n % 40), Decimal("0.85") + Decimal(n % 7) / 10
        total = Money((quantity * price).quantize(Decimal("0.01")), "MAD", "excl")
        given = facts((FLAT, HANDLES)[n % 2], quantity, price=Money(price, "MAD", "excl"), total=total,
                      delivery=Day(opened.date() + timedelta(10)))  # fmt: skip
        if n % 8 == 0:
            second = Row(tuple(f for f in facts(HANDLES, 200) if f.name in ("article", "quantity")))
            given = (*given, Fact("lines", Rows((Row(given[:4]), second)), ()))
        yield request(
            f"{n:032x}", opened, *given, who=f"client{n % 300}@example.com", stage=stage, judged=judged,
            closed_at=opened if stage in ("done", "rejected") else None, refused_by="customer" if back else "",
        )  # fmt: skip


def names(alerts: Any) -> list[str]:
    """The alerts' names."""
    return [raised.alert.name if not isinstance(raised, Alert) else raised.name for raised in alerts]


__all__ = ["DIRECTIVE", "FLAT", "HANDLES", "change", "date", "facts", "many", "names", "request"]
