"""The daemon's life under systemd: the watchdog is fed while every lane lives, the units are tight, the program runs inside them."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.units import place_units, units
from core.errors import UserError
from engine.directives import Report
from engine.lanes import Lane, LocalLanes
from engine.service import Probe
from tests.road import ADMIN, ROOT

#: systemd-analyze scores exposure from 0 (tight) to 10.
MOST_EXPOSED = 2.0
#: Refuse memory that is writable and executable, as MemoryDenyWriteExecute does (prctl(2), Linux 6.3).
PR_SET_MDWE, PR_GET_MDWE = 65, 66


class Runs:
    """Something served, with lanes that the test breaks."""

    def __init__(self, patience: float = 600.0) -> None:
        self.lanes = LocalLanes(clock=lambda: datetime.now(UTC), note=lambda *_: None, patience=patience)

    def start(self) -> None: ...
    def run_once(self, timeout: float = 0.0) -> dict[str, str]:
        return {}

    def reload(self) -> Report:
        raise AssertionError

    def stuck(self) -> list[str]:
        return self.lanes.stuck()

    def troubles(self) -> dict[str, str]:
        return self.lanes.troubles()

    def stop(self, timeout: float = 1.0) -> bool:
        return self.lanes.stop(timeout)


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket by which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def test_the_watchdog_is_fed_while_lanes_work_or_rest(systemd: socket.socket) -> None:
    runs, busy = Runs(), threading.Event()
    runs.lanes.add(Lane("busy", lambda: int(busy.wait(30)), every=60))
    runs.lanes.add(Lane("resting", lambda: 0, every=60))
    runs.lanes.start()
    try:
        assert Probe().look(runs)
        assert b"WATCHDOG=1" in systemd.recv(1000)
    finally:
        busy.set()
        assert runs.stop(5)


def test_a_stuck_lane_starves_the_watchdog_and_says_which(
    systemd: socket.socket, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    runs, inside, go_on = Runs(patience=0.2), threading.Event(), threading.Event()

    def hang() -> int:
        inside.set()
        go_on.wait(30)
        return 0

    runs.lanes.add(Lane("hangs", hang, every=60))
    runs.lanes.add(Lane("well", lambda: 0, every=60))
    runs.lanes.start()
    probe = Probe()
    try:
        assert inside.wait(5)
        time.sleep(0.3)
        assert not probe.look(runs)
        told = systemd.recv(1000)
        assert b"WATCHDOG" not in told
        assert "hangs" in told.decode()
        assert "hang" in capfd.readouterr().err, "where it hangs is shown, for who looks at it afterwards"
        assert "hangs" in caplog.text
        assert "well" not in caplog.text
        go_on.set()
        end = time.monotonic() + 5
        while runs.stuck() and time.monotonic() < end:
            time.sleep(0.01)
        assert probe.look(runs), "a lane that comes back feeds it again"
        assert b"WATCHDOG=1" in systemd.recv(1000)
    finally:
        go_on.set()
        assert runs.stop(5)


def test_a_lane_whose_thread_is_gone_is_stuck_and_a_stopped_service_is_not() -> None:
    runs = Runs()
    lane = Lane("gone", lambda: 0, every=60)
    runs.lanes.add(lane)
    lane.thread = threading.Thread(target=lambda: None)
    lane.thread.start()
    lane.thread.join()
    lane.sign_by = time.monotonic() + 600
    assert runs.stuck() == ["gone"]
    runs.stop()
    assert runs.stuck() == []


def test_troubles_show_in_the_status_line(systemd: socket.socket) -> None:
    runs = Runs()
    lane = Lane("mail", lambda: 0)
    lane.trouble = "accès refusé\nWATCHDOG=1"
    runs.lanes.add(lane)
    Probe().look(runs)
    assert systemd.recv(1000).decode().split("\n") == ["STATUS=mail : accès refusé WATCHDOG=1", "WATCHDOG=1"]


# ------------------------------------------------------------------ the units


@pytest.fixture
def analyze() -> str:
    """systemd's own judge of units."""
    found = shutil.which("systemd-analyze")
    if found is None:
        why = "needs systemd-analyze: apt-get install systemd"
        assert not os.environ.get("CI"), why
        pytest.skip(why)
    return found


@pytest.mark.parametrize("name", ["guichet.service", "guichet-backup.service", "guichet-canary.service"])
def test_the_units_leave_little_exposed(name: str, analyze: str, tmp_path: Path) -> None:
    place_units(units(root=ROOT), tmp_path)
    command = [analyze, "security", "--offline=true", "--no-pager", str(tmp_path / name)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told.stdout)
    assert found, told.stdout + told.stderr
    assert float(found[1]) < MOST_EXPOSED


def test_systemd_understands_every_line(analyze: str, tmp_path: Path) -> None:
    # A program that is there stands for the virtual environment's, which may be anywhere.
    texts = {name: text.replace(f"{ROOT}/.venv/bin/python", sys.executable) for name, text in units(root=ROOT).items()}
    place_units(texts, tmp_path)
    command = [analyze, "verify", "--man=no", *(str(tmp_path / name) for name in texts)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    ours = [line for line in told.stderr.splitlines() if "guichet" in line]
    assert ours == []


def test_the_units_speak_of_this_installation() -> None:
    texts = units(root=Path("/srv/counter"), data="/data/counter", env="/etc/counter.env", backups="/mnt/b", account="counter")
    whole = "\n".join(texts.values())
    assert sorted(texts) == sorted(p.name for p in (ROOT / "systemd").glob("guichet*.*"))
    for gone in ("/opt/guichet", "/var/lib/guichet", "/etc/guichet", "/var/backups", "User=guichet"):
        assert gone not in whole
    assert "ReadWritePaths=/data/counter" in texts["guichet.service"]
    assert "User=counter\nGroup=counter" in texts["guichet.service"]
    for odd in ("/srv/my counter", "/srv/100%", "relative", '/srv/"x"'):
        with pytest.raises(UserError):
            units(root=Path(odd))
    with pytest.raises(UserError):
        units(root=Path("/srv"), account="root; rm")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="sudo"):
        place_units(units(root=ROOT), tmp_path / "file")


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    texts = units(root=ROOT)
    place_units(texts, tmp_path / "absent/units")
    assert {p.name for p in (tmp_path / "absent/units").iterdir()} == set(texts)


def test_the_road_works_without_writable_code(tmp_path: Path) -> None:
    """MemoryDenyWriteExecute: a library that makes machine code at run time would die under the unit, not on a desk."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_GET_MDWE, 0, 0, 0, 0) < 0:
        assert not os.environ.get("CI"), "this kernel cannot refuse such memory (Linux 6.3 can)"
        pytest.skip("this kernel cannot refuse such memory (Linux 6.3 can)")
    code = "import ctypes,os,sys; ctypes.CDLL(None).prctl(65,1,0,0,0); os.execv(sys.executable,[sys.executable,*sys.argv[1:]])"
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")} | {"ADMIN_EMAIL": ADMIN}
    command = [sys.executable, "-c", code, str(ROOT / "daemon.py"), "demo", "--once", "--folder", str(tmp_path / "demo")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=110, cwd=ROOT, env=env, check=False)
    assert told.returncode == 0, told.stderr[-2000:]
    shutil.rmtree(tmp_path / "demo")
