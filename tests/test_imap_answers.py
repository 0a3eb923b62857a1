"""Answers to FETCH: the two usual forms are read as imapclient reads them, the others by it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from connectors.gmail.answers import plain

_MOMENTS = st.builds(
    lambda seconds, minutes: datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes))),
    st.integers(10**8, 4 * 10**9),
    st.integers(-14 * 60, 14 * 60),
)


def spelt(at: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{at.day:2d}-{months[at.month - 1]}-{at:%Y %H:%M:%S %z}"


@st.composite
def lines(draw: st.DrawFn) -> list[Any]:
    """What imaplib hands over of sizes and whole messages, in any order of their items."""
    found: list[Any] = []
    for number, uid in enumerate(draw(st.lists(st.integers(1, 2**32 - 1), max_size=5)), 1):
        if draw(st.booleans()):
            content = draw(st.binary(max_size=40))
            found += [(b"%d (UID %d BODY[] {%d}" % (number, uid, len(content)), content), b")"]
            continue
        items = [f"UID {uid}", f"RFC822.SIZE {draw(st.integers(0, 10**12))}", f'INTERNALDATE "{spelt(draw(_MOMENTS))}"']
        if draw(st.booleans()):
            items.append(f"X-GM-MSGID {draw(st.integers(0, 2**64 - 1))}")
        found.append(f"{number} ({' '.join(draw(st.permutations(items)))})".encode())
    return found


@given(lines())
def test_the_usual_forms_are_read_as_imapclient_reads_them(data: list[Any]) -> None:
    assert plain(data) == dict(parse_fetch_response(data or [None], False, True))


@pytest.mark.parametrize(
    "data",
    [
        [None],
        [b"1 (RFC822.SIZE 5)"],
        [b'1 (UID 7 INTERNALDATE "31-Feb-2026 09:00:00 +0000")'],
        [b'1 (UID 7 INTERNALDATE "01-Mar-2026 09:00:00 +0000" FLAGS (\\Seen))'],
        [b'1 (UID 7 RFC822.SIZE "5")'],
        [b"1 (UID 7 RFC822.SIZE NIL)"],
        [b'1 (UID 7 BODY[] "")'],
        [(b"1 (UID 7 BODY[] {5}", b"four"), b")"],
        [(b"1 (UID 7 BODY[] {4}", b"four"), b" FLAGS ())"],
        [(b"1 (UID 7 BODY[] {4}", b"four")],
        [(b"1 (BODY[] {4}", b"four"), b" UID 7)"],
        [(b"1 (UID 7 BODY[HEADER] {4}", b"four"), b")"],
        [b"1 (UID 7 RFC822.SIZE 5)\n"],
    ],
)
def test_what_is_in_another_form_is_left_to_imapclient(data: list[Any]) -> None:
    assert plain(data) is None
