"""A template whose children tell what they know over their socket, and do what they are told; for the tests of engine.forks."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.forks import Life, serve_forks


def template(descriptor: int) -> None:
    serve_forks(descriptor, know)


def know(told: Mapping[str, Any]) -> Life:
    if told.get("broken"):
        raise ValueError("these documents are broken")
    loaded = {"told": told, "by": os.getpid()}

    def live(descriptor: int) -> None:
        with socket.socket(fileno=descriptor) as channel:
            while word := channel.recv(100):
                if word == b"die":
                    os._exit(3)
                files = len(list(Path("/proc/self/fd").iterdir()))
                channel.sendall(f"{loaded['told']['word']} {loaded['by']} {os.getppid()} {files}".encode())

    return live
