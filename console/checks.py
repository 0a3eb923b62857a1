"""``daemon.py check``: the settings, the directives with their examples and, where asked for, every outside system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from assembly import chosen, now, open_store
from console.beside import unbound_office
from core.errors import PortError, UserError
from core.ports import Health
from data_folder import database_of, keys_of
from settings import Settings
from spools import open_spool

if TYPE_CHECKING:
    from core.directive import Business


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


class _Everything:
    """A ledger that knows everything already, so that a look at an inbox takes nothing."""

    def unknown(self, external_ids: Sequence[str]) -> list[str]:  # noqa: ARG002
        return []
