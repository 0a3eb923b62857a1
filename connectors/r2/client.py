"""One bucket: who we are there, the client, and what its errors mean.

boto3 costs 40 MiB and a quarter of a second: it is imported with the first call, not with this module.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.r2.wire import Lost, Signature, Unreached, Wire
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized
from core.outside import Count, uncounted

#: Answers that say: these credentials, this bucket, this clock. Nothing will pass until somebody changes a setting.
_SETTINGS = {
    "AccessDenied": "l'accès est refusé (droits du jeton R2)",
    "InvalidAccessKeyId": "l'identifiant de clé (R2_ACCESS_KEY_ID) est inconnu",
    "SignatureDoesNotMatch": "la clé secrète (R2_SECRET_ACCESS_KEY) n'est pas la bonne",
    "ExpiredToken": "le jeton a expiré",
    "InvalidToken": "le jeton n'est pas valable",
    "Unauthorized": "les identifiants sont refusés",
    "NoSuchBucket": "ce bucket (R2_BUCKET_NAME) n'existe pas",
    "AllAccessDisabled": "l'accès au bucket est coupé",
    "AccountProblem": "le compte est suspendu",
}
_NOWHERE = "R2 : connexion impossible (adresse R2_ENDPOINT_URL inconnue, ou serveur arrêté)"
_INSECURE = "R2 : pas de connexion sûre (certificat refusé)"
#: boto3's names for the headers that uploads carry.
_HEADERS = {"ContentType": "Content-Type", "ContentDisposition": "Content-Disposition"}
_CODE, _MESSAGE = re.compile(rb"<Code>([^<]*)</Code>"), re.compile(rb"<Message>([^<]*)</Message>")
_AGENT = "Guichet/3.0"
_EMPTY = hashlib.sha256(b"").hexdigest()
#: Seconds before a second try.
PAUSE = 0.3
_LATER = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "TooManyRequests", "RequestTimeTooSkewed", "RequestTimeout"}
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and the credentials for it. ``endpoint`` is R2_ENDPOINT_URL; ``public_url`` '' when it is not public.

    Times in seconds: ``timeout`` is how long the store may say nothing.
    """

    endpoint: str
    name: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    public_url: str = ""
    region: str = "auto"
    connect_timeout: float = 5.0
    timeout: float = 30.0

    @property
    def patience(self) -> float:
        """Seconds after which a call has ended for us, its one repetition included."""
        return 2 * (self.connect_timeout + self.timeout)


