"""The road on a real IMAP server (Dovecot) and a real SMTP server: two hundred mails, approvals, bad days, the daemon."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter as Count
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from dovecot import PASSWORD, SENT, Mailbox
from imap_help import Proxy, proxied
from smtp_server import PASSWORD as SMTP_PASSWORD
from smtp_server import MailServer

from assembly import open_house
from configuration import load
from core.errors import UserError
from tests import nursery
from tests.mails_200 import cases_of, day
from tests.road import ADMIN, JPEG, ROOT, Counter, daemon, mail, plain

pytest_plugins = ("servers",)
pytestmark = pytest.mark.server("dovecot")

AUTHSERV = "mx.studio.example"


class Real(Counter):
    """An installation on a real mailbox: its settings as a person writes them into .env."""

    def __init__(self, folder: Path, mailbox: Mailbox, smtp: MailServer, **more: str) -> None:
        self.mailbox, self.smtp = mailbox, smtp
        self.env = {
            "GMAIL_EMAIL": mailbox.email,
            "GMAIL_APP_PASSWORD": PASSWORD,
            "IMAP_HOST": "127.0.0.1",
            "IMAP_PORT": str(mailbox.server.port),
            "IMAP_SECURITY": "none",
            "IMAP_FIRST_DAYS": "0",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp.port),
            "SMTP_SECURITY": "none",
            "SMTP_PASSWORD": SMTP_PASSWORD,
            "AUTHSERV_ID": AUTHSERV,
            "PORT": "0",
            **more,
        }
        super().__init__(folder)
        self.folder = folder

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command as a process."""
        return daemon(self.folder, *arguments, **{**self.env, **env})

    def deliver(self, text: str, **given: Any) -> None:
        """A mail comes in, vouched for by the mailbox's own server."""
        sender = given.get("sender", "Jean Dupont <client@example.com>")
        domain = sender.rpartition("@")[2].rstrip(">")
        results = ("Authentication-Results", f"{AUTHSERV}; dmarc=pass header.from={domain}")
        raw = mail(text, vouched=False, to=self.mailbox.email, **{**given, "headers": (results, *given.get("headers", ()))})
        self.mailbox.append(raw)

    def mails(self, to: str) -> list[EmailMessage]:
        """What was handed to the SMTP server for that address."""
        return [m for m in self.smtp.mails if to in str(m["To"])]

    @contextmanager
    def daemon(self, **env: str) -> Iterator[nursery.Process]:
        """The service as a process, ready; killed at the end if it did not stop."""
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
        environment |= {"DATA_DIR": str(self.folder), "DIRECTIVES_DIR": str(ROOT / "directives"), "ADMIN_EMAIL": ADMIN}
        with (self.folder / "daemon.log").open("w") as log:
            process = nursery.Process(
                [str(ROOT / "daemon.py"), "run"],
                cwd=self.folder,
                env={**environment, **self.env, **env},
                stderr=log.fileno(),
                stdout=log.fileno(),
            )
            try:
                until("the daemon is ready", lambda: "guichet is ready" in self.log() or process.poll() is not None, 30)
                yield process
            finally:
                process.kill()
                process.wait()

    def log(self) -> str:
        """What the daemon wrote."""
        return (self.folder / "daemon.log").read_text()


