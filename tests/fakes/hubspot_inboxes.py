"""HubSpot's inbox itself: who writes there (actors), its channels and the accounts of these."""

from __future__ import annotations

from typing import Any

from .base import parse_body, stamp
from .hubspot_files import Files
from .hubspot_types import error, invalid
from .wire import Request

ROOT = "/conversations/v3/conversations"
EMAIL, CHAT = "1002", "1000"


class Inboxes(Files):
    """Mixed into the fake: one inbox with one connected mailbox."""

    inbox = "118493021"
    email_account = "2200517719"
    mailbox = "contact@studio.example"
    routes = [
        ("GET", rf"{ROOT}/actors/(?P<actor>[^/]+)", "actors_get"),
        ("POST", rf"{ROOT}/actors/batch/read", "actors_batch_read"),
        ("GET", rf"{ROOT}/inboxes", "inboxes_list"),
        ("GET", rf"{ROOT}/inboxes/(?P<number>\d+)", "inboxes_get"),
        ("GET", rf"{ROOT}/channels", "channels_list"),
        ("GET", rf"{ROOT}/channels/(?P<number>\d+)", "channels_get"),
        ("GET", rf"{ROOT}/channel-accounts", "accounts_list"),
        ("GET", rf"{ROOT}/channel-accounts/(?P<number>\d+)", "accounts_get"),
    ]

    def start_inboxes(self) -> None:
        self._actors: dict[str, dict[str, Any]] = {}
        for owner in self.owners.values():
            self._actors[f"A-{owner['userId']}"] = {
                "id": f"A-{owner['userId']}",
                "type": "AGENT",
                "email": owner["email"],
                "name": f"{owner['firstName']} {owner['lastName']}",
            }

    def actors_get(self, request: Request, actor: str) -> Any:
        if actor not in self._actors:
            raise error(404, "OBJECT_NOT_FOUND", f"Actor {actor} not found")
        return self._actors[actor]

    def actors_batch_read(self, request: Request) -> Any:
        now = stamp(self.now())
        found = [self._actors[one] for one in parse_body(request, invalid).get("inputs") or [] if one in self._actors]
        return {"status": "COMPLETE", "results": found, "startedAt": now, "completedAt": now}

    def _inboxes(self) -> list[dict[str, Any]]:
        return [
            {
                "id": self.inbox,
                "name": "Boîte du studio",
                "type": "HELP_DESK",
                "archived": False,
                "createdAt": stamp(self.now()),
            }
        ]

    def _accounts(self) -> list[dict[str, Any]]:
        return [
            {
                "id": self.email_account,
                "name": "Studio",
                "channelId": EMAIL,
                "inboxId": self.inbox,
                "active": True,
                "authorized": True,
                "archived": False,
                "createdAt": stamp(self.now()),
                "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": self.mailbox},
            }
        ]

    @staticmethod
    def _channels() -> list[dict[str, Any]]:
        return [{"id": CHAT, "name": "Live chat"}, {"id": EMAIL, "name": "Email"}]

    def _by_id(self, rows: list[dict[str, Any]], number: str) -> dict[str, Any]:
        for one in rows:
            if one["id"] == number:
                return one
        raise error(404, "OBJECT_NOT_FOUND", f"{number} not found")

    def inboxes_list(self, request: Request) -> Any:
        return {"results": self._inboxes(), "total": 1}

    def inboxes_get(self, request: Request, number: str) -> Any:
        return self._by_id(self._inboxes(), number)

    def channels_list(self, request: Request) -> Any:
        return {"results": self._channels(), "total": 2}

    def channels_get(self, request: Request, number: str) -> Any:
        return self._by_id(self._channels(), number)

    def accounts_list(self, request: Request) -> Any:
        wanted = request.all("channelId")
        return {"results": [one for one in self._accounts() if not wanted or one["channelId"] in wanted], "total": 1}

    def accounts_get(self, request: Request, number: str) -> Any:
        return self._by_id(self._accounts(), number)
