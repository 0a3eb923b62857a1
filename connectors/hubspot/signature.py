"""HubSpot's signature on webhooks (version 3): whether a request is theirs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

#: Seconds after which a signed request is refused, and by which its clock may run ahead of ours.
OLDEST = 300.0

#: The escapes that HubSpot decodes in the URI before it signs; all others it leaves as they are.
_DECODED = {
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*", "2C": ",", "3B": ";",
}  # fmt: skip
_ESCAPE = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def decoded(uri: str) -> str:
    """The URI as HubSpot signs it."""
    return _ESCAPE.sub(lambda match: _DECODED[match[1].upper()], uri)


def verify(*, method: str, uri: str, body: bytes, timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Whether X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp (milliseconds) vouch for the request.

    ``uri`` is the whole address that HubSpot called, scheme and query included, as seen from outside of any proxy; ``body`` the
    raw bytes. Pure; compares in constant time; refuses what is older than five minutes.
    """
    if not secret or not signature or not re.fullmatch(r"\d{1,16}", timestamp, re.ASCII):
        return False
    if abs(now.timestamp() - int(timestamp) / 1000) > OLDEST:
        return False
    text = method.upper().encode() + decoded(uri).encode() + body + timestamp.encode()
    expected = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.strip().encode())
