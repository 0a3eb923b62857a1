"""Who stands before a house that takes orders: a person at a browser, a program at the API; and what a customer writes."""

from __future__ import annotations

from typing import Any

from core.accounts import SCOPES
from tests.browser import Browser
from tests.web_help import Answer, Running

TEXT = "Bonjour, nous commandons 10 000 sachets fond plat kraft à 0,32 MAD HT pièce, livraison le 20 mars 2026."


class Program:
    """Calls the API with tokens of every scope."""

    def __init__(self, web: Running) -> None:
        people = web.edge.desk.people
        self.web = web
        self.secrets = {scope: people.add_token(f"jeton {scope}", [scope], "test")[1] for scope in SCOPES}

    def __call__(self, method: str, path: str, body: Any = None, as_: str = "act") -> Answer:
        headers = {"Authorization": f"Bearer {self.secrets[as_]}"} if as_ else {}
        return self.web.call(method, path, body, **headers)


def person(web: Running, name: str = "anne") -> Browser:
    browser = Browser(web)
    assert browser.login(name).status == 303
    return browser


def yes(program: Program, case_id: str, **more: object) -> Answer:
    """A yes by the API, to the order as it stands."""
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    return program("POST", f"/api/orders/{case_id}/validate", {"digest": seen, **more})
