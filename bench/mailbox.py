"""A mailbox of varied mail, made anew from a seed: the same number and seed give the same bytes.

150 KB on average: three in ten carry files (photos, PDFs, 3D models, some of several hundred kilobytes), the rest are plain,
HTML with a twin, or quoted answers in the usual charsets; three in a hundred are robots, one in a hundred is malformed.
"""

from __future__ import annotations

import base64
import quopri
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "guichet@example.org"
FILES, MALFORMED, ROBOTS = 0.30, 0.01, 0.03
#: Bytes of files (before base64) of a mail that has some, on average; with the texts it makes 150 KB a mail over all.
FILE_BYTES = 370_000

REQUESTS = (
    (
        "Modélisation d'un {thing}",
        "Bonjour,\n\nJe souhaite modéliser ce {thing} pour ma boutique en ligne.\n\nCordialement,\n{name}",
    ),
    ("{thing} en 3D", "Bonjour, je voudrais une version 3D de ce {thing}, il fait 80 x 45 x 120 cm.\n\nMerci d'avance\n{name}"),
    (
        "3D model of a {thing}",
        "Hello,\n\nCould you make a 3D model of this {thing} for our AR viewer?\n\nKind regards,\n{name}",
    ),
    ("modelisation", "slt jaimerai modeliser un {thing} cest pour mon site merci"),
    (
        "Fichier à optimiser",
        "Bonjour, le fichier du {thing} est trop lourd pour nos téléphones, pouvez-vous l'alléger ?\n\n-- \n{name}",
    ),
)
PROBLEMS = (
    ("paiement refusé", "Bonjour, ma carte est refusée alors que j'ai bien été débité, pouvez-vous regarder svp ?\n{name}"),
    ("Impossible de me connecter", "Je ne reçois pas le mail pour changer mon mot de passe. Merci de votre aide\n{name}"),
    ("Viewer", "Hello, the 3D viewer shows a black screen on my phone since yesterday. Can you help?\n\nBest,\n{name}"),
    ("Question", "Bonjour, le {thing} que vous avez fait ne s'affiche plus dans notre boutique.\n\nBien à vous,\n{name}"),
)
THINGS = "fauteuil canapé buffet lampadaire guéridon vase miroir tabouret bureau coffre".split()
NAMES = "Jean Dupont,Amina Benali,Marc Lefèvre,Claire Moreau,Sarah Cohen,Luc Petit,Nadia Roux,Hugo Blanc,Inès Faure".split(",")
WORDS = (
    "nous vendons des meubles anciens depuis vingt ans et nos clients veulent les voir avant de venir dans notre atelier "
    "que nous avons ouvert près de la gare avec deux amis qui font aussi de la restauration de sièges pour des particuliers"
).split()
KINDS = ((".jpg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"), (".png", "image/png", b"\x89PNG\r\n\x1a\n"),
         (".pdf", "application/pdf", b"%PDF-1.7\n"), (".glb", "model/gltf-binary", b"glTF\x02\x00\x00\x00"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One mail: its number, who wrote it ('' for nobody), and whether a case is to come of it."""

    number: int
    sender: str
    raw: bytes
    request: bool
    malformed: bool = False
    files: int = 0


def mails(count: int, seed: int = 6, *, malformed: float = MALFORMED) -> Iterator[Written]:
    """That many mails, one at a time."""
    for number in range(count):
        chance = random.Random(seed * 1_000_003 + number)
        kind = chance.random()
        if kind < malformed:
            yield _malformed(number, chance)
        elif kind < malformed + ROBOTS:
            yield _robot(number, chance)
        else:
            yield _letter(number, chance)


def fill(folder: Path, count: int, seed: int = 6, *, malformed: float = MALFORMED, uid: int = 0, gid: int = 0) -> list[Written]:
    """Deliver them into the Maildir as a server would (sizes in the names); what was written, without the bytes."""
    import os

    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    start = int(time.time()) - 86_400
    told = []
    for mail in mails(count, seed, malformed=malformed):
        lines = mail.raw.count(b"\n") - mail.raw.count(b"\r\n")
        path = (
            folder
            / "cur"
            / f"{start + mail.number // 20}.M{mail.number:06d}P1.bench,S={len(mail.raw)},W={len(mail.raw) + lines}:2,"
        )
        path.write_bytes(mail.raw)
        os.chown(path, uid, gid)
        told.append(Written(mail.number, mail.sender, b"", mail.request, mail.malformed, mail.files))
    for path in (folder, *(folder / name for name in ("cur", "new", "tmp"))):
        os.chown(path, uid, gid)
    return told


def identity(number: int) -> str:
    """The Message-ID of the mail of that number."""
    return f"<bench-{number:06d}@clients.example>"


def _head(number: int, sender: str, name: str, subject: str, *more: str) -> bytes:
    lines = [
        f"Return-Path: <{sender}>",
        "Received: from mx.clients.example ([192.0.2.7]) by mx.google.com with ESMTPS; Mon, 2 Mar 2026 10:00:00 +0100",
        "Authentication-Results: mx.google.com; dkim=pass header.d=clients.example; dmarc=pass header.from=clients.example",
        f"From: {_word(name)} <{sender}>",
        f"To: Guichet <{ADDRESS}>",
        f"Subject: {_word(subject)}",
        f"Date: Mon, 2 Mar 2026 {10 + number % 8:02d}:{number % 60:02d}:00 +0100",
        f"Message-ID: {identity(number)}",
        "MIME-Version: 1.0",
        "X-Mailer: Bench",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n"


def _word(text: str) -> str:
    return text if text.isascii() else f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _letter(number: int, chance: random.Random) -> Written:
    name, sender = chance.choice(NAMES), f"client{number:06d}@clients.example"
    with_files = chance.random() < FILES
    subject, text = chance.choice(REQUESTS if with_files or chance.random() < 0.4 else PROBLEMS)
    thing = chance.choice(THINGS)
    subject, text = subject.format(thing=thing), text.format(thing=thing, name=name)
    text += "\n\n" + " ".join(chance.choice(WORDS) for _ in range(chance.randrange(0, 160)))
    head = _head(number, sender, name, subject)
    kind, body = _body(text, chance)
    if not with_files:
        return Written(number, sender, head + kind + b"\r\n" + body, True)
    parts = [kind + b"\r\n" + body]
    count = chance.choice((1, 1, 1, 2, 2, 4))
    size = chance.lognormvariate(0, 0.7) / 1.278 * FILE_BYTES / count
    for index in range(count):
        ending, mime, magic = chance.choice(KINDS if index == 0 else KINDS[:2])
        content = magic + chance.randbytes(int(size))
        file = f"IMG_{chance.randrange(1000, 9999)}{ending}"
        parts.append(
            f'Content-Type: {mime}; name="{file}"\r\nContent-Disposition: attachment; filename="{file}"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n".encode()
            + base64.encodebytes(content).replace(b"\n", b"\r\n")
        )
    return Written(number, sender, head + _multipart("mixed", f"m{number}", parts), True, files=count)


def _body(text: str, chance: random.Random) -> tuple[bytes, bytes]:
    """(headers of the part, its content) as one of the usual mail programs writes it."""
    way = chance.random()
    if way < 0.15:
        return (
            b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n",
            text.replace("\n", "\r\n").encode("latin-1", "replace"),
        )
    if way < 0.3:
        return (
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            base64.encodebytes(text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n"),
        )
    plain = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + _quoted(text)
    if way < 0.45:
        head, _, body = plain.partition(b"\r\n\r\n")
        return head + b"\r\n", body
    paragraphs = "".join(f"<p>{line}</p>\n" for line in text.splitlines() if line)
    style = "<style>p {margin:0; font-family:Calibri,sans-serif}</style>\n" * (1 + int(way * 20))
    quote = ""
    if way > 0.8:
        told = "\n".join(" ".join(chance.choice(WORDS) for _ in range(14)) for _ in range(chance.randrange(3, 30)))
        quote = f'<div class="gmail_quote">Le 1 mars 2026, Atelier a écrit :<blockquote>{told}</blockquote></div>'
        plain += b"\r\n" + _quoted(
            "\nLe 1 mars 2026, Atelier <a@atelier.example> a écrit :\n" + "".join(f"> {x}\n" for x in told.splitlines())
        )
    page = f"<html><head>{style}</head><body>{paragraphs}{quote}</body></html>"
    html = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + _quoted(page)
    whole = _multipart("alternative", f"a{chance.randrange(10**9)}", [plain, html])
    head, _, body = whole.partition(b"\r\n\r\n")
    return head + b"\r\n", body


def _quoted(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    line = f"--=_{boundary}"
    head = f'Content-Type: multipart/{kind}; boundary="=_{boundary}"\r\n\r\n'.encode()
    return head + b"".join(f"{line}\r\n".encode() + part.rstrip(b"\r\n") + b"\r\n" for part in parts) + f"{line}--\r\n".encode()


def _robot(number: int, chance: random.Random) -> Written:
    sender = f"news{number}@robots.example"
    more = chance.choice((("List-Unsubscribe: <mailto:stop@robots.example>", "Precedence: bulk", "List-Id: <n.robots.example>"),
                          ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All")))  # fmt: skip
    text = "Découvrez nos idées pour votre intérieur. " * chance.randrange(1, 60)
    head = _head(number, sender, "Lettre", "Les tendances du mois", *more)
    return Written(number, sender, head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode(), False)


def _malformed(number: int, chance: random.Random) -> Written:
    """Damaged as real mail is: every one has a sender and words, so every one is a request."""
    name, sender = chance.choice(NAMES), f"client{number:06d}@clients.example"
    head = _head(number, sender, name, "Modélisation d'un fauteuil")
    text = f"Bonjour, je souhaite modéliser ce fauteuil (n° {number}).\r\nMerci\r\n"
    photo = base64.encodebytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + chance.randbytes(20_000)).replace(b"\n", b"\r\n")
    part = b'Content-Type: image/jpeg; name="p.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    plain = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    whole = _multipart("mixed", f"m{number}", [plain, part + photo])
    shapes = (
        # cut in the middle of a file; no closing boundary
        head + whole[: len(whole) // 2],
        # the boundary that is announced is not the one that is used
        head + whole.replace(b'boundary="=_', b'boundary="=_x', 1),
        # bytes beyond ASCII in the header, and no declaration
        head.replace(b"Subject: =?utf-8?B?", "Subject: Modélisation du canapé ".encode("latin-1")) + b"\r\n" + text.encode("latin-1"),
        # a charset that nobody knows, a transfer encoding that does not exist
        head + b"Content-Type: text/plain; charset=x-martien\r\nContent-Transfer-Encoding: 9bit\r\n\r\n" + text.encode(),
        # base64 with rubbish in it and the wrong length
        head + _multipart("mixed", f"m{number}", [plain, part + photo.replace(b"A", b"*!", 40)[:-5]]),
        # NUL bytes and lone carriage returns
        head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode().replace(b" ", b" \x00\r", 3),
        # no date that can be one, a field without a colon, half a content type
        head.replace(b"Date: Mon", b"Date: hier").replace(b"MIME-Version: 1.0", b"MIME-Version")
        + b"Content-Type: text; charset\r\n\r\n" + text.encode(),
        # a line that is no header, between headers
        head + b"ceci n'est pas un champ\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode(),
        # an attached message that is empty, and a nest of multiparts
        head + _multipart("mixed", f"m{number}", [plain, b"Content-Type: message/rfc822\r\n\r\n", _multipart("mixed", "n", [b"\r\n"])]),
        # HTML that was never closed
        head + b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><div><p>" + text.encode() + b"<table><tr><td",
    )  # fmt: skip
    return Written(number, sender, chance.choice(shapes), True, malformed=True)
