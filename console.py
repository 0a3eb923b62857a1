"""What the commands of daemon.py do: each asks the assembly for its parts and gives back data or a sentence."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assembly import (
    SQLITE,
    VERSION,
    chosen,
    daemon_state,
    database_of,
    keys_of,
    now,
    open_house,
    open_store,
    reading_setup,
    sole_daemon,
)
from core.errors import PortError, UserError
from core.ports import Health
from core.wording import zone_text
from settings import Settings
from spools import open_spool, share_folder, spool_folder, whole_folder
from switchboard import LOCAL_ADDRESS

if TYPE_CHECKING:
    from core.case import Case
    from core.directive import Business, Directive
    from engine.evaluation import Evaluation
    from engine.office import Office
    from store import SqlStore
    from store.crypto import Keys

#: A service that gave no sign of life for so long is not running.
SILENT = timedelta(minutes=2)


@contextlib.contextmanager
def reading_store(settings: Settings) -> Iterator[SqlStore]:
    """The store beside a running daemon. Raises UserError when there is none yet."""
    own = not settings.database_url.get_secret_value()
    if own and not (settings.data_dir / "guichet.db").exists():
        raise UserError(
            "il n'y a pas encore de données ici",
            where=str(settings.data_dir),
            todo="lancez d'abord « daemon.py run », ou réglez DATA_DIR",
        )
    store = open_store(settings, keys_of(settings))
    try:
        yield store
    finally:
        store.close()


def run_check(settings: Settings, *, online: bool = False) -> tuple[list[str], list[str]]:
    """(problems, lines that say what was checked). ``online`` also tries every outside system, changing nothing."""
    from engine.directives import DirectiveErrors, load_all
    from engine.examples import run_examples
    from store.engine import connect

    problems: list[str] = []
    lines: list[str] = []
    try:
        loaded = load_all(settings.directives_dir)
    except DirectiveErrors as errors:
        return [str(p) for p in errors.problems], lines
    for name in chosen(settings, loaded):
        business = loaded[name]
        failed = run_examples(business)
        number = sum(len(d.examples) for d in business.directives)
        problems += failed
        kinds = ", ".join(d.kind for d in business.directives)
        lines.append(f"{name} : {kinds} ; {number} exemples, {len(failed)} en défaut ; révision {business.revision[:12]}")
    try:
        connect(database_of(settings))
    except UserError as error:
        problems.append(str(error))
    real = "la boîte " + settings.gmail_email if settings.has_mailbox else "un dossier de .eml (pas de boîte réglée)"
    lines.append(f"courrier : {real}")
    lines.append(f"administrateur : {_administrator(settings)}")
    lines.append(f"réponses : {_proof(settings)}")
    served = {name: loaded[name] for name in chosen(settings, loaded)}
    if any(directive.read_files for business in served.values() for directive in business.directives):
        from scanners import lacking

        lines.append(f"fichiers lus : {lacking(settings, served) or 'tout ce que les directives demandent peut être lu'}")
    if online:
        for name, health in outside(settings, loaded):
            (lines if health.ok else problems).append(f"{name} : {health.detail or 'ça répond'}")
    return problems, lines


def _administrator(settings: Settings) -> str:
    """Where what concerns the administrator goes, and what is missing for it to reach him."""
    if settings.phones_admin:
        return f"{settings.admin_phone} (WhatsApp)"
    if not settings.admin_email:
        return "aucun (ADMIN_EMAIL) — les demandes complexes attendront"
    if settings.has_mailbox:
        return settings.admin_email
    told = settings.outbox_dir or settings.data_dir / "outbox"
    where = f"{settings.admin_email}, mais sans boîte rien ne lui est envoyé : ses messages restent dans {told}"
    return where + (" (ADMIN_PHONE les ferait partir par WhatsApp)" if settings.twilio_account_sid else "")


def _proof(settings: Settings) -> str:
    """What proves who wrote a yes by mail, and what is wrong with it where the mailbox's server signs by another name."""
    told = f"un oui par courrier compte quand {settings.authserv_id or 'personne'} en atteste l'expéditeur (AUTHSERV_ID)"
    gmail = settings.imap_host.strip().casefold().endswith((".gmail.com", ".googlemail.com", ".google.com"))
    if not settings.has_mailbox or gmail or settings.authserv_id != Settings.model_fields["authserv_id"].default:
        return told
    return (
        f"attention, {settings.authserv_id} est le nom de Gmail et le courrier vient de {settings.imap_host} : aucun oui par courrier "
        "ne pourra être vérifié\n  → réglez AUTHSERV_ID : le premier mot de l'en-tête Authentication-Results d'un message reçu dans "
        "cette boîte"
    )


