"""ClickUp's tasks: made, changed, shown, listed.

A task of somebody else is a 401 "Team not authorized" and not a 404, a parent of another list is refused, people who are no members are
left out without a word, subtasks and closed tasks are not listed unless asked for, markdown loses its marks in ``description``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .base import parse_body
from .clickup_account import bad, refusal
from .clickup_fields import fits
from .clickup_things import TASK, Things
from .wire import Answer, Request

PAGE = 100
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


class Tasks(Things):
    """Mixed into the fake: the tasks alive and those ``deleted``; ``list_lag`` seconds before a new one is listed."""

    routes = [
        ("GET", r"/v2/list/(?P<number>\d+)/task", "tasks_list"),
        ("POST", r"/v2/list/(?P<number>\d+)/task", "tasks_create"),
        ("GET", r"/v2/team/(?P<team>\d+)/task", "team_tasks"),
        ("GET", TASK, "tasks_get"),
        ("PUT", TASK, "tasks_update"),
        ("DELETE", TASK, "tasks_delete"),
    ]

    def start_tasks(self) -> None:
        self.list_lag = 0.0
        self._tasks: dict[str, dict[str, Any]] = {}
        #: deleted tasks, by id
        self.deleted: dict[str, dict[str, Any]] = {}

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

    def set_status(self, task: str, status: str) -> None:
        """A person moves a task in ClickUp."""
        with self.lock:
            self._change(self._tasks[task], {"status": status})

    # ------------------------------------------------------------------ what is kept
    def _task(self, number: str) -> dict[str, Any]:
        if number in self.deleted:
            raise refusal(404, "Task not found, deleted", "ITEM_013")
        if number not in self._tasks:
            raise refusal(401, "Team not authorized", "OAUTH_027")
        return self._tasks[number]

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
        task["assignees"] = [one for one in body.get("assignees") or [] if one in [m["id"] for m in self.members]]
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
                    raise bad(f"{key} must be an integer")
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

    # ------------------------------------------------------------------ the API
    def tasks_create(self, request: Request, number: str) -> Any:
        self._list(number)
        body = parse_body(request, bad)
        if unknown := set(body) - CREATABLE:
            self.unknown.append(f"task fields nobody described: {sorted(unknown)}")
        return self._shown(self._make(number, body, by_api=True))

    def tasks_get(self, request: Request, task: str) -> Any:
        return self._shown(
            self._task(task), markdown=request.flag("include_markdown_description"), subtasks=request.flag("include_subtasks")
        )

    def tasks_update(self, request: Request, task: str) -> Any:
        found, body = self._task(task), parse_body(request, bad)
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


def _plain(markdown: str) -> str:
    text = re.sub(r"!?\[([^\]\n]{0,500})\]\(([^)\n]{0,2000})\)", r"\1", markdown or "")
    return re.sub(r"(?m)^#{1,6} +|\*\*|__|`", "", text)
