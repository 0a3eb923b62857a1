"""Orders are judged by a person: a yes holds for the facts that he was shown and for no others; the customer is told once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.reading import Evidence, Fact, Money, Quantity
from core.rows import digest_of, rows_of
from tests.orders_life import ADMIN, FULL, Life


def waiting() -> Life:
    life = Life()
    life.write(FULL)
    assert (life.stage, life.status, life.told("admin"), life.told("customer")) == (
        "waiting_review", "en_attente", ["admin_review"], [],
    )  # fmt: skip
    return life


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


def test_a_correction_is_written_down_shown_again_and_wants_a_yes_of_its_own() -> None:
    life = waiting()
    first = life.notices[-1].key
    life.admin("ok mais quantité 6000")
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    fact = life.order.fact("quantity")
    assert fact is not None
    assert (fact.value, fact.origin) == (Quantity(Decimal(6000), "pièce"), "person")
    assert fact.evidence == (Evidence("text", "quantité 6000", 8),)
    assert life.value("total_price") == Money(Decimal("2700.00"), "MAD", "excl")
    assert life.told("admin") == ["admin_review", "admin_review"]
    # A yes to what stood before the correction is no yes to it.
    life.admin("Je valide", to=first)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert life.told("admin")[-1] == "admin_review"
    life.admin("Je valide")
    assert life.stage == "done"
    assert life.told("customer") == ["confirmation"]


@pytest.mark.parametrize(
    "words", ["Je valide avec quantité 6000", "Validé, quantité 6000 merci", "ok je valide mais quantité : 6000",
              "I approve with quantity 6000"]
)  # fmt: skip
def test_a_yes_in_so_many_words_with_a_correction_is_one_act(words: str) -> None:
    life = waiting()
    version = life.order.version
    life.admin(words)
    assert (life.stage, life.order.version) == ("done", version + 1)
    assert life.value("quantity") == Quantity(Decimal(6000), "pièce")
    judged = life.order.judged
    assert judged is not None
    assert judged.digest == digest_of(life.order, life.directive)
    assert (life.told("admin"), life.told("customer")) == (["admin_review"], ["confirmation"])


def test_a_yes_with_a_correction_to_facts_that_have_changed_is_no_yes() -> None:
    life = waiting()
    first = life.notices[-1].key
    life.write("Pardon, plutôt 8000 sacs fond carré poignées torsadées.")
    life.admin("Je valide avec prix unitaire 0,50", to=first)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert life.value("unit_price") == Money(Decimal("0.50"), "MAD", "excl", 1, "pièce")
    assert life.told("admin") == ["admin_review"] * 3
    # Nor to an order that lacks something.
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées.")
    life.admin("Je valide avec prix unitaire 0,50", to="")
    assert (life.stage, life.order.judged) == ("waiting_info", None)


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


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("quantité : 12 500", "quantity", Quantity(Decimal(12500), "pièce")),
        ("Bonjour, prix unitaire 0,48 dh TTC merci", "unit_price", Money(Decimal("0.48"), "MAD", "incl", 1, "pièce")),
        ("produit : sachet fond plat", "product", "sachet_fond_plat"),
        ("quantité 3 palettes", "quantity", Quantity(Decimal(3), "palette")),
        ("date de livraison 25/03/2026", "delivery_date", "2026-03-25"),
        ("livraison le 25 mars", "delivery_date", "2026-03-25"),
        ("livraison le 25/03 plutôt", "delivery_date", "2026-03-25"),
        ("adresse de livraison : Tanger", "delivery_address", "Tanger"),
        ("livraison : 4 rue Ibn Sina", "delivery_address", "4 rue Ibn Sina"),
        ("nature : kraft brun 90 g", "nature", "kraft brun 90 g"),
    ],
)
def test_fields_that_a_reply_corrects(words: str, name: str, value: object) -> None:
    life = waiting()
    life.admin(words)
    got = life.value(name)
    assert (got.day.isoformat() if hasattr(got, "day") else got) == value
    assert life.stage == "waiting_review"


def test_a_day_is_no_address_and_a_price_without_its_base_is_of_one() -> None:
    life = Life()
    life.write(
        "Bonjour, 10 000 sachets fond plat à 150 dh HT le mille, livraison le 20 mars au dépôt, 12 rue des Oliviers, Casablanca."
    )
    address = life.value("delivery_address")
    life.admin("livraison le 12/12 dans la matinée chez eux")
    assert (life.value("delivery_address"), life.told("admin")[-1]) == (address, "admin_unclear")
    life.admin("prix unitaire 0,16 dh")
    assert life.value("unit_price") == Money(Decimal("0.16"), "MAD", "excl", 1, "pièce")
    assert life.value("total_price") == Money(Decimal("1600.00"), "MAD", "excl")


def test_a_correction_of_several_lines_names_its_line_and_the_customer_reads_all_of_them() -> None:
    life = Life()
    life.write(
        "Bonjour, merci de livrer le 20 mars 2026 :\n- 10 000 sachets fond plat kraft\n- 4000 sacs fond carré poignées plates"
    )
    assert "ligne 2 : quantité 6000" in life.texts[-1][2].text
    life.admin("quantité 2600")
    told = life.texts[-1][2]
    assert (told.template, "plusieurs lignes" in told.text, "Reconnu" in told.text) == ("admin_unclear", True, False)
    assert told.text.count("\n- ") == 2
    life.admin("ligne 2 : quantité 2600")
    life.admin("Je valide")
    assert life.status == "validee"
    text = life.texts[-1][2].text.replace("\u202f", "")
    assert ("2600 pièces" in text, "4000" in text, "Date de livraison : 20 mars 2026" in text, "\nQuantité" in text) == (
        True, False, True, False,
    )  # fmt: skip


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


@pytest.mark.parametrize("words", ["nature kraft brun si possible", "nature : kraft ou blanc", "nature kraft ?"])
def test_a_correction_with_a_condition_corrects_nothing(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert life.value("nature") is None
    assert life.told("admin")[-1] == "admin_unclear"


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


def test_a_correction_may_take_a_field_away() -> None:
    life = waiting()
    life.act("correct", facts=(Fact("unit_price", "", (), origin="person"),))
    assert (life.value("unit_price"), life.value("total_price")) == (None, None)


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


TABLE = (
    "Qté | Désignation | PU | Total\n4000 | Sachet fond plat | 0,55 dh HT | 2200 dh HT\n"
    "500 | Sac poignées plates | 1 dh HT | 500 dh HT\nTotal : 2700 dh HT\nLivraison le 20 mars 2026."
)
ONE = (
    "Bonjour, je commande 4000 sacs fond carré poignées torsadées à 0,55 dh HT l'unité, total 2200 dh HT, livraison le 20 mars."
)


def _totals(life: Life) -> list[Decimal]:
    """What each line and all of them come to."""
    rows = rows_of(life.order.facts, life.directive)
    cells = [*(row.cell("total_price") for row in rows), life.order.fact("total_price")]
    return [c.value.amount for c in cells if c is not None and isinstance(c.value, Money)]


@pytest.mark.parametrize(
    ("text", "words", "totals"),
    [
        (ONE, "je valide avec prix unitaire 0,60 MAD HT", (2400, 2400)),
        (ONE, "je valide avec quantité 6000", (3300, 3300)),
        (TABLE, "je valide avec ligne 1 : prix unitaire 0,60 MAD HT", (2400, 500, 2900)),
        (TABLE, "je valide avec ligne 2 : quantité 1000", (2200, 1000, 3200)),
    ],
)
def test_a_written_total_that_follows_from_what_is_corrected_is_calculated_anew(
    text: str, words: str, totals: tuple[int, ...]
) -> None:
    life = Life()
    life.write(text)
    assert _totals(life)[-1] in (2200, 2700)
    life.admin(words)
    assert (life.stage, _totals(life)) == ("done", list(totals))
    letter = next(m.text for template, who, m, _ in life.texts if who == "customer" and template == "confirmation")
    assert "2200" not in letter.replace("\u202f", "") or 2200 in totals


def test_a_total_that_is_given_with_the_correction_stands_and_one_that_contradicts_it_wants_a_yes_of_its_own() -> None:
    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2400 MAD HT")
    assert (life.stage, _totals(life)) == ("done", [2400, 2400])
    fact = life.order.fact("total_price")
    assert fact is not None
    assert fact.origin == "person"

    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2500 MAD HT")
    assert (life.stage, life.order.judged, life.told("customer")) == ("waiting_review", None, [])
    assert life.told("admin")[-1] == "admin_review"
    assert "le total n'est pas quantité × prix unitaire" in life.texts[-1][2].text
    life.admin("Je valide")
    assert life.stage == "done"


def test_the_desk_validates_no_correction_that_brings_about_an_urgent_alert_unseen() -> None:
    life = Life()
    life.write(ONE)
    total = Fact("total_price", Money(Decimal(9000), "MAD", "excl"), (), origin="person")
    before = life.order.facts
    done = life.act("validate", digest=digest_of(life.order, life.directive), facts=(total,))
    assert (life.stage, life.order.judged, life.order.facts) == ("waiting_review", None, before)
    assert [r.rule for r in done.reasons] == ["no-effect"]
    life.act("correct", facts=(total,))
    life.act("validate", digest=digest_of(life.order, life.directive))
    assert (life.stage, life.value("total_price")) == ("done", total.value)


def test_a_written_total_that_nothing_can_be_calculated_from_stands() -> None:
    life = Life()
    life.write("Bonjour, je commande 4000 sacs fond carré poignées torsadées, total 2200 dh HT, livraison le 20 mars.")
    life.act("correct", facts=(Fact("quantity", Quantity(Decimal(5000), "pièce"), (), origin="person"),))
    assert life.value("total_price") == Money(Decimal(2200), "MAD", "excl")


def test_a_notice_that_comes_again_begins_with_why_the_yes_did_not_count() -> None:
    life = waiting()
    first = life.notices[-1].key
    assert "à juger à nouveau" not in life.texts[0][2].text
    life.admin("ok mais quantité 6000")
    again = life.texts[-1][2].text
    assert again.index(f"- {ADMIN} corrige : quantité ; le oui est à redonner aux champs corrigés") < again.index(
        "a passé une commande"
    )
    life.admin("Je valide", to=first)
    again = life.texts[-1][2].text
    assert f"{ADMIN} corrige" not in again
    assert again.index("rien n'est validé, voici tout à nouveau") < again.index("a passé une commande")
    life = Life()
    life.write(ONE)
    life.admin("je valide avec prix unitaire 0,60 MAD HT, total 2500 MAD HT")
    again = life.texts[-1][2].text
    why = "avec ces corrections, le total n'est pas quantité × prix unitaire ; rien n'est validé"
    assert again.index(why) < again.index("a passé une commande")
