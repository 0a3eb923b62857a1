"""Hostile mail: the time stays linear and memory bounded whatever the shape. FAILURES row 11."""

from __future__ import annotations

import os
import time
import tracemalloc
from base64 import encodebytes

import pytest

from processors.html import html_text
from processors.parse import parse

N = 200_000


def _nested(depth: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth)) + b"\nbonjour\n"


MAILS = {
    "open words": b"Subject: " + b"=?utf-8?Q?" * N,
    "half words": b"Subject: " + b"=?" * N,
    "words": b"Subject: " + b"=?utf-8?Q?=C3=A9?= " * (N // 4),
    "escaped quotes": b"From: " + b'"\\' * N,
    "quotes": b"From: " + b'"a" ' * N,
    "angles": b"From: " + b"<" * N,
    "parentheses": b"From: " + b"(" * N,
    "commas": b"To: " + b"a," * N,
    "addresses": b"To: " + b"a@b.c, " * N,
    "at signs": b"From: " + b"@" * N + b" <" + b"a@" * N,
    "references": b"References: " + b"<a@b> " * N,
    "open ids": b"References: " + b"<" * N,
    "bare ids": b"In-Reply-To: " + b"a@" * N,
    "fields": b"X-A: b\n" * N,
    "folds": b"Subject: a\n" + b" b\n" * N,
    "no colon": b"Subject: a\n" + b"abc\n" * N,
    "blank folds": b"Subject: a\n" + b" \n" * N,
    "params": b"Content-Type: text/plain; " + b"a=b; " * N,
    "sections": b"Content-Type: text/plain; " + b"".join(b"a*%d*=%%41; " % i for i in range(N // 8)),
    "open param": b'Content-Disposition: attachment; filename="' + b'\\"' * N,
    "slashes in param": b'Content-Disposition: attachment; filename="' + b"\\" * N + b'"',
    "deep": _nested(3000),
    "parts": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * N,
    "false marks": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--ab\n" * N,
    "dashes": b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 5 * N,
    "no mark": b"Content-Type: multipart/mixed\n\n" + b"--x\nContent" * N,
    "guess": b"Content-Type: multipart/mixed\n\n" + b"--" * N + b"\n" + b"-- \t" * N,
    "uuencode": b"From: a@b.c\n\n" + b"begin 644 a\n" * N,
    "uuencode lines": b"From: a@b.c\n\nbegin 644 a\n" + b"#86)C\n" * N,
    "soft breaks": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * N + b"=\t" * N,
    "padding": b"Content-Transfer-Encoding: base64\n\n" + b"QQ==" * N,
    "flowed": b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * N,
    "bad utf-8": b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xc3\xa9\xff" * N,
    "unknown charset": b"Content-Type: text/plain; charset=x-y\n\n" + b"\x81\x8d \xe9" * N,
    "tags": b"Content-Type: text/html\n\n" + b"<div>" * N + b"</p>" * N,
    "half tags": b"Content-Type: text/html\n\n" + b"<a " * N,
    "links": b"Content-Type: text/html\n\n" + b"<a href='http://" * N,
    "comments": b"Content-Type: text/html\n\n" + b"<!--" * N,
    "styles": b"Content-Type: text/html\n\n<p style='" + b"display " * N + b"'>a",
    "obj": b"Content-Type: application/octet-stream\n\n" + b"v 1 1" * N,
    "mail in text": b"Content-Type: application/octet-stream\n\n" + b"From: a\n" + b" b\n" * N,
    "dates": b"Date: " + b"(" * N + b"1" * N,
    "p7m": b"Content-Type: application/pkcs7-mime\n\n" + bytes.fromhex("06092a864886f70d01070206092a864886f70d010701")
    + b"\xa0\x80\x24\x80" * N,
    "zeros": b"\0" * N,
    "carriage returns": b"Subject: a\r" * N,
    "from lines": b"From a\n" * N,
}  # fmt: skip


@pytest.mark.parametrize("shape", MAILS)
def test_row_11_the_time_stays_in_proportion(shape: str) -> None:
    start = time.process_time()
    parse(MAILS[shape])
    assert time.process_time() - start < 3


def test_row_11_a_large_attachment_is_quick_and_copied_once_or_twice() -> None:
    content = os.urandom(18_500_000)
    raw = (
        b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nBonjour\r\n--x\r\n"
        b"Content-Type: model/gltf-binary\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=chaise.glb\r\n\r\n"
        + encodebytes(content).replace(b"\n", b"\r\n")
        + b"--x--\r\n"
    )
    start = time.process_time()
    mail = parse(raw)
    assert time.process_time() - start < 2
    assert mail.parts[0].content == content
    tracemalloc.start()
    parse(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * len(raw)


def test_nesting_and_number_of_parts_are_bounded() -> None:
    mail = parse(MAILS["deep"])
    assert any("imbriquées" in d for d in mail.defects)
    assert b"bonjour" in mail.parts[0].content
    mail = parse(MAILS["parts"])
    assert any("Trop de parties" in d for d in mail.defects)


@pytest.mark.parametrize(
    "source", ["<div>" * 5000 + "texte" + "</p>" * 5000, "<b>" * 100_000 + "texte", "<table>" * 3000 + "texte"]
)
def test_html_too_deep_to_parse_still_gives_its_text(source: str) -> None:
    assert html_text(source) == "texte"
