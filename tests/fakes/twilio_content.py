"""Twilio's Content API (templates for WhatsApp) and the filling of their variables."""

from __future__ import annotations

import json
import re
from typing import Any

from .base import Fake, parse_body, stamp
from .wire import Answer, Refusal, Request

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BUTTON_TYPES = ("twilio/quick-reply", "twilio/card", "twilio/call-to-action", "whatsapp/card")


def twilio_error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Refusal:
    """Twilio's error body."""
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return Refusal(Answer(status, body, headers or {}, "application/json"))


class Content(Fake):
    """Mixed into the fake: templates, their approval by WhatsApp."""

    account: str
    routes = [
        ("GET", r"/v1/Content", "content_list"),
        ("POST", r"/v1/Content", "content_create"),
        ("GET", r"/v1/ContentAndApprovals", "content_and_approvals"),
        ("GET", r"/v1/Content/(?P<sid>HX[0-9a-f]{32})", "content_get"),
        ("DELETE", r"/v1/Content/(?P<sid>HX[0-9a-f]{32})", "content_delete"),
        ("GET", r"/v1/Content/(?P<sid>HX[0-9a-f]{32})/ApprovalRequests", "approvals_get"),
        ("POST", r"/v1/Content/(?P<sid>HX[0-9a-f]{32})/ApprovalRequests/whatsapp", "approvals_create"),
    ]

    def start_content(self) -> None:
        self.templates: dict[str, dict[str, Any]] = {}
        self.approvals: dict[str, dict[str, Any]] = {}

    def sid(self, prefix: str) -> str:
        raise NotImplementedError

    # ------------------------------------------------------------------ from the test
    def add_template(
        self,
        body: str,
        *,
        name: str = "devis",
        buttons: tuple[tuple[str, str], ...] = (),
        status: str = "approved",
        language: str = "fr",
    ) -> str:
        """A template with places {{1}} {{2}} …; ``buttons``: (title, id) quick replies.

        ``status``: approved, rejected, pending, unsubmitted.
        """
        types: dict[str, Any] = {"twilio/text": {"body": body}}
        if buttons:
            types = {
                "twilio/quick-reply": {
                    "body": body,
                    "actions": [{"type": "QUICK_REPLY", "title": title, "id": key} for title, key in buttons],
                }
            }
        return str(self._new_content(name, language, types, {}, status)["sid"])

    def _new_content(
        self, name: str, language: str, types: dict[str, Any], variables: dict[str, str], status: str
    ) -> dict[str, Any]:
        sid, now = self.sid("HX"), stamp(self.now(), 0)
        self.templates[sid] = {
            "sid": sid,
            "account_sid": self.account,
            "friendly_name": name,
            "language": language,
            "types": types,
            "variables": variables,
            "date_created": now,
            "date_updated": now,
            "url": f"https://content.twilio.com/v1/Content/{sid}",
            "links": {
                "approval_create": f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests/whatsapp",
                "approval_fetch": f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests",
            },
        }
        self.approvals[sid] = {
            "type": "whatsapp",
            "name": name,
            "category": "UTILITY",
            "content_type": next(iter(types)),
            "status": status,
            "rejection_reason": "",
            "allow_category_change": True,
        }
        return self.templates[sid]

    def body_of(self, sid: str) -> str:
        return str(next(iter(self.templates[sid]["types"].values())).get("body") or "")

    def places_of(self, sid: str) -> set[str]:
        return set(PLACE.findall(json.dumps(self.templates[sid]["types"])))

    def fill(self, sid: str, variables: dict[str, str]) -> str:
        return PLACE.sub(lambda found: variables.get(found[1], found[0]), self.body_of(sid))

    # ------------------------------------------------------------------ answers
    def _content(self, sid: str) -> dict[str, Any]:
        if sid not in self.templates:
            raise twilio_error(404, 20404, f"The requested resource /Content/{sid} was not found")
        return self.templates[sid]

    def content_get(self, request: Request, sid: str) -> Any:
        return self._content(sid)

    def content_delete(self, request: Request, sid: str) -> Any:
        del self.templates[self._content(sid)["sid"]]
        return Answer(204)

    def content_create(self, request: Request) -> Any:
        body = parse_body(request, lambda text: twilio_error(400, 20001, text))
        if not body.get("types") or not body.get("language"):
            raise twilio_error(400, 20001, "Missing required parameter: language or types")
        made = self._new_content(
            body.get("friendly_name") or "", body["language"], body["types"], body.get("variables") or {}, "unsubmitted"
        )
        return Answer(201, made)

    def _content_page(self, request: Request, rows: list[Any]) -> dict[str, Any]:
        size, page = min(int(request.get("PageSize") or 50), 1000), int(request.get("Page") or 0)
        root = f"https://content.twilio.com{request.path}?PageSize={size}"
        more = (page + 1) * size < len(rows)
        meta = {
            "page": page,
            "page_size": size,
            "key": "contents",
            "first_page_url": f"{root}&Page=0",
            "url": f"{root}&Page={page}",
            "next_page_url": f"{root}&Page={page + 1}" if more else None,
            "previous_page_url": f"{root}&Page={page - 1}" if page else None,
        }
        return {"contents": rows[page * size : (page + 1) * size], "meta": meta}

    def content_list(self, request: Request) -> Any:
        return self._content_page(request, list(self.templates.values()))

    def content_and_approvals(self, request: Request) -> Any:
        rows = [
            {key: value for key, value in one.items() if key not in ("url", "links")}
            | {"approval_requests": self.approvals[one["sid"]]}
            for one in self.templates.values()
        ]
        return self._content_page(request, rows)

    def approvals_get(self, request: Request, sid: str) -> Any:
        self._content(sid)
        url = f"https://content.twilio.com/v1/Content/{sid}/ApprovalRequests"
        return {"sid": sid, "account_sid": self.account, "whatsapp": self.approvals[sid], "url": url}

    def approvals_create(self, request: Request, sid: str) -> Any:
        self._content(sid)
        body = parse_body(request, lambda text: twilio_error(400, 20001, text))
        self.approvals[sid] |= {"name": body.get("name"), "category": body.get("category"), "status": "received"}
        return Answer(201, {key: value for key, value in self.approvals[sid].items() if key != "type"})
