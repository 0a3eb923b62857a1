"""The page that a quote's link leads to (FAILURES row 16): looking changes nothing, a click decides once, and only that offer."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, text_of
from tests.browser import forms_of as all_forms_of
from tests.road import GLB, JPEG, mail, plain
from tests.web_help import Answer, Running, running

URL = "http://guichet.example"
_LINK = re.compile(re.escape(URL) + r"(/approve/\S+)")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data", house={"public_url": URL}, public_url=URL) as edge:
        yield edge


def ask(web: Running, number: int = 1, text: str = "Je souhaite modéliser ce fauteuil en 3D", **more: Any) -> EmailMessage:
    """A request comes in; the quote that goes out."""
    web.counter.send(mail(text, files=(("photo.jpg", JPEG),), number=number, **more))
    (quote,) = web.counter.fresh("client@example.com")
    return quote


def path_of(quote: EmailMessage) -> str:
    """Where the quote's link leads; the HTML twin has the same."""
    (path,) = _LINK.findall(plain(quote))
    html = quote.get_body(("html",))
    assert html is not None
    assert f'href="{URL}{path}"' in html.get_content()
    return str(path)


def forms_of(answer: Answer) -> list[tuple[str, dict[str, str]]]:
    """The forms that decide, with what each button says."""
    return [form for form in all_forms_of(answer) if "decision" in form[1]]


def state(web: Running) -> tuple[Any, ...]:
    """Everything that a decision would change."""
    store = web.counter.house.store
    case = web.counter.only()
    return case, [(r.effect.key, r.state) for r in store.outbox(case.id)], store.head(), store.waiting_acts(case.id)  # type: ignore[attr-defined]


def click(web: Running, path: str, decision: str, browser: Browser | None = None, **headers: str) -> Answer:
    """Look at the page, press that button, see what it says then."""
    browser = browser or Browser(web)
    forms = {fields["decision"]: fields for _, fields in forms_of(browser.get(path))}
    answer = browser("POST", path, forms[decision], **headers)
    assert answer.status == 303, answer.body
    assert answer.headers["location"] == path.rpartition("/")[2]
    return browser.get(path)


# ------------------------------------------------------------------ looking


def test_row_16_looking_changes_nothing_whoever_looks(web: Running) -> None:
    path = path_of(ask(web))
    before = state(web)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        for headers in (
            {},
            {"Accept": "application/json"},
            {"Accept": "image/*;q=0.1, */*;q=0"},
            {"Accept": "\xff\xfe"},
            {"Purpose": "prefetch"},
            {"Sec_Purpose": "prefetch;prerender"},
            {"X_Moz": "prefetch"},
            {"X_HTTP_Method_Override": "POST"},
            {"User_Agent": "Mozilla/5.0 (compatible; SafeLinks)", "Referer": URL + path},
        ):
            answer = web.call(method, path, **headers)
            assert answer.status == (200 if method in ("GET", "HEAD") else 405)
            assert not answer.cookies
            if method == "HEAD":
                assert answer.body == b""
        for query in ("?decision=approve", "?decision=approve&csrf=x", "?_method=POST"):
            web.call(method, path + query)
    web.counter.settle()
    assert state(web) == before


def test_the_page_shows_the_offer_in_both_languages(web: Running) -> None:
    page = web.call("GET", path_of(ask(web)))
    text = text_of(page)
    for words in ("Votre devis", "2 crédits", "fauteuil", "client@example.com", "J'accepte ce devis", "I accept"):
        assert words in text
    assert b'<html lang="fr" ' in page.body
    assert text.index("Votre devis") < text.index("Your quote")
    assert web.counter.only().fact("complexity") is not None
    assert "complexité" not in text


def test_an_english_customer_reads_english_first(web: Running) -> None:
    web.counter.send(
        mail(
            "Hello, I would like a 3D model of this armchair, please find a picture",
            subject="3D model",
            files=(("a.jpg", JPEG),),
        )
    )
    (quote,) = web.counter.fresh("client@example.com")
    assert "answer online" in plain(quote)
    page = web.call("GET", path_of(quote))
    assert b'<html lang="en" ' in page.body
    assert text_of(page).index("Your quote") < text_of(page).index("Votre devis")
    assert "2 credits" in text_of(page)


