"""Printed documents: the numbers beside their charts."""

from __future__ import annotations

import pytest

from web.printing.sheet import Sheet, scale


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (5, [0, 1, 2, 3, 4, 5]), (7, [0, 2, 4, 6, 8]),
        (28_800, [0, 10_000, 20_000, 30_000]), (81_440, [0, 20_000, 40_000, 60_000, 80_000, 100_000]), (0.4, [0, 1]),
    ],
)  # fmt: skip
def test_an_axis_has_few_round_numbers_up_to_the_greatest_value(most: float, ticks: list[float]) -> None:
    assert scale(most) == ticks


def test_no_axis_is_crowded_or_too_short() -> None:
    for most in (2.5, 9, 11, 99, 101, 4_999, 5_001, 123_456, 9.9e8):
        found = scale(most)
        assert 2 <= len(found) <= 7, most
        assert found[-1] >= most > found[-2], most


def test_a_cell_goes_on_below_and_only_its_last_line_is_cut() -> None:
    sheet = Sheet("", "")
    assert sheet.folded("Sachet fond plat", 7, 200, 3) == ["Sachet fond plat"]
    assert sheet.folded("Sac fond carré avec poignées torsadées", 7, 90, 3) == ["Sac fond carré avec", "poignées torsadées"]
    assert sheet.folded("", 7, 90, 3) == [""]
    address = "personne.au.nom.interminable@une-maison.example"
    lines = sheet.folded(address, 7, 60, 9)
    assert len(lines) > 2
    assert "".join(lines) == address
    assert sheet.folded("un deux trois quatre", 7, 20, 2) == ["un", "deux trois quatre"]
    assert sheet.folded("مخبزة النور الكبرى بالدار البيضاء", 7, 80, 3) == ["مخبزة النور الكبرى بالدار", "البيضاء"]
