"""What the figures of an order tell of one another: number, price and total that agree are sure, amounts are in one currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.reading import Money, Quantity
from processors.facts_numbers import Found
from processors.goods_counts import DOUBT
from processors.goods_prices import Price, comes_to
from processors.goods_values import Columns, Line

#: How sure what was read is where number, price and total come to one another.
_AGREED = 0.95
#: How sure at most an amount is whose currency is that of the others.
_DEDUCED = 0.75


def confirm(columns: Columns, line: Line) -> None:
    """Make number, price and total sure where they come to one another: three figures do not by chance. Price and total are then
    in one currency, both before or both after tax."""
    names = [s.name for s in (columns.count, columns.unit_price, columns.total) if s is not None and s.name in line]
    if len(names) != 3 or not comes_to(*(line[n].value for n in names), closely=True):
        return
    amounts = [m for n in names if isinstance(m := line[n].value, Money)]
    tax = next((m.tax for m in amounts if m.tax), amounts[0].tax)
    currency = next((m.currency for m in amounts if m.currency), "")
    for name in names:
        found = line[name]
        value = found.value
        if isinstance(value, Money):
            value = replace(value, tax=value.tax or tax, currency=value.currency or currency)
        in_doubt = columns.count is not None and name == columns.count.name and found.confidence <= DOUBT
        line[name] = Found(value, found.spans, found.confidence if in_doubt else max(found.confidence, _AGREED), found.doubt)


def in_currency(columns: Columns, line: Line, said: tuple[str, tuple[int, int]] | None) -> None:
    """Give amounts without a currency the one that the text names elsewhere (with where), hardly surely; without any they are
    doubtful."""
    for spec in (columns.unit_price, columns.total):
        found = line.get(spec.name) if spec is not None else None
        if spec is None or found is None or not isinstance(found.value, Money) or found.value.currency:
            continue
        if said is None:
            line[spec.name] = replace(found, confidence=min(found.confidence, DOUBT), doubt=found.doubt or "currency")
        else:
            value = replace(found.value, currency=said[0])
            line[spec.name] = Found(value, (*found.spans, said[1]), min(found.confidence, _DEDUCED), found.doubt)


def whole_of(columns: Columns, lines: Sequence[Line], rest: Sequence[Price]) -> Line:
    """What stands for the whole: the first line, with the total of all where it is written."""
    for line in lines:
        confirm(columns, line)
    whole = dict(lines[0])
    if columns.total is not None:
        whole.pop(columns.total.name, None)
        totals = [p for p in rest if p.role == "total"]
        summed = [p for p in totals if _sum_of(columns, lines, p)]
        if summed:
            money, taxes = summed[0].money, {m.tax for line in lines for m in _amounts(columns, line)}
            if not money.tax and len(taxes) == 1:
                money = replace(money, tax=taxes.pop())
            elif money.tax and taxes == {""}:  # what the lines come to exactly is with or without the tax that they are
                for line in (whole, *lines):
                    _taxed(columns, line, money)
            whole[columns.total.name] = Found(money, summed[0].spans, max(summed[0].sure, _AGREED))
        else:
            # what is written as the sum and is not that of the lines that were read: one of them, or the sum, is read wrongly
            wrong = [p for p in totals if (added := _added(columns, lines, p.money.tax)) is not None and added > 0]
            columns.put_prices(whole, [replace(p, sure=min(p.sure, DOUBT)) if p in wrong else p for p in totals])
    return whole


def _taxed(columns: Columns, line: Line, of: Money) -> None:
    """Give the amounts of a line the tax of the sum of all lines."""
    for spec in (columns.unit_price, columns.total):
        found = line.get(spec.name) if spec is not None else None
        if spec is not None and found is not None and isinstance(found.value, Money):
            line[spec.name] = replace(found, value=replace(found.value, tax=of.tax))


def _amounts(columns: Columns, line: Line) -> list[Money]:
    found = (line[s.name].value for s in (columns.unit_price, columns.total) if s is not None and s.name in line)
    return [m for m in found if isinstance(m, Money)]


def _sum_of(columns: Columns, lines: Sequence[Line], price: Price) -> bool:
    """Whether a total is what all lines come to, by their totals or else by their numbers and prices."""
    added = _added(columns, lines, price.money.tax)
    return added is not None and added > 0 and abs(added - price.money.amount) <= max(Decimal("0.05"), added / 2000)


def _added(columns: Columns, lines: Sequence[Line], tax: str) -> Decimal | None:
    """What all lines come to; None where one of them does not tell it or is not with the tax."""
    assert columns.total is not None
    added = Decimal(0)
    for line in lines:
        total = line.get(columns.total.name)
        count, one = (
            line[s.name].value if s is not None and s.name in line else None for s in (columns.count, columns.unit_price)
        )
        if total is not None and isinstance(total.value, Money):
            money, amount = total.value, total.value.amount
        elif isinstance(count, Quantity) and isinstance(one, Money) and one.unit in ("", count.unit):
            money, amount = one, count.amount * one.amount / one.per
        else:
            return None
        if money.tax and tax and money.tax != tax:
            return None
        added += amount
    return added
