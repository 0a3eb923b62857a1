"""An order that the customer took back himself: nobody rejected it, whatever page, figure, table or answer tells of it."""

from __future__ import annotations

import csv
import io
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from core.erasure import blank_case
from core.quote import Quote
from core.register_views import RegisterFilter
from engine.directives import load_business
from store import SqlStore
from store.fill import STANDINGS
from store.tables import case_lines, meta
from tests.browser import text_of
from tests.orders_house import order
from tests.orders_people import TEXT, Program, person, yes
from tests.register_help import change, request
from tests.road import ROOT, mail
from tests.store_help import NOW
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures", "tests.store_fixtures")

OURS = ("achat",)
BACK = "Bonjour, merci d'annuler ma commande, nous n'en avons plus besoin."


@pytest.fixture
def three(web: Running, program: Program) -> dict[str, str]:
    """Three orders: validated, rejected, taken back; their ids."""
    names = ("yes", "no", "back")
    ids = {name: order(web.counter, TEXT, sender=f"{name}@atlas.example", number=n) for n, name in enumerate(names, 1)}
    assert yes(program, ids["yes"]).status == 200
    assert program("POST", f"/api/orders/{ids['no']}/reject", {"note": "rupture de stock"}).status == 200
    web.counter.pass_time(minutes=5)
    ours = next(m for m in web.counter.sent() if "back@atlas.example" in str(m["To"]))
    web.counter.send(mail(BACK, sender="back@atlas.example", answers=ours, number=9))
    return ids


def test_the_share_of_validations_is_of_what_somebody_judged(three: dict[str, str], program: Program) -> None:
    stats = program("GET", "/api/stats").json
    assert stats["by_status"] == {"validee": 1, "rejetee": 1, "annulee": 1}
    assert (stats["validated"], stats["judged"], stats["cancelled"], stats["validation_rate"]) == (1, 2, 1, 0.5)
    assert {key: Decimal(sum_) for key, sum_ in stats["amounts"].items()} == {"MAD excl": 3200}  # of the validated one alone


def test_programs_are_told_and_can_ask_for_them(three: dict[str, str], program: Program) -> None:
    listed = {o["id"]: (o["status"], o["cancelled"], o["stage"]) for o in program("GET", "/api/orders").json["orders"]}
    assert listed == {
        three["yes"]: ("validee", False, "done"),
        three["no"]: ("rejetee", False, "rejected"),
        three["back"]: ("annulee", True, "rejected"),
    }
    for status, name in (("rejetee", "no"), ("annulee", "back")):
        assert [o["id"] for o in program("GET", f"/api/orders?status={status}").json["orders"]] == [three[name]]


def test_a_yes_to_it_is_answered_with_what_is_so(three: dict[str, str], program: Program) -> None:
    for name, words in (("back", "le client a annulé sa demande"), ("no", "la demande a été refusée")):
        late = yes(program, three[name])
        assert (late.status, words in late.json["error"].casefold()) == (409, True), late.json


def test_the_pages_say_who_ended_it(web: Running, three: dict[str, str]) -> None:
    anne = person(web)
    page = text_of(anne.get(f"/orders/{three['back']}"))
    assert "Annulée par le client" in page
    assert "Rejetée" not in page
    for path in (f"/cases/{three['back']}", "/cases"):
        assert "annulé par le client" in text_of(anne.get(path)), path
    listed = {status: text_of(anne.get(f"/orders?status={status}")) for status in ("rejetee", "annulee")}
    assert {s: [n for n in ("yes", "no", "back") if f"{n}@atlas.example" in text] for s, text in listed.items()} == {
        "rejetee": ["no"], "annulee": ["back"],
    }  # fmt: skip
    figures = text_of(anne.get("/analytics"))
    assert "de validation (1/2)" in figures
    assert "Annulée par le client" in figures


def test_tables_say_it_too(three: dict[str, str], program: Program) -> None:
    def statuses(query: str = "", column: str = "statut", path: str = "/export/csv") -> list[str]:
        told = program("GET", path + query).body.decode("utf-8-sig")
        return sorted(row[column] for row in csv.DictReader(io.StringIO(told), delimiter=";"))

    assert statuses() == ["Annulée par le client", "Rejetée", "Validée"]
    assert statuses("?status=annulee") == ["Annulée par le client"]
    assert "annulée par le client" in statuses("", "étape", "/api/exports/cases.csv")


def test_registers_of_before_are_told_apart_once_the_store_is_opened(store: SqlStore) -> None:
    back = request("c1", NOW, who="a@x.fr", stage="rejected", refused_by="customer")
    no = request("c2", NOW, who="b@x.fr", stage="rejected", refused_by="operator")
    store.commit([change(back, NOW), change(no, NOW)], NOW)
    told = {"cancelled": 1, "rejected": 1}
    assert store.register_report(NOW.date(), NOW.date(), OURS).stages == told

    def as_before(connection: Connection) -> None:
        connection.execute(update(case_lines).values(stage="rejected"))
        connection.execute(insert(meta).values(name="fill", value=STANDINGS))

    store.db.write(as_before)
    assert store.register_report(NOW.date(), NOW.date(), OURS).stages == {"rejected": 2}
    store.db.write(store.fill)
    assert store.register_report(NOW.date(), NOW.date(), OURS).stages == told
    found = store.find_register(RegisterFilter(stages=("cancelled",)), NOW, limit=9).rows
    assert [row.case.id for row in found] == ["c1"]
    with store.db.read() as connection:
        assert connection.execute(select(meta.c.value).where(meta.c.name == "fill")).all() == []


def test_who_refuses_an_offer_has_not_taken_his_request_back() -> None:
    case = request("c1", NOW, stage="rejected", refused_by="customer")
    offer = Quote(1, Decimal(5), "crédits", {}, "prix", None, "grid", NOW, "d", status="refused")
    assert case.standing == "cancelled"
    assert request("c1", NOW, stage="rejected", refused_by="customer", quote=offer).standing == "rejected"


def test_an_erased_one_stays_what_it_was() -> None:
    case = request("c1", NOW, stage="rejected", refused_by="customer", closed_at=NOW)
    assert blank_case(case, NOW).standing == "cancelled"


def test_a_business_without_a_word_for_it_says_that_of_the_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sacherie"
    shutil.copytree(ROOT / "directives" / "sacherie", folder)
    path = folder / "commande.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert [line for line in lines if line.startswith("  annulee:")]
    path.write_text("".join(line for line in lines if not line.startswith("  annulee:")), encoding="utf-8")
    directive = load_business(folder).directive("commande")
    assert directive is not None
    assert directive.status("cancelled").word == "rejetee"
    assert next(s.stages for s in directive.statuses if s.word == "rejetee")[-1] == "cancelled"
