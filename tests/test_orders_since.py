"""What the customer writes after the notice and nobody applied: an older yes is void, everybody who decides sees it first."""

from __future__ import annotations

import pytest

from core.alerts import alerts_of
from core.rows import addressed, digest_of
from processors.continuing import inquires
from processors.courtesy import acknowledges, chases, thanks
from tests.browser import text_of
from tests.desk_house import arrive
from tests.orders_house import order
from tests.orders_life import ADMIN, FULL, Life, waiting
from tests.orders_people import TEXT, Program, person
from tests.road import ADMIN as BOSS
from tests.road import mail, plain
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)

TWO = "Bonjour, commande :\n- 1000 sachets fond plat kraft\n- 500 sacs poignées plates\nLivraison le 20 mars."
STOP = "On réfléchit encore, ne lancez rien pour l'instant"
#: (the order, what its customer writes about it, what the facts do not have of it).
SINCE = [
    (TWO, "finalement 2000 sachets kraft, pas 1000"),
    (FULL, STOP),
    (FULL, "Attendez, ne lancez pas encore la fabrication svp."),
    (FULL, "Merci beaucoup, mais mon patron veut réfléchir"),
    (FULL, "Avez-vous bien reçu ma commande ? Ne lancez rien avant mon accord."),
    (FULL, "Avez-vous bien reçu ma commande et pouvez-vous attendre ?"),
    (FULL, "stop"),
]


def ordered(text: str) -> Life:
    life = Life()
    life.write(text)
    assert life.told("admin") == ["admin_review"]
    return life


def values(life: Life) -> list[object]:
    """What the lines and fields say, however surely."""
    return [(address, fact.value) for address, fact in addressed(life.order.facts, life.directive)]


def raised(life: Life, rule: str = "further") -> list[str]:
    return [a.name for a in alerts_of(life.order, life.directive, (), life.now) if a.rule == rule]


@pytest.mark.parametrize(("first", "text"), SINCE)
def test_a_yes_older_than_what_the_customer_wrote_since_is_void_and_shows_it_first(first: str, text: str) -> None:
    life = ordered(first)
    facts, page, notice = values(life), digest_of(life.order, life.directive), life.notices[-1].key
    life.write(text)
    assert (values(life), life.stage) == (facts, "waiting_review")
    assert raised(life) == ["message_non_repris"]
    # He is told at once, with the words before all else, and not as of a new order.
    assert life.told("admin") == ["admin_review", "admin_review"]
    told = life.texts[-1][2]
    assert told.subject.startswith("À juger à nouveau (à vérifier) : ")
    assert 0 < told.text.index(f"rien n'en est repris : « {text} »") < told.text.index("Je valide")
    assert "a passé une commande" not in told.text
    # By mail, and by whatever shows a digest.
    life.admin("Je valide", to=notice)
    assert (life.stage, life.order.judged) == ("waiting_review", None)
    assert text in life.texts[-1][2].text.partition("Répondez à ce message")[0]
    refused = life.act("validate", digest=page)
    assert ([r.rule for r in refused.reasons], text in refused.reasons[0].text) == (["no-effect"], True)
    assert life.order.judged is None
    assert [r.rule for r in life.act("correct", digest=page, facts=life.order.facts[:1]).reasons] == ["no-effect"]
    # Who has seen it decides, and then it is settled.
    life.admin("Je valide")
    assert (life.stage, raised(life), life.order.untaken) == ("done", [], ())


def test_a_yes_that_nothing_ties_counts_no_more_once_the_customer_wrote_again() -> None:
    life = waiting()
    life.write(STOP)
    life.admin("Je valide", to="")
    assert life.order.judged is None


def test_a_reminder_has_what_nobody_applied_too() -> None:
    life = waiting()
    life.write(STOP)
    life.late("review.remind.0")
    assert (life.told("admin")[-1], STOP in life.texts[-1][2].text.partition("Répondez")[0]) == ("admin_reminder", True)


@pytest.mark.parametrize(
    "text", ["Merci !", "Bien reçu, merci beaucoup.", "Parfait merci à vous\n\nÀ bientôt", "Thanks a lot!"]
)
def test_thanks_take_no_yes_away(text: str) -> None:
    life = waiting()
    life.write(text)
    assert (life.told("admin"), raised(life), life.order.further) == (["admin_review"], [], ())
    life.admin("Je valide", to=life.notices[0].key)
    assert life.stage == "done"


@pytest.mark.parametrize(
    "text", ["ok 👍", "OK", "C'est noté, merci", "je valide", "👍 merci", "Got it, thanks!", "d'accord", "واخا"]
)
def test_who_only_takes_note_voids_no_yes_before_the_decision_and_opens_nothing_after_it(text: str) -> None:
    life = waiting()
    life.write(text)
    assert (life.told("admin"), life.told("customer"), life.order.further) == (["admin_review"], [], ())
    life.admin("Je valide", to=life.notices[0].key)
    assert life.stage == "done"
    life.write(text)
    assert (life.told("admin"), raised(life, "wrote")) == (["admin_review"], [])


