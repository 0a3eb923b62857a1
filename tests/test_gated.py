"""Gated patterns find what ``re`` finds, in every text that the other tests of automatic mail know and in ones made from the patterns."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors import (
    automatic,
    automatic_absence,
    automatic_words,
    bounce_words,
    facts_amounts,
    facts_dates,
    facts_dimensions,
    facts_money,
    facts_numbers,
)
from processors.automatic_text import fold
from processors.gated import Gated
from processors.pattern_needs import DIGIT, DIGITS, alternatives
from tests.blind_mails import FOLDER, blocks

PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in (automatic, automatic_absence, automatic_words, bounce_words)
    for name, value in vars(module).items()
    if isinstance(value, Gated)
}
TEXTS = [fold(text) for path in sorted(FOLDER.glob("*.txt")) for _, text in blocks(path.stem)]


def _samples(pattern: str, chance: random.Random) -> list[str]:
    """Texts around each alternative's own words, one letter lost here and there."""
    found = []
    for source, _ in alternatives(pattern):
        words = re.sub(r"\[[^]]*\]|\{[^}]*\}|\\.|[^\w' -]", " ", source)
        found += [
            words,
            words.replace(chance.choice(words) or " ", "", 1),
            source.replace("(?:", "").split("|")[0].rstrip("?)"),
        ]
    return found


def _found(match: re.Match[str] | None) -> tuple[int, int] | None:
    return match.span() if match else None


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_what_re_finds_is_found(name: str) -> None:
    gated, plain = PATTERNS[name], re.compile(PATTERNS[name].pattern)
    matched = 0
    for text in [*TEXTS, *_samples(gated.pattern, random.Random(name))]:
        assert _found(gated.search(text)) == _found(plain.search(text)), text
        matched += plain.search(text) is not None
    assert matched, "no text here has what the pattern looks for"


def test_there_are_patterns_and_texts() -> None:
    assert len(PATTERNS) >= 14
    assert len(TEXTS) > 500


#: Patterns of every shape that the reader of patterns knows.
SHAPES = (
    r"retour (?:le |lundi|au bureau)|next",
    r"(?:je suis|nous sommes)[^\n.]{0,5} ?(?:en rtt|au salon)|zzzz\b",
    r"fermee?s? (?:du|le)|(?:a|ai|as) (?:definitivement )?(?:quitte|left) la",
    r"(?:(?:sera|seront) lue?s?|until|(?:de )?retour)|x{2}yz{2,3}w",
    r"bon(?!jour)soir|(?<=a )bientot|re(?=ponse)p|[ab]cde[^x]fg|\d{3} jours?",
    r"(?:abc|)def|(?:gh)?ijkl|(?:mn)+op|q*rst",
    r"un (?:deux (?:trois|quatre)|cinq)(?: six)? sept|a.b.c.d",
)


