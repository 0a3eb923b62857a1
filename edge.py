"""The edge put together: the server over a house, and the door before it.

Part of the composition root beside assembly.py; imported only where a port is set, for FastAPI and uvicorn cost megabytes.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from core.directive import Business
from engine.answering import Answering
from engine.desk import Desk
from engine.directives import Report
from engine.erasure import Eraser
from engine.hooks import Hook
from engine.house import House
from engine.standing import FEATURES
from hooks import PICKUP
from settings import Settings, names_in
from switchboard import Switchboard, ticket_properties
from web.app import make_app
from web.doorman import Doorman
from web.options import Options
from web.server import Server

if TYPE_CHECKING:
    from store import SqlStore

#: Seconds after which a thread that computes lets others go on.
SWITCH = 0.0002


@dataclass(slots=True)
class Edge:
    """An edge: its address is taken at once, it answers from ``start`` to ``stop``."""

    desk: Desk
    server: Server
    #: Where webhooks are answered by a process of their own.
    doorman: Doorman | None = None

    def start(self) -> None:
        """Answer. Raises UserError when the server does not come up."""
        # A request changes threads a dozen times; each change waits that long behind a lane that computes (5 ms by default).
        sys.setswitchinterval(SWITCH)
        listening = self.server.start(door=self.doorman is not None)
        if self.doorman is not None:
            self.doorman.start(listening)

    def stop(self, timeout: float = 2.0) -> bool:
        """Before the house: whoever waits is answered, nothing more is let in. Whether it ended in time."""
        if self.doorman is not None:
            self.doorman.stop()
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
        self.edge.desk.reports.warm()

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
    settings: Settings,
    proxies: str = "127.0.0.1,::1",
    door: Callable[[], Mapping[str, Any]] | None = None,
) -> Edge:
    """The edge of a house. ``port`` 0 takes any that is free. Raises UserError when the address cannot be had.

    ``door``: what a process of its own is told (door.told) that answers the webhooks; the house must have the lane then (hooks.add_pickup).
    """
    desk = Desk(
        house,
        version=version,
        clock=clock,
        businesses=businesses,
        outside=outside,
        calls=house.calls.totals,
        eraser=partial(eraser_beside, house, settings, clock),
    )
    app = make_app(desk, options)
    server = Server(app, host, port, proxies=proxies)
    try:
        server.bind()
    except BaseException:  # whatever it is, the desk's threads end before it goes on its way
        desk.close()
        raise
    if door is None:
        return Edge(desk, server)
    doorman = Doorman(server, door, kept=lambda: house.lanes.wake(PICKUP), observe=app.state.observe)
    return Edge(desk, server, doorman)


def service_of(
    house: House,
    settings: Settings,
    *,
    version: str,
    businesses: Callable[[], Iterable[Business]],
    clock: Callable[[], datetime],
    hooks: Mapping[str, Hook],
    door: Callable[[], Mapping[str, Any]] | None = None,
) -> Service:
    """What the daemon runs. Raises UserError when the address cannot be had."""
    real = real_systems(settings)
    asked = [outlet for outlet in house.outlets if outlet.system in real]
    edge = open_edge(
        house,
        host=settings.host,
        port=settings.port,
        version=version,
        options=options_of(settings, hooks),
        businesses=businesses,
        clock=clock,
        outside={feature: system in real for feature, system in FEATURES.items()},
        settings=settings,
        proxies=",".join(names_in(settings.trusted_proxies)),
        door=door,
    )
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
        whatsapp_number=settings.twilio_whatsapp_number.removeprefix("whatsapp:"),
    )


@contextlib.contextmanager
def eraser_beside(house: House, settings: Settings, clock: Callable[[], datetime]) -> Iterator[Eraser]:
    """An eraser for the service that is running, with connections of its own to what is outside: the couriers use theirs."""
    with contextlib.ExitStack() as open_:
        store = cast("SqlStore", house.store)
        properties = partial(ticket_properties, house.published.current.values())
        for outlet in (outlets := Switchboard(settings, house.spool, clock).outlets(store, house.office, "", properties)):
            open_.callback(outlet.close)
        yield Eraser(store, outlets, house.spool, clock)
