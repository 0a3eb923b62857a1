"""ClickUp on loopback: tasks and subtasks, attachments, comments, custom fields, webhooks.

Both ``fake.url`` and ``fake.url + "/api"`` serve /v2.

As the real one: 100 calls a minute with a Unix time to reset at, a task of somebody else is a 401 "Team not authorized" and not a 404,
a parent of another list is refused, people who are no members are left out without a word, subtasks and closed tasks are not listed
unless asked for, numbers and dates come back as strings, a drop-down's value as the option's place, markdown loses its marks in
``description``, and nothing keeps a second create from making a second task.

Knobs: ``limit`` a minute (None: none), ``list_lag`` seconds before a new task is listed, ``max_attachment``, and those of the base.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from .base import Fake, parse_body
from .clickup_fields import NoSuchValue, fits, read_value, shown_value
from .wire import Answer, Refusal, Request, Webhook

PAGE = 100
STATUSES = (("to do", "open"), ("in progress", "custom"), ("complete", "closed"))
ALPHABET = "0123456789abcdefghjkmnpqrtuvwxyz"
WRITABLE = {
    "name",
    "description",
    "markdown_content",
    "status",
    "priority",
    "due_date",
    "due_date_time",
    "parent",
    "time_estimate",
    "start_date",
    "start_date_time",
    "points",
    "archived",
    "assignees",
    "group_assignees",
    "watchers",
    "custom_item_id",
}
CREATABLE = (WRITABLE - {"watchers"}) | {"tags", "notify_all", "links_to", "check_required_custom_fields", "custom_fields"}
PRIORITIES = {1: ("urgent", "#f50000"), 2: ("high", "#f8ae00"), 3: ("normal", "#6fddff"), 4: ("low", "#d8d8d8")}
TASK = r"/v2/task/(?P<task>[^/]+)"


def refusal(status: int, text: str, code: str) -> Refusal:
    return Refusal(Answer(status, {"err": text, "ECODE": code}, content_type="application/json; charset=utf-8"))


def _bad(text: str) -> Refusal:
    return refusal(400, text, "INPUT_001")


class ClickUp(Fake):
    """``token`` is sent as it is. ``list_id``: the list there is; ``parent``: a task in it; ``member``: who may be assigned."""

    real = "https://api.clickup.com/api"
    routes = [
        ("GET", r"/v2/user", "user"),
        ("GET", r"/v2/team", "teams"),
        ("GET", r"/v2/list/(?P<number>\d+)", "list_get"),
        ("GET", r"/v2/list/(?P<number>\d+)/field", "list_fields"),
        ("GET", r"/v2/list/(?P<number>\d+)/member", "list_members"),
        ("GET", r"/v2/list/(?P<number>\d+)/task", "tasks_list"),
        ("POST", r"/v2/list/(?P<number>\d+)/task", "tasks_create"),
        ("GET", r"/v2/team/(?P<team>\d+)/task", "team_tasks"),
        ("GET", TASK, "tasks_get"),
        ("PUT", TASK, "tasks_update"),
        ("DELETE", TASK, "tasks_delete"),
        ("POST", rf"{TASK}/attachment", "attachments_create"),
        ("GET", rf"{TASK}/comment", "comments_list"),
        ("POST", rf"{TASK}/comment", "comments_create"),
        ("POST", rf"{TASK}/field/(?P<field>[^/]+)", "fields_set"),
        ("DELETE", rf"{TASK}/field/(?P<field>[^/]+)", "fields_clear"),
        ("POST", rf"{TASK}/tag/(?P<tag>[^/]+)", "tags_add"),
        ("GET", r"/v2/team/(?P<team>\d+)/webhook", "webhooks_list"),
        ("POST", r"/v2/team/(?P<team>\d+)/webhook", "webhooks_create"),
        ("PUT", r"/v2/webhook/(?P<hook>[^/]+)", "webhooks_update"),
        ("DELETE", r"/v2/webhook/(?P<hook>[^/]+)", "webhooks_delete"),
        ("GET", r"/attachments/(?P<number>[^/]+)/.*", "attachments_download"),
    ]

    def __init__(
        self,
        *,
        token: str = "pk_51234567_FAKE",
        limit: int | None = 100,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token, self.limit = token, limit
        self.list_lag, self.max_attachment = 0.0, 32 * 2**20
        self.team, self.list_id, self.member, self.other_member = "9012345678", "901507654321", 51234567, 51234568
        self._random = random.Random(5)
        self._used: list[float] = []
        self._tasks: dict[str, dict[str, Any]] = {}
        #: deleted tasks, by id
        self.deleted: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        #: every file attached, in order: {task, name, type, data, id}
        self.attachments: list[dict[str, Any]] = []
        self.fields: dict[str, dict[str, Any]] = {}
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        super().__init__(latency=latency, clock=clock)
        self.members = [self._person(self.member, "Camille Agent"), self._person(self.other_member, "Dominique Atelier")]
        self.parent = self.add_task("Demandes de modélisation")

    # ------------------------------------------------------------------ from the test
    @property
    def tasks(self) -> list[dict[str, Any]]:
        """Every task alive, as ``GET`` shows it with its markdown, oldest first; the parent that stood there from the start too."""
        with self.lock:
            return [json.loads(json.dumps(self._shown(one, markdown=True))) for one in self._tasks.values()]

    def created(self) -> list[dict[str, Any]]:
        """Tasks made through the API, whether or not they are still there."""
        with self.lock:
            rows = [*self._tasks.values(), *self.deleted.values()]
            return [json.loads(json.dumps(self._shown(one, markdown=True))) for one in rows if one["by_api"]]

    def add_task(self, name: str, *, parent: str | None = None, **more: Any) -> str:
        with self.lock:
            return str(self._make(self.list_id, {"name": name, "parent": parent} | more, by_api=False)["id"])

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

    def set_status(self, task: str, status: str) -> None:
        """A person moves a task in ClickUp."""
        with self.lock:
            self._change(self._tasks[task], {"status": status})

    def comment(self, task: str, text: str) -> None:
        """A person comments in ClickUp."""
        with self.lock:
            self._comment(task, text)

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

    # ------------------------------------------------------------------ tasks
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

    def _task(self, number: str) -> dict[str, Any]:
        if number in self.deleted:
            raise refusal(404, "Task not found, deleted", "ITEM_013")
        if number not in self._tasks:
            raise refusal(401, "Team not authorized", "OAUTH_027")
        return self._tasks[number]

    @staticmethod
    def _status(name: str) -> dict[str, Any]:
        for order, (status, kind) in enumerate(STATUSES):
            if status == name.lower().strip():
                return {"id": f"sc{order}", "status": status, "color": "#87909e", "orderindex": order, "type": kind}
        raise refusal(400, "Status not found", "ITEM_114")

    def _make(self, number: str, body: dict[str, Any], *, by_api: bool) -> dict[str, Any]:
        parent = body.get("parent")
        if parent is not None and (parent not in self._tasks or self._tasks[parent]["list"] != number):
            raise refusal(400, "Parent not child of list", "ITEM_137")
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise refusal(400, "Task name invalid", "INPUT_005")
        values = {}
        for one in body.get("custom_fields") or []:
            values[str(one.get("id"))] = self._value(str(one.get("id")), one.get("value"))
        task = {
            "id": "86c" + "".join(self._random.choice(ALPHABET) for _ in range(6)),
            "list": number,
            "name": name.strip(),
            "markdown": "",
            "status": self._status(body.get("status") or "to do"),
            "created": self.now(),
            "updated": self.now(),
            "closed": None,
            "values": values,
            "assignees": [],
            "tags": [str(tag).lower() for tag in body.get("tags") or []],
            "parent": parent,
            "priority": None,
            "due_date": None,
            "start_date": None,
            "archived": False,
            "time_estimate": None,
            "points": None,
            "by_api": by_api,
        }
        self._apply(
            task,
            {key: value for key, value in body.items() if key not in ("name", "parent", "status", "tags", "custom_fields")},
        )
        task["assignees"] = [
            one for one in body.get("assignees") or [] if one in [m["id"] for m in getattr(self, "members", [])]
        ]
        self._tasks[task["id"]] = task
        self._event("taskCreated", task, "task_creation", None, None)
        return task

    def _apply(self, task: dict[str, Any], body: dict[str, Any]) -> None:
        for key, value in body.items():
            if key == "markdown_content":
                task["markdown"] = value
            elif key == "description":
                task["markdown"] = task["markdown"] if "markdown_content" in body else value
            elif key in ("due_date", "start_date", "time_estimate"):
                if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                    raise _bad(f"{key} must be an integer")
                task[key] = None if value is None else str(value)
            elif key == "priority":
                if value is not None and value not in PRIORITIES:
                    raise refusal(400, "Priority invalid", "INPUT_006")
                task[key] = value
            elif key == "name":
                task["name"] = value
            elif key in ("archived", "points", "parent"):
                task[key] = value

    def _change(self, task: dict[str, Any], body: dict[str, Any]) -> None:
        if "status" in body:
            before, after = task["status"], self._status(body["status"])
            if before != after:
                task["status"] = after
                task["closed"] = self.now() if after["type"] == "closed" else None
                self._event("taskStatusUpdated", task, "status", before, after)
        if isinstance(body.get("assignees"), dict):
            people = [m["id"] for m in self.members]
            task["assignees"] = [
                n
                for n in [*task["assignees"], *body["assignees"].get("add", [])]
                if n in people and n not in body["assignees"].get("rem", [])
            ]
        rest = {key: value for key, value in body.items() if key not in ("status", "assignees")}
        self._apply(task, rest)
        task["updated"] = self.now()
        if rest:
            self._event("taskUpdated", task, "content", None, None)

    def _shown(self, task: dict[str, Any], *, markdown: bool = False, subtasks: bool = False) -> dict[str, Any]:
        text = _plain(task["markdown"])
        grade = PRIORITIES.get(task["priority"])
        out: dict[str, Any] = {
            "id": task["id"],
            "custom_id": None,
            "custom_item_id": 0,
            "name": task["name"],
            "text_content": text,
            "description": text,
            "status": task["status"],
            "orderindex": "1.00000000000000000000000000000000",
            "date_created": self._ms(task["created"]),
            "date_updated": self._ms(task["updated"]),
            "date_closed": None if task["closed"] is None else self._ms(task["closed"]),
            "date_done": None if task["closed"] is None else self._ms(task["closed"]),
            "archived": task["archived"],
            "creator": self.members[0],
            "assignees": [one for one in self.members if one["id"] in task["assignees"]],
            "group_assignees": [],
            "watchers": [],
            "checklists": [],
            "tags": [{"name": tag, "tag_fg": "#fff", "tag_bg": "#000", "creator": self.member} for tag in task["tags"]],
            "parent": task["parent"],
            "top_level_parent": task["parent"],
            "priority": grade
            and {"id": str(task["priority"]), "priority": grade[0], "color": grade[1], "orderindex": str(task["priority"])},
            "due_date": task["due_date"],
            "start_date": task["start_date"],
            "points": task["points"],
            "time_estimate": None if task["time_estimate"] is None else int(task["time_estimate"]),
            "time_spent": 0,
            "custom_fields": [self._field(field, task) for field in self.fields.values()],
            "dependencies": [],
            "linked_tasks": [],
            "locations": [],
            "team_id": self.team,
            "url": f"https://app.clickup.com/t/{task['id']}",
            "permission_level": "create",
            "sharing": {
                "public": False,
                "public_share_expires_on": None,
                "public_fields": ["assignees"],
                "token": None,
                "seo_optimized": False,
            },
            "list": {"id": task["list"], "name": "Modélisation", "access": True},
            "space": {"id": "90120000001"},
            "project": {"id": "90150000001", "name": "Studio", "hidden": False, "access": True},
            "folder": {"id": "90150000001", "name": "Studio", "hidden": False, "access": True},
            "attachments": [self._attachment(one) for one in self.attachments if one["task"] == task["id"]],
        }
        if markdown:
            out["markdown_description"] = task["markdown"]
        if subtasks:
            out["subtasks"] = [self._shown(one) for one in self._tasks.values() if one["parent"] == task["id"]]
        return out

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

    def tasks_create(self, request: Request, number: str) -> Any:
        self._list(number)
        body = parse_body(request, _bad)
        if unknown := set(body) - CREATABLE:
            self.unknown.append(f"task fields nobody described: {sorted(unknown)}")
        return self._shown(self._make(number, body, by_api=True))

    def tasks_get(self, request: Request, task: str) -> Any:
        return self._shown(
            self._task(task), markdown=request.flag("include_markdown_description"), subtasks=request.flag("include_subtasks")
        )

    def tasks_update(self, request: Request, task: str) -> Any:
        found, body = self._task(task), parse_body(request, _bad)
        if unknown := set(body) - WRITABLE:
            self.unknown.append(f"task fields nobody described: {sorted(unknown)}")
        self._change(found, {key: value for key, value in body.items() if key in WRITABLE})
        return self._shown(found)

    def tasks_delete(self, request: Request, task: str) -> Any:
        self._task(task)
        self.deleted[task] = self._tasks.pop(task)
        self._event("taskDeleted", self.deleted[task], "deleted", None, None)
        return Answer(204)

    def _listed(self, request: Request, parent: str = "") -> Any:
        now, page = self.now(), int(request.get("page") or 0)
        rows = [
            one
            for one in self._tasks.values()
            if one["archived"] == request.flag("archived") and one["created"] + self.list_lag <= now
        ]
        if not request.flag("subtasks") and not parent:
            rows = [one for one in rows if one["parent"] is None]
        if parent:
            rows = [one for one in rows if one["parent"] == parent]
        statuses = [one.lower() for one in request.all("statuses")]
        if not request.flag("include_closed") and not statuses:
            rows = [one for one in rows if one["status"]["type"] != "closed"]
        if statuses:
            rows = [one for one in rows if one["status"]["status"] in statuses]
        if people := request.all("assignees"):
            rows = [one for one in rows if {str(n) for n in one["assignees"]} & set(people)]
        for name, field in (("date_updated", "updated"), ("date_created", "created")):
            if low := request.get(f"{name}_gt"):
                rows = [one for one in rows if int(one[field] * 1000) > int(low)]
            if high := request.get(f"{name}_lt"):
                rows = [one for one in rows if int(one[field] * 1000) < int(high)]
        if raw := request.get("custom_fields") or request.get("custom_field"):
            try:
                filters = json.loads(raw)
                filters = [filters] if isinstance(filters, dict) else filters
                rows = [
                    one
                    for one in rows
                    if all(fits(self.fields[f["field_id"]], one["values"].get(f["field_id"]), f) for f in filters)
                ]
            except (ValueError, KeyError, TypeError) as err:
                raise refusal(400, "Custom field filters invalid", "FIELD_140") from err
        order = request.get("order_by") or "created"
        rows.sort(
            key=lambda one: one[order] if order in ("created", "updated") else one["created"],
            reverse=not request.flag("reverse"),
        )
        markdown = request.flag("include_markdown_description")
        cut = rows[page * PAGE : (page + 1) * PAGE]
        return {"tasks": [self._shown(one, markdown=markdown) for one in cut], "last_page": (page + 1) * PAGE >= len(rows)}

    def tasks_list(self, request: Request, number: str) -> Any:
        self._list(number)
        return self._listed(request)

    def team_tasks(self, request: Request, team: str) -> Any:
        self._team(team)
        return self._listed(request, request.get("parent"))

    # ------------------------------------------------------------------ fields, files, comments, tags
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

    def list_fields(self, request: Request, number: str) -> Any:
        self._list(number)
        return {"fields": list(self.fields.values())}

    def list_members(self, request: Request, number: str) -> Any:
        self._list(number)
        return {"members": self.members}

    def fields_set(self, request: Request, task: str, field: str) -> Any:
        self._task(task)["values"][field] = self._value(field, parse_body(request, _bad).get("value"))
        self._tasks[task]["updated"] = self.now()
        return {}

    def fields_clear(self, request: Request, task: str, field: str) -> Any:
        self._task(task)["values"].pop(field, None)
        return {}

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
        body = parse_body(request, _bad)
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

    # ------------------------------------------------------------------ people, webhooks
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

    def _team(self, team: str) -> None:
        if team != self.team:
            raise refusal(401, "Team not authorized", "OAUTH_027")

    def webhooks_list(self, request: Request, team: str) -> Any:
        self._team(team)
        return {"webhooks": list(self.webhooks.values())}

    def webhooks_create(self, request: Request, team: str) -> Any:
        self._team(team)
        body = parse_body(request, _bad)
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
        found, body = self._hook(hook), parse_body(request, _bad)
        found |= {key: body[key] for key in ("endpoint", "events") if key in body}
        if body.get("status"):
            found["health"] = {"status": body["status"], "fail_count": 0}
        return {"id": hook, "webhook": found}

    def webhooks_delete(self, request: Request, hook: str) -> Any:
        self._hook(hook)
        del self.webhooks[hook]
        return {}

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
            "user": (getattr(self, "members", None) or [None])[0],
            "before": before,
            "after": after,
        }
        self.events.append({"event": name, "task_id": task["id"], "history_items": [item]})

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


def sign(secret: str, body: bytes) -> str:
    """X-Signature: hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _plain(markdown: str) -> str:
    text = re.sub(r"!?\[([^\]\n]{0,500})\]\(([^)\n]{0,2000})\)", r"\1", markdown or "")
    return re.sub(r"(?m)^#{1,6} +|\*\*|__|`", "", text)
