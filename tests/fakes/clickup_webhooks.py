"""ClickUp's webhooks: which there are, what happened, and what would be sent of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import uuid
from typing import Any

from .base import parse_body
from .clickup_account import Account, bad, refusal
from .wire import Request, Webhook


class Webhooks(Account):
    """Mixed into the fake: ``webhooks`` by id, ``events`` that were not sent yet."""

    routes = [
        ("GET", r"/v2/team/(?P<team>\d+)/webhook", "webhooks_list"),
        ("POST", r"/v2/team/(?P<team>\d+)/webhook", "webhooks_create"),
        ("PUT", r"/v2/webhook/(?P<hook>[^/]+)", "webhooks_update"),
        ("DELETE", r"/v2/webhook/(?P<hook>[^/]+)", "webhooks_delete"),
    ]

    def start_webhooks(self) -> None:
        self._random = random.Random(5)
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []

    # ------------------------------------------------------------------ from the test
    def hooks(self, only: str = "", *, duplicated: bool = True, shuffled: bool = True, forged: bool = False) -> list[Webhook]:
        """What ClickUp would send to every active webhook for what has happened since; doubled and out of order.

        ``only``: a regular expression over the event's name. ``forged``: signed with another secret.
        """
        with self.lock:
            chosen = [one for one in self.events if re.search(only, one["event"])]
            self.events = [one for one in self.events if one not in chosen]
            active = [one for one in self.webhooks.values() if one["health"]["status"] == "active"]
        out = [
            self.hook(hook, event, forged=forged)
            for event in chosen
            for hook in active
            if event["event"] in hook["events"] or "*" in hook["events"]
        ]
        out = out * 2 if duplicated else out
        if shuffled:
            self._random.shuffle(out)
        return out

    def hook(self, webhook: dict[str, Any], event: dict[str, Any], *, forged: bool = False) -> Webhook:
        """One signed request for one event."""
        body = json.dumps(event | {"webhook_id": webhook["id"]}).encode()
        secret = "somebody-else" if forged else webhook["secret"]
        return Webhook(webhook["endpoint"], {"Content-Type": "application/json", "X-Signature": sign(secret, body)}, body)

    def deliver(self, request: Webhook, base: str) -> int:
        """Send one as ClickUp does: up to five attempts within 7 s each, then the event is gone and the webhook's health suffers.

        100 failures suspend the webhook, an answer of 410 does so at once. Returns the last status (0: no answer).
        """
        health = self.webhooks[json.loads(request.body)["webhook_id"]]["health"]
        status = 0
        for _ in range(5):
            try:
                status, _body = request.post(base, timeout=7)
            except OSError:
                status = 0
            if 200 <= status < 300:
                return status
            health["fail_count"] += 1
            if status == 410 or health["fail_count"] >= 100:
                health["status"] = "suspended"
                break
        return status

    # ------------------------------------------------------------------ what happened
    def _event(self, name: str, task: dict[str, Any], field: str, before: Any, after: Any) -> None:
        kind = (after or {}).get("type")
        item = {
            "id": str(self._random.randint(10**18, 10**19)),
            "type": 1,
            "date": self._ms(),
            "field": field,
            "parent_id": task["list"],
            "data": {"status_type": kind} if field == "status" else {},
            "source": None,
            "user": self.members[0],
            "before": before,
            "after": after,
        }
        self.events.append({"event": name, "task_id": task["id"], "history_items": [item]})

    # ------------------------------------------------------------------ the API
    def webhooks_list(self, request: Request, team: str) -> Any:
        self._team(team)
        return {"webhooks": list(self.webhooks.values())}

    def webhooks_create(self, request: Request, team: str) -> Any:
        self._team(team)
        body = parse_body(request, bad)
        if not body.get("endpoint") or not body.get("events"):
            raise refusal(400, "Webhook endpoint and events are required", "WEBHOOK_001")
        if any(one["endpoint"] == body["endpoint"] and one["events"] == body["events"] for one in self.webhooks.values()):
            raise refusal(400, "Webhook configuration already exists", "OAUTH_171")
        number = str(uuid.UUID(int=self._random.getrandbits(128)))
        self.webhooks[number] = {
            "id": number,
            "userid": self.member,
            "team_id": int(self.team),
            "endpoint": body["endpoint"],
            "client_id": "FAKE",
            "events": body["events"],
            "task_id": body.get("task_id"),
            "list_id": body.get("list_id"),
            "folder_id": None,
            "space_id": None,
            "health": {"status": "active", "fail_count": 0},
            "secret": f"{self._random.getrandbits(256):064X}",
        }
        return {"id": number, "webhook": self.webhooks[number]}

    def _hook(self, hook: str) -> dict[str, Any]:
        if hook not in self.webhooks:
            raise refusal(404, "Webhook not found", "WEBHOOK_004")
        return self.webhooks[hook]

    def webhooks_update(self, request: Request, hook: str) -> Any:
        found, body = self._hook(hook), parse_body(request, bad)
        found |= {key: body[key] for key in ("endpoint", "events") if key in body}
        if body.get("status"):
            found["health"] = {"status": body["status"], "fail_count": 0}
        return {"id": hook, "webhook": found}

    def webhooks_delete(self, request: Request, hook: str) -> Any:
        self._hook(hook)
        del self.webhooks[hook]
        return {}


def sign(secret: str, body: bytes) -> str:
    """X-Signature: hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
