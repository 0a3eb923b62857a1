"""Whether a webhook is its vendor's. Part of the composition root; light, since the door's own process imports it (door.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from core.call import Call, Proof


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def verifier(proof: Proof, clock: Callable[[], datetime] = now) -> Callable[[Call], bool]:
    """What says of a call whether the vendor signed it; it never raises. Raises KeyError for a vendor that signs nothing."""
    return {"whatsapp": _twilio, "hubspot": _hubspot, "clickup": _clickup}[proof.vendor](proof, clock)


def _twilio(proof: Proof, clock: Callable[[], datetime]) -> Callable[[Call], bool]:  # noqa: ARG001 (Twilio signs no time)
    from connectors.whatsapp.signature import form_pairs, verify

    def genuine(call: Call) -> bool:
        settings = call.headers.get("x-twilio-webhooks-signature-settings", "")
        signature = call.headers.get("x-twilio-signature", "")
        return verify(addresses_of(call, proof.public_url), form_pairs(call.body), signature, proof.secret, settings)

    return genuine


def _hubspot(proof: Proof, clock: Callable[[], datetime]) -> Callable[[Call], bool]:
    from connectors.hubspot.signature import verify

    def genuine(call: Call) -> bool:
        signature = call.headers.get("x-hubspot-signature-v3", "")
        timestamp = call.headers.get("x-hubspot-request-timestamp", "")
        method, body, secret, at = call.method, call.body, proof.secret, clock()
        return any(
            verify(method=method, uri=uri, body=body, timestamp=timestamp, signature=signature, secret=secret, now=at)
            for uri in addresses_of(call, proof.public_url)
        )

    return genuine


def _clickup(proof: Proof, clock: Callable[[], datetime]) -> Callable[[Call], bool]:  # noqa: ARG001 (ClickUp signs no time)
    from connectors.clickup.signature import verify

    return lambda call: verify(call.body, call.headers.get("x-signature", ""), proof.secret)


def addresses_of(call: Call, public_url: str) -> list[str]:
    """The addresses that the caller may have signed."""
    headers = call.headers
    return addresses(
        public_url,
        call.target,
        scheme=call.scheme,
        host=call.host,
        forwarded_proto=headers.get("x-forwarded-proto", ""),
        forwarded_host=headers.get("x-forwarded-host", ""),
    )


def addresses(
    public_url: str, target: str, *, scheme: str = "http", host: str = "", forwarded_proto: str = "", forwarded_host: str = ""
) -> list[str]:
    """The addresses that a vendor may have signed for a request to ``target`` (path and query as they came), likeliest first.

    ``public_url`` (PUBLIC_URL) wins over everything a request says of itself. It may end in a path, which a proxy keeps or
    takes away. Without it the proxy's headers are believed, then the request's own: a wrong one only fails to verify.
    """
    target = target if target.startswith("/") else f"/{target}"
    if public_url:
        base = public_url.rstrip("/")
        parts = urlsplit(base)
        found = [base + target]
        if parts.path and target.startswith(f"{parts.path}/"):
            found.insert(0, base.removesuffix(parts.path) + target)
        return found
    schemes = [s.strip().lower() for s in (forwarded_proto.partition(",")[0], scheme) if s.strip()]
    hosts = [h.strip() for h in (forwarded_host.partition(",")[0], host) if h.strip()]
    return list(dict.fromkeys(f"{s}://{h}{target}" for h in hosts for s in schemes))
