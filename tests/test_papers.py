"""Reading files in processes of their own: what strangers send costs bounded time and memory, and is told in words."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from multiprocessing.connection import Connection
from pathlib import Path

import paper_files as make
import pytest
from PIL import Image, ImageChops

from connectors.tesseract import Tesseract, installed
from core.document import Document, Kind, Trouble, unread
from core.papers import PASSING
from engine.papers import PaperPool, Tools, _Process
from processors.documents.limits import Limits
from processors.documents.read import read
from tests.ocr import tesseract

TESSERACT = installed()[0]


@pytest.fixture(scope="module")
def pool() -> Iterator[PaperPool]:
    """One warm process for the whole module, as in the service."""
    pool = PaperPool(lambda: Tools(TESSERACT))
    yield pool
    pool.close()


def resident(pool: PaperPool) -> list[tuple[int, int]]:
    """(pid, most bytes ever held) of the idle processes."""
    found = []
    for one in pool._idle:
        told = Path(f"/proc/{one.process.pid}/status").read_text()
        found.append((one.process.pid, 1024 * int(told.split("VmHWM:")[1].split()[0])))
    return found


def has_order(document: Document) -> None:
    """The order's figures stand in the text, those of a row on one line, and each where it is on the page."""
    assert document.trouble is None
    lines = document.text.splitlines()
    row = next(line for line in lines if "torsad" in line)
    assert "10 000" in row
    assert any("5 000" in line and "Sachet" in line for line in lines)
    start = document.text.index("10 000")
    proof = document.evidence(start, start + 6)
    assert proof.page == 1
    assert proof.box is not None
    # Written at 300 of 595 across and 190 of 842 down.
    assert proof.box[0] == pytest.approx(300 / 595, abs=0.03)
    assert proof.box[1] < 188 / 842 < proof.box[3] + 0.01


# ------------------------------------------------------------------ what is read


def test_pdf_text_keeps_rows_and_places(pool: PaperPool) -> None:
    document = pool.read(make.pdf(make.ORDER), "bon.pdf", "pdf")
    has_order(document)
    assert (document.method, document.language, document.confidence, document.pages_total) == ("text-layer", "fr", 1.0, 1)


def test_pdf_pages_that_lie_on_their_side(pool: PaperPool) -> None:
    document = pool.read(make.pdf(make.ORDER, rotate=90), "bon.pdf", "pdf")
    has_order(document)
    assert document.pages[0].turn == 270
    picture = pool.picture(make.pdf(make.ORDER, rotate=90), "pdf", 1, document.pages[0].turn)
    assert isinstance(picture, bytes)
    assert _size(picture)[0] < _size(picture)[1]


def test_values_typed_into_a_form(pool: PaperPool) -> None:
    document = pool.read(make.form_pdf("12 500 sachets"), "formulaire.pdf", "pdf")
    assert document.text == "Quantité commandée : 12 500 sachets"


