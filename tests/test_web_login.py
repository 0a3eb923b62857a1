"""Coming in at the desk: sessions, throttling, where one is led, the pages themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import PASSWORD, Browser, forms_of, text_of
from tests.login_house import OURS, journal, peopled
from tests.web_help import Running
from web.auth import safe_next


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
