"""A yes or no that names somebody counts for his order only: in an answer to another's notice it decides nothing and is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.case import Case
from engine.naming import judgement_of, names_of
from engine.office import verdict_of
from engine.pipeline import Setup, read_mail
from processors.verdict import read_verdict
from tests.measure_verdicts import cases
from tests.orders_help import NOW, mail, sacherie
from tests.orders_life import ADMIN, FULL, Life, commande

MADE = [c for n in ("development", "heldout") for c in cases(n) if c.answer == "approve" and not c.arguments]
SHORT = [c for c in MADE if len(c.text) < 45 and not set(c.text) & set(",،\n?")]
#: A name can stand behind the yes itself, so not those that end with a courtesy after it.
YES = [
    c.text
    for c in SHORT
    if c.read().answer == "approve" and read_verdict(c.text.rstrip(" .!").rpartition(". ")[2]).answer == "approve"
]
FIRST = "Mounia Samira Qc Qb Hamid Driss Aïcha Khadija Jean-Marc Kevin Otmane Wafaa James Zoë".split()
FAMILY = "El Idrissi,Bennani,Tazi,Alaoui,O'Brien,Ait Lahcen,Miller,Dupont,Benjelloun".split(",")
FIRMS = "Atlas,Amal Pack,Darna,Café Rif,Riad Zitoun,Boulangerie du Port,Tea House,Hôtel Majorelle,Sotrapac SARL".split(",")
TITLED = "Mme {},M. {},Monsieur {},Mr {},la société {},Sté {},chez {},si {},{}".split(",")
OF = "de pour of for dyal".split()
NAMING = [
    "Je valide la commande de {}", "je valide commande {}", "Ok pour la commande de {}", "Validé pour {}", "ok pour {}", "Oui pour {}",
    "Je valide celle de {}", "la commande de {} est validée", "Commande {} validée", "Je valide la demande de {}", "C'est bon pour {}",
    "I approve the order of {}", "I approve {}'s order", "Approved for {}", "yes for {}", "ok order from {}", "Validé, {}", "ok {}",
    "wakha l'commande dyal {}", "ok commande dyal {}", "safi valide commande d {}", "Je valide la commande de chez {}", "Je valide {}",
    "{} validé", "{} ok", "{} c'est bon", "Je valide pour {}", "Je valide la commande pour {}", "{}, je valide sa commande",
]  # fmt: skip


def order(name: str = "Rachid El Fassi", address: str = "rachid@primeurs-souss.example", signed: str = "") -> Case:
    life = Life(ref="Z8NF37GC")
    life.write(FULL)
    people = (address,)
    return replace(life.order, party=replace(life.order.party, name=name, email=address), people=people, signed=signed)


ORDER = order(signed="Rachid\nPrimeurs du Souss\n+212 600 00 00 00")


SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
REPLY = read_mail(
    mail("Re: Commande à valider : Sac – Rachid El Fassi", "Je valide", sender=ADMIN), SETUP, now=NOW, hints={}
).message


def answer(words: str, case: Case = ORDER) -> str:
    message = replace(REPLY, text=words, body=words)
    return judgement_of(message, case, commande(), verdict_of(message, commande(), "admin"), NOW)[0].answer


@pytest.mark.parametrize("naming", NAMING)
def test_a_yes_that_names_another_is_none(naming: str) -> None:
    others = [t.format(n) for n in (*FIRST[:5], *FAMILY[:4], *FIRMS, "Mounia Bennani") for t in ("{}", "Mme {}", "chez {}")]
    assert [words for other in others if answer(words := naming.format(other)) == "approve"] == []


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(YES),
    st.sampled_from([*FIRST, *FAMILY, *FIRMS]),
    st.sampled_from(TITLED),
    st.sampled_from("de pour of for dyal".split()),
)
def test_any_yes_with_the_name_of_another_behind_it_is_none(yes: str, name: str, titled: str, of: str) -> None:
    said = yes.rstrip(" .!")
    for thing in (" ", " la commande ", " l'ordre "):
        words = f"{said}{thing}{of} {titled.format(name)}"
        assert answer(words) != "approve", words


@pytest.mark.parametrize(
    "words",
    [
        "Je valide la commande de Rachid", "Je valide la commande de Rachid El Fassi", "je valide la commande de M. El Fassi",
        "Je valide la commande de Primeurs du Souss", "ok pour la commande de rachid", "Ok pour Rachid", "I approve Rachid's order",
        "I approve the order of Rachid", "Je valide celle de Rachid", "ok commande dyal Rachid", "Je valide la commande Z8NF37GC de Rachid",
        "Je valide la commande de chez Primeurs Souss", "Je valide.\n\nCordialement,\nSamir Bennani", "Je valide\nSamir", "Je valide",
    ],
)  # fmt: skip
def test_a_yes_that_names_the_customer_or_nobody_counts(words: str) -> None:
    assert answer(words) == "approve"


@pytest.mark.parametrize(
    "words",
    [
        "ok de Rachid", "Rachid a dit ok", "Rachid : je valide", "Je valide la commande de Rachid si Mounia paie", "Rachid est d'accord",
        "Je valide la commande de Rachid et celle de Mounia", "Je valide la commande de Rachid, pas celle de Mounia",
        "C'est ok d'après Rachid",
        "Validé par Rachid",
        "je valide la commande de l'hôtel", "Je valide la commande de Rachida",
    ],
)  # fmt: skip
def test_the_customers_name_makes_no_yes_of_what_is_none(words: str) -> None:
    assert answer(words) != "approve"


@pytest.mark.parametrize(
    "words", ["Je refuse la commande de Mounia", "je rejette la commande de Mme Tazi", "non à la commande de Qc"]
)
def test_a_no_that_names_another_refuses_nothing(words: str) -> None:
    assert answer(words) != "refuse"
    assert answer("Je refuse la commande de Rachid") == "refuse"
    assert answer("Je refuse, motif : rupture chez Sotrapac") == "refuse"


GREETED = [
    "Bonjour {}, je valide",
    "Bonjour {}, je valide la commande",
    "Salam {} je valide",
    "Bonjour {} Tazi,\n\nJe valide",
    "hi {}, ok",
]


@pytest.mark.parametrize("name", ["Said", "Saïd", "SAID", "Rose", "Blanche", "Max", "Ghali", "Will"])
@pytest.mark.parametrize("words", GREETED)
def test_a_greeting_with_the_customers_own_name_leaves_the_yes_one(words: str, name: str) -> None:
    assert answer(words.format(name), order(f"{name} Tazi")) == "approve"


@pytest.mark.parametrize("words", GREETED)
def test_a_greeting_with_the_name_of_whoever_reads_leaves_the_yes_one(words: str) -> None:
    assert answer(words.format("Said")) == "approve"


@pytest.mark.parametrize(
    "words",
    [
        "Bonjour, Said : je valide", "Said a dit je valide", "Bonjour Said valide", "Bonjour, Said valide",
        "Bonjour Said a dit : je valide", "Bonjour, he said yes", "hello, said ok", "Bonjour Said, je valide la commande de Mounia",
        "Bonjour Said, validé par Mounia", "Bonjour Said ?",
    ],
)  # fmt: skip
def test_a_greeting_makes_no_yes_of_somebody_elses(words: str) -> None:
    assert "approve" not in (answer(words), answer(words, order("Said Tazi")))


def test_names_that_many_have_are_nobodys() -> None:
    assert names_of(order("Contact Café", "contact@gmail.example")) == frozenset()
    assert names_of(order("Aïcha", "a.tazi@cafe-atlas.example", "+212 600\nSotrapac")) == {"aicha", "tazi", "atlas", "sotrapac"}


def test_who_names_another_reads_why_nothing_is_decided() -> None:
    life = Life()
    life.write(FULL)
    life.admin("Je valide la commande de Mounia")
    assert (life.stage, life.order.judged, life.told("customer")) == ("waiting_review", None, [])
    assert life.told("admin")[-1] == "admin_unclear"
    assert "« mounia » ne nomme pas le client de cette demande" in life.texts[-1][2].text
