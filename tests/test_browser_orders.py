"""Orders as they come (a photo and a voice note on WhatsApp, a PDF by mail, « kif dima ») and are judged in a real browser.

The voice is told by the stand-in of the transcription: what it says of these bytes is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paper_files as make
import pytest
from axe_playwright_python.sync_playwright import Axe
from fakes.openai import OpenAI
from test_voices import VOICE

from core.case import Case
from core.reading import Quantity, Rows
from tests.browser import with_people
from tests.desk_house import arrive
from tests.orders_house import Phones, fill, order, orders_house
from tests.road import mail
from tests.seats import Seat, looked_for

pytest_plugins = ("tests.chromium",)
pytestmark = [pytest.mark.server("chromium"), pytest.mark.slow]
Person = Callable[..., Seat]

PHOTO = make.saved(
    make.photo((
        (60, 80, "BON DE COMMANDE"), (60, 130, "Nous commandons 5 000 sacs fond carré"), (60, 160, "avec poignées torsadées"),
        (60, 190, "Prix unitaire : 1,85 MAD HT"), (60, 220, "Livraison le 20/03/2026"),
    )),
    "JPEG", quality=90,
)  # fmt: skip
PDF = make.pdf((
    (60, 80, "BON DE COMMANDE 2026-114"), (60, 120, "Nous commandons 3 000 sacs fond carré sans poignées"),
    (60, 150, "Prix unitaire : 0,90 MAD HT"), (60, 180, "Livraison le 25/03/2026"),
))  # fmt: skip
SPOKEN = "Bonjour, je voudrais commander 2 000 sachets fond plat, livraison le 28 mars 2026."


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones()
    with made.twilio, OpenAI() as fake:
        fake.say(VOICE, SPOKEN, seconds=7.0)
        spoken = {"openai_api_key": fake.key, "openai_base_url": f"{fake.url}/v1", "openai_model": "whisper-1"}
        settings = made.settings | spoken
        with orders_house(tmp_path / "data", house=settings) as web:
            made.web = web
            with_people(web, anne="admin")
            yield made


def told(case: Case) -> dict[str, Any]:
    return {f.name: f.value.amount if isinstance(f.value, Quantity) else f.value for f in case.facts}


def test_four_orders_come_in_four_ways_and_are_judged_by_keys(phones: Phones, person: Person) -> None:
    web = phones.web
    assert web is not None
    counter = web.counter
    earlier = order(counter, "Nous commandons 6 000 sachets fond plat kraft à 0,32 MAD HT pièce, livraison le 3 mars 2026.",
                    sender="Karim <karim@noor.example>")  # fmt: skip
    web.edge.desk.acts.give(earlier, "validate", author="anne")
    counter.settle()
    known = {earlier}

    def fresh() -> Case:
        (case,) = [c for c in counter.cases() if c.id not in known]
        known.add(case.id)
        return case

    phones.write("+212611111111", ("image/jpeg", PHOTO))
    photo = fresh()
    phones.write("+212622222222", ("audio/ogg", VOICE))
    voice = fresh()
    counter.pass_time(minutes=1)
    arrive(counter, mail("Bonjour, ci-joint.", sender="achats@atlas.example", subject="BC", files=(("bc.pdf", PDF),), number=5))
    pdf = fresh()
    counter.pass_time(minutes=1)
    arrive(counter, mail("Salam, kif dima", sender="karim@noor.example", subject="kif dima", number=6))
    repeat = fresh()
    wanted = {
        photo.id: ("sac_poignees_torsadees", 5000), voice.id: ("sachet_fond_plat", 2000), pdf.id: ("sac_sans_poignees", 3000),
        repeat.id: ("sachet_fond_plat", 6000),
    }  # fmt: skip
    for case in (photo, voice, pdf, repeat):
        assert case.stage == "waiting_review", (case.stage, told(case))
        assert (told(case)["product"], told(case)["quantity"]) == wanted[case.id]
    assert {f.name for f in repeat.facts if f.origin == "inherited"} >= {"product", "quantity", "unit_price"}
    counter.fresh()
    before = len(phones.twilio.sent)

    anne = person(web, "anne")
    page = anne.page
    anne.go("/orders?status=en_attente&order=oldest")
    assert page.locator(".order-row").count() == 4
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{photo.id}")
    assert page.locator(".paper-picture rect").count() >= 2
    page.hover("[data-field=quantity]")
    assert page.locator("rect.evidence-on, mark.evidence-on").count() >= 1
    page.keyboard.press("v")
    page.keyboard.press("v")
    page.wait_for_url(f"**/orders/{voice.id}?told=validate&of={photo.id}")
    # What was decided is named: it is not the order that is up now.
    assert page.inner_text("#notices").strip().startswith(f"{photo.ref} · ")
    assert page.locator("#notices a").get_attribute("href") == f"/orders/{photo.id}"
    assert "2 000" in page.inner_text("#order-papers").replace("\u202f", " ")
    page.fill("[name='f.quantity']", "2 500 pièces")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("v")
    page.keyboard.press("v")
    page.wait_for_url(f"**/orders/{pdf.id}?told=validate&of={voice.id}")
    page.fill("input[name=note]", "Plus en stock")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.wait_for_url(f"**/orders/{repeat.id}?told=refuse&of={pdf.id}")
    page.keyboard.press("v")
    page.keyboard.press("z")  # taken back
    page.keyboard.press("v")
    page.keyboard.press("v")
    page.wait_for_url(f"**/orders/{repeat.id}?told=validate")
    counter.pass_time(seconds=100)

    cases = {c.id: c for c in counter.cases()}
    assert [cases[i].judged.outcome for i in wanted] == ["validated", "validated", "rejected", "validated"]  # type: ignore[union-attr]
    assert told(cases[voice.id])["quantity"] == 2500
    # Each is told once, on the channel that he used.
    texts = phones.twilio.sent[before:]
    assert sorted(t["to"] for t in texts) == ["whatsapp:+212611111111", "whatsapp:+212622222222"]
    assert len(counter.fresh("achats@atlas.example")) == len(counter.fresh("karim@noor.example")) == 1
    anne.go("/orders?status=validee")
    assert page.locator(".order-row").count() == 4
    anne.go("/whatsapp")
    assert "Tout va bien" in page.inner_text("main")


def test_lines_are_added_by_keys_and_taken_away_without_a_script(tmp_path: Path, person: Person) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin", marc="agent")
        case_id = order(
            web.counter, "Nous commandons 6 000 sachets fond plat kraft à 0,32 MAD HT pièce, livraison le 3 mars 2026."
        )
        anne = person(web, "anne")
        page = anne.page
        anne.go(f"/orders/{case_id}")
        assert not page.is_visible("[name='f.lines.2.product']")
        page.keyboard.press("l")
        page.select_option("[name='f.lines.2.product']", "sac_poignees_plates")
        page.fill("[name='f.lines.2.quantity']", "500")
        page.focus("[data-line-more]")
        page.keyboard.press("Enter")
        # The next one is empty, numbered, and where the keyboard is.
        assert page.evaluate("document.activeElement.name") == "f.lines.3.product"
        assert page.input_value("[name='f.lines.3.quantity']") == ""
        assert page.inner_text("[data-line='3'] legend") == "Ligne 3"
        page.select_option("[name='f.lines.3.product']", "sac_poignees_torsadees")
        page.get_by_label("Quantité").nth(2).fill("200")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("s")
        page.wait_for_url(f"**/orders/{case_id}?told=corrected")
        assert page.locator("fieldset.order-line legend").all_inner_texts()[:3] == ["Ligne 1", "Ligne 2", "Ligne 3"]
        page.keyboard.press("e")  # the first thing that can be corrected is in the first line
        assert page.evaluate("document.activeElement.name") == "f.lines.1.product"
        assert anne.troubles == []
        marc = person(web, "marc", java_script_enabled=False, locale="en-GB")
        marc.go(f"/orders/{case_id}")
        marc.page.get_by_label("Take this line away").nth(1).check()
        marc.page.click("summary:has-text('Add a line')")
        marc.page.select_option("[name='f.lines.4.product']", "sac_sans_poignees")
        marc.page.fill("[name='f.lines.4.quantity']", "300")
        marc.page.click("button[value=update]")
        assert "told=corrected" in marc.page.url
        (case,) = web.counter.cases()
        rows = case.fact("lines").value  # type: ignore[union-attr]
        assert isinstance(rows, Rows)
        assert [(r.cell("product").value, r.cell("quantity").value.amount) for r in rows.rows] == [  # type: ignore[union-attr]
            ("sachet_fond_plat", 6000), ("sac_poignees_torsadees", 200), ("sac_sans_poignees", 300),
        ]  # fmt: skip


def test_what_was_changed_in_the_table_is_not_dropped_by_keeping_the_text(tmp_path: Path, person: Person) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin")
        anne = person(web, "anne")
        page = anne.page
        anne.go("/directives/sacherie/document?name=produits.md")
        page.fill("#en-0", "Flat sachet")
        page.click("[data-editor] button[value=draft]")
        told = page.locator("[data-editor] [data-other]")
        told.wait_for(state="visible")
        assert "Le tableau plus haut a été changé" in told.inner_text()
        assert web.edge.desk.drafts.draft("sacherie", "anne") is None
        page.click(".list-table button[value=draft]")
        page.wait_for_url("**/draft?told=saved")
        draft = web.edge.desk.drafts.draft("sacherie", "anne")
        assert draft is not None
        assert "en: Flat sachet" in draft.documents["produits.md"]
        # Or what was changed is put back, and the text is kept.
        anne.go("/directives/sacherie/document?name=produits.md")
        page.fill("#en-0", "Something else")
        text = page.input_value("[data-editor] textarea")
        page.fill("[data-editor] textarea", text.replace("en: Flat sachet", "en: Flat bag"))
        page.click("[data-editor] button[value=draft]")
        page.click("[data-editor] [data-other-back]")
        page.click("[data-editor] button[value=draft]")
        page.wait_for_url("**/draft?told=saved")
        draft = web.edge.desk.drafts.draft("sacherie", "anne")
        assert draft is not None
        assert "en: Flat bag" in draft.documents["produits.md"]


def test_what_is_typed_is_looked_for_stays_in_the_address_and_is_what_is_exported(tmp_path: Path, person: Person) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin")
        for number, name in enumerate(("Karim", "Leila"), 1):
            order(
                web.counter,
                "Nous commandons 6 000 sachets fond plat kraft.",
                sender=f"{name} <{name}@noor.example>",
                number=number,
            )
        anne = person(web, "anne")
        page = anne.page
        for place, export, rows in (
            ("/orders", "/export/csv", ".order-row"),
            ("/cases", "/api/exports/cases.csv", "#list .row-item"),
        ):
            anne.go(place)
            assert page.locator(rows).count() == 2
            page.keyboard.press("/")
            page.keyboard.type("karim")
            page.wait_for_url(f"**{place}?*q=karim*")
            assert page.locator(rows).count() == 1
            assert "karim" in str(page.locator(f"a[href^='{export}']").get_attribute("href"))
            page.reload()
            assert page.locator(rows).count() == 1
        anne.go("/orders")
        page.select_option("[name=status]", "validee")
        page.wait_for_url("**/orders?status=validee*")
        assert "status=validee" in str(page.locator("a[href^='/export/pdf']").get_attribute("href"))
        # What happens meanwhile renews what is asked for, not everything.
        order(web.counter, "Nous commandons 500 sachets fond plat kraft.", sender="Rita <rita@noor.example>", number=3)
        page.wait_for_timeout(1_500)
        assert page.locator(".order-row").count() == 0
        anne.go("/contacts")
        page.keyboard.press("/")
        page.keyboard.type("leila")
        page.wait_for_url("**/contacts?q=leila")
        assert page.locator("#list .row-item").count() == 1
        assert anne.troubles == []


PAGES = (
    "/dashboard",
    "/orders",
    "/alerts",
    "/analytics",
    "/processing",
    "/whatsapp",
    "/contacts",
    "/orders/{repeat}",
    "/orders/{lines}",
    "/orders/{open}",
)
SIZES: tuple[dict[str, Any], ...] = ({}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}})


def test_a_click_or_a_tap_has_the_same_seconds_to_be_taken_back(tmp_path: Path, person: Person) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="agent")
        counter = web.counter
        case_id = order(counter, "Nous commandons 4 000 sachets fond plat kraft à 0,32 MAD HT pièce, livraison le 20 mars 2026.",
                        sender="Samia <samia@atlas.example>")  # fmt: skip
        anne = person(web, "anne", has_touch=True)
        page = anne.page
        page.clock.install(time="2026-03-02T10:00:00")
        anne.go(f"/orders/{case_id}")
        # Its time goes on when it is told to, and not while a busy machine is slow.
        page.clock.pause_at("2026-03-02T11:00:00")
        bar = page.locator("[data-undo-bar]")
        for button in ("refuse", "validate"):
            page.tap(f"button[value={button}]")
            page.tap(f"button[value={button}]")  # people tap twice
            bar.wait_for(state="visible")
            page.clock.run_for(3_500)
            page.tap("[data-undo-back]")
            bar.wait_for(state="hidden")
            page.clock.run_for(10_000)
            assert page.url.endswith(f"/orders/{case_id}"), button
        counter.settle()
        assert [c.stage for c in counter.cases()] == ["waiting_review"]
        page.tap("button[value=refuse]")
        page.clock.run_for(4_000)
        page.wait_for_url(f"**/orders/{case_id}?told=refuse")
        counter.settle()
        assert [c.stage for c in counter.cases()] == ["rejected"]
        assert anne.troubles == []


def test_axe_finds_nothing_serious_and_nothing_sticks_out(tmp_path: Path, person: Person) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, anne="admin")
        fill(web)
        cases = sorted(web.counter.cases(), key=lambda c: c.opened_at)
        opened = order(web.counter, "Merci de livrer :\n- 2 000 sachets fond plat\n- 300 sacs poignées plates", number=99)
        places = {"open": opened, "repeat": cases[-1].id, "lines": next(c.id for c in cases if "2026-114" in c.subject)}
        axe = Axe()
        for look in SIZES:
            anne = person(web, "anne", **look)
            for path in PAGES:
                assert anne.go(path.format(**places)) == 200
                if "script" in path or path in ("/dashboard", "/analytics"):
                    anne.page.wait_for_selector("html[data-charts=drawn]")
                if path == "/orders/{open}":  # with the fields of a line more, and one that is to go
                    anne.page.click("#line-more > summary")
                    anne.page.check("[name='drop.2']")
                    box = anne.page.locator("[name=agreed]").bounding_box()
                    assert box is not None
                    assert max(box["width"], box["height"]) < 30, "a box to tick is no field to type in"
                found = axe.run(anne.page, options=looked_for(look.get("color_scheme", "light"))).response["violations"]
                grave = [
                    (v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")
                ]
                assert grave == [], (path, look)
                wide = anne.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, (path, look)
