"""Numbers as customers say them, in French, English and Darija in both scripts: one value, or none at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from processors.numbers_spoken import numbers, readable

SAID = {
    2500: (
        "2 mille et demi|deux mille et demi|deux milliers et demi|2k5|2,5k|2.5 K|2,5 mille|2 mille 500|"
        "deux mille 500|2 mille cinq cents|deux mille cinq cents|two and a half thousand|"
        "2 and a half thousand|twenty-five hundred|2 alaf w 500|2 alaf w 5 mya|alfayn w khmsmya|alfin w 5 mya|"
        "alfayn w nos|جوج آلاف ونص|ألفين وخمسمائة|الفين و خمسمية|٢٥٠٠|٢٬٥٠٠"
    ),
    3000: ("3 alaf|tlt alaf|tlata d lalaf|tlatalaf|3 d alaf|تلت آلاف|ثلاثة آلاف|trois mille|3 dyal alf|3 milles"),
    10000: (
        "une dizaine de mille|une dizaine de milliers|10 K|10k|dix-mille|3achr alaf|3chr alaf|3achralaf|"
        "عشر آلاف|عشرة الاف|١٠ ٠٠٠|10 000|10.000|10,000|10'000|dix milliers"
    ),
    1500: ("alf w nos|ألف ونص|ألف و نصف|1 mille et demi|quinze cents|fifteen hundred|mille cinq cents|alf w khmsmya|alf w 500"),
    500: ("demi mille|un demi-millier|half a thousand|5 mya|5mya|khmsmya|خمسمية|خمسمائة|cinq cents|khams mya"),
    1800: ("eighteen hundred|dix-huit cents|mille huit cents|alf w tmnmya|ألف وثمانمائة"),
    20000: ("vingt mille|une vingtaine de mille|twenty thousand|3chrin alf|عشرين ألف"),
    4300: ("4 mille 300|rb3 alaf w tltmya|أربعة آلاف وثلاثمائة|four thousand three hundred|quatre mille trois cents"),
}


@pytest.mark.parametrize(("said", "value"), [(said, value) for value, ways in SAID.items() for said in ways.split("|")])
@pytest.mark.parametrize("around", ["{}", "je voudrais {} roses", "bghit {} dyal roses daba"])
def test_a_number_is_one_however_it_is_said(said: str, value: int, around: str) -> None:
    text = around.format(said)
    found = numbers(readable(text))
    assert [n.value for n in found] == [Decimal(value)]
    assert text[found[0].start : found[0].end] in said  # "a couple", "un demi": the article may stand outside
    assert len(said) - (found[0].end - found[0].start) <= 5


@pytest.mark.parametrize(
    "text", ["des milliers de roses", "plusieurs centaines", "آلاف الورود", "quelques dizaines", "thousands of roses", "k"]
)
def test_a_plural_alone_says_no_number(text: str) -> None:
    """Read as a thousand it would be ordered."""
    assert numbers(readable(text)) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2 mille roses et 500 lys", [2000, 500]),
        ("2 alaf rose w 500 lys", [2000, 500]),
        ("10 mille, le mille à 380", [10_000, 1000, 380]),
        ("trente et deux mille", [30, 2000]),
        ("2000\n500", [2000, 500]),
        ("deux mille\n500", [2000, 500]),
    ],
)
def test_two_numbers_stay_two(text: str, values: list[int]) -> None:
    assert [n.value for n in numbers(readable(text))] == [Decimal(v) for v in values]
