"""Files made by the tests themselves: PDFs written by hand, pictures by Pillow, workbooks by openpyxl, and their hostile cousins."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

#: (x, y from the top, text), in points.
Line = tuple[float, float, str]

ORDER: tuple[Line, ...] = (
    (60, 80, "BON DE COMMANDE 2026-114"),
    (60, 110, "Atlas Emballage, Casablanca"),
    (60, 160, "Désignation"), (300, 160, "Quantité"), (420, 160, "P.U. HT"),
    (60, 190, "Sac fond carré poignées torsadées"), (300, 190, "10 000"), (420, 190, "0,45 MAD"),
    (60, 210, "Sachet fond plat"), (300, 210, "5 000"), (420, 210, "0,12 MAD"),
    (60, 260, "Livraison souhaitée le 15/12/2026"),
)  # fmt: skip


def pdf(*pages: Sequence[Line], size: tuple[float, float] = (595, 842), rotate: int = 0, extra: str = "") -> bytes:
    """A PDF whose pages hold these lines in Helvetica; ``extra`` goes into every page's dictionary."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        body = b"".join(b"BT /F1 12 Tf %.1f %.1f Td (%s) Tj ET\n" % (x, size[1] - y, _literal(text)) for x, y, text in lines)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Rotate %d /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> %s >>"
            % (size[0], size[1], rotate, len(objects), extra.encode())
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return assembled(objects)


def assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """The objects, numbered from 1, as a PDF file."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start)
    return bytes(out)


def _literal(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def encrypted_pdf() -> bytes:
    """Sealed by a password that is not the empty one."""
    body = b"BT ET"
    seal = b"/Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s>" % (b"aa" * 32, b"bb" * 32)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R >>",
        b"<< %s >>" % seal,
    ]
    return assembled(objects, b"/Encrypt 5 0 R /ID [<%s> <%s>]" % (b"cc" * 16, b"cc" * 16))


def sealed_pdf(password: str, *lines: Line) -> bytes:
    """A page with these lines, sealed by that password as PDF 1.4's standard handler does (revision 2, RC4 of 40 bits)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    given = (password.encode("latin-1") + pad)[:32]
    mark, rights = b"\xcc" * 16, -44
    owner = _rc4(hashlib.md5(given).digest()[:5], given)
    key = hashlib.md5(given + owner + struct.pack("<i", rights) + mark).digest()[:5]
    body = b"".join(b"BT /F1 12 Tf %.1f %.1f Td (%s) Tj ET\n" % (x, 842 - y, _literal(text)) for x, y, text in lines)
    stream = _rc4(hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10], body)
    seal = b"/Filter /Standard /V 1 /R 2 /P %d /O <%s> /U <%s>" % (
        rights, owner.hex().encode(), _rc4(key, pad).hex().encode(),
    )  # fmt: skip
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< %s >>" % seal,
    ]
    return assembled(objects, b"/Encrypt 6 0 R /ID [<%s> <%s>]" % (mark.hex().encode(), mark.hex().encode()))


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def form_pdf(value: str) -> bytes:
    """A form with one field that somebody typed into; the page itself only says "Quantité :"."""
    body = b"BT /F1 12 Tf 60 760 Td (%s) Tj ET" % _literal("Quantité commandée :")
    typed = b"\xfe\xff" + value.encode("utf-16-be")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DR << /Font << /F1 3 0 R >> >> /DA (/F1 12 Tf) >> >>",
        b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R] /Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (q) /V <%s> /Rect [200 755 320 772] /P 5 0 R /DA (/F1 12 Tf) /F 4 >>"
        % typed.hex().encode(),
    ]
    return assembled(objects)


def heavy_pdf(megabytes: int) -> bytes:
    """A page whose contents unfold to so many megabytes of drawing commands."""
    packer = zlib.compressobj(9)
    piece = b"0 0 m 1 1 l S\n" * 75_000
    packed = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>",
    ]
    return assembled(objects)


def photo(lines: Sequence[Line] = ORDER, *, size: tuple[int, int] = (595, 842), scale: float = 2.0) -> Image.Image:
    """A picture of these lines in black on white, DejaVu Sans."""
    image = Image.new("RGB", (round(size[0] * scale), round(size[1] * scale)), "white")
    font = ImageFont.truetype("DejaVuSans.ttf", round(12 * scale))
    draw = ImageDraw.Draw(image)
    for x, y, text in lines:
        draw.text((x * scale, (y - 12) * scale), text, font=font, fill="black")
    return image


def saved(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, format, **options)  # type: ignore[arg-type]
    return out.getvalue()


def scanned_pdf(image: Image.Image) -> bytes:
    """A page that is nothing but a picture."""
    data = saved(image.convert("L"), "JPEG", quality=85)
    body = b"q 595 0 0 842 0 0 cm /Im Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode "
        b"/Length %d >>\nstream\n%s\nendstream" % (image.width, image.height, len(data), data),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im 3 0 R >> >> >>",
    ]
    return assembled(objects)


def bomb_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A picture of 3.6 billion points in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def workbook(rows: Sequence[Sequence[object]], title: str = "Commande") -> bytes:
    """One sheet with these rows."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb_workbook() -> bytes:
    """A sheet that unfolds to 300 megabytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["a"]]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bad,
    ):
        for member in good.namelist():
            if not member.endswith("sheet1.xml"):
                bad.writestr(member, good.read(member))
        bad.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 50_000_000)
    return out.getvalue()


def sealed_office(content: bytes, password: str) -> bytes:
    """The .xlsx or .docx as Office closes it by that password. It must have 4096 bytes, as Office's have: a smaller one is laid out
    wrongly by what closes it here."""
    assert len(content) >= 4096
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    closed = ECMA376Agile.encrypt(password, io.BytesIO(content))
    return bytes(closed if isinstance(closed, bytes) else closed.getvalue())


def old_office(name: str, head: bytes) -> bytes:
    """A file of Office's old formats: a container with one stream of that name, which begins so."""
    stream = head.ljust(4096, b"\0")
    sectors = len(stream) // 512
    end, free, none = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
    # The table of sectors is the first, the directory the second, the stream has the others.
    chain = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(called: str, kind: int, child: int, start: int, size: int) -> bytes:
        told = (called + "\0").encode("utf-16-le")
        return struct.pack("<64sHBBIII16sIQQIQ", told, len(told), kind, 1, none, none, child, b"", 0, 0, 0, start, size)

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, none, 2, len(stream))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + table + directory.ljust(512, b"\0") + stream


def old_workbook(locked: bool) -> bytes:
    """An .xls that says whether a password closes it."""
    begin = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0)
    closed = struct.pack("<HHHHHH", 0x002F, 6, 0, 0x1234, 0x5678, 0)[:10]
    return old_office("Workbook", begin + (closed if locked else b"") + struct.pack("<HH", 0x000A, 0))


def old_word(locked: bool) -> bytes:
    """A .doc that says whether a password closes it."""
    return old_office(
        "WordDocument", struct.pack("<HHHHHHHI", 0xA5EC, 0x00C1, 0, 0x040C, 0, 0x0100 if locked else 0, 0x00BF, 0)
    )


def word_file(*paragraphs: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A .docx of these paragraphs, then a table."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>" for row in table
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{name}"><w:body>{body}<w:tbl>{rows}</w:tbl></w:body></w:document>'
        )
    return out.getvalue()


def running(command: str) -> bool:
    """Whether a process of that command line is there; its words are parted by NUL."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if command in path.read_text():
                return True
        except OSError:
            continue
    return False
