"""What becomes of tasks: status changes, polled or told by webhook. Both may tell the same status twice, and in any order: what
counts is whether it differs from the last one known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task has that status since about ``at``. ``type`` is ClickUp's kind of status: open, custom, done or closed ('' untold).

    ``key`` is the key of the effect that made the task, '' where the source does not tell.
    """

    task: str
    status: str
    type: str
    at: datetime
    key: str = ""
    url: str = ""


def from_webhook(body: bytes, now: datetime) -> list[TaskChange]:
    """The status changes that a webhook's body tells, [] for other events or none that can be read. Pure, never raises."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(event, dict) or event.get("event") not in ("taskStatusUpdated", "taskUpdated"):
        return []
    task, items = event.get("task_id"), event.get("history_items")
    if not isinstance(task, str) or not task or not isinstance(items, list):
        return []
    changes = []
    for item in items[:100]:
        after = item.get("after") if isinstance(item, dict) and item.get("field") == "status" else None
        if isinstance(after, dict) and isinstance(after.get("status"), str):
            changes.append(TaskChange(task, after["status"], str(after.get("type") or ""), moment(item.get("date")) or now))
    return changes


def moment(value: Any) -> datetime | None:
    """ClickUp's time: milliseconds since 1970, as a string or a number."""
    text = str(value)
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() and len(text) <= 14 else None


def status_of(task: Mapping[str, Any]) -> tuple[str, str]:
    """(status, type of status) of a task."""
    status = task.get("status")
    if isinstance(status, Mapping):
        return str(status.get("status") or ""), str(status.get("type") or "")
    return str(status or ""), ""
