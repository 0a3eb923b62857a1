"""Fills a house with a month of work and shoots every page, light and dark, wide and on a phone: ``python -m tests.screenshots``.

The pictures go to docs/screenshots; ``make screenshots`` does it. Photos are drawn by the browser itself, so that nothing of
anybody's is in them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

from playwright.sync_api import Browser

from hooks import hooks_of
from tests.browser import with_people
from tests.desk_house import chair, fill, places, post_form
from tests.orders_house import Phones, orders_house
from tests.orders_house import fill as season
from tests.quick import Quick
from tests.road import ROOT, plain
from tests.seats import launched, seat
from tests.web_help import Running, running
from web.options import Options

OUT = ROOT / "docs" / "screenshots"
PUBLIC = "https://guichet.example"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LIGHTS = (("light", WIDE, ""), ("dark", WIDE, "-dark"))
#: How much of a long page is shown, in pixels.
TALLEST = 1500
#: Pages whose charts are drawn by a script.
CHARTS = ("figures", "analytics", "dashboard")
#: What is shot on a phone too.
ON_A_PHONE = ("today", "case", "review", "form")
#: The pictures of the month, drawn: a line each with its name, the wall behind, and SVG shapes before it.
DRAWINGS = ROOT / "tests" / "fixtures" / "drawings.tsv"


def photos(browser: Browser) -> dict[str, bytes]:
    """The pictures by name, as JPEG."""
    page = browser.new_page(viewport={"width": 640, "height": 480})
    drawn = {}
    for line in DRAWINGS.read_text(encoding="utf-8").splitlines():
        name, wall, shapes = line.split("\t")
        page.set_content(
            '<body style="margin:0"><svg width="640" height="480" viewBox="0 0 320 240">'
            f'<rect width="320" height="240" fill="{wall}"/>'
            f'<rect y="205" width="320" height="35" fill="#0001"/><ellipse cx="160" cy="216" rx="110" ry="9" fill="#0002"/>{shapes}</svg>'
        )
        drawn[name] = page.screenshot(type="jpeg", quality=80)
    page.close()
    return drawn


def more_places(web: Running) -> dict[str, str]:
    """Pages that need something done first: a draft with a slip in it, a draft that can be published, a link in a mail."""
    desk = web.edge.desk
    documents = desk.drafts.documents("figurative") or {}
    name = "grille_credits_modelisation.md"
    revision = documents and desk.business.revision
    edits = {name: documents[name].replace("      - amount: 2\n", "      - amount: deux\n")}
    desk.drafts.save("figurative", "Anne", edits, base=str(revision))
    return {"document-refused": f"/directives/figurative/document?name={name}"}


def shoot(
    browser: Browser, web: Running, names: Mapping[str, str], scheme: str, viewport: Mapping[str, int], ending: str
) -> None:
    """Every page of ``names`` in that light and size."""
    anne = seat(browser, web, color_scheme=scheme, viewport=viewport).login("Anne")
    for name, path in names.items():
        anne.go(path)
        if name in CHARTS:
            anne.page.wait_for_selector("html[data-charts=drawn]")
        anne.page.wait_for_timeout(400)
        height = min(TALLEST, anne.page.evaluate("document.documentElement.scrollHeight"))
        anne.page.set_viewport_size({"width": viewport["width"], "height": max(viewport["height"], height)})
        anne.page.screenshot(path=OUT / f"{name}{ending}.png")
        anne.page.set_viewport_size(dict(viewport))  # type: ignore[arg-type]
        print(f"{name}{ending}.png")
    anne.context.close()


def outside(browser: Browser, web: Running) -> None:
    """What people see who have not signed in: the page that asks who they are, and a customer's with the link of an offer."""
    for name, path in {"login": "/login", "approve": open_offer(web)}.items():
        for scheme, viewport, ending in LIGHTS if name == "login" else (*LIGHTS, ("light", PHONE, "-phone")):
            nobody = seat(browser, web, viewport=viewport, color_scheme=scheme)
            nobody.go(path)
            if name == "approve":
                nobody.page.wait_for_selector("button[name=decision][value=approve]")
            nobody.page.screenshot(path=OUT / f"{name}{ending}.png")
            print(f"{name}{ending}.png")
            nobody.context.close()


def open_offer(web: Running) -> str:
    """The link in the letter of the last offer that still waits for its answer."""
    waiting = {case.party.email for case in web.counter.cases() if case.stage == "waiting_approval"}
    letters = [plain(m) for m in web.counter.sent() if parseaddr(str(m["To"]))[1] in waiting]
    return next(found[0] for text in reversed(letters) if (found := re.search(r"/approve/\S+", text)))


def registers(browser: Browser, folder: Path) -> None:
    """The pages of a register: another house, which takes orders."""
    phones = Phones()
    with phones.twilio, orders_house(folder, make=open_to_phones, house=phones.settings) as web:
        phones.web = web
        with_people(web, Anne="admin", Marc="agent")
        season(web)
        phones.write(
            "+212612345678", text="Salam, bghit 5000 sachets fond plat kraft, 0,35 dh lwahda, l nhar 20 mars inchallah"
        )
        (first,) = [case for case in web.counter.cases() if case.thread.channel == "whatsapp"]
        web.edge.desk.acts.give(first.id, "validate", author="Anne")
        phones.write(
            "+212699887766", text="Bonjour, il nous faut 1 200 sachets fond plat blancs à 0,30 MAD HT pour le 28 mars 2026"
        )
        phones.write("+212699887766", text="Merci d'annuler ma commande, nous n'en avons plus besoin")
        phones.write(
            "+212687654321", text="Bonjour, il nous faut 3 cartons de sacs fond carré avec poignées plates pour le 25 mars 2026"
        )
        awake(web)
        cases = sorted(web.counter.cases(), key=lambda c: c.opened_at)
        client = web.edge.desk.contacts.find(search="atlas", limit=1).rows[0].id
        names = {
            "dashboard": "/dashboard", "orders": "/orders", "order": f"/orders/{cases[-1].id}",
            "order-lines": f"/orders/{next(c.id for c in cases if '2026-114' in c.subject)}", "alerts": "/alerts",
            "analytics": "/analytics", "client": f"/contacts/{client}", "processing": "/processing", "whatsapp": "/whatsapp",
        }  # fmt: skip
        for scheme, viewport, ending in LIGHTS:
            shoot(browser, web, names, scheme, viewport, ending)
        shoot(browser, web, {n: names[n] for n in ("dashboard", "orders", "order")}, "light", PHONE, "-phone")


def open_to_phones(counter: Quick) -> Options:
    """The edge with WhatsApp's webhooks."""
    number = counter.settings.twilio_whatsapp_number.removeprefix("whatsapp:")
    return Options(hooks=hooks_of(counter.house, counter.settings, counter.clock), public_url=PUBLIC, whatsapp_number=number)


def awake(web: Running) -> None:
    """Every lane has just shown that it works: the month before was lived in a moment."""
    desk = web.edge.desk
    for lane in desk.lanes():
        web.counter.house.store.note(lane, True, "", web.counter.clock())


def main() -> int:
    """Shoot all of them."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched("fr") as browser:
        pictures = photos(browser)
        directives = Path(folder) / "directives"
        shutil.copytree(ROOT / "directives", directives)
        house = {"public_url": PUBLIC, "directives_dir": directives}
        with running(Path(folder) / "data", house=house, public_url=PUBLIC) as web:
            with_people(web, Anne="admin", Marc="agent", Zoé="reader")
            web.edge.desk.people.add_token("Export comptable", ["read"], "Anne", days=365)
            fill(web.counter, pictures)
            post_form(web.counter, web.edge.desk, {"chaise-noyer.glb": chair(), "chaise.jpg": pictures["chaise.jpg"]})
            names = {n: p for n, p in places(web).items() if n not in ("cases-none", "case-parked")}
            outside(browser, web)
            awake(web)
            for scheme, viewport, ending in LIGHTS:
                shoot(browser, web, names, scheme, viewport, ending)
            shoot(browser, web, {n: names[n] for n in ON_A_PHONE}, "light", PHONE, "-phone")
            shoot(browser, web, {"today": names["today"]}, "dark", PHONE, "-phone-dark")
            with_a_slip = more_places(web)
            for scheme, viewport, ending in LIGHTS:
                shoot(browser, web, with_a_slip, scheme, viewport, ending)
        registers(browser, Path(folder) / "orders")
    if tool := shutil.which("pngquant"):
        subprocess.run([tool, "--force", "--ext", ".png", "--skip-if-larger", *map(str, OUT.glob("*.png"))], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
