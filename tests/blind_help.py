"""Blind sets: whole first mails, labelled with what a careful employee of the studio would do before anyone read a word list.

A line of ``fixtures/blind/requests*.tsv`` is style, subject, files, text, expect; ``\\n`` in the text is a line break. ``expect``:

- ``S`` support · ``M1`` ``M2`` quoted at so many credits · ``MA`` an administrator judges · ``M12`` ``M2A`` either is right ·
  ``M?files,object`` those facts are asked for;
- ``d=800x450`` dimensions in mm in the order written (``*`` any) · ``q=3`` several objects (``*`` any number above one) ·
  ``by=2026-12-15`` wanted by (``*`` any) · ``l=en`` language (French when not said) · ``u=high`` urgency (normal when not said).

What is not promised must not be found: a field that stands in no mail is invented.
Mails are written on Thursday 19 November 2026.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from pathlib import Path, PurePath
from typing import Any

from core.reading import Dimensions
from core.values import missing
from engine.directives import load_all
from engine.explain import as_json, explain
from engine.pipeline import Setup

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "tests" / "fixtures" / "blind"
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
FIELDS = ("kind", "stage", "credits", "missing", "language", "urgency", "dimensions", "quantity", "deadline")
SENDERS = (
    ("Claire Morvan", "claire.morvan@example.com"),
    ("", "contact@maison-delorme.example"),
    ("J. Bertin", "jbertin@example.net"),
    ("Atelier du Sud", "bonjour@atelier-sud.example"),
    ("Mehdi", "mehdi.k@example.org"),
    ("Dupuis Marc", "m.dupuis@example.com"),
)
SIGNATURES = (
    "-- \nClaire Morvan\nResponsable e-commerce\nMaison Delorme\n12 rue des Lilas, 69003 Lyon\n+33 4 00 00 00 00",
    "Cordialement,\n\nJacques Bertin\nDirecteur commercial\nTél. : 06 00 00 00 00\nwww.bertin.example",
    "--\nEnvoyé de mon iPhone",
)
_MAGIC = {
    ".jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    ".jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    ".png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    ".webp": b"RIFF\x00\x40\x00\x00WEBPVP8 ",
    ".heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
    ".pdf": b"%PDF-1.7\n",
    ".glb": b"glTF\x02\x00\x00\x00\x00\x40\x00\x00",
    ".obj": b"# exported\no piece\nv 0.0 0.0 0.0\nv 1.0 0.0 0.0\nv 0.0 1.0 0.0\nf 1 2 3\n",
    ".stl": b"solid piece\nfacet normal 0 0 1\nouter loop\n",
    ".step": b"ISO-10303-21;\nHEADER;\n",
    ".fbx": b"Kaydara FBX Binary  \x00\x1a\x00",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One labelled mail."""

    line: int
    style: str
    subject: str
    files: str
    text: str
    expect: str


