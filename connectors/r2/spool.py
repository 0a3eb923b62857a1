"""The spool of several machines: each has its folder, the bucket holds what all of them share.

The folder is the store's own, which seals every file (store.spool); what goes to the bucket is the sealed file as it stands on
the disk, and what comes back is checked by the folder when it is opened. So the bucket never sees a content, and this module
no key. A content is stored once the bucket has it; the folder is a copy that may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Protocol

from connectors.r2.client import R2Client, meaning, status_of
from connectors.r2.upload import Uploader, errors, spooled
from core.errors import Transient

#: Uploads at a time, each holding at most one part (8 MiB).
THREADS = 4
_COPY = 256 * 1024
_DIGEST = re.compile("[0-9a-f]{64}")


class SealedFolder(Protocol):
    """What is asked of the store's folder spool."""

    folder: Path

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Store all durably; their digests."""

    def put_known(self, contents: Mapping[str, bytes]) -> None:
        """Store all durably under their digests."""

    def get(self, sha256: str) -> bytes:
        """The content. Raises KeyError."""

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream. Raises KeyError."""

    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a file. Raises KeyError."""

    def exists(self, sha256: str) -> bool:
        """Whether the folder has it."""

    def stored(self, sha256: str) -> Path:
        """Where the sealed file is, or would be. Raises KeyError for what is no digest."""

    def delete(self, sha256: str) -> bool:
        """Remove it; whether it was there."""

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it unless it was stored in the last ``idle`` seconds; whether it is gone."""

    def digests(self) -> Iterator[str]:
        """Everything that the folder has."""


class R2Spool:
    """core.ports.Spool over a folder and a bucket. Raises KeyError for what neither has, PortError when the bucket fails."""

    def __init__(self, local: SealedFolder, client: R2Client, *, prefix: str = "spool") -> None:
        self._local = local
        self._client = client
        self._prefix = prefix.strip("/")
        self._uploader = Uploader(client)

    def put(self, content: bytes) -> str:
        """Store durably, here and in the bucket; the hex digest. Storing again is harmless."""
        return self.put_many([content])[0]

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Store all of them; their digests in order."""
        digests = self._local.put_many(contents)
        self._share_all(list(dict.fromkeys(digests)))
        return digests

    def put_known(self, contents: Mapping[str, bytes]) -> None:
        """Store all of them under their digests, which the caller has just made."""
        self._local.put_known(contents)
        self._share_all(list(contents))

    def get(self, sha256: str) -> bytes:
        """The whole content. Raises KeyError."""
        self._fetch(sha256)
        return self._local.get(sha256)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream. Raises KeyError."""
        self._fetch(sha256)
        return self._local.open(sha256)

    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a readable file for the time of the context. Raises KeyError."""
        self._fetch(sha256)
        return self._local.path(sha256)

    def exists(self, sha256: str) -> bool:
        """Whether the folder or the bucket has it."""
        return self._local.exists(sha256) or self._there(self._key(sha256))

    def delete(self, sha256: str) -> bool:
        """Remove it for good, in the bucket and here; whether it was there. Other machines' copies go with their own delete."""
        key = self._key(sha256)
        there = self._there(key)
        with errors(last=False):
            self._client.s3.delete_object(Bucket=self._client.bucket.name, Key=key)
        return self._local.delete(sha256) or there

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it here and in the bucket unless this machine stored it in the last ``idle`` seconds; whether it is gone."""
        if not self._local.forget(sha256, idle):
            return False
        with errors(last=False):
            self._client.s3.delete_object(Bucket=self._client.bucket.name, Key=self._key(sha256))
        return True

    def bring(self) -> int:
        """Bring everything that the bucket has into the folder; how many files came. Raises PortError."""
        number = 0
        for digest in self._shared():
            if not self._local.exists(digest):
                # What another machine erases in this moment is no longer wanted.
                with contextlib.suppress(KeyError):
                    self._fetch(digest)
                    number += 1
        return number

    def share(self) -> int:
        """Give the bucket everything that the folder has; how many files went. Raises PortError."""
        there = set(self._shared())
        missing = [digest for digest in self._local.digests() if digest not in there]
        self._share_all(missing)
        return len(missing)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _shared(self) -> Iterator[str]:
        """The digests of everything that the bucket has."""
        token: dict[str, str] = {}
        while True:
            with errors(last=False):
                page = self._client.s3.list_objects_v2(Bucket=self._client.bucket.name, Prefix=f"{self._prefix}/", **token)
            for one in page.get("Contents", ()):
                digest = str(one["Key"]).rpartition("/")[2]
                if _DIGEST.fullmatch(digest):
                    yield digest
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _key(self, sha256: str) -> str:
        sealed = self._local.stored(sha256)  # refuses what is no digest
        return f"{self._prefix}/{sha256[:2]}/{sha256[2:4]}/{sealed.name}"

    def _share_all(self, digests: Sequence[str]) -> None:
        """Several at a time: most of it is waiting. Raises the first PortError, after all were tried."""
        if len(digests) < 2:
            for digest in digests:
                self._share(digest)
            return
        with ThreadPoolExecutor(min(THREADS, len(digests)), "spool") as threads:
            for done in [threads.submit(self._share, digest) for digest in digests]:
                done.result()

    def _share(self, sha256: str) -> None:
        key = self._key(sha256)
        if self._there(key):
            return
        self._uploader.tidy()
        with spooled(sha256[:12]):
            sealed = self._local.stored(sha256).open("rb")
        with sealed:
            self._uploader.put(key, sealed, ContentType="application/octet-stream")

    def _there(self, key: str) -> bool:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.s3.head_object(Bucket=self._client.bucket.name, Key=key)
        except ClientError as error:
            if status_of(error)[1] == 404:
                return False
            raise meaning(error, last=False) from error
        except (BotoCoreError, OSError) as error:
            raise meaning(error, last=False) from error
        return True

    def _fetch(self, sha256: str) -> None:
        """Bring the sealed file into the folder, whole or not at all, unless it is there. Raises KeyError."""
        if self._local.exists(sha256):
            return
        with contextlib.closing(self._body(sha256)) as body:
            try:
                self._keep(self._local.stored(sha256), body)
            except OSError as error:
                raise Transient(f"la copie d'un fichier ne peut pas être écrite ici ({error.strerror or error})") from error

    def _keep(self, target: Path, body: BinaryIO) -> None:
        handle, name = mkstemp(dir=self._local.folder / "tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                while chunk := self._read(body):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)

    def _body(self, sha256: str) -> BinaryIO:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            body: BinaryIO = self._client.s3.get_object(Bucket=self._client.bucket.name, Key=self._key(sha256))["Body"]
        except ClientError as error:
            if status_of(error)[0] in ("NoSuchKey", "404"):
                raise KeyError(sha256) from None
            raise meaning(error, last=False) from error
        except (BotoCoreError, OSError) as error:
            raise meaning(error, last=False) from error
        return body

    @staticmethod
    def _read(body: BinaryIO) -> bytes:
        with errors(last=False):
            return body.read(_COPY)