def until(what: str, true: Callable[[], object], seconds: float) -> None:
    """Wait until it is true."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@pytest.fixture
def real(tmp_path: Path, mailbox: Mailbox, smtp: MailServer) -> Real:
    return Real(tmp_path / "data", mailbox, smtp)


def _state(real: Real) -> dict[str, Any]:
    return {
        "cases": sorted((c.thread.to, c.kind, c.stage, c.version, str(c.quote and c.quote.amount)) for c in real.cases()),
        "mails": Count((str(m["To"]), str(m["Subject"])) for m in real.smtp.mails),
        "tickets": len(real.records("crm.ticket")),
        "tasks": len(real.records("task")),
        "notes": len(real.records("crm.note")),
        "flags": real.mailbox.flags(),
        "effects": Count(real.effects()),
    }


@pytest.mark.slow
def test_two_hundred_mails_become_exactly_the_right_cases_and_two_are_approved(real: Real) -> None:
    given = day(real.mailbox.email)
    real.mailbox.fill([g.raw for g in given])
    ended = real.run("run", "--once")
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr

    wanted = cases_of(given)
    cases = real.cases()
    got = Count((c.thread.to, c.kind, c.stage, int(c.quote.amount) if c.quote else 0) for c in cases)
    what = {g.sender: g.what for g in given}
    assert not wanted - got, [(k, what.get(k[0])) for k in wanted - got]
    assert not got - wanted, [(k, what.get(k[0])) for k in got - wanted]
    assert len(real.records("crm.ticket")) == len(cases) == 170
    assert real.records("task") == []
    assert {s for _, _, s in real.effects()} <= {"done", "reconciled"}
    # Everyone who asked got one mail, whoever wrote again a second one at most, and no robot any.
    letters = Count(str(m["To"]).rpartition("<")[2].strip(">") for m in real.smtp.mails)
    assert set(letters) == {c.thread.to for c in cases if c.stage != "waiting_review"} | {ADMIN}
    assert not [a for a in letters if "robot" in a]
    wrote_again = {g.sender for g in given if g.what == "joins"}
    assert {a for a, n in letters.items() if n > 1} <= wrote_again | {ADMIN}
    assert letters[ADMIN] == sum(c.stage == "waiting_review" for c in cases) + len(wrote_again)
    flags = real.mailbox.flags()
    assert len(flags) == 200
    assert all("$Guichet" in f for f in flags.values())
    with real.mailbox.client(SENT) as client:
        assert len(client.search()) == len(real.smtp.mails)

    before = _state(real)
    again = real.run("run", "--once")
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert _state(real) == before

    # A customer says yes; the administrator sets a price for a lot, then says yes for its customer.
    customer = next(c for c in cases if c.stage == "waiting_approval" and c.thread.to not in wrote_again)
    lot = next(c for c in cases if c.stage == "waiting_review")
    (quote,) = real.mails(customer.thread.to)
    notice = next(m for m in real.mails(ADMIN) if lot.ref in plain(m))
    real.deliver("Je valide, merci !", answers=quote, sender=customer.thread.to, number="yes")
    real.deliver("ok 6 crédits", answers=notice, sender=f"Patron <{ADMIN}>", number="price")
    assert real.run("run", "--once").returncode == 0
    assert _stages(real, customer.id, lot.id) == ["done", "waiting_approval"]
    assert "6 crédits" in plain(real.mails(lot.thread.to)[-1])
    real.deliver("je valide", answers=notice, sender=f"Patron <{ADMIN}>", number="final")
    real.deliver("Je valide", answers=quote, sender=customer.thread.to, number="yes again")
    assert real.run("run", "--once").returncode == 0
    assert _stages(real, customer.id, lot.id) == ["done", "done"]
    tasks = real.records("task")
    assert sorted(str(t["quantity"]) for t in tasks) == sorted([str(customer.quote.amount), "6"])  # type: ignore[union-attr]
    assert len(real.cases()) == 170
    report = real.run("audit")
    assert report.returncode == 0, report.stderr


def _stages(real: Real, *ids: str) -> list[str]:
    stages = {c.id: c.stage for c in real.cases()}
    return [stages[i] for i in ids]


def test_messages_are_flagged_only_after_their_commit(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store cannot keep them nothing is marked; once it can, they are taken, marked and quoted."""
    for name, value in real.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATA_DIR", str(real.folder))
    monkeypatch.setenv("ADMIN_EMAIL", ADMIN)
    monkeypatch.setenv("DIRECTIVES_DIR", str(ROOT / "directives"))
    real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),))
    house = open_house(load())
    take = house.store.take
    try:

        def full(*_: Any) -> int:
            assert real.mailbox.flags() == {1: set()} or not any("$Guichet" in f for f in real.mailbox.flags().values())
            raise UserError("le disque est plein", todo="libérez de la place")

        monkeypatch.setattr(house.store, "take", full)
        troubles = house.run_once(30)
        assert "disque est plein" in troubles[f"intake:gmail:{real.mailbox.email}"]
        assert not any("$Guichet" in f for f in real.mailbox.flags().values())
    finally:
        house.stop()
    assert take is not None
    assert real.run("run", "--once").returncode == 0
    assert all("$Guichet" in f for f in real.mailbox.flags().values())
    assert len(real.cases()) == 1
    assert len(real.mails("client@example.com")) == 1


