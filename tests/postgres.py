"""A real PostgreSQL for tests: Debian's package on loopback, a throw-away cluster of its own, started as an unprivileged user.

``server()`` starts it once a process and gives its URL; ``fresh(url)`` makes an empty database in it. Needs the package
postgresql: without it the tests are skipped on a desk and fail in CI. Durability is off: the tests kill our process, not the server's.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")
_numbers = itertools.count(1)
#: Kept so that their pipes stay open as long as we live.
_keepers: list[subprocess.Popen[bytes]] = []


def _programs() -> Path | None:
    """The newest installed version's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


def _user() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _as(user: str | None) -> dict[str, Any]:
    """The arguments of subprocess that make it that user's; the group list is emptied too."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


@cache
def server() -> str:
    """The URL of the server, started at the first call and stopped with the process; skips where there is none."""
    programs = _programs()
    if programs is None:
        reason = "PostgreSQL n'est pas installé (apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="guichet-pg-"))
    user = _user()
    if user:
        shutil.chown(root, user)

    def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            command, cwd=root, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False, **_as(user)
        )
        if check and result.returncode:
            pytest.fail(f"{' '.join(command)}: {result.stdout}{result.stderr}")
        return result

    data = root / "data"
    locale = ("--locale=C.UTF-8", "--encoding=UTF8")
    run(str(programs / "initdb"), "-D", str(data), "-U", "guichet", "-A", "trust", "--no-sync", *locale)
    for attempt in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = " ".join(f"-c {option}" for option in _OPTIONS)
        options += f" -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={root}"
        log = root / "log"
        started = run(
            str(programs / "pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(log),
            "-w",
            "-t",
            "30",
            "-o",
            options,
            "start",
            check=attempt == 4,
        )
        if started.returncode == 0:
            break
        time.sleep(0.2)  # somebody took the port in between

    # Its keeper waits for the end of our process, however that comes (a killed worker runs no clean-up), then tidies up.
    goodbye = f"cat >/dev/null; '{programs}/pg_ctl' -D '{data}' -m immediate stop >/dev/null 2>&1; rm -rf '{root}'"
    _keepers.append(
        subprocess.Popen(["/bin/sh", "-c", goodbye], stdin=subprocess.PIPE, cwd="/", start_new_session=True, **_as(user))
    )
    return f"postgresql://guichet@127.0.0.1:{port}/postgres"


def fresh(url: str) -> str:
    """The URL of a new, empty database on that server."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.rsplit("/", 1)[0] + f"/{name}"


def copy(url: str) -> str:
    """The URL of a new database that begins as a copy of that one, to which nobody may be connected."""
    base, template = url.rsplit("/", 1)
    name = f"t{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{base}/{name}"


def drop(url: str) -> None:
    """Remove the database again."""
    base, name = url.rsplit("/", 1)
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
