"""A fake portal and our CRM on it, for the tests of the HubSpot connector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakes.hubspot import HubSpot

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.crm import HubSpotCrm
from connectors.hubspot.properties import PropertySpec
from core.effects import AddNote, Effect, OpenTicket, Receipt, UpdateTicket, UpsertContact

PIPELINE, NEW, CLOSED = "71530011", "148230455", "148230457"
STATUS = PropertySpec(
    "tickets", "validation_status", "Validation", "enumeration", options=tuple((s, s) for s in ("pending_info", "validated"))
)
CREDITS = PropertySpec("tickets", "credits_estimes", "Crédits", "number")


def client(fake: HubSpot, **more: Any) -> HubSpotClient:
    return HubSpotClient(more.pop("token", fake.token), **({"base": fake.url, "timeout": (2.0, 1.0)} | more))


def crm(fake: HubSpot, *, ready: bool = True, specs: Sequence[PropertySpec] = (STATUS, CREDITS), **more: Any) -> HubSpotCrm:
    made = HubSpotCrm(
        client(fake, **more),
        hub_id="143870112",
        pipeline=PIPELINE,
        stage_new=NEW,
        stage_closed=CLOSED,
        specs=lambda: specs,
    )
    if ready:
        made.ensure_properties()
        fake.forget_calls()
    return made


def effect(key: str, payload: Any) -> Effect:
    return Effect(key, key.partition("/")[0], "crm", payload)


def contact(n: int, **more: Any) -> Effect:
    return effect(f"c{n}/1/0", UpsertContact(**({"email": f"client{n}@example.com", "name": f"Jeanne Client{n}"} | more)))


def ticket(n: int, to: str, **more: Any) -> Effect:
    values: dict[str, Any] = {
        "subject": f"Demande {n}",
        "content": "Bonjour,\n…",
        "contact": to,
        "reference": f"G-{n}",
        "source_id": f"<m{n}@example.com>",
    }
    return effect(f"c{n}/1/1", OpenTicket(**(values | more)))


def note(n: int, to: str, text: str = "une note", **more: Any) -> Effect:
    return effect(f"c{n}/2/0", AddNote(to, text, **more))


def update(n: int, to: str, open: bool | None = None, **values: str) -> Effect:
    return effect(f"c{n}/3/0", UpdateTicket(to, values, open))


def ids(outcomes: Sequence[object]) -> list[str]:
    """The ids of receipts; a failure shows as itself."""
    assert all(isinstance(o, Receipt) for o in outcomes), outcomes
    return [o.id for o in outcomes if isinstance(o, Receipt)]


def lose_an_answer(portal: HubSpot, how: str, match: str) -> None:
    """Have the portal do the next call whose "METHOD /path" matches, and its answer never arrive whole."""
    {
        "cut": lambda: portal.late_success(match=match),
        "silent": lambda: portal.late_success(match=match, silent=1.5),
        "504": lambda: portal.late_error(1, 504, match=match),
        "half": lambda: portal.cut_next(match=match),
        "page": lambda: portal.garble_next(match=match),
    }[how]()
