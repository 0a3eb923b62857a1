"""A real browser before a really running house: what customers and the people of the desk do, from the form to the work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.effects import CreateTask
from tests.browser import with_people
from tests.desk_house import chair, refuse
from tests.road import JPEG, ROOT, mail, plain
from tests.seats import Seat
from tests.web_help import Running, running

pytest_plugins = ("tests.chromium",)
pytestmark = [pytest.mark.server("chromium"), pytest.mark.slow]

PUBLIC = "http://guichet.example"
ORNATE = "Bonjour, nous voudrions modéliser une cheminée en pierre sculptée du XVIIIe, avec moulures et angelots."
Person = Callable[..., Seat]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    directives = tmp_path / "directives"
    shutil.copytree(ROOT / "directives", directives)
    house = {"public_url": PUBLIC, "directives_dir": directives}
    with running(tmp_path / "data", house=house, public_url=PUBLIC) as edge:
        with_people(edge, anne="admin", marc="agent", zoe="reader")
        yield edge


def quote_of(web: Running, to: str) -> tuple[str, str]:
    """The text of the newest mail to that person, and where its link leads."""
    (quote,) = web.counter.fresh(to)
    found = re.search(re.escape(PUBLIC) + r"(/approve/\S+)", plain(quote))
    assert found, plain(quote)
    return plain(quote), found[1]


def test_a_request_by_the_form_its_quote_and_the_yes_by_link(web: Running, person: Person, tmp_path: Path) -> None:
    model, photo = tmp_path / "chaise.glb", tmp_path / "photo.jpg"
    model.write_bytes(chair())
    photo.write_bytes(JPEG)
    customer = person(web)
    page = customer.page
    customer.go("/demande")
    page.fill("#name", "Élise Marchand")
    page.fill("#email", "elise@example.com")
    page.fill("#subject", "Chaise en noyer")
    page.fill("#text", "Bonjour, pouvez-vous reprendre ce fichier 3D pour la réalité augmentée ?")
    page.set_input_files("#files", [model, photo])
    assert page.locator("[data-chosen] .name").all_text_contents() == ["chaise.glb", "photo.jpg"]
    page.click("[data-send]")
    page.wait_for_url("**/demande/recue/*")
    web.counter.settle()
    case = web.counter.only()
    page.reload()
    assert case.ref in page.inner_text("main")
    assert {f.family for f in case.files} == {"model3d", "image"}

    text, path = quote_of(web, "elise@example.com")
    assert "1 crédit" in text
    customer.go(path)
    assert web.counter.only().stage == "waiting_approval"
    page.click("button[value=approve]")
    page.wait_for_selector("button[value=approve]", state="detached")
    web.counter.settle()
    approved = web.counter.only()
    assert (approved.stage, approved.approval and approved.approval.how) == ("done", "link")

    agent = person(web, "marc")
    agent.go(f"/cases/{case.id}")
    assert "Accord par lien" in agent.page.inner_text("main")
    # Drawing it takes a card that this machine need not have: that the viewer stands there and has the file is enough.
    with agent.page.expect_response(lambda r: r.headers.get("content-type", "").startswith("model/")) as told:
        agent.page.click(".model summary")
    assert (told.value.status, told.value.headers["content-type"]) == (200, "model/gltf-binary")


def test_the_form_works_without_scripts(web: Running, person: Person, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(JPEG)
    customer = person(web, java_script_enabled=False)
    customer.go("/demande")
    customer.page.fill("#email", "sans-script@example.com")
    customer.page.fill("#text", "Je souhaite modéliser ce fauteuil en 3D")
    customer.page.set_input_files("#files", photo)
    customer.page.click("[data-send]")
    assert "/demande/recue/" in customer.page.url
    web.counter.settle()
    assert web.counter.only().party.email == "sans-script@example.com"


def test_what_waits_for_a_person_is_judged_by_keys_and_the_next_comes_up(web: Running, person: Person) -> None:
    for number, sender in enumerate(("claire@example.com", "paul@example.com")):
        files = (("cheminee.jpg", JPEG + bytes([number])),)
        web.counter.send(mail(ORNATE, sender=sender, subject=f"Cheminée {number}", files=files, number=number))
        web.counter.pass_time(minutes=1)
    anne = person(web, "anne")
    page = anne.page
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/review")
    assert page.inner_text("#review-title") == "Cheminée 0"
    # Without an amount nothing is validated: the key leads to the field.
    page.keyboard.press("v")
    assert page.evaluate("document.activeElement.name") == "amount"
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    # One key, and a few seconds to take it back …
    page.keyboard.press("v")
    page.wait_for_selector("[data-undo-bar]:visible")
    assert page.inner_text("[data-undo-bar]").startswith("Valider : envoyé dans ")
    page.keyboard.press("z")
    page.wait_for_selector("[data-undo-bar]", state="hidden")
    assert {c.stage for c in web.counter.cases()} == {"waiting_review"}
    # … the same key again sends at once.
    page.keyboard.press("v")
    page.keyboard.press("v")
    page.wait_for_url("**/review?told=*")
    web.counter.settle()
    first = next(c for c in web.counter.cases() if c.subject == "Cheminée 0")
    assert (first.stage, first.approval and first.approval.amount, first.approval and first.approval.who) == ("done", 4, "anne")
    assert page.inner_text("#review-title") == "Cheminée 1"
    assert page.inner_text("#notices").strip().startswith(f"{first.ref} · claire@example.com – ")
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.wait_for_selector("#review-none")
    web.counter.settle()
    assert {c.subject: c.stage for c in web.counter.cases()}["Cheminée 1"] == "rejected"
    assert "anne" in [e.author for _, e in web.counter.house.store.history(first.id)]


def test_who_only_reads_sees_no_buttons_and_may_not_post(web: Running, person: Person) -> None:
    web.counter.send(mail(ORNATE, files=(("cheminee.jpg", JPEG),)))
    case = web.counter.only()
    zoe = person(web, "zoe")
    for path in (f"/cases/{case.id}", "/review", "/parked"):
        zoe.go(path)
        assert zoe.page.locator("main form[method=post]").count() == 0, path
    # What she types is kept from reaching the case even when the form is made by hand.
    status = zoe.page.evaluate(
        """async (path) => (await fetch(path, {method: "POST", body: new URLSearchParams({action: "refuse"})})).status""",
        f"/cases/{case.id}/act",
    )
    assert status == 403
    zoe.troubles.clear()
    assert zoe.go("/users") == 403
    assert "Cette page ne vous est pas ouverte" in zoe.page.inner_text("main")
    zoe.troubles.clear()
    assert web.counter.only().stage == "waiting_review"


def test_a_parked_effect_is_tried_again(web: Running, person: Person) -> None:
    broken = refuse(web.counter, "tasks", lambda e: "le dossier n'existe plus" if isinstance(e.payload, CreateTask) else "")
    web.counter.send(mail("Je souhaite modéliser ce fauteuil en 3D", files=(("photo.jpg", JPEG),)))
    (quote,) = web.counter.fresh("client@example.com")
    web.counter.send(mail("Je valide", answers=quote, number=2))
    assert web.counter.only().stage == "fulfilling"
    marc = person(web, "marc")
    marc.go("/parked")
    assert "le dossier n'existe plus" in marc.page.inner_text("#parked")
    broken.on = False
    marc.page.click("button[value=retry]")
    marc.page.wait_for_url("**/parked?told=retried")
    web.counter.settle()
    assert web.counter.only().stage == "done"
    marc.go("/parked")
    assert "Rien n’est mis de côté" in marc.page.inner_text("#parked")


def test_a_change_shows_without_reloading(web: Running, person: Person) -> None:
    marc = person(web, "marc")
    page = marc.page
    page.wait_for_selector("html[data-news=on]")
    page.evaluate("window.untouched = true")
    web.counter.send(mail("Je souhaite modéliser ce fauteuil en 3D", subject="Fauteuil tout neuf", files=(("a.jpg", JPEG),)))
    page.get_by_text("Fauteuil tout neuf").first.wait_for()
    assert page.evaluate("window.untouched") is True
    case = web.counter.only()
    marc.go(f"/cases/{case.id}")
    page.wait_for_selector("html[data-news=on]")
    page.evaluate("window.untouched = true")
    (quote,) = web.counter.fresh("client@example.com")
    web.counter.send(mail("Je valide, merci beaucoup", answers=quote, number=2))
    page.get_by_text("Je valide, merci beaucoup").first.wait_for()
    page.locator("#case-head .stage-done").wait_for()
    assert page.evaluate("window.untouched") is True


def test_a_price_changed_in_the_browser_changes_the_next_quote_and_never_an_open_one(web: Running, person: Person) -> None:
    web.counter.send(mail("Je souhaite modéliser ce fauteuil en 3D", files=(("photo.jpg", JPEG),)))
    before = web.counter.only()
    text, path = quote_of(web, "client@example.com")
    assert "2 crédits" in text

    anne = person(web, "anne")
    page = anne.page
    grid = "/directives/figurative/document?name=grille_credits_modelisation.md"
    anne.go(grid)
    good = page.input_value("textarea")
    line = good.split("\n").index("      - amount: 2") + 1
    # A slip of the hand is refused, at its line, and changes nothing.
    page.fill("textarea", good.replace("      - amount: 2\n", "      - amount: deux\n"))
    page.click("text=Garder et vérifier")
    page.wait_for_selector("#problems")
    assert f"ligne {line}" in page.inner_text("#problems")
    assert page.locator(f"#L{line}").get_attribute("class") == "bad"
    anne.troubles.clear()  # the browser tells of the 422 itself
    anne.go("/directives/figurative/draft")
    assert page.locator("text=Publier").count() == 0
    assert web.edge.desk.drafts.documents("figurative")["grille_credits_modelisation.md"] == good  # type: ignore[index]

    anne.go(grid)
    page.fill("textarea", good.replace("      - amount: 2\n", "      - amount: 3\n"))
    page.click("text=Puis essayer et publier")
    page.wait_for_url("**/draft?told=saved")
    assert "- amount: 3" in page.inner_text(".diff")
    page.click("text=Rejouer les derniers messages")
    page.wait_for_selector("#replay-title")
    assert "Modélisation fauteuil vintage" in page.inner_text("[aria-labelledby=replay-title]")
    page.fill("input[name=note]", "Nos tarifs de printemps")
    page.click("button:has-text('Publier')")
    page.wait_for_url("**/directives/figurative?told=published")
    assert "Nos tarifs de printemps" in page.inner_text("main")

    other = mail(
        "Je souhaite modéliser ce fauteuil en 3D", sender="autre@example.com", files=(("b.jpg", JPEG + b"b"),), number=9
    )
    web.counter.send(other)
    assert "3 crédits" in quote_of(web, "autre@example.com")[0]
    # The open quote is what it was, and may be agreed to as it was.
    assert web.edge.desk.case(before.id).case.quote == before.quote  # type: ignore[union-attr]
    anne.go(path)
    assert "2 crédits" in page.inner_text("main")
    page.click("button[value=approve]")
    page.wait_for_selector("button[value=approve]", state="detached")
    web.counter.settle()
    agreed = web.edge.desk.case(before.id).case  # type: ignore[union-attr]
    assert agreed is not None
    assert agreed.approval is not None
    assert agreed.approval.amount == 2


def test_keys_show_themselves_lead_and_can_be_turned_off(web: Running, person: Person) -> None:
    marc = person(web, "marc")
    page = marc.page
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    assert "Dossiers" in page.inner_text("#keys dl")
    page.click("[data-keys-on]")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_timeout(200)
    assert page.url.endswith("/")
    page.evaluate("localStorage.removeItem('guichet-keys')")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/cases")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_a_case_is_acted_on_without_scripts_once_however_often_it_is_sent(web: Running, person: Person) -> None:
    web.counter.send(mail("Je souhaite modéliser ce fauteuil en 3D", files=(("photo.jpg", JPEG),)))
    case = web.counter.only()
    marc = person(web, "marc", java_script_enabled=False)
    marc.go(f"/cases/{case.id}")
    marc.page.click("a[href='#do-note']")
    marc.page.fill("#note-note", "Rappeler lundi <b>sans faute</b>")
    marc.page.click("#do-note button.btn-primary")
    assert "La note est gardée." in marc.page.inner_text("#notices")
    web.counter.settle()
    assert [n for n in web.counter.only().notes if "sans faute" in n] == ["Rappeler lundi <b>sans faute</b>"]


def test_texts_of_strangers_are_text_on_every_page(web: Running, person: Person) -> None:
    evil = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
    raw = (
        f'From: "Eve {evil}" <eve@example.com>\r\nTo: guichet@localhost.invalid\r\nSubject: {evil} en 3D\r\n'
        "Message-ID: <evil@example.com>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'
        f"<p>Je souhaite modéliser ce fauteuil en 3D</p><svg onload=window.pwned=1><iframe src=javascript:window.pwned=1>"
        f"&lt;script&gt;window.pwned=1&lt;/script&gt;{evil}\r\n"
        "--b\r\nContent-Type: image/jpeg\r\n"
        "Content-Disposition: attachment; filename*=UTF-8''%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E.jpg\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQSkZJRgABAAA=\r\n--b\r\n"
        "Content-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=dessin.svg\r\n\r\n"
        "<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'><script>window.pwned=1</script></svg>\r\n--b--\r\n"
    )
    refuse(web.counter, "files", lambda e: f"refusé {evil}")
    web.counter.send(raw.encode())
    case = web.counter.only()
    anne = person(web, "anne")
    contact = web.edge.desk.contacts.find(search="eve@example.com").rows[0].id
    paths = ["/", "/cases", "/cases?q=%22%3E%3Cscript%3E", f"/cases/{case.id}", "/parked", "/contacts", f"/contacts/{contact}"]
    for path in [*paths, "/review", "/figures", "/directives/figurative"]:
        assert anne.go(path) == 200, path
        # Pictures that are none, and a model that is none, are all that may fail to load.
        anne.troubles = [t for t in anne.troubles if "Failed to load resource" not in t]
        assert anne.page.evaluate("window.pwned") is None, path
        assert anne.page.locator("img[onerror], main script, main svg[onload], iframe[src^=javascript]").count() == 0, path
    for file in case.files:
        answer = anne.context.request.get(f"{anne.url}/api/cases/{case.id}/files/{file.sha256}?show=1")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["content-type"] in ("image/jpeg", "application/octet-stream")
        assert answer.headers["x-content-type-options"] == "nosniff"
