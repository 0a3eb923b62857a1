"""Words for WhatsApp: texts in parts, telephone numbers, templates."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whatsapp_help import words

from connectors.whatsapp.client import bare_number
from connectors.whatsapp.templates import Template, parse_templates
from connectors.whatsapp.text import LIMIT, flat, mark, seek, signed, split, units


@given(text=st.text(max_size=4000), limit=st.integers(20, 300))
def test_pieces_fit_and_lose_no_word(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(text=st.text(max_size=5000))
def test_every_part_has_its_mark_and_passes_the_limit(text: str) -> None:
    effect = words("c1/1/0")
    parts = signed(text, mark(effect), "fr")
    assert all(units(p) <= LIMIT for p in parts)
    assert all(seek(mark(effect)).search(p) for p in parts)


@given(st.text(max_size=500))
def test_flat_text_is_what_a_variable_takes(text: str) -> None:
    assert not re.search(r"[\n\t\r]| {4}", flat(text))


def test_cutting_a_huge_text_takes_no_time() -> None:
    assert len(split("\n" * 200_000 + "x" * 300_000, 1000)) >= 300
    assert len(split("mot. " * 100_000, 1000)) >= 500


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("whatsapp:+33612345678", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6", ""),
        ("0612345678", ""),
        ("FR.1A2b3C", "FR.1A2b3C"),
        ("", ""),
        ("+33612345678\nTo: x", ""),
        ("client@example.com", ""),
    ],
)
def test_numbers(written: str, number: str) -> None:
    assert bare_number(written) == number


def test_templates_are_read() -> None:
    hx = "HX" + "a" * 32
    found = parse_templates(f" quote={hx}: name, text ,button1; quote.en={hx}:text;*={hx}:text ;")
    assert list(found) == ["quote", "quote.en", "*"]
    assert found["quote"] == Template(hx, ("name", "text", "button1"))
    assert found["quote"].buttons == 1
    assert parse_templates("") == {}
    payload = words("c1/1/0").payload
    assert json.loads(found["quote.en"].variables(payload, "R/1", "Réf."))["1"].endswith("Réf. R/1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", ["quote", "quote=HX1:text", "=x", f"q=HX{'a' * 32}:prix", f"*=HX{'a' * 32}:reference", f"q=HX{'a' * 32}:name"]
)
def test_a_template_setting_that_is_wrong_is_explained(wrong: str) -> None:
    with pytest.raises(ValueError, match="«"):
        parse_templates(wrong)
