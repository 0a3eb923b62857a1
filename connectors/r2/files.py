"""Customers' files in a bucket: ``<case>/<start of the hash>-<name>``, always handed out as a download.

The key names case and content, so storing the same file again changes nothing, and a HEAD tells whether it is there. The case's
id is random, so addresses of a public bucket cannot be guessed from one another.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, TypeVar
from urllib.parse import quote

from connectors.r2.client import Bucket, R2Client, meaning, status_of
from connectors.r2.upload import PART, Uploader, errors, spooled
from core.effects import Effect, Receipt, StoreFile, System
from core.erasure import Trace
from core.errors import PortError, Rejected, Transient
from core.nodes import carried, still_held
from core.ports import Health, Spool

#: The longest life of a presigned address, in seconds (the signature's own limit).
WEEK = 604_800
#: Files larger than that, in bytes, go up so many at a time: each may hold a part of 8 MiB.
LARGE, LARGE_AT_ONCE = 1024 * 1024, 3
#: Objects that one call deletes.
MOST_DELETED = 1000
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}", re.IGNORECASE)
_MORE_THAN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_T = TypeVar("_T")


class R2Files:
    """Stores files from the spool. ``threads`` upload at the same time, three of them files of more than LARGE bytes.

    Without a public address receipts carry a presigned one that lives ``expires`` seconds (at most a week).
    """

    system: System = "files"
    batch = 120
    findable = True

    def __init__(
        self,
        bucket: Bucket,
        *,
        spool: Spool,
        prefix: str = "",
        threads: int = 24,
        expires: int = WEEK,
        part: int = PART,
        client: R2Client | None = None,
    ) -> None:
        self._bucket = bucket
        self._spool = spool
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._threads = max(1, threads)
        self._expires = min(max(expires, 60), WEEK)
        self._part = part
        self._client = client or R2Client(bucket, pool=self._threads)
        self._uploader = Uploader(self._client, part=part)
        self._pool: ThreadPoolExecutor | None = None
        self._large = threading.BoundedSemaphore(LARGE_AT_ONCE)
        #: A PUT that we gave up may still end over there.
        self.lag = bucket.patience

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Store them, several at a time. The same content for the same case is the same object."""
        self._uploader.tidy()
        return self._each(self._deliver, effects)

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look at the bucket: an object is there whole or not at all. Raises PortError."""
        found: list[Receipt | None] = []
        for answer in self._each(self._find, effects):
            if isinstance(answer, PortError):
                raise answer
            found.append(answer)
        return found

    def check(self) -> Health:
        """Whether the bucket answers to these credentials."""
        try:
            with errors(last=False):
                self._client.reach()
        except PortError as error:
            return Health(False, str(error))
        return Health(True, f"les fichiers vont dans le bucket {self._bucket.name}")

    def close(self) -> None:
        """End what was left of failed uploads, give connections back."""
        if self._uploader.left:
            self._uploader.tidy(now=True)
        self._client.close()
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the objects, a thousand a call."""
        answers: dict[int, PortError | None] = {
            n: Rejected("fait dans un autre système, qui n'est plus réglé")
            for n, trace in enumerate(traces)
            if trace.url.startswith("file://")
        }
        wanted = [(n, trace.id) for n, trace in enumerate(traces) if n not in answers]
        for start in range(0, len(wanted), MOST_DELETED):
            some = wanted[start : start + MOST_DELETED]
            try:
                refused = self._delete([key for _, key in some])
            except PortError as error:
                answers |= {n: error for n, _ in some}
            else:
                answers |= {n: refused.get(key) for n, key in some}
        return [answers[n] for n in range(len(traces))]

    def _delete(self, keys: Sequence[str]) -> dict[str, PortError]:
        """What S3 says of those that are not gone, by key. Raises PortError."""
        objects = [{"Key": key} for key in dict.fromkeys(keys)]
        with errors(last=False):
            answer = self._client.s3.delete_objects(Bucket=self._bucket.name, Delete={"Objects": objects, "Quiet": True})
        return {
            str(one.get("Key")): Transient(f"R2 : {one.get('Code', '')} {one.get('Message', '')}".strip())
            for one in answer.get("Errors", ())
            if one.get("Code") != "NoSuchKey"
        }

    def _each(self, do: Callable[[Effect], _T], effects: Sequence[Effect]) -> list[_T | PortError]:
        def one(effect: Effect) -> _T | PortError:
            try:
                return do(effect)
            except PortError as error:
                return error

        if len(effects) < 2 or self._threads == 1:
            return [one(effect) for effect in effects]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "r2")
        return list(self._pool.map(carried(one), effects))

    def _deliver(self, effect: Effect) -> Receipt:
        payload = effect.payload
        if not isinstance(payload, StoreFile):
            raise Rejected(f"R2 ne sait pas faire « {effect.kind} »")
        # A small file is sooner sent again than asked for.
        if payload.size >= self._part and (found := self._find(effect)):
            return found
        with self._large if payload.size > LARGE else nullcontext():
            return self._upload(payload)

    def _upload(self, payload: StoreFile) -> Receipt:
        headers: dict[str, Any] = {
            "ContentType": content_type(payload.type),
            "ContentDisposition": disposition(payload.name),
            "Metadata": {"sha256": payload.sha256},
        }
        key = self.key(payload)
        if payload.size < self._part:
            # In one go: a stream's buffer would be made as large as a part first.
            with spooled(payload.name):
                content = self._spool.get(payload.sha256)
            still_held()
            self._uploader.put_whole(key, content, payload.sha256, **headers)
            return self._receipt(payload, found=False)
        with spooled(payload.name):
            source = self._spool.open(payload.sha256)
        still_held()
        with source:
            self._uploader.put(key, source, payload.sha256, **headers)
        return self._receipt(payload, found=False)

    def _find(self, effect: Effect) -> Receipt | None:
        payload = effect.payload
        if not isinstance(payload, StoreFile):
            return None
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            head = self._client.s3.head_object(Bucket=self._bucket.name, Key=self.key(payload))
        except ClientError as error:
            code, status = status_of(error)
            if status == 404 and code != "NoSuchBucket":
                return None
            raise meaning(error, last=False) from error
        except (BotoCoreError, OSError) as error:
            raise meaning(error, last=False) from error
        same = head.get("ContentLength") == payload.size and head.get("Metadata", {}).get("sha256") == payload.sha256
        return self._receipt(payload, found=True) if same else None

    def key(self, payload: StoreFile) -> str:
        """The object's key: printable ASCII, at most some 200 bytes, unguessable by the case's id."""
        return f"{self._prefix}{_plain(payload.case_id, 64)}/{payload.sha256[:16]}-{_plain(payload.name, 80)}"

    def _receipt(self, payload: StoreFile, *, found: bool) -> Receipt:
        key = self.key(payload)
        return Receipt(key, self.address(key, payload.name), found)

    def address(self, key: str, name: str) -> str:
        """Where people fetch it: the public address, or a presigned one made now."""
        if self._bucket.public_url:
            return f"{self._bucket.public_url.rstrip('/')}/{quote(key)}"
        params = {"Bucket": self._bucket.name, "Key": key, "ResponseContentDisposition": disposition(name)}
        url: str = self._client.s3.generate_presigned_url("get_object", Params=params, ExpiresIn=self._expires)
        return url


def content_type(told: str) -> str:
    """The MIME type where it is one, else bytes."""
    return told if _TYPE.fullmatch(told) else "application/octet-stream"


def disposition(name: str) -> str:
    """A header that makes browsers save the file, never show it (RFC 6266, with the name by RFC 5987)."""
    readable = "".join(c for c in name if c.isprintable() and c not in '/\\"' and not "\ud800" <= c <= "\udfff")[:150].strip()
    readable = readable or "fichier"
    return f"attachment; filename=\"{_plain(readable, 120)}\"; filename*=UTF-8''{quote(readable, safe='')}"


def _plain(name: str, length: int) -> str:
    """The name in letters that no system, header or address minds; its ending is kept."""
    bare = unicodedata.normalize("NFKD", name[:1000]).encode("ascii", "ignore").decode()
    bare = _MORE_THAN_NAME.sub("-", bare.replace("/", "-")).strip("-.")
    stem, dot, ending = bare.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: length - len(ending) - 1].strip('-.') or 'fichier'}.{ending}"
    return bare[:length].strip("-.") or "fichier"