@dataclass(slots=True)
class Score:
    """``right`` and ``seen`` by field; ``misses`` in words."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    misses: list[str] = field(default_factory=list)
    whole: int = 0
    mails: int = 0

    def rate(self, name: str) -> float:
        return self.right[name] / max(1, self.seen[name])


def requests(path: Path) -> Iterator[Request]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            style, subject, files, text, expect = line.split("\t")
            yield Request(number, style, subject, files, text.replace("\\n", "\n"), expect)


def mail(request: Request) -> bytes:
    """The request as a raw mail."""
    name, address = SENDERS[request.line % len(SENDERS)]
    built = EmailMessage()
    built["From"] = f'"{name}" <{address}>' if name else address
    built["To"] = "studio@figurative.example"
    built["Subject"] = request.subject
    built["Date"] = "Thu, 19 Nov 2026 10:00:00 +0100"
    built["Message-ID"] = f"<blind-{request.line}@example.com>"
    text = request.text
    if "sig" in request.style:
        text += "\n\n" + SIGNATURES[request.line % len(SIGNATURES)]
    if request.style == "fwd":
        text += (
            "\n\n---------- Forwarded message ---------\nDe : Paul Tissot <paul@tissot.example>\n"
            f"Date: mer. 18 nov. 2026 à 09:12\nSubject: {request.subject}\nTo: <{address}>\n\nBonjour, comme convenu.\nPaul\n"
        )
    if request.style.startswith("html"):
        lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
        built.set_content(f"<html><body style='font-family:Calibri'>{lines}</body></html>", subtype="html")
    else:
        built.set_content(text + "\n")
    for file in _split_files(request.files):
        _attach(built, file, request.line)
    return built.as_bytes()


def _split_files(files: str) -> list[str]:
    return [f for f in files.split(",") if f]


def _attach(built: EmailMessage, file: str, line: int) -> None:
    inline = file.startswith("inline:")
    name = file.removeprefix("inline:")
    if name.startswith("zip:"):
        name, inner = name[4:].rstrip("]").split("[")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for member in inner.split("+"):
                archive.writestr(member, _content(member, line))
        content = packed.getvalue()
    else:
        content = _content(name, line)
    kind = {".pdf": ("application", "pdf"), ".png": ("image", "png"), ".jpg": ("image", "jpeg")}
    main, sub = kind.get(PurePath(name).suffix.lower(), ("application", "octet-stream"))
    built.add_attachment(content, maintype=main, subtype=sub, filename=name, disposition="inline" if inline else "attachment")


def _content(name: str, line: int) -> bytes:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".usdz":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("scene.usdc", b"PXR-USDC" + bytes(50))
        return packed.getvalue()
    return _MAGIC.get(suffix, b"") + f"{name} {line} ".encode() * 4000


def setup() -> Setup:
    return Setup(businesses=tuple(load_all(ROOT / "directives").values()), authserv_ids=frozenset({"mx.example"}))


def read(request: Request, house: Setup) -> Mapping[str, Any]:
    """What the product makes of the mail: the fields of ``FIELDS``."""
    found = explain(mail(request), f"{request.line}.eml", house, admin_email="admin@figurative.example", stage="", now=NOW)
    line = as_json(found)
    facts = {f.name: f for f in found.reading.facts}
    dimensions = facts["dimensions"].value if "dimensions" in facts else None
    quantity = line["reading"]["facts"].get("quantity", {}).get("value", 1)
    deadline = line["reading"]["facts"].get("deadline", {}).get("value")
    for fact in found.reading.facts:
        for evidence in fact.evidence:
            where = {"text": found.message.text, "subject": found.message.subject, "body": found.message.body}
            if not evidence.source.startswith("file:"):
                assert evidence.quote in where[evidence.source], (request.line, fact)
    decision = found.decision
    return {
        "kind": line["reading"]["kind"],
        "stage": line["decision"]["stage"],
        "credits": line["decision"]["credits"],
        "missing": tuple(f.name for f in missing(decision.case, found.directive, required=True)) if decision else (),
        "language": line["message"]["language"],
        "urgency": line["reading"]["urgency"],
        "dimensions": "x".join(f"{v:f}".rstrip("0").rstrip(".") if "." in f"{v:f}" else f"{v:f}" for _, v in dimensions.lengths)
        if isinstance(dimensions, Dimensions)
        else "",
        "quantity": str(quantity),
        "deadline": deadline["day"] if deadline else "",
        "facts": line["reading"]["facts"],
        "automatic": line["message"]["automatic"],
        "reasons": line["reading"]["reasons"],
    }


def measure(path: Path, house: Setup) -> Score:
    """Read the whole set; every field is judged where the label says something of it."""
    score = Score()
    for request in requests(path):
        got = read(request, house)
        wrong = []
        for name, (accepted, value) in judged(request, got).items():
            score.seen[name] += 1
            if value in accepted:
                score.right[name] += 1
            else:
                wrong.append(f"{name} {value!r}, not {' or '.join(map(repr, accepted))}")
        score.mails += 1
        score.whole += not wrong
        if wrong:
            facts = {k: v["evidence"] for k, v in got["facts"].items() if k != "files"}
            score.misses.append(f"{path.name}:{request.line} [{request.text[:110]}] {'; '.join(wrong)} {facts}")
    return score


def judged(request: Request, got: Mapping[str, Any]) -> dict[str, tuple[tuple[Any, ...], Any]]:
    """By field: what is accepted, what was read."""
    head, *rest = request.expect.split()
    said = dict(part.split("=", 1) for part in rest)
    wanted: dict[str, tuple[tuple[Any, ...], Any]] = {
        "kind": (("SUPPORT" if head == "S" else "MODELISATION",), got["kind"]),
        "language": (_any(said.get("l", "fr"), got["language"]), got["language"]),
        "urgency": (_any(said.get("u", "normal"), got["urgency"]), got["urgency"]),
    }
    for short, name, none in (("d", "dimensions", ""), ("q", "quantity", "1"), ("by", "deadline", "")):
        promised = said.get(short, none)
        ok = got[name] != none if promised == "*" else got[name] == promised
        wanted[name] = ((got[name] if ok else promised,), got[name])
    if head == "S":
        return wanted | {"stage": (("done",), got["stage"])}
    if head.startswith("M?"):
        return wanted | {
            "stage": (("waiting_info",), got["stage"]),
            "missing": ((tuple(head[2:].split(",")),), tuple(n for n in got["missing"])),
        }
    grades = head[1:]
    stages = tuple({"waiting_review" if g == "A" else "waiting_approval" for g in grades})
    prices = tuple(None if g == "A" else int(g) for g in grades)
    return wanted | {"stage": (stages, got["stage"]), "credits": (prices, got["credits"]), "missing": (((),), got["missing"])}


def _any(promised: str, read: str) -> tuple[str, ...]:
    return (read if promised == "*" else promised,)
