"""HubSpot on loopback: CRM objects, properties, pipelines, owners, associations, conversations, files; v3/v4 and dated paths alike.

    with HubSpot() as fake:
        fake.add_property("tickets", "guichet_key", unique=True)
        …client on fake.url with fake.token…
        assert len(fake.tickets) == 1

Knobs: ``limit`` calls in 10 s (100 or 190, None for none), ``daily``, ``search_limit`` a second, ``search_lag``, ``scopes`` (``revoke``),
``retire("v3")``, ``partial``, and those of :class:`fakes.base.Fake`. Webhooks: :meth:`hooks` gives what HubSpot would send.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import random
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from .base import Fake, Window
from .hubspot_associations import Associations
from .hubspot_batches import Batches
from .hubspot_conversations import Conversations
from .hubspot_files import Files
from .hubspot_inboxes import Inboxes
from .hubspot_objects import Objects
from .hubspot_pipelines import Pipelines
from .hubspot_schema import Schema
from .hubspot_search import Search
from .hubspot_types import ALL_SCOPES, TYPES, error
from .wire import Answer, Refusal, Request, Webhook

DATED = r"2026-0[39](?:-beta)?"
#: dated address -> the one the routes are written for
MOVES = [
    (re.compile(pattern), target)
    for pattern, target in (
        (rf"/crm/objects/({DATED})/([^/]+/[^/]+/associations/.*)", r"/crm/v4/objects/\2"),
        (rf"/crm/associations/({DATED})/(.*)", r"/crm/v4/associations/\2"),
        (rf"/crm/(objects|properties|pipelines|owners)/({DATED})/(.*)", r"/crm/v3/\1/\3"),
        (rf"/files/({DATED})/(.*)", r"/files/v3/\2"),
        (rf"/conversations/conversations/({DATED})/(.*)", r"/conversations/v3/conversations/\2"),
    )
]
#: HubSpot signs the address with these escapes undone
UNDONE = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


class HubSpot(Conversations, Batches, Search):
    """``token`` is what Bearer must carry, ``secret`` what webhooks are signed with, ``portal`` the hub's id."""

    real = "https://api.hubapi.com"
    routes = [
        *Conversations.routes,
        *Inboxes.routes,
        *Files.routes,
        *Associations.routes,
        *Batches.routes,
        *Search.routes,
        *Objects.routes,
        *Schema.routes,
        *Pipelines.routes,
    ]

    def __init__(
        self,
        *,
        token: str = "pat-eu1-0f5b2c1e-fake",
        limit: int | None = 100,
        daily: int | None = 250_000,
        search_limit: int | None = 5,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token, self.secret, self.portal = token, "2f1c9a6e-app-secret", 143870112
        self.scopes = set(ALL_SCOPES)
        #: Retry-After on a full 10-second window; HubSpot does not promise it.
        self.retry_after = True
        self.window, self.day, self.second = Window(limit, 10.0), Window(daily, 86_400.0), Window(search_limit, 1.0)
        self.events: list[dict[str, Any]] = []
        self._last_id, self._ids = 30_000_000_000, random.Random(11)
        self._retired: set[str] = set()
        super().__init__(latency=latency, clock=clock)
        self.start_schema()
        self.start_objects()
        self.start_batches()
        self.start_conversations()
        self.events.clear()

    # ------------------------------------------------------------------ what is stored
    @property
    def contacts(self) -> list[dict[str, Any]]:
        return self._living("contacts")

    @property
    def tickets(self) -> list[dict[str, Any]]:
        return self._living("tickets")

    @property
    def notes(self) -> list[dict[str, Any]]:
        return self._living("notes")

    def _living(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.created(kind) if not one["archived"]]

    def messages(self, thread: str) -> list[dict[str, Any]]:
        """A thread's messages as HubSpot holds them, oldest first."""
        found: list[dict[str, Any]] = self.snapshot(self._messages[thread])
        return found

    # ------------------------------------------------------------------ knobs
    def revoke(self, *scopes: str) -> None:
        self.scopes -= set(scopes)

    def retire(self, *versions: str) -> None:
        """Addresses of these versions ("v3", "v4", "2026-03") are gone: 404."""
        self._retired |= set(versions)

    def new_id(self) -> str:
        with self.lock:
            self._last_id += self._ids.randint(1, 400)
            return str(self._last_id)

    # ------------------------------------------------------------------ the base's questions
    def canonical(self, path: str) -> str | None:
        version = re.search(rf"/(v\d|{DATED})/", path + "/")
        if version and version[1] in self._retired:
            return None
        for pattern, target in MOVES:
            if found := pattern.fullmatch(path):
                beta = "beta" in path
                return None if beta and not path.startswith("/conversations/") else found.expand(target)
        return path

    def real_url(self, request: Request) -> str | None:
        return None if request.path.startswith("/hubfs/") else self.real + request.path

    def kind_of(self, name: str, arguments: dict[str, str]) -> str:
        """tickets_batch_create, contacts_search; others by the name of their operation."""
        kind = arguments.get("kind", "")
        return f"{kind}{name.removeprefix('objects')}" if name.startswith("objects") else name

    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        category = {
            429: "RATE_LIMITS",
            401: "INVALID_AUTHENTICATION",
            403: "MISSING_SCOPES",
            404: "OBJECT_NOT_FOUND",
            409: "CONFLICT",
            423: "LOCKED",
            477: "MIGRATION_IN_PROGRESS",
        }.get(status, "INTERNAL_ERROR" if status >= 500 else "VALIDATION_ERROR")
        headers = {} if retry_after is None else {"Retry-After": str(math.ceil(retry_after))}
        if status == 429:
            return self._too_many("TEN_SECONDLY_ROLLING", "ten_secondly_rolling", headers)
        if status in (502, 503, 504):
            return Answer(
                status,
                f"<html><head><title>{status}</title></head><body>cloudflare</body></html>".encode(),
                headers,
                "text/html",
            )
        return error(status, category, "There was a problem with the request.", headers=headers).answer

    def _too_many(self, policy: str, name: str, headers: dict[str, str]) -> Answer:
        more = {
            "errorType": "RATE_LIMIT",
            "policyName": policy,
            "groupName": f"privateapp:{self.portal}",
            "requestId": str(uuid.uuid4()),
        }
        return error(429, "RATE_LIMITS", f"You have reached your {name} limit.", headers=headers, **more).answer

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        if kind == "files_download":
            return {}
        if request.header("Authorization") != f"Bearer {self.token}":
            raise error(
                401,
                "INVALID_AUTHENTICATION",
                "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
                "you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
            )
        now = self.now()
        if self.day.wait(now):
            raise Refusal(self._too_many("DAILY", "daily", {}))
        if kind == "objects_search":
            if self.second.wait(now):
                raise Refusal(self._too_many("SECONDLY", "secondly", {}))
            headers = {}  # a search tells nothing of the limits
        else:
            wait = self.window.wait(now)
            headers = self._limits()
            if wait:
                after = {"Retry-After": str(math.ceil(wait))} if self.retry_after else {}
                raise Refusal(self._too_many("TEN_SECONDLY_ROLLING", "ten_secondly_rolling", headers | after))
        needed = self._needed(request, kind)
        if lost := sorted(needed - self.scopes):
            raise error(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes to make this call. Read more about required "
                "scopes here: https://developers.hubspot.com/scopes.",
                links={"scopes": "https://developers.hubspot.com/scopes"},
                errors=[
                    {
                        "message": "One or more of the following scopes are required.",
                        "context": {"requiredGranularScopes": lost},
                    }
                ],
            )
        return headers

    def _limits(self) -> dict[str, str]:
        out = {
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Remaining": str(self.window.remaining),
        }
        if self.window.limit is not None:
            out["X-HubSpot-RateLimit-Max"] = str(self.window.limit)
        if self.day.limit is not None:
            out |= {
                "X-HubSpot-RateLimit-Daily": str(self.day.limit),
                "X-HubSpot-RateLimit-Daily-Remaining": str(self.day.remaining),
            }
        return out

    @staticmethod
    def _needed(request: Request, kind: str) -> set[str]:
        reading = request.method == "GET" or kind in (
            "objects_search",
            "objects_batch_read",
            "associations_batch_read",
            "properties_batch_read",
        )
        way, path = "read" if reading else "write", request.path
        if "/conversations/" in path:
            return {"conversations.read" if reading or kind == "actors_batch_read" else "conversations.write"}
        if path.startswith("/files/"):
            return {"files"}
        if "/owners/" in path + "/":
            return {"crm.objects.owners.read"}
        if kind.startswith(("properties", "groups")):
            return {"tickets"} if "/ticket" in path or "/0-5" in path else {f"crm.schemas.contacts.{way}"}
        if kind.startswith(("pipelines", "stages")) or "/tickets" in path:
            return {"tickets"}
        if kind.startswith(("objects", "associations")):
            return {f"crm.objects.contacts.{way}"} | (
                {"sales-email-read"} if kind.startswith("objects") and "/emails" in path and reading else set()
            )
        return set()

    # ------------------------------------------------------------------ webhooks
    def event(self, kind: str, number: str, subscription: str, **more: Any) -> None:
        single = TYPES[kind][1]
        stamp = {
            "eventId": self._ids.randint(1, 4_000_000_000),
            "subscriptionId": 55_001,
            "portalId": self.portal,
            "appId": 4242,
            "occurredAt": int(self.now() * 1000),
            "subscriptionType": f"{single}.{subscription}",
            "attemptNumber": 0,
            "objectId": int(number),
            "changeSource": "CRM_UI",
            "changeFlag": subscription.upper(),
        }
        self.events.append(stamp | more)

    def hooks(
        self,
        url: str,
        only: str = "",
        *,
        duplicated: bool = True,
        shuffled: bool = True,
        forged: bool = False,
        age: float = 0.0,
    ) -> list[Webhook]:
        """What HubSpot would send to the public ``url`` for what has happened since: under 100 events each, doubled and out of order.

        ``only``: a regular expression over the subscription type. ``forged``: signed with another secret. ``age``: seconds old.
        """
        with self.lock:
            chosen = [one for one in self.events if re.search(only, one["subscriptionType"])]
            self.events = [one for one in self.events if one not in chosen]
        if duplicated:
            chosen += [one | {"attemptNumber": 1} for one in chosen]
        if shuffled:
            self._ids.shuffle(chosen)
        return [self.hook(chosen[n : n + 99], url, forged=forged, age=age) for n in range(0, len(chosen), 99)]

    def hook(
        self, events: list[dict[str, Any]], url: str, *, forged: bool = False, age: float = 0.0, method: str = "POST"
    ) -> Webhook:
        """One signed request with these events."""
        body = json.dumps(events).encode()
        when = str(int((self.now() - age) * 1000))
        secret = "somebody-else" if forged else self.secret
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)",
            "X-HubSpot-Request-Timestamp": when,
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
            "X-HubSpot-Signature-v3": sign_v3(secret, method, url, body, when),
        }
        return Webhook(url, headers, body, method)


def sign_v3(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """HubSpot's signature v3: base64 of HMAC-SHA256 over method, address with some escapes undone, body and timestamp (ms)."""
    plain = url
    for escape, char in UNDONE.items():
        plain = re.sub(re.escape(escape), char, plain, flags=re.IGNORECASE)
    return base64.b64encode(
        hmac.new(secret.encode(), method.encode() + plain.encode() + body + timestamp.encode(), hashlib.sha256).digest()
    ).decode()


__all__ = ["Fake", "HubSpot", "sign_v3"]
