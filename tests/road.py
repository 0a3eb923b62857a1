"""The whole road on one machine for tests: a data folder, mails dropped into its inbox, the house run until it is idle."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

from assembly import now, open_house
from console.beside import reading_store
from core.case import Case
from core.effects import SendMessage
from core.errors import Transient, UserError
from core.steps import at_once
from core.work import reply_subject
from engine.house import House
from engine.reader_pool import Answer, Reading
from reading_worker import reading_by, setup_told
from settings import Settings
from switchboard import LOCAL_ADDRESS
from tests import nursery

ROOT = Path(__file__).resolve().parent.parent
ADMIN = "patron@studio.example"
AUTHSERV = "mx.google.com"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 100
GLB = b"glTF\x02\x00\x00\x00" + bytes(range(256)) * 100


def settings_for(folder: Path, **more: Any) -> Settings:
    """Settings of an installation with no account."""
    values: dict[str, Any] = {"admin_email": ADMIN, "directives_dir": ROOT / "directives", **more}
    return Settings(data_dir=folder, **values)


def mail(
    text: str,
    *,
    sender: str = "Jean Dupont <client@example.com>",
    subject: str = "Modélisation fauteuil vintage",
    files: tuple[tuple[str, bytes], ...] = (),
    answers: EmailMessage | None = None,
    vouched: bool = True,
    number: int | str = 1,
    to: str = LOCAL_ADDRESS,
    headers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A mail as it lies in a mailbox; ``answers`` puts it under a mail of ours, quoting it."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2].rstrip(">")
    if vouched:
        message["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={domain}"
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject if answers is None else reply_subject(str(answers["Subject"]))
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    message["Message-ID"] = f"<{number}@{domain}>"
    for name, value in headers:
        message[name] = value
    if answers is not None:
        message["In-Reply-To"] = str(answers["Message-ID"])
        message["References"] = " ".join(filter(None, [str(answers.get("References", "")), str(answers["Message-ID"])]))
        quoted = "\n".join(f"> {line}" for line in plain(answers).splitlines())
        text = f"{text}\n\nLe lun. 2 mars 2026 à 11:42, Figurative <{to}> a écrit :\n\n{quoted}\n"
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=SMTP)


def plain(message: EmailMessage) -> str:
    """The text of a mail of ours."""
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


class Counter:
    """An installation with stand-ins: drop mails, let it work, look at what became of them."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = now, **more: Any) -> None:
        self.settings = settings_for(folder, **more)
        self._time = clock
        self.inbox, self.outbox = folder / "inbox", folder / "outbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self._number = 0

    def clock(self) -> datetime:
        """The house's time."""
        return self._time()

    def opened(self) -> House:
        """A house that does nothing yet."""
        return open_house(self.settings, self.clock)

    def drop(self, raw: bytes, name: str = "") -> None:
        """Put a mail into the inbox."""
        self._number += 1
        path = self.inbox / (name or f"{self._number:04d}.eml")
        path.write_bytes(raw)
        # As if it had lain there for a while: what was just written is left for the next poll.
        os.utime(path, (path.stat().st_mtime - 5, path.stat().st_mtime - 5))

    def work(self) -> dict[str, str]:
        """Run the house until it is idle; what went wrong, by lane."""
        house = self.opened()
        try:
            return house.run_once(60)
        finally:
            assert house.stop(20)

    @contextmanager
    def open(self) -> Iterator[House]:
        """A running house."""
        house = self.opened()
        house.start()
        try:
            yield house
        finally:
            assert house.stop(20)

    def cases(self) -> list[Case]:
        """All cases, oldest first."""
        with reading_store(self.settings) as store:
            return sorted(store.list_cases(limit=10_000), key=lambda c: (c.opened_at, c.id))

    def sent(self, to: str = "") -> list[EmailMessage]:
        """Mails that were written, by file name; to whom."""
        found = []
        for path in sorted(self.outbox.glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            if to in str(message["To"]):
                found.append(message)
        return found

    def records(self, system: str) -> list[dict[str, Any]]:
        """Records of a stand-in: "crm.ticket", "task" …"""
        with reading_store(self.settings) as store:
            return [dict(data) for _, _, data in store.all(system)]

    def effects(self) -> list[tuple[str, str, str]]:
        """(kind, template or name, state) of every effect of every case."""
        with reading_store(self.settings) as store:
            rows = [row for case in store.list_cases(limit=10_000) for row in store.outbox(case.id)]
        return [
            (r.effect.kind, r.effect.payload.template if isinstance(r.effect.payload, SendMessage) else r.effect.name, r.state)
            for r in rows
        ]


def make_reading(told: Mapping[str, Any]) -> Reading:
    """Reading in this process, as a worker does it."""
    return reading_by(setup_told(told), told)


class InProcess:
    """Reads in this process, and answers like a worker: a sentence for what could not be read."""

    def __init__(self, init: Callable[[], Mapping[str, Any]]) -> None:
        self._init = init
        self._reading: Reading | None = None

    def read(self, tasks: Sequence[Mapping[str, Any]]) -> list[Answer]:
        return [self._one(task) for task in tasks]

    def _one(self, task: Mapping[str, Any]) -> Answer:
        self._reading = self._reading or make_reading(self._init())
        read, keep = self._reading
        files: dict[str, bytes] = {}
        try:
            answer = at_once(read)(task, files)
            keep(files)
            return answer
        except (UserError, OSError) as error:
            return Transient(str(error))
        except Exception as error:  # as a worker does: whatever it is costs one message
            return f"erreur interne : {type(error).__name__} : {error}"

    def rest(self) -> None: ...

    def reload(self) -> None:
        self._reading = None

    def close(self) -> None:
        self._reading = None


class Light(Counter):
    """A counter whose mails are read in this process: its houses start a second and a half of work sooner.

    For roads on which reading's own processes are not what is looked at; those are walked with a ``Counter`` by test_road,
    test_dovecot_road, test_bad_input, test_faults, and looked at by themselves in test_forks.
    """

    def opened(self) -> House:
        house = super().opened()
        house.reader.pool = InProcess(house.reader.pool.forks.know)  # type: ignore[assignment]
        return house


def daemon(folder: Path, *arguments: str, timeout: float = 60.0, **env: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process (forked: tests.nursery), with the settings of ``settings_for``."""
    environment = {
        **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "CI")},
        "DATA_DIR": str(folder),
        "DIRECTIVES_DIR": str(ROOT / "directives"),
        "ADMIN_EMAIL": ADMIN,
        "PORT": "0",
        **env,
    }
    return nursery.run(
        [str(ROOT / "daemon.py"), *arguments], cwd=folder if folder.is_dir() else ROOT, env=environment, timeout=timeout
    )
