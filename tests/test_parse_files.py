"""What a file is: content first, name second, declaration last."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.mime.names import safe_name
from processors.mime.sniff import identify


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return out.getvalue()


STL = b"\0" * 80 + struct.pack("<I", 2) + b"\0" * 100
OBJ = b"# export\nmtllib a.mtl\nv 0.1 0.2 0.3\nv 1 2 3\nf 1 2 3\n"


@pytest.mark.parametrize(
    ("content", "name", "declared", "kind", "family"),
    [
        (b"glTF\x02\0\0\0", "x", "application/octet-stream", "model/gltf-binary", "model3d"),
        (b'{"asset": {"version": "2.0"}, "scenes": []}', "x.json", "", "model/gltf+json", "model3d"),
        (OBJ, "chaise", "text/plain", "model/obj", "model3d"), (b"?", "chaise.OBJ", "", "model/obj", "model3d"),
        (b"Kaydara FBX Binary  \0", "x", "", "application/vnd.autodesk.fbx", "model3d"), (STL, "x", "", "model/stl",
        "model3d"),
        (b"solid a\nfacet normal 0 0 1\n", "x", "", "model/stl", "model3d"), (b"ply\nformat ascii", "x", "",
        "model/ply", "model3d"),
        (_zip("scene.usdc"), "x.zip", "", "model/vnd.usdz+zip", "model3d"), (_zip("[Content_Types].xml",
        "3D/3dmodel.model"), "x", "", "model/3mf", "model3d"),
        (b"ISO-10303-21;", "x", "", "model/step", "model3d"), (b"BLENDER-v300", "x", "", "application/x-blender",
        "model3d"),
        (b'<?xml version="1.0"?><COLLADA xmlns="x">', "x", "", "model/vnd.collada+xml", "model3d"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo.jpg", "image/jpeg", "image/heic", "image"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "x", "", "image/heic", "image"), (b"\0\0\0\x18ftypavif\0\0\0\0", "x",
        "", "image/avif", "image"),
        (b"\xff\xd8\xff\xe0", "x.png", "image/png", "image/jpeg", "image"), (b"RIFF\0\0\0\0WEBPVP8 ", "x", "",
        "image/webp", "image"),
        (b"%PDF-1.7", "devis.doc", "", "application/pdf", "pdf"), (_zip("[Content_Types].xml", "word/document.xml"),
        "x", "", None, "document"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "x", "", None, "spreadsheet"), (_zip("mimetype",
        "content.xml"), "x", "", None, "document"),
        (_zip("a.txt"), "x", "", "application/zip", "archive"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "",
        "application/vnd.ms-excel", "spreadsheet"),
        (b"OggS\0", "note.opus", "audio/ogg", "audio/ogg", "audio"), (b"\0\0\0\x20ftypM4A ", "x", "", "audio/mp4",
        "audio"), (b"#!AMR\n", "x", "", "audio/amr", "audio"),
        (b"\0\0\0\x14ftypqt  ", "x", "", "video/quicktime", "video"), (b"BEGIN:VCALENDAR\r\n", "x", "",
        "text/calendar", "calendar"),
        (b"BEGIN:VCARD", "x", "", "text/vcard", "contact"), (b"From: a\nTo: b\nSubject: c\n\n", "x", "",
        "message/rfc822", "message"),
        (b"MZ\x90\0" + b"\0" * 80 + b"PE\0\0", "photo.jpg", "image/jpeg", "application/x-msdownload", "executable"),
        (b"\x7fELF", "x", "", "application/x-elf", "executable"), (b"?", "x.vbs", "", "text/vbscript", "executable"),
        (b"abc", "x.inconnu", "image/x-rare", "image/x-rare", "image"), (b"abc", "x", "n'importe quoi",
        "application/octet-stream", "other"),
        (b"", "vide.glb", "", "model/gltf-binary", "model3d"), (b"v 1 sur 2 est bon", "x.txt", "text/plain",
        "text/plain", "text"),
    ],
)  # fmt: skip
def test_families(content: bytes, name: str, declared: str, kind: str | None, family: str) -> None:
    found = identify(content, name, declared)
    assert found[1] == family
    assert kind is None or found[0] == kind


@given(st.binary(max_size=300), st.text(max_size=30), st.text(max_size=30))
def test_anything_is_identified(content: bytes, name: str, declared: str) -> None:
    kind, _ = identify(content, name, declared)
    assert "/" in kind


@given(st.text(max_size=400))
def test_any_name_is_safe(written: str) -> None:
    name = safe_name(written, "image/png")
    assert 0 < len(name) <= 200
    assert name.strip(".")
    assert not set(name) & set("/\\\0\n\r\t\u202e\u2066")
    assert safe_name(name, "image/png") == name
    name.encode("utf-8")


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("a" * 500 + ".glb", "").endswith("a.glb")
