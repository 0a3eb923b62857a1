"""What a file is: content first, name second, declaration last."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.mime.names import safe_name
from processors.mime.sniff import identify
from processors.mime.zipped import MAX_MEMBERS, listing
from processors.parse import parse


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


# --- what a zip holds ----------------------------------------------------------------------------------------------------


def _entry(name: bytes, *, flags: int = 0, offset: int = 0, extra: bytes = b"") -> bytes:
    """One entry of a central directory, as APPNOTE 4.3.12 has it."""
    return struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, flags, 8, 0, 0, 0, 10, 10, len(name), len(extra), 0, 0, 0, 0, offset
    ) + name + extra  # fmt: skip


def _local(name: bytes, flags: int = 0) -> bytes:
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, 8, 0, 0, 0, 10, 10, len(name), 0) + name + b"0123456789"


def _end(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size, offset, len(comment)) + comment


def _made(*names: bytes, flags: int = 0, comment: bytes = b"", front: bytes = b"") -> bytes:
    """A zip built by hand: every entry points at the same local header."""
    body = front + _local(names[0] if names else b"", flags)
    directory = b"".join(_entry(name, flags=flags) for name in names)
    return body + directory + _end(len(names), len(directory), len(body) - len(front), comment)


def _zip64(*names: bytes) -> bytes:
    body = _local(names[0])
    directory = b"".join(_entry(name) for name in names)
    at = len(body) + len(directory)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, len(names), len(names), len(directory), len(body))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    return body + directory + end64 + locator + _end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def _family(content: bytes, name: str = "fichiers.zip") -> str:
    return identify(content, name, "application/zip")[1]


SHAPES = "obj fbx glb gltf stl ply dae 3ds blend step stp skp 3dm c4d max usdz usd 3mf iges igs".split()


@pytest.mark.parametrize("extension", SHAPES)
def test_a_zip_with_a_3d_file_is_a_3d_file(extension: str) -> None:
    for member in (f"Chaise/chaise.{extension}", f"CHAISE.{extension.upper()}", f"chaise d'été v2.final.{extension}"):
        content = _zip("textures/bois.png", member, "lisez-moi.txt")
        assert identify(content, "chaise.zip", "application/zip") == ("application/zip", "model3d")
        assert identify(content, "sans extension", "") == ("application/zip", "model3d")


@pytest.mark.parametrize(
    ("members", "family"),
    [
        (["a.jpg"], "image"),
        (["photos/", "photos/IMG_1.HEIC", "photos/IMG_2.png"], "image"),
        (["face.jpg", "__MACOSX/._face.jpg", ".DS_Store", "photos/Thumbs.db", "._dos.jpg"], "image"),
        (["face.jpg", "lisez-moi.txt"], "archive"), (["devis.pdf"], "archive"), (["plan.docx", "a.jpg"], "archive"),
        ([], "archive"), (["photos/"], "archive"), (["__MACOSX/._chaise.obj"], "archive"), (["__MACOSX/chaise.obj", "a.jpg"], "image"),
        (["._chaise.obj", "a.jpg"], "image"),
        (["chaise.obj/", "chaise.obj/note.txt"], "archive"), (["chaise.obj.exe"], "archive"), (["chaise.obj.txt"], "archive"),
        (["obj"], "archive"), ([".obj"], "archive"), (["objet.mtl", "bois.jpg"], "archive"), (["chaise.objet"], "archive"),
        (["interieur.zip", "interieur.rar"], "archive"), (["chaise.obj", "installer.exe"], "model3d"),
    ],
)  # fmt: skip
def test_what_a_zip_holds(members: list[str], family: str) -> None:
    assert identify(_zip(*members), "envoi.zip", "application/zip") == ("application/zip", family)


@pytest.mark.parametrize(
    ("members", "name", "family"),
    [
        (["[Content_Types].xml", "ppt/presentation.xml", "ppt/media/model3d1.glb"], "x.zip", "presentation"),
        (["[Content_Types].xml", "word/document.xml", "word/media/model3d1.glb"], "x", "document"),
        (["[Content_Types].xml", "visio/document.xml", "visio/media/a.obj"], "plan.vsdx", "archive"),
        (["[Content_Types].xml", "3D/3dmodel.model"], "x.zip", "model3d"), (["scene.usdc", "0/bois.png"], "x.zip", "model3d"),
        (["META-INF/MANIFEST.MF", "assets/chaise.obj"], "mod.zip", "executable"), (["chaise.obj"], "mod.jar", "executable"),
        (["AndroidManifest.xml", "assets/chaise.glb"], "x.zip", "executable"), (["chaise.glb"], "x.apk", "executable"),
        (["META-INF/container.xml", "a.png"], "x", "archive"),
        (["QuickLook/a.jpg"], "notes.pages", "document"), (["a.jpg"], "tableau.xlsx", "spreadsheet"),
    ],
)  # fmt: skip
def test_formats_that_are_zips_keep_their_family(members: list[str], name: str, family: str) -> None:
    assert identify(_zip(*members), name, "")[1] == family


def test_a_document_with_backslashes_or_many_members_is_still_one() -> None:
    assert _family(_made(b"[Content_Types].xml", b"word\\document.xml"), "x") == "document"
    slides = [b"media/%d.glb" % i for i in range(MAX_MEMBERS + 50)]
    assert _family(_made(b"[Content_Types].xml", *slides, b"ppt/presentation.xml"), "x") == "presentation"


def test_a_book_keeps_its_family() -> None:
    assert _family(_made(b"mimetype", b"OEBPS/chaise.glb"), "livre.epub") == "archive"
    assert _family(_made(b"mimetype", b"Pictures/a.png"), "dessin.odg") == "archive"


def test_a_document_beside_a_shape_does_not_make_the_zip_a_document() -> None:
    """A docx that is stored shows its own member names in the bytes of the zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("chaise.obj", OBJ)
        archive.writestr("notice.docx", _zip("[Content_Types].xml", "word/document.xml"))
    assert identify(out.getvalue(), "chaise.zip", "") == ("application/zip", "model3d")


