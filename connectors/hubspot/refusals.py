"""What HubSpot's errors say: which inputs they mean, what is missing, what is there already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.http import Answer, Refused

Record = Mapping[str, Any]

_WORD = re.compile(r"[\w.+@:/-]+")


def unknown_properties(error: Refused) -> frozenset[str]:
    """The names of properties that the portal does not have, as a refusal tells them."""
    text = json.dumps(error.answer.dict(), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "")
    if found := re.search(r"non-unique [\w-]{1,40} property ([a-z][a-z0-9_]{0,99})", text[:200_000]):
        return frozenset({found[1]})
    if "PROPERTY_DOESNT_EXIST" not in text and "does not exist" not in text:
        return frozenset()
    return frozenset(re.findall(r'[Pp]roperty "?([a-z][a-z0-9_]{0,99})"? does not exist', text[:200_000])) | frozenset(
        re.findall(r'"error": ?"PROPERTY_DOESNT_EXIST"[^{}]{0,200}"name": ?"([a-z][a-z0-9_]{0,99})"', text[:200_000])
    )


def refused_options(error: Refused) -> frozenset[str]:
    """The names of properties whose value is none of their choices, as a refusal tells them."""
    text = json.dumps(error.answer.dict(), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "")[:200_000]
    if "INVALID_OPTION" not in text:
        return frozenset()
    name, code = r'"name": ?"([a-z][a-z0-9_]{0,99})"', '"error": ?"INVALID_OPTION"'
    return frozenset(re.findall(f"{code}[^{{}}]{{0,2000}}{name}", text)) | frozenset(
        re.findall(f"{name}[^{{}}]{{0,2000}}{code}", text)
    )


def conflicting(error: Refused) -> str:
    """The id of the record that is there already, as a 409 says ("Existing ID: 6001"); '' when it says none."""
    found = re.search(r"[Ee]xisting ID: ?(\d{1,20})", str(error.answer.dict().get("message", ""))[:5000])
    return found[1] if found else ""


def conflict(error: Refused) -> bool:
    """Whether it may be refused because it is there already."""
    if error.answer.status == 409:
        return True
    text = error.answer.body[:200_000].decode("utf-8", "replace").casefold()
    return any(word in text for word in ("already", "conflict", "duplicate", "unique"))


def about_property(error: Refused, name: str) -> bool:
    """Whether a refusal names that property."""
    return bool(name) and name.casefold() in words(error.answer.dict())


def absent(error: Mapping[str, Any]) -> bool:
    """Whether an error says that a record is not there."""
    return "OBJECT_NOT_FOUND" in f"{error.get('category')} {error.get('subCategory')}".upper()


def traces_of(error: Mapping[str, Any]) -> list[str]:
    """The trace ids that an error is about."""
    context = error.get("context")
    found = context.get("objectWriteTraceId") if isinstance(context, Mapping) else None
    return [str(f) for f in found] if isinstance(found, list) else []


def words(value: Any) -> frozenset[str]:
    """Every word of the strings in an error, in small letters, whole or as they are quoted in a sentence."""
    words: set[str] = set()
    for text in _strings(value, 0):
        words.add(text.casefold())
        for word in _WORD.findall(text[:20_000]):
            words.update((word.casefold(), word.casefold().strip(".:/-")))
    return frozenset(words)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if depth > 6:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "correlationId":
                yield from _strings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:1000]:
            yield from _strings(inner, depth + 1)


def records(answer: Answer) -> list[Record]:
    """The records of an answer."""
    found = answer.dict().get("results")
    return [r for r in found if isinstance(r, dict) and r.get("id")] if isinstance(found, list) else []


def errors(answer: Answer) -> list[Mapping[str, Any]]:
    """The errors of an answer, one an input or one for several."""
    found = answer.dict().get("errors")
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []
