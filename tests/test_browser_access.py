"""Every page, light and dark, wide and on a phone: axe-core finds nothing serious, and nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import with_people
from tests.desk_house import chair, fill, places, post_form
from tests.road import JPEG
from tests.seats import Seat, looked_for
from tests.web_help import Running, running

pytest_plugins = ("tests.chromium",)
pytestmark = [pytest.mark.server("chromium"), pytest.mark.slow]
#: What axe calls them; minor and moderate findings are advice.
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("access")
    with running(folder) as edge:
        with_people(edge, Anne="admin")
        fill(edge.counter)
        post_form(edge.counter, edge.edge.desk, {"chaise.glb": chair(), "photo.jpg": JPEG})
        desk = edge.edge.desk
        name = "grille_credits_modelisation.md"
        text = (desk.drafts.documents("figurative") or {})[name]
        edits = {name: text.replace("      - amount: 2\n", "      - amount: 3\n")}
        assert desk.drafts.save("figurative", "Anne", edits, base=desk.business.revision).state == "saved"
        yield edge


def every(web: Running) -> dict[str, str]:
    """The pages of somebody who has signed in, and those that anybody sees."""
    return {
        **places(web),
        "draft": "/directives/figurative/draft",
        "dead-link": "/approve/rien",
        "received": f"/demande/recue/{'0' * 40}-0",
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_on_any_page(web: Running, person: Callable[..., Seat], scheme: str) -> None:
    anne = person(web, color_scheme=scheme)
    axe = Axe()
    anne.go("/login")
    assert [v["id"] for v in axe.run(anne.page).response["violations"] if v["impact"] in GRAVE] == []
    anne.login("Anne")
    found: dict[str, list[str]] = {}
    seen = set()
    for name, path in every(web).items():
        anne.go(path)
        anne.page.wait_for_timeout(150)
        seen.add(anne.page.title())
        # The 3D viewer's frame is the library's own, under its own policy.
        told = axe.run(anne.page, options={**looked_for(scheme), "iframes": False})
        grave = [
            f"{v['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for v in told.response["violations"]
            if v["impact"] in GRAVE
            for node in v["nodes"][:3]
        ]
        if grave:
            found[name] = grave
    anne.troubles.clear()  # pictures of the filled house are none
    assert len(seen) > 12
    assert found == {}


@pytest.mark.timeout(300)
def test_nothing_sticks_out_on_a_phone(web: Running, person: Callable[..., Seat]) -> None:
    anne = person(web, "Anne", viewport={"width": 360, "height": 740})
    wide = {}
    for name, path in every(web).items():
        anne.go(path)
        wide[name] = anne.page.evaluate("document.documentElement.scrollWidth")
    anne.troubles.clear()
    assert {name: width for name, width in wide.items() if width > 360} == {}
