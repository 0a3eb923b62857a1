"""The door's own process (web.door): what it verifies with, where it keeps. Light, for it is there beside the daemon all the time.

The daemon starts it (edge.py) with two sockets and tells it the rest on its standard input: secrets stand in no list of processes.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.call import Proof
from signatures import verifier
from store.crypto import Keys
from store.doorstep import Doorstep
from web.door import Door, Entry

if TYPE_CHECKING:
    from engine.hooks import Hook


def told(hooks: Mapping[str, Hook], *, folder: Path, secret: str, secure: bool) -> dict[str, Any]:
    """What the process is told, JSON-like. Hooks that only the daemon can verify stay with it."""
    from engine.callers import path_of  # the process itself does without the engine

    rows = [
        {
            "path": path_of(name),
            "vendor": hook.proof.vendor,
            "secret": hook.proof.secret,
            "public_url": hook.proof.public_url,
            "answer": list(hook.answer),
        }
        for name, hook in hooks.items()
        if hook.proof is not None
    ]
    return {"hooks": rows, "folder": str(folder), "secret": secret, "secure": secure}


def main(listening: int, control: int) -> None:
    """The process's life. It ends with the daemon, whose signals are not meant for it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    init = json.loads(sys.stdin.buffer.read())
    doorstep = Doorstep(Path(init["folder"]), Keys.derive(init["secret"]))
    entries = {
        row["path"]: Entry(verifier(Proof(row["vendor"], row["secret"], row["public_url"])), tuple(row["answer"]))
        for row in init["hooks"]
    }
    accepts, speaks = socket.socket(fileno=listening), socket.socket(fileno=control)
    Door(accepts, speaks, entries, doorstep.put, secure=bool(init["secure"])).run()
