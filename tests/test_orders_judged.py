"""Orders are judged by a person: a yes holds for the facts that he was shown and for no others; the customer is told once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.reading import Fact, Quantity
from core.rows import digest_of
from tests.orders_life import ADMIN, Life, waiting


def test_an_order_waits_for_a_person_and_his_notice_shows_everything() -> None:
    life = waiting()
    (_, _, notice, _) = life.texts[0]
    for words in ("10000 pièce", "0,45 MAD HT / pièce", "4500 MAD HT", "(calculé)", "20 mars 2026", "torsadées", "Je valide"):
        assert words in notice.text.replace("\u202f", ""), (words, notice.text)


def test_a_notice_tells_its_doubts_first_and_each_line_once() -> None:
    life = Life()
    life.write(
        "Qté | Désignation | PU | Total\n1000 | Sachet fond plat | 0,10 dh | 100 dh\n500 | Sac poignées plates | 1 dh | 900 dh\n"
        "Livraison le 20 mars 2026."
    )
    (_, _, notice, _) = life.texts[-1]
    assert notice.subject.startswith("Commande à valider (à vérifier) : Sachet fond plat… (2 lignes)")
    doubts, answer, facts = (
        notice.text.index(w) for w in ("À VÉRIFIER D'ABORD\n- le total n'est pas", "Je valide", "1. Sachet fond plat · 1000")
    )
    assert doubts < answer < facts
    assert (notice.text.count("Sachet fond plat"), notice.text.count("\nQuantité"), notice.text.count("\nProduit")) == (2, 0, 0)
    assert "2. Sac fond carré avec poignées plates · 500 pièces · 1 MAD · total 900 MAD" in notice.text
    plain = waiting().texts[0][2]
    assert (plain.subject.startswith("Commande à valider : "), "À VÉRIFIER" in plain.text) == (True, False)


@pytest.mark.parametrize("words", ["👍", "👍🏼", "✅", "👌👌"])
def test_an_emoji_alone_is_asked_again(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.order.judged, life.told("admin")[-1]) == ("waiting_review", None, "admin_unclear")
    life.admin("ok 👍")
    assert life.stage == "done"


@pytest.mark.parametrize("words", ["Je valide", "ok", "Validé", "oui je valide merci", "I approve"])
def test_a_plain_yes_to_the_last_notice_validates(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.status) == ("done", "validee")
    judged = life.order.judged
    assert judged is not None
    assert (judged.outcome, judged.by, judged.who, judged.how) == ("validated", "admin", ADMIN, "reply")
    assert judged.at == life.now
    assert judged.digest == digest_of(life.order, life.directive)
    assert life.told("customer") == ["confirmation"]


@pytest.mark.parametrize(
    "words",
    [
        "ok s'il paie d'avance", "je valide si le prix passe à 0,50", "oui sauf la date", "je valide ?", "valider ou pas ?",
        "à voir", "je regarde demain", "ok pour le prix mais je dois vérifier le stock", "peut-être", "Je valide 6000",
    ],
)  # fmt: skip
def test_anything_but_a_plain_yes_decides_nothing_and_asks_again(words: str) -> None:
    life = waiting()
    before = life.order.facts
    life.admin(words)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert life.order.facts == before
    assert life.told("customer") == []
    assert life.told("admin")[-1] == "admin_unclear"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("oui c validé mais livraison le 18 brumaire", "livraison le 18 brumaire"),
        ("je valide avec quantité 6000 et produit machin bidule et date le 20 mars et adresse chez le voisin", "machin bidule"),
        ("je valide, quantité 6000, et demandez-lui sa patente", "demandez-lui sa patente"),
        ("ok, si le prix passe à 0,50", "si le prix passe"),
    ],
)  # fmt: skip
def test_the_answer_says_which_part_was_not_understood(words: str, part: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.order.judged, life.told("admin")[-1]) == ("waiting_review", None, "admin_unclear")
    assert "pas comprise : « " in life.texts[-1][2].text
    shown = life.texts[-1][2].text.split("pas comprise : « ")[1].split(" »")[0]
    assert part in shown
    assert shown != words


def test_a_hurried_yes_validates_with_its_correction() -> None:
    life = waiting()
    life.admin("oui c validé mais livraison le 18/12")
    judged = life.order.judged
    assert judged is not None
    assert judged.outcome == "validated"
    assert "2026, 12, 18" in repr(life.value("delivery_date"))


@pytest.mark.parametrize(
    "words", ["ok 300", "oui 300", "300", "je valide, 300", "ok 300 crédits", "Je valide le prix de 0,50", "ok pour 300 sacs",
              "Je valide. 300 pièces", "Je valide, 4 cartons.", "je valide 12 palettes", "Je valide. Le client veut du kraft blanc",
              "Je valide, le client préfère des poignées plates"]
)  # fmt: skip
def test_a_number_beside_a_yes_is_neither_a_price_nor_passed_over(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.order.judged, life.order.price, life.order.quote) == ("waiting_review", None, None, None)
    assert (life.told("admin")[-1], life.told("customer")) == ("admin_unclear", [])
    assert life.value("quantity") == Quantity(Decimal(10000), "pièce")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("non, motif : rupture de stock", "rupture de stock"),
        ("Non. Il ne paie jamais.\nMotif : plus de papier, mais possible en avril", "plus de papier, mais possible en avril"),
        ("Rejeté - raison : prix trop bas\n\nSalma", "prix trop bas"),
        ("refus : mauvais payeur", ""),
        ("non, il ne paie pas", ""),
    ],
)
def test_only_a_reason_that_is_marked_as_such_goes_to_the_customer(words: str, told: str) -> None:
    life = waiting()
    life.admin(words)
    assert life.stage == "rejected"
    letter = life.texts[-1][2].text
    assert ("Motif" in letter, f"Motif : {told}\n" in letter) == (bool(told), bool(told))
    assert "pai" not in letter
    assert "pay" not in letter


@pytest.mark.parametrize("words", ["non, motif : je valide", "non, motif : rupture ?"])
def test_a_no_whose_reason_says_otherwise_is_none(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.order.judged) == ("waiting_review", None)


@pytest.mark.parametrize("words", ["rejeté, prix trop bas", "non", "Refusé", "je refuse"])
def test_a_no_rejects_and_the_customer_is_told_once(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.status) == ("rejected", "rejetee")
    assert life.order.judged is not None
    assert life.order.judged.outcome == "rejected"
    assert life.told("customer") == ["refusal"]
    # What he writes beside his no is for us.
    assert "Motif" not in life.texts[-1][2].text
    life.admin("Je valide")
    assert (life.stage, life.told("customer")) == ("rejected", ["refusal"])


def test_a_yes_of_somebody_nobody_vouches_for_validates_nothing() -> None:
    life = waiting()
    life.admin("Je valide", vouched=False)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    # The same reply would fail for ever: it is sent to the desk, and not told to reply once more.
    told = life.texts[-1][2]
    assert (told.template, "Décidez dans le guichet" in told.text) == ("admin_unclear", True)
    assert "répondez en une ligne" not in told.text
    life.admin("à voir")
    assert ("Décidez dans le guichet" in life.texts[-1][2].text, "répondez en une ligne" in life.texts[-1][2].text) == (
        False,
        True,
    )


def test_quoted_words_are_no_answer() -> None:
    life = waiting()
    life.admin("Je regarde.\n\nLe lun. 2 mars 2026 à 11:42, Sacherie <ventes@sacherie.example> a écrit :\n\n> Je valide\n")
    assert (life.stage, life.order.judged) == ("waiting_review", None)


def test_a_yes_that_nothing_ties_counts_only_for_the_one_version_that_was_ever_shown() -> None:
    life = waiting()
    life.admin("Je valide", to="")
    assert life.stage == "done"

    life = waiting()
    life.write("finalement 12 000 sacs fond carré poignées torsadées")
    assert life.value("quantity") == Quantity(Decimal(12000), "pièce")
    assert len({s.digest for s in life.order.shown}) == 2
    life.admin("Je valide", to="")
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    life.admin("Je valide")
    assert life.stage == "done"


def test_a_yes_that_nothing_ties_is_no_yes_to_facts_that_changed_and_changed_back() -> None:
    life = waiting()
    for quantity in (8000, 10000):
        life.act("correct", facts=(Fact("quantity", Quantity(Decimal(quantity), "pièce"), (), origin="person"),))
    assert life.order.shown[0].digest == life.order.shown[-1].digest
    life.admin("Je valide", to="")
    assert (life.stage, life.order.judged) == ("waiting_review", None)


def test_a_yes_from_before_the_notice_is_no_answer_to_it() -> None:
    life = waiting()
    life.admin("Je valide", to="", received=life.now - timedelta(hours=1))
    assert (life.stage, life.order.judged) == ("waiting_review", None)


def test_what_the_customer_adds_is_shown_anew_and_makes_an_older_yes_void() -> None:
    life = waiting()
    first = life.notices[-1].key
    life.write("Pardon, plutôt 8000 sacs fond carré poignées torsadées.")
    assert life.told("admin") == ["admin_review", "admin_review"]
    life.admin("Je valide", to=first)
    assert life.order.judged is None


def test_the_desk_validates_the_facts_of_its_page_only() -> None:
    life = waiting()
    page = digest_of(life.order, life.directive)
    life.act("correct", facts=(Fact("quantity", Quantity(Decimal(700), "pièce"), (), origin="person"),))
    assert life.value("quantity") == Quantity(Decimal(700), "pièce")
    decision = life.act("validate", digest=page)
    assert life.order.judged is None
    assert [r.rule for r in decision.reasons] == ["no-effect"]
    life.act("validate", digest=digest_of(life.order, life.directive))
    judged = life.order.judged
    assert judged is not None
    assert (judged.by, judged.who, judged.how, life.status) == ("operator", "anne", "desk", "validee")
    assert life.told("customer") == ["confirmation"]


def test_the_desk_rejects_and_says_who() -> None:
    life = waiting()
    life.act("note", note="mauvais payeur")
    life.act("refuse", note="rupture de stock")
    letter = life.texts[-1][2].text
    assert ("Motif : rupture de stock" in letter, "mauvais payeur" in letter) == (True, False)
    assert life.order.judged is not None
    assert (life.order.judged.outcome, life.order.judged.who, life.status) == ("rejected", "anne", "rejetee")
    assert life.told("customer") == ["refusal"]


def test_what_is_missing_is_asked_and_a_person_goes_on_when_nobody_answers() -> None:
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    assert (life.stage, life.status, life.told("customer")) == ("waiting_info", "en_attente", ["request_info"])
    deadlines = dict(life.decisions[-1].deadlines or ())
    assert deadlines["complete.review"] == life.now + timedelta(days=2)
    life.late("complete.remind.0")
    assert life.told("customer") == ["request_info", "reminder_info"]
    life.late("complete.review")
    assert (life.stage, life.told("admin")) == ("waiting_review", ["admin_review"])
    assert "quantité : manque" in life.texts[-1][2].text


def test_the_answer_to_the_question_completes_the_order() -> None:
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    life.write("5000")
    assert life.value("quantity") == Quantity(Decimal(5000), "pièce")
    assert life.stage == "waiting_review"


def test_a_yes_before_the_facts_are_complete_validates_nothing() -> None:
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    life.admin("Je valide", to="")
    assert (life.stage, life.order.judged) == ("waiting_info", None)


def test_a_delivered_order_is_told_so_once() -> None:
    life = waiting()
    life.act("finish")
    assert life.order.finished_at is None
    life.admin("Je valide")
    life.act("finish")
    assert life.order.finished_at == life.now


@pytest.mark.parametrize("ref", ["QWERTYKZ", "CMD0009Z"])
def test_a_yes_that_names_another_order_is_none(ref: str) -> None:
    life = waiting()
    life.admin(f"je valide la commande {ref}")
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    life.admin(f"je valide la commande {life.ref}")
    assert life.stage == "done"
