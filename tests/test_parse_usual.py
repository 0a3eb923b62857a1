"""What nearly all mails write in one way is read in one step, and as the reading for every way reads it."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from core.message import Address
from processors.mime.address import USUAL as USUAL_ADDRESS
from processors.mime.address import parse_addresses, read_any
from processors.mime.dates import USUAL as USUAL_DATE
from processors.mime.dates import parse_any, parse_date

_PIECES = st.sampled_from(
    ["Jean", "Dupont", "=?utf-8?Q?Cl=C3=A9?=", "=?utf-8?B?w6k=?=", " ", "  ", "'", "é", "=", "?", "a@b.c", "<x@Y.Fr>", "<x.@..y.>",
     "<A+b@c>", "\t", "\n", ".", "-", "\0", "ï»¿"]
)  # fmt: skip


def test_the_usual_ways_are_the_usual_ones() -> None:
    for written in ("Jean Dupont <jean@exemple.fr>", "=?utf-8?B?w6k=?= <a.b+c@x-y.fr>", "<a@b.fr>", "a@b.fr", " é  <A@B.FR> "):
        assert USUAL_ADDRESS.fullmatch(written), written
    assert parse_addresses(b"Jean  Dupont <Jean@Exemple.FR.>") == (Address("Jean@exemple.fr", "Jean Dupont"),)
    for written in ('"Dupont, Jean" <a@b.fr>', "a@b.fr, c@d.fr", "Jean (chef) <a@b.fr>", "groupe: a@b.fr;", "a@x.fr <b@y.fr>"):
        assert not USUAL_ADDRESS.fullmatch(written), written
    assert USUAL_DATE.fullmatch("Mon, 2 Mar 2026 10:00:00 +0100")
    for other in (
        "Mon, 2 Mar 26 10:00:00 +0100",
        "2 Mars 2026 10:00:00 +0100",
        "Mon, 2 Mar 2026 10:00:00 -0000",
        "2026-03-02T10:00",
    ):
        assert not USUAL_DATE.fullmatch(other), other


@settings(max_examples=400, deadline=None)
@given(st.from_regex(re.compile(USUAL_ADDRESS.pattern), fullmatch=True) | st.lists(_PIECES, max_size=6).map("".join))
def test_addresses(text: str) -> None:
    value = text.encode("latin-1", "ignore")
    for hint in ("", "utf-8"):
        assert parse_addresses(value, hint) == read_any(value.decode("latin-1"), value, hint)


@settings(max_examples=300, deadline=None)
@given(st.from_regex(USUAL_DATE, fullmatch=True))
def test_dates(text: str) -> None:
    assert parse_date(text) == parse_any(text)
