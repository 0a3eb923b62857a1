"""Patterns that are compiled when they are first used, and how the lexicon's templates are written out."""

from __future__ import annotations

import re

import pytest

from processors.later import Later
from processors.verdicts.lexicon import expand


def test_a_pattern_finds_what_re_finds_and_is_compiled_at_its_first_use() -> None:
    pattern, text = r"va?l(?:ide|oir)", "VALIDE je vlide, valoir"
    later, plain = Later(pattern, re.IGNORECASE), re.compile(pattern, re.IGNORECASE)
    assert "_compiled" not in vars(later)
    assert [m.span() for m in later.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert "_compiled" in vars(later)
    assert later.findall(text) == plain.findall(text)
    assert later.sub("-", text) == plain.sub("-", text)
    for one in (text, "valide", "x valide"):
        for found, wanted in (
            (later.match(one), plain.match(one)), (later.search(one), plain.search(one)), (later.fullmatch(one), plain.fullmatch(one)),
        ):  # fmt: skip
            assert (found and found.span()) == (wanted and wanted.span())


@pytest.mark.parametrize(
    ("template", "expressions"),
    [
        ("Je valide", ["je valide"]),
        ("(je|on) (le|) valide", ["je le valide", "je valide", "on le valide", "on valide"]),
        ("(a (b|c)|d) e", ["a b e", "a c e", "d e"]),
        ("((x|y) z|) É", ["x z e", "y z e", "e"]),
        ("si_yes", ["si_yes"]),
    ],
)
def test_a_template_is_written_out_with_its_groups_inside_groups(template: str, expressions: list[str]) -> None:
    assert expand(template) == expressions