@pytest.mark.parametrize("pattern", SHAPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_shapes(pattern: str, data: st.DataObject) -> None:
    """Texts made from the pattern by another engine, cut and glued to others."""
    matching = data.draw(st.from_regex(re.compile(pattern, re.ASCII)))
    around = data.draw(st.sampled_from(["", "x ", "bonjour\n", "fermee la"]))
    for text in (matching, around + matching, matching[1:], matching[:-1] + around, around + around):
        assert _found(Gated(pattern).search(text)) == _found(re.compile(pattern).search(text)), text


def test_every_match_is_given() -> None:
    found = [match[0] for match in Gated("bien recu|votre demande").finditer("bien recu : votre demande, bien recu")]
    assert found == ["bien recu", "votre demande", "bien recu"]


def test_what_no_alternative_needs_is_tried_everywhere() -> None:
    assert alternatives(r"\w+|ab") == [(r"\w+", ()), ("ab", (frozenset({"ab"}),))]
    found = Gated(r"\w+|ab").search("- 12 ab")
    assert found is not None
    assert found[0] == "12"


def test_everything_that_a_match_needs_is_known() -> None:
    (needs,) = (needs for _, needs in alternatives(r"(?:le |)(?P<d>\d{1,2}) ?(?:mars?|juin)[^.]{0,9}fini[est]?"))
    assert set(needs) == {frozenset({"fini"}), frozenset({"mar", "juin"}), frozenset({DIGIT})}
    assert alternatives("Été|[éÈ]tat|µm", any_case=True) == [
        ("Été", (frozenset({"été"}),)), ("[éÈ]tat", (frozenset({"état", "ètat"}),)), ("µm", ()),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["ÉTÉ", "ſtreet", "STREET", "İn", "ın", "\u212aelvin", "Straße", "STRAẞE", "\ud800 in"])
def test_letters_of_either_case(text: str) -> None:
    for pattern in ("été", "street", "in", "kelvin", "straße", "[ée]t[Éé]"):
        gated, plain = Gated(pattern, re.IGNORECASE), re.compile(pattern, re.IGNORECASE)
        assert _found(gated.search(text)) == _found(plain.search(text)), pattern


def test_what_is_replaced() -> None:
    for text in ("rien", "3 mars et 4 juin", "le 5", "x@y"):
        for pattern in (r"\d+ (?:mars|juin)|le \d|\S@\S", r"(?P<d>\d) m|zzz"):
            assert Gated(pattern).sub("-", text) == re.sub(pattern, "-", text)
            assert [m.span() for m in Gated(pattern).finditer(text)] == [m.span() for m in re.finditer(pattern, text)]


NUMBERS = [
    value
    for module in (facts_numbers, facts_dates, facts_amounts, facts_money, facts_dimensions)
    for one in vars(module).values()
    for value in (one if isinstance(one, tuple) else (one,))
    if isinstance(value, Gated)
]
_PIECES = st.sampled_from(
    "3D|2-d|4 d|3d'|3|12|05|2026|75001| Paris|n° |le |au |vers |à |v|v. |commande |A-|h|heures|30|rue|%|x|/|-|:|.|, |,5|\n| |€|cm|kg|l|px|"
    " du mois|mars|lundi|semaine |dans |jours|٣|²|livraison |S|demain|Noël|K".split("|")
)


def test_there_are_patterns_of_numbers() -> None:
    assert len(NUMBERS) >= 30


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(_PIECES, min_size=1, max_size=9))
def test_numbers_are_found_as_re_finds_them(pieces: list[str]) -> None:
    """What spares texts that name "3D" and have no other number, or none of so many digits, changes nothing."""
    text = "".join(pieces)
    for gated in NUMBERS:
        plain = re.compile(gated.pattern, gated.flags)
        assert _found(gated.search(text)) == _found(plain.search(text)), (gated.pattern, text)
        assert [m.span() for m in gated.finditer(text)] == [m.span() for m in plain.finditer(text)], (gated.pattern, text)
        assert gated.sub("_", text) == plain.sub("_", text), (gated.pattern, text)
        assert gated.matches(text) == (plain.search(text) is not None), (gated.pattern, text)


def test_what_needs_a_number_beyond_3d_takes_no_3d_for_one() -> None:
    """Whatever stands around it; what is not told so would be found here."""
    around = (
        "| |, |n° |le |du |au |vers |à |v|v |v. |commande |bon A-|h| h|heures| rue|%| x |/|-|:|.|\n|€| cm|l| du mois| mars|"
        "lundi |livraison | dernier|-rue| d"
    ).split("|")
    texts = [
        text
        for before in around
        for name in ("3D", "2-d", "4 d", "3 -D", "3 d")
        for after in around
        if (text := f"{before}{name}{after}") and re.search(r"\d", re.sub(r"(?<!\w)[234] ?-?[dD](?![\w'’])", "", text)) is None
    ]
    assert len(texts) > 2000
    beyond = [gated for gated in NUMBERS if gated.beyond_3d]
    assert len(beyond) >= 14
    for gated in beyond:
        plain = re.compile(gated.pattern, gated.flags)
        assert [text for text in texts if plain.search(text)] == [], gated.pattern


def test_a_group_that_looks_around_stands_for_its_alternatives() -> None:
    assert [source for source, _ in alternatives(r"(?<!\w)(?:ab|c(?:d|e))(?!\w)\b|xy")] == [
        r"(?<!\w)ab(?!\w)\b", r"(?<!\w)c(?:d|e)(?!\w)\b", "xy",
    ]  # fmt: skip
    assert [source for source, _ in alternatives(r"\b(?:ab|cd)?\b|(?:ab|cd) e")] == [r"\b(?:ab|cd)?\b", "(?:ab|cd) e"]
    ((_, needs),) = alternatives(r"a\d{2}[0-5] \d\d? e")
    assert set(needs) == {frozenset({one}) for one in DIGITS[:3]}


def test_a_text_of_megabytes_is_left_to_re() -> None:
    assert Gated("fin$").search("debut " * 100_000 + "fin") is not None


def test_unknown_syntax_is_refused() -> None:
    for pattern in (r"(?i)abc", r"(?>abc)", r"\x41b"):
        with pytest.raises(ValueError, match="unknown"):
            alternatives(pattern)
