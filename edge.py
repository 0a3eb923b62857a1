"""The edge put together: which connector verifies and reads which webhook, and the server over it.

Part of the composition root beside assembly.py; imported only where a port is set, for FastAPI and uvicorn cost megabytes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from core.directive import Business
from engine.answering import Answering
from engine.desk import Desk
from engine.directives import Report
from engine.hooks import Call, Hook, Lost, Moved, Told
from engine.house import House
from engine.standing import FEATURES
from settings import Settings, names_in
from web.app import make_app
from web.options import Options
from web.server import Server

if TYPE_CHECKING:
    from connectors.whatsapp.inbox import WhatsAppInbox
    from connectors.whatsapp.outbox import WhatsAppOutlet

#: Seconds after which a thread that computes lets others go on.
SWITCH = 0.0002
#: Seconds that a WhatsApp message waits for its files before it is answered: Twilio gives fifteen in all, and one more try.
MEDIA_SECONDS = 5.0
#: Twilio's way of saying "nothing to answer".
TWIML = ('<?xml version="1.0" encoding="UTF-8"?><Response/>', "application/xml")


@dataclass(slots=True)
class Edge:
    """An edge: its address is taken at once, it answers from ``start`` to ``stop``."""

    desk: Desk
    server: Server

    def start(self) -> None:
        """Answer. Raises UserError when the server does not come up."""
        # A webhook changes threads a dozen times; each change waits that long behind a lane that computes (5 ms by default).
        sys.setswitchinterval(SWITCH)
        self.server.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """Before the house: whoever waits is answered, nothing more is let in. Whether it ended in time."""
        self.desk.closing.set()
        ended = self.server.stop(timeout)
        self.desk.close()
        return ended


@dataclass(slots=True)
class Service:
    """A house with its edge: what the daemon runs."""

    house: House
    edge: Edge
    answering: Answering

    def start(self) -> None:
        """First the lanes, then the door."""
        self.house.start()
        self.answering.start()
        self.edge.start()

    def run_once(self, timeout: float = 3600.0) -> dict[str, str]:
        """As the house; nobody is let in."""
        return self.house.run_once(timeout)

    def reload(self) -> Report:
        """As the house."""
        return self.house.reload()

    def stuck(self) -> list[str]:
        """The lanes that give no sign of life, and the web when its thread is gone."""
        return self.house.stuck() + ([] if self.edge.server.alive else ["web"])

    def troubles(self) -> dict[str, str]:
        """As the house."""
        return self.house.troubles()

    def stop(self, timeout: float = 8.0) -> bool:
        """First the door, then the lanes; whether all ended in time."""
        end = time.monotonic() + timeout
        self.answering.stop()
        ended = self.edge.stop()
        return self.house.stop(max(1.0, end - time.monotonic())) and ended


def open_edge(
    house: House,
    *,
    host: str,
    port: int,
    version: str,
    options: Options,
    businesses: Callable[[], Iterable[Business]],
    clock: Callable[[], datetime],
    outside: Mapping[str, bool],
    proxies: str = "127.0.0.1,::1",
) -> Edge:
    """The edge of a house. ``port`` 0 takes any that is free. Raises UserError when the address cannot be had."""
    desk = Desk(house, version=version, clock=clock, businesses=businesses, outside=outside, calls=house.calls.totals)
    server = Server(make_app(desk, options), host, port, proxies=proxies)
    try:
        server.bind()
    except BaseException:
        desk.close()
        raise
    return Edge(desk, server)


def edge_of(
    house: House,
    settings: Settings,
    *,
    version: str,
    businesses: Callable[[], Iterable[Business]],
    clock: Callable[[], datetime],
) -> Edge:
    """The edge as the settings want it. Raises UserError when the address cannot be had."""
    real = real_systems(settings)
    return open_edge(
        house,
        host=settings.host,
        port=settings.port,
        version=version,
        options=options_of(settings, hooks_of(house, settings, clock)),
        businesses=businesses,
        clock=clock,
        outside={feature: system in real for feature, system in FEATURES.items()},
        proxies=",".join(names_in(settings.trusted_proxies)),
    )


def service_of(
    house: House,
    settings: Settings,
    *,
    version: str,
    businesses: Callable[[], Iterable[Business]],
    clock: Callable[[], datetime],
) -> Service:
    """What the daemon runs. Raises UserError when the address cannot be had."""
    real = real_systems(settings)
    asked = [outlet for outlet in house.outlets if outlet.system in real]
    edge = edge_of(house, settings, version=version, businesses=businesses, clock=clock)
    return Service(house, edge, Answering(asked, house.store, clock=clock))


def real_systems(settings: Settings) -> frozenset[str]:
    """Those of the systems that /health tells of which are set up: behind the others stand our own stand-ins."""
    set_up = {
        "files": bool(settings.r2_access_key_id),
        "crm": bool(settings.hubspot_api_key.get_secret_value()),
        "tasks": bool(settings.clickup_api_key.get_secret_value()),
    }
    return frozenset(system for system, real in set_up.items() if real)


def options_of(settings: Settings, hooks: Mapping[str, Hook]) -> Options:
    """How the edge is set."""
    return Options(
        api_key=settings.api_key.get_secret_value(),
        form_key=settings.form_key.get_secret_value(),
        form_origins=tuple(names_in(settings.form_origins)),
        public_url=settings.public_url,
        metrics_key=settings.metrics_key.get_secret_value(),
        wait=settings.web_wait,
        file_bytes=settings.web_file_bytes,
        fetch_seconds=settings.web_file_seconds,
        form_burst=settings.form_burst,
        form_pause=settings.form_pause,
        hooks=hooks,
    )


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


# ------------------------------------------------------------------ who verifies and reads what


def whatsapp_hooks(
    inbox: WhatsAppInbox, *, token: str, public_url: str, budget: float = 0.0, closed: Callable[[str], None] | None = None
) -> dict[str, Hook]:
    """Twilio's two webhooks. Files are waited for ``budget`` seconds at most; those that are late come by polling.

    ``closed`` is told a number to which free text no longer passes (``WhatsAppOutlet.closed``).
    """
    from connectors.whatsapp.webhook import form_pairs, is_message, status, verify

    def genuine(call: Call) -> bool:
        headers = call.headers
        settings = headers.get("x-twilio-webhooks-signature-settings", "")
        return verify(
            addresses_of(call, public_url), form_pairs(call.body), headers.get("x-twilio-signature", ""), token, settings
        )

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

    return {"whatsapp": Hook(genuine, message, TWIML), "whatsapp/status": Hook(genuine, became, TWIML)}


def hubspot_hook(lanes: tuple[str, ...], *, secret: str, public_url: str, clock: Callable[[], datetime]) -> dict[str, Hook]:
    """HubSpot's webhook: a bell for the lanes that poll it, nothing more; what it says is read from HubSpot itself."""
    from connectors.hubspot.signature import verify

    def genuine(call: Call) -> bool:
        signature = call.headers.get("x-hubspot-signature-v3", "")
        timestamp = call.headers.get("x-hubspot-request-timestamp", "")
        return any(
            verify(
                method=call.method, uri=uri, body=call.body, timestamp=timestamp, signature=signature, secret=secret, now=clock()
            )
            for uri in addresses_of(call, public_url)
        )  # fmt: skip

    return {"hubspot": Hook(genuine, lambda call: Told(wake=lanes))}


def clickup_hook(*, secret: str, clock: Callable[[], datetime]) -> dict[str, Hook]:
    """ClickUp's webhook: status changes of tasks."""
    from connectors.clickup.changes import from_webhook, verify

    def moved(call: Call) -> Told:
        changes = from_webhook(call.body, clock())
        return Told(moved=[Moved(c.task, c.status, c.at, c.key) for c in changes])

    return {"clickup": Hook(lambda call: verify(call.body, call.headers.get("x-signature", ""), secret), moved)}


def addresses_of(call: Call, public_url: str) -> list[str]:
    """The addresses that the caller may have signed."""
    from connectors.whatsapp.webhook import addresses

    return addresses(
        public_url,
        call.target,
        scheme=call.scheme,
        host=call.host,
        forwarded_proto=call.headers.get("x-forwarded-proto", ""),
        forwarded_host=call.headers.get("x-forwarded-host", ""),
    )
