"""Uploads in bounded memory: one PUT for what fits a part, else a multipart upload, one part at a time.

Nothing shows under its key before all of it is there and its SHA-256 is the one we know: a file that the disk spoilt is never
published. An upload that fails is ended (aborted) so that its parts are not kept and paid for. What cannot be ended now is
ended with a next upload; what a kill leaves behind, R2 ends by itself after seven days (its default lifecycle rule).
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from connectors.r2.client import R2Client, meaning, status_of
from core.errors import PortError, Rejected, Transient, UserError

#: Bytes of a part; all but the last must be alike for R2, at least 5 MiB. 10,000 of them make 80 GiB.
PART = 8 * 1024 * 1024


class Uploader:
    """Puts streams under keys. Safe from any thread; each call holds one part (8 MiB)."""

    def __init__(self, client: R2Client, *, part: int = PART, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._part = part
        self._monotonic = monotonic
        #: Uploads that could not be ended: {(key, upload id): when that may be tried}.
        self._left: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def put(self, key: str, source: BinaryIO, sha256: str = "", **headers: Any) -> int:
        """Store all that the source gives; its size. ``headers`` are boto3's names. Raises PortError.

        ``sha256`` '' accepts whatever the source gives.
        """
        chunks = _chunks(source, self._part)
        first = next(chunks)
        if len(first) < self._part:
            return self.put_whole(key, first, sha256, **headers)
        held = [first]
        del first  # one part in memory at a time, also the first
        return self._parts(key, _after(held, chunks), sha256, headers)

    def put_whole(self, key: str, content: bytes, sha256: str = "", **headers: Any) -> int:
        """As ``put``, for a content that is in memory and smaller than a part."""
        found = hashlib.sha256(content)
        _same(found, sha256)
        with errors(last=True):
            self._client.put(key, content, found.hexdigest(), headers)
        return len(content)

    def _parts(self, key: str, chunks: Iterator[bytes], sha256: str, headers: Mapping[str, Any]) -> int:
        s3, where = self._client.s3, {"Bucket": self._client.bucket.name, "Key": key}
        with errors(last=False):
            upload = s3.create_multipart_upload(**where, **headers)["UploadId"]
        known, size = hashlib.sha256(), 0
        done: list[dict[str, Any]] = []
        try:
            for chunk in chunks:
                known.update(chunk)
                size += len(chunk)
                number = len(done) + 1
                with errors(last=False):
                    answer = s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=chunk)
                done.append({"PartNumber": number, "ETag": answer["ETag"]})
                del chunk
            _same(known, sha256)
        except BaseException:  # whatever it is, half an upload would be paid for until somebody ends it
            self._abort(key, upload)
            raise
        try:
            with errors(last=True):
                s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": done})
        except PortError:
            # It may be completing right now: ended later, which does nothing to one that is complete.
            self._keep(key, upload, self._monotonic() + self._client.bucket.patience)
            raise
        return size

    def tidy(self, *, now: bool = False) -> None:
        """End the uploads that could not be ended before. ``now``: without waiting until they certainly failed."""
        with self._lock:
            due = [one for one, at in self._left.items() if now or at <= self._monotonic()]
            for one in due:
                del self._left[one]
        for key, upload in due:
            self._abort(key, upload)

    @property
    def left(self) -> int:
        """How many uploads are still to be ended."""
        return len(self._left)

    def _abort(self, key: str, upload: str) -> None:
        try:
            self._client.s3.abort_multipart_upload(Bucket=self._client.bucket.name, Key=key, UploadId=upload)
        except Exception as error:  # tidying up: whatever fails is tried again later and hides no other error
            if status_of(error)[0] != "NoSuchUpload":
                self._keep(key, upload, self._monotonic())

    def _keep(self, key: str, upload: str, at: float) -> None:
        with self._lock:
            if len(self._left) < 1000:
                self._left[(key, upload)] = at


@contextlib.contextmanager
def errors(*, last: bool) -> Iterator[None]:
    """Exceptions of boto3 and of ``wire`` as PortError (``client.meaning``)."""
    try:
        yield
    except _failures() as error:
        raise meaning(error, last=last) from error


def _failures() -> tuple[type[Exception], ...]:
    """What boto3 and ``wire`` raise; boto3's are looked for only when something was raised: an upload that succeeds does not load it."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError, OSError


@contextlib.contextmanager
def spooled(name: str) -> Iterator[None]:
    """What a spool raises, as PortError."""
    try:
        yield
    except KeyError:
        raise Rejected(f"le fichier {name} n'est plus conservé") from None
    except UserError as error:
        raise Rejected(f"le fichier {name} ne peut pas être lu : {error.what}") from error
    except OSError as error:
        raise Transient(f"le fichier {name} ne peut pas être lu ({error.strerror})") from error


def _chunks(source: BinaryIO, size: int) -> Iterator[bytes]:
    """Parts of that size and a last one that may be shorter; b"" alone for an empty source. Keeps none of them."""
    yield read_whole(source, size)
    while piece := [read_whole(source, size)]:
        if not piece[0]:
            return
        yield piece.pop()


def _after(held: list[bytes], chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield held.pop()
    yield from chunks


def read_whole(source: BinaryIO, size: int) -> bytes:
    """That many bytes, fewer only at the end."""
    with spooled("conservé"):
        pieces: list[bytes] = []
        while size and (piece := source.read(size)):
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _same(found: Any, sha256: str) -> None:
    if sha256 and found.hexdigest() != sha256:
        raise Rejected("le fichier conservé n'est plus celui de son empreinte : reprenez-le de la dernière sauvegarde")
