"""Who may do what on the web: roles, tokens, and forms that only our own pages can send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import PASSWORD, Browser, forms_of, text_of
from tests.login_house import OURS, journal, peopled
from tests.web_help import SITE, Running


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with peopled(tmp_path) as web:
        yield web


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for the tests that change nothing there: starting one costs more than all they do."""
    with peopled(tmp_path_factory.mktemp("shared")) as web:
        yield web


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with peopled(tmp_path_factory.mktemp("https"), public_url=OURS) as web:
        yield web


@pytest.mark.parametrize(
    ("name", "may"), [("bob", {"reader"}), ("anne", {"reader", "agent"}), ("chef", {"reader", "agent", "admin"}), ("", set())]
)
def test_the_matrix_of_roles(shared: Running, name: str, may: set[str]) -> None:
    browser = Browser(shared)
    csrf = ""
    if name:
        assert browser.login(name).status == 303
        csrf = browser.csrf()
    for role in ("reader", "agent", "admin"):
        for method in ("GET", "POST"):
            expected = 200 if role in may else 403 if name else 401
            assert browser(method, f"/test/api/{role}", X_CSRF_Token=csrf).status == expected
            expected = 200 if role in may else 403 if name else 303
            assert browser(method, f"/test/page/{role}", X_CSRF_Token=csrf).status == expected


@pytest.mark.parametrize(
    ("user", "scopes", "role"),
    [
        ("", ["read"], "reader"), ("", ["act"], "agent"), ("", ["admin", "read"], "admin"), ("bob", ["admin"], "reader"),
        ("anne", ["read"], "reader"), ("anne", ["act", "read"], "agent"), ("chef", ["act"], "agent"),
    ],
)  # fmt: skip
def test_a_token_may_what_its_scopes_and_its_owner_may(shared: Running, user: str, scopes: list[str], role: str) -> None:
    token, secret = shared.edge.desk.people.add_token("synchro", scopes, "console", user=user)
    bearer = {"Authorization": f"Bearer {secret}"}
    told = shared.call("GET", "/test/api/reader", **bearer).json
    assert told["role"] == role
    assert told["author"] == (f"{user} (synchro)" if user else "synchro")
    for rank, wanted in enumerate(("reader", "agent", "admin")):
        allowed = rank <= ("reader", "agent", "admin").index(role)
        assert shared.call("POST", f"/test/api/{wanted}", **bearer).status == (200 if allowed else 403)
    shared.edge.desk.people.revoke_token(token.id, "console")


def test_a_token_that_ended_was_revoked_or_never_was_opens_nothing(web: Running) -> None:
    people = web.edge.desk.people
    token, secret = people.add_token("synchro", ["read"], "console", user="anne", days=2)

    def status(given: str) -> int:
        return web.call("GET", "/test/api/reader", Authorization=given).status

    assert status(f"Bearer {secret}") == 200
    assert status(f"bearer  {secret}") == 200
    for wrong in (
        "Bearer",
        f"Basic {secret}",
        f"Bearer {secret}x",
        f"Bearer {secret[:-1]}",
        "Bearer guichet_",
        f"Bearer {token.id}",
    ):
        assert status(wrong) == 401, wrong
    people.set_disabled("anne", True, "console")
    assert status(f"Bearer {secret}") == 401
    people.set_disabled("anne", False, "console")
    assert status(f"Bearer {secret}") == 200
    web.counter.pass_time(hours=49)
    assert status(f"Bearer {secret}") == 401
    _, other = people.add_token("autre", ["read"], "console")
    assert status(f"Bearer {other}") == 200
    people.revoke_token("autre", "console")
    assert status(f"Bearer {other}") == 401
    assert ("token_revoked", "console", {"token": "autre", "user": ""}) in journal(web)


def test_a_wrong_token_is_not_made_good_by_a_cookie(shared: Running) -> None:
    browser = Browser(shared)
    browser.login()
    assert browser.get("/test/api/reader").status == 200
    assert browser.get("/test/api/reader", Authorization="Bearer guichet_x").status == 401


def test_the_key_of_the_webhooks_is_no_person(shared: Running) -> None:
    from tests.web_help import KEY

    assert shared.call("GET", "/test/api/reader", key=KEY).status == 401
    assert shared.call("GET", "/test/api/reader", Authorization=f"Bearer {KEY}").status == 401


def test_a_post_by_session_needs_the_token_of_that_session(shared: Running) -> None:
    browser, other = Browser(shared), Browser(shared)
    browser.login()
    other.login("chef")
    good, foreign = browser.csrf(), other.csrf()
    assert good != foreign
    for kind in ("api", "page"):
        place = f"/test/{kind}/agent"
        assert browser("POST", place, {"csrf": good}).status == 200
        assert browser("POST", place, X_CSRF_Token=good).status == 200
        for wrong in ("", foreign, good[:-1], good + "0", "é"):
            assert browser("POST", place, {"csrf": wrong}).status == 403
        assert browser("POST", place).status == 403
        assert browser("POST", f"{place}?csrf={good}").status == 403
    browser.cookies.clear()
    browser.login()
    assert browser("POST", "/test/api/agent", {"csrf": good}).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Origin": OURS}, 200),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": OURS}, 200),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Origin": "https://blog.guichet.example"}, 403),
        ({"Origin": SITE}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": OURS + ".evil.example"}, 403),
        ({"Sec_Fetch_Site": "same-origin", "Origin": SITE}, 403),
    ],
)
def test_another_sites_page_posts_nothing_even_with_the_token(
    behind_https: Running, headers: dict[str, str], status: int
) -> None:
    browser = Browser(behind_https)
    browser.login()
    csrf = browser.csrf()
    assert browser("POST", "/test/api/agent", {"csrf": csrf}, **headers).status == status
    # Nor does it log somebody in (as the attacker, say) or out.
    _, fields = forms_of(Browser(behind_https).get("/login"))[0]
    answer = browser("POST", "/logout", {"csrf": csrf}, **headers)
    assert (answer.status == 303) == (status == 200)
    other = Browser(behind_https)
    _, fields = forms_of(other.get("/login"))[0]
    answer = other("POST", "/login", fields | {"name": "anne", "password": PASSWORD}, **headers)
    assert (answer.status == 303) == (status == 200)


def test_the_login_form_is_bound_to_the_browser_it_was_shown_to(shared: Running) -> None:
    mine, theirs = Browser(shared), Browser(shared)
    _, fields = forms_of(theirs.get("/login"))[0]
    mine.get("/login")
    for browser in (mine, Browser(shared)):
        answer = browser("POST", "/login", fields | {"name": "anne", "password": PASSWORD})
        assert answer.status == 403
        assert "recommencez" in text_of(answer)
    assert theirs("POST", "/login", fields | {"name": "anne", "password": PASSWORD}).status == 303
