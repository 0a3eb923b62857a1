"""In a business of offers too, a reply to the list of what waits sets no price and refuses nothing: it is of none of those it lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.road import JPEG
from tests.test_whatsapp_road_hooks import ADMIN_NUMBER, CLIENT_NUMBER, URL, Line, line

CARVED = "Bonjour, je souhaite modéliser en 3D {}, sculptée et dorée, avec moulures. Quel tarif ?"


def judge(here: Line, text: str, **more: str) -> str:
    """What the administrator is answered."""
    here.bring(here.twilio.receive(ADMIN_NUMBER, text, url=URL, name="Patron", **more))
    before = len(here.bodies(ADMIN_NUMBER))
    here.counter.go_on()
    return "\n".join(here.bodies(ADMIN_NUMBER)[before:])


@pytest.mark.parametrize("text", ["12 crédits", "ok 12 crédits", "non", "Je valide"])
def test_a_reply_to_the_list_prices_and_refuses_nothing(tmp_path: Path, text: str) -> None:
    with line(tmp_path / "data") as here:
        judge(here, "Bonjour")
        for number, thing in ((CLIENT_NUMBER, "une cheminée"), ("+33600000077", "une commode")):
            media = (("image/jpeg", JPEG + thing.encode()),)
            here.bring(here.twilio.receive(number, CARVED.format(thing), url=URL, media=media))
            here.counter.go_on()
        assert [c.stage for c in here.counter.cases()] == ["waiting_review"] * 2
        listed = judge(here, "12 crédits")
        assert all(case.ref in listed for case in here.counter.cases())
        assert "Chacune se décide par une réponse à son propre avis" in listed
        assert "Répondez à ce message" not in listed
        sid = [one["sid"] for one in here.twilio.sent if one["to"] == f"whatsapp:{ADMIN_NUMBER}"][-1]
        told = judge(here, text, OriginalRepliedMessageSid=sid)
        assert "cette réponse est à une liste : elle ne décide et ne change rien" in told
        assert "Chacune se décide par une réponse à son propre avis" in told
        assert "Répondez à ce message" not in told
        assert [(c.stage, c.price, c.quote) for c in here.counter.cases()] == [("waiting_review", None, None)] * 2
        assert all("crédit" not in body for body in here.bodies(CLIENT_NUMBER))
