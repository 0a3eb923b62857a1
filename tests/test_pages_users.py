"""/users: accounts and tokens by administrators; a secret is shown once and works."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, text_of, with_people
from tests.web_help import Answer, Running, running


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as edge:
        with_people(edge, anne="admin", marc="agent")
        yield edge


def secret_of(answer: Answer) -> str:
    """The secret that the page shows."""
    found = re.search(r'data-copy="([^"]+)"', answer.body.decode())
    assert found, text_of(answer)
    return html.unescape(found[1])


def test_an_account_is_made_used_changed_and_taken_away(web: Running) -> None:
    anne = Browser(web)
    anne.login()
    csrf = anne.csrf()
    made = anne("POST", "/users", {"csrf": csrf, "action": "add", "name": "Zoé", "role": "reader"})
    assert made.status == 200
    secret = secret_of(made)
    assert secret not in anne.get("/users").body.decode()
    zoe = Browser(web)
    assert zoe.login("Zoé", secret).status == 303
    assert zoe.get("/users").status == 403
    assert zoe("POST", "/users", {"csrf": zoe.csrf(), "action": "role", "name": "Zoé", "role": "admin"}).status == 403
    assert anne("POST", "/users", {"csrf": csrf, "action": "disable", "name": "Zoé"}).status == 200
    assert zoe.get("/").status == 303
    assert anne("POST", "/users", {"csrf": csrf, "action": "remove", "name": "Zoé"}).status == 200
    assert "Zoé" not in text_of(anne.get("/users"))


def test_what_cannot_be_is_a_sentence(web: Running) -> None:
    anne = Browser(web)
    anne.login()
    csrf = anne.csrf()
    last = anne("POST", "/users", {"csrf": csrf, "action": "role", "name": "anne", "role": "reader"})
    assert last.status == 422
    assert anne("POST", "/users", {"csrf": csrf, "action": "add", "name": "marc", "role": "reader"}).status == 422
    assert anne("POST", "/users", {"csrf": csrf, "action": "rien", "name": "marc"}).status == 422
    assert anne("POST", "/users", {"action": "remove", "name": "marc"}).status == 403
    assert {u.name: u.role for u in web.edge.desk.people.users()} == {"anne": "admin", "marc": "agent"}


def test_a_token_is_made_used_and_revoked(web: Running) -> None:
    anne = Browser(web)
    anne.login()
    csrf = anne.csrf()
    made = anne("POST", "/users", {"csrf": csrf, "action": "token", "name": "export", "scope": "read", "days": "30"})
    secret = secret_of(made)
    assert web.call("GET", "/api/cases", Authorization=f"Bearer {secret}").status == 200
    assert secret not in anne.get("/users").body.decode()
    assert anne("POST", "/users", {"csrf": csrf, "action": "revoke", "name": "export"}).status == 200
    assert web.call("GET", "/api/cases", Authorization=f"Bearer {secret}").status == 401