def test_what_a_person_had_asked_is_answered_by_an_ok() -> None:
    life = waiting()
    life.act("ask", note="Les mêmes que la dernière fois ?")
    life.write("ok")
    assert [one.words for one in life.order.further] == ["ok"]


@pytest.mark.parametrize("text", ["Alors ??", "toujours pas de réponse ?", "Bonjour, des nouvelles svp ?", "Any news?"])
def test_who_only_asks_for_news_is_told_of_and_voids_no_yes(text: str) -> None:
    life = waiting()
    life.write(text)
    assert (life.told("admin"), life.order.further) == (["admin_review", "admin_question"], ())
    life.admin("Je valide", to=life.notices[0].key)
    assert life.stage == "done"


@pytest.mark.parametrize(
    "text",
    ["oui", "ok mais attendez", "ok à condition", "d'accord\nNon", "ok pour 500", "ok, et le blanc ?", "alors annulez", "alors en blanc",
     "ok annulez", "parfait en blanc",
     "c'est bon pour demain", "des nouvelles du blanc ?", "alors stop", "ok stop", "je valide la moitié", "so cancel"],
)  # fmt: skip
def test_what_is_more_than_a_note_or_a_question_for_news_is_neither(text: str) -> None:
    assert not acknowledges(text)
    assert not chases(text)
    life = waiting()
    life.write(text)
    life.admin("Je valide", to=life.notices[0].key)
    assert life.order.judged is None


@pytest.mark.parametrize(
    "text", ["merci de ne rien lancer", "merci, mais attendez", "Merci ?", "Merci\nNon Merci Stop", "ok", "", "merci 500",
             "Merci pour votre attention\nAttendez mon accord", "👍", "👍 merci 500"]
)  # fmt: skip
def test_what_is_more_than_thanks_is_not_taken_for_them(text: str) -> None:
    assert not thanks(text)


def test_who_thanks_may_sign_with_his_name() -> None:
    assert thanks("Merci, à bientôt\n\nNadia Bennani", "Nadia Bennani")
    assert not thanks("Merci\n\nAnnulez", "Nadia Bennani")


def test_a_question_after_an_order_is_one_only_where_it_asks_for_nothing_else() -> None:
    assert inquires("Bonjour,\navez-vous bien reçu ma commande ? Merci d'avance\n")
    assert not inquires("avez-vous reçu ma commande ? il y a une erreur")
    assert inquires("Ma commande est-elle bien arrivée ?")
    assert inquires("Bonjour, est-ce que ma commande vous est bien parvenue ?")
    assert not inquires("Ma commande est arrivée cassée")
    assert not inquires("Ma commande est-elle bien arrivée ? Sinon annulez")


def test_what_changed_the_order_is_told_first_when_it_is_shown_again() -> None:
    life = waiting()
    life.write("Pardon, plutôt 8000 sacs fond carré poignées torsadées.")
    told = life.texts[-1][2]
    assert told.subject.startswith("À juger à nouveau : ")
    head = told.text.partition("Répondez à ce message")[0].replace("\u202f", " ")
    assert "le client a écrit depuis : « Pardon, plutôt 8000" in head
    assert "quantité : 8000 pièces au lieu de 10 000 pièces" in head
    assert raised(life) == []
    life.admin("Je valide", to=life.notices[0].key)
    assert life.order.judged is None


def test_a_change_that_is_taken_back_leaves_the_first_yes_void() -> None:
    life = waiting()
    life.write("Pardon, plutôt 8000 sacs fond carré poignées torsadées.")
    life.write("finalement 10 000 sacs fond carré poignées torsadées")
    life.admin("Je valide", to=life.notices[0].key)
    assert life.order.judged is None


def test_what_was_written_before_the_first_notice_is_in_it() -> None:
    life = Life()
    life.write("Bonjour, il nous faut des sacs à poignées torsadées")
    life.write("Je réfléchis encore, ne lancez rien avant mon retour")
    life.write("5000")
    told = life.texts[-1][2]
    assert (told.template, told.subject.startswith("Commande à valider (à vérifier)")) == ("admin_review", True)
    assert "ne lancez rien avant" in told.text.partition("Répondez")[0]
    assert "à juger à nouveau" not in told.text


def test_a_cancellation_nobody_vouches_for_is_shown_and_decides_nothing() -> None:
    life = waiting()
    life.write("annulez tout", vouched=False)
    assert (life.stage, life.told("admin")) == ("waiting_review", ["admin_review", "admin_review"])
    head = life.texts[-1][2].text.partition("Répondez")[0]
    assert ("annulez tout" in head, "n'a pas pu être vérifié" in head) == (True, True)