def outside(settings: Settings, loaded: Mapping[str, Business]) -> Iterator[tuple[str, Health]]:
    """Every outside system with how it is."""
    from switchboard import Switchboard, claude, ticket_properties

    keys = keys_of(settings)
    store = open_store(settings, keys)
    try:
        switchboard = Switchboard(settings, open_spool(settings, keys), now)
        office = unbound_office(keys, settings, lambda name: loaded[name])
        for outlet in switchboard.outlets(store, office, "", lambda: ticket_properties(loaded.values())):
            try:
                yield outlet.system, outlet.check()
            finally:
                outlet.close()
        if settings.anthropic_api_key.get_secret_value():
            model = claude(settings, open_spool(settings, keys))
            yield "modèle", model.check()
            model.close()
        if settings.openai_api_key.get_secret_value():
            from scanners import transcriber

            hearing = transcriber(settings)
            yield "transcription", hearing.check()
            hearing.close()
        for inbox in switchboard.inboxes():
            try:
                next(iter(inbox.poll(store.cursor(inbox.name), _Everything(), 1)), None)
                yield f"boîte {inbox.name}", Health(True, "elle s'ouvre")
            except PortError as error:
                yield f"boîte {inbox.name}", Health(False, str(error))
            finally:
                inbox.close()
    finally:
        store.close()


def unbound_office(keys: Keys, settings: Settings, business: Callable[[str], Business]) -> Office:
    """An office for outlets that send nothing: no case is looked up in it."""
    from engine.office import Office

    return Office(keys.token, settings.admin_email, "guichet.invalid", "", business, _no_case)


class _Everything:
    """A ledger that knows everything already, so that a look at an inbox takes nothing."""

    def unknown(self, external_ids: Sequence[str]) -> list[str]:  # noqa: ARG002
        return []


def _no_case(case: Case) -> Directive:
    raise LookupError(case.id)


def explain_paths(settings: Settings, paths: Sequence[str], stage: str) -> Iterator[dict[str, Any]]:
    """One answer a mail, in order; many are spread over processes."""
    from engine.directives import load_all
    from engine.many import explain_all

    loaded = load_all(settings.directives_dir)
    setup = reading_setup(settings, loaded)
    pool = None
    if any(directive.read_files for business in setup.businesses for directive in business.directives):
        from engine.papers import PaperPool
        from scanners import tools_of

        pool = PaperPool(lambda: tools_of(settings))
    try:
        yield from explain_all(
            paths,
            setup,
            admin_email=settings.admin_email,
            stage=stage,
            now=now(),
            open_file=pool.read if pool is not None else None,
        )
    finally:
        if pool is not None:
            pool.close()


def evaluate_lessons(settings: Settings, business: str, directives: Path | None) -> tuple[Evaluation, Evaluation | None]:
    """What people have labelled, through the directives as they stand, and through those of ``directives`` where it is given.

    Raises UserError where there is nothing to measure, or documents are broken.
    """
    from engine.directives import DirectiveErrors, load_all, load_business
    from engine.evaluation import evaluate, labelled

    def load(folder: Path) -> dict[str, Business]:
        try:
            # One business's folder will do: the others stay as they are.
            return {folder.resolve().name: load_business(folder)} if (folder / "business.md").is_file() else load_all(folder)
        except DirectiveErrors as errors:
            raise UserError("ces directives ne se lisent pas : " + " ; ".join(str(p) for p in errors.problems[:5])) from None

    standing = load(settings.directives_dir)
    names = chosen(settings, standing)
    if business and business not in names:
        raise UserError(f"« {business} » n'est pas un métier servi ici", todo="un de : " + ", ".join(names))
    with reading_store(settings) as store:
        examples = labelled(store, business)
    before = evaluate(examples, [standing[name] for name in names])
    if directives is None:
        return before, None
    edited = standing | load(directives)
    return before, evaluate(examples, [edited[name] for name in chosen(settings, edited)])


def _unregistered(settings: Settings, store: SqlStore) -> dict[str, int]:
    """How many requests are older than their register, by its name; {} where all are in it or the documents are broken."""
    from engine.directives import DirectiveErrors, load_all

    try:
        loaded = load_all(settings.directives_dir)
        served = [loaded[name] for name in chosen(settings, loaded)]
    except (DirectiveErrors, UserError):
        return {}
    kept = {(b.name, d.name): d.register["fr"] for b in served for d in b.directives if d.register}
    counts = {name: store.unregistered(business, [directive]) for (business, directive), name in kept.items()}
    return {name: number for name, number in counts.items() if number}


