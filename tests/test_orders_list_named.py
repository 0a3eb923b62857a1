"""A reply to the list of what waits that names one order shows exactly that one; whatever may name another, or none, is asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

SENDERS = (
    "Quatre Saisons <contact@quatre.example>",
    "Lina Alaoui <lina@alaoui.example>",
    "Omar Bennani <omar@bennani.example>",
    "لينا التازي <taz@maison.example>",
    "Sachets Atlas <info@atlas.example>",
)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def orders(counter: Quick, *senders: str) -> None:
    for n, sender in enumerate(senders):
        text = f"Bonjour, je commande {n + 1}000 sachets fond plat kraft, livraison le 20 mars. Notre commande n° BC-{n + 1}1."
        counter.send(mail(text, sender=sender, subject="Commande", number=f"order{n}"))
    counter.fresh()


def listed(counter: Quick, text: str = "Je valide"):  # type: ignore[no-untyped-def]
    counter.send(mail(text, sender=ADMIN, subject="commandes", number="which"))
    (letter,) = counter.fresh(ADMIN)
    assert "CE QUI ATTEND" in plain(letter)
    assert "Référence : " not in plain(letter)
    return letter


def replied(counter: Quick, letter, text: str, number: str = "reply") -> tuple[str, object]:  # type: ignore[no-untyped-def]
    counter.send(mail(text, sender=ADMIN, answers=letter, number=number))
    assert not any(c.judged for c in counter.cases())
    (told,) = counter.fresh(ADMIN)
    return plain(told), told


def shown(told: str) -> str:
    """Whose notice was shown, '' for the list."""
    found = re.search(r"^Client : (.*), \S+@", told, re.MULTILINE)
    assert (found is None) == ("CE QUI ATTEND" in told)
    return found[1] if found else ""


LINA = [
    "je valide la commande de Lina",
    "je valide la commande de lina",
    "JE VALIDE LA COMMANDE DE LINA",
    "Lina",
    "lina svp",
    "Celle de Lina",
    "celle de Mme Alaoui",
    "Je valide Lina",
    "oui à Lina",
    "ok pour Lina",
    "ok pour Lina mais 500",
    "je refuse celle de Lina",
    "je valide la commande de Lina\n\nCordialement,\nSamir Bennani",
    "la commande BC-21",
    "je valide la commande BC-21 de Lina",
    "I approve Lina's order",
]
NOBODY = [
    "Je valide",
    "oui",
    "non",
    "la 2",
    "2",
    "la deuxième",
    "je valide la première",
    "la commande 2",
    "je valide les quatre",
    "je valide la commande de Linna",
    "celle de Linna\n\nSamir Bennani",
    "Je valide\nSamir Bennani",
    "je valide la commande de Lina et celle de Omar",
    "celle de Linna et celle de Omar",
    "celle de Lina, et Omar",
    "celle de Lina Bennani",
    "celle de Linna Bennani",
    "je valide la commande de sachets",
    "je valide les sachets kraft",
    "je valide les 3000 sachets",
    "je valide la commande BC-21 de Omar",
    "je valide la commande BC-99 de Lina",
    "BC-11 et BC-21",
    "Bonjour Lina, je valide la commande",
    "je valide, merci Lina",
    "je valide la commande de سعيد",
]


def test_the_order_that_a_reply_names_is_shown_and_only_the_yes_to_that_decides(counter: Quick) -> None:
    orders(counter, *SENDERS)
    letter = listed(counter)
    wrong = {
        text: who for n, text in enumerate(LINA) if (who := shown(replied(counter, letter, text, f"l{n}")[0])) != "Lina Alaoui"
    }
    assert wrong == {}
    assert shown(replied(counter, letter, "je valide la commande de لينا", "arabic")[0]) == "لينا التازي"
    ref = next(c.ref for c in counter.cases() if c.party.name.startswith("Omar"))
    told, notice = replied(counter, letter, ref.lower(), "ref")
    assert shown(told) == "Omar Bennani"
    counter.send(mail("oui", sender=ADMIN, answers=notice, number="yes"))  # type: ignore[arg-type]
    assert [c.party.name for c in counter.cases() if c.judged] == ["Omar Bennani"]


def test_whatever_names_none_or_several_of_them_is_asked_again(counter: Quick) -> None:
    orders(counter, *SENDERS)
    letter = listed(counter)
    wrong = {text: who for n, text in enumerate(NOBODY) if (who := shown(replied(counter, letter, text, f"n{n}")[0]))}
    assert wrong == {}
    # The list is asked again in the same way, and a yes to that is none either.
    told, again = replied(counter, letter, "oui", "once")
    assert all(c.ref in told for c in counter.cases())
    assert shown(replied(counter, again, "oui", "twice")[0]) == ""


def test_of_two_orders_of_the_one_named_none_is_shown(counter: Quick) -> None:
    orders(counter, SENDERS[0], SENDERS[1], SENDERS[1])
    told, _ = replied(counter, listed(counter), "je valide la commande de Lina")
    assert shown(told) == ""
    assert "plusieurs demandes attendent sous ce nom" in " ".join(told.split())


def test_what_was_decided_since_is_not_shown_by_a_name_nor_is_what_is_left(counter: Quick) -> None:
    orders(counter, SENDERS[0], SENDERS[1])
    letter = listed(counter)
    notice = replied(counter, letter, "Lina", "which2")[1]
    counter.send(mail("oui", sender=ADMIN, answers=notice, number="yes"))  # type: ignore[arg-type]
    counter.fresh()
    for n, text in enumerate(("je valide la commande de Lina", "oui")):
        counter.send(mail(text, sender=ADMIN, answers=letter, number=f"late{n}"))
        (told,) = counter.fresh(ADMIN)
        assert shown(plain(told)) == ""
    assert [c.party.name for c in counter.cases() if c.judged] == ["Lina Alaoui"]
