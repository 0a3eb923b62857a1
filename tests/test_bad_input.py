"""Bad input gives a clear sentence that says what to do, on standard error, and no message is lost. Never a traceback."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import daemon as command_line
from core.errors import UserError
from data_folder import sole_daemon
from tests.quick import Quick, quick
from tests.road import ADMIN, JPEG, ROOT, Counter, daemon, mail

REQUEST = "Je souhaite modéliser ce fauteuil"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """An installation with one case; tests leave it as it is."""
    counter = Counter(tmp_path_factory.mktemp("lived") / "data")
    counter.drop(mail(REQUEST, files=(("p.jpg", JPEG),)))
    assert counter.work() == {}
    return counter


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Directives with a price that is none."""
    folder = tmp_path / "directives"
    shutil.copytree(ROOT / "directives", folder)
    grid = folder / "figurative" / "grille_credits_modelisation.md"
    grid.write_text(grid.read_text().replace("amount: 2", "amount: deux"))
    return folder


def told(ended: subprocess.CompletedProcess[str], *words: str, code: int | None = 2) -> str:
    """The sentence on standard error: it has these words, says what to do, and no trace of Python."""
    text = ended.stderr
    assert "Traceback" not in text + ended.stdout
    assert not re.search(r'File "|Error\b.*:.*Errno|site-packages', text), text
    for word in words:
        assert word in text, text
    if code is None:
        assert ended.returncode != 0
    else:
        assert ended.returncode == code, text
    return text


# ------------------------------------------------------------------ at the start


def test_a_broken_directive_at_the_first_start(tmp_path: Path, broken: Path) -> None:
    ended = daemon(tmp_path / "data", "run", "--once", DIRECTIVES_DIR=str(broken))
    told(ended, "grille_credits_modelisation.md:", "deux", "corrigez", "daemon.py check")


def test_a_broken_directive_at_a_later_start_leaves_the_last_good_one(tmp_path: Path, broken: Path) -> None:
    """The sentence names file and line, and the mail that waits is quoted at the price that was good."""
    counter = Counter(tmp_path / "data")
    assert counter.work() == {}
    counter.drop(mail(REQUEST, files=(("p.jpg", JPEG),)))
    ended = daemon(counter.settings.data_dir, "run", "--once", DIRECTIVES_DIR=str(broken))
    told(ended, "grille_credits_modelisation.md:", "deux", code=0)
    (case,) = counter.cases()
    assert case.quote is not None
    assert case.quote.amount == 2


