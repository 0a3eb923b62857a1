"""From a file in a mail to a fact with its page and place: read once, holding up nobody, lost by no kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import paper_files as make
import pytest
from directive_helpers import reading_florist

from assembly import open_store
from console.beside import reading_store
from console.reading import explain_paths
from core.document import Document
from core.reading import Quantity
from data_folder import keys_of
from engine.papers import PaperPool
from tests.ocr import tesseract
from tests.road import Counter, Light, mail

ORDER = make.pdf(
    ((60, 80, "Je souhaite commander un bouquet de fleurs"), (60, 110, "pour un anniversaire : 20 roses, s'il vous plaît"))
)


@pytest.fixture
def directives(tmp_path: Path) -> Path:
    """The florist, who has the files of requests read."""
    return reading_florist(tmp_path / "directives", "pdf, sheet, mail, image")


@pytest.fixture
def counter(tmp_path: Path, directives: Path) -> Counter:
    return Light(tmp_path / "data", directives_dir=directives)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files that were really opened."""
    opened: list[str] = []
    read = PaperPool.read

    def counting(self: PaperPool, content: bytes, name: str, kind: object) -> Document:
        opened.append(name)
        return read(self, content, name, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(PaperPool, "read", counting)
    yield opened


def test_what_a_pdf_says_becomes_facts_with_page_and_place(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as opened:
        counter.drop(mail("Ci-joint, merci", subject="demande", files=(("demande.pdf", ORDER),)))
        assert counter.work() == {}
        (case,) = counter.cases()
        assert (case.kind, case.stage) == ("BOUQUET", "waiting_approval")
        facts = {fact.name: fact for fact in case.facts}
        assert (facts["occasion"].value, facts["tiges"].value) == ("fete", 20)
        proof = facts["tiges"].evidence[0]
        assert proof.source.startswith("document:")
        assert (proof.page, "20" in proof.quote) == (1, True)
        assert proof.box is not None
        assert proof.box[1] < 110 / 842 < proof.box[3] + 0.01
        # The same file from somebody else, and again after a restart, is read no second time.
        counter.drop(
            mail("Bonjour, voir pièce jointe", subject="x", sender="b@autre.fr", files=(("copie.pdf", ORDER),), number=2)
        )
        assert counter.work() == {}
        assert opened == ["demande.pdf"]
    assert [c.kind for c in counter.cases()] == ["BOUQUET", "BOUQUET"]


def test_a_file_that_cannot_be_read_loses_nothing_and_says_so(counter: Counter) -> None:
    counter.drop(
        mail("Un bouquet pour un anniversaire, 20 roses.", subject="Un bouquet", files=(("a.pdf", make.encrypted_pdf()),))
    )
    assert counter.work() == {}
    (case,) = counter.cases()
    assert case.stage == "waiting_approval"
    with reading_store(counter.settings) as store:
        (said,) = store.said(case.id)
    (document,) = said.message.documents
    assert document.trouble is not None
    assert document.trouble.code == "encrypted"


def test_files_beyond_the_limit_and_disguised_ones_are_told(counter: Counter) -> None:
    program = b"MZ\x90\0" + bytes(3000)
    files = [(f"{n:02d}.csv", f"a;b\n{n};2\n".encode()) for n in range(13)]
    counter.drop(
        mail("Un bouquet pour un anniversaire, 20 roses.", subject="Un bouquet", files=(("facture.pdf", program), *files))
    )
    assert counter.work() == {}
    (case,) = counter.cases()
    with reading_store(counter.settings) as store:
        documents = {d.name: d.trouble and d.trouble.code for d in store.said(case.id)[0].message.documents}
    assert documents == {
        "facture.pdf": "not-what-it-says",
        **{f"{n:02d}.csv": None for n in range(11)},
        "11.csv": "cut",
        "12.csv": "cut",
    }


def test_what_a_file_said_goes_with_its_person(counter: Counter) -> None:
    """Erased: neither the file's text nor the row that names it stays."""
    from sqlalchemy import select

    from engine.erasure import Eraser
    from store.tables import documents

    counter.drop(mail("Ci-joint, merci", subject="demande", files=(("demande.pdf", ORDER),)))
    with counter.open() as house:
        assert house.lanes.wait_idle(30)
        with house.store.db.read() as connection:  # type: ignore[attr-defined]
            assert len(connection.execute(select(documents)).all()) == 1
        Eraser(house.store, house.outlets, house.spool, counter.clock).erase("client@example.com", "anne")  # type: ignore[arg-type]
        with house.store.db.read() as connection:  # type: ignore[attr-defined]
            assert connection.execute(select(documents)).all() == []


@pytest.mark.server("tesseract")
def test_a_photo_without_a_word_is_an_order_that_waits_for_a_person(tmp_path: Path) -> None:
    """The packaging maker's: nothing but a photo of a printed order; its fields are there, each with its place, and explained alike."""
    tesseract()
    raw = mail("", subject="", files=(("IMG-1.jpg", make.saved(make.photo(), "JPEG", quality=85)),))
    counter = Light(tmp_path / "data", business="sacherie")
    counter.drop(raw)
    assert counter.work() == {}
    (case,) = counter.cases()
    assert (case.kind, case.open) == ("COMMANDE", True)
    facts = {fact.name: fact for fact in case.facts}
    assert facts["quantity"].value == Quantity(Decimal(10_000), "pièce")
    assert facts["product"].value == "sac_poignees_torsadees"
    assert all(proof.box is not None for fact in facts.values() for proof in fact.evidence if fact.origin == "rules")
    path = tmp_path / "photo.eml"
    path.write_bytes(raw)
    (told,) = explain_paths(counter.settings, [str(path)], "")
    assert told["reading"]["kind"] == "COMMANDE"
    assert told["reading"]["facts"]["product"]["evidence"] == "poignées torsadées"


def test_what_no_directive_asks_for_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figurative's photos go their way as ever, without a process, without a lookup."""
    counter = Light(tmp_path / "data")
    photo = make.saved(make.photo(), "JPEG")
    with counted(monkeypatch) as opened:
        counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", photo), ("plan.pdf", ORDER))))
        assert counter.work() == {}
    assert opened == []
    (case,) = counter.cases()
    assert case.stage == "waiting_approval"


def test_slow_files_hold_up_nobody_but_their_sender(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is being read, others are served; the same person's next message waits, so that it is not understood alone."""
    gate = counter.settings.data_dir / "go"
    read = PaperPool.read

    def slow(self: PaperPool, content: bytes, name: str, kind: object) -> Document:
        end = time.monotonic() + 30
        while not gate.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return read(self, content, name, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(PaperPool, "read", slow)
    counter.drop(mail("Ci-joint", subject="demande", files=(("demande.pdf", ORDER),), number=1))
    counter.drop(mail("Et livrez avant vendredi", subject="suite", number=2))
    counter.drop(mail("Un bouquet pour un anniversaire, 20 roses.", subject="Un bouquet", sender="b@autre.fr", number=3))
    with counter.open() as house:
        _until(lambda: [c.party.email for c in house.store.list_cases(limit=9)] == ["b@autre.fr"])
        time.sleep(0.5)
        assert len(house.store.list_cases(limit=9)) == 1
        gate.touch()
        assert house.lanes.wait_idle(30)
    first = next(c for c in counter.cases() if c.party.email == "client@example.com")
    assert first.kind == "BOUQUET"
    with reading_store(counter.settings) as store:
        assert store.said(first.id)[0].message.subject == "demande"


@pytest.mark.server("tesseract")
def test_what_we_lacked_is_tried_again_when_the_file_comes_again(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Tesseract a photo goes on unread and the service says what to install; once it is there, the same photo is read."""
    tesseract()
    photo = make.saved(make.photo(((60, 80, "Un bouquet de fleurs pour un"), (60, 110, "anniversaire : 20 roses"))))
    poor = Light(counter.settings.data_dir, directives_dir=counter.settings.directives_dir, tesseract_path="/nowhere/tesseract")
    poor.drop(mail("voici", subject="photo", files=(("photo.png", photo),)), "a.eml")
    troubles = poor.work()
    assert "apt-get install tesseract-ocr" in troubles["documents"]
    (case,) = poor.cases()
    assert case.facts == () or "tiges" not in {f.name for f in case.facts}
    counter.drop(mail("voici", subject="photo", files=(("photo.png", photo),), sender="b@autre.fr", number=2), "b.eml")
    assert counter.work() == {}
    other = next(c for c in counter.cases() if c.party.email == "b@autre.fr")
    assert {f.name: f.value for f in other.facts}["tiges"] == 20


def test_a_kill_while_files_are_read_loses_and_repeats_nothing(counter: Counter) -> None:
    """kill -9 in the middle of a reading; the next start finds the file still wanted, reads it, and makes one case."""
    counter.drop(mail("Ci-joint", subject="demande", files=(("demande.pdf", ORDER),)))
    script = (
        "import sys, time; sys.path.insert(0, 'tests'); sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from engine.papers import PaperPool\n"
        "from tests.road import Counter\n"
        "PaperPool.read = lambda *a: (print('reading', flush=True), time.sleep(60))\n"
        f"Counter(Path({str(counter.settings.data_dir)!r}), directives_dir=Path({str(counter.settings.directives_dir)!r})).work()\n"
    )
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reading\n"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    assert counter.cases() == []
    assert counter.work() == {}
    (case,) = counter.cases()
    assert case.kind == "BOUQUET"


@pytest.mark.server("tesseract")
def test_a_stop_gives_up_what_is_being_read_and_the_next_start_reads_it(counter: Counter, tmp_path: Path) -> None:
    """A recogniser that takes for ever: the service still ends in time, nothing is kept of the half-read file, and nothing runs on."""
    tesseract()
    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\n[ "$1" = --list-langs ] && { echo fra; echo ara; echo eng; exit 0; }\nexec sleep 77.125\n')
    slow.chmod(0o755)
    photo = make.saved(make.photo(((60, 80, "Un bouquet de fleurs pour un"), (60, 110, "anniversaire : 20 roses"))))
    stuck = Light(counter.settings.data_dir, directives_dir=counter.settings.directives_dir, tesseract_path=str(slow))
    stuck.drop(mail("voici", subject="photo", files=(("photo.png", photo),)))
    started = time.monotonic()
    with stuck.open():
        _until(lambda: make.running("sleep\x0077.125"))
        started = time.monotonic()
    assert time.monotonic() - started < 8
    _until(lambda: not make.running("sleep\x0077.125"), 5)
    assert stuck.cases() == []
    assert counter.work() == {}
    (case,) = counter.cases()
    assert {f.name: f.value for f in case.facts}["tiges"] == 20


def test_a_message_whose_files_were_forgotten_is_looked_at_again(counter: Counter) -> None:
    """Should the table ever lose a file that a message waits for, the message goes on by itself after ten minutes."""
    from sqlalchemy import delete

    from store.tables import documents

    store = open_store(counter.settings, keys_of(counter.settings))
    row_id = _one_waiting(store)
    store.db.write(lambda c: c.execute(delete(documents)))
    assert store.unread(9, datetime.now(UTC)) == []
    assert [r.id for r in store.unread(9, datetime.now(UTC) + timedelta(minutes=11))] == [row_id]
    store.close()


def _one_waiting(store: object) -> int:
    """A message that waits for a file, without anything that reads it."""
    from core.message import Address, Message
    from core.papers import WantedFile
    from core.ports import Incoming, Taken

    now = datetime.now(UTC)
    store.take("x", "email", [Taken(Incoming("1", b"x", 1, now), "i1", "0" * 64)], {}, now)  # type: ignore[attr-defined]
    (row,) = store.unread(9, now)  # type: ignore[attr-defined]
    message = Message("<1@x>", "email", Address("a@b.fr"))
    wanted = [WantedFile("ab" * 32, "a.pdf", "pdf", "application/pdf", 5)]
    store.await_documents(row.id, message, wanted, now + timedelta(minutes=10), now)  # type: ignore[attr-defined]
    return int(row.id)


def _until(true: object, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("not in time")
