"""A file that a password closes: tried with what the customer answers or a person enters; kept nowhere, and nobody is asked for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.case import Case
from core.document import Kind, Trouble
from processors.documents.read import read
from processors.passwords import passwords_in
from tests.browser import forms_of, with_people
from tests.desk_house import arrive
from tests.orders_house import orders_house
from tests.orders_people import person
from tests.paper_files import Line, old_workbook, sealed_office, sealed_pdf, word_file, workbook
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

CLIENT = "Nadia <nadia@client.example>"
WORDS: tuple[Line, ...] = (
    (60, 80, "Bon de commande 114"),
    (60, 110, "Merci de livrer 5000 sacs fond carré poignées torsadées"),
    (60, 140, "Livraison le 20 mars 2026"),
)
SECRET = "Atlas-2026!"
FILE = sealed_pdf(SECRET, *WORDS)
COVER = "Bonjour, merci de livrer la commande ci-jointe."


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def ordered(counter: Quick) -> Case:
    counter.send(mail(COVER, sender=CLIENT, subject="Commande", files=(("bon.pdf", FILE),), number=1))
    case = counter.only()
    assert (case.stage, [one.locked for one in case.unread]) == ("waiting_info", [True])
    return case


def test_only_the_right_one_of_some_passwords_opens_it() -> None:
    opened = read(FILE, "bon.pdf", "pdf", ocr=None, passwords=("non", "atlas-2026!", SECRET))
    assert (opened.trouble, "5000 sacs" in opened.text) == (None, True)
    closed = read(FILE, "bon.pdf", "pdf", ocr=None, passwords=("non", "atlas-2026!"))
    assert closed.trouble is not None
    assert closed.trouble.code == "encrypted"


ROWS = [["Désignation", "Quantité"], ["Sacs fond carré poignées torsadées", 5000]]
#: What makes a Word file as large as one is.
REMARKS = [f"Remarque {hashlib.sha256(str(n).encode()).hexdigest()}" for n in range(150)]
OFFICE: list[tuple[str, Kind, Callable[[], bytes]]] = [
    ("bon.xlsx", "sheet", lambda: workbook(ROWS)),
    ("bon.docx", "text", lambda: word_file("Bon de commande : 5000 sacs fond carré poignées torsadées", *REMARKS)),
]


@pytest.mark.parametrize(("name", "kind", "made"), OFFICE)
def test_workbooks_and_word_files_are_opened_by_theirs(name: str, kind: Kind, made: Callable[[], bytes]) -> None:
    closed = sealed_office(made(), SECRET)
    opened = read(closed, name, kind, ocr=None, passwords=("non", SECRET))
    assert (opened.trouble, opened.text) == (None, read(made(), name, kind, ocr=None).text)
    assert "torsadées" in opened.text
    refused = read(closed, name, kind, ocr=None, passwords=("non", SECRET.lower()))
    assert refused.trouble == Trouble("encrypted")


def test_what_office_itself_opens_without_a_password_is_opened() -> None:
    content = sealed_office(workbook(ROWS), "VelvetSweatshop")
    assert "torsadées" in read(content, "bon.xlsx", "sheet", ocr=None).text


def test_the_password_in_the_answer_opens_a_workbook_too(counter: Quick) -> None:
    content = sealed_office(workbook(ROWS), SECRET)
    counter.send(mail(COVER, sender=CLIENT, subject="Commande", files=(("bon.xlsx", content),), number=1))
    (letter,) = counter.fresh("nadia@")
    assert "« bon.xlsx » est protégé par un mot de passe" in plain(letter).replace("\n", " ").replace("\r", "")
    counter.send(mail(f"Bonjour, le mot de passe est {SECRET}", sender=CLIENT, answers=letter, number=2))
    case = counter.only()
    assert (case.stage, case.unread) == ("waiting_review", ())
    assert case.fact("quantity").value.amount == 5000  # type: ignore[union-attr]


def test_who_sends_an_old_workbook_with_a_password_is_asked_for_another_and_no_password_is_asked_for_at_the_desk(
    tmp_path: Path,
) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, marc="agent")
        content = old_workbook(locked=True)
        arrive(web.counter, mail(COVER, sender=CLIENT, subject="Commande", files=(("bon.xls", content),), number=1))
        (case,) = web.counter.cases()
        assert [(one.trouble.code, one.locked) for one in case.unread] == [("locked-old", False)]
        (letter,) = web.counter.fresh("nadia@")
        told = " ".join(plain(letter).split())
        assert "« bon.xls » est protégé par un mot de passe, dans un ancien format" in told
        assert "l'enregistrer en PDF, .xlsx ou .docx" in told
        page = person(web, "marc").get(f"/cases/{case.id}").body.decode()
        assert "/unlock" not in page
        assert "même avec lui" in page
        arrive(web.counter, mail("Le voici", sender=CLIENT, answers=letter, files=(("bon.xlsx", workbook(ROWS)),), number=2))
        (case,) = web.counter.cases()
        assert (case.stage, case.unread, case.fact("quantity").value.amount) == ("waiting_review", (), 5000)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("le mot de passe est Atlas-2026!", "Atlas-2026!"),
        ("Bonjour, mdp : Atlas-2026!\n\nCordialement, Nadia de la boutique du centre", "Atlas-2026!"),
        ("password: hunter22", "hunter22"),
        ("114477", "114477"),
        ("Je vous renvoie tout cela demain matin avec mon collègue du bureau", None),
        ("quel mot de passe ?", None),
    ],
)
def test_what_looks_like_a_password(text: str, first: str | None) -> None:
    found = passwords_in(text)
    assert (first in found) if first else not found


def test_the_password_in_the_answer_opens_the_file_and_stands_nowhere_else(counter: Quick) -> None:
    ordered(counter)
    (letter,) = counter.fresh("nadia@")
    counter.fresh()
    counter.send(mail(f"Bonjour, le mot de passe est {SECRET}", sender=CLIENT, answers=letter, number=2))
    case = counter.only()
    assert (case.stage, case.unread) == ("waiting_review", ())
    assert case.fact("quantity").value.amount == 5000  # type: ignore[union-attr]
    assert case.fact("product").value == "sac_poignees_torsadees"  # type: ignore[union-attr]
    told = counter.fresh()
    assert [str(m["To"]) for m in told] == [ADMIN, CLIENT]
    assert all(SECRET not in plain(m) for m in told)
    assert all(SECRET not in text for _, text in counter.history(case.id))
    assert SECRET not in str(counter.records("crm.note"))
    assert not counter.house.store.wanted_documents(10, counter.now)
    assert not any(SECRET.encode() in path.read_bytes() for path in counter.settings.data_dir.glob("guichet.db*"))


def test_a_wrong_password_is_asked_about_once_more_then_a_person_is_told(counter: Quick) -> None:
    ordered(counter)
    (letter,) = counter.fresh("nadia@")
    counter.fresh()
    counter.send(mail("mot de passe : autre-chose", sender=CLIENT, answers=letter, number=2))
    (again,) = counter.fresh()
    assert (again["To"], "mot de passe" in plain(again)) == (CLIENT, True)
    counter.send(mail("mot de passe : encore-autre", sender=CLIENT, answers=again, number=3))
    (notice,) = counter.fresh()
    assert (notice["To"], "encore-autre" in plain(notice)) == (ADMIN, False)
    assert counter.only().stage == "waiting_info"


def test_an_answer_without_a_password_gets_the_letter_once_more_then_a_person_is_told(counter: Quick) -> None:
    ordered(counter)
    (letter,) = counter.fresh("nadia@")
    counter.fresh()
    counter.send(
        mail("je vous l'envoie cet après-midi quand mon collègue revient au bureau", sender=CLIENT, answers=letter, number=2)
    )
    (again,) = counter.fresh()
    assert again["To"] == CLIENT
    counter.send(
        mail("mon collègue ne revient que jeudi matin, il faudra patienter un peu", sender=CLIENT, answers=again, number=3)
    )
    (notice,) = counter.fresh()
    assert notice["To"] == ADMIN


@pytest.mark.parametrize(
    ("name", "content"), [("bon.pdf", lambda: FILE), ("bon.xlsx", lambda: sealed_office(workbook(ROWS), SECRET))]
)
def test_a_person_enters_the_password_at_the_desk(tmp_path: Path, name: str, content: Callable[[], bytes]) -> None:
    with orders_house(tmp_path / "data") as web:
        with_people(web, marc="agent", zoe="reader")
        arrive(web.counter, mail(COVER, sender=CLIENT, subject="Commande", files=((name, content()),), number=1))
        (case,) = web.counter.cases()
        marc, zoe = person(web, "marc"), person(web, "zoe")
        place = f"/cases/{case.id}/files/{case.unread[0].sha256}/unlock"
        assert place not in zoe.get(f"/cases/{case.id}").body.decode()
        (hidden,) = [fields for action, fields in forms_of(marc.get(f"/cases/{case.id}")) if action == place]
        assert zoe("POST", place, hidden | {"password": SECRET}).status == 403
        assert marc("POST", place, hidden | {"password": "autre"}).status == 303
        web.counter.settle()
        assert [one.locked for one in web.counter.cases()[0].unread] == [True]
        assert marc("POST", place, hidden | {"password": SECRET}).status == 303
        web.counter.settle()
        (case,) = web.counter.cases()
        assert (case.stage, case.fact("quantity").value.amount) == ("waiting_review", 5000)  # type: ignore[union-attr]
        history = web.counter.history(case.id)
        assert [kind for kind, _ in history].count("file.unlock") == 2
        assert all(SECRET not in text for _, text in history)
        assert place not in marc.get(f"/cases/{case.id}").body.decode()
        assert marc("POST", place, hidden | {"password": SECRET}).status == 404
