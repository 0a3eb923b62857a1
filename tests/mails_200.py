"""Two hundred mails of one day, as mail programs really shape them, each with what must become of it.

The same at every call. 170 people write: support and modelling requests in French and English, complete and not, with photos
and 3D files; some write twice, some send the same mail again, twelve are robots, and every tenth mail is broken.
"""

from __future__ import annotations

import base64
import itertools
import quopri
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.road import GLB, JPEG

#: Kind and stage of the case that a mail opens.
SUPPORT = ("SUPPORT", "done")
QUOTED = ("MODELISATION", "waiting_approval")
ASKED = ("MODELISATION", "waiting_info")
JUDGED = ("MODELISATION", "waiting_review")


@dataclass(frozen=True)
class Given:
    """One mail. ``opens`` is the case that it opens, None when it opens none; ``credits`` is what is quoted."""

    raw: bytes
    sender: str
    opens: tuple[str, str] | None
    credits: int = 0
    what: str = ""


_SUPPORT = (
    "Bonjour, mon paiement par carte bancaire est refusé depuis hier, pouvez-vous regarder ? Référence client {n}.",
    "Bonsoir,\n\nje n'arrive plus à me connecter à mon compte ({n}), le mot de passe ne marche pas.\n\nMerci d'avance",
    "Votre application plante au démarrage sur ma tablette n° {n}, message d'erreur 500. C'est urgent.",
    "Hello, my payment of order {n} was declined twice, could you please check my account?",
    "Hi there,\n\nI can't log in any more (customer {n}): the page says my password expired.\n\nThanks",
    "La facture n° {n} comporte une erreur, je souhaite un remboursement du double prélèvement.",
)
_OBJECTS = ("fauteuil", "table basse", "chaise", "lampe", "commode", "buffet", "banc", "étagère", "bureau", "tabouret")
_THINGS = ("armchair", "coffee table", "chair", "lamp", "dresser", "sideboard", "bench", "shelf", "desk", "stool")
_MODEL = (
    "Bonjour,\n\nJe souhaite modéliser ce {o} (référence {n}) pour notre boutique, la photo est jointe.\n\nBien cordialement",
    "Bonjour, pourriez-vous faire la modélisation 3D de ce {o} ? Modèle {n}. Merci !",
    "Hello, I would like a 3D model of this {thing}, article {n}. A photo is attached.",
    "Nous aimerions voir ce {o} en réalité augmentée sur notre site (article {n}). Photo ci-jointe.",
)
_TUNE = (
    "Bonjour, pouvez-vous optimiser ce fichier 3D pour la réalité augmentée ? Pièce {n}.",
    "Hello, could you please optimise the attached 3D file for AR, item {n}?",
)
_BARE = (
    "Bonjour, pouvez-vous modéliser en 3D ma {o} numéro {n} ?",
    "Bonjour, combien de crédits pour la modélisation 3D d'un objet, dossier {n} ?",
)
_ORNATE = (
    "Bonjour, nous voudrions modéliser cette cheminée sculptée avec marqueterie (lot {n}), photo jointe.",
    "Pouvez-vous modéliser en 3D ce meuble en marqueterie très travaillée, lot {n} ? Photo jointe.",
)

Part = tuple[str, str, bytes]