def test_several_folders_are_inboxes_of_their_own(real: Real) -> None:
    real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),))
    assert real.run("run", "--once").returncode == 0
    with real.mailbox.client(None) as client:
        client.create_folder("Ventes")
    more = mail("Mon paiement ne passe pas", sender="a@b.example", subject="paiement", number=2, to=real.mailbox.email)
    real.mailbox.append(more, folder="Ventes")
    ended = real.run("run", "--once", IMAP_FOLDER="INBOX, Ventes")
    assert ended.returncode == 0, ended.stderr
    assert sorted(case.kind for case in real.cases()) == ["MODELISATION", "SUPPORT"], "what INBOX had is not read again"
    lanes = json.loads(real.run("status", "--json", IMAP_FOLDER="INBOX,Ventes").stdout)["lanes"]
    assert {f"intake:gmail:{real.mailbox.email}", f"intake:gmail:{real.mailbox.email}/Ventes"} <= lanes.keys()


def test_a_wrong_password_is_told_in_one_sentence_and_alerted_once(real: Real) -> None:
    """On standard error, in ``status`` and in the journal; one alert by mail however often it is started; then it works."""
    real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),))
    for _ in range(2):
        ended = real.run("run", "--once", GMAIL_APP_PASSWORD="faux")
        assert ended.returncode != 0
        assert "Traceback" not in ended.stderr
        told = [line for line in ended.stderr.splitlines() if line.startswith("intake:")]
        assert len(told) == 1
        assert "password" in told[0] or "mot de passe" in told[0]
        assert "faux" not in ended.stderr
    status = real.run("status", "--json")
    assert status.returncode == 1
    lane = json.loads(status.stdout)["lanes"][f"intake:gmail:{real.mailbox.email}"]
    assert lane["ok"] is False
    assert "password" in lane["trouble"] or "mot de passe" in lane["trouble"]
    assert "Traceback" not in status.stderr
    assert len(real.mails(ADMIN)) == 1
    assert "Alerte" in str(real.mails(ADMIN)[0]["Subject"])
    assert real.cases() == []
    good = real.run("run", "--once")
    assert good.returncode == 0, good.stderr
    assert len(real.cases()) == 1
    assert real.run("status").returncode == 0


def test_a_wrong_smtp_password_holds_mail_back_and_writes_no_alert_by_mail(real: Real) -> None:
    """Mail waits, the rest of the road goes on, and no alert is queued behind the very thing that fails."""
    real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),))
    ended = real.run("run", "--once", SMTP_PASSWORD="faux")
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    assert any(line.startswith("courier:mail : ") for line in ended.stderr.splitlines())
    assert real.smtp.mails == []
    assert len(real.records("crm.ticket")) == 1
    assert real.run("parked", "--json").stdout == ""
    good = real.run("run", "--once")
    assert good.returncode == 0, good.stderr
    assert [str(m["To"]) for m in real.smtp.mails] == ["Jean Dupont <client@example.com>"]


def test_a_server_that_is_down_is_told_in_one_sentence(tmp_path: Path, mailbox: Mailbox, smtp: MailServer) -> None:
    real = Real(tmp_path / "data", mailbox, smtp)
    ended = real.run("run", "--once", IMAP_PORT="1", SMTP_PORT="1")
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    (told,) = [line for line in ended.stderr.splitlines() if line.startswith("intake:")]
    assert "127.0.0.1:1" in told
    real.deliver("mon paiement est refusé")
    assert real.run("run", "--once").returncode == 0
    assert len(real.cases()) == 1


def _stop(process: nursery.Process) -> float:
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    return time.monotonic() - begun