def zone_of(settings: Settings, business: str = "") -> str:
    """The IANA zone that people are told times in: that business's, else the first one's served; UTC where documents are broken."""
    from engine.directives import DirectiveErrors, load_all

    try:
        loaded = load_all(settings.directives_dir)
        return loaded[business if business in loaded else chosen(settings, loaded)[0]].zone
    except (DirectiveErrors, UserError, IndexError):
        return "UTC"


def status_of(settings: Settings) -> dict[str, Any]:
    """What waits, what is wrong: ``healthy``, ``running`` and ``troubles`` (sentences) beside the store's figures."""
    when, zone = now(), zone_of(settings)
    place = ZoneInfo(zone)
    with reading_store(settings) as store:
        found = store.status(when)
        found["calls"] = calls_of(store, when)
        found["healed"] = store.last_healed()
        nodes = store.nodes()
        found["registers"] = _unregistered(settings, store)
        if settings.anthropic_api_key.get_secret_value():
            from engine.understanding import model_status

            found["model"] = model_status(store, when, settings.anthropic_model, settings.anthropic_monthly_budget)
        if settings.openai_api_key.get_secret_value():
            from core.model import voice
            from engine.understanding import model_status

            found["voices"] = model_status(store, when, voice(settings.openai_model), settings.openai_monthly_budget)
    troubles: list[str] = []
    signs = [datetime.fromisoformat(lane["at"]) for lane in found["lanes"].values() if lane["at"]]
    last = max(signs, default=None)
    found["nodes"] = [asdict(node) for node in nodes]
    if database_of(settings).startswith("sqlite"):
        alone = daemon_state(settings)
        found["running"], died = alone == "runs", alone == "died"
    else:
        found["running"] = any(node.state != "dead" for node in nodes)
        died = bool(nodes) and not found["running"]
    troubles += [
        f"nœud « {node.name} » : plus de signe de vie depuis le {node.seen_at.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)}) ; "
        "les autres ont repris son travail"
        for node in nodes
        if node.state == "dead" and found["running"]
    ]
    if last is not None and not found["running"] and (died or when - last >= SILENT):
        troubles.append(
            f"le service ne tourne pas : dernier signe de vie le {last.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)})"
        )
    found["never"] = last is None and not found["running"]
    if found["never"]:
        troubles.append("le service n'a encore jamais tourné ici : lancez « daemon.py run » (ou « systemctl start guichet »)")
    # A service that ended as it was told to, or a single round: no trouble yet, and nobody at work either.
    found["stopped"] = last.isoformat() if last is not None and not found["running"] else None
    for name, lane in found["lanes"].items():
        if not lane["ok"]:
            troubles.append(f"{name} : {lane['detail']}")
        elif found["running"] and name.startswith("intake:"):
            good = datetime.fromisoformat(lane["good_at"]) if lane["good_at"] else None
            limit = max(SILENT, 3 * timedelta(seconds=settings.imap_poll_seconds))
            if good is not None and when - good > limit:
                troubles.append(
                    f"{name} : dernière relève réussie le {good.astimezone(place):%d/%m à %H:%M:%S} ({zone_text(zone)})"
                )
    waiting = sum(n for states in found["effects"].values() for s, n in states.items() if s == "parked")
    waiting += found["messages"].get("parked", 0)
    if waiting:
        troubles.append(f"{waiting} chose{'s' * (waiting > 1)} à régler par une personne : daemon.py parked")
    found |= {"healthy": not troubles, "troubles": troubles, "version": VERSION, "zone": zone}
    return found


def calls_of(store: SqlStore, when: datetime) -> dict[str, dict[str, Any]]:
    """Calls to outside systems today (UTC): {system: {"calls": n, "statuses": {status: n}, "budget": n, "left": n}}."""
    found: dict[str, dict[str, Any]] = {}
    for _, system, status, number in store.calls_since(when.date()):
        one = found.setdefault(system, {"calls": 0, "statuses": {}})
        one["calls"] += number
        one["statuses"][status] = number
    for system, budget in store.budgets(when.date()).items():
        found.setdefault(system, {"calls": 0, "statuses": {}}).update(budget=budget.most, left=budget.left)
    return found


