"""Raw mail in a few words, for the tests of the parser."""

from __future__ import annotations

from processors.parse import parse

#: A header every mail below has.
FROM = b"From: Jean <jean@exemple.fr>\n"


def body_of(head: bytes, body: bytes) -> str:
    return parse(FROM + head + b"\n\n" + body).body


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    return (
        FROM
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary=B\n\n"
        + b"".join(b"--B\n" + p + b"\n" for p in parts)
        + b"--B--\n"
    )


def names_of(raw: bytes) -> list[str]:
    return [p.attachment.name for p in parse(raw).parts]


PLAIN = b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = b"Content-Type: text/html; charset=utf-8\n\n"