@pytest.mark.slow
def test_the_daemon_waits_for_mail_reloads_and_recovers(tmp_path: Path, mailbox: Mailbox, smtp: MailServer) -> None:
    """IDLE quotes a mail at once though no poll is due for an hour; SIGHUP reads the grid again; a server that goes away and
    comes back is found again; SIGTERM ends within ten seconds. (The waits only say when to give up: bench/ measures speed.)"""
    directives = tmp_path / "directives"
    shutil.copytree(ROOT / "directives", directives)
    with proxied(mailbox.server.port) as proxy:
        more = {"IMAP_PORT": str(proxy.port), "IMAP_POLL_SECONDS": "3600", "DIRECTIVES_DIR": str(directives)}
        real = Real(tmp_path / "data", mailbox, smtp, **more)
        with real.daemon() as process:
            until("it listens", lambda: b"IDLE" in bytes(proxy.sent), 30)
            real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),), number=1)
            until("the first is quoted", lambda: real.mails("client@example.com"), 60)
            until("it is marked", lambda: all("$Guichet" in f for f in mailbox.flags().values()), 30)

            grid = directives / "figurative" / "grille_credits_modelisation.md"
            grid.write_text(grid.read_text().replace("amount: 2", "amount: 3"))
            process.send_signal(signal.SIGHUP)
            until("the grid is read", lambda: "directives read again" in real.log(), 30)
            second = {"subject": "chaise en 3D", "files": (("c.jpg", JPEG + b"c"),), "number": 2}
            real.deliver("Je souhaite modéliser cette chaise", **second)
            until("the second is quoted", lambda: len(real.mails("client@example.com")) == 2, 60)
            assert "3 crédits" in plain(real.mails("client@example.com")[1])

            _away(proxy)
            real.deliver("Je valide", answers=real.mails("client@example.com")[0], number=3)
            until("the lost server is told", lambda: "intake:" in real.log(), 30)
            _back(proxy)
            until("the yes is read", lambda: len(real.mails("client@example.com")) == 3, 60)
            stages = {"done": 1, "waiting_approval": 1}
            until("its task is made", lambda: Count(c.stage for c in real.cases()) == stages, 60)
            assert _stop(process) < 10
        assert "Traceback" not in real.log()
    assert Count(c.stage for c in real.cases()) == stages
    assert len(real.records("task")) == 1


def _away(proxy: Proxy) -> None:
    """The server goes away: every connection is cut, and new ones are cut at the first word."""
    proxy.to_client = lambda data: None
    proxy.cut()


def _back(proxy: Proxy) -> None:
    proxy.to_client = lambda data: data


@pytest.mark.parametrize("keeps", ["server", "append"])
def test_row_15_a_mail_that_was_taken_without_a_word_is_looked_up_and_never_sent_twice(real: Real, keeps: str) -> None:
    """A server that files what it sends proves that the quote left; where we file it ourselves, a person decides."""
    original = real.smtp.handle_DATA

    async def filing(server: Any, session: Any, envelope: Any) -> str:
        filed = threading.Thread(target=real.mailbox.append, args=(bytes(envelope.content),), kwargs={"folder": SENT})
        filed.start()
        filed.join()
        return await original(server, session, envelope)

    if keeps == "server":
        real.smtp.handle_DATA = filing  # type: ignore[method-assign]
    real.smtp.day.drop_after = 1
    real.deliver("Je souhaite modéliser ce fauteuil", files=(("p.jpg", JPEG),))
    assert real.run("run", "--once", IMAP_SENT=keeps).returncode == 0
    assert [e for e in real.effects() if e[1] == "quote"] == [("message.send", "quote", "uncertain")]
    for _ in range(2):
        # The lag is over: as if two minutes had passed.
        with sqlite3.connect(real.folder / "guichet.db") as database:
            database.execute("update outbox set next_at = 0 where state = 'uncertain'")
        assert real.run("run", "--once", IMAP_SENT=keeps).returncode == 0
    state = {"server": "reconciled", "append": "parked"}[keeps]
    assert [e for e in real.effects() if e[1] == "quote"] == [("message.send", "quote", state)]
    assert len(real.smtp.mails) == 1
    assert ("peut-être fait" in real.run("parked", "--json").stdout) == (keeps == "append")
