"""Comments on tasks: made, and found again by the key in their last line."""

from __future__ import annotations

from connectors.clickup.client import ClickUpClient
from connectors.clickup.place import of_what_was_asked
from connectors.clickup.shapes import id_of, marked
from core.effects import CommentTask, Receipt
from core.errors import Ambiguous, Rejected, Transient, Unauthorized

#: Comments of a page; the key of an attempt is among the newest, but people may have written since.
COMMENT_PAGE, MOST_COMMENT_PAGES = 25, 20


def say(client: ClickUpClient, task: str, text: str) -> None:
    """A remark of ours on a task, that nobody looks for again. Raises PortError."""
    body = {"comment_text": text, "notify_all": False}
    client.call("POST", f"/v2/task/{id_of(task)}/comment", body=body)


def comment(client: ClickUpClient, key: str, payload: CommentTask) -> Receipt:
    """A comment that carries its key. Raises PortError."""
    body = {"comment_text": f"{payload.text.rstrip()}\n\nguichet:{key}", "notify_all": False}
    with _OfTask(payload.task):
        answer = client.call("POST", f"/v2/task/{id_of(payload.task)}/comment", body=body).dict()
    if not answer.get("id"):
        raise Ambiguous("ClickUp : la réponse ne nomme pas le commentaire ; il est peut-être fait")
    return Receipt(str(answer["id"]), "")


def find_comment(client: ClickUpClient, task: str, key: str) -> Receipt | None:
    """The comment that carries the key, None when there certainly is none. Raises PortError."""
    query: dict[str, str] = {}
    for _ in range(MOST_COMMENT_PAGES):
        try:
            with _OfTask(task):
                answer = client.call("GET", f"/v2/task/{id_of(task)}/comment", params=query, reads=True).dict()
        except Rejected:
            return None
        comments = [c for c in answer.get("comments") or () if isinstance(c, dict) and c.get("id")]
        for one in comments:
            if marked(str(one.get("comment_text") or "")) == key:
                return Receipt(str(one["id"]), "", True)
        if len(comments) < COMMENT_PAGE:
            return None
        query = {"start": str(comments[-1].get("date") or ""), "start_id": str(comments[-1]["id"])}
    raise Transient(f"ClickUp : plus de {MOST_COMMENT_PAGES * COMMENT_PAGE} commentaires depuis, la recherche s'arrête")


class _OfTask:
    """Calls about one task: an id that ClickUp does not know is the effect's fault, even where it answers 401 to it."""

    def __init__(self, task: str) -> None:
        self._task = task

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Unauthorized) and of_what_was_asked(error):
            raise Rejected(f"ClickUp : il n'y a pas de tâche « {self._task[:40]} » pour ce jeton") from None
