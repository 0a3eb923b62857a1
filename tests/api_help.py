"""What the tests of the API share: a running desk with one case, and callers of every role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.accounts import SCOPES
from core.views import CaseFilter
from tests.quick import Quick
from tests.road import GLB, JPEG, ROOT, mail
from tests.web_help import Answer, Client, Running, running

PRICES = "grille_credits_modelisation.md"


class Desk:
    """A desk over a house whose lanes work. ``as_`` calls as somebody with that scope; "" for nobody."""

    def __init__(self, running: Running, directives: Path) -> None:
        self.running, self.directives = running, directives
        self.counter: Quick = running.counter
        self.desk = running.edge.desk
        self.client: Client = running.call
        self.secrets: dict[str, str] = {
            scope: self.desk.people.add_token(f"jeton {scope}", [scope], "test")[1] for scope in SCOPES
        }

    def __call__(self, method: str, path: str, body: Any = None, *, as_: str = "act", **headers: str) -> Answer:
        if as_:
            headers["Authorization"] = f"Bearer {self.secrets[as_]}"
        return self.client(method, path, body, **headers)

    def get(self, path: str, **more: Any) -> Any:
        answer = self("GET", path, **more)
        assert answer.status == 200, (answer.status, answer.body[:400])
        return answer.json

    def new(
        self, number: int = 1, text: str = "Bonjour,\n\nJe souhaite modéliser ce fauteuil, 80 cm de haut.", **more: Any
    ) -> str:
        """Mail in a request and let it be worked on: the id of its case."""
        # Each of its own words: the same request sent twice is one case.
        subject = f"Modélisation fauteuil {number:03d}"
        given: dict[str, Any] = {"files": (("photo.jpg", JPEG),), "number": number, "subject": subject, **more}
        before = {row.id for row in self.rows()}
        self.counter.send(mail(text, **given))
        (fresh,) = {row.id for row in self.rows()} - before
        return fresh

    def rows(self) -> Any:
        return self.desk.cases.find(CaseFilter(order="opened"), limit=200).rows

    def act(self, case_id: str, action: str, as_: str = "act", **body: Any) -> Answer:
        return self("POST", f"/api/cases/{case_id}/acts", {"action": action, **body}, as_=as_)


@contextmanager
def api_desk(folder: Path, **options: Any) -> Iterator[Desk]:
    """A running one, with its own copy of the directives."""
    directives = folder / "directives"
    shutil.copytree(ROOT / "directives", directives)
    with running(folder / "data", house={"directives_dir": directives}, **options) as web:
        yield Desk(web, directives)


__all__ = ["GLB", "JPEG", "PRICES", "Desk", "api_desk"]
