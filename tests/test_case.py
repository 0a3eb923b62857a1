"""The case as a value."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from core.case import Case, changed
from tests.store_help import case

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_changed_is_replace_for_every_field() -> None:
    before = case("c1")
    for field in fields(Case):
        value = NOW if field.name.endswith("_at") else "another"
        assert changed(before, {field.name: value}) == replace(before, **{field.name: value})
    assert changed(before, {}) == before
    assert changed(before, {"stage": "done", "closed_at": NOW}) == replace(before, stage="done", closed_at=NOW)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(case("c1"), {"colour": "red"})
