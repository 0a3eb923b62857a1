"""AWS Signature Version 4 for requests whose body's SHA-256 is known: what an object's PUT carries to prove who sends it.

The signing key changes once a day and is derived once a day. Multipart uploads and what else is rare are signed by boto3.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs for one key and region. Safe from any thread."""

    def __init__(self, key_id: str, secret: str, region: str) -> None:
        self._key_id, self._secret, self._region = key_id, secret, region
        self._day: tuple[str, bytes] = ("", b"")

    def headers(
        self, method: str, host: str, path: str, headers: Mapping[str, str], sha256: str, now: datetime
    ) -> dict[str, str]:
        """The headers with those that sign them. ``path`` is percent-encoded, without a query; ``sha256`` the body's, in hexadecimal."""
        at = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "X-Amz-Date": at, "X-Amz-Content-SHA256": sha256}
        signed = sorted((name.lower(), " ".join(value.split())) for name, value in {**sent, "Host": host}.items())
        names = ";".join(name for name, _ in signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed)
        request = f"{method}\n{path}\n\n{lines}\n{names}\n{sha256}"
        scope = f"{at[:8]}/{self._region}/s3/aws4_request"
        plain = f"{_ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key(at[:8]), plain.encode(), "sha256").hex()
        sent["Authorization"] = f"{_ALGORITHM} Credential={self._key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return sent

    def _key(self, day: str) -> bytes:
        known, key = self._day
        if known != day:
            key = f"AWS4{self._secret}".encode()
            for part in (day, self._region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day = day, key
        return key
