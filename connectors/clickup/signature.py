"""ClickUp's signature on webhooks: whether a request is theirs."""

from __future__ import annotations

import hashlib
import hmac


def verify(body: bytes, signature: str, secret: str) -> bool:
    """Whether X-Signature (hex HMAC-SHA256 of the raw body by the webhook's own secret) vouches for the body. Pure."""
    if not secret or not signature:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode("utf-8", "replace"))
