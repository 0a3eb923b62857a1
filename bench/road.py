"""The whole product over a whole mailbox: ``python -m bench.road [--mails 5000] [--latency 120] [--store postgresql] [--kill 3]``.

Starts Dovecot and light outside systems on loopback, makes a seeded mailbox, runs the service as an operator does
(``daemon.py run``) until everything is decided and delivered, and prints one table, with what the machine allows (floors) measured
right before. ``--kill N`` ends the service with SIGKILL N times on its way and starts it again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import floors, mailbox
from bench.proc import Peak, children, cpu, cpu_alone, memory

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "bench password"
ADMIN = "patron@example.org"
#: Seconds after which a run that goes nowhere is given up.
GIVE_UP = 900.0


class Outside:
    """bench.outside as a process."""

    def __init__(self, *, latency: float, crm_limit: int, imap: int, sent: Path | None) -> None:
        command = [
            sys.executable,
            "-m",
            "bench.outside",
            "--latency",
            str(latency),
            "--crm-limit",
            str(crm_limit),
            "--imap",
            str(imap),
        ]
        self.process = subprocess.Popen(
            [*command, "--sent", str(sent or "")], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ports: dict[str, int] = self._line()
        self._lock = threading.Lock()

    def _line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self, what: str) -> dict[str, Any]:
        """``all``, or the few figures that are cheap."""
        assert self.process.stdin is not None
        with self._lock:
            self.process.stdin.write(f"{what}\n")
            self.process.stdin.flush()
            told: dict[str, Any] = self._line()
        return told

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@contextmanager
def dovecot() -> Iterator[Any]:
    """The server of the tests, with one account."""
    sys.path.insert(0, str(ROOT / "tests"))
    from tests.dovecot import Dovecot

    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        raise SystemExit("Il manque Dovecot : apt-get install dovecot-imapd (ou make servers)")
    root = Path(tempfile.mkdtemp(prefix="bench"))
    root.chmod(0o755)
    server = Dovecot(root)
    try:
        server.set_password(mailbox.ADDRESS, PASSWORD)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


class Product:
    """The service as a process; killed and started again at will. ``ready`` is the seconds its first start took."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.spent = 0.0
        self.starts: list[float] = []
        self._ready = threading.Event()
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = folder / "notify"
        address.unlink(missing_ok=True)
        self._told.bind(str(address))
        threading.Thread(target=self._listen, daemon=True).start()
        self.env = {**env, "NOTIFY_SOCKET": str(address)}

    def start(self) -> None:
        """Start, and wait until it says that it is ready (sd_notify)."""
        self._ready.clear()
        began = time.monotonic()
        with (self.folder / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "daemon.py"), "run"], cwd=self.folder, env=self.env, stderr=log, stdout=log
            )
        if not self._ready.wait(180):
            raise SystemExit(f"the service does not start: see {log.name}")
        self.starts.append(time.monotonic() - began)

    def _listen(self) -> None:
        """What systemd would be told: read at once, for a full socket would hold the service up."""
        while True:
            if b"READY=1" in self._told.recv(100):
                self._ready.set()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """As a power cut does, workers and all."""
        assert self.process is not None
        self.spent += cpu(self.pid)
        below = children(self.pid)
        self.process.kill()
        self.process.wait()
        for pid in below[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process = None

    def stop(self) -> float:
        """Politely; how long that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - began


class Look:
    """What the store says is still to be done."""

    WORK = (
        "select (select count(*) from inbox where state in ('new', 'read')), "
        "(select count(*) from outbox where state in ('intended', 'sending', 'uncertain')), "
        "(select count(*) from outbox where state = 'parked'), (select count(*) from inbox), (select count(*) from cases)"
    )

    def __init__(self, url: str) -> None:
        from sqlalchemy import create_engine, text

        self.engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        self.text = text(self.WORK)

    def __call__(self) -> tuple[int, ...]:
        from sqlalchemy.exc import DBAPIError

        try:
            with self.engine.connect() as connection:
                return tuple(connection.execute(self.text).one())
        except DBAPIError:
            return (-1, -1, 0, 0, 0)


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def settings(given: argparse.Namespace, folder: Path, imap: int, ports: dict[str, int]) -> dict[str, str]:
    """The operator's settings: a mailbox, HubSpot, R2 and ClickUp, all on loopback."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH")}
    here = "http://127.0.0.1:{}"
    return kept | {
        "DATA_DIR": str(folder / "data"), "DIRECTIVES_DIR": str(ROOT / "directives"), "BUSINESS": "figurative", "ADMIN_EMAIL": ADMIN,
        "GMAIL_EMAIL": mailbox.ADDRESS, "GMAIL_APP_PASSWORD": PASSWORD, "IMAP_HOST": "127.0.0.1", "IMAP_PORT": str(imap),
        "IMAP_SECURITY": "none", "IMAP_FIRST_DAYS": "0", "IMAP_SENT": "server",
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(ports["smtp"]), "SMTP_SECURITY": "none", "LOG_LEVEL": "WARNING",
        "HUBSPOT_API_KEY": "pat-eu1-bench", "HUBSPOT_BASE_URL": here.format(ports["crm"]), "HUBSPOT_PIPELINE_ID": "1",
        "HUBSPOT_STAGE_NEW": "1", "HUBSPOT_STAGE_CLOSED": "2", "HUBSPOT_HUB_ID": "1", "HUBSPOT_WINDOW": "190",
        "CLICKUP_API_KEY": "pk_1_bench", "CLICKUP_PARENT_TASK_ID": "1", "CLICKUP_BASE_URL": here.format(ports["crm"]) + "/clickup",
        "R2_ACCESS_KEY_ID": "bench", "R2_SECRET_ACCESS_KEY": "bench-secret", "R2_BUCKET_NAME": "bench",
        "R2_ENDPOINT_URL": here.format(ports["s3"]), "R2_PUBLIC_URL": "https://files.example", "PORT": str(free_port()),
        **({"DATABASE_URL": given.database} if given.store == "postgresql" else {}),
    }  # fmt: skip


def work(
    given: argparse.Namespace, product: Product, outside: Outside, look: Look, mails: int
) -> tuple[float, float, float, Peak]:
    """Run until all is done: (seconds from ready to the last arrival outside, CPU seconds, those of the service's own process since
    it started last, peak)."""
    chance = random.Random(given.seed)
    kills = sorted(chance.uniform(0.1, 0.9) for _ in range(given.kill))
    product.start()
    began, spent, own = time.time(), cpu(product.pid), cpu_alone(product.pid)
    peak, quiet = Peak(product.pid), 0
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end and product.process is not None and product.process.poll() is None:
        time.sleep(0.25)
        told = outside.ask("few")
        if kills and told["tickets"] >= kills[0] * mails:
            kills.pop(0)
            product.kill()
            peak.stop()
            product.start()
            peak, own = Peak(product.pid), 0.0
        if told["tickets"] >= mails * 0.9 or time.time() - told["last"] > 5:
            new, waiting, _, taken, _ = look()
            quiet = quiet + 1 if (new, waiting) == (0, 0) and taken >= given.mails else 0
            if quiet >= 2:
                break
    last = outside.ask("few")["last"]
    spent = product.spent + cpu(product.pid) - spent
    own = cpu_alone(product.pid) - own
    peak.stop()
    return last - began, spent, own, peak


def alone(given: argparse.Namespace, imap: int, outside: Outside) -> list[tuple[float, float]]:
    """One mail at a time, the service at rest before: seconds from its arrival in the mailbox to its reply at the SMTP server, and until
    the server told another connection that waits as the service does (IDLE) of it: Dovecot gathers news for half a second."""
    from imapclient import IMAPClient

    times = []
    with IMAPClient("127.0.0.1", imap, ssl=False) as client, IMAPClient("127.0.0.1", imap, ssl=False) as other:
        for one in (client, other):
            one.login(mailbox.ADDRESS, PASSWORD)
        other.select_folder("INBOX", readonly=True)
        for number in range(given.alone):
            mail = next(m for m in mailbox.mails(10**6, given.seed + 1000 + number) if m.request and m.files == 1)
            raw = mail.raw.replace(b"<bench-", b"<alone%d-" % number).replace(b"client0", b"alone%d" % number)
            time.sleep(6)
            other.idle()
            before, began = outside.ask("few")["mails"], time.monotonic()
            client.append("INBOX", raw)
            told: list[float] = []
            waiting = threading.Thread(target=_told, args=(other, told))
            waiting.start()
            while outside.ask("few")["mails"] == before and time.monotonic() - began < 60:
                time.sleep(0.005)
            times.append((time.monotonic() - began, (waiting.join() or told[0]) - began))
            other.idle_done()
    return times


def _told(waiting: Any, at: list[float]) -> None:
    """When the server tells of something new, within a minute."""
    waiting.idle_check(timeout=60)
    at.append(time.monotonic())


def print_table(title: str, rows: list[tuple[str, str]]) -> None:
    print(title)
    for name, value in rows:
        print(f"  {name:44}{value}")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds that every outside call takes")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill", type=int, default=0, help="how often the service is killed on its way")
    parser.add_argument("--crm-limit", type=int, default=0, help="HubSpot calls allowed in ten seconds; the rest get 429")
    parser.add_argument("--malformed", type=float, default=mailbox.MALFORMED, help="share of the mails")
    parser.add_argument("--alone", type=int, default=0, help="mails that come one at a time afterwards, timed to their reply")
    parser.add_argument("--idle", type=float, default=0.0, help="seconds to watch it idle afterwards")
    parser.add_argument("--no-floors", action="store_true")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--keep", default="", help="folder in which the service's data and log stay")
    given = parser.parse_args()
    with ExitStack() as held:
        run(given, held)