def test_a_broken_directive_at_a_reload_leaves_the_last_good_one(
    tmp_path: Path, broken: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = tmp_path / "good"
    shutil.copytree(ROOT / "directives", good)
    with quick(tmp_path / "data", directives_dir=good) as counter:
        for what in ("broken", "gone"):
            shutil.rmtree(good)
            if what == "broken":
                shutil.copytree(broken, good)
            report = counter.house.reload()
            assert not report.ok
            assert "good" in str(report.errors[0])
            counter.send(mail(f"{REQUEST} {what}", files=(("p.jpg", JPEG + what.encode()),), number=what))
        assert [c.quote and c.quote.amount for c in counter.cases()] == [2, 2]
    assert "grille_credits_modelisation.md:" in caplog.text
    assert not [r for r in caplog.records if r.exc_info]


def test_an_unknown_setting(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / ".env").write_text("# mes réglages\nGMAIL_EMIAL=x@example.com\n")
    told(daemon(data, "run", "--once"), ".env:2", "GMAIL_EMIAL", "GMAIL_EMAIL")


def test_another_secret_key(lived_in: Counter) -> None:
    for command in (["run", "--once"], ["status"]):
        told(daemon(lived_in.settings.data_dir, *command, SECRET_KEY="x" * 40), "SECRET_KEY", "autre clé", "remettez")


@pytest.mark.parametrize("kind", ["a file", "under a file", "no such parent"])
def test_a_data_folder_that_cannot_be_written(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("")
    place = {"a file": tmp_path / "file", "under a file": tmp_path / "file" / "data", "no such parent": Path("/proc/no/data")}[
        kind
    ]
    told(daemon(tmp_path, "run", "--once", DATA_DIR=str(place)), str(place), "DATA_DIR", "droit")


def test_a_second_daemon_on_the_same_data(lived_in: Counter) -> None:
    with sole_daemon(lived_in.settings):
        told(daemon(lived_in.settings.data_dir, "run", "--once"), f"processus {os.getpid()}", "arrêtez-le")
        # Looking at it is allowed meanwhile.
        assert "Traceback" not in daemon(lived_in.settings.data_dir, "status").stderr


def test_a_database_that_is_none_of_ours_is_told_by_check(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    ended = daemon(tmp_path / "data", "check", DATABASE_URL="mysql://u@serveur/x")
    told(ended, "DATABASE_URL", "PostgreSQL", "par exemple", code=1)


def test_a_command_does_not_promise_to_try_again(lived_in: Counter) -> None:
    ended = daemon(lived_in.settings.data_dir, "move-store", "--keep-files", DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    text = told(ended, "le serveur de base ne répond pas", "recommencez")
    assert "nouvel essai" not in text


def test_a_business_without_a_folder(tmp_path: Path) -> None:
    told(daemon(tmp_path / "data", "run", "--once", BUSINESS="autre"), "BUSINESS", "autre", "figurative")


# ------------------------------------------------------------------ commands


@pytest.fixture
def say(lived_in: Counter, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A command in this process, on the installation that has one case."""
    folder = lived_in.settings.data_dir
    monkeypatch.chdir(folder)
    for name, value in {"DATA_DIR": folder, "DIRECTIVES_DIR": ROOT / "directives", "ADMIN_EMAIL": ADMIN}.items():
        monkeypatch.setenv(name, str(value))

    def run(*arguments: str) -> Any:
        ended = CliRunner().invoke(command_line.app, list(arguments))
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        assert "Traceback" not in ended.output
        return ended

    return run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["retry", "effect:no/1/0"], ["effect:no/1/0", "parked"]),
        (["retry", "nonsense"], ["nonsense", "parked"]),
        (["retry", "all"], ["Rien n'attend"]),
        (["drop", "message:999999"], ["message:999999", "parked"]),
        (["drop", "message:x", "effect:"], ["message:x", "parked"]),
        (["show", "ZZZZZZZZ"], ["ZZZZZZZZ"]),
        (["act", "ZZZZZZZZ", "validate", "--amount", "2"], ["ZZZZZZZZ"]),
        (["act", "ZZZZZZZZ", "fly"], ["fly", "validate"]),
        (["act", "ZZZZZZZZ", "validate", "--amount", "deux"], ["deux"]),
        (["act", "ZZZZZZZZ", "validate", "--amount", "-1"], ["zéro"]),
        (["act", "ZZZZZZZZ", "validate"], ["ZZZZZZZZ"]),
        (["restore", "nowhere"], ["nowhere", "backup"]),
        (["explain", "--stage", "waiting", "."], ["waiting_approval"]),
        (["--env-file", "nowhere", "status"], ["nowhere", "n'existe pas"]),
    ],
)
def test_a_command_that_cannot_be_done_says_why_on_standard_error(
    say: Callable[..., Any], arguments: list[str], words: list[str]
) -> None:
    ended = say(*arguments)
    assert ended.exit_code != 0
    assert ended.stdout == ""
    for word in words:
        assert word in ended.stderr


def test_restoring_over_data_is_refused_and_changes_nothing(say: Callable[..., Any], lived_in: Counter, tmp_path: Path) -> None:
    assert say("backup", str(tmp_path / "kept")).exit_code == 0
    before = (lived_in.settings.data_dir / "guichet.db").read_bytes()
    ended = say("restore", str(next(p for p in (tmp_path / "kept").iterdir() if (p / "manifest.json").is_file())))
    assert ended.exit_code != 0
    assert "--force" in ended.stderr
    assert (lived_in.settings.data_dir / "guichet.db").read_bytes() == before


def test_explaining_what_cannot_be_read(say: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a folder that may not be looked into, an empty one: each is told, and the others are explained."""
    (tmp_path / "good.eml").write_bytes(mail(REQUEST))
    (tmp_path / "empty").mkdir()
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / "x.eml").write_bytes(mail(REQUEST))
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != locked and access(path, mode))
    ended = say("explain", "--json", str(tmp_path / "missing.eml"), str(tmp_path / "good.eml"), str(locked))
    assert ended.exit_code == 1
    lines = ended.stdout.splitlines()
    assert len(lines) == 3
    assert "ne peut pas être lu" in lines[0]
    assert '"kind": "MODELISATION"' in lines[1]
    assert "ne peut pas être lu" in lines[2]
    ended = say("explain", str(tmp_path / "empty"))
    assert ended.exit_code != 0
    assert "Aucun courrier" in ended.stderr


def test_status_before_anything_ran(tmp_path: Path) -> None:
    told(daemon(tmp_path / "data", "status"), "pas encore de données", "daemon.py run")


def test_a_defect_of_ours_is_a_sentence_too(say: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import console.status

    monkeypatch.setattr(console.status, "status_of", lambda settings: 1 // 0)
    ended = say("status")
    assert ended.exit_code == 2
    assert "ZeroDivisionError" in ended.stderr
    assert "LOG_LEVEL=DEBUG" in ended.stderr


# ------------------------------------------------------------------ a full disk


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data") as opened:
        yield opened


def _fill_files(counter: Quick, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on no file can be made durable; the returned function makes room again."""
    sync = os.fsync

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    return lambda: monkeypatch.setattr(os, "fsync", sync)


def _fill_database(counter: Quick, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on the database keeps nothing, and says so as the store does (its own tests fill a real one)."""
    database = counter.house.store.db  # type: ignore[attr-defined]
    write = database.write

    def full(work: Callable[..., Any]) -> Any:
        raise UserError("le disque est plein : rien de cette opération n'a été enregistré", todo="libérez de la place")

    monkeypatch.setattr(database, "write", full)
    return lambda: monkeypatch.setattr(database, "write", write)


@pytest.mark.parametrize("fill", [_fill_files, _fill_database])
@pytest.mark.parametrize("when", ["arriving", "reading", "answering"])
def test_a_full_disk_loses_nothing_and_the_work_goes_on_when_there_is_room(
    counter: Quick,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fill: Callable[[Quick, pytest.MonkeyPatch], Callable[[], None]],
    when: str,
) -> None:
    """A disk that is full for an hour, from whichever step on: then one case, one quote, nothing parked."""
    room: list[Callable[[], None]] = []

    def full_from_now(original: Callable[..., Any]) -> Callable[..., Any]:
        def first(*args: Any, **kwargs: Any) -> Any:
            if not room:
                room.append(fill(counter, monkeypatch))
            return original(*args, **kwargs)

        return first

    house = counter.house
    if when == "arriving":
        room.append(fill(counter, monkeypatch))
    elif when == "reading":
        monkeypatch.setattr(house.reader.pool, "read", full_from_now(house.reader.pool.read))
    else:
        mails = next(o for o in house.outlets if o.system == "mail")
        monkeypatch.setattr(mails, "deliver", full_from_now(mails.deliver))
    big = JPEG * 40
    troubles = counter.send(mail(REQUEST, files=(("p.jpg", big),)))
    assert troubles or (fill, when) == (_fill_files, "answering")
    for trouble in troubles.values():
        assert "disque est plein" in trouble
        assert "erreur interne" not in trouble
    for _ in range(4):
        counter.pass_time(minutes=15)
        house.lanes.wake_all()
        counter.settle()
    assert house.store.parked() == []
    room[0]()
    counter.pass_time(hours=1)
    house.lanes.wake_all()
    assert counter.settle() == {}
    counter.pass_time(hours=1)
    assert house.store.parked() == []
    case = counter.only()
    assert case.stage == "waiting_approval"
    assert len(counter.sent("client@example.com")) == 1
    assert len(counter.records("crm.ticket")) == 1
    assert {s for _, _, s in counter.effects()} <= {"done", "reconciled"}
    assert not [r.getMessage() for r in caplog.records if r.exc_info]


def test_what_was_sent_while_the_disk_was_full_is_not_sent_again(counter: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail left and its outcome could not be kept: it is kept later, without another call."""
    mails = next(o for o in counter.house.outlets if o.system == "mail")
    calls: list[str] = []
    deliver, settle = mails.deliver, counter.house.store.settle
    monkeypatch.setattr(mails, "deliver", lambda effects: calls.extend(e.payload.to for e in effects) or deliver(effects))

    def full(*_: Any) -> None:
        raise UserError("le disque est plein", todo="libérez de la place")

    monkeypatch.setattr(counter.house.store, "settle", lambda o, n: full() if "/" in o[0].key and calls else settle(o, n))
    counter.send(mail("mon paiement est refusé", subject="paiement"))
    assert calls.count("client@example.com") == 1
    monkeypatch.setattr(counter.house.store, "settle", settle)
    counter.house.lanes.wake_all()
    assert counter.settle() == {}
    assert calls.count("client@example.com") == 1
    assert {s for k, _, s in counter.effects() if k == "message.send"} == {"done"}


def test_a_disk_with_too_little_room_for_a_process(lived_in: Counter, tmp_path: Path) -> None:
    """The command itself, when the system refuses to let its files grow: a sentence, and the mail is taken the next time."""
    counter = Counter(tmp_path / "data")
    assert counter.work() == {}
    counter.drop(mail(REQUEST, files=(("p.jpg", JPEG * 40),)))
    environment = {**os.environ, "DATA_DIR": str(counter.settings.data_dir), "DIRECTIVES_DIR": str(ROOT / "directives")}
    size = (counter.settings.data_dir / "guichet.db").stat().st_size
    ended = subprocess.run(
        [sys.executable, str(ROOT / "daemon.py"), "run", "--once"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    told(ended, "intake:folder", code=1)
    assert counter.work() == {}
    assert [c.stage for c in counter.cases()] == ["waiting_approval"]