class _Writer:
    """Composes mails in the shapes of mail programs, byte by byte, so that nothing tidies them up."""

    def __init__(self, to: str) -> None:
        self.to = to
        self.numbers = itertools.count(1)

    def head(self, sender: str, subject: str, n: int, *more: str) -> str:
        lines = [
            f"From: {sender}",
            f"To: <{self.to}>",
            f"Subject: {subject}",
            f"Date: Mon, 02 Mar 2026 10:{n % 60:02}:00 +0100",
        ]
        bare = sender.rpartition("<")[2].strip(">")
        return "\r\n".join([*lines, f"Message-ID: <m{n}.{bare}>", "MIME-Version: 1.0", *more]) + "\r\n"

    def plain(self, text: str, files: list[Part]) -> str:
        body = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _base64(text.encode())
        return _mixed(body, files)

    def flowed(self, text: str, files: list[Part]) -> str:
        head = "Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n"
        return _mixed(head + "\r\n" + text.replace(", ", ", \n").replace("\n", "\r\n") + "\r\n", files)

    def gmail(self, text: str, files: list[Part]) -> str:
        html = f'<div dir="ltr">{text}</div>'.replace("\n", "<br>\n")
        return _mixed(_alternative(text, html), files)

    def outlook(self, text: str, files: list[Part]) -> str:
        paragraphs = "".join(
            f'<p class="MsoNormal">{line or "<o:p>&nbsp;</o:p>"}<o:p></o:p></p>\r\n' for line in text.split("\n")
        )
        html = (
            '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--\r\np.MsoNormal {margin:0cm;}\r\n--></style>'
            f'</head><body lang="FR"><div class="WordSection1">{paragraphs}</div></body></html>'
        )
        return _mixed(_alternative(text, html, "iso-8859-1"), files)

    def html_only(self, text: str, files: list[Part]) -> str:
        html = (
            "<html><body><p>"
            + text.replace("\n", "<br/>").replace("é", "&eacute;").replace("à", "&agrave;")
            + "</p></body></html>"
        )
        coded = quopri.encodestring(html.encode()).decode().replace("\n", "\r\n")
        head = 'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        return _mixed(head + coded + "\r\n", files)

    def apple(self, text: str, files: list[Part]) -> str:
        head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        coded = quopri.encodestring(f"{text}\n\nEnvoyé de mon iPhone".encode()).decode().replace("\n", "\r\n")
        return _mixed(head + coded + "\r\n", files, inline=True)


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode().replace("\n", "\r\n")


def _alternative(text: str, html: str, charset: str = "UTF-8") -> str:
    parts = []
    for kind, content in (("plain", text), ("html", html)):
        coded = quopri.encodestring(content.encode(charset, "xmlcharrefreplace")).decode().replace("\n", "\r\n")
        head = f'Content-Type: text/{kind}; charset="{charset}"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        parts.append(f"--alt\r\n{head}{coded}\r\n")
    return 'Content-Type: multipart/alternative; boundary="alt"\r\n\r\n' + "".join(parts) + "--alt--\r\n"


def _mixed(body: str, files: list[Part], *, inline: bool = False) -> str:
    if not files:
        return body
    parts = [f"--mix\r\n{body}\r\n"]
    for name, kind, content in files:
        place = "inline" if inline else "attachment"
        parts.append(
            f'--mix\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: {place}; filename="{name}"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(content)}\r\n"
        )
    return 'Content-Type: multipart/mixed; boundary="mix"\r\n\r\n' + "".join(parts) + "--mix--\r\n"


#: How a mail is broken, by the row of FAILURES: it takes the raw mail and returns the broken one.
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "3 odd From": lambda raw: raw.replace(b"From: ", b'From: "\\"Jetzt ', 1),
    "4 Message-ID": lambda raw: raw.replace(
        b"Message-ID: <", b"Message-ID: <[anu10].1c69fb81.7aec0.SMTPIN_ADDED_[au5]@[x].", 1
    ),
    "4 To": lambda raw: raw.replace(b"To: ", b"To: (c):\r\nX-To: ", 1),
    "4 Content-Type": lambda raw: raw.replace(
        b"\r\nMIME-Version: 1.0", b"\r\nContent-Language: fr; name*\r\nMIME-Version: 1.0", 1
    ),
    "5 charset": lambda raw: raw.replace(b"charset=utf-8", b"charset=uft-8").replace(
        b'charset="utf-8"', b'charset="utf-8  euao6y69zh2w"'
    ),
    "5 transfer encoding": lambda raw: raw.replace(b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: utf-8"),
    "6 empty Message-ID": lambda raw: b"\r\n".join(
        b"Message-ID:" if line.startswith(b"Message-ID:") else line for line in raw.split(b"\r\n")
    ),
    "no end": lambda raw: raw.replace(b"--mix--\r\n", b"").replace(b"--alt--\r\n", b""),
    "bare line feeds": lambda raw: raw.replace(b"\r\n", b"\n"),
    "8-bit subject": lambda raw: raw.replace(b"Subject: ", b"Subject: \xe9t\xe9 - ", 1),
}


