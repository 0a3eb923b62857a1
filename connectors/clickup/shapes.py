"""How our values are spelled in ClickUp: ids, dates, custom fields, marks, names of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from core.effects import Receipt
from core.errors import Rejected

#: Types of custom fields whose value is the text itself, or a number.
_TEXTS = frozenset({"short_text", "text", "url", "email", "phone"})
_NUMBERS = frozenset({"number", "currency"})
_MARK = re.compile(r"guichet:([\w./:-]{1,200})")


def receipt_of(task: Mapping[str, Any], *, found: bool = False) -> Receipt:
    """The receipt of a task."""
    id = str(task["id"])
    return Receipt(id, str(task.get("url") or f"https://app.clickup.com/t/{id}"), found)


def id_of(id: str) -> str:
    """An id as a part of a path. Raises Rejected when it can be none."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id):
        raise Rejected(f"ClickUp : « {id[:40]} » n'est pas un identifiant")
    return id


def marked(text: str) -> str:
    """The key in the last line of a text, where only we write; '' when there is none."""
    lines = text.rstrip().splitlines()
    found = _MARK.fullmatch(lines[-1].strip().strip("`").strip()) if lines else None
    return found[1] if found else ""


def file_name(file: str) -> str:
    """How a file of the spool ("<sha256>" or "<sha256>/<name>") is called on the task: its name, and what tells it from others."""
    sha256, _, name = file.partition("/")
    if not name:
        return sha256[:16]
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{sha256[:8]}.{ending}" if dot and stem else f"{name}-{sha256[:8]}"


def value_for(field: Mapping[str, Any], text: str) -> str | float | None:
    """The text as a value of that custom field; None when it cannot be one."""
    kind = field.get("type")
    if kind in _TEXTS:
        return text
    if kind in _NUMBERS:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return None
    if kind == "drop_down":
        config = field.get("type_config")
        options = config.get("options") if isinstance(config, Mapping) else None
        for option in options or ():
            if isinstance(option, Mapping) and str(option.get("name") or "").casefold() == text.casefold():
                return str(option.get("id"))
    return None


def due_at(text: str) -> int | None:
    """A day (ISO) as ClickUp's due date without a time: milliseconds, at four in the morning so that no zone moves the day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp() * 1000)
