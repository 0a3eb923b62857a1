"""The doorstep: verified webhooks as they came, on the disk before their callers are answered, until a lane takes them in.

    folder/00000000001764284400123456789-5f3a…     one file for those that came at the same moment, sealed; its name binds it

A file appears under its name only when all of it is on the disk. It is removed once what it tells is committed: a crash between the
two shows the same calls again, which are known then. Only one that cannot be opened stays, for a person to look at.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.call import Call
from store.crypto import Keys
from store.disk import synchronise
from store.sealed import told

_TEMPORARY = ".part"


class Doorstep:
    """A folder of this machine. One process puts, another takes; each may be killed at any moment."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder, self._keys = folder, keys

    def put(self, calls: Sequence[Call]) -> None:
        """Durable when it returns. Raises UserError when the disk does not take it."""
        name = f"{time.time_ns():029d}-{os.urandom(8).hex()}"
        sealed = self._keys.seal("doorstep", name, json.dumps([_told(call) for call in calls]).encode())
        target = self.folder / name
        part = target.with_name(name + _TEMPORARY)
        try:
            self._made()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.rename(target)
            synchronise(self.folder)
        except OSError as error:
            for left in (part, target):
                with suppress(OSError):
                    left.unlink()
            raise told(error, self.folder) from error

    def _made(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            synchronise(self.folder.parent)

    def clear(self) -> None:
        """Remove what a crash left half written: its caller was never answered. Only while nobody puts."""
        for name in self._names():
            if name.endswith(_TEMPORARY):
                self._remove(name)

    def waiting(self) -> list[str]:
        """The names of what lies there, oldest first."""
        return sorted(name for name in self._names() if not name.endswith(_TEMPORARY))

    def open(self, name: str) -> tuple[datetime, list[Call]]:
        """What lies under that name, and when it came. Raises Unreadable (a UserError), or OSError."""
        sealed = (self.folder / name).read_bytes()
        rows = json.loads(self._keys.unseal("doorstep", name, sealed))
        at = datetime.fromtimestamp(int(name.partition("-")[0]) / 1e9, UTC)
        return at, [Call(**row | {"body": base64.b64decode(row["body"])}) for row in rows]

    def remove(self, names: Sequence[str]) -> None:
        """They are taken in. Not synchronised: one that comes back after a crash is known."""
        for name in names:
            self._remove(name)

    def _remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise told(error, self.folder) from error


def _told(call: Call) -> dict[str, object]:
    return {
        "method": call.method,
        "target": call.target,
        "scheme": call.scheme,
        "host": call.host,
        "headers": dict(call.headers),
        "body": base64.b64encode(call.body).decode(),
    }
