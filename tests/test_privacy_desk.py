"""A person's rights at the desk: an administrator sees what erasing takes, confirms it, gets a receipt; or a copy of everything."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_help import Desk, api_desk
from tests.browser import Browser, with_people
from tests.road import JPEG

WHO = "zoe@client.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with api_desk(tmp_path) as one:
        one.new(7, sender=f"Zoé Martin <{WHO}>")
        yield one


def contact(desk: Desk) -> str:
    (found,) = desk.get("/api/contacts?search=zo%C3%A9")["contacts"]
    return str(found["id"])


def test_an_administrator_erases_a_person_by_the_api_and_gets_a_receipt(desk: Desk) -> None:
    place = f"/api/contacts/{contact(desk)}/erasure"
    for scope in ("", "read", "act"):
        assert desk("GET", place, as_=scope).status == desk("POST", place, {"confirm": WHO}, as_=scope).status
        assert desk("GET", place, as_=scope).status == (403 if scope else 401)
    before = desk.get(place, as_="admin")
    assert before["dry"] is True
    assert {"what": "Messages reçus", "number": 1} in before["figures"]
    for wrong in ("autre@client.example", " ", "zoe"):
        assert desk("POST", place, {"confirm": wrong}, as_="admin").status == 422
    assert desk.get(place, as_="admin")["figures"] == before["figures"]
    receipt = desk("POST", place, {"confirm": f" {WHO.upper()} "}, as_="admin")
    assert receipt.status == 200, receipt.body
    assert (receipt.json["dry"], receipt.json["mark"]) == (False, before["mark"])
    assert {"what": "Messages reçus", "number": 1} in receipt.json["figures"]
    assert receipt.json["left"]
    assert desk("GET", place, as_="admin").status == 404
    assert desk.get("/api/contacts?search=zo%C3%A9")["contacts"] == []
    line = [one for _, one in desk.counter.house.store.history("") if one.kind == "person.erased"][-1]
    assert line.author == "jeton admin"
    assert WHO not in json.dumps(receipt.json)


def test_the_copy_holds_the_message_the_file_and_the_case(desk: Desk) -> None:
    place = f"/api/contacts/{contact(desk)}/export"
    assert (desk("GET", place, as_="").status, desk("GET", place, as_="act").status) == (401, 403)
    answer = desk("GET", place, as_="admin")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].startswith("attachment;")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        told = json.loads(archive.read("personne.json"))
        assert WHO in told["adresses"]
        (letter,) = told["messages"]
        assert b"fauteuil" in archive.read(letter["original"])
        assert archive.read(letter["fichiers"][0]) == JPEG
        assert len(told["dossiers"]) == 1
    assert desk("GET", f"/api/contacts/{'0' * 24}/export", as_="admin").status == 404


def test_at_the_desk_it_takes_the_address_typed_and_shows_the_receipt(desk: Desk) -> None:
    with_people(desk.running, anne="admin", remi="agent")
    place = f"/contacts/{contact(desk)}"
    agent, browser = Browser(desk.running), Browser(desk.running)
    agent.login("remi")
    assert b"/erasure" not in agent.get(place).body
    for path in (f"{place}/erasure", f"{place}/export"):
        assert agent.get(path).status == 403
    browser.login("anne")
    assert f"{place}/erasure".encode() in browser.get(place).body
    assert browser.get(f"{place}/export").body[:2] == b"PK"
    assert "Ce qui serait effacé" in browser.get(f"{place}/erasure").body.decode()
    number = next(n for n, (action, _) in enumerate(forms(browser, f"{place}/erasure")) if action == f"{place}/erasure")
    wrong = browser.fill(f"{place}/erasure", number, confirm="autre@client.example")
    assert (wrong.status, "rien n&#39;a été effacé" in wrong.body.decode().casefold()) == (422, True)
    assert browser("POST", f"{place}/erasure", {"confirm": WHO}).status == 403, "no token, no erasure"
    done = browser.fill(f"{place}/erasure", number, confirm=WHO)
    assert done.status == 200
    assert "Reçu d’effacement" in done.body.decode()
    assert browser.get(place).status == 404


def forms(browser: Browser, path: str) -> list[tuple[str, dict[str, str]]]:
    from tests.browser import forms_of

    return forms_of(browser.get(path))
