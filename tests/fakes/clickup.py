"""ClickUp on loopback: tasks and subtasks, attachments, comments, custom fields, webhooks.

Both ``fake.url`` and ``fake.url + "/api"`` serve /v2.

What it shares with the real one stands at the parts: ``clickup_account`` (limits, people), ``clickup_tasks``, ``clickup_things`` (what
stands on a task), ``clickup_fields`` (values), ``clickup_webhooks``. Nothing keeps a second create from making a second task.

Knobs: ``limit`` a minute (None: none), ``list_lag`` seconds before a new task is listed, ``max_attachment``, and those of the base.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from .clickup_account import Account
from .clickup_tasks import Tasks
from .clickup_things import Things
from .clickup_webhooks import Webhooks, sign


class ClickUp(Tasks):
    """``token`` is sent as it is. ``list_id``: the list there is; ``parent``: a task in it; ``member``: who may be assigned."""

    routes = [*Account.routes, *Tasks.routes, *Things.routes, *Webhooks.routes]

    def __init__(
        self,
        *,
        token: str = "pk_51234567_FAKE",
        limit: int | None = 100,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.start_account(token, limit)
        self.start_webhooks()
        self.start_things()
        self.start_tasks()
        super().__init__(latency=latency, clock=clock)
        self.parent = self.add_task("Demandes de modélisation")


__all__ = ["ClickUp", "sign"]
