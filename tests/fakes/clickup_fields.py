"""Custom fields of ClickUp: what may be written, what comes back, how a filter compares."""

from __future__ import annotations

from typing import Any

TEXTS = ("short_text", "text", "url", "email", "phone")


class NoSuchValue(ValueError):
    """The value does not fit the field's type."""


def read_value(field: dict[str, Any], value: Any) -> Any:
    """What is kept; a drop-down keeps its option's id, whether it was given by id or by place."""
    kind = field["type"]
    if value is None:
        return None
    if kind in TEXTS:
        if not isinstance(value, str):
            raise NoSuchValue("a text is expected")
        if kind == "url" and not value.startswith(("http://", "https://")):
            raise NoSuchValue("not a URL")
        return value
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NoSuchValue("a number is expected")
        return value
    if kind == "date":
        if isinstance(value, bool) or not isinstance(value, int):
            raise NoSuchValue("Unix time in milliseconds is expected")
        return value
    if kind == "checkbox":
        if not isinstance(value, bool):
            raise NoSuchValue("true or false is expected")
        return value
    if kind == "drop_down":
        for option in field["type_config"]["options"]:
            if value in (option["id"], option["orderindex"]) and not isinstance(value, bool):
                return option["id"]
        raise NoSuchValue("no such option")
    raise NoSuchValue(f"fields of type {kind} cannot be written here")


def shown_value(field: dict[str, Any], held: Any) -> Any:
    """As ClickUp answers: numbers, dates and ticks as strings, a drop-down as its option's place."""
    if field["type"] == "drop_down":
        return next(one["orderindex"] for one in field["type_config"]["options"] if one["id"] == held)
    if isinstance(held, bool):
        return str(held).lower()
    return held if isinstance(held, str) else str(held)


def fits(field: dict[str, Any], held: Any, one: dict[str, Any]) -> bool:
    """Whether a task's value passes a filter {field_id, operator, value}."""
    operator, value = one["operator"], one.get("value")
    if operator in ("IS NULL", "IS NOT NULL"):
        return (held is None) == (operator == "IS NULL")
    if held is None:
        return operator == "!="
    if field["type"] == "drop_down":
        wanted = read_value(field, value)
        return bool((held == wanted) == (operator == "="))
    if operator in ("=", "!="):
        # a text that merely contains the value passes too: whoever looks for a key must compare for himself
        same = str(held) == str(value) if field["type"] not in TEXTS else str(value).lower() in held.lower()
        return same == (operator == "=")
    if operator in ("<", "<=", ">", ">="):
        left, right = float(held), float(str(value))
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    raise KeyError(operator)