def test_without_a_public_address_there_is_no_link(tmp_path: Path) -> None:
    with running(tmp_path / "data") as web:
        quote = ask(web)
        assert "/approve/" not in quote.as_string()
        assert "en ligne" not in plain(quote)


# ------------------------------------------------------------------ deciding


def test_row_16_a_click_approves_once_and_every_browser_sees_what_was_decided(web: Running) -> None:
    path = path_of(ask(web))
    first = Browser(web)
    offered = forms_of(first.get(path))
    seen = click(web, path, "approve", first)
    assert "Ce devis a été accepté" in text_of(seen)
    assert forms_of(seen) == []
    web.counter.settle()
    case = web.counter.only()
    assert case.approval is not None
    assert case.quote is not None
    assert (case.approval.by, case.approval.who, case.approval.how) == ("customer", "client@example.com", "link")
    assert (case.approval.digest, case.approval.at) == (case.quote.digest, web.counter.clock())
    assert case.approval.evidence == "depuis 127.0.0.0/24"
    assert len(web.counter.records("task")) == 1
    after = state(web)
    # A second click, the other button, another browser: the decision stands and is shown.
    for browser in (first, Browser(web)):
        for _, fields in offered:
            assert browser("POST", path, fields).status == 303
        assert "Ce devis a été accepté" in text_of(browser.get(path))
    web.counter.settle()
    assert state(web) == after
    assert len(web.counter.records("task")) == 1
    (line,) = [e for _, e in web.counter.house.store.history(case.id) if e.kind == "operator.approve"]
    assert (line.author, line.data["how"], line.data["action"]) == ("client", "link", "approve")
    assert "client@example.com" not in str(line.data)
    assert "depuis 127.0.0.0/24" in line.text


def test_a_click_refuses(web: Running) -> None:
    path = path_of(ask(web))
    assert "Ce devis a été refusé" in text_of(click(web, path, "refuse"))
    web.counter.settle()
    case = web.counter.only()
    assert (case.stage, case.refused_by, case.approval) == ("rejected", "customer", None)
    assert web.counter.records("task") == []
    assert len(web.counter.fresh("client@example.com")) == 1


