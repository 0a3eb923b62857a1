"""Files on disk, in place of an object store."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from connectors.local.folder import folder_health, reason, safe_name, write_whole
from core.effects import Effect, Receipt, StoreFile, System
from core.erasure import Trace
from core.errors import PortError, Rejected, Transient
from core.ports import Health, Spool

#: Bytes read at once.
_CHUNK = 1024 * 1024
#: A file's place on the page of its case.
_ON_A_PAGE = re.compile(r"/cases/[^/#]+#file-[0-9a-f]{16}\Z")


class DiskFiles:
    """Stores ``<case>/<start of the hash>-<name>`` under a folder; the receipt's id is that path.

    Its url is for people: the file's place on the page of its case, at the desk's address ``desk``; where there is none, the path as
    a file:// one, which opens on this machine alone.
    """

    system: System = "files"
    batch = 20
    findable = True
    lag = 0.0

    def __init__(self, folder: Path, *, spool: Spool, desk: str = "") -> None:
        self._folder, self._desk = folder, desk.rstrip("/")
        self._spool = spool

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Write them. The same content for the same case is the same file."""
        return [self._deliver(effect) for effect in effects]

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look at the disk: a file is there whole or not at all."""
        return [self._find(effect) for effect in effects]

    def check(self) -> Health:
        """Whether the folder can be written to."""
        return folder_health(self._folder)

    def close(self) -> None:
        """Nothing is held."""

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the files."""
        return [self._forget(trace) for trace in traces]

    def _forget(self, trace: Trace) -> PortError | None:
        path = self._folder / trace.id
        ours = trace.url.startswith("file://") or _ON_A_PAGE.search(trace.url)
        if not ours or not path.resolve().is_relative_to(self._folder.resolve()):
            return Rejected("fait dans un autre système, qui n'est plus réglé")
        try:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # other files of the case
                path.parent.rmdir()
        except OSError as error:
            return Transient(f"un fichier ne peut pas être effacé dans {self._folder} : {reason(error)}")
        return None

    def _find(self, effect: Effect) -> Receipt | None:
        payload = effect.payload
        if not isinstance(payload, StoreFile) or not self._path(payload).is_file():
            return None
        return self._receipt(payload, found=True)

    def _deliver(self, effect: Effect) -> Receipt | PortError:
        payload = effect.payload
        if not isinstance(payload, StoreFile):
            return Rejected(f"un dossier de fichiers ne sait pas faire « {effect.kind} »")
        if found := self._find(effect):
            return found
        try:
            with self._spool.open(payload.sha256) as source:
                write_whole(self._path(payload), _chunks(source))
        except KeyError:
            return Rejected(f"le fichier {payload.name} n'est plus conservé ici : redemandez-le au client")
        except OSError as error:
            free = shutil.disk_usage(self._folder).free if self._folder.exists() else 0
            return Transient(
                f"le fichier {payload.name} ne peut pas être écrit dans {self._folder} ({free >> 20} Mio libres) : {reason(error)}"
            )
        return self._receipt(payload, found=False)

    def _path(self, payload: StoreFile) -> Path:
        return self._folder / safe_name(payload.case_id) / f"{payload.sha256[:16]}-{safe_name(payload.name)}"

    def _receipt(self, payload: StoreFile, *, found: bool) -> Receipt:
        path = self._path(payload)
        page = f"{self._desk}/cases/{payload.case_id}#file-{payload.sha256[:16]}"
        return Receipt(path.relative_to(self._folder).as_posix(), page if self._desk else path.absolute().as_uri(), found)


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