def test_other_archives_stay_closed() -> None:
    assert identify(b"Rar!\x1a\x07\x00chaise.obj", "chaise.rar", "") == ("application/vnd.rar", "archive")
    assert identify(b"7z\xbc\xaf\x27\x1cchaise.obj", "chaise.7z", "") == ("application/x-7z-compressed", "archive")
    assert identify(_made(b"chaise.obj")[:40], "chaise.zip", "")[1] == "archive"


def test_encrypted_and_zip64_tell_their_names() -> None:
    assert _family(_made(b"chaise.obj", b"bois.png", flags=0x1)) == "model3d"
    assert _family(_made(b"face.jpg", flags=0x1)) == "image"
    assert _family(_made(b"1", b"2", flags=0x2001)) == "archive"  # the directory itself is encrypted: names are masked
    assert _family(_zip64(b"chaise.obj", b"bois.png")) == "model3d"
    assert _family(_zip64(b"face.jpg")) == "image"
    damaged = _zip64(b"face.jpg").replace(b"PK\x06\x06", b"PK\x06\x05")
    assert _family(damaged) == "archive"


def test_comments_and_what_stands_around() -> None:
    gap = _made(b"chaise.obj")
    assert _family(gap[:-22] + b"signature" + gap[-22:]) == "model3d"  # something between the directory and its end
    assert _family(_local(b"a") + _zip64(b"chaise.obj")) == "model3d"
    beyond = _entry(b"chaise.obj")[:46]  # a name that would reach over the end of the directory
    assert listing(_local(b"a") + beyond + _end(1, len(beyond), 41, b"x.obj")).names == ()
    assert _family(_made(b"chaise.obj", comment=b"x" * 65_535)) == "model3d"
    assert _family(_made(b"chaise.obj", comment=b"PK\x05\x06" * 3)) == "model3d"
    assert _family(_made(b"chaise.obj") + b"\r\n\0\0") == "model3d"  # what a mail program put behind
    assert _family(_made(b"chaise.obj", front=_local(b"a"))) == "model3d"  # offsets that count from somewhere else
    assert _family(_made(b"chaise.obj", comment=_end(1, 47, 2**32 - 2))) == "model3d"


@pytest.mark.parametrize(
    ("member", "family"),
    [
        (b"../../../etc/chaise.obj", "model3d"), (b"C:\\Users\\moi\\chaise.obj", "model3d"), (b"/chaise.obj", "model3d"),
        (b"\x01\x1b[31m\r\nchaise.obj\n", "model3d"), (b"chaise\xff\xfe\x82.obj", "model3d"), (b"chaise.obj\0.txt", "model3d"),
        (b"chaise.txt\0.obj", "archive"), ("chaise\u202ejbo.exe".encode(), "archive"), (b"", "archive"), (b"..", "archive"),
        (b"a" * 60_000 + b".obj", "archive"), (b"../" * 300 + b"chaise.obj", "model3d"),
    ],
)  # fmt: skip
def test_odd_member_names(member: bytes, family: str) -> None:
    assert _family(_made(member)) == family


