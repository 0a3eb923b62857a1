"""What stands on a task of ClickUp: custom fields, tags, files, comments."""

from __future__ import annotations

import re
import uuid
from typing import Any

from .base import parse_body
from .clickup_account import bad, refusal
from .clickup_fields import NoSuchValue, read_value, shown_value
from .clickup_webhooks import Webhooks
from .wire import Answer, Request

TASK = r"/v2/task/(?P<task>[^/]+)"


class Things(Webhooks):
    """Mixed into the fake: ``fields`` by id, ``comments`` by task, ``attachments``; ``max_attachment`` bytes."""

    routes = [
        ("GET", r"/v2/list/(?P<number>\d+)/field", "list_fields"),
        ("POST", rf"{TASK}/attachment", "attachments_create"),
        ("GET", rf"{TASK}/comment", "comments_list"),
        ("POST", rf"{TASK}/comment", "comments_create"),
        ("POST", rf"{TASK}/field/(?P<field>[^/]+)", "fields_set"),
        ("DELETE", rf"{TASK}/field/(?P<field>[^/]+)", "fields_clear"),
        ("POST", rf"{TASK}/tag/(?P<tag>[^/]+)", "tags_add"),
        ("GET", r"/attachments/(?P<number>[^/]+)/.*", "attachments_download"),
    ]

    def start_things(self) -> None:
        self.max_attachment = 32 * 2**20
        self.comments: dict[str, list[dict[str, Any]]] = {}
        #: every file attached, in order: {task, name, type, data, id}
        self.attachments: list[dict[str, Any]] = []
        self.fields: dict[str, dict[str, Any]] = {}

    def _task(self, number: str) -> dict[str, Any]:
        raise NotImplementedError

    # ------------------------------------------------------------------ from the test
    def add_field(self, name: str, kind: str = "short_text", options: tuple[str, ...] = ()) -> str:
        """A custom field of the list: short_text, text, url, email, number, date, checkbox, drop_down. Returns its id."""
        number = str(uuid.UUID(int=self._random.getrandbits(128)))
        made = [
            {"id": str(uuid.UUID(int=self._random.getrandbits(128))), "name": one, "color": None, "orderindex": n}
            for n, one in enumerate(options)
        ]
        self.fields[number] = {
            "id": number,
            "name": name,
            "type": kind,
            "type_config": {"options": made} if options else {},
            "date_created": self._ms(),
            "hide_from_guests": False,
            "required": False,
        }
        return number

    def comment(self, task: str, text: str) -> None:
        """A person comments in ClickUp."""
        with self.lock:
            self._comment(task, text)

    # ------------------------------------------------------------------ the API
    def list_fields(self, request: Request, number: str) -> Any:
        self._list(number)
        return {"fields": list(self.fields.values())}

    def fields_set(self, request: Request, task: str, field: str) -> Any:
        self._task(task)["values"][field] = self._value(field, parse_body(request, bad).get("value"))
        self._tasks[task]["updated"] = self.now()
        return {}

    def fields_clear(self, request: Request, task: str, field: str) -> Any:
        self._task(task)["values"].pop(field, None)
        return {}

    def _field(self, field: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
        held = task["values"].get(field["id"])
        return field if held is None else field | {"value": shown_value(field, held)}

    def _value(self, field: str, value: Any) -> Any:
        if field not in self.fields:
            raise refusal(400, "Custom field not found", "FIELD_058")
        try:
            return read_value(self.fields[field], value)
        except NoSuchValue as err:
            raise refusal(400, f"Value is invalid: {err}", "FIELD_011") from err

    def tags_add(self, request: Request, task: str, tag: str) -> Any:
        if tag.lower() not in self._task(task)["tags"]:
            self._tasks[task]["tags"].append(tag.lower())
        return {}

    def _attachment(self, one: dict[str, Any]) -> dict[str, Any]:
        stem, _, extension = one["name"].rpartition(".")
        return {
            "id": one["id"],
            "version": "0",
            "date": one["date"],
            "title": one["name"],
            "extension": extension,
            "thumbnail_small": "",
            "thumbnail_large": "",
            "url": f"{self.url}/attachments/{one['id']}/{stem or 'file'}",
            "size": len(one["data"]),
        }

    def attachments_create(self, request: Request, task: str) -> Any:
        self._task(task)
        parts = [one for one in request.parts() if re.fullmatch(r"attachment(\[\d*\])?", one.name) and one.filename]
        if not parts:
            raise refusal(400, "Upload file is required", "UPLOAD_002")
        if any(len(one.data) > self.max_attachment for one in parts):
            raise refusal(413, "Attachment too large", "GBUSED_005")
        made = [
            {
                "id": f"{uuid.UUID(int=self._random.getrandbits(128))}.bin",
                "task": task,
                "name": one.filename,
                "type": one.content_type,
                "data": one.data,
                "date": int(self.now() * 1000),
            }
            for one in parts
        ]
        self.attachments += made
        self._event("taskAttachmentUpdated", self._tasks[task], "attachments", None, None)
        return self._attachment(made[0])

    def attachments_download(self, request: Request, number: str) -> Any:
        for one in self.attachments:
            if one["id"] == number:
                return Answer(200, one["data"], content_type=one["type"])
        return Answer(404, b"", content_type="text/plain")

    def _comment(self, task: str, text: str) -> dict[str, Any]:
        made = {
            "id": str(self._random.randint(10**9, 10**10)),
            "comment": [{"text": text}],
            "comment_text": text,
            "user": self.members[0],
            "resolved": False,
            "assignee": None,
            "assigned_by": None,
            "reactions": [],
            "date": self._ms(),
            "reply_count": "0",
        }
        self.comments.setdefault(task, []).insert(0, made)
        self._event("taskCommentPosted", self._tasks[task], "comment", None, {"text_content": text})
        return made

    def comments_create(self, request: Request, task: str) -> Any:
        self._task(task)
        body = parse_body(request, bad)
        if not body.get("comment_text") or "notify_all" not in body:
            raise refusal(400, "Comment text and notify_all required", "COMMENT_001")
        made = self._comment(task, body["comment_text"])
        return {"id": int(made["id"]), "hist_id": str(uuid.UUID(int=self._random.getrandbits(128))), "date": int(made["date"])}

    def comments_list(self, request: Request, task: str) -> Any:
        self._task(task)
        rows = self.comments.get(task, [])
        if start := request.get("start_id"):
            rows = rows[next((n + 1 for n, one in enumerate(rows) if one["id"] == start), 0) :]
        return {"comments": rows[:25]}
