"""The composition root: the only file that names everything. Settings in, a running house out.

Heavy modules are imported where they are needed, so that a command or a worker loads no more than its own part.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.outside import Count
from core.ports import Spool
from data_folder import SQLITE, database_of, keys_of, secret_of, sole_daemon
from processors.phone import country_of
from settings import Settings
from spools import described, open_spool, place_of
from switchboard import Switchboard, own_addresses, sender_of, ticket_properties

if TYPE_CHECKING:
    from core.directive import Business
    from core.nodes import Nodes
    from edge import Service
    from engine.house import House
    from engine.pipeline import Setup
    from engine.published import Published
    from engine.understanding import Understanding
    from store import SqlStore
    from store.crypto import Keys

log = logging.getLogger("guichet")

VERSION = "3.0.0"
Now = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


# ------------------------------------------------------------------ parts


def open_store(settings: Settings, keys: Keys, clock: Now = now) -> SqlStore:
    """The store, migrated to this version. Raises UserError."""
    from store import open_store as open_

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    left = settings.data_dir / SQLITE
    if not database_of(settings).startswith("sqlite") and left.is_file():
        from store.move import moved_to

        if moved_to(left) == "":
            raise UserError(
                "ce dossier a encore sa base SQLite, et DATABASE_URL en désigne une autre : tout recommencerait de zéro",
                where=str(left),
                todo="« daemon.py move-store » la déménage ; sinon ôtez-la de là, ou réglez un autre DATA_DIR",
            )
    return open_(database_of(settings), keys=keys, now=clock())


def chosen(settings: Settings, names: Mapping[str, Any]) -> list[str]:
    """The businesses that BUSINESS names, in that order; all of them when it is empty. Raises UserError."""
    wanted = [n.strip() for n in settings.business.split(",") if n.strip()]
    for name in wanted:
        if name not in names:
            raise UserError(
                f"le métier « {name} » n'a pas de dossier",
                where="BUSINESS",
                todo=f"dans {settings.directives_dir} il y a : {', '.join(sorted(names)) or 'rien'}",
            )
    return wanted or sorted(names)


def reading_setup(settings: Settings, businesses: Mapping[str, Business]) -> Setup:
    """What reading needs to know."""
    from engine.pipeline import Setup

    return Setup(
        businesses=tuple(businesses[n] for n in chosen(settings, businesses)),
        own_addresses=own_addresses(settings),
        authserv_ids=authserv_ids(settings),
        country=country_of(settings.twilio_whatsapp_number),
    )


def authserv_ids(settings: Settings) -> frozenset[str]:
    """Whose Authentication-Results count."""
    return frozenset(n.strip().casefold() for n in settings.authserv_id.split(",") if n.strip())


# ------------------------------------------------------------------ the whole


def open_house(settings: Settings, clock: Now = now, *, sole: bool = False) -> House:
    """Everything, ready to start. Raises UserError with what to do when it cannot be.

    ``sole``: this process does nothing else, so that others may be forked from it while it has one thread.
    """
    from engine.calls import Calls
    from engine.directives import Directives
    from engine.forks import Forks
    from engine.healing import reading_version
    from engine.house import House
    from engine.office import Office
    from engine.published import Published
    from engine.reader_pool import ReaderPool
    from engine.retention import Periods
    from scanners import documents_of, others_of

    held = contextlib.ExitStack()
    held.enter_context(sole_daemon(settings))
    try:
        secret = secret_of(settings)
        keys = keys_of(settings)
        forks = Forks("reading_worker:reading_template", lambda: init())
        held.callback(forks.close)
        if sole:
            forks.begin(fresh=False)  # before the store has threads
        store = open_store(settings, keys, clock)
        held.callback(store.close)
        directives = Directives(settings.directives_dir, last_good(store, settings))
        for problem in directives.report.errors:
            log.error("the last good directives are used: %s", problem)
        nodes = nodes_of(settings, store)
        names = chosen(settings, directives.current)
        served = names if settings.business else ()
        published = Published(directives, store, clock=clock, shared=nodes is not None, served=served)
        published.follow()
        office = Office(
            secret=keys.token,
            admin_email=settings.admin_email,
            domain=sender_of(settings).rpartition("@")[2],
            public_url=settings.public_url,
            business=published.business,
            directive=published.directive,
            admin_phone=settings.admin_phone.replace(" ", ""),
            phones_admin=settings.phones_admin,
        )
        spool = open_spool(settings, keys)
        calls = Calls(lambda: switchboard.budgets())
        switchboard = Switchboard(settings, spool, clock, calls.count)
        label = directives.current[names[0]].label

        def init() -> dict[str, Any]:
            return {
                "secret": secret,
                "spool": described(settings),
                "documents": {n: directives.documents[n] for n in chosen(settings, directives.current)},
                "own": sorted(own_addresses(settings)),
                "authserv": sorted(authserv_ids(settings)),
                "country": country_of(settings.twilio_whatsapp_number),
            }

        understanding = understanding_of(settings, store, spool, published, clock, calls.count)
        seen = (understanding.model, understanding.paid) if understanding is not None else (None, None)
        others = others_of(settings, store, clock, calls.count, *seen)
        house = House(
            store=store,
            spool=spool,
            inboxes=switchboard.inboxes(),
            outlets=switchboard.outlets(store, office, label, lambda: ticket_properties(directives.current.values())),
            published=published,
            office=office,
            pool=ReaderPool(forks, size=settings.reader_processes),
            understanding=understanding,
            calls=calls,
            clock=clock,
            release=held.close,
            reading=reading_version(VERSION),
            periods=Periods(settings.keep_ignored_days, settings.keep_closed_days, settings.keep_answers_days),
            nodes=nodes,
            documents=documents_of(settings, store, spool, clock, others),
        )
    except BaseException:  # whatever it is, what was opened so far is closed before it goes on its way
        held.close()
        raise
    return house


def nodes_of(settings: Settings, store: SqlStore) -> Nodes | None:
    """Who hands the lanes out, on PostgreSQL, where several machines may share them; None on SQLite."""
    from store.engine import Postgres

    if not isinstance(store.db, Postgres):
        return None
    from store.cluster import ClusterNodes

    name = settings.node_name or socket.gethostname()
    return ClusterNodes(store.db, name=name, version=VERSION, spool=place_of(settings))


def open_service(settings: Settings, *, once: bool) -> House | Service:
    """What the daemon runs: the house, with its edge unless it runs ``once`` or PORT is 0. Raises UserError."""
    dsn = settings.sentry_dsn.get_secret_value()
    if dsn:
        from engine import sentry

        sentry.start(dsn, release=f"guichet@{VERSION}")
    house = open_house(settings, sole=True)
    try:
        if not once:  # the other core has nothing to do while the rest is loaded
            house.reader.pool.warm()
        from hooks import add_pickup, hooks_of

        hooks, door = hooks_of(house, settings, now), None
        # On one machine a verified webhook counts as kept once it lies on its disk; of several, one may be gone for good,
        # so there the database's commit is what is waited for.
        if database_of(settings).startswith("sqlite"):
            from store.doorstep import Doorstep

            folder = settings.data_dir / "door"
            add_pickup(house, hooks, Doorstep(folder, keys_of(settings)), now)
            if any(hook.proof for hook in hooks.values()):
                import door as doors

                secure = settings.public_url.startswith("https://")
                door = partial(doors.told, hooks, folder=folder, secret=secret_of(settings), secure=secure)
        if once or not settings.port:
            return house
        from edge import service_of

        def businesses() -> list[Business]:
            current = house.published.current
            return [current[name] for name in chosen(settings, current)]

        return service_of(house, settings, version=VERSION, businesses=businesses, clock=now, hooks=hooks, door=door)
    except BaseException:  # whatever it is, the house is stopped before it goes on its way
        house.stop()
        raise


def understanding_of(
    settings: Settings, store: SqlStore, spool: Spool, published: Published, clock: Now, count: Count
) -> Understanding | None:
    """What the language model adds, where a key is set."""
    if not settings.anthropic_api_key.get_secret_value():
        return None
    from engine.understanding import Limits, Understanding
    from switchboard import claude

    limits = Limits(budget=settings.anthropic_monthly_budget)
    return Understanding(claude(settings, spool, count), store, business=published.business, clock=clock, limits=limits)


def last_good(store: SqlStore, settings: Settings) -> dict[str, dict[str, str]]:
    """The documents that the store kept last, by business, for a start with a broken folder."""
    found: dict[str, dict[str, str]] = {}
    folder = settings.directives_dir
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        kept = store.last_directives(path.name) if path.is_dir() else None
        if kept is not None:
            found[path.name] = kept[1]
    return found
