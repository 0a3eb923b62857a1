"""The composition root: the only file that names everything. Settings in, a running house out.

Heavy modules are imported where they are needed, so that a command or a worker loads no more than its own part.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Literal

from core.errors import UserError
from core.outside import Count
from core.ports import Spool
from processors.phone import country_of
from settings import Settings
from spools import described, open_spool, opened, place_of
from switchboard import Switchboard, own_addresses, sender_of, ticket_properties

if TYPE_CHECKING:
    from core.directive import Business
    from core.nodes import Nodes
    from edge import Service
    from engine.forks import Life
    from engine.house import House, Published
    from engine.pipeline import ReadMail, Setup
    from engine.reader import Reading
    from engine.understanding import Understanding
    from store import SqlStore
    from store.crypto import Keys

log = logging.getLogger("guichet")

VERSION = "3.0.0"
#: By how much reading steps back behind the service itself where both want the processor (nice(2)).
READING_NICE = 5
#: The database of one machine, in DATA_DIR.
SQLITE = "guichet.db"
#: Address space of a reading worker.
WORKER_BYTES = 2 * 1024**3
#: Tries to have the lock of a data folder, and the seconds between them.
LOCK_TRIES, LOCK_PAUSE = 3, 0.05
Now = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


# ------------------------------------------------------------------ parts


def secret_of(settings: Settings) -> str:
    """SECRET_KEY, else the one that the first start drew and keeps in DATA_DIR/secret.key (readable by its owner only)."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.data_dir / "secret.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
        found = path.read_text().strip()
    except OSError as error:
        raise UserError(
            f"la clé secrète ne peut être ni lue ni créée ({error.strerror or error})",
            where=str(path),
            todo="donnez au service le droit d'écrire dans DATA_DIR, ou réglez SECRET_KEY",
        ) from None
    if not found:
        raise UserError(
            "ce fichier est vide", where=str(path), todo="remettez la clé depuis une sauvegarde, ou réglez SECRET_KEY"
        )
    return found


def keys_of(settings: Settings) -> Keys:
    """All keys of the installation."""
    from store.crypto import Keys

    return Keys.derive(secret_of(settings))


def database_of(settings: Settings) -> str:
    """The database's URL."""
    given = settings.database_url.get_secret_value()
    return given or f"sqlite:///{(settings.data_dir / SQLITE).absolute()}"


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


@contextlib.contextmanager
def sole_daemon(settings: Settings) -> Iterator[None]:
    """Holds the lock that admits one daemon to a data folder. Raises UserError when another holds it."""
    path = settings.data_dir / "guichet.lock"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
    except OSError as error:
        raise UserError(
            f"le dossier des données ne peut pas être écrit ({error.strerror or error})",
            where=str(settings.data_dir),
            todo="donnez-en le droit d'écriture au compte du service, ou réglez un autre DATA_DIR",
        ) from None
    with lock as file:
        if not _locked(file):
            file.seek(0)
            holder = file.read().strip() or "?"
            raise UserError(
                f"un autre guichet (processus {holder}) travaille déjà sur ces données",
                where=str(settings.data_dir),
                todo="arrêtez-le d'abord, ou réglez un autre DATA_DIR",
            )
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            # Whoever finds a number here and no lock knows that its owner died.
            file.seek(0)
            file.truncate()
            file.flush()


def _locked(file: IO[str]) -> bool:
    """Whether the lock could be had. Tried more than once: ``daemon_state`` may have it for a moment."""
    for last in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if last + 1 < LOCK_TRIES:
                time.sleep(LOCK_PAUSE)
        else:
            return True
    return False


def daemon_state(settings: Settings) -> Literal["runs", "died", "ended"]:
    """How the daemon of this data folder is: the kernel gives its lock back with its last breath, however that comes."""
    try:
        with (settings.data_dir / "guichet.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return "died" if file.read().strip() else "ended"
    except FileNotFoundError:
        return "ended"
    except OSError:
        return "runs"


def open_house(settings: Settings, clock: Now = now, *, sole: bool = False) -> House:
    """Everything, ready to start. Raises UserError with what to do when it cannot be.

    ``sole``: this process does nothing else, so that others may be forked from it while it has one thread.
    """
    from engine.calls import Calls
    from engine.directives import Directives
    from engine.forks import Forks
    from engine.healing import reading_version
    from engine.house import House, Published
    from engine.office import Office
    from engine.reader import ReaderPool
    from engine.retention import Periods
    from scanners import documents_of, others_of

    held = contextlib.ExitStack()
    held.enter_context(sole_daemon(settings))
    try:
        secret = secret_of(settings)
        keys = keys_of(settings)
        forks = Forks("assembly:reading_template", lambda: init())
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


def reading_template(descriptor: int) -> None:
    """The life of the process that the reading workers are forked from (engine.forks starts it)."""
    from engine.forks import serve_forks

    serve_forks(descriptor, reading_life)


def reading_life(told: Mapping[str, Any]) -> Life:
    """How a worker lives, from what the template was told; all that it will use is loaded here, before the first fork."""
    import resource

    from engine.pipeline import warm
    from engine.reader import serve

    setup = setup_told(told)
    warm(setup)

    def live(descriptor: int) -> None:
        # Who waits for an answer of the web must not wait for those that read.
        with contextlib.suppress(OSError):
            os.nice(READING_NICE)
        # A hostile mail must cost its own worker, not the machine.
        resource.setrlimit(resource.RLIMIT_AS, (WORKER_BYTES, WORKER_BYTES))
        serve(descriptor, reading_by(setup, told))

    return live


def setup_told(told: Mapping[str, Any]) -> Setup:
    """What reading needs to know, as the daemon tells it."""
    from engine.directives import compile_business
    from engine.pipeline import Setup

    return Setup(
        businesses=tuple(compile_business(name, documents, trusted=True) for name, documents in told["documents"].items()),
        own_addresses=frozenset(told["own"]),
        authserv_ids=frozenset(told["authserv"]),
        country=told.get("country", ""),
    )


def reading_by(setup: Setup, told: Mapping[str, Any]) -> Reading:
    """What a worker does with a task and with files."""
    from core import codec
    from core.document import Document
    from engine.pipeline import read_mail
    from store.crypto import Keys

    spool = opened(told["spool"], Keys.derive(told["secret"]))

    def read(task: Mapping[str, Any], files: dict[str, bytes]) -> ReadMail:
        raw = spool.get(task["raw"])
        when = datetime.fromisoformat(task["now"])
        known = task.get("documents")
        documents = None if known is None else [codec.revive(Document, one) for one in known]
        return read_mail(
            raw,
            setup,
            now=when,
            hints=task["hints"],
            keep=files.update,
            get=spool.get,
            channel=task["channel"],
            documents=documents,
            account=task.get("inbox", ""),
            digest=task["raw"],
        )

    return read, spool.put_known
