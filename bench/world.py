"""What a measured service has around it, all on loopback: Dovecot, light outside systems, the operator's settings, and the service
itself as a process that can be killed and started again."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import mailbox
from bench.proc import children, cpu

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "bench password"
ADMIN = "patron@example.org"


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
def dovecot(*, hibernates: bool = False) -> Iterator[Any]:
    """The server of the tests, with one account."""
    sys.path.insert(0, str(ROOT / "tests"))
    from tests.dovecot import Dovecot

    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        raise SystemExit("Il manque Dovecot : apt-get install dovecot-imapd (ou make servers)")
    root = Path(tempfile.mkdtemp(prefix="bench"))
    root.chmod(0o755)
    server = Dovecot(root, hibernates=hibernates)
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