def test_what_was_clicked_while_the_clerk_rests_is_kept_and_the_first_click_counts(
    web: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.approve.WAIT", 0.05)
    path = path_of(ask(web))
    monkeypatch.setattr(web.counter.house.store, "pending_events", lambda limit: [])
    offered = {fields["decision"]: fields for _, fields in forms_of(web.call("GET", path))}
    seen = click(web, path, "refuse")
    assert "Votre refus est enregistré" in text_of(seen)
    assert forms_of(seen) == []
    assert Browser(web)("POST", path, offered["approve"]).status == 303
    assert "Votre refus est enregistré" in text_of(web.call("GET", path))
    assert len(web.counter.house.store.waiting_acts(web.counter.only().id)) == 1
    monkeypatch.undo()
    web.counter.house.lanes.wake("clerk")
    web.counter.settle()
    assert web.counter.only().stage == "rejected"
    assert "Ce devis a été refusé" in text_of(web.call("GET", path))


def test_an_answer_by_mail_shows_on_the_page(web: Running) -> None:
    quote = ask(web)
    path = path_of(quote)
    web.counter.send(mail("Je valide", answers=quote, number=2))
    assert "Ce devis a été accepté" in text_of(web.call("GET", path))


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_the_link_of_a_replaced_offer_decides_nothing_and_says_so(web: Running, decision: str) -> None:
    quote = ask(web)
    old = path_of(quote)
    offered = {fields["decision"]: fields for _, fields in forms_of(web.call("GET", old))}
    web.counter.send(mail("Voici aussi le fichier 3D", answers=quote, number=2, files=(("fauteuil.glb", GLB),)))
    (requote,) = web.counter.fresh("client@example.com")
    new = path_of(requote)
    assert new != old
    before = state(web)
    assert Browser(web)("POST", old, offered[decision]).status == 303
    web.counter.settle()
    assert state(web) == before
    seen = web.call("GET", old)
    assert "a été remplacé" in text_of(seen)
    assert "2 crédits" in text_of(seen)
    assert forms_of(seen) == []
    assert "1 crédit" in text_of(click(web, new, "approve"))
    web.counter.settle()
    assert web.counter.only().stage in ("fulfilling", "done")
    assert "a été remplacé" in text_of(web.call("GET", old))


def test_an_offer_ends_on_its_day_even_when_the_clock_is_late(web: Running) -> None:
    path = path_of(ask(web))
    offered = {fields["decision"]: fields for _, fields in forms_of(web.call("GET", path))}
    directive = web.counter.house.office.directive(web.counter.only())
    gate = directive.gate("approve")
    assert gate is not None
    assert gate.close is not None
    web.counter.now += gate.close - timedelta(seconds=1)
    assert len(forms_of(web.call("GET", path))) == 2
    web.counter.now += timedelta(seconds=1)
    assert Browser(web)("POST", path, offered["approve"]).status == 303
    assert "Ce devis a expiré" in text_of(web.call("GET", path))
    web.counter.pass_time(hours=1)
    assert web.counter.only().stage == "expired"
    assert "Ce devis a expiré" in text_of(web.call("GET", path))
    assert web.counter.only().approval is None


# ------------------------------------------------------------------ forged


def test_a_link_that_is_forged_cut_or_anothers_opens_nothing(web: Running) -> None:
    path = path_of(ask(web))
    case = web.counter.only()
    assert case.quote is not None
    office, digest = web.counter.house.office, case.quote.digest
    offered = forms_of(web.call("GET", path))
    case_id, number, mac = path.removeprefix("/approve/").split(".")
    flipped = ("A" if mac[0] != "A" else "B") + mac[1:]
    # The last sign of a mac has four bits that say nothing: they must not be free to choose.
    twin = mac[:-1] + chr(ord(mac[-1]) + 1)
    assert base64.urlsafe_b64decode(twin + "==") == base64.urlsafe_b64decode(mac + "==")
    others = [office.approve_url(*of).rpartition("/")[2] for of in (
        (case.id, 1, digest, "voleur@example.net"), (case.id, 2, digest, "client@example.com"),
        (case.id, 1, "0" * 32, "client@example.com"), ("0" * 32, 1, digest, "client@example.com"),
    )]  # fmt: skip
    wrong = [
        f"{case_id}.{number}.{flipped}", f"{case_id}.{number}.{twin}", f"{case_id}.{number}.{mac[:-1]}", f"{case_id}.{number}.",
        f"{case_id}.{number}", f"{case_id}.2.{mac}", f"{case_id}.0{number}.{mac}", f"{case_id[:-1]}.{number}.{mac}",
        f"{case_id}.{number}.{mac}x", f"{case_id}.{number}.{mac}%0a", f"{case_id}.{number}.{mac.swapcase()}",
        f"{case_id.upper()}.{number}.{mac}", "x", "%00", "..%2f..%2fetc%2fpasswd", f"{case_id}.99999.{mac}", *others,
    ]  # fmt: skip
    before = state(web)
    for place, token in enumerate(wrong):
        # Each from another address: the page is not looked at so often from one.
        elsewhere = {"X_Forwarded_For": f"192.0.2.{place}"}
        page = web.call("GET", f"/approve/{token}", **elsewhere)
        assert page.status == 404, token
        assert "fauteuil" not in text_of(page)
        for _, fields in offered:
            answer = Browser(web)("POST", f"/approve/{token}", fields, **elsewhere)
            assert answer.status in (403, 404), token
    web.counter.settle()
    assert state(web)[0] == before[0]
    assert state(web)[3] == []
    assert "n'est pas valable" in text_of(web.call("GET", "/approve/x"))


def test_only_the_pages_own_button_decides(web: Running) -> None:
    path, other = path_of(ask(web)), ""
    web.counter.send(
        mail("Je souhaite modéliser cette table en 3D", subject="Table", files=(("t.jpg", JPEG + b"x"),), number=9)
    )
    other = path_of(web.counter.fresh("client@example.com")[0])
    assert path != other
    mine = {fields["decision"]: fields["csrf"] for _, fields in forms_of(web.call("GET", path))}
    theirs = {fields["decision"]: fields["csrf"] for _, fields in forms_of(web.call("GET", other))}
    browser = Browser(web)
    for fields, status in (
        ({}, 422),
        ({"decision": "approve"}, 422),
        ({"csrf": mine["approve"]}, 422),
        ({"decision": "validate", "csrf": mine["approve"]}, 422),
        ({"decision": "approve", "csrf": ""}, 403),
        ({"decision": "approve", "csrf": mine["refuse"]}, 403),
        ({"decision": "approve", "csrf": theirs["approve"]}, 403),
    ):
        answer = browser("POST", path, fields)
        assert answer.status == status, fields
        assert "n'a pas été enregistré" in text_of(answer)
    good = {"decision": "approve", "csrf": mine["approve"]}
    assert browser("POST", path, good, Origin="https://evil.example").status == 403
    assert browser("POST", path, good, Sec_Fetch_Site="cross-site").status == 403
    assert web.call("POST", path, good).status == 422  # as JSON
    web.counter.settle()
    assert {c.stage for c in web.counter.cases()} == {"waiting_approval"}
    assert browser("POST", path, good, Sec_Fetch_Site="same-origin", Origin=URL).status == 303
    web.counter.settle()
    assert sorted(c.stage == "waiting_approval" for c in web.counter.cases()) == [False, True]


def test_a_visitor_who_tries_links_is_slowed_down(web: Running) -> None:
    statuses = [web.call("GET", f"/approve/x{n}").status for n in range(40)]
    assert statuses[:30] == [404] * 30
    assert 429 in statuses[30:]
    assert web.call("GET", "/approve/x", X_Forwarded_For="192.0.2.9").status == 404


# ------------------------------------------------------------------ the page itself


def test_what_the_customer_wrote_is_shown_as_text(web: Running) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    web.counter.send(
        mail(
            f"Je souhaite modéliser ce fauteuil {evil} en 3D",
            subject=f"Modélisation {evil}",
            sender='"<b>Jean</b> <script>" <client@example.com>',
            files=((f"{evil}.jpg".replace("/", "_"), JPEG),),
        )
    )
    (quote,) = web.counter.fresh("client@example.com")
    page = web.call("GET", path_of(quote))
    assert page.status == 200
    for tag in (b"<script>", b"<img", b"<b>"):
        assert tag not in page.body
    assert "<script>" in text_of(page)


def test_what_came_after_the_offer_is_not_shown_as_its_ground(web: Running) -> None:
    """An answer that is no yes may add facts and keep the offer open: the page must not say that the offer was made for them."""
    quote = ask(web)
    web.counter.send(mail("Finalement plutôt une table de 4 mètres ? Qu'en pensez-vous ?", answers=quote, number=2))
    text = text_of(web.call("GET", path_of(quote)))
    assert "2 crédits" in text
    assert "table" not in text
    assert "mètres" not in text


def test_the_page_cannot_be_framed_indexed_kept_or_told(web: Running) -> None:
    path = path_of(ask(web))
    for answer in (
        web.call("GET", path),
        web.call("HEAD", path),
        web.call("GET", "/approve/x"),
        Browser(web)("POST", path, {}),
    ):
        policy = answer.headers["content-security-policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
    page = web.call("GET", path).body
    for part in (b"autofocus", b" style=", b"<script>", b" onclick", b"hx-post"):
        assert part not in page


def test_our_own_people_do_not_see_the_customers_link(web: Running) -> None:
    """An agent who reads the conversation must not come to decide in the customer's name by a click on it."""
    path = path_of(ask(web))
    shown = web.edge.desk.cases.view(web.counter.only().id)
    assert shown is not None
    (quote,) = [said for said in shown.conversation if said.template == "quote"]
    assert "/approve/…" in quote.text
    assert path.rpartition(".")[2] not in str(shown)