def case_of(settings: Settings, ref: str) -> dict[str, Any] | None:
    """A case with its effects and its history, JSON-like."""
    from core import codec

    with reading_store(settings) as store:
        case = _find(store, ref)
        if case is None:
            return None
        found = _in_words(settings, store, case)
        return {
            "case": codec.plain(case),
            **({"told": found} if found is not None else {}),
            "zone": zone_of(settings, case.business),
            "effects": [
                {"key": r.effect.key, "kind": r.effect.kind, "state": r.state, "error": r.error, "attempts": r.attempts}
                for r in store.outbox(case.id)
            ],
            "history": [
                {"seq": seq, "at": e.at.isoformat(), "kind": e.kind, "author": e.author, "text": e.text, "data": dict(e.data)}
                for seq, e in store.history(case.id)
            ],
        }


def _in_words(settings: Settings, store: SqlStore, case: Case) -> dict[str, Any] | None:
    """What the desk shows of the case, None where the directive that it began with cannot be read any more."""
    from engine.directives import load_all
    from engine.sheet import case_sheet, directive_of

    try:
        loaded = load_all(settings.directives_dir)
    except UserError:
        loaded = {}
    directive = directive_of(case, loaded, store.directives)
    return case_sheet(case, directive, store.raised(case.id, now())) if directive is not None else None


def _find(store: SqlStore, ref: str) -> Case | None:
    wanted = ref.strip().strip("[]#").partition("-")[0].upper()
    case_id = store.find([wanted], [], []).by_ref.get(wanted)
    return store.cases([case_id]).get(case_id) if case_id else None


def act_on(settings: Settings, ref: str, action: str, amount: str, note: str, author: str) -> str:
    """Hand an operator's act to the clerk; the sentence to print. Raises UserError."""
    import getpass
    from decimal import Decimal, InvalidOperation

    from core import codec
    from core.events import OperatorActed
    from core.judging import judges
    from core.ports import PendingEvent
    from core.rows import digest_of
    from engine.directives import load_all

    allowed = ("validate", "reprice", "refuse", "ask", "answer", "note", "close")
    if action not in allowed:
        raise UserError(f"« {action} » n'est pas une action", todo="une de : " + ", ".join(allowed))
    value: Decimal | None = None
    if amount:
        try:
            value = Decimal(amount.replace(",", "."))
        except InvalidOperation:
            raise UserError(f"« {amount} » n'est pas un nombre", where="--amount") from None
        if not value.is_finite() or value <= 0:
            raise UserError("un montant supérieur à zéro est attendu", where="--amount")
    if action in ("ask", "answer", "note") and not note.strip():
        raise UserError(f"« {action} » demande un texte", todo=f'act {ref} {action} --note "…"')
    with reading_store(settings) as store:
        case = _find(store, ref)
        if case is None:
            raise UserError(f"aucun dossier ne porte la référence {ref}")
        business = load_all(settings.directives_dir).get(case.business)
        directive = business.directive(case.directive) if business is not None else None
        # Where a person judges the fields, the yes is to those of this moment, and there is no price to name.
        mark = digest_of(case, directive) if action == "validate" and directive is not None and judges(directive) else ""
        if action in ("validate", "reprice") and value is None and not mark:
            raise UserError(f"« {action} » demande un montant", todo=f"act {ref} {action} --amount 2")
        when = now()
        who = author or getpass.getuser()
        event_id = f"command:{secrets.token_hex(8)}"
        event = OperatorActed(event_id, when, action, who, "command", value, note, mark)  # type: ignore[arg-type]
        store.add_event(PendingEvent(event_id, case.id, "operator", codec.dump(event).decode(), when))
    return f"Noté pour le dossier {case.ref} ; le service s'en charge dès qu'il tourne."


def settle_parked(settings: Settings, ids: Sequence[str], what: str) -> int:
    """Retry or drop parked things; how many."""
    import getpass

    with reading_store(settings) as store:
        wanted = [row.id for row in store.parked()] if list(ids) == ["all"] and what == "retry" else list(ids)
        if what == "retry":
            return store.retry(wanted, now(), getpass.getuser())
        return store.drop(wanted, getpass.getuser(), now())


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for long work, where somebody watches; what moves it: (done, of)."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def back_up(settings: Settings, to: Path, keep: int) -> str:
    """Back up, and let all but the newest ``keep`` go (0: none); the sentence to print."""
    from store.backup import backup, prune

    with reading_store(settings) as store, progress("Fichiers") as told:
        made = backup(store, whole_folder(settings, keys_of(settings)), to, now(), told)
        gone = prune(to, keep, keys_of(settings)) if keep else 0
    key = "SECRET_KEY" if settings.secret_key.get_secret_value() else str(settings.data_dir / "secret.key")
    return (
        f"Sauvegarde faite : {made}\n"
        + (f"{gone} plus ancienne{'s' * (gone > 1)} effacée{'s' * (gone > 1)}.\n" if gone else "")
        + f"Gardez aussi {key}, à part : sans cette clé la sauvegarde est illisible.\n"
        "Les fichiers des clients y sont, scellés ; les dossiers FILES_DIR et OUTBOX_DIR n'y sont pas."
    )


