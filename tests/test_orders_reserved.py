"""Days of what somebody tells, checks or waits for are no delivery; who orders under reserve is shown to be."""

from __future__ import annotations

import pytest

from core.alerts import alerts_of
from core.reading import Day
from core.wording import alert_text
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie
from tests.orders_life import Life

ORDER = "Je commande 1000 sacs poignées plates kraft"
TOLD = [
    "je vous redis {}", "je vous dis ça {}", "je vous dirai {} ce qu'il en est", "je dois vérifier avec mon associé {}",
    "je vous tiens au courant {}", "on verra {} avec le patron", "j'attends l'accord de mon chef {}", "mon patron donne son accord {}",
    "{} je vous redis", "on passe {} vous voir", "je passe vous voir {}", "je réfléchis et je décide {}", "je finis l'inventaire {}",
    "on ouvre la boutique {}", "je vous écris {}", "nous consultons la direction {}", "i will let you know {}",
    "we will check {}", "i will get back to you {}", "I am waiting for my boss {}", "ghadi ngoulek {}", "nchouf m3a lpatron {}",
    "kantsenna ljawab {}", "غادي نجاوبك {}",
]  # fmt: skip
DELIVERED = [
    "livraison {}", "pour {}", "je les attends {}", "j'attends ma livraison {}", "je viens les chercher {}", "je passe {} les récupérer",
    "mon chauffeur vient {} chercher", "il me les faut {}", "j'ai jusqu'à {}", "on les veut {}", "we need them {}",
    "bghithom {}", "date : {}",
]  # fmt: skip


def read_day(text: str) -> str | None:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    found = {f.name: f.value for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts}
    value = found.get("delivery_date")
    return value.day.isoformat() if isinstance(value, Day) else None


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("day", ["demain", "vendredi", "le 12 mars"])
def test_the_day_of_what_is_told_or_waited_for_is_no_delivery(told: str, day: str) -> None:
    said = told.format(day)
    assert read_day(f"{ORDER}, {said}") is None
    assert read_day(f"{ORDER}.\n{said[0].upper()}{said[1:]}.") is None
    assert read_day(f"{ORDER}, livraison le 20 mars. {said}") == "2026-03-20"


@pytest.mark.parametrize("said", DELIVERED)
@pytest.mark.parametrize(
    ("day", "wanted"), [("demain", "2026-03-03"), ("vendredi", "2026-03-06"), ("le 12 mars", "2026-03-12")]
)
def test_the_day_of_the_goods_is_read(said: str, day: str, wanted: str) -> None:
    assert read_day(f"{ORDER}, {said.format(day)}") == wanted


def test_a_reply_that_asks_to_wait_changes_no_day() -> None:
    life = Life()
    life.write(f"{ORDER}, livraison le 20 mars.")
    before = life.value("delivery_date")
    life.write("Attendez avant de lancer svp, je dois vérifier avec mon associé, je vous redis demain.", subject="Re: Commande")
    assert life.value("delivery_date") == before


def alerts(text: str) -> list[str]:
    life = Life()
    life.write(text)
    return [
        alert_text(a, life.directive, "fr")
        for a in alerts_of(life.order, life.directive, (), life.now)
        if a.rule == "said" and a.urgent
    ]


@pytest.mark.parametrize(
    "said",
    [
        "sous réserve de l'accord de mon patron que j'attends demain", "si mon patron est d'accord", "en attente de l'accord du gérant",
        "à confirmer", "je vous confirmerai", "je dois voir avec mon associé", "à condition que le prix reste le même",
        "nous attendons l'accord de la direction", "subject to my manager's approval", "pending approval", "if my boss agrees",
        "I'll confirm on Monday", "this is not final", "ila bgha lpatron", "nakkd lik ghda", "في انتظار الموافقة",
        "ne lancez rien avant mon appel", "je vous redis demain", "je te redis ça demain", "on vous redit lundi pour la couleur",
        "mon associé doit encore valider", "le patron doit valider", "je dois encore voir avec mon patron",
        "mon gérant n'a pas encore donné son accord", "je dois quand même vérifier avec Omar", "je vous dis ça lundi",
        "my boss still has to approve it", "I'll let you know", "I need to check with my partner", "ghadi ngoulek ghda",
    ],
)  # fmt: skip
def test_an_order_under_reserve_says_so(said: str) -> None:
    ((told),) = alerts(f"{ORDER}, {said}.")
    assert "sous réserve" in told
    assert "«" in told


@pytest.mark.parametrize(
    "said",
    [
        "livraison le 20 mars", "je confirme", "c'est ferme", "merci de confirmer la réception", "we confirm the order",
        "mon associé a validé", "on doit être livrés le 20, merci de valider vite avec le transporteur", "je vous confirme la commande",
    ],
)  # fmt: skip
def test_an_order_without_reserve_does_not(said: str) -> None:
    assert alerts(f"{ORDER}, {said}.") == []


@pytest.mark.parametrize("said", ["je vous redis demain", "je te redis ça", "on vous redit lundi", "je vous redirai"])
def test_to_say_again_is_no_colour(said: str) -> None:
    life = Life()
    life.write(f"{ORDER}, {said}.")
    assert life.value("nature") == "kraft"
    life.write("finalement en red please")
    assert "red" in str(life.value("nature"))


@pytest.mark.parametrize(
    "said",
    [
        "1000 tout de suite et le reste en janvier", "livraison en deux fois", "en plusieurs livraisons", "500 now and the rest in January",
        "please ship in two deliveries", "livraison fractionnée",
    ],
)  # fmt: skip
def test_what_is_to_come_in_parts_is_shown_first(said: str) -> None:
    (told,) = alerts(f"Je commande 2000 sacs poignées plates kraft, {said}")
    assert told.startswith("à livrer en plusieurs fois : combien et quand")
    assert (
        alerts("Je commande 2000 sacs poignées plates kraft, livraison en janvier, le reste de la lettre est pour Rose") == []
    )


def test_what_is_decided_is_under_no_reserve_any_more() -> None:
    life = Life()
    life.write(f"{ORDER}, sous réserve de l'accord de mon patron.")
    life.admin("Je valide")
    assert life.stage == "done"
    assert all(a.rule != "said" for a in alerts_of(life.order, life.directive, (), life.now))
