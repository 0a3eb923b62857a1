"""Mail in folders: an inbox that reads .eml files, an outbox that writes them.

The inbox never moves, renames or changes a file: it is the customers'. What was taken is remembered in the ledger, under the
file's name and content, so a file that changes is a new item and a copy under another name is one too (their identity, which
the engine makes, decides whether they are new messages).
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from core.compose import CannotCompose, Piece, compose
from core.effects import Effect, Receipt, SendMessage, System
from core.erasure import Trace
from core.errors import PortError, Rejected, Transient
from core.message import Address, Channel
from core.ports import Batch, Health, Incoming, Ledger, Spool

#: A file younger than this (seconds) may still be being written.
SETTLING = 0.2
#: Bytes of a batch, and of a header that is read of a file too large.
BATCH_BYTES = 8 * 1024 * 1024
HEAD = 64 * 1024

#: A file as it was when its content was hashed: size, time of change in nanoseconds.
_Stamp = tuple[int, int]


class FolderInbox:
    """The .eml files of one folder, without its subfolders. ``max_size`` in bytes, ``interval`` in seconds."""

    channel: Channel = "email"

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "folder",
        max_size: int = 30 * 1024 * 1024,
        interval: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.interval = interval
        self._folder = folder
        self._max_size = max_size
        self._clock = clock
        self._bell = threading.Event()
        #: External ids by file name, so that a file is read once; what a restart forgets is read again.
        self._ids: dict[str, tuple[_Stamp, str]] = {}
        #: The files as they were when the ledger knew all of them: nothing to do while they stay so.
        self._quiet: dict[str, _Stamp] = {}

    def poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        """Files that are not in the ledger, oldest first. Raises Transient when the folder cannot be read."""
        seen = self._files()
        if seen == self._quiet:
            return
        self._ids = {name: known for name, known in self._ids.items() if name in seen}
        names: dict[str, str] = {}
        broken: list[Incoming] = []
        for name, stamp in sorted(seen.items(), key=lambda item: (item[1][1], item[0])):
            try:
                names[self._id(name, stamp)] = name
            except FileNotFoundError:
                continue
            except OSError as error:
                broken.append(self._broken(name, stamp, error))
        unknown = ledger.unknown(list(names))
        broken_ids = set(ledger.unknown([item.external_id for item in broken]))
        items = [item for item in broken if item.external_id in broken_ids][:limit]
        self._quiet = {} if unknown or broken else seen
        size = 0
        for external_id in unknown:
            item = self._item(external_id, names[external_id])
            if item is None:
                continue
            weight = len(item.raw or b"")
            if items and (len(items) >= limit or size + weight > BATCH_BYTES):
                yield Batch(tuple(items), dict(cursor))
                items, size = [], 0
            items.append(item)
            size += weight
        if items:
            yield Batch(tuple(items), dict(cursor))

    def acknowledge(self, external_ids: Sequence[str]) -> None:
        """Nothing: the ledger remembers, the files stay as they are."""

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until ``wake``. A folder is looked at each ``interval``: always worth a poll."""
        self._bell.wait(max(0.0, seconds))
        self._bell.clear()
        return True

    def wake(self) -> None:
        """Make ``wait`` return, now or when it is next called."""
        self._bell.set()

    def close(self) -> None:
        """Nothing is held."""

    def _files(self) -> dict[str, _Stamp]:
        """The files that are whole: names that are not of the temporary kind, and not written to just now."""
        found: dict[str, _Stamp] = {}
        now = time.time()
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if not entry.name.lower().endswith(".eml") or entry.name.startswith("."):
                        continue
                    try:
                        state = entry.stat()
                        # A time in the future is a wrong clock's, not a sign of being written.
                        if entry.is_file() and not 0 <= now - state.st_mtime < SETTLING:
                            found[entry.name] = (state.st_size, state.st_mtime_ns)
                    except OSError:
                        continue
        except OSError as error:
            raise Transient(f"le dossier {self._folder} ne peut pas être lu : {reason(error)}") from None
        return found

    def _id(self, name: str, stamp: _Stamp) -> str:
        known = self._ids.get(name)
        if known is None or known[0] != stamp:
            with (self._folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            known = self._ids[name] = (stamp, f"{name}:{digest[:32]}")
        return known[1]

    def _item(self, external_id: str, name: str) -> Incoming | None:
        path = self._folder / name
        try:
            state = path.stat()
            with path.open("rb") as file:
                raw = file.read(HEAD if state.st_size > self._max_size else self._max_size + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._broken(name, (0, 0), error, external_id)
        at = datetime.fromtimestamp(state.st_mtime, UTC)
        if state.st_size > self._max_size:
            return Incoming(
                external_id, None, state.st_size, at, head=_header(raw), hints={"oversize": str(state.st_size), "file": name}
            )
        if f"{name}:{hashlib.sha256(raw).hexdigest()[:32]}" != external_id:
            # Written to between the hash and now: the next poll takes it as it is then.
            self._ids.pop(name, None)
            return None
        return Incoming(external_id, raw, len(raw), at, hints={"file": name})

    def _broken(self, name: str, stamp: _Stamp, error: OSError, external_id: str = "") -> Incoming:
        why = f"le fichier {name} ne peut pas être lu dans {self._folder} : {reason(error)}"
        return Incoming(external_id or f"{name}:unread:{stamp[1]}", None, stamp[0], self._clock(), error=why)


def _header(raw: bytes) -> bytes:
    ends = [at + len(end) for end in (b"\r\n\r\n", b"\n\n") if (at := raw.find(end)) >= 0]
    return raw[: min(ends)] if ends else raw


class FolderOutlet:
    """Writes each mail as one complete .eml file, named by its effect's key: the same effect is the same file."""

    system: System = "mail"
    batch = 100
    findable = True
    lag = 0.0

    def __init__(
        self,
        folder: Path,
        *,
        message_id: Callable[[Effect], str],
        spool: Spool,
        sender: Address,
        reply_to: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._message_id = message_id
        self._spool = spool
        self._sender = sender
        self._reply_to = reply_to
        self._clock = clock

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Write them."""
        return [self._deliver(effect) for effect in effects]

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look at the files."""
        return [self._receipt(effect, found=True) if self.path(effect).exists() else None for effect in effects]

    def check(self) -> Health:
        """Whether the folder can be written to."""
        return folder_health(self._folder)

    def close(self) -> None:
        """Nothing is held."""

    def path(self, effect: Effect) -> Path:
        """Where the mail of that effect is, or will be."""
        return self._named(effect.key)

    def _named(self, key: str) -> Path:
        return self._folder / f"{safe_name(key)}-{hashlib.sha256(key.encode()).hexdigest()[:8]}.eml"

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the files."""
        return [self._forget(trace) for trace in traces]

    def _forget(self, trace: Trace) -> PortError | None:
        if not trace.url.startswith("file://"):
            return Rejected("envoyé par une boîte qui n'est plus réglée")
        try:
            self._named(trace.key).unlink(missing_ok=True)
        except OSError as error:
            return Transient(f"un message ne peut pas être effacé dans {self._folder} : {reason(error)}")
        return None

    def _deliver(self, effect: Effect) -> Receipt | PortError:
        payload = effect.payload
        if not isinstance(payload, SendMessage):
            return Rejected(f"la messagerie ne sait pas faire « {effect.kind} »")
        path = self.path(effect)
        if path.exists():
            return self._receipt(effect, found=True)
        try:
            pieces = [Piece(name.partition("/")[2], self._spool.get(name.partition("/")[0])) for name in payload.attachments]
            mail = compose(
                payload,
                sender=self._sender,
                message_id=self._message_id(effect),
                date=self._clock(),
                reply_to=self._reply_to,
                pieces=pieces,
            )
            write_whole(path, [mail.content])
        except CannotCompose as error:
            return Rejected(str(error))
        except KeyError:
            return Rejected("une pièce jointe n'est plus conservée ici : le message n'est pas écrit, envoyez-le vous-même")
        except OSError as error:
            return Transient(f"le message ne peut pas être écrit dans {self._folder} : {reason(error)}")
        return self._receipt(effect, found=False)

    def _receipt(self, effect: Effect, *, found: bool) -> Receipt:
        return Receipt(self._message_id(effect), self.path(effect).absolute().as_uri(), found)


# ------------------------------------------------------------------ files


def safe_name(name: str) -> str:
    """A file name that is one on every system: no path, no control character, not hidden, not too long."""
    cleaned = re.sub(r"[^\w.,()+ -]+", "_", name.replace("/", "-")).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{_cut(stem, 80)}.{ending}"
    return _cut(cleaned, 80) or "_"


def _cut(text: str, length: int) -> str:
    """At most that many bytes of UTF-8."""
    return text.encode()[:length].decode(errors="ignore").strip(" .") or "_"


def write_whole(path: Path, chunks: Sequence[bytes] | Iterator[bytes]) -> None:
    """Write a file that is there whole or not at all, and stays after a power cut. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name for every try: what a kill left half written is overwritten by the next.
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """Why the system refused, and what to do, in French."""
    told = {
        errno.ENOSPC: "disque plein, libérez de la place",
        errno.EDQUOT: "quota du disque atteint, libérez de la place ou augmentez-le",
        errno.EFBIG: "taille de fichier limitée par le système, relevez la limite",
        errno.EACCES: "accès refusé, donnez-en le droit au compte du service",
        errno.EPERM: "accès refusé, donnez-en le droit au compte du service",
        errno.EROFS: "disque en lecture seule, remontez-le en écriture ou changez de dossier",
        errno.ENOENT: "introuvable, vérifiez le chemin",
        errno.ENOTDIR: "un fichier occupe la place d'un dossier, vérifiez le chemin",
        errno.EEXIST: "un fichier occupe la place du dossier, vérifiez le chemin",
        errno.EIO: "erreur du disque, vérifiez-le",
    }
    return told.get(error.errno or 0) or f"{error.strerror or error}, vérifiez le disque et les droits"


def folder_health(folder: Path) -> Health:
    """Whether files can be made there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Health(False, f"le dossier {folder} ne peut pas être créé : {reason(error)}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Health(False, f"le dossier {folder} ne peut pas être écrit : donnez-en le droit au compte du service")
    return Health(True, f"écrit dans le dossier {folder}")
