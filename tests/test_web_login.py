"""Coming in at the desk: sessions, forms that only our pages can send, throttling, where one is led, roles and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends

from tests.browser import PASSWORD, Browser, app_of, forms_of, text_of, with_people
from tests.web_help import SITE, Running, running
from web.auth import Person, current, need, page, safe_next

OURS = "https://guichet.example"


def _routes() -> APIRouter:
    """One address for each role, as the API and as a page, that tells who came."""
    routes = APIRouter(include_in_schema=False)
    for role in ("reader", "agent", "admin"):
        for kind, make in (("api", need), ("page", page)):

            def who(person: Person = Depends(make(role))) -> dict[str, Any]:  # type: ignore[arg-type]  # noqa: B008
                return {"name": person.name, "role": person.role, "how": person.how, "author": person.author}

            routes.add_api_route(f"/test/{kind}/{role}", who, methods=["GET", "POST"])

    @routes.get("/test/current")
    async def anybody(person: Annotated[Person | None, Depends(current)]) -> str:
        return person.name if person is not None else ""

    return routes


@contextmanager
def _open(folder: Path, **options: Any) -> Iterator[Running]:
    with running(folder / "data", **options) as web:
        app_of(web).include_router(_routes())
        with_people(web, anne="agent", bob="reader", chef="admin")
        yield web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with _open(tmp_path) as web:
        yield web


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for the tests that change nothing there: starting one costs more than all they do."""
    with _open(tmp_path_factory.mktemp("shared")) as web:
        yield web


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with _open(tmp_path_factory.mktemp("https"), public_url=OURS) as web:
        yield web


def journal(web: Running) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, author, data) of the lines about people."""
    lines = web.counter.house.store.history("")
    kinds = ("login", "login_failed", "user_added", "user_changed", "user_removed", "token_added", "token_revoked")
    return [(e.kind, e.author, dict(e.data)) for _, e in lines if e.kind in kinds]


# ------------------------------------------------------------------ coming in and leaving


def test_whoever_logs_in_is_known_until_he_leaves(web: Running) -> None:
    browser = Browser(web)
    assert browser.get("/test/current").json == ""
    answer = browser.login(path="/login?next=/test/page/agent")
    assert (answer.status, answer.headers["location"]) == (303, "/test/page/agent")
    told = browser.get("/test/page/agent").json
    assert told == {"name": "anne", "role": "agent", "how": "session", "author": "anne"}
    assert browser.get("/login?next=/test/current").headers["location"] == "/test/current"
    kept = dict(browser.cookies)
    assert browser.fill("/account", 1).status == 303
    assert browser.cookies == {}
    browser.cookies = kept
    assert browser.get("/test/current").json == ""
    assert ("login", "anne", {"address": "127.0.0.0/24"}) in journal(web)


def test_a_session_gets_a_new_id_at_login(web: Running) -> None:
    """Fixation: an id that somebody planted, or that was good before, is not the session's."""
    browser = Browser(web)
    browser.cookies["guichet"] = "planted-by-somebody-else"
    browser.login()
    first = browser.cookies["guichet"]
    assert first != "planted-by-somebody-else"
    assert len(first) >= 43
    # Whoever comes with a session and logs in as somebody else gets another id, and the session he came with is over.
    other = Browser(web)
    fields = forms_of(other.get("/login"))[0][1]
    other.cookies["guichet"] = first
    other("POST", "/login", fields | {"name": "bob", "password": PASSWORD})
    assert other.cookies["guichet"] != first
    assert other.get("/test/current").json == "bob"
    browser.cookies["guichet"] = first
    assert browser.get("/test/current").json == ""


