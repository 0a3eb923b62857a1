"""A browser without a window: keeps cookies as browsers do, posts the forms it is shown. And accounts for the tests of the web."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from argon2 import PasswordHasher
from fastapi import FastAPI

from engine.people import People
from tests.web_help import Answer, Running

PASSWORD = "un mot de passe assez long"


class _Forms(HTMLParser):
    """The forms in the main part of a page: (action, fields), and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._in = self._main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._main = True
        elif tag == "form" and self._main:
            self.forms.append((had.get("action", ""), {}))
            self._in = True
        elif tag in ("input", "button") and self._in and "name" in had and (had.get("type") != "checkbox" or "checked" in had):
            self.forms[-1][1][had["name"]] = had.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag != "form"
        self._main = self._main and tag != "main"

    def handle_data(self, data: str) -> None:
        self.text += data


def forms_of(answer: Answer) -> list[tuple[str, dict[str, str]]]:
    """The forms of a page: (action, fields)."""
    parser = _Forms()
    parser.feed(answer.body.decode())
    return parser.forms


def text_of(answer: Answer) -> str:
    """What a person reads on it."""
    parser = _Forms()
    parser.feed(answer.body.decode())
    return " ".join(parser.text.split())


class Browser:
    """One person's browser. ``site`` is what it says of where a form was ("" for a browser that does not say)."""

    def __init__(self, web: Running) -> None:
        self.web = web
        self.cookies: dict[str, str] = {}
        self.flags: dict[str, str] = {}

    def __call__(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """A request with the cookies it has; fields are sent as a form."""
        body = urlencode(fields).encode() if fields is not None else None
        if body is not None:
            headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.web.call(method, path, body, **headers)
        for line in answer.cookies:
            for name, morsel in SimpleCookie(line).items():
                self.flags[name] = line
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, **headers)

    def fill(self, path: str, number: int = 0, **fields: str) -> Answer:
        """Look at the page, fill in its form, send it."""
        action, hidden = forms_of(self.get(path))[number]
        return self("POST", action, hidden | fields)

    def login(self, name: str = "anne", password: str = PASSWORD, path: str = "/login") -> Answer:
        return self.fill(path, name=name, password=password)

    def csrf(self) -> str:
        """The token of a page's form."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/account").body.decode())
        assert found
        return found[1]


def with_people(web: Running, **roles: str) -> People:
    """Accounts by name with their roles, all with PASSWORD; hashing is made cheap."""
    desk, house = web.edge.desk, web.counter.house
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    desk.people = People(house.store, house.office.secret, clock=web.counter.clock, hasher=cheap)
    for name, role in (roles or {"anne": "agent"}).items():
        desk.people.add(name, role, PASSWORD, "test")
    return desk.people


def app_of(web: Running) -> FastAPI:
    """The application that the edge serves."""
    app = web.edge.server._config.app
    assert isinstance(app, FastAPI)
    return app
