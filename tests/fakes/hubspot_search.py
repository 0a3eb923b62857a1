"""HubSpot's search of CRM objects, whose index lags behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .base import parse_body
from .hubspot_objects import KINDS, Objects
from .hubspot_schema import _when
from .hubspot_types import SHOWN, SHOWN_ELSE, Stored, fold, invalid
from .wire import Request

NUMERIC_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}


class Search(Objects):
    """Mixed into the fake: what the index knows by now."""

    #: Seconds before the search sees a new object, and a change of an old one.
    search_lag = 10.0
    search_lag_update = 60.0
    routes = [("POST", rf"/crm/v3/objects/(?P<kind>{KINDS})/search", "objects_search")]

    def _indexed(self, one: Stored) -> dict[str, str] | None:
        """The properties the search's index holds now for an object, or None."""
        now, seen = self.now(), None
        for number, (at, properties, gone) in enumerate(one.versions):
            if at + (self.search_lag_update if number else self.search_lag) <= now:
                seen = None if gone else properties
        return seen

    def objects_search(self, request: Request, kind: str) -> Any:
        body = parse_body(request, invalid)
        groups, limit, after = body.get("filterGroups") or [], int(body.get("limit") or 10), int(body.get("after") or 0)
        if len(request.body) > 3000:
            raise invalid("The request body of a search cannot be over 3000 characters")
        if limit > 200 or after + limit > 10_000:
            raise invalid("limit must be at most 200, and no more than 10,000 results can be paged through")
        if len(groups) > 5 or any(len(group.get("filters") or []) > 6 for group in groups):
            raise invalid("At most 5 filterGroups of 6 filters each")
        for name in [f.get("propertyName") for group in groups for f in group["filters"]]:
            if name not in self._properties[kind]:
                raise invalid(f"There was a problem with the request. Property {name} does not exist")
        rows = [(one, found) for one in self._objects[kind].values() if (found := self._indexed(one)) is not None]
        hits = [
            (one, p) for one, p in rows if not groups or any(all(_fits(p, f) for f in group["filters"]) for group in groups)
        ]
        if query := str(body.get("query") or "").lower():
            hits = [(one, p) for one, p in hits if any(query in str(value).lower() for value in p.values())]
        for order in reversed(body.get("sorts") or []):
            name = order.lstrip("-") if isinstance(order, str) else order.get("propertyName")
            down = order.startswith("-") if isinstance(order, str) else order.get("direction") == "DESCENDING"
            hits.sort(key=lambda hit: hit[1].get(name, ""), reverse=down)
        names = [str(name) for name in body.get("properties") or []]
        results = []
        for one, properties in hits[after : after + limit]:
            shown = {name: properties.get(name) for name in dict.fromkeys([*SHOWN.get(kind, SHOWN_ELSE), *names])}
            results.append(self.shape(one, names) | {"properties": shown})
        out: dict[str, Any] = {"total": len(hits), "results": results}
        if after + limit < len(hits):
            out["paging"] = {"next": {"after": str(after + limit)}}
        return out


def _fits(properties: dict[str, str], one: dict[str, Any]) -> bool:
    held, operator, value = properties.get(one["propertyName"]) or "", one.get("operator"), str(one.get("value") or "")
    match operator:
        case "EQ":
            return fold(held) == fold(value)
        case "NEQ":
            return bool(held) and fold(held) != fold(value)
        case "IN" | "NOT_IN":
            among = fold(held) in [fold(str(each)) for each in one.get("values") or []]
            return among if operator == "IN" else bool(held) and not among
        case "HAS_PROPERTY":
            return bool(held)
        case "NOT_HAS_PROPERTY":
            return not held
        case "CONTAINS_TOKEN":
            return all(token.strip("*").lower() in held.lower() for token in value.split())
        case "NOT_CONTAINS_TOKEN":
            return value.strip("*").lower() not in held.lower()
        case "BETWEEN":
            return bool(held) and _number(value) <= _number(held) <= _number(str(one.get("highValue")))
        case "LT" | "LTE" | "GT" | "GTE":
            return bool(held) and NUMERIC_OPERATORS[operator](_number(held), _number(value))
    raise invalid(f"Invalid operator {operator}")


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        when = _when(value)
        return (when or 0.0) * 1000
