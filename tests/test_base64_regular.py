"""Base64 in lines of one length is read without being looked through first: as it is read otherwise, whatever was done to it."""

from __future__ import annotations

import base64
import random

import pytest

from processors.mime import transfer
from processors.mime.transfer import regular_base64, undo

DAMAGE = (b"", b"=", b"-", b"_", b" ", b"*", b"\r", b"\n", b"\r\n", b"A", b"==", b"====", b"AAAA", b"\xe9")


def test_the_short_way_gives_what_the_long_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(6)
    short = damaged = 0
    for _ in range(4_000):
        content, length, end = (
            chance.randbytes(chance.randrange(300)),
            chance.choice((4, 60, 72, 76)),
            chance.choice((b"\n", b"\r\n")),
        )
        signs = base64.b64encode(content)
        written = end.join(signs[at : at + length] for at in range(0, len(signs), length)) + chance.choice((b"", end, end * 2))
        blows = chance.choice((0, 0, 1, 2, 4)) if written else 0
        for _ in range(blows):
            at = chance.randrange(len(written))
            written = written[:at] + chance.choice(DAMAGE) + written[at + chance.choice((0, 1, 4)) :] or b"A"
        read = undo(written, "base64")
        with monkeypatch.context() as patch:
            patch.setattr(transfer, "regular_base64", lambda *_: None)
            assert read == undo(written, "base64"), written
        if not blows:
            assert read == (content, False)
        # Where it stands in the mail it is found as alone.
        before, after = chance.choice((b"", b"\n", b"AAAA", b"x\r\n")), chance.choice((b"", b"\r\n--x", b"AAA=", b"\n\n"))
        there = regular_base64(before + written + after, len(before), len(before) + len(written))
        assert there == regular_base64(written, 0, len(written))
        taken = there is not None
        short, damaged = short + taken, damaged + (taken and bool(blows))
    assert short > 1_000
    assert damaged > 20