def test_who_judges_is_told_that_the_customer_cancelled() -> None:
    life = waiting()
    life.write("annulez tout")
    assert (life.stage, life.told("admin"), life.told("customer")) == (
        "rejected", ["admin_review", "admin_decided"], ["refusal"],
    )  # fmt: skip
    told = life.texts[-1][2].text
    assert "annulée par le client : il n’y a plus rien à valider" in told
    assert "annulez tout" in told


@pytest.mark.parametrize("words", ["Je valide", "non", "0,60 l'unité", "pourquoi ?", "quantité 6000"])
@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("cancelled", "déjà annulée par le client le 2 mars 2026 à 09:10 : rien n’est validé"),
        ("validated", f"déjà validée le 2 mars 2026 à 09:10 par {ADMIN} : votre réponse n’y change rien"),
        ("refused", "déjà refusée le 2 mars 2026 à 09:05 par anne : rien n’est validé"),
        ("closed", "déjà close le 2 mars 2026 à 09:05 : rien n’est validé"),
    ],
)
def test_whoever_answers_a_decided_order_is_told_its_state(how: str, state: str, words: str) -> None:
    life = waiting()
    notice = life.notices[-1].key
    if how == "cancelled":
        life.write("annulez tout")
    elif how == "validated":
        life.admin("Je valide")
    else:
        life.act({"refused": "refuse", "closed": "close"}[how])
    stage, before = life.stage, len(life.texts)
    life.admin(words, to=notice)
    ((template, audience, told, _),) = life.texts[before:]
    assert (life.stage, template, audience) == (stage, "admin_decided", "admin")
    assert f"- {state}\n" in told.text
    assert words in told.text


@pytest.mark.parametrize(
    "words",
    ["quantité 6000, convenu avec le client", "quantité 6000 (accord avec le client)", "6000, agreed with the customer"],
)
def test_who_says_in_a_reply_what_was_agreed_with_the_customer_is_told_where_that_is_said(words: str) -> None:
    life = waiting()
    assert "convenu depuis avec le client se corrige dans le guichet" in " ".join(life.texts[-1][2].text.split())
    life.admin(words)
    assert (life.order.judged, life.order.fact("quantity").value.amount) == (None, 10_000)  # type: ignore[union-attr]
    told = " ".join(life.texts[-1][2].text.split())
    assert "en cochant « Accord avec le client » ; une réponse ne sait pas le dire" in told


def test_thanks_after_a_decision_need_no_answer_and_a_robot_gets_few() -> None:
    life = waiting()
    life.admin("Je valide")
    before = len(life.texts)
    life.admin("Merci beaucoup !", to=life.notices[0].key)
    assert life.texts[before:] == []
    for _ in range(9):
        life.admin("Je valide", to=life.notices[0].key)
    assert [t[0] for t in life.texts[before:]] == ["admin_decided"] * 6


@pytest.mark.parametrize("text", [STOP, "Merci beaucoup, mais mon patron veut réfléchir", "finalement 9000 au lieu de 10 000"])
@pytest.mark.parametrize("end", ["validated", "cancelled"])
def test_what_comes_after_the_decision_is_to_be_looked_at_until_somebody_does(text: str, end: str) -> None:
    life = waiting()
    if end == "validated":
        life.admin("Je valide")
    else:
        life.write("annulez tout")
    life.write(text)
    assert raised(life, "wrote") == ["message_apres_decision"]
    assert (life.told("admin")[-1], text in life.texts[-1][2].text) == ("admin_question", True)
    life.act("note", note="vu")
    assert raised(life, "wrote") == []


def test_a_message_that_is_no_order_is_not_called_one(web: Running) -> None:
    counter = web.counter
    arrive(
        counter,
        mail("Bonjour, pourriez-vous nous faire un devis pour 20 000 sacs torsadés ?", sender="p@atlas.example", number=1),
    )
    (first,) = counter.fresh("p@atlas.example")
    counter.fresh()
    arrive(counter, mail("Avez-vous pu avancer sur mon devis ?", sender="p@atlas.example", answers=first, number=2))
    (told,) = [plain(m) for m in counter.fresh(BOSS)]
    assert "Avez-vous pu avancer" in told
    assert [w for w in ("cette commande", "LA COMMANDE", "État", "Reconnu") if w in told] == []


