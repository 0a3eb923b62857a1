"""A real IMAP server for tests: Debian's Dovecot on loopback, with its own configuration, users and certificate.

Needs the package dovecot-imapd (2.3). Run as root, the server gives mail to ``nobody``; run as anyone else, everything is theirs.
"""

from __future__ import annotations

import contextlib
import datetime
import grp
import ipaddress
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from connectors.gmail.account import Account

PASSWORD = "mot de passe 1"

_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{root}/mail/%u
first_valid_uid = 1
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 40
maildir_very_dirty_syncs = yes
mail_fsync = never
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox "{sent}" {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""

#: Connections that idle for a second go to a process that holds them all, and come back with the first news, as at large providers.
_HIBERNATE = """
imap_hibernate_timeout = 1 s
service imap {{
  unix_listener imap-master {{
    user = {internal}
  }}
}}
"""

SENT = "Messages envoyés"


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for localhost and 127.0.0.1 (cert.pem, key.pem); it is its own authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem"


class Dovecot:
    """The running server. ``users`` are made at will; all share PASSWORD until it is changed."""

    def __init__(self, root: Path, *, hibernates: bool = False) -> None:
        self.root = root
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = str(make_certificate(root))
        self.mail_user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        own = os.getuid() != 0
        me = self.mail_user.pw_name
        group = "dovecot" if not own else grp.getgrgid(os.getgid()).gr_name
        (root / "users").mkdir()
        (root / "mail").mkdir()
        os.chown(root / "mail", self.mail_user.pw_uid, self.mail_user.pw_gid)
        (root / "dovecot.conf").write_text(
            (_CONFIG + (_HIBERNATE if hibernates else "")).format(
                root=root,
                sent=SENT,
                internal=me if own else "dovecot",
                login=me if own else "dovenull",
                group=group,
                uid=self.mail_user.pw_uid,
                gid=self.mail_user.pw_gid,
                port=self.port,
                tls_port=self.tls_port,
            )
        )
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it greets."""
        binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert binary is not None
        self._process = subprocess.Popen(
            [binary, "-F", "-c", str(self.root / "dovecot.conf")], stderr=subprocess.PIPE, start_new_session=True
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                sock.settimeout(5)
                if sock.recv(100).startswith(b"* OK"):
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        assert self._process.stderr is not None
        self._process.kill()
        raise RuntimeError(f"dovecot does not start: {self._process.stderr.read().decode()} {self.log()}")

    def stop(self) -> None:
        """Stop it; mail stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._process.kill()
            # On a busy machine its children outlive it, and hold the ports.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(5)
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None

    def processes(self) -> list[str]:
        """The names of what runs below it."""
        assert self._process is not None
        below = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [Path(f"/proc/{pid}/comm").read_text().strip() for pid in below]

    def log(self) -> str:
        """What the server wrote to its log."""
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def user(self) -> Mailbox:
        """A new account with an empty INBOX and a Sent folder."""
        email = f"compte{next(self._numbers)}@example.org"
        self.set_password(email, PASSWORD)
        return Mailbox(self, email)

    def set_password(self, email: str, password: str) -> None:
        """From now on. A file each, and a time that moves: the server reads one again when it sees another time."""
        path = self.root / "users" / email
        new = path.with_suffix(".new")
        new.write_text(f"{email}:{password}::::::\n")
        new.chmod(0o644)
        stamp = 1_700_000_000 + next(self._numbers)
        os.utime(new, (stamp, stamp))
        new.replace(path)


@dataclass(frozen=True)
class Mailbox:
    """One account."""

    server: Dovecot
    email: str

    def account(self, **changed: object) -> Account:
        """How to reach it, without TLS unless told."""
        values: dict[str, object] = {
            "email": self.email,
            "host": "127.0.0.1",
            "port": self.server.port,
            "security": "none",
            "password": PASSWORD,
            "ca_file": self.server.ca_file,
            "connect_timeout": 5.0,
            "timeout": 10.0,
        }
        return Account(**(values | changed))  # type: ignore[arg-type]

    @contextlib.contextmanager
    def client(self, folder: str | None = "INBOX") -> Iterator[IMAPClient]:
        """A session of someone else on the account."""
        client = IMAPClient("127.0.0.1", self.server.port, ssl=False, timeout=20)
        try:
            client.login(self.email, PASSWORD)
            if folder is not None:
                client.select_folder(folder)
            yield client
        finally:
            client.logout()

    def append(self, *raws: bytes, folder: str = "INBOX", at: datetime.datetime | None = None) -> None:
        """Put messages there as a server would, one after the other."""
        with self.client(None) as client:
            for raw in raws:
                client.append(folder, raw, msg_time=at)

    def fill(self, raws: list[bytes]) -> None:
        """Put many messages into INBOX, a thousand a command."""
        with self.client(None) as client:
            for i in range(0, len(raws), 1000):
                client.multiappend("INBOX", raws[i : i + 1000])

    def renumber(self) -> None:
        """Give INBOX another UIDVALIDITY, as a restored backup or a moved account does."""
        folder = self.server.root / "mail" / self.email
        uidlist = folder / "dovecot-uidlist"
        header = uidlist.read_text().partition("\n")[0]
        uidlist.write_text(re.sub(r"V(\d+) N\d+", lambda match: f"V{int(match[1]) + 1} N1", header) + "\n")
        for path in folder.glob("dovecot.index*"):
            path.unlink()

    def flags(self) -> dict[int, set[str]]:
        """The flags of every message of INBOX."""
        with self.client() as client:
            return {uid: {f.decode() for f in data} for uid, data in client.get_flags(client.search()).items()}
