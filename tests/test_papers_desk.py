"""The desk shows what files say: the picture of the page with the fact's place, transcripts beside the voice, what was not read."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import paper_files as make
import pytest
from axe_playwright_python.sync_playwright import Axe
from directive_helpers import FLORIST
from fakes.openai import OpenAI
from PIL import Image
from test_documents_road import ORDER
from test_voices import VOICE

from core.document import Document, Page, Word
from core.reading import Evidence
from engine.shown_papers import Mark, paper
from tests.browser import Browser, text_of, with_people
from tests.road import mail
from tests.seats import Seat
from tests.web_help import Running, running
from web.pages.page import within

pytest_plugins = ("tests.chromium",)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One case with a PDF, a sealed PDF and a voice message whose transcript is recorded."""
    folder = tmp_path_factory.mktemp("papers")
    shutil.copytree(FLORIST, folder / "directives" / "fleuriste")
    for name in ("bouquet.md", "question.md"):
        path = folder / "directives" / "fleuriste" / name
        path.write_text(path.read_text().replace("gates:", "read_files: [pdf, voice]\ngates:", 1))
    with OpenAI() as fake:
        fake.say(VOICE, "Bonjour\nvoici ma commande", seconds=9.0)
        settings = {
            "directives_dir": folder / "directives", "openai_api_key": fake.key, "openai_base_url": f"{fake.url}/v1",
            "openai_model": "whisper-1",
        }  # fmt: skip
        with running(folder / "data", house=settings) as edge:
            with_people(edge, Anne="admin")
            files = (("demande.pdf", ORDER), ("secret.pdf", make.encrypted_pdf()), ("voix.ogg", VOICE))
            edge.counter.send(mail("Ci-joint, merci", subject="demande", files=files))
            yield edge


def test_a_page_is_drawn_for_whoever_may_look(web: Running) -> None:
    case = web.counter.only()
    document = web.counter.house.store.said(case.id)[0].message.documents[0]
    path = f"/cases/{case.id}/papers/{document.sha256}"
    anne = Browser(web)
    assert anne.get(f"{path}/1").status in (303, 401)
    anne.login("Anne")
    drawn = anne.get(f"{path}/1")
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/jpeg")
    picture = Image.open(io.BytesIO(drawn.body))
    assert picture.size[0] / picture.size[1] == pytest.approx(595 / 842, abs=0.01)
    assert anne.get(f"{path}/2").status == 404
    assert anne.get(f"/cases/{case.id}/papers/{'0' * 64}/1").status == 404
    page = text_of(anne.get(f"/cases/{case.id}"))
    assert "Je souhaite commander un bouquet de fleurs" in page
    assert "secret.pdf : protégé par un mot de passe" in page
    assert "0:04 voici ma commande" in page


def test_facts_come_with_their_page_and_place_by_the_api_too(web: Running) -> None:
    case = web.counter.only()
    anne = Browser(web)
    anne.login("Anne")
    (fact,) = [f for f in anne.get(f"/api/cases/{case.id}").json["facts"] if f["name"] == "tiges"]
    (proof,) = fact["evidence"]
    assert (proof["page"], proof["source"][:9]) == (1, "document:")
    assert len(proof["box"]) == 4


@pytest.mark.server("chromium")
def test_a_person_sees_the_place_on_the_page(web: Running, person: Callable[..., Seat]) -> None:
    case = web.counter.only()
    anne = person(web).login("Anne")
    anne.go(f"/cases/{case.id}")
    anne.page.locator(".paper-picture img").first.scroll_into_view_if_needed()
    anne.page.wait_for_load_state("networkidle")
    assert anne.page.locator(".paper-picture img").first.evaluate("e => e.naturalWidth") > 0
    image = anne.page.locator(".paper-picture img").first.bounding_box()
    places = [r.bounding_box() for r in anne.page.locator(".paper-picture").first.locator("rect").all()]
    assert image is not None
    assert places
    for place in places:
        assert place is not None
        # The words stand in the second of the page's two lines: 110 of 842 points from the top.
        assert (place["y"] + place["height"] / 2 - image["y"]) / image["height"] == pytest.approx(106 / 842, abs=0.02)
    assert anne.page.locator("audio").first.evaluate("e => e.controls")
    assert anne.page.locator(".paper-text mark").count() >= 2
    assert [v["id"] for v in Axe().run(anne.page).response["violations"] if v["impact"] in ("serious", "critical")] == []
    assert anne.troubles == []


def test_marks_stand_where_the_words_stand() -> None:
    pages = (Page(1, "un deux", (Word(0, 2, (0.1, 0.1, 0.2, 0.2)),), "ocr", width=10, height=20), Page(2, "trois", (), "ocr"))
    document = Document("ab" * 32, "x.pdf", "pdf", pages, "fr", 0.9, 2)
    first, second = document.evidence(0, 2), document.evidence(document.text.index("trois"), len(document.text))
    shown = paper(document, [("A", first), ("B", second), ("C", Evidence("text", "un", 0)), ("D", replace(first, quote="xx"))])
    assert shown.pages[0].marks == (Mark("A", 0, 2, (0.1, 0.1, 0.2, 0.2)),)
    assert shown.pages[1].marks == (Mark("B", 0, 5),)
    assert (shown.pages[0].drawn, shown.pages[1].drawn, shown.marked) == (True, False, True)
    assert within([(3, 8, "a"), (20, 22, "b")], 5, 10) == [(0, 3, "a")]