class R2Client:
    """The S3 client of a bucket, made at the first call. Safe from any thread."""

    def __init__(self, bucket: Bucket, *, pool: int = 24, count: Count = uncounted) -> None:
        self.bucket = bucket
        self._count = count
        self._pool = pool
        self._client: Any = None
        self._wire: Wire | None = None
        self._lock = threading.Lock()

    @property
    def s3(self) -> Any:
        """The client. Raises Unauthorized when the settings cannot make one."""
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> Any:
        import boto3
        from botocore.config import Config

        bucket = self.bucket
        try:
            client = boto3.session.Session().client(
                "s3",
                region_name=bucket.region,
                endpoint_url=bucket.endpoint,
                aws_access_key_id=bucket.access_key_id,
                aws_secret_access_key=bucket.secret_access_key,
                config=Config(
                    signature_version="s3v4",
                    connect_timeout=bucket.connect_timeout,
                    read_timeout=bucket.timeout,
                    # Every write of ours may be repeated: the same bytes under the same key.
                    retries={"total_max_attempts": 2, "mode": "standard"},
                    max_pool_connections=self._pool,
                    # Else uploads carry a trailer that R2 refuses.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    s3={"addressing_style": "path"},
                    user_agent_extra=_AGENT,
                ),
            )
            client.meta.events.register("needs-retry.s3", self._tried)
            client.meta.events.register("before-sign.s3.DeleteObjects", _md5)
            return client
        except ValueError as error:
            raise Unauthorized(f"R2 : les réglages ne conviennent pas ({one_line(error)})") from None

    def _tried(self, response: Any = None, **_: Any) -> None:
        """boto3 asks after every try whether to try again: heard, and left to its own rules."""
        self._count("r2", str(response[0].status_code) if response is not None else "lost")

    def put(self, key: str, body: bytes, sha256: str, headers: Mapping[str, Any]) -> None:
        """Store one object, in at most two tries. ``sha256`` is the body's, known already; ``headers`` are boto3's names.

        Raises Unreached, Lost, and what boto3 does: ClientError.
        """
        sent = {_HEADERS[name]: value for name, value in headers.items() if name in _HEADERS}
        sent |= {f"x-amz-meta-{name}": value for name, value in headers.get("Metadata", {}).items()}
        self._ask("PutObject", "PUT", f"/{quote(key)}", body, sha256, sent)

    def reach(self) -> None:
        """Ask whether the bucket is there, in at most two tries. Raises as ``put``."""
        self._ask("HeadBucket", "HEAD", "", b"", _EMPTY, {})

    def _ask(self, name: str, method: str, path: str, body: bytes, sha256: str, headers: dict[str, str]) -> None:
        """Without boto3, which takes most of the time of a small upload, and forty megabytes."""
        wire = self._light()
        target = f"{urlsplit(self.bucket.endpoint).path.rstrip('/')}/{self.bucket.name}{path}"
        for last in (False, True):
            try:
                status, said = wire.exchange(method, target, {**headers, "User-Agent": _AGENT}, body, sha256)
            except Lost:
                self._count("r2", "lost")
                if last:
                    raise
                time.sleep(PAUSE)
                continue
            self._count("r2", str(status))
            if status == 200:
                return
            code, message = (
                found[1].decode("utf-8", "replace") if (found := p.search(said)) else "" for p in (_CODE, _MESSAGE)
            )
            if method == "HEAD":  # its answer has no body: boto3 says the status instead
                code, message = str(status), responses.get(status, "")
            if last or not (status >= 500 or status == 429 or code in _LATER):
                from botocore.exceptions import ClientError

                told = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
                raise ClientError(told, name)
            time.sleep(PAUSE)

    def _light(self) -> Wire:
        with self._lock:
            if self._wire is None:
                bucket = self.bucket
                signature = Signature(bucket.access_key_id, bucket.secret_access_key, bucket.region)
                times = {"connect_timeout": bucket.connect_timeout, "timeout": bucket.timeout}
                try:
                    self._wire = Wire(bucket.endpoint, signature, **times, pool=self._pool)
                except ValueError:
                    raise Unauthorized("R2 : R2_ENDPOINT_URL n'est pas une adresse http(s)") from None
            return self._wire

    def close(self) -> None:
        """Give connections back; the next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
            wire, self._wire = self._wire, None
        if client is not None:
            client.close()
        if wire is not None:
            wire.close()


def _md5(request: Any = None, **_: Any) -> None:
    """S3 wants it of a batch of deletions; boto3 sends another checksum, which not every store knows."""
    body = request.data if isinstance(request.data, bytes) else str(request.data or "").encode()
    request.headers["Content-MD5"] = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def meaning(error: BaseException, *, last: bool = True) -> PortError:
    """What an exception of boto3, or of ``wire``, means. ``last``: the call makes the object visible, so no answer leaves it in doubt."""
    import botocore.exceptions as failures

    if isinstance(error, PortError):
        return error
    if isinstance(error, Unreached):
        return Transient(_INSECURE if error.secure else _NOWHERE)
    if isinstance(error, failures.ClientError):
        return _answered(error, last)
    if isinstance(error, failures.EndpointConnectionError | failures.ConnectTimeoutError | failures.ProxyConnectionError):
        return Transient(_NOWHERE)
    if isinstance(error, failures.SSLError):
        return Transient(_INSECURE)
    if isinstance(error, failures.NoCredentialsError | failures.ParamValidationError | failures.InvalidRegionError):
        return Unauthorized(f"R2 : les réglages ne conviennent pas ({one_line(error)})")
    why = "R2 : pas de réponse en temps voulu, ou la connexion s'est coupée"
    return Ambiguous(f"{why} ; c'est peut-être fait") if last else Transient(why)


def _answered(error: Any, last: bool) -> PortError:
    code, status = status_of(error)
    if code in _SETTINGS:
        return Unauthorized(f"R2 : {_SETTINGS[code]}")
    what = f"R2 : {status} {code} {one_line(error.response.get('Error', {}).get('Message', ''))}".strip()
    if code == "RequestTimeTooSkewed":
        return Transient("R2 : l'horloge de cette machine n'est pas à l'heure")
    if code in _LATER or status in (408, 425, 429, 503):
        return Transient(what)
    if code == "NoSuchUpload":
        # The upload was completed or ended by an answer that we did not see: the object tells.
        return Ambiguous(f"{what} ; c'est peut-être fait") if last else Transient(what)
    if status in (401, 403):
        return Unauthorized(f"{what} : les identifiants sont refusés")
    if status >= 500 or status < 300:
        return Ambiguous(f"{what} ; c'est peut-être fait") if last else Transient(what)
    if status < 400:
        return Transient(f"{what} : R2_ENDPOINT_URL est-elle la bonne adresse ?")
    return Rejected(what)


def status_of(error: Any) -> tuple[str, int]:
    """(S3's code, the HTTP status) of a ClientError. A HEAD has no body: its code is its status."""
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", "")), int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def one_line(text: object) -> str:
    """For an error's sentence: one line, not too long."""
    return " ".join(str(text).split())[:300]