def put_back(settings: Settings, source: Path, *, force: bool) -> str:
    """Restore; the sentence to print."""
    from store.backup import restore

    if not settings.secret_key.get_secret_value() and not (settings.data_dir / "secret.key").is_file():
        raise UserError(
            "il manque la clé de ces données",
            where=str(settings.data_dir / "secret.key"),
            todo="copiez-y le fichier secret.key d'origine, ou réglez SECRET_KEY, puis recommencez",
        )
    with sole_daemon(settings), progress("Fichiers") as told:
        keys = keys_of(settings)
        restore(source, database_of(settings), spool_folder(settings), keys=keys, now=now(), force=force, progress=told)
        share_folder(settings, keys)
    return f"Remis depuis {source}. Ce qui était en cours sera vérifié dehors avant d'être refait."


def move_store(settings: Settings, *, files: bool) -> list[str]:
    """Move DATA_DIR/guichet.db to the PostgreSQL database of DATABASE_URL; the lines to print. Raises UserError, PortError."""
    from store import open_store as open_
    from store.move import move, moved_to

    old, url = settings.data_dir / SQLITE, database_of(settings)
    gone = moved_to(old)
    if url.startswith("sqlite"):
        raise UserError("réglez d'abord la base d'arrivée", where="DATABASE_URL", todo="postgresql://guichet@serveur/guichet")
    if gone is None:
        raise UserError("il n'y a pas de base SQLite à déménager ici", where=str(old))
    if gone:
        raise UserError(f"ces données ont déjà été déménagées vers {gone}", where=str(old))
    if files and not settings.spool_bucket:
        raise UserError(
            "les fichiers des clients seraient sur cette machine seule",
            where="SPOOL_BUCKET",
            todo="réglez un compartiment que toutes les machines partagent, ou ajoutez --keep-files pour rester sur celle-ci",
        )
    with sole_daemon(settings):
        if any(path.is_file() for path in (settings.data_dir / "door").rglob("*")):
            raise UserError(
                "des webhooks reçus attendent encore d'être rangés",
                where=str(settings.data_dir / "door"),
                todo="ôtez DATABASE_URL, lancez « daemon.py run --once », puis recommencez",
            )
        keys = keys_of(settings)
        number = share_folder(settings, keys) if files else 0
        source = open_(f"sqlite:///{old.absolute()}", keys=keys, now=now())
        try:
            with progress("Lignes") as told:
                done = move(source, url, now(), told)
        finally:
            source.close()
    lines = [f"{name} : {rows}" for name, rows in done.rows.items() if rows]
    lines.append(f"{sum(done.rows.values())} lignes déménagées ; journal intact ({done.audit.rows} lignes, chaîne vérifiée).")
    if files:
        lines.append(f"{number} fichiers dans le compartiment {settings.spool_bucket}.")
    else:
        lines.append(f"Les fichiers restent dans {spool_folder(settings)} : une seule machine peut travailler.")
    lines.append(f"{old} ne sert plus ; gardez-le jusqu'à la prochaine sauvegarde.")
    if not settings.secret_key.get_secret_value():
        lines.append(
            f"Les autres machines ont besoin de la même clé : SECRET_KEY, le contenu de {settings.data_dir / 'secret.key'}."
        )
    return lines


def play_demo(settings: Settings, folder: Path, *, once: bool) -> int:
    """The demonstration, in a folder of its own and with no real account, whatever the settings say."""
    import shutil

    from engine.demo import Demo
    from engine.logs import configure

    marker = folder / "guichet-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise UserError("ce dossier n'est pas celui d'une démonstration : il ne sera pas effacé", where=str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "outbox").mkdir(parents=True)
    marker.touch()
    play = Settings(
        data_dir=folder, directives_dir=settings.directives_dir, business=settings.business, admin_email="patron@studio.example"
    )
    bare = {
        n: Settings.model_fields[n].default for n in ("gmail_email", "inbox_dir", "outbox_dir", "files_dir", "database_url")
    }
    play = play.model_copy(update={**bare, "authserv_id": "mx.guichet.demo"})
    configure("WARNING")
    house = open_house(play)
    demo = Demo(house, folder, to=LOCAL_ADDRESS, authserv_id=play.authserv_id, status=lambda: status_of(play))
    return demo.play(once=once)