def test_thanks_alone_in_a_new_mail_are_filed_without_a_word_while_an_order_waits_too(web: Running, program: Program) -> None:
    counter = web.counter
    case_id = order(counter, TEXT, sender="a@atlas.example")
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    counter.fresh()
    arrive(counter, mail("merci beaucoup !", sender="a@atlas.example", subject="merci", number=2))
    assert counter.fresh() == []
    assert [c.stage for c in counter.cases() if c.id != case_id] == ["done"]
    assert program("GET", f"/api/orders/{case_id}").json["digest"] == seen
    # One that asks for something beside it is shown.
    arrive(counter, mail("Merci beaucoup ! Pouvez-vous me rappeler ?", sender="a@atlas.example", subject="merci", number=3))
    assert [str(m["To"]) for m in counter.fresh(BOSS)]
    assert program("GET", f"/api/orders/{case_id}").json["digest"] != seen


def test_desk_and_api_show_it_and_refuse_what_was_seen_before(web: Running, program: Program) -> None:
    counter, desk = web.counter, web.edge.desk
    case_id = order(counter, TEXT, sender="a@atlas.example")
    (receipt,) = counter.fresh("a@atlas.example")
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    arrive(counter, mail(STOP, sender="a@atlas.example", answers=receipt, number=2))
    again = program("GET", f"/api/orders/{case_id}").json
    assert again["digest"] != seen
    assert [a["rule"] for a in again["order"]["alerts"] if a["urgent"]] == ["further"]
    assert [(one["words"], one["taken"]) for one in again["further"]] == [(STOP, False)]
    refused = program("POST", f"/api/orders/{case_id}/validate", {"digest": seen})
    assert (refused.status, "ne lancez rien pour l'instant" in refused.json["error"]) == (409, True)
    marc = person(web, "marc")
    for page in (f"/orders/{case_id}", f"/cases/{case_id}"):
        shown = text_of(marc.get(page))
        assert shown.index("Le client a écrit, et rien n’en est repris") < shown.index(STOP)
    assert "Un message du client n'est pas repris" in text_of(marc.get("/alerts"))
    assert desk.registers.alert_counts()["message_non_repris"] == 1
    assert program("POST", f"/api/orders/{case_id}/validate", {"digest": again["digest"]}).status == 200
    assert "message_non_repris" not in desk.registers.alert_counts()
    assert "rien n’en est repris" not in text_of(marc.get(f"/orders/{case_id}"))


def test_after_a_yes_a_stop_in_the_thread_stands_on_the_pages_the_alerts_and_the_api(web: Running, program: Program) -> None:
    counter = web.counter
    case_id = order(counter, TEXT, sender="a@atlas.example")
    (receipt,) = counter.fresh("a@atlas.example")
    seen = program("GET", f"/api/orders/{case_id}").json["digest"]
    assert program("POST", f"/api/orders/{case_id}/validate", {"digest": seen}).status == 200
    arrive(counter, mail(STOP, sender="a@atlas.example", answers=receipt, number=2))
    marc = person(web, "marc")
    for page in (f"/orders/{case_id}", "/alerts"):
        assert "un message est arrivé après la décision" in text_of(marc.get(page)).casefold(), page
    assert "message_apres_decision" in [a["name"] for a in program("GET", f"/api/orders/{case_id}").json["order"]["alerts"]]


def test_a_message_that_was_made_an_order_of_its_own_is_not_to_be_applied_here(web: Running) -> None:
    counter, desk = web.counter, web.edge.desk
    case_id = order(counter, TWO, sender="a@atlas.example")
    (receipt,) = counter.fresh("a@atlas.example")
    arrive(counter, mail("finalement 2000 sachets kraft, pas 1000", sender="a@atlas.example", answers=receipt, number=2))
    view = desk.cases.view(case_id)
    assert len(view.case.untaken) == 1
    (number,) = view.action("separate").choices
    desk.acts.give(case_id, "separate", author="marc", note=number)
    counter.settle()
    assert desk.cases.view(case_id).case.untaken == ()
    assert any("ouvre le sien" in plain(m).partition("Répondez")[0] for m in counter.fresh(BOSS))


@pytest.mark.parametrize(("first", "text"), SINCE)
def test_who_is_asked_to_be_clearer_sees_what_the_customer_wrote_since(first: str, text: str) -> None:
    life = ordered(first)
    life.write(text)
    life.admin("peut-être, à voir avec Samir")
    letter = life.texts[-1][2].text
    assert text in " ".join(letter.split())
    assert "À VÉRIFIER D'ABORD" in letter
    assert "la réponse n'est ni un oui" in letter
    assert life.stage == "waiting_review"


@pytest.mark.parametrize("end", ["non", "annulez ma commande svp"])
def test_a_yes_under_a_no_is_told_of(end: str) -> None:
    life = waiting()
    if end == "non":
        life.admin(end)
    else:
        life.write(end)
    assert life.stage == "rejected"
    before = life.told("admin")
    life.write("je valide")
    assert len(life.told("admin")) > len(before)
