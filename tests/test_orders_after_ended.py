"""What a customer writes under a message that was dealt with, or an order that was refused or taken back: a whole order opens one, and
whatever else he writes is acknowledged with what is so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.case import Case
from processors.courtesy import agrees, says_yes
from tests.quick import Quick, quick
from tests.road import ADMIN, JPEG, mail, plain

HIND = "Hind <hind@client.example>"
FIRST = "Bonjour, 3000 sachets fond plat kraft 20x30 pour le 14 mars"
ASKED = "Bonjour, quel est le prix des sacs poignées torsadées kraft ?"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def write(counter: Quick, text: str, number: int) -> None:
    """A customer's first mail (1), or his answer to our last letter."""
    ours = [m for m in counter.sent() if "hind@" in str(m["To"])]
    files = (("chaise.jpg", JPEG),) if "modèle 3D" in text else ()
    counter.now = counter.now.replace(hour=10 + number)
    counter.send(
        mail(text, sender=HIND, answers=ours[-1] if number > 1 else None, number=number, subject="demande", files=files)
    )


def decide(counter: Quick, text: str) -> None:
    """The salesperson's answer to the letter about the newest case."""
    ref = max(counter.cases(), key=lambda c: c.opened_at).ref
    notice = next(m for m in counter.sent(ADMIN) if ref in str(m["Subject"]))
    counter.send(mail(text, sender=ADMIN, answers=notice, number=f"admin{len(counter.sent(ADMIN))}"))
    counter.fresh()


def of_his_own(counter: Quick, first: Case) -> tuple[Case, str, str]:
    """The order that his last message opened, our letter to him about it, the salesperson's."""
    (second,) = [c for c in counter.cases() if c.id != first.id]
    (letter,), (notice,) = counter.fresh("hind@"), counter.fresh(ADMIN)
    assert (second.kind, second.stage) == ("COMMANDE", "waiting_review")
    return second, plain(letter), plain(notice)


@pytest.mark.parametrize("dealt_with", [False, True])
@pytest.mark.parametrize(
    ("asked", "text", "many"),
    [
        (ASKED, "300 sacs poignées plates kraft svp, moyens", "300"),
        (ASKED, "ok je prends 1000 sacs poignées torsadées kraft alors, livraison le 18 décembre", "1000"),
        (ASKED, "Parfait, je prends 1000 sacs poignées torsadées kraft 24x32 à 1,40 dh alors", "1000"),
    ],
)
def test_an_answer_to_a_message_that_is_a_whole_order_is_one(
    counter: Quick, asked: str, text: str, many: str, *, dealt_with: bool
) -> None:
    write(counter, asked, 1)
    first = counter.only()
    if dealt_with:
        decide(counter, "traité")
    counter.fresh()
    write(counter, text, 2)
    _, letter, notice = of_his_own(counter, first)
    assert "Nous avons bien reçu votre commande" in letter
    assert f"{many} pièces" in notice
    decide(counter, "je valide")
    assert [c.stage for c in counter.cases() if c.kind == "COMMANDE"] == ["done"]


@pytest.mark.parametrize(
    "text",
    [
        "c'est bon pour moi, je prends les 5000",
        "et 300 sacs poignées plates c'est combien ?",
        "ma facture pour 300 sacs poignées plates est fausse",
        "si je prends 1000 sacs poignées torsadées kraft, quel prix ?",
    ],
)
def test_an_answer_to_a_message_that_is_no_whole_order_stays_with_it(counter: Quick, text: str) -> None:
    write(counter, ASKED, 1)
    write(counter, text, 2)
    assert counter.only().messages == 2