def run(given: argparse.Namespace, held: ExitStack) -> None:
    """One run, one table."""
    server = held.enter_context(dovecot())
    folder = Path(given.keep) if given.keep else Path(held.enter_context(tempfile.TemporaryDirectory(prefix="guichet-bench")))
    folder.mkdir(parents=True, exist_ok=True)
    user = server.mail_user
    home = server.root / "mail" / mailbox.ADDRESS
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    written = mailbox.fill(home, given.mails, given.seed, malformed=given.malformed, uid=user.pw_uid, gid=user.pw_gid)
    size = sum(path.stat().st_size for path in (home / "cur").iterdir())
    # The first look at a Maildir makes Dovecot's index: that is the server's, not ours to measure.
    floors.bare_socket(server.port, mailbox.ADDRESS, PASSWORD, 10)
    sent = None
    if given.kill:
        from imapclient.imap_utf7 import encode

        from tests.dovecot import SENT

        sent = home / f".{encode(SENT).decode()}"
        for name in ("", "cur", "new", "tmp"):
            (sent / name).mkdir(exist_ok=True)
            os.chown(sent / name, user.pw_uid, user.pw_gid)
    if given.store == "postgresql":
        from tests.postgres import fresh
        from tests.postgres import server as postgres

        given.database = fresh(postgres())
    ways: list[floors.Floor] = []
    if not given.no_floors:
        files = sorted((home / "cur").iterdir())[: min(given.mails, 1000)]
        least = Outside(latency=0, crm_limit=0, imap=0, sent=None)
        ways = [
            floors.imapclient_alone(server.port, mailbox.ADDRESS, PASSWORD, given.mails),
            floors.bare_socket(server.port, mailbox.ADDRESS, PASSWORD, given.mails),
            floors.stdlib_parse(files),
            floors.least_code(server.port, mailbox.ADDRESS, PASSWORD, least.ports, given.mails),
        ]
        least.close()
    outside = Outside(latency=given.latency / 1000, crm_limit=given.crm_limit, imap=server.port, sent=sent)
    held.callback(outside.close)
    imap = outside.ports["imap"] if given.latency else server.port
    (folder / "data").mkdir(exist_ok=True)
    product = Product(folder, settings(given, folder, imap, outside.ports))
    look = Look(given.database if given.store == "postgresql" else f"sqlite:///{folder / 'data' / 'guichet.db'}")
    people = sum(w.request for w in written)
    seconds, spent, own, peak = work(given, product, outside, look, people)
    told = outside.ask("all")
    state = look()
    rows = report(given, written, told, state, seconds, spent, ways)
    if not given.kill:
        share = f"{own / given.mails * 1000:.2f}, {(spent - own) / given.mails * 1000:.2f}"
        rows.insert(2, ("of it: the service itself, its readers", share))
    rows += [("peak memory, workers counted", f"{peak.rss:.0f} MB RSS, {peak.pss:.0f} MB PSS")]
    if given.alone:
        times = alone(given, server.port, outside)
        whole, ours = sorted(t for t, _ in times), sorted(t - told for t, told in times)
        middle = len(times) // 2
        rows += [
            ("a lone mail, arrival to reply", f"{whole[middle]:.2f} s median, {whole[-1]:.2f} s worst of {len(times)}"),
            ("the same, from when the server tells (IDLE)", f"{ours[middle]:.2f} s median, {ours[-1]:.2f} s worst"),
        ]
    if given.idle:
        time.sleep(25)
        before, at = cpu(product.pid), time.monotonic()
        time.sleep(given.idle)
        share = (cpu(product.pid) - before) / (time.monotonic() - at)
        rss, pss = memory(product.pid)
        rows.append(("idle afterwards", f"{rss:.0f} MB RSS, {pss:.0f} MB PSS, {share * 100:.2f} % of a core"))
    rows.append(
        ("start-up, first" + (" and after kills" if given.kill else ""), ", ".join(f"{s:.2f} s" for s in product.starts))
    )
    rows.append(("stop", f"{product.stop():.2f} s"))
    for way in ways:
        rows.append((f"floor: {way.name}", f"{way.rate:7.0f} mails/s, {way.cpu_per_1000:5.2f} CPU s per 1,000"))
    latency = f"{given.latency:.0f} ms a call" if given.latency else "no latency"
    title = (
        f"{given.mails} mails ({size / 1e6:.0f} MB), {latency}, {given.store}, seed {given.seed}; load {os.getloadavg()[0]:.1f}"
    )
    print_table(title, rows)


