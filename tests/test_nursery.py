"""Forked commands begin, end, die and stand still as started ones do."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests import nursery

#: Two kinds of ends that an interpreter waits for, and what a process has of its own.
LATE = """
import atexit, os, sys, threading, time
atexit.register(lambda: print("at the end", flush=True))
threading.Thread(target=lambda: (time.sleep(0.2), print("a thread's last word", flush=True))).start()
print(sys.argv[1:], os.getcwd(), sorted(os.environ), flush=True)
"""


def script(folder: Path, text: str) -> str:
    path = folder / "script.py"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('des mots')", 1, "des mots\n"),
        ("raise OSError('un ennui')", 1, "OSError: un ennui\n"),
    ],
)
def test_it_ends_with_the_code_and_the_words_of_a_started_one(tmp_path: Path, text: str, code: int, told: str) -> None:
    ended = nursery.run([script(tmp_path, text)], cwd=tmp_path, env={}, timeout=30)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.endswith(told)
    assert bool(ended.stderr) == bool(told)


def test_threads_and_what_was_left_to_do_are_waited_for_in_its_own_surroundings(tmp_path: Path) -> None:
    ended = nursery.run([script(tmp_path, LATE), "run", "--once"], cwd=tmp_path, env={"DATA_DIR": "x"}, timeout=30)
    assert ended.stdout.splitlines() == [
        f"['run', '--once'] {tmp_path.resolve()} ['DATA_DIR']", "a thread's last word", "at the end",
    ]  # fmt: skip


def test_frozen_it_stays_and_killed_it_is_gone_with_what_listens_to_it(tmp_path: Path) -> None:
    listens = script(
        tmp_path,
        "import subprocess, time\n"
        "child = subprocess.Popen(['cat'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "while True: time.sleep(60)\n",
    )
    process = nursery.popen([listens], cwd=tmp_path, env={"PATH": os.environ["PATH"]})
    assert process.stdout is not None
    with process.stdout:
        child = int(process.stdout.readline())
        assert os.getpgid(process.pid) == os.getpgid(child) == os.getpgid(0)
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        assert Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        process.send_signal(signal.SIGCONT)
        assert process.poll() is None
        process.kill()
        assert process.wait(10) == nursery.KILLED
        assert process.stdout.read() == ""  # the end of it: nobody holds the other one any more, cat neither
    assert not Path(f"/proc/{process.pid}").exists()
    process.kill()  # of one that has ended: nothing
