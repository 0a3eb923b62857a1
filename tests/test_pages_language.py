"""Every sentence of the pages stands in both languages; times and numbers as each language writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from engine.case_labels import LANGUAGES
from tests.road import ROOT
from web.pages.language import Speech, choose

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARKS = [("**/*.html", "jinja2"), ("**/*.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "later": None, "count": (1, 2)}


def sentences() -> dict[str | tuple[str, ...], str]:
    """Every sentence that the pages and their code say, with where."""
    found: dict[str | tuple[str, ...], str] = {}
    for folder in ("templates", "pages", "printing"):
        options = {"**/*.html": {"trimmed": "true", "silent": "false"}}
        for file, line, message, *_ in extract_from_dir(ROOT / "web" / folder, MARKS, options, keywords=KEYWORDS):
            found.setdefault(message, f"web/{folder}/{file}:{line}")
    # Babel finds no methods in templates.
    for path in (ROOT / "web" / "templates").glob("*.html"):
        for one, many in re.findall(r'speech\.count\("([^"]*)", "([^"]*)"', path.read_text("utf-8")):
            found.setdefault((one, many), f"web/templates/{path.name}")
    return found


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "fr"])
def test_every_sentence_is_translated_and_keeps_its_places(language: str) -> None:
    with (ROOT / "web" / "locales" / f"{language}.po").open("rb") as file:
        catalogue = {m.id: m.string for m in read_po(file, locale=language) if m.id}
    said = sentences()
    assert len(said) > 40
    missing = {where: message for message, where in said.items() if not catalogue.get(message)}
    assert missing == {}
    for message, translation in catalogue.items():
        ones = [message] if isinstance(message, str) else list(message)
        others = [translation] if isinstance(translation, str) else list(translation)
        for one, other in zip(ones, others, strict=True):
            assert sorted(re.findall(r"%\(\w+\)s", one)) == sorted(re.findall(r"%\(\w+\)s", other)), one
    assert set(catalogue) <= set(said), "sentences that nobody says any more"


def test_a_choice_comes_before_what_the_browser_asks_for() -> None:
    assert choose("en", "fr") == "en"
    assert choose("", "de;q=0.9, en-GB;q=0.8, fr;q=0.7") == "en"
    assert choose("xx", "fr-CA, en;q=0.5") == "fr"
    assert choose("", "") == "fr"
    assert choose("", "en;q=a;;,=,\x00" * 100) in LANGUAGES


def test_times_are_told_in_the_zone_of_the_business() -> None:
    french, english = Speech("fr", "Europe/Paris", NOW), Speech("en", "Europe/Paris", NOW)
    assert french.when(NOW) == "10:00"
    assert french.when(NOW - timedelta(days=3)) == "27 févr. 10:00"
    assert french.ago(NOW - timedelta(hours=5)) == "il y a 5 heures"
    assert english.ago(NOW + timedelta(days=3)) == "in 3 days"
    assert french.day(NOW) == "lundi 2 mars"
    assert (french.number(1234.5), english.number(1234.5)) == ("1\u202f234,5", "1,234.5")
    assert french.lasting(timedelta(days=2, hours=3, minutes=4)) == "2\u202fj 3\u202fh"
    assert french.lasting(None) == "–"
    assert (french.size(12_345_678), english.size(900)) == ("12 Mo", "900 bytes")
    assert french.percent(1, 0) == "–"


def test_one_and_many_follow_the_language() -> None:
    french = Speech("fr", "Europe/Paris", NOW)
    assert french.count("%(num)s chat", "%(num)s chats", 0) == "0 chat"
    assert Speech("en", "Europe/Paris", NOW).count("%(num)s chat", "%(num)s chats", 0) == "0 chats"


def test_templates_name_no_business() -> None:
    words = re.compile(r"figurative|cr[ée]dit|mod[ée]lis|clickup_|fleur", re.IGNORECASE)
    places = [*(ROOT / "web" / "templates").glob("*.html"), *(ROOT / "web" / "pages").glob("*.py")]
    places += [Path(p) for p in (ROOT / "web" / "static").glob("*.*s")]
    found = {p.name: m[0] for p in places if (m := words.search(p.read_text(encoding="utf-8")))}
    assert found == {}