def day(to: str) -> list[Given]:
    """The mails in the order they arrive at the address ``to``."""
    chance = random.Random(20260302)
    writer = _Writer(to)
    shapes = (writer.plain, writer.flowed, writer.gmail, writer.outlook, writer.html_only, writer.apple)
    breaks = itertools.cycle(BREAKS.items())
    given: list[Given] = []

    def write(
        sentences: tuple[str, ...], opens: tuple[str, str], subject: str, files: list[Part], credits: int, number: int
    ) -> None:
        for i in range(number):
            n = next(writer.numbers)
            text = sentences[i % len(sentences)].format(
                n=1000 + n, o=_OBJECTS[i % len(_OBJECTS)], thing=_THINGS[i % len(_THINGS)]
            )
            own = [(f"{n}-{name}", kind, content + str(n).encode()) for name, kind, content in files]
            sender = f"personne{n}@maison{n}.example"
            raw = (writer.head(f"Personne {n} <{sender}>", f"{subject} {n}", n) + shapes[n % len(shapes)](text, own)).encode(
                "utf-8"
            )
            what = shapes[n % len(shapes)].__name__
            if n % 8 == 4:
                # Not every shape can be broken in every way: the next one that changes something.
                row, broken = next((row, changed) for row, change in breaks if (changed := change(raw)) != raw)
                raw, what = broken, f"{what}, {row}"
            given.append(Given(raw, sender, opens, credits, what))

    photo: list[Part] = [("photo.jpg", "image/jpeg", JPEG)]
    model: list[Part] = [("objet.glb", "application/octet-stream", GLB)]
    write(_SUPPORT, SUPPORT, "Question", [], 0, 60)
    write(_MODEL, QUOTED, "Demande", photo, 2, 66)
    write(_TUNE, QUOTED, "Fichier", model, 1, 20)
    write(_BARE, ASKED, "Projet", [], 0, 14)
    write(_ORNATE, JUDGED, "Lot", photo, 0, 10)
    chance.shuffle(given)
    given += _second_thoughts(given, writer)
    given += _robots(writer)
    assert len(given) == 200, len(given)
    return given


def _second_thoughts(given: list[Given], writer: _Writer) -> list[Given]:
    """Twelve who write again in their own thread, and six whose first mail comes a second time."""
    found = []
    for one in [g for g in given if g.opens == QUOTED and "," not in g.what][:12]:
        n = next(writer.numbers)
        message_id = next(line for line in one.raw.decode("utf-8", "replace").split("\r\n") if line.startswith("Message-ID"))
        head = writer.head(f"Personne <{one.sender}>", "Re: Demande", n, f"In-Reply-To: {message_id.partition(': ')[2]}")
        text = "J'ai oublié : quel est votre délai ?\n\nLe lun. 2 mars 2026 à 10:00, Personne a écrit :\n> Bonjour\n> Voici ma demande\n"
        found.append(Given((head + writer.flowed(text, [])).encode(), one.sender, None, what="joins"))
    for one in [g for g in given if g.opens is not None and "Message-ID" not in g.what][20:26]:
        again = b"Delivered-To: copie@maison.example\r\n" + one.raw
        found.append(Given(again, one.sender, None, what="again"))
    return found


def _robots(writer: _Writer) -> list[Given]:
    found = []
    kinds = (
        ("Auto-Submitted: auto-replied", "Absence du bureau", "Je suis absent jusqu'au 12. Je valide."),
        (
            "List-Unsubscribe: <https://lettre.example/u>\r\nPrecedence: bulk",
            "Nos promotions 3D",
            "Modèles 3D à -50 %. Se désinscrire.",
        ),
        (
            "Return-Path: <>\r\nX-Failed-Recipients: x@y.example",
            "Undeliverable: devis 3D",
            "550 5.1.1 <x@y.example>: user unknown",
        ),
    )
    for i in range(12):
        header, subject, text = kinds[i % 3]
        n = next(writer.numbers)
        sender = f"mailer-daemon@robot{n}.example" if i % 3 == 2 else f"robot{n}@robot{n}.example"
        head = writer.head(f"Robot <{sender}>", subject, n, header)
        found.append(Given((head + writer.flowed(text, [])).encode(), sender, None, what="robot"))
    return found


def cases_of(given: list[Given]) -> Counter[tuple[str, str, str, int]]:
    """(kind, stage, credits) by sender, as they must stand at the end."""
    return Counter((g.sender, *g.opens, g.credits) for g in given if g.opens is not None)
