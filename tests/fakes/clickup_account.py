"""Who may call ClickUp and how often; the workspace, its list and its people.

As the real one: 100 calls a minute with a Unix time to reset at; a list or workspace of somebody else is a 401 "Team not authorized".
"""

from __future__ import annotations

from typing import Any

from .base import Fake
from .wire import Answer, Refusal, Request

STATUSES = (("to do", "open"), ("in progress", "custom"), ("complete", "closed"))


def refusal(status: int, text: str, code: str) -> Refusal:
    return Refusal(Answer(status, {"err": text, "ECODE": code}, content_type="application/json; charset=utf-8"))


def bad(text: str) -> Refusal:
    return refusal(400, text, "INPUT_001")


class Account(Fake):
    """Mixed into the fake: ``token``, ``limit`` a minute, ``team``, ``list_id``, ``members``."""

    real = "https://api.clickup.com/api"
    routes = [
        ("GET", r"/v2/user", "user"),
        ("GET", r"/v2/team", "teams"),
        ("GET", r"/v2/list/(?P<number>\d+)", "list_get"),
        ("GET", r"/v2/list/(?P<number>\d+)/member", "list_members"),
    ]

    def start_account(self, token: str, limit: int | None) -> None:
        self.token, self.limit = token, limit
        self.team, self.list_id, self.member, self.other_member = "9012345678", "901507654321", 51234567, 51234568
        self.members = [self._person(self.member, "Camille Agent"), self._person(self.other_member, "Dominique Atelier")]
        self._used: list[float] = []

    # ------------------------------------------------------------------ the base's questions
    def canonical(self, path: str) -> str | None:
        return path.removeprefix("/api")

    def real_url(self, request: Request) -> str | None:
        path = request.path.removeprefix("/api")
        return None if path.startswith("/attachments/") else self.real + path

    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        if status == 429:
            reset = str(int(self.now() + (60 if retry_after is None else retry_after)))
            head = {"X-RateLimit-Limit": str(self.limit or 100), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
            return refusal(429, "Rate limit reached", "APP_002").answer.with_headers(head)
        if status in (502, 503, 504):
            return Answer(status, b"<html><body><h1>upstream connect error</h1></body></html>", content_type="text/html")
        text, code = {401: ("Token invalid", "OAUTH_025"), 404: ("Not found", "APP_001")}.get(
            status, ("Internal Server Error", "ITEM_000")
        )
        return refusal(status, text, code).answer

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        if kind == "attachments_download":
            return {}
        given = request.header("Authorization")
        if not given:
            raise refusal(400, "Authorization header required", "OAUTH_017")
        if given != self.token:
            raise refusal(401, "Token invalid", "OAUTH_025")
        if self.limit is None:
            return {}
        now = self.now()
        self._used = [at for at in self._used if at > now - 60]
        reset = str(int((self._used[0] if self._used else now) + 60) + 1)
        head = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Reset": reset}
        if len(self._used) >= self.limit:
            raise Refusal(
                refusal(429, "Rate limit reached", "APP_002").answer.with_headers(head | {"X-RateLimit-Remaining": "0"})
            )
        self._used.append(now)
        return head | {"X-RateLimit-Remaining": str(self.limit - len(self._used))}

    def missing(self, request: Request) -> Answer:
        return refusal(404, "Route not found", "APP_001").answer

    # ------------------------------------------------------------------ shared
    def _ms(self, seconds: float | None = None) -> str:
        return str(int((self.now() if seconds is None else seconds) * 1000))

    @staticmethod
    def _person(number: int, name: str) -> dict[str, Any]:
        initials = "".join(part[0] for part in name.split())
        mail = name.lower().replace(" ", ".") + "@studio.example"
        return {"id": number, "username": name, "color": "#7b68ee", "initials": initials, "email": mail, "profilePicture": None}

    def _list(self, number: str) -> None:
        if number != self.list_id:
            raise refusal(401, "Team not authorized", "OAUTH_027")

    def _team(self, team: str) -> None:
        if team != self.team:
            raise refusal(401, "Team not authorized", "OAUTH_027")

    @staticmethod
    def _status(name: str) -> dict[str, Any]:
        for order, (status, kind) in enumerate(STATUSES):
            if status == name.lower().strip():
                return {"id": f"sc{order}", "status": status, "color": "#87909e", "orderindex": order, "type": kind}
        raise refusal(400, "Status not found", "ITEM_114")

    # ------------------------------------------------------------------ people and the list
    def user(self, request: Request) -> Any:
        return {"user": self.members[0] | {"week_start_day": 1, "global_font_support": True, "timezone": "Europe/Paris"}}

    def teams(self, request: Request) -> Any:
        return {
            "teams": [
                {
                    "id": self.team,
                    "name": "Studio",
                    "color": "#000",
                    "avatar": None,
                    "members": [{"user": one} for one in self.members],
                }
            ]
        }

    def list_get(self, request: Request, number: str) -> Any:
        self._list(number)
        statuses = [self._status(name) for name, _ in STATUSES]
        return {
            "id": number,
            "name": "Modélisation",
            "orderindex": 0,
            "content": "",
            "statuses": statuses,
            "archived": False,
            "space": {"id": "90120000001", "name": "Studio", "access": True},
            "permission_level": "create",
        }

    def list_members(self, request: Request, number: str) -> Any:
        self._list(number)
        return {"members": self.members}