def test_the_cookie_is_out_of_reach(shared: Running, behind_https: Running) -> None:
    browser = Browser(shared)
    browser.login()
    flags = browser.flags["guichet"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "secure" not in flags
    safe = Browser(behind_https)
    safe.login()
    flags = safe.flags["__Host-guichet"].lower()
    assert {"httponly", "samesite=lax", "secure", "path=/"} <= {part.strip() for part in flags.split(";")}
    assert "domain" not in flags
    # Without the prefix it could have been planted from a neighbouring host.
    safe.cookies = {"guichet": safe.cookies["__Host-guichet"]}
    assert safe.get("/test/current").json == ""


def test_a_session_ends_unused_and_in_the_end(web: Running) -> None:
    browser = Browser(web)
    browser.login()
    for _ in range(27):
        web.counter.pass_time(hours=11)
        assert browser.get("/test/current").json == "anne"
    web.counter.pass_time(hours=13)
    assert browser.get("/test/current").json == ""
    browser.login()
    for _ in range(31):
        web.counter.pass_time(hours=11)
        last = browser.get("/test/current").json
    assert last == ""


def test_a_new_password_ends_every_session(web: Running) -> None:
    here, there = Browser(web), Browser(web)
    here.login()
    there.login()
    new = "encore un mot de passe long"
    assert here.fill("/account", old="faux", new=new, again=new).status == 403
    assert here.fill("/account", old=PASSWORD, new=new, again=new + "x").status == 422
    assert here.fill("/account", old=PASSWORD, new="court", again="court").status == 422
    assert there.get("/test/current").json == "anne"
    assert here.fill("/account", old=PASSWORD, new=new, again=new).status == 303
    assert (here.get("/test/current").json, there.get("/test/current").json) == ("", "")
    assert here.login().status == 401
    assert here.login(password=new).status == 303
    assert ("user_changed", "anne", {"user": "anne", "password": "changed"}) in journal(web)


def test_what_is_changed_at_the_console_takes_effect_at_once(web: Running) -> None:
    people = web.edge.desk.people
    browser = Browser(web)
    browser.login()
    people.set_role("anne", "reader", "console")
    assert browser.get("/test/api/agent").status == 403
    people.set_disabled("anne", True, "console")
    assert browser.get("/test/current").json == ""
    assert browser.login().status == 401
    people.set_disabled("anne", False, "console")
    assert browser.login().status == 303
    people.remove("anne", "console")
    assert browser.get("/test/current").json == ""
    assert browser.login().status == 401


# ------------------------------------------------------------------ who may do what


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


# ------------------------------------------------------------------ forms that only our pages can send


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


# ------------------------------------------------------------------ where one is led


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "///evil.example",
        "/.//evil.example", "/x/..//evil.example", "javascript:alert(1)", "evil.example", "", "/login", "/login?next=/x", "/logout",
        "/%0d%0aSet-Cookie: x=y\r\n", "/a b", "http:/evil.example", "//[", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_no_address_leads_away_after_login(shared: Running, place: str) -> None:
    assert safe_next(place) == "/"
    browser = Browser(shared)
    answer = browser.fill("/login", name="anne", password=PASSWORD, next=place)
    assert (answer.status, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("place", ["/", "/cases/1?x=1&y=%2F", "/today#a", "/%2F%2Fevil.example"])
def test_a_page_of_ours_is_found_again(place: str) -> None:
    assert safe_next(place) == place


def test_a_page_leads_to_the_login_and_back(shared: Running) -> None:
    browser = Browser(shared)
    answer = browser.get("/test/page/agent?a=1&b=2")
    assert (answer.status, answer.headers["location"]) == (303, "/login?next=/test/page/agent%3Fa%3D1%26b%3D2")
    assert browser.login(path=answer.headers["location"]).headers["location"] == "/test/page/agent?a=1&b=2"
    assert Browser(shared)("POST", "/test/page/agent").headers["location"] == "/login"
    htmx = Browser(shared).get("/test/page/agent", HX_Request="true", HX_Current_URL="http://x/test/current?q=1")
    assert (htmx.status, htmx.headers["hx-redirect"]) == (401, "/login?next=/test/current%3Fq%3D1")
    evil = Browser(shared).get("/test/page/agent", HX_Request="true", HX_Current_URL="http://x//evil.example")
    assert evil.headers["hx-redirect"] == "/login"


# ------------------------------------------------------------------ guessing


def test_guessing_is_slowed_down_and_says_nothing_of_who_exists(web: Running) -> None:
    told: dict[str, list[tuple[int, str]]] = {}
    for name in ("anne", "nobody"):
        browser = Browser(web)
        answers = [browser.login(name, f"faux {n} faux faux") for n in range(7)]
        told[name] = [(a.status, text_of(a)) for a in answers]
        assert [a.status for a in answers] == [401] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) >= 1
        web.counter.pass_time(hours=7)
    assert told["anne"] == told["nobody"]
    failed = [(author, data) for kind, author, data in journal(web) if kind == "login_failed"]
    assert failed == [
        ("", {"user": user, "address": "127.0.0.0/24", "tries": tries}) for user in ("anne", "") for tries in (1, 5)
    ]
    assert "faux" not in str(failed)


def test_the_pause_grows_and_the_right_password_waits_too(web: Running) -> None:
    browser = Browser(web)
    for _ in range(5):
        browser.login(password="faux faux faux faux")
    assert browser.login().status == 429
    pauses = []
    for _ in range(8):
        answer = browser.login(password="faux faux faux faux")
        assert answer.status == 429
        pauses.append(int(answer.headers["retry-after"]))
        web.counter.pass_time(seconds=pauses[-1])
        assert browser.login(password="faux faux faux faux").status == 401
    assert pauses == [2, 3, 5, 9, 17, 33, 61, 61]
    web.counter.pass_time(seconds=61)
    assert browser.login().status == 303
    assert Browser(web).login(password="faux faux faux faux").status == 401


def test_an_address_that_tries_many_names_is_paused(web: Running) -> None:
    statuses = [Browser(web).login(f"nom{n}", "faux faux faux faux").status for n in range(21)]
    assert statuses == [401] * 20 + [429]
    # From elsewhere the door is open.
    elsewhere = Browser(web)
    fields = forms_of(elsewhere.get("/login"))[0][1]
    answer = elsewhere("POST", "/login", fields | {"name": "anne", "password": PASSWORD}, X_Forwarded_For="192.0.2.7")
    assert answer.status == 303


# ------------------------------------------------------------------ the pages themselves


def test_names_are_shown_as_text(web: Running) -> None:
    evil = '"><script>alert(1)</script>'
    web.edge.desk.people.add(evil, "reader", PASSWORD, "test")
    browser = Browser(web)
    for answer in (browser.login(evil, "faux faux faux faux"), browser.get(f"/login?next=/{evil.replace(' ', '')}")):
        assert b"<script>" not in answer.body
    assert browser.login(evil).status == 303
    account = browser.get("/account")
    assert b"<script>" not in account.body
    assert evil in text_of(account)


def test_the_pages_carry_the_security_headers(shared: Running, behind_https: Running) -> None:
    for answer in (shared.call("GET", "/login"), Browser(shared).login(password="x")):
        policy = answer.headers["content-security-policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert answer.headers["cache-control"] == "no-store"
        assert b"<script>" not in answer.body
        assert b" style=" not in answer.body
        assert b" on" + b"click" not in answer.body
    assert "strict-transport-security" in behind_https.call("GET", "/login").headers


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"), (b"\xff\xfe&name=%", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"), (b"--x", "multipart/form-data; boundary=x"), (b"", "multipart/form-data"),
        (b"name=" + b"a" * 60_000, "application/x-www-form-urlencoded"), (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_odd_forms_are_refused_in_a_sentence(shared: Running, body: bytes, kind: str) -> None:
    answer = shared.call("POST", "/login", body, Content_Type=kind)
    assert answer.status in (400, 403)
    browser = Browser(shared)
    browser.login()
    cookie = f"guichet={browser.cookies['guichet']}"
    answer = shared.call("POST", "/account", body, Content_Type=kind, Cookie=cookie)
    assert answer.status in (400, 403)
