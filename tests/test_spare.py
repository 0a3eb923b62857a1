"""Memory that is not taken, or given back."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from core.spare import absent
from engine import collector
from engine.reader_pool import serve

ROOT = Path(__file__).resolve().parent.parent

#: Blocks in a heap as a busy service leaves them: most are free, no free end of it is long. Prints MB before and after.
HOLES = """
from engine.collector import give_back_busy, spare_memory
spare_memory()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
blocks = [bytearray(100_000) for _ in range(500)]
for block in blocks:
    block[::4096] = b"x" * len(block[::4096])
kept = blocks[::10]
del blocks, block
before = resident()
assert give_back_busy()
print(before, resident(), len(kept))
"""


def fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_is_absent_cannot_be_imported_and_can_be_afterwards() -> None:
    told = fresh(
        "import sys\n"
        "from core.spare import absent\n"
        "with absent('colorsys', 'json'):\n"
        "    try:\n"
        "        import colorsys\n"
        "    except ImportError:\n"
        "        print('absent')\n"
        "import colorsys\n"
        "print(colorsys.__name__)\n"
    )
    assert told.split() == ["absent", "colorsys"]


def test_what_is_loaded_stays() -> None:
    with absent("subprocess"):
        assert sys.modules["subprocess"] is subprocess
    assert sys.modules["subprocess"] is subprocess


def test_the_service_loads_neither_colours_nor_guesses_of_charsets() -> None:
    told = fresh(
        "import sys, engine.logs, connectors.http.client\n"
        "print([n for n in ('rich', 'pygments', 'chardet', 'charset_normalizer') if n in sys.modules])\n"
        "import rich, charset_normalizer\n"
        "print(charset_normalizer.from_bytes('déjà vu, très bien'.encode()).best().encoding)\n"
    )
    assert told.splitlines() == ["[]", "utf_8"]


def test_pages_are_made_without_the_first_pydantic() -> None:
    told = fresh(
        "import sys, fastapi\n"
        "from web.app import make_app\n"
        "from core.spare import absent\n"
        "def made():\n"
        "    app = fastapi.FastAPI()\n"
        "    @app.get('/')\n"
        "    def one(a: int) -> dict[str, int]: ...\n"
        "absent('pydantic.v1')(made)()\n"
        "print('pydantic.v1' in sys.modules, hasattr(make_app, '__wrapped__'))\n"
        "made()\n"
        "print('pydantic.v1' in sys.modules)\n"
    )
    assert told.splitlines() == ["False True", "True"]


def test_at_work_what_is_free_goes_back() -> None:
    before, after, kept = map(float, fresh(HOLES).split())
    assert kept == 50
    assert before - after > 30


def test_it_goes_back_once_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_given", 100.0)
    assert [collector.give_back_busy(at) for at in (100.9, 101.0, 101.9, 102.0)] == [False, True, False, True]


def test_a_worker_gives_back_after_each_bundle_once_its_answers_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    pipe, told = Connection(ours.dup().detach()), list[bool]()
    monkeypatch.setattr("engine.reader_pool.give_back_busy", lambda: told.append(pipe.poll()))

    def read(task: Mapping[str, Any], files: dict[str, bytes]) -> Any:
        raise OSError(f"{task['raw']}")

    for raw in ("a", "b"):
        pipe.send_bytes(json.dumps([{"raw": raw}]).encode())
    ours.shutdown(socket.SHUT_WR)  # the service is gone once it has said that
    serve(theirs.detach(), (read, lambda files: None))
    assert told == [True, True]
    assert [pipe.recv_bytes() for _ in told] == [b"?a", b"?b"]
    ours.close()
    pipe.close()