@pytest.mark.parametrize("how", ["refused", "taken back"])
@pytest.mark.parametrize(
    "text",
    [
        "Ok tant pis, en blanc alors ? 3000 sachets fond plat blancs 20x30",
        "finalement 3000 sachets fond plat blancs 20x30 svp",
        "Alors mettez-moi 3000 sachets fond plat blancs 20x30",
    ],
)
def test_a_whole_order_under_one_that_came_to_nothing_is_one_of_its_own(counter: Quick, text: str, how: str) -> None:
    write(counter, FIRST, 1)
    first = counter.only()
    if how == "refused":
        decide(counter, "non, motif : rupture de kraft")
    else:
        write(counter, "Finalement on annule la commande", 2)
    counter.fresh()
    write(counter, text, 3)
    second, letter, notice = of_his_own(counter, first)
    assert "Nous avons bien reçu votre commande. Nous vous la confirmons après vérification" in letter
    assert "blanc" in notice
    assert first.ref in "\n".join(told for _, told in counter.history(second.id))
    assert next(c for c in counter.cases() if c.id == first.id).stage == "rejected"


@pytest.mark.parametrize(
    "text", ["en blanc alors ?", "et 3000 sachets fond plat blancs 20x30, vous en avez ?", "je valide quand même"]
)
def test_who_writes_of_a_refused_order_reads_that_nothing_is_ordered(counter: Quick, text: str) -> None:
    write(counter, FIRST, 1)
    decide(counter, "non, motif : rupture de kraft")
    write(counter, text, 2)
    assert counter.only().stage == "rejected"
    (letter,), (notice,) = counter.fresh("hind@"), counter.fresh(ADMIN)
    assert "à laquelle nous n'avons pas pu donner suite. Une personne le lit et vous répond" in plain(letter)
    assert "rien n'est commandé" in plain(letter)
    assert "Un détail à changer" not in plain(letter)
    assert text in plain(notice)


@pytest.mark.parametrize(
    "text", ["finalement si, on la garde la commande. pardon", "oui je valide", "non attendez, je garde la commande svp"]
)
def test_who_takes_his_cancellation_back_is_told_that_it_stays_cancelled_until_a_person_reads(
    counter: Quick, text: str
) -> None:
    write(counter, FIRST, 1)
    write(counter, "Finalement on annule la commande", 2)
    counter.fresh()
    write(counter, text, 3)
    assert (counter.only().stage, counter.only().standing, counter.only().judged) == ("rejected", "cancelled", None)
    (letter,), (notice,) = counter.fresh("hind@"), counter.fresh(ADMIN)
    assert "annulée à votre demande. Une personne le lit et vous répond ; d'ici là, elle reste annulée." in plain(letter)
    assert text in plain(notice)
    assert counter.only().counts.get("wrote") == 1


@pytest.mark.parametrize("text", ["ok", "merci beaucoup", "d'accord"])
def test_thanks_and_an_ok_after_the_end_get_no_letter(counter: Quick, text: str) -> None:
    write(counter, FIRST, 1)
    write(counter, "Finalement on annule la commande", 2)
    counter.fresh()
    write(counter, text, 3)
    assert counter.fresh("hind@") == []


@pytest.mark.parametrize("text", ["finalement si, je valide", "oui je valide", "je valide"])
def test_a_yes_after_the_no_to_a_quote_approves_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    with quick(tmp_path / "data", business="figurative") as counter:
        write(counter, "Bonjour, je voudrais un modèle 3D d'un fauteuil simple, en bois, 80 x 70 x 90 cm, merci", 1)
        assert counter.only().stage == "waiting_approval"
        write(counter, "Non merci, je refuse le devis", 2)
        assert counter.only().stage == "rejected"
        counter.fresh()
        write(counter, text, 3)
        case = counter.only()
        assert (case.stage, case.approval) == ("rejected", None)
        (letter,), (notice,) = counter.fresh("hind@"), counter.fresh(ADMIN)
        assert "Une personne de notre équipe lit votre message et vous répond ; d'ici là, rien n'est validé." in plain(letter)
        assert text in plain(notice)


@pytest.mark.parametrize(
    ("text", "yes"), [("ok", False), ("d'accord", False), ("oui", True), ("ok je valide", True), ("parfait", False)]
)
def test_a_yes_is_told_from_an_ok(text: str, *, yes: bool) -> None:
    assert (agrees(text), says_yes(text)) == (True, yes)
