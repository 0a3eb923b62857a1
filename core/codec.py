"""The core's values as JSON and back, without loss: pydantic over the plain dataclasses."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Building one costs milliseconds, so each type's is kept; the types are few."""
    found = _ADAPTERS.get(kind)
    if found is None:
        found = _ADAPTERS[kind] = TypeAdapter(kind)
    return found


def dump(value: object, kind: Any = None) -> bytes:
    """The value as JSON. ``kind`` is its declared type where that is a union."""
    return _adapter(kind or type(value)).dump_json(value)


def load(kind: type[T], data: bytes | str) -> T:
    """The value of that type. Raises pydantic.ValidationError when the JSON is not one."""
    value: T = _adapter(kind).validate_json(data)
    return value


def plain(value: object, kind: Any = None) -> Any:
    """The value as JSON-like dicts and lists."""
    return _adapter(kind or type(value)).dump_python(value, mode="json")


def revive(kind: type[T], value: object) -> T:
    """The value of that type from JSON-like dicts and lists."""
    revived: T = _adapter(kind).validate_python(value)
    return revived
