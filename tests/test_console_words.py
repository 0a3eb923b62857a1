"""What the console tells of a request: the words, lines, doubts and alerts that the desk shows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from console.cases import case_of
from console.checks import run_check
from console.reading import explain_paths
from core.views import RegisterFilter
from engine import show, show_reading
from settings import Settings
from tests.browser import Browser, text_of, with_people
from tests.orders_house import order, orders_house
from tests.quick import Quick, quick
from tests.road import ADMIN, ROOT, mail, plain

CLIENT = "Nadia <nadia@client.example>"
TWO = """Bonjour, merci de préparer :
- 10 000 sachets fond plat kraft 12x20, 0,12 EUR HT pièce, total 2000 EUR HT
- 4 cartons de sacs fond carré
Livraison le 20 mars 2026"""


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def shown(what: Any) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(what)
    return console.export_text()


def test_show_tells_a_request_as_the_desk_does(counter: Quick) -> None:
    counter.send(mail(TWO, sender=CLIENT, subject="Commande"))
    found = case_of(counter.settings, counter.only().ref)
    assert found is not None
    told = shown(show.case(found))
    assert "ligne 1" in told
    assert "Sachet fond plat  95%" in told
    assert "10\u202f000 pièces  90%" in told
    assert "ligne 2" in told
    assert "Sac fond carré sans poignées  " in told
    assert "à vérifier" in told
    assert "date de livraison 20 mars 2026" in told
    assert "total de la ligne" not in told
    assert "sachet_fond_plat" not in told
    assert "unit_price" not in told
    assert "confiance" in told
    assert "En attente" in told
    assert "le total n'est pas quantité × prix unitaire" in told
    assert "ligne 2, produit : Sac fond carré sans poignées, à vérifier" in told


def test_show_still_tells_a_case_whose_directives_are_gone(counter: Quick, tmp_path: Path) -> None:
    counter.send(mail(TWO, sender=CLIENT, subject="Commande"))
    gone = counter.settings.model_copy(update={"directives_dir": tmp_path / "nowhere"})
    found = case_of(gone, counter.only().ref)
    assert found is not None
    # The store keeps the documents that it began with.
    assert "Sachet fond plat" in shown(show.case(found))
    assert "sachet_fond_plat" in shown(show.case({k: v for k, v in found.items() if k != "told"}))


def test_explain_tells_confidence_doubts_and_alerts(tmp_path: Path) -> None:
    path = tmp_path / "order.eml"
    path.write_bytes(mail(TWO, sender=CLIENT, subject="Commande", to="commandes@sacherie.example"))
    settings = Settings(_env_file=None, data_dir=tmp_path, directives_dir=ROOT / "directives", admin_email=ADMIN)  # type: ignore[call-arg]
    (line,) = explain_paths(settings, [str(path)], "")
    assert (
        line["decision"]["alerts"]
        == ["le total n'est pas quantité × prix unitaire : ligne 1, le message dit 2000 EUR HT, le calcul donne 1200 EUR HT"]
        or "le total n'est pas" in line["decision"]["alerts"][0]
    )
    assert any("produit" in one and "à vérifier" in one for one in line["decision"]["unsure"])
    assert line["reading"]["facts"]["delivery_date"]["label"] == "date de livraison"
    told = shown(show_reading.explained(line))
    assert "confiance" in told
    assert "à voir" in told
    assert "alerte" in told
    assert "date de livraison 20 mars 2026" in told
    assert "ligne 2 Sac fond carré" in told
    assert "unit_price" not in told
    assert "contact.upsert" not in told


@pytest.mark.parametrize(
    ("host", "name", "warned"),
    [
        ("imap.gmail.com", "mx.google.com", False),
        ("imap.ionos.fr", "mx.google.com", True),
        ("imap.ionos.fr", "mx.ionos.fr", False),
    ],
)
def test_check_warns_where_the_name_that_proves_a_yes_is_another_servers(
    tmp_path: Path, host: str, name: str, warned: bool
) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, directives_dir=ROOT / "directives", business="sacherie", gmail_email="a@b.example",
        gmail_app_password="x", imap_host=host, authserv_id=name, admin_email=ADMIN,
    )  # type: ignore[call-arg]  # fmt: skip
    problems, lines = run_check(settings)
    (told,) = [line for line in lines if line.startswith("réponses : ")]
    assert problems == []
    assert (host in told and "réglez AUTHSERV_ID" in told) == warned
    assert name in told


def test_a_letter_says_that_a_total_is_to_come_where_one_line_has_no_price(counter: Quick) -> None:
    counter.send(mail(TWO.replace(", total 2000 EUR HT", ""), sender=CLIENT, subject="Commande"))
    notice = plain(counter.fresh(ADMIN)[-1])
    assert "Prix total : à confirmer" in notice


def test_a_total_that_nobody_priced_is_not_mentioned(counter: Quick) -> None:
    counter.send(
        mail("Bonjour, 2000 sachets fond plat et 4 cartons de sacs poignées plates", sender=CLIENT, subject="Commande")
    )
    assert "à confirmer" not in plain(counter.fresh(ADMIN)[-1])


def test_after_a_repeat_a_letter_keeps_the_order_of_the_desks_fields(counter: Quick) -> None:
    first = "Commande : 5000 sacs fond carré poignées torsadées kraft, 0,45 MAD HT pièce, livraison le 20 mars 2026"
    counter.send(mail(first, sender=CLIENT, subject="Commande"))
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    counter.fresh()
    counter.pass_time(days=20)
    counter.send(mail("Bonjour, comme d'habitude, mais livraison le 15 avril 2026", sender=CLIENT, subject="cde", number=3))
    notice = plain(counter.fresh(ADMIN)[-1])
    places = [
        notice.index(f"{name} : ") for name in ("Produit", "Quantité", "Prix unitaire", "Prix total", "Date de livraison")
    ]
    assert places == sorted(places)


def test_pages_say_that_a_total_is_to_come_and_which_line_is_doubtful(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, marc="agent")
        case_id = order(web.counter, TWO.replace(", total 2000 EUR HT", ""), sender=CLIENT)
        marc = Browser(web)
        marc.login("marc")
        page = text_of(marc.get(f"/orders/{case_id}"))
        assert "à confirmer, une ligne n’a pas de prix" in page
        assert "lecture douteuse ligne 2, produit" in page
        assert "à confirmer" in text_of(marc.get("/orders"))
        found = case_of(web.counter.settings, web.counter.only().ref)
        assert found is not None
        assert "prix total, toutes les lignes à confirmer" in shown(show.case(found))
        listed = web.edge.desk.registers.find(RegisterFilter()).rows[0]
        assert ("total_price" in listed.cells, listed.to_come) == (False, "total_price")


def test_what_is_counted_in_boxes_is_not_as_much_as_all_pieces(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        for number, text in enumerate(
            ("100 sachets fond plat", "90 sachets fond plat", "4 cartons de sacs poignées plates"), 1
        ):
            order(
                web.counter, f"Bonjour, merci de livrer {text}", sender=f"C{number} <c{number}@client.example>", number=number
            )
        day = web.counter.now.date()
        asked = web.edge.desk.registers.analysis(day, day).whats
        assert [(one.label["fr"], one.times, round(one.share)) for one in asked] == [
            ("Sachet fond plat", 2, 100),
            ("Sac fond carré avec poignées plates", 1, 50),
        ]
