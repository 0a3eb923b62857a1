"""A file that could not be read: said why, judged by a person or asked of the customer, and read at last when that can be."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from console.cases import case_of
from core.alerts import alerts_of
from core.case import Case
from core.document import Code, Document, Page, Trouble, unread
from core.rows import confidence
from engine import show
from engine.papers import PaperPool
from tests.orders_life import commande
from tests.paper_files import encrypted_pdf
from tests.quick import Quick, quick
from tests.road import ADMIN, JPEG, mail, plain
from tests.test_road_whatsapp import Phone
from tests.test_two_businesses import phone

__all__ = ["phone"]
CLIENT = "Nadia <nadia@client.example>"
WORDS = "Bon de commande : 5000 sacs fond carré avec poignées torsadées, livraison le 20 mars 2026"


@dataclass
class Eyes:
    """What opening a file comes to: the trouble, or WORDS once there is none."""

    code: Code | None = "no-ocr"
    opened: int = 0

    def read(self, pool: PaperPool, content: bytes, name: str, kind: object) -> Document:
        del pool
        self.opened += 1
        sha256 = hashlib.sha256(content).hexdigest()
        if self.code is not None:
            return Document(sha256, name, kind, (), "", 0.0, 1, Trouble(self.code))  # type: ignore[arg-type]
        return Document(sha256, name, kind, (Page(1, WORDS, method="ocr"),), "fr", 0.95, 1)  # type: ignore[arg-type]


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> Eyes:
    made = Eyes()
    monkeypatch.setattr(PaperPool, "read", lambda pool, content, name, kind: made.read(pool, content, name, kind))
    return made


@pytest.fixture
def counter(tmp_path: Path, eyes: Eyes) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def send(
    counter: Quick, text: str, *, file: str = "bon.jpg", content: bytes = JPEG, number: int = 1, subject: str = "Commande"
) -> Case:
    counter.send(mail(text, sender=CLIENT, subject=subject, files=((file, content),), number=number))
    return max(counter.cases(), key=lambda c: c.updated_at)


def test_an_order_whose_file_was_not_read_goes_to_a_person_who_is_told_why(counter: Quick) -> None:
    case = send(counter, "Bonjour, merci de livrer la commande ci-jointe.")
    assert (case.kind, case.stage, [u.trouble.code for u in case.unread]) == ("COMMANDE", "waiting_review", ["no-ocr"])
    (notice,) = counter.fresh("patron@")
    assert notice["To"] == ADMIN
    assert "« bon.jpg » : non lu, la reconnaissance de texte n'est pas installée ici" in plain(notice).replace("\n", " ")
    (alert,) = [a for a in alerts_of(case, commande(), (), counter.now) if a.rule == "unread"]
    assert (alert.name, alert.urgent, alert.values["files"]) == ("fichier_non_lu", True, "bon.jpg")
    assert confidence(replace(case, facts=()), commande()) == 0
    assert any("bon.jpg" in text for _, text in counter.history(case.id))
    shown = Console(width=200, record=True, file=io.StringIO())
    shown.print(show.case(case_of(counter.settings, case.ref)))  # type: ignore[arg-type]
    assert "reconnaissance de texte n'est pas installée" in shown.export_text()
    # Nothing is validated before somebody has said what it says.
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number="v"))
    assert counter.only().judged is None


def test_it_is_read_again_when_what_was_lacking_is_there(counter: Quick, eyes: Eyes) -> None:
    case = send(counter, "Bonjour, merci de livrer la commande ci-jointe.")
    counter.fresh()
    counter.pass_time(minutes=3)
    assert (eyes.opened, counter.only().version) == (2, case.version)
    eyes.code = None
    counter.pass_time(minutes=11)
    counter.settle()
    case = counter.only()
    assert (case.unread, case.stage, case.messages) == ((), "waiting_review", 1)
    assert case.fact("quantity").value.amount == 5000  # type: ignore[union-attr]
    assert case.fact("product").evidence[0].source.startswith("document:")  # type: ignore[union-attr]
    assert [str(m["To"]) for m in counter.fresh()] == [ADMIN]
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.sent(ADMIN)[-1], number="v"))
    assert counter.only().stage == "done"
    counter.pass_time(days=1)
    assert eyes.opened == 3


def test_it_is_not_tried_for_ever(counter: Quick, eyes: Eyes) -> None:
    send(counter, "Bonjour, merci de livrer la commande ci-jointe.")
    for _ in range(20):
        counter.pass_time(days=1, minutes=1)
    assert eyes.opened == 9


def test_a_new_start_looks_at_once(tmp_path: Path, eyes: Eyes) -> None:
    with quick(tmp_path / "data", business="sacherie") as counter:
        send(counter, "Bonjour, merci de livrer la commande ci-jointe.")
    eyes.code = None
    with quick(tmp_path / "data", business="sacherie") as counter:
        counter.settle()
        assert counter.only().unread == ()


def test_a_message_whose_file_turns_out_to_be_an_order_becomes_one(counter: Quick, eyes: Eyes) -> None:
    case = send(counter, "Veuillez trouver ci-joint notre document.", subject="Document")
    assert (case.kind, case.stage) == ("AUTRE", "fulfilling")
    assert "non lu" in plain(counter.fresh(ADMIN)[0])
    eyes.code = None
    counter.pass_time(minutes=3)
    counter.settle()
    case = counter.only()
    assert (case.kind, case.stage) == ("COMMANDE", "waiting_review")


def test_a_person_who_has_validated_is_not_overtaken_by_the_file(counter: Quick, eyes: Eyes) -> None:
    send(counter, "Bonjour, je commande 300 sacs fond carré poignées torsadées, détails ci-joints.")
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[0], number="v"))
    assert counter.only().stage == "done"
    eyes.code = None
    counter.pass_time(minutes=3)
    counter.settle()
    case = counter.only()
    assert (case.stage, case.unread, case.fact("quantity").value.amount) == ("done", (), 300)  # type: ignore[union-attr]


def test_the_customer_is_asked_for_precisely_the_file_that_only_he_can_open(counter: Quick, eyes: Eyes) -> None:
    eyes.code = "encrypted"
    case = send(counter, "Bonjour, merci de livrer la commande ci-jointe.", file="commande mars.pdf", content=encrypted_pdf())
    assert case.stage == "waiting_info"
    (letter,) = counter.fresh()
    text = " ".join(plain(letter).split())
    assert letter["To"] == CLIENT
    assert "« commande mars.pdf » est protégé par un mot de passe" in text
    assert "Quelle quantité" not in text
    # What he writes instead is taken.
    counter.send(mail("C'est 5000 sacs fond carré poignées torsadées", sender=CLIENT, answers=letter, number=2))
    case = counter.only()
    assert (case.stage, case.unread) == ("waiting_review", ())


def test_the_same_photo_again_is_the_same_case(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = Eyes(None)
    monkeypatch.setattr(PaperPool, "read", lambda pool, content, name, kind: eyes.read(pool, content, name, kind))
    phone.write("voici ma commande", JPEG)
    phone.work()
    phone.later += timedelta(hours=3)
    phone.write("je vous renvoie la photo", JPEG)
    phone.work()
    assert len(phone.counter.cases()) == 1
    # Another photo is another order.
    phone.later += timedelta(hours=3)
    phone.write("voici ma commande", JPEG + b"x")
    phone.work()
    assert len(phone.counter.cases()) == 2


def test_what_was_read_in_part_is_not_unread() -> None:
    cut = Document("a" * 64, "a.pdf", "pdf", (Page(1, "5000 sacs"),), "fr", 1.0, 40, Trouble("too-many-pages"))
    assert unread([cut, replace(cut, sha256="b" * 64, trouble=None)]) == ()
