"""Days as people name them."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reading import Day
from processors.facts_date_choice import find_date

DAY = date(2026, 3, 4)  # a Wednesday


def day(text: str, on: date = DAY) -> str | None:
    found = find_date(text, on)
    if found is None:
        return None
    assert isinstance(found.value, Day)
    return found.value.day.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le 3 avril", "2026-04-03"),
        ("le 1er mai", "2026-05-01"),
        ("premier juin", "2026-06-01"),
        ("3 avril 2027", "2027-04-03"),
        ("April 3rd", "2026-04-03"),
        ("3rd of April", "2026-04-03"),
        ("May 5, 2026", "2026-05-05"),
        ("mardi 10 mars", "2026-03-10"),
        ("lundi prochain", "2026-03-09"),
        ("avant vendredi", "2026-03-06"),
        ("by Friday", "2026-03-06"),
        ("next Monday", "2026-03-09"),
        ("vendredi dernier", "2026-02-27"),
        ("lundi en huit", "2026-03-16"),
        ("demain", "2026-03-05"),
        ("après-demain", "2026-03-06"),
        ("aujourd'hui", "2026-03-04"),
        ("tomorrow", "2026-03-05"),
        ("dans 15 jours", "2026-03-19"),
        ("d'ici 2 semaines", "2026-03-18"),
        ("dans une semaine", "2026-03-11"),
        ("sous quinzaine", "2026-03-19"),
        ("in 3 days", "2026-03-07"),
        ("dans un mois", "2026-04-04"),
        ("fin du mois", "2026-03-31"),
        ("fin mars", "2026-03-31"),
        ("d'ici la fin du mois prochain", "2026-04-30"),
        ("end of the month", "2026-03-31"),
        ("fin de semaine", "2026-03-06"),
        ("2026-05-01", "2026-05-01"),
        ("03/04/2026", "2026-04-03"),
        ("3.4.2026", "2026-04-03"),
        ("03/04/26", "2026-04-03"),
        ("le 12/04", "2026-04-12"),
        ("04/28/2026", "2026-04-28"),
        ("le 15", "2026-03-15"),
        ("commandé le 3 mars", "2026-03-03"),
        ("commandé le 20 décembre", "2025-12-20"),
        ("avant le 20 mars, pas le 25 mars", "2026-03-20"),
        ("31 décembre", "2025-12-31"),
        ("pour le 2 janvier", "2027-01-02"),
        ("le 29 février 2028", "2028-02-29"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert day(text) == expected
    assert day(f"Bonjour,\n{text}\nMerci") == expected


@pytest.mark.parametrize(
    "text",
    [
        "1,20 m",
        "80/120",
        "12.50",
        "10/12",
        "32/01/2026",
        "le 31 février",
        "entre le 3 et le 5 mars",
        "v1.2.26",
        "06.12.34.56.78",
        "mars 2026",
        "3 m",
        "le 3 mars ou le 4 avril",
        "192.168.1.12",
        "80 x 40 x 30",
        "le prix",
        "la marche",
        "mon ami",
        "mai",
        "12/2026",
        "www.site.fr/2026/03/01",
    ],
)
def test_no_date(text: str) -> None:
    assert day(text) is None


_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 5))
def test_a_written_date_is_read_back(value: date, style: int) -> None:
    text = [
        value.isoformat(),
        value.strftime("%d/%m/%Y"),
        f"{value.day} {_MONTHS[value.month - 1]} {value.year}",
        value.strftime("%d.%m.%Y"),
        f"le {value.day} {_MONTHS[value.month - 1].upper()} {value.year}",
        value.strftime("%B %d, %Y"),
    ][style]
    assert day(f"Avant {text} svp") == value.isoformat()


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_day_without_a_year_is_within_a_year(on: date, value: date) -> None:
    got = day(f"le {value.day} {_MONTHS[value.month - 1]}", on)
    if got is not None:
        assert abs(date.fromisoformat(got) - on) <= timedelta(days=366)
    coming = day(f"avant le {value.day} {_MONTHS[value.month - 1]}", on)
    if coming is not None:
        assert date.fromisoformat(coming) >= on


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.text(alphabet="0123456789/.- lemarsdnifjuv'", max_size=60))
def test_any_text_on_any_day(on: date, text: str) -> None:
    found = find_date(text, on)
    if found is not None:
        start, end = found.spans[0]
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "piece", ["3 mars ", "1/", "le ", "fin du ", "dans 1 ", "lundi ", "d'ici ", "12/12/2026", "jeudi, ", "entre le 1 "]
)
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    start = time.process_time()
    find_date((piece * 60_000)[:50_000], DAY)
    assert time.process_time() - start < 1.0
