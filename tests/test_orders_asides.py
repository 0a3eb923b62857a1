"""Another matter beside an order (an invoice that is wrong, a complaint) is shown until a person deals with it, and the receipt does not
pass for an answer to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.alerts import alerts_of
from core.case import Case
from tests.desk_house import arrive
from tests.orders_house import order, orders_house
from tests.orders_life import commande
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

PHIL = "Phil <phil@traiteur.example>"
ORDER = "Bonjour, 600 sacs poignées plates kraft à 0,90 dh pour le 16/03."
MATTERS = [
    "Au fait, ma facture de novembre est fausse (TVA), merci de la corriger.",
    "PS : les cartons de la dernière fois étaient abîmés.",
    "By the way we need a credit note for the returned boxes.",
]
LABEL = "autre demande dans le message, que la commande ne règle pas"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def asides(case: Case, counter: Quick) -> list[str]:
    return [a.values["quote"] for a in alerts_of(case, commande(), (), counter.now) if a.rule == "aside"]


@pytest.mark.parametrize("matter", MATTERS)
def test_it_is_told_to_both_and_stays_after_the_yes(counter: Quick, matter: str) -> None:
    counter.send(mail(f"{ORDER} {matter} Phil", sender=PHIL, subject="Commande", number=1))
    case = counter.only()
    assert (case.kind, case.stage) == ("COMMANDE", "waiting_review")
    (quote,) = asides(case, counter)
    notice, receipt = counter.fresh()
    assert f"{LABEL} : « {quote} »" in plain(notice)
    assert "à vérifier" in str(notice["Subject"])
    told = (
        f"Cela ne règle pas ce que vous nous écrivez d'autre (« {quote} »)",
        f'does not settle what else you write to us ("{quote}")',
    )
    assert any(sentence in plain(receipt) for sentence in told)
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number="yes"))
    assert counter.only().stage == "done"
    assert asides(counter.only(), counter) == [quote]


def test_a_person_who_notes_it_has_dealt_with_it(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        counter, desk = web.counter, web.edge.desk
        one = order(counter, f"{ORDER} {MATTERS[0]}", sender=PHIL)
        (notice,) = counter.fresh(ADMIN)
        arrive(counter, mail("Je valide", sender=ADMIN, answers=notice, number="yes"))
        assert asides(desk.cases.view(one).case, counter)
        desk.acts.give(one, "note", author="anne", note="avoir demandé à la comptabilité")
        counter.settle()
        assert asides(desk.cases.view(one).case, counter) == []


@pytest.mark.parametrize(
    "said",
    [
        "Facture au nom de Traiteur Zitoun SARL.",
        "Merci d'envoyer la facture à compta@traiteur.example.",
        "Livraison et facture comme d'habitude, rue Haute.",
        "Prix selon votre dernier tarif, facture en double exemplaire.",
        "La dernière livraison était parfaite, merci.",
    ],
)
def test_what_belongs_to_the_order_is_none(counter: Quick, said: str) -> None:
    counter.send(mail(f"{ORDER} {said}", sender=PHIL, subject="Commande", number=1))
    assert asides(counter.only(), counter) == []
    assert "ne règle pas" not in "".join(plain(m) for m in counter.fresh())
