"""ClickUp as the task manager: subtasks under one parent, and comments on them.

ClickUp knows no idempotency key. The effect's key stands in a custom field, where the list has one of that name, else in the last
line of the description; before a second try the parent's subtasks are looked through for it. A comment carries it in its last line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.clickup.changes import TaskChange, moment, status_of
from connectors.clickup.client import ClickUpClient
from connectors.clickup.comments import comment, find_comment, say
from connectors.clickup.place import place_of
from connectors.clickup.shapes import due_at, file_name, id_of, marked, receipt_of, value_for
from connectors.clickup.upload import Upload
from connectors.http import Refused, one_by_one
from core.effects import CommentTask, CreateTask, Effect, Receipt, System
from core.erasure import Trace
from core.errors import Ambiguous, PortError, Rejected, Transient
from core.ports import Health, Spool

#: Tasks of a page, and pages that are looked through.
PAGE, MOST_PAGES = 100, 200
#: Tasks that wait for their files, by key.
MOST_PARTIAL = 500


class ClickUpTasks:
    """Makes tasks under ``parent`` (a task id), for ``assignee`` (a user id) where one is set.

    ``spool`` gives the files to attach. ``key_field`` is the name of the custom field for the key; the properties of a task go
    to the custom fields of their names. For one thread at a time.
    """

    system: System = "tasks"
    batch = 10
    findable = True

    def __init__(
        self,
        client: ClickUpClient,
        *,
        parent: str,
        spool: Spool,
        assignee: str = "",
        key_field: str = "guichet_key",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._parent, self._assignee = parent, assignee
        self._spool = spool
        self._key_field = key_field
        self._clock = clock
        self._lock = threading.Lock()
        self._place: tuple[str, str] | None = None
        self._fields: dict[str, Mapping[str, Any]] | None = None
        #: Tasks that were made but lack files: the next try goes on with them instead of making another.
        self._partial: dict[str, str] = {}
        self.lag = client.patience + 15.0

    # ------------------------------------------------------------------ the port

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Do them, one after the other; what comes after ClickUp stopped answering is not tried."""
        return one_by_one(effects, self._deliver)

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look them up by their key. A task that lacks files is not done: None, and the next ``deliver`` goes on with it."""
        tasks = {e.key: e for e in effects if isinstance(e.payload, CreateTask)}
        found = self._find_tasks(list(tasks)) if tasks else {}
        receipts: list[Receipt | None] = []
        for effect in effects:
            payload = effect.payload
            if isinstance(payload, CreateTask) and (task := found.get(effect.key)) is not None:
                if payload.files and self._missing(str(task["id"]), payload.files):
                    self._remember(effect.key, str(task["id"]))
                    receipts.append(None)
                else:
                    receipts.append(receipt_of(task, found=True))
            elif isinstance(payload, CommentTask):
                receipts.append(find_comment(self._client, payload.task, effect.key))
            else:
                receipts.append(None)
        return receipts

    def check(self) -> Health:
        """Whether the token sees the parent task and its list; changes nothing."""
        try:
            with self._lock:
                self._place = self._fields = None
            fields = self._custom_fields()
            stranger = bool(self._assignee) and self._assignee not in self._members()
        except PortError as error:
            return Health(False, str(error))
        if stranger:
            # ClickUp would leave such an assignee out without a word.
            return Health(False, f"ClickUp : la personne {self._assignee} n'est pas membre de l'espace de travail")
        where = f"dans le champ « {self._key_field} »" if self._key_field in fields else "dans la description"
        return Health(True, f"ClickUp répond ; la clé de chaque tâche est écrite {where}")

    def forget(self, traces: Sequence[Trace]) -> list[PortError | None]:
        """Delete the tasks, with the comments and files on them."""
        return [self._forget(trace) for trace in traces]

    def _forget(self, trace: Trace) -> PortError | None:
        if trace.url.startswith("local://"):
            return Rejected("fait dans un autre système, qui n'est plus réglé")
        if trace.kind != "task.create":
            return None  # it goes with its task
        try:
            self._client.call("DELETE", f"/v2/task/{id_of(trace.id)}")
        except Refused as error:
            return None if error.answer.status in (404, 410) else error
        except PortError as error:
            return error
        return None

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    # ------------------------------------------------------------------ beside the port

    def usage(self) -> dict[str, int]:
        """Calls and answers by status of today (UTC)."""
        return self._client.usage()

    def changes(self, since: datetime, *, overlap: float = 120.0) -> list[TaskChange]:
        """What the parent's subtasks that changed since then (less ``overlap`` seconds) have become, oldest first. Raises PortError.

        Overlapping windows, and any other change of a task, tell the same status again.
        """
        start = int((since - timedelta(seconds=overlap)).timestamp() * 1000)
        found = []
        for task in self._subtasks({"date_updated_gt": str(max(start, 0))}):
            status, type = status_of(task)
            if status and task.get("id"):
                at = moment(task.get("date_updated")) or self._clock()
                found.append(TaskChange(str(task["id"]), status, type, at, self._key_of(task), str(task.get("url") or "")))
        return sorted(found, key=lambda change: change.at)

    # ------------------------------------------------------------------ doing

    def _deliver(self, effect: Effect) -> Receipt:
        payload = effect.payload
        if isinstance(payload, CreateTask):
            return self._create(effect.key, payload)
        if isinstance(payload, CommentTask):
            return comment(self._client, effect.key, payload)
        raise Rejected(f"ClickUp ne sait pas faire {effect.kind}")

    def _create(self, key: str, payload: CreateTask) -> Receipt:
        id = self._partial.get(key)
        if id is not None:
            task = self._client.call("GET", f"/v2/task/{id_of(id)}", reads=True).dict()
        else:
            list_id, _ = self._where()
            task = self._client.call("POST", f"/v2/list/{id_of(list_id)}/task", body=self._body(key, payload)).dict()
            if not task.get("id"):
                raise Ambiguous("ClickUp : la réponse ne nomme pas la tâche ; elle est peut-être faite")
        if payload.files:
            self._attach(key, str(task["id"]), payload.files, fresh=id is None)
        self._partial.pop(key, None)
        return receipt_of(task)

    def _body(self, key: str, payload: CreateTask) -> dict[str, Any]:
        fields = self._custom_fields()
        known = fields.get(self._key_field)
        description = payload.description.rstrip()
        if known is None:
            description += f"\n\n`guichet:{key}`"
        body: dict[str, Any] = {
            "name": payload.name or payload.reference,
            "parent": self._parent,
            "markdown_content": description,
        }
        values: list[dict[str, Any]] = [{"id": str(known["id"]), "value": key}] if known is not None else []
        for name, text in payload.properties.items():
            field = fields.get(name)
            if field is not None and (value := value_for(field, text)) is not None:
                values.append({"id": str(field["id"]), "value": value})
        if values:
            body["custom_fields"] = values
        if self._assignee:
            body["assignees"] = [int(self._assignee)] if self._assignee.isdecimal() else []
        if (due := due_at(payload.due)) is not None:
            body |= {"due_date": due, "due_date_time": False}
        return body

    def _attach(self, key: str, task: str, files: Sequence[str], *, fresh: bool) -> None:
        """Put the files on the task, each once. A file that can never be put there does not hold the work up.

        Raises Ambiguous, not Transient, when it must go on later: the task itself is there, and a new try must find it.
        """
        try:
            for file in files if fresh else self._missing(task, files):
                try:
                    self._upload(task, file)
                except Refused as error:
                    if error.answer.status in (404, 410):
                        raise
                    say(self._client, task, f"Un fichier n'a pas pu être joint ({file_name(file)}) : {error}")
                except KeyError:
                    say(self._client, task, f"Un fichier n'est plus conservé et n'a pas pu être joint ({file_name(file)}).")
        except (PortError, OSError) as error:
            self._remember(key, task)
            why = error if isinstance(error, PortError) else f"un fichier ne peut pas être lu ({error.strerror or error})"
            raise Ambiguous(f"la tâche est faite, mais ses fichiers manquent encore : {why}") from error

    def _upload(self, task: str, file: str) -> None:
        with self._spool.path(file.partition("/")[0]) as path, path.open("rb") as stream:
            upload = Upload("attachment", file_name(file), stream, path.stat().st_size)
            self._client.call(
                "POST", f"/v2/task/{id_of(task)}/attachment", data=upload, headers={"Content-Type": upload.content_type}
            )

    # ------------------------------------------------------------------ looking up

    def _find_tasks(self, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Tasks by key: the parent's subtasks are looked through, newest first, until all are found."""
        left, found = set(keys), dict[str, Mapping[str, Any]]()
        for task in self._subtasks({"include_markdown_description": "true"}):
            key = self._key_of(task)
            if key in left:
                left.discard(key)
                found[key] = task
                if not left:
                    break
        return found

    def _subtasks(self, wanted: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        _, team = self._where()
        query = {"parent": self._parent, "subtasks": "true", "include_closed": "true", "order_by": "created", **wanted}
        seen: set[str] = set()
        for page in range(MOST_PAGES):
            answer = self._client.call(
                "GET", f"/v2/team/{id_of(team)}/task", params={**query, "page": str(page)}, reads=True
            ).dict()
            tasks = answer.get("tasks")
            if not isinstance(tasks, list):
                raise Transient("ClickUp : la liste des sous-tâches n'est pas lisible")
            new = [t for t in tasks if isinstance(t, dict) and str(t.get("id")) not in seen]
            seen.update(str(t.get("id")) for t in new)
            yield from (t for t in new if str(t.get("parent") or "") in ("", self._parent))
            if answer.get("last_page") or not new or (len(tasks) < PAGE and "last_page" not in answer):
                return
        raise Transient(f"ClickUp : plus de {MOST_PAGES * PAGE} sous-tâches, la recherche s'arrête : changez de tâche parente")

    def _key_of(self, task: Mapping[str, Any]) -> str:
        """The key that a task carries: in its field, else in the last line of its description, where only we write."""
        for field in task.get("custom_fields") or ():
            if isinstance(field, Mapping) and field.get("name") == self._key_field and field.get("value"):
                return str(field["value"])
        for name in ("markdown_description", "text_content", "description"):
            if key := marked(str(task.get(name) or "")):
                return key
        return ""

    def _missing(self, task: str, files: Sequence[str]) -> list[str]:
        """Those files that the task does not have yet, by the names that we give them."""
        answer = self._client.call("GET", f"/v2/task/{id_of(task)}", reads=True).dict()
        there = {str(a.get("title")) for a in answer.get("attachments") or () if isinstance(a, dict)}
        return [file for file in files if file_name(file) not in there]

    def _remember(self, key: str, task: str) -> None:
        self._partial[key] = task
        while len(self._partial) > MOST_PARTIAL:
            del self._partial[next(iter(self._partial))]

    # ------------------------------------------------------------------ where

    def _where(self) -> tuple[str, str]:
        """(list, team) of the parent task, asked once. A parent that is not there is a setting to mend: the lane stops."""
        with self._lock:
            if self._place is None:
                self._place = place_of(self._client, self._parent)
            return self._place

    def _members(self) -> set[str]:
        """The user ids of the workspace's members."""
        _, team = self._where()
        people: set[str] = set()
        for one in self._client.call("GET", "/v2/team", reads=True).dict().get("teams") or ():
            if isinstance(one, dict) and str(one.get("id")) == team:
                users = [m.get("user") for m in one.get("members") or () if isinstance(m, dict)]
                people.update(str(u.get("id")) for u in users if isinstance(u, dict))
        return people

    def _custom_fields(self) -> dict[str, Mapping[str, Any]]:
        """The list's custom fields by name, asked once."""
        list_id, _ = self._where()
        with self._lock:
            if self._fields is None:
                answer = self._client.call("GET", f"/v2/list/{id_of(list_id)}/field", reads=True).dict()
                fields = answer.get("fields")
                self._fields = {str(f.get("name")): f for f in fields or () if isinstance(f, dict) and f.get("id")}
            return self._fields
