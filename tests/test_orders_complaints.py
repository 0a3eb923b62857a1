"""A complaint beside orders: it waits for a person, and no figure and no list says of it that it is under way."""

from __future__ import annotations

import re

from tests.browser import text_of
from tests.desk_house import arrive
from tests.orders_house import order
from tests.orders_people import TEXT, Program, person
from tests.road import mail
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)

COMPLAINT = "Bonjour, les sacs livrés hier sont déchirés, c'est inadmissible. Merci de me rappeler."


def test_a_complaint_is_counted_as_to_be_dealt_with_and_as_nothing_under_way(web: Running, program: Program) -> None:
    order(web.counter, TEXT, sender="a@atlas.example")
    web.counter.pass_time(minutes=1)
    arrive(web.counter, mail(COMPLAINT, sender="b@noor.example", subject="Réclamation", number=2))
    assert [c.stage for c in web.counter.cases() if c.kind != "COMMANDE"] == ["fulfilling"]
    anne = person(web)
    page = anne.get("/figures").body.decode()
    where = page.partition('id="where-title"')[2].partition("</section>")[0]
    rows = re.findall(r'<th scope="row">(.+?)</th><td class="num">(\d+)</td>', where)
    assert sorted(rows) == [("à juger", "1"), ("à traiter", "1")]
    assert "des devis acceptés" not in page  # nobody is made an offer here
    figures = program("GET", "/api/figures").json
    assert (figures["stages"]["fulfilling"], figures["to_treat"]) == (1, 1)
    today = anne.get("/").body.decode()
    links = dict(re.findall(r'<a class="tile" href="([^"]+)"><span class="tile-number">(\d+)</span>', today))
    shown = {url.replace("&amp;", "&"): int(number) for url, number in links.items() if "stage=fulfilling" in url}
    assert sorted(shown.values()) == [0, 1]
    for url, number in shown.items():
        assert text_of(anne.get(url)).count("b@noor.example") == number, url