def test_only_the_first_members_are_looked_at() -> None:
    pictures = [b"%d.jpg" % i for i in range(MAX_MEMBERS)]
    assert _family(_made(*pictures)) == "image"
    assert _family(_made(*pictures[1:], b"chaise.obj")) == "model3d"
    # What follows was not seen: nothing says that these are pictures only.
    assert _family(_made(*pictures, b"chaise.obj")) == "archive"
    assert _family(_made(*pictures, b"1.jpg")) == "archive"
    lying = _made(*pictures, b"setup.exe")
    lying = lying[:-22] + _end(MAX_MEMBERS, *struct.unpack("<II", lying[-10:-2]))
    assert _family(lying) == "archive"


def test_a_hostile_zip_costs_nothing() -> None:
    many = _made(*[b"%05d.txt" % i for i in range(65_535)])
    overlapping = _made(*[b"chaise.obj"] * 65_535)
    long_names = _made(*[b"n" * 65_000] * 300)
    ends = _local(b"a") + b"PK\x05\x06" * 500_000
    locators = _local(b"a") + (b"PK\x06\x07" + b"\xff" * 16 + _end(0xFFFF, 0, 0)) * 50_000
    began = time.process_time()
    assert [_family(c) for c in (many, overlapping, long_names, ends, locators)] == [
        "archive", "model3d", "archive", "archive", "archive"
    ]  # fmt: skip
    assert len(listing(overlapping).names) == MAX_MEMBERS
    assert time.process_time() - began < 0.25


def test_a_zip_cut_anywhere_is_still_read() -> None:
    for whole in (_made(b"chaise.obj", b"bois.png"), _zip64(b"chaise.obj"), _zip("a.jpg")):
        for cut in range(4, len(whole)):
            assert _family(whole[:cut]) in ("archive", "model3d", "image")
        assert _family(whole[: len(whole) - 22]) == "archive"  # without its end record it tells nothing


@given(
    st.lists(st.binary(max_size=40), max_size=6), st.binary(max_size=30),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12), st.booleans(),
)  # fmt: skip
def test_any_damage_to_a_zip_is_survived(
    names: list[bytes], comment: bytes, damage: list[tuple[int, int]], large: bool
) -> None:
    content = bytearray(_zip64(*(names or [b"a.obj"])) if large else _made(*names, comment=comment))
    for at, value in damage:
        content[at % len(content)] = value
    found = listing(bytes(content))
    assert len(found.names) <= MAX_MEMBERS
    assert "/" in identify(bytes(content), "x.zip", "")[0]


@given(st.binary(max_size=400))
def test_any_bytes_have_a_listing(content: bytes) -> None:
    for tried in (content, b"PK\x03\x04" + content + _end(3, len(content), 4), content + _end(0xFFFF, 2**32 - 1, 2**32 - 1)):
        assert len(listing(tried).names) <= MAX_MEMBERS


@given(
    st.lists(
        st.sampled_from(["a.obj", "b.GLB", "c.jpg", "d.png", "e.txt", "f.pdf", "dir/", "g/h.stl", "g/i.webp"]), unique=True
    )
)
def test_the_family_follows_from_the_names(members: list[str]) -> None:
    files = [m for m in members if not m.endswith("/")]
    if any(m.lower().endswith((".obj", ".glb", ".stl")) for m in files):
        family = "model3d"
    else:
        family = "image" if files and all(m.endswith((".jpg", ".png", ".webp")) for m in files) else "archive"
    assert _family(_zip(*members)) == family


def test_the_attachment_itself_is_left_alone() -> None:
    content = _zip("chaise.obj", "chaise.mtl", "bois.png")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "client@example.com", "Chaise"
    mail.set_content("Bonjour, voici notre fichier.")
    mail.add_attachment(content, maintype="application", subtype="x-zip-compressed", filename="Chaise été.zip")
    part = parse(mail.as_bytes()).parts[0]
    assert part.content == content
    assert (part.attachment.name, part.attachment.type) == ("Chaise été.zip", "application/zip")
    assert (part.attachment.family, part.attachment.size) == ("model3d", len(content))
