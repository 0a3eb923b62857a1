"""Which connector verifies and reads which webhook. Part of the composition root beside assembly.py; loads no web."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

from engine.arrivals import Arrivals
from engine.callers import path_of
from engine.hooks import Call, Hook, Lost, Moved, Proof, Told
from engine.house import House
from engine.lanes import Lane
from engine.pickup import Doorstep, Pickup
from settings import Settings
from signatures import now, verifier

if TYPE_CHECKING:
    from connectors.whatsapp.inbox import WhatsAppInbox
    from connectors.whatsapp.outbox import WhatsAppOutlet

#: Seconds that a WhatsApp message waits for its files before it is taken without them: Twilio gives fifteen in all, and one more try.
MEDIA_SECONDS = 5.0
#: Twilio's way of saying "nothing to answer".
TWIML = ('<?xml version="1.0" encoding="UTF-8"?><Response/>', "application/xml")

#: The lane that takes in what the door kept.
PICKUP = "door"
#: Seconds after which it looks by itself: a door that died after it had kept a call rang no bell.
LOOK = 5.0


def add_pickup(house: House, hooks: Mapping[str, Hook], doorstep: Doorstep, clock: Callable[[], datetime]) -> None:
    """Give the house the lane that takes in what lies on the doorstep. Before its start, while no door is open."""
    doorstep.clear()
    arrivals = Arrivals(house.store, house.spool, clock=clock, wake=house.lanes.wake)
    pickup = Pickup(doorstep, {path_of(name): hook for name, hook in hooks.items()}, arrivals.take_all)
    house.lanes.add(Lane(PICKUP, pickup.run, every=LOOK, close=pickup.close, ails=pickup.ails))


def hooks_of(house: House, settings: Settings, clock: Callable[[], datetime]) -> dict[str, Hook]:
    """The webhooks of the systems that are set up."""
    hooks: dict[str, Hook] = {}
    public = settings.public_url
    if settings.twilio_account_sid:
        inbox = next(i for i in house.inboxes if i.channel == "whatsapp")
        token = settings.twilio_auth_token.get_secret_value()
        outlet = cast("WhatsAppOutlet", next(o for o in house.outlets if o.system == "whatsapp"))
        hooks |= whatsapp_hooks(
            cast("WhatsAppInbox", inbox), token=token, public_url=public, budget=MEDIA_SECONDS, closed=outlet.closed
        )
    if secret := settings.hubspot_client_secret.get_secret_value():
        lanes = tuple(f"intake:{i.name}" for i in house.inboxes if i.channel == "hubspot")
        hooks |= hubspot_hook(lanes, secret=secret, public_url=public, clock=clock)
    if secret := settings.clickup_webhook_secret.get_secret_value():
        hooks |= clickup_hook(secret=secret, clock=clock)
    return hooks


def whatsapp_hooks(
    inbox: WhatsAppInbox, *, token: str, public_url: str, budget: float = 0.0, closed: Callable[[str], None] | None = None
) -> dict[str, Hook]:
    """Twilio's two webhooks. Files are waited for ``budget`` seconds at most; those that are late come by polling.

    ``closed`` is told a number to which free text no longer passes (``WhatsAppOutlet.closed``).
    """
    from connectors.whatsapp.signature import form_pairs
    from connectors.whatsapp.webhook import is_message, status

    def message(call: Call) -> Told:
        params = form_pairs(call.body)
        if not is_message(params):
            return became(call)
        return Told(inbox.name, "whatsapp", (inbox.receive(params, budget),))

    def became(call: Call) -> Told:
        found = status(form_pairs(call.body), form_pairs(call.query.encode("latin-1")))
        if found is None or found.outcome != "failed" or not found.key:
            return Told()
        if found.again and closed is not None:
            closed(found.to)
        lost = Lost(found.key, found.sid, found.why, again=found.again)
        return Told(lost=(lost,), wake=("courier:whatsapp",))

    proof = Proof("whatsapp", token, public_url)
    genuine = verifier(proof)
    return {
        "whatsapp": Hook(genuine, message, TWIML, proof=proof),
        "whatsapp/status": Hook(genuine, became, TWIML, proof=proof),
    }


def hubspot_hook(
    lanes: tuple[str, ...], *, secret: str, public_url: str, clock: Callable[[], datetime] = now
) -> dict[str, Hook]:
    """HubSpot's webhook: a bell for the lanes that poll it, nothing more; what it says is read from HubSpot itself."""
    proof = Proof("hubspot", secret, public_url)
    return {"hubspot": Hook(verifier(proof, clock), lambda call: Told(wake=lanes), proof=proof)}


def clickup_hook(*, secret: str, clock: Callable[[], datetime] = now) -> dict[str, Hook]:
    """ClickUp's webhook: status changes of tasks."""
    from connectors.clickup.changes import from_webhook

    def moved(call: Call) -> Told:
        changes = from_webhook(call.body, clock())
        return Told(moved=[Moved(c.task, c.status, c.at, c.key) for c in changes])

    proof = Proof("clickup", secret)
    return {"clickup": Hook(verifier(proof), moved, proof=proof)}
