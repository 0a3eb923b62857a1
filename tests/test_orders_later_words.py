"""What a customer writes later: an answer to what was dealt with, a change, a cancellation, thanks. It is seen, and he is told so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import codec
from core.alerts import WROTE
from core.case import Case
from core.events import OperatorActed
from core.ports import PendingEvent
from engine.corrections import read_reason
from processors.courtesy import agrees, puts_question, thanks_only
from tests.orders_life import FULL, RECEIPT, Life, waiting
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain
from tests.test_orders_named import REPLY

KARIMA = "Karima <karima@pharma.example>"
OMAR = "Omar <omar@snack.example>"
ORDER = "Bonjour, il nous faut 2000 sacs poignées plates kraft à 0,90 DH. Omar"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def at(counter: Quick, case: Case) -> Case:
    return next(c for c in counter.cases() if c.id == case.id)


def act(counter: Quick, case: Case, action: str, note: str = "") -> None:
    event = OperatorActed(f"act:{action}:{counter.now}", counter.now, action, "anne", "desk", None, note)  # type: ignore[arg-type]
    body = codec.dump(event).decode()
    counter.house.store.add_event(PendingEvent(event.id, case.id, "operator", body, counter.now))
    counter.house.lanes.wake("clerk")
    counter.settle()


# ------------------------------------------------------------------ an answer to what was dealt with


def treated(counter: Quick) -> Case:
    """A price enquiry that a person answered and said to be dealt with."""
    counter.send(
        mail(
            "Bonjour, quel est votre prix pour 5000 sachets fond plat blancs 12x18 ? Karima",
            sender=KARIMA,
            subject="Prix",
            number=1,
        )
    )
    case = counter.only()
    act(counter, case, "answer", "Bonjour, 0,22 DH HT la pièce.")
    act(counter, case, "finish")
    assert counter.only().stage == "done"
    return counter.only()


@pytest.mark.parametrize(
    "words", ["Merci, c'est bon pour moi, je prends les 5000.", "Merci, c'est bon pour moi", "ok je prends"]
)
def test_an_answer_to_what_was_dealt_with_waits_for_a_person_again(counter: Quick, words: str) -> None:
    case = treated(counter)
    answer = counter.fresh("karima@")[-1]
    counter.fresh(ADMIN)
    counter.now += timedelta(hours=2)
    counter.send(mail(words, sender=KARIMA, subject="Re: Prix", answers=answer, number=2))
    again = at(counter, case)
    assert (again.stage, again.finished_at, again.closed_at) == ("fulfilling", None, None)
    (told,) = counter.fresh("karima@")
    assert "Une personne de l'équipe va le lire" in plain(told)
    (notice,) = counter.fresh(ADMIN)
    assert words in plain(notice)
    counter.pass_time(days=1, minutes=1)
    assert len(counter.fresh(ADMIN)) == 1  # reminded
    act(counter, again, "finish")
    assert at(counter, case).stage == "done"


def test_thanks_for_an_answer_open_nothing_again(counter: Quick) -> None:
    case = treated(counter)
    answer = counter.fresh("karima@")[-1]
    counter.fresh(ADMIN)
    counter.send(mail("Merci beaucoup !", sender=KARIMA, subject="Re: Prix", answers=answer, number=2))
    assert (at(counter, case).stage, counter.fresh()) == ("done", [])


# ------------------------------------------------------------------ thanks


@pytest.mark.parametrize(
    "words", ["Merci beaucoup !", "Bonjour, merci pour votre rapidité, tout est parfait.", "Thanks a lot!"]
)
def test_thanks_alone_in_a_new_mail_are_put_away_quietly_and_stay_readable(counter: Quick, words: str) -> None:
    counter.send(mail(words, sender=KARIMA, subject="merci", number=1))
    case = counter.only()
    assert (case.stage, case.summary, counter.fresh()) == ("done", words, [])
    counter.pass_time(days=4)
    assert counter.fresh() == []


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("votre tarif, merci", "sachets"), ("Merci de me rappeler", "bonjour"), ("merci d'avance", "devis"), ("Merci", "Tarif sachets"),
        ("Merci mais il manque un carton", "merci"), ("Merci, les sacs sont arrivés déchirés", "merci"),
        ("Merci, et pour la facture ?", ""),
        ("prix sachets kraft svp merci", ""), ("Merci, c'est bon pour moi", "Re: devis"),
    ],
)  # fmt: skip
def test_what_only_looks_like_thanks_is_read_by_a_person(words: str, subject: str) -> None:
    assert not thanks_only(words, subject)


# ------------------------------------------------------------------ changes of what is decided


def test_a_change_in_a_new_mail_goes_to_the_only_order_that_was_decided_lately(counter: Quick) -> None:
    counter.send(mail(ORDER, sender=OMAR, subject="commande", number=1))
    case = counter.only()
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    assert counter.only().stage == "done"
    counter.fresh()
    counter.now += timedelta(minutes=10)
    counter.send(mail("Bonjour, finalement mettez 2500 au lieu de 2000 svp. Omar", sender=OMAR, subject="changement", number=2))
    again = counter.only()
    assert (again.id, again.facts, again.judged, again.counts[WROTE]) == (case.id, again.facts, again.judged, 1)
    (told,) = counter.fresh("omar@")
    assert "Une personne le lit et vous répond" in plain(told)
    assert case.ref in plain(told)
    (notice,) = counter.fresh(ADMIN)
    assert "2500 au lieu de 2000" in plain(notice)
    assert case.ref in plain(notice)
    # Long after, or where another waits, it is not guessed.
    counter.now += timedelta(days=40)
    counter.send(mail("Bonjour, finalement mettez 1800 au lieu de 2000 svp. Omar", sender=OMAR, subject="changement", number=3))
    assert len(counter.cases()) == 2


@pytest.mark.parametrize(
    "words", ["finalement 4000", "Annulez svp", "finalement 4000 sachets, pas 2000", "c'est livré quand ?"]
)
def test_what_is_written_of_a_decided_order_is_acknowledged_without_a_promise(words: str) -> None:
    life = waiting()
    life.admin("Je valide")
    before = len(sent(life))
    life.write(words)
    (letter,) = sent(life)[before:]
    assert "Une personne le lit et vous répond ; d'ici là, rien n'y change" in letter
    assert life.status == "validee"


@pytest.mark.parametrize(
    "words", ["finalement 2000", "Retirez les sachets", "Ne lancez rien pour l'instant, on vous rappelle lundi."]
)
def test_a_change_in_the_thread_of_an_order_that_waits_is_acknowledged(words: str) -> None:
    life = waiting()
    before = len(sent(life))
    life.write(words)
    assert life.stage == "waiting_review"
    (letter,) = sent(life)[before:]
    assert "Nous avons bien reçu votre message au sujet de votre commande en attente" in letter


@pytest.mark.parametrize("words", ["merci", "ok", "Parfait, merci", "ok merci", "Thanks!", "d'accord"])
@pytest.mark.parametrize("decided", [False, True])
def test_thanks_and_oks_are_not_answered(words: str, decided: bool) -> None:
    life = waiting()
    if decided:
        life.admin("Je valide")
    before = len(sent(life))
    life.write(words)
    assert sent(life)[before:] == []


def sent(life: Life) -> list[str]:
    """The texts of the receipts."""
    effects = [e for d in life.decisions for e in d.effects if getattr(e.payload, "template", "") == RECEIPT]
    return [" ".join(e.payload.text.split()) for e in effects]  # type: ignore[union-attr]


def test_who_takes_his_order_back_reads_that_it_is_cancelled_and_not_that_we_refuse_it() -> None:
    life = waiting()
    life.write("Bonjour, merci d'annuler ma commande, nous n'en avons plus besoin")
    assert (life.stage, life.status, life.order.refused_by) == ("rejected", "annulee", "customer")
    letter = next(text for template, _, text, _ in life.texts if template == "refusal")
    assert "À votre demande, votre commande" in letter.text
    assert "est annulée : rien ne sera préparé ni facturé" in letter.text
    assert "donner suite" not in letter.text
    other = waiting()
    other.admin("non")
    assert "Nous ne pouvons pas donner suite à votre commande" in other.texts[-1][2].text


# ------------------------------------------------------------------ the administrator


def test_a_yes_to_all_that_waits_is_answered_with_what_waits_and_decides_nothing(counter: Quick) -> None:
    counter.send(
        mail(ORDER, sender=OMAR, subject="commande", number=1), mail(FULL, sender=KARIMA, subject="commande", number=2)
    )
    counter.fresh()
    counter.send(mail("Je valide tout ce qui attend", sender=ADMIN, subject="commandes", number="all"))
    (letter,) = counter.fresh(ADMIN)
    text = plain(letter)
    assert [c.ref in text for c in counter.cases()] == [True, True]
    assert text.count("plusieurs demandes attendent votre avis") == 1
    assert "Chacune se décide par une réponse à son propre avis" in text
    # A yes to the list is none to whichever order it happens to be kept with.
    counter.send(mail("Je valide", sender=ADMIN, answers=letter, number="yes"))
    assert {c.stage for c in counter.cases()} == {"waiting_review"}


@pytest.mark.parametrize(
    "words", ["non", "non, motif : plus de stock", "quantité 500", "je valide avec quantité 600", "Je valide"]
)
def test_a_reply_to_the_list_of_what_waits_decides_and_changes_nothing(counter: Quick, words: str) -> None:
    counter.send(
        mail(ORDER, sender=OMAR, subject="commande", number=1), mail(FULL, sender=KARIMA, subject="commande", number=2)
    )
    counter.send(mail("Je valide tout ce qui attend", sender=ADMIN, subject="commandes", number="all"))
    letter = counter.fresh(ADMIN)[-1]
    facts = [c.facts for c in counter.cases()]
    counter.send(mail(words, sender=ADMIN, answers=letter, number="reply"))
    assert {c.stage for c in counter.cases()} == {"waiting_review"}
    assert [c.facts for c in counter.cases()] == facts
    assert "cette réponse est à une liste" in plain(counter.fresh(ADMIN)[-1])


@pytest.mark.parametrize(
    "words", ["Demandez au client quelle taille il veut", "Demandez-lui pour quelle taille.", "ask him which size"]
)
def test_who_wants_the_customer_asked_is_told_where(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, life.told("customer")) == ("waiting_review", [])
    assert "une question se pose à lui depuis le guichet" in life.texts[-1][2].text


def test_a_yes_asks_nothing() -> None:
    assert [w for w in ("Je valide", "demande validée", "ok", "oui", "non") if puts_question(w)] == []
    assert [w for w in ("non merci", "finalement 3000", "Annulez") if agrees(w)] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Non, motif : plus de stock de ce modèle. Par ailleurs Samir, rappelle-moi.", "plus de stock de ce modèle"),
        ("Non\nMotif : prix trop bas\nSamir, il ne paie jamais", "prix trop bas"),
        ("Non. Motif : rupture chez M. Tazi, retour le 12 mars. Samir rappelle-le", "rupture chez M. Tazi, retour le 12 mars"),
        (
            "Non, motif : notre prix est de 0,20 DH hors taxe pour si peu de\nsacs. Ne lui dites rien d'autre",
            "notre prix est de 0,20 DH hors taxe pour si peu de sacs",
        ),
        ("Non, motif : prix trop bas. Ne lui dites rien d'autre", "prix trop bas"),
        ("Non, raison : plus de kg. il paie mal", "plus de kg"),
        ("non\nmotif : rupture\nil paie mal", "rupture"),
        ("Non, motif : voir réf. 12 du bon no. 5 chez M. Tazi. Samir, rappelle", "voir réf. 12 du bon no. 5 chez M. Tazi"),
        ("Non, motif : trop tard ! Il exagère", "trop tard !"),
    ],
)  # fmt: skip
def test_a_reason_ends_with_its_sentence(words: str, told: str) -> None:
    assert read_reason(replace(REPLY, text=words)) == told


@pytest.mark.parametrize("words", ["no, reason: out of stock", "No. Reason: out of stock", "no\nreason: out of stock"])
def test_a_no_in_english_with_its_reason_is_one(words: str) -> None:
    life = waiting()
    life.admin(words)
    assert (life.stage, "out of stock" in life.texts[-1][2].text) == ("rejected", True)
    for other in ("no, wait for the customer", "no idea, reason: see him", "no, I approve, reason: none"):
        life = waiting()
        life.admin(other)
        assert life.stage == "waiting_review", other


# ------------------------------------------------------------------ what adds to what is decided


def test_an_addition_to_a_decided_order_names_it_and_goes_where_that_goes_to_be_verified(counter: Quick) -> None:
    counter.send(mail(f"{ORDER}. Livraison au 12 rue des Oliviers, Casablanca", sender=OMAR, subject="commande", number=1))
    first = counter.only()
    counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number="yes"))
    counter.fresh()
    counter.now += timedelta(minutes=10)
    text = "j'oubliais, rajoutez 500 sacs poignées torsadées kraft svp"
    counter.send(mail(text, sender=OMAR, subject="encore une chose", number=2))
    (second,) = [c for c in counter.cases() if c.id != first.id]
    assert (second.kind, second.stage) == ("COMMANDE", "waiting_review")
    was, now = first.fact("delivery_address"), second.fact("delivery_address")
    assert was is not None
    assert now is not None
    assert (now.value, now.origin, now.confidence < 0.6) == (was.value, "inherited", True)
    (notice,) = counter.fresh(ADMIN)
    told = " ".join(plain(notice).split())
    assert f"une demande de cette personne est déjà validée ({first.ref}" in told
    (receipt,) = counter.fresh("omar@")
    assert f"Elle complète peut-être votre commande {first.ref}, déjà validée" in " ".join(plain(receipt).split())
    # A new order that says nothing of the kind is one by itself.
    counter.send(mail("Bonjour, je commande 700 sachets fond plat kraft", sender=OMAR, subject="commande", number=3))
    third = max(counter.cases(), key=lambda c: (c.opened_at, c.fact("quantity").value.amount))  # type: ignore[union-attr]
    assert (third.beside == second.beside, third.fact("delivery_address")) != (True, now)


def test_a_change_that_may_be_of_several_decided_orders_names_them(counter: Quick) -> None:
    for n, what in enumerate(("2000 sachets fond plat kraft", "3000 sacs poignées plates")):
        counter.send(mail(f"Bonjour, je commande {what}", sender=OMAR, subject="commande", number=n))
        counter.send(mail("Je valide", sender=ADMIN, answers=counter.fresh(ADMIN)[-1], number=f"yes{n}"))
    refs = {c.ref for c in counter.cases() if c.stage == "done"}
    assert len(refs) == 2
    counter.fresh()
    counter.send(mail("Bonjour, finalement mettez 2500 au lieu de 2000 svp. Omar", sender=OMAR, subject="changement", number=9))
    (notice,) = counter.fresh(ADMIN)
    assert all(ref in plain(notice) for ref in refs)
    (told,) = counter.fresh("omar@")
    assert "Une personne de l'équipe va le lire" in plain(told)


@pytest.mark.parametrize("words", ["Annulez cette commande svp", "Attendez, ne lancez pas cette commande svp"])
def test_a_stop_of_somebody_else_who_cites_an_order_is_seen_before_a_yes(counter: Quick, words: str) -> None:
    counter.send(mail(FULL, sender=OMAR, subject="commande", number=1))
    (receipt,), (notice,) = counter.fresh(OMAR), counter.fresh(ADMIN)
    counter.send(mail(words, sender="compta@ailleurs.example", answers=receipt, number="else"))
    assert any("compta@ailleurs.example, écrit au sujet de cette demande" in plain(one) for one in counter.fresh(ADMIN))
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number="yes"))
    assert [c.stage for c in counter.cases() if c.ref in plain(notice)] == ["waiting_review"]
