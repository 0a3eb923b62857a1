"""Fixtures of real servers: ``pytest_plugins = ("servers",)`` in a test module makes them known there.

``dovecot`` is one IMAP server a session, ``mailbox`` a fresh account on it, ``proxy`` what may stand before it; ``smtp`` is a
fresh SMTP server. Without its Debian package a server's tests are skipped on a desk and fail in CI.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dovecot import Dovecot, Mailbox
from imap_help import Proxy, proxied
from smtp_server import MailServer, mail_server


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The server, started once."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        why = "needs a real IMAP server: apt-get install dovecot-imapd"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(why)
        pytest.skip(why)
    # Not pytest's own folder: the server's users cannot enter it, and its socket names would be too long.
    root = Path(tempfile.mkdtemp(prefix="imap"))
    root.chmod(0o755)
    server = Dovecot(root)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """A fresh account."""
    return dovecot.user()


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    """What stands between us and the IMAP server, and can meddle."""
    with proxied(dovecot.port) as standing:
        yield standing


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A server without TLS that wants a login."""
    with mail_server() as server:
        yield server
