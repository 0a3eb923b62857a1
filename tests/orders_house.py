"""A house that takes orders, with a season of them: for the pages, the exports and the screenshots of registers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.desk_house import arrive
from tests.fakes.twilio import Twilio
from tests.quick import Quick
from tests.road import ROOT, mail
from tests.web_help import Running, running

#: (days before now, who, name, subject, text): what customers of a packaging maker write.
LETTERS: tuple[tuple[float, str, str, str, str], ...] = (
    (27, "achats@boulangerie-atlas.example", "Boulangerie Atlas", "Commande sachets",
     "Bonjour,\n\nNous commandons 10 000 sachets fond plat kraft brun à 0,32 MAD HT pièce, livraison le 20 mars 2026.\n\nCordialement"),
    (24, "karim@epicerie-noor.example", "Karim Bennani", "Sacs torsadés",
     "Bonjour, il me faut 5 000 sacs fond carré avec poignées torsadées, prix unitaire 1,85 MAD HT, pour le 15 mars 2026. Merci"),
    (21, "commandes@maison-argan.example", "Maison Argan", "Bon de commande 2026-114",
     "Bonjour,\n\nVeuillez livrer :\n- 3 000 sacs fond carré avec poignées plates à 1,40 MAD\n"
     "- 2 000 sachets fond plat à 0,35 MAD\n\nLivraison le 12 mars 2026."),
    (18, "achats@boulangerie-atlas.example", "Boulangerie Atlas", "Réassort",
     "Bonjour,\n\nNous commandons 12 000 sachets fond plat kraft brun à 0,32 MAD HT pièce, livraison le 28 mars 2026."),
    (14, "salma@traiteur-zitoun.example", "Salma Zitoun", "Commande traiteur",
     "Bonjour, je voudrais commander 1 500 sacs fond carré sans poignées blancs, 0,90 MAD TTC pièce, pour le 5 avril 2026."),
    (9, "karim@epicerie-noor.example", "Karim Bennani", "Commande",
     "Salam, il nous faut 6 000 sacs fond carré avec poignées torsadées à 1,85 MAD HT, livraison le 30 mars 2026."),
    (6, "achat@librairie-medina.example", "Librairie Médina", "Sacs imprimés",
     "Bonjour,\nNous souhaitons commander 800 sacs fond carré avec poignées plates imprimés deux couleurs à 2,10 MAD l'unité, "
     "total 1 900 MAD. Livraison le 25 mars 2026."),
    (4, "commandes@maison-argan.example", "Maison Argan", "Nouvelle commande",
     "Bonjour, merci de préparer 4 000 sacs fond carré avec poignées plates à 1,40 MAD pour le 10 avril 2026."),
    (2.2, "achats@boulangerie-atlas.example", "Boulangerie Atlas", "Sachets, grosse quantité",
     "Bonjour,\n\nNous commandons 90 000 sachets fond plat kraft brun à 0,32 MAD HT pièce, livraison le 2 avril 2026."),
    (1.5, "contact@cafe-des-arts.example", "Café des Arts", "Commande de sacs",
     "Bonjour, nous avons besoin de sacs avec poignées torsadées pour fin mars."),
    (0.4, "salma@traiteur-zitoun.example", "Salma Zitoun", "Comme d'habitude",
     "Bonjour, même commande que la dernière fois s'il vous plaît, 2 000 pièces."),
    (0.1, "karim@epicerie-noor.example", "Karim Bennani", "kif dima", "Salam, kif dima 3afak"),
)  # fmt: skip
#: How many of the first letters were validated; one of them is rejected instead.
JUDGED, REJECTED = 7, 4


class Phones:
    """Twilio on the house's clock, which goes on past the grace for webhooks."""

    def __init__(self) -> None:
        self.web: Running | None = None
        self.twilio = Twilio(clock=lambda: self.web.counter.now.timestamp() if self.web is not None else 0.0)

    @property
    def settings(self) -> dict[str, Any]:
        """The house's, with that channel on."""
        return {
            "twilio_account_sid": self.twilio.account, "twilio_auth_token": self.twilio.auth_token,
            "twilio_whatsapp_number": self.twilio.number.removeprefix("whatsapp:"), "twilio_base_url": self.twilio.url,
        }  # fmt: skip

    def write(self, number: str, *media: tuple[str, bytes], text: str = "") -> None:
        """Somebody writes from his phone."""
        self.twilio.receive(number, text, media=media)
        assert self.web is not None
        self.web.counter.pass_time(seconds=100)


@contextmanager
def orders_house(
    folder: Path, *, directives: Path | None = None, house: dict[str, Any] | None = None, **options: Any
) -> Iterator[Running]:
    """A running house of the packaging maker's alone."""
    settings = {"business": "sacherie", "directives_dir": directives or ROOT / "directives", **(house or {})}
    with running(folder, house=settings, **options) as web:
        yield web


def order(
    counter: Quick, text: str, *, sender: str = "client@client.example", subject: str = "Commande", number: int = 1
) -> str:
    """Mail in an order and let it be worked on: the id of its case."""
    before = {case.id for case in counter.cases()}
    counter.pass_time(minutes=1)
    arrive(counter, mail(text, sender=sender, subject=subject, number=number))
    (fresh,) = {case.id for case in counter.cases()} - before
    return fresh


def fill(web: Running) -> None:
    """The season: letters on their days, the first ones judged by Anne."""
    counter, desk = web.counter, web.edge.desk
    now = counter.now
    for number, (days, sender, name, subject, text) in enumerate(LETTERS):
        counter.now = now - timedelta(days=days)
        arrive(counter, mail(text, sender=f"{name} <{sender}>", subject=subject, number=number + 1))
        (case,) = [c for c in counter.cases() if c.opened_at == max(x.opened_at for x in counter.cases())]
        if number < JUDGED:
            counter.now += timedelta(hours=3)
            action = "refuse" if number == REJECTED else "validate"
            desk.acts.give(case.id, action, author="Anne", note="Prix à revoir avec le client" if action == "refuse" else "")
            counter.settle()
    counter.now = now
    counter.settle()