def report(
    given: argparse.Namespace,
    written: list[mailbox.Written],
    told: dict[str, Any],
    state: tuple[int, ...],
    seconds: float,
    spent: float,
    ways: list[floors.Floor],
) -> list[tuple[str, str]]:
    """The rows that say how fast and how well."""
    rate = given.mails / seconds if seconds > 0 else 0.0
    wanted = {mailbox.identity(w.number): w for w in written if w.request}
    tickets = told["tickets"]
    lost = [id for id in wanted if id not in tickets]
    doubled = sum(n - 1 for n in tickets.values())
    strangers = [id for id in tickets if id not in wanted]
    mails: dict[str, int] = told["mails"]
    twice = sum(n - 1 for name, n in mails.items() if not name.startswith(ADMIN))
    bad = [id for id, w in wanted.items() if w.malformed]
    calls: dict[str, int] = {}
    for name, number in told["calls"].items():
        system = name.partition(" ")[0]
        if system != "smtp" or name == "smtp RCPT":
            calls[system] = calls.get(system, 0) + number
    rows = [
        ("mails/s, all delivered", f"{rate:.0f} ({seconds:.1f} s)"),
        ("CPU s per 1,000 mails", f"{spent / given.mails * 1000:.2f}"),
    ]
    if ways:
        rows.append(("share of the imapclient fetch floor", f"{rate / ways[0].rate:.2f}"))
        rows.append(("share of the least code's rate", f"{rate / ways[3].rate:.2f}"))
    rows += [
        ("lost / doubled tickets / doubled mails", f"{len(lost)} / {doubled} / {twice + told['mails_again']}"),
        (
            "tickets, contacts, mails out, files",
            f"{sum(tickets.values())}, {told['contacts']}, {sum(mails.values())}, {told['objects']}",
        ),
        ("malformed mails: tickets", f"{len(bad)}: {sum(id in tickets for id in bad)}"),
        ("parked effects, unfinished", f"{state[2]}, {state[0] + state[1]}"),
        ("outside calls a mail", ", ".join(f"{k} {v / given.mails:.3f}" for k, v in sorted(calls.items()))),
        ("most connections at once", ", ".join(f"{k} {v}" for k, v in sorted(told["most"].items()))),
    ]
    hub = {k: v for k, v in told["calls"].items() if k.startswith("crm ")}
    rows.append(("HubSpot calls", ", ".join(f"{k[4:]} {v}" for k, v in sorted(hub.items()))))
    if told["refused"]:
        rows.append(("HubSpot calls refused (429)", str(told["refused"])))
    if told["put_again"]:
        rows.append(("files stored again under the same key", str(told["put_again"])))
    if lost or strangers:
        rows.append(
            ("lost, for instance", f"{[(wanted[i].number, wanted[i].malformed) for i in lost[:5]]} unknown: {strangers[:3]}")
        )
    return rows


if __name__ == "__main__":
    main()