@pytest.mark.server("tesseract")
def test_a_scan_is_recognised_upright_or_not(pool: PaperPool) -> None:
    """A scanned PDF, and a photo that lies on its side without EXIF, half in shadow."""
    tesseract()
    scan = pool.read(make.scanned_pdf(make.photo()), "scan.pdf", "pdf")
    has_order(scan)
    assert scan.method == "ocr"
    assert 0.6 < scan.confidence <= 1
    grey = make.photo(scale=1.6).convert("L")
    shadow = Image.linear_gradient("L").resize(grey.size).point(lambda v: 90 + v * 165 // 255)
    photo = ImageChops.multiply(grey, shadow).rotate(90, expand=True)
    turned = pool.read(make.saved(photo, "JPEG", quality=70), "photo.jpg", "image")
    has_order(turned)
    assert turned.pages[0].turn == 90


@pytest.mark.server("tesseract")
def test_a_photo_taken_askew_with_exif_and_as_heic(pool: PaperPool) -> None:
    tesseract()
    import pillow_heif

    pillow_heif.register_heif_opener()
    askew = make.photo().rotate(4, fillcolor="white", resample=Image.Resampling.BICUBIC)
    document = pool.read(make.saved(askew, "HEIF", quality=70), "IMG_0001.heic", "image")
    assert "10 000" in document.text
    start = document.text.index("Livraison")
    box = document.evidence(start, start + 9).box
    assert box is not None
    # Where the word stands on the picture as it was taken, four degrees turned about its middle.
    assert (box[0] + box[2]) / 2 == pytest.approx(0.128, abs=0.02)
    assert (box[1] + box[3]) / 2 == pytest.approx(0.321, abs=0.01)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = make.saved(make.photo().rotate(90, expand=True), "JPEG", exif=exif)
    has_order(pool.read(sideways, "photo.jpg", "image"))
    shown = pool.picture(sideways, "image", 1)
    assert isinstance(shown, bytes)
    assert _size(shown)[0] < _size(shown)[1]


def test_workbooks_and_csv_are_tables_with_cells(pool: PaperPool) -> None:
    rows = [["Produit", "Quantité", "P.U."], ["Sac fond carré", 10000, 0.45], [None, 2500, 1.125]]
    book = pool.read(make.workbook(rows), "commande.xlsx", "sheet")
    assert book.text == "Produit\tQuantité\tP.U.\nSac fond carré\t10000\t0,45\n\t2500\t1,1250"
    start = book.text.index("2500")
    assert book.evidence(start, start + 4).place == "Commande!B3"
    for content in (
        "Produit;Quantité;Prix\nSac à poignées;10 000;0,45\nSachet;5 000;0,12\n".encode("cp1252"),
        "sep=;\nProduit;Quantité;Prix\nSac à poignées;10 000;0,45\nSachet;5 000;0,12\n".encode("utf-8-sig"),
        'Produit,Quantité,Prix\nSac à poignées,10 000,"0,45"\nSachet,5 000,"0,12"\n'.encode("utf-16"),
    ):
        table = pool.read(content, "commande.csv", "sheet")
        assert table.text.splitlines()[1:] == ["Sac à poignées\t10 000\t0,45", "Sachet\t5 000\t0,12"]
        assert table.evidence(table.text.index("5 000"), table.text.index("5 000") + 5).place == "B3"


def test_word_files_and_plain_texts(pool: PaperPool) -> None:
    content = make.word_file("Bon de commande", table=[["Sac", "10 000"], ["Sachet", "5 000"]])
    assert pool.read(content, "bon.docx", "text").text == "Bon de commande\nSac\t10 000\nSachet\t5 000"
    assert pool.read("Dix mille sachets, livrés à Fès".encode("cp1252"), "bon.txt", "text").text.endswith("livrés à Fès")


def test_a_forwarded_mail_with_its_order(pool: PaperPool) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "Achats <achats@atlas.ma>", "Commande", "Fri, 27 Nov 2026 09:00:00 +0000"
    mail.set_content("Bonjour,\n\nmerci de nous livrer selon le bon joint.\n")
    mail.add_attachment(make.pdf(make.ORDER), maintype="application", subtype="pdf", filename="bon.pdf")
    document = pool.read(mail.as_bytes(), "Commande.eml", "mail")
    first, second = document.pages
    assert "achats@atlas.ma" in first.text
    assert "selon le bon joint" in first.text
    assert (second.name, second.method) == ("bon.pdf", "text-layer")
    start = document.text.index("10 000")
    assert document.evidence(start, start + 6).page == 2


# ------------------------------------------------------------------ what is not

CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sealed() -> bytes:
    return make.sealed_office(make.workbook([["a"]]), "secret")


#: (what, its bytes, name, kind, trouble); made when it is asked for, since every worker loads this module.
HOSTILE: list[tuple[str, Callable[[], bytes], str, Kind, str]] = [
    ("encrypted PDF", make.encrypted_pdf, "bon.pdf", "pdf", "encrypted"),
    ("a program called .pdf", lambda: b"MZ\x90\0" + bytes(4000), "bon.pdf", "pdf", "not-what-it-says"),
    ("a zip called .pdf", lambda: make.workbook([["a"]]), "bon.pdf", "pdf", "not-what-it-says"),
    ("half a PDF", lambda: make.pdf(make.ORDER)[:400], "bon.pdf", "pdf", "broken"),
    ("nothing", lambda: b"", "bon.pdf", "pdf", "empty"),
    ("half a picture", lambda: make.saved(make.photo())[:9000], "photo.png", "image", "broken"),
    ("a picture bomb", make.bomb_png, "photo.png", "image", "bomb"),
    ("a workbook bomb", make.bomb_workbook, "bon.xlsx", "sheet", "bomb"),
    ("half a workbook", lambda: make.workbook([["a"]])[:700], "bon.xlsx", "sheet", "broken"),
    ("a sealed workbook", sealed, "bon.xlsx", "sheet", "encrypted"),
    ("half a sealed workbook", lambda: sealed()[:3000], "bon.xlsx", "sheet", "broken"),
    ("a seal without a container", lambda: CONTAINER + "EncryptedPackage".encode("utf-16-le"), "bon.xlsx", "sheet", "broken"),
    ("a seal that costs hours", lambda: sealed().replace(b'"100000"', b'"999999"'), "bon.xlsx", "sheet", "too-slow"),
    ("a workbook of before", lambda: CONTAINER + bytes(4000), "bon.xls", "sheet", "no-reader"),
    ("an old workbook", lambda: make.old_workbook(locked=False), "bon.xls", "sheet", "no-reader"),
    ("an old workbook with a password", lambda: make.old_workbook(locked=True), "bon.xls", "sheet", "locked-old"),
    ("an old Word file", lambda: make.old_word(locked=False), "bon.doc", "text", "no-reader"),
    ("an old Word file with a password", lambda: make.old_word(locked=True), "bon.doc", "text", "locked-old"),
    ("noise", lambda: os.urandom(5000), "bon.csv", "sheet", "broken"),
    ("no words", lambda: make.saved(Image.new("RGB", (300, 300), "white")), "photo.png", "image", "no-text"),
    ("a voice nobody hears", lambda: b"OggS" + bytes(200), "voix.ogg", "voice", "no-transcription"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "name", "kind", "code"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_hostile_files_are_told_in_words(pool: PaperPool, made: Callable[[], bytes], name: str, kind: Kind, code: str) -> None:
    content = made()
    if code == "no-text":
        tesseract()
    started = time.monotonic()
    document = pool.read(content, name, kind)
    assert document.trouble is not None, document.text
    assert document.trouble.code == code
    assert len(document.trouble.sentence()) > 20
    assert time.monotonic() - started < 5
    assert all(most < 400e6 for _, most in resident(pool))


def test_a_thousand_pages_cost_thirty(pool: PaperPool) -> None:
    line = ((60.0, 80.0, "une page de plus, et encore une"),)
    document = pool.read(make.pdf(*[line] * 1000), "catalogue.pdf", "pdf")
    assert (len(document.pages), document.pages_total) == (30, 1000)
    assert document.trouble == Trouble("too-many-pages", "30 pages sur 1000")


def test_enormous_pages_are_drawn_small() -> None:
    content = make.scanned_pdf(make.photo()).replace(b"[0 0 595 842]", b"[0 0 14000 14000]")
    drawn: list[int] = []

    class Watching:
        def recognise(self, picture: bytes) -> list[object]:
            drawn.append(len(picture))
            return []

        def turned(self, picture: bytes) -> int:
            return 0

    read(content, "affiche.pdf", "pdf", ocr=Watching())  # type: ignore[arg-type]
    assert drawn
    assert max(drawn) < 12_000_000


def test_what_unfolds_without_end_kills_its_own_process_only() -> None:
    """600 MB of drawing commands in 1.5 MB; then the next file is read as if nothing had been."""
    pool = PaperPool(lambda: Tools(), memory=500 * 1024**2)
    started = time.monotonic()
    document = pool.read(make.heavy_pdf(600), "plan.pdf", "pdf")
    assert document.trouble is not None
    assert document.trouble.code in ("broken", "bomb")
    assert time.monotonic() - started < 20
    assert pool.read(b"a;b\n1;2\n", "x.csv", "sheet").text == "a\tb\n1\t2"
    pool.close()


def test_who_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """A recogniser that never answers: the process and its child are gone, and the file says so."""
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 1234.5\n")
    slow.chmod(0o755)
    pool = PaperPool(lambda: Tools(str(slow)), wall=1.5)
    started = time.monotonic()
    document = pool.read(make.saved(make.photo()), "photo.png", "image")
    assert document.trouble is not None
    assert document.trouble.code == "too-slow"
    assert time.monotonic() - started < 60, "long before the 1234.5 s"
    assert not make.running("sleep\x001234.5")
    pool.close()


def test_the_processor_is_bounded_too(caplog: pytest.LogCaptureFixture) -> None:
    pool = PaperPool(lambda: Tools(), processor=1.0, wall=60)
    started = time.monotonic()
    content = make.heavy_pdf(60)
    document = pool.read(content, "plan de Mme Durand.pdf", "pdf")
    assert document.trouble is not None
    assert document.trouble.code == "too-slow"
    assert time.monotonic() - started < 50, "before the minute that it may take in all"
    # The log tells which file it was, without the name, which may say whose it is.
    assert f"pdf, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()[:16]}" in caplog.text
    assert "Durand" not in caplog.text
    pool.close()


def test_one_warm_process_serves_many_and_ends_by_itself() -> None:
    pool = PaperPool(lambda: Tools(), keep_warm=2.0)
    for _ in range(3):
        pool.read(b"a;b\n1;2\n", "x.csv", "sheet")
    ((pid, most),) = resident(pool)
    assert most < 60e6, "nothing heavy is imported for a CSV"
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_a_process_outlives_the_thread_that_asked_for_it() -> None:
    pool = PaperPool(lambda: Tools())
    told: list[Document] = []
    pids = []
    try:
        for number in range(3):
            thread = threading.Thread(target=lambda n=number: told.append(pool.read(f"{n} sacs".encode(), "a.txt", "text")))
            thread.start()
            thread.join()
            time.sleep(0.05)  # what dies with its thread is dead by now
            pids += [one.process.pid for one in pool._idle if one.process.poll() is None]
    finally:
        pool.close()
    assert [document.text for document in told] == ["0 sacs", "1 sacs", "2 sacs"]
    assert len(pids) == 3
    assert len(set(pids)) == 1


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ("os.kill(os.getpid(), 9)", "fell"),
        ("sys.exit(3)", "fell"),
        ("os.kill(os.getpid(), 11)", "broken"),
        ("os.abort()", "broken"),
    ],
)
def test_a_death_that_is_not_of_the_file_is_not_told_of_it(monkeypatch: pytest.MonkeyPatch, ends: str, code: str) -> None:
    """The customer is asked for a file again only where reading it crashed; what we had to break off is read again by itself."""
    pool = PaperPool(lambda: Tools())

    def dying() -> _Process:
        ours, theirs = socket.socketpair()
        with theirs:
            run = f"import os, sys; from multiprocessing.connection import Connection as C; c = C({theirs.fileno()}); "
            run += f"c.recv_bytes(); c.recv_bytes(); {ends}"
            child = subprocess.Popen([sys.executable, "-c", run], pass_fds=[theirs.fileno()], start_new_session=True)
            return _Process(child, Connection(ours.detach()))

    monkeypatch.setattr(pool, "_started", dying)
    document = pool.read(b"5000 sacs", "a.txt", "text")
    pool.close()
    assert document.trouble is not None
    assert document.trouble.code == code
    assert (code in PASSING) == (code == "fell")
    asks = unread([document])[0].theirs
    assert asks == (code == "broken")
    assert document.trouble.sentence("en") != document.trouble.sentence("fr")


def test_one_that_ends_by_itself_has_not_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = PaperPool(lambda: Tools())
    start, began = pool._started, []
    code = (
        "from multiprocessing.connection import Connection as C; c = C({}); c.recv_bytes(); c.recv_bytes(); raise SystemExit(3)"
    )

    def first_it_ends() -> _Process:
        began.append(1)
        if len(began) > 1:
            return start()
        ours, theirs = socket.socketpair()
        with theirs:
            run = [sys.executable, "-c", code.format(theirs.fileno())]
            return _Process(subprocess.Popen(run, pass_fds=[theirs.fileno()]), Connection(ours.detach()))

    monkeypatch.setattr(pool, "_started", first_it_ends)
    try:
        assert pool.read(b"5000 sacs", "a.txt", "text").text == "5000 sacs"
    finally:
        pool.close()
    assert len(began) == 2


def test_a_process_that_was_killed_while_idle_is_replaced(pool: PaperPool) -> None:
    pool.read(b"a;b\n1;2\n", "x.csv", "sheet")
    for pid, _ in resident(pool):
        os.kill(pid, 9)
    assert pool.read(b"a;b\n1;2\n", "x.csv", "sheet").trouble is None


@pytest.mark.server("tesseract")
def test_what_opens_files_reaches_neither_the_network_nor_our_data(tmp_path: Path) -> None:
    """In a process of its own, which tells what it may still do."""
    tesseract()
    import subprocess
    import sys

    secret = tmp_path / "secret.key"
    secret.write_text("x" * 64)
    told = subprocess.run(
        [sys.executable, "-c", _TRY.format(secret=str(secret))],
        capture_output=True, text=True, timeout=60, check=True, cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    assert told.stdout.split() == [
        "[]",
        "socket:PermissionError",
        "secret:PermissionError",
        "write:PermissionError",
        "tesseract:0",
    ], told.stdout + told.stderr


_TRY = """
import socket, subprocess
from engine.confinement import confine
print(confine())
def tried(name, what):
    try:
        print(name, what(), sep=":")
    except OSError as error:
        print(name, type(error).__name__, sep=":")
tried("socket", lambda: socket.create_connection(("127.0.0.1", 9), 1))
tried("secret", lambda: open({secret!r}).read())
tried("write", lambda: open({secret!r} + "2", "w").write("x"))
tried("tesseract", lambda: subprocess.run(["tesseract", "--version"], capture_output=True).returncode)
"""


def test_without_tesseract_a_picture_says_what_is_missing() -> None:
    document = read(make.saved(make.photo()), "photo.png", "image", ocr=None)
    assert document.trouble == Trouble("no-ocr")
    assert "tesseract-ocr-fra" in document.trouble.sentence()
    assert installed("/nowhere/tesseract")[0] == ""
    assert "apt-get install" in installed("/nowhere/tesseract")[1]
    assert "xyz" in installed("", "fra+xyz")[1]


def test_a_reading_that_runs_out_of_time_keeps_what_it_has() -> None:
    line = ((60.0, 80.0, "une page de plus, et encore une"),)
    document = read(make.pdf(*[line] * 20), "long.pdf", "pdf", ocr=None, limits=Limits(seconds=0.0001))
    assert len(document.pages) == 1
    assert document.trouble is not None
    assert document.trouble.code == "too-many-pages"


def test_long_texts_are_cut() -> None:
    document = read(b"mot " * 5000, "long.txt", "text", ocr=None, limits=Limits(text=1000))
    assert len(document.text) == 1000
    assert document.trouble is not None
    assert document.trouble.code == "cut"


def test_figures_that_cannot_be_told_apart_are_not_joined() -> None:
    """Two columns of figures stay two figures: "10 000" and "5 000", never "10 000 5 000"."""
    document = read(
        make.pdf(((60, 80, "Quantités du mois"), (60, 100, "10 000"), (130, 100, "5 000"))), "x.pdf", "pdf", ocr=None
    )
    assert document.text.endswith("10 000\t5 000")


def test_arabic_is_read_from_right_to_left() -> None:
    from processors.documents.layout import Piece, lay_out

    text, words = lay_out([Piece("كيس", (50, 0, 90, 20)), Piece("ألف", (100, 0, 140, 20))], 200, 100)
    assert text == "ألف كيس"
    apart, _ = lay_out([Piece("كيس", (10, 0, 40, 20)), Piece("ألف", (100, 0, 140, 20))], 200, 100)
    assert apart == "ألف\tكيس", "columns are columns in any direction"
    assert [w.box for w in words] == [(0.5, 0.0, 0.7, 0.2), (0.25, 0.0, 0.45, 0.2)]


def test_the_recogniser_bounds_a_page(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    document = read(make.saved(make.photo()), "x.png", "image", ocr=Tesseract(str(slow), seconds=0.3))
    assert document.trouble is not None
    assert document.trouble.code == "too-slow"


def _size(picture: bytes) -> tuple[int, int]:
    import io

    return Image.open(io.BytesIO(picture)).size
