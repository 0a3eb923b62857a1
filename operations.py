"""What the commands for the machine's keeper do: systemd units put in place, the canary, old backups let go."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from assembly import now
from console import reading_store
from core.errors import UserError
from settings import Settings

#: The folder with the units as they are for an installation in /opt/guichet.
UNITS = Path(__file__).resolve().parent / "systemd"
OPT, DATA, ENV, BACKUPS, ACCOUNT = (
    "/opt/guichet",
    "/var/lib/guichet",
    "/etc/guichet/guichet.env",
    "/var/backups/guichet",
    "guichet",
)


def units(*, root: Path, data: str = DATA, env: str = ENV, backups: str = BACKUPS, account: str = ACCOUNT) -> dict[str, str]:
    """Every unit by file name, with the paths and the account of this installation. Raises UserError for a path systemd misreads."""
    for given in (str(root), data, env, backups):
        if not re.fullmatch(r"/[A-Za-z0-9._/+-]+", given):
            raise UserError(
                "systemd lirait mal ce chemin (espaces, %, guillemets)", where=given, todo="choisissez un dossier au nom simple"
            )
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", account):
        raise UserError("ce n'est pas un nom de compte", where=f"--user {account}")
    found: dict[str, str] = {}
    for path in sorted(UNITS.glob("guichet*.*")):
        text = path.read_text("utf-8")
        if data != DATA:
            # systemd makes folders below /var/lib alone; any other is named as one that may be written.
            text = text.replace("StateDirectory=guichet\nStateDirectoryMode=0700\n", f"ReadWritePaths={data}\n")
        etc = str(Path(ENV).parent), str(Path(env).parent)
        for old, new in ((ENV, env), etc, (BACKUPS, backups), (DATA, data), (OPT, str(root))):
            text = text.replace(old, new)
        text = re.sub(r"^(User|Group)=guichet$", rf"\1={account}", text, flags=re.MULTILINE)
        found[path.name] = text
    return found


def place_units(texts: dict[str, str], to: Path) -> list[str]:
    """Write the units into a folder; the lines that tell what to do next. Raises UserError."""
    for name, text in texts.items():
        try:
            to.mkdir(parents=True, exist_ok=True)
            (to / name).write_text(text, "utf-8")
        except OSError as error:
            raise UserError(
                f"cette unité ne peut pas être écrite ({error.strerror or error})",
                where=str(to / name),
                todo="lancez la commande avec sudo, ou donnez un autre dossier (--to)",
            ) from None
    timers = " ".join(name for name in texts if name.endswith(".timer"))
    return [
        f"{len(texts)} unités écrites dans {to}.",
        "Ensuite :",
        "  systemctl daemon-reload",
        "  systemctl enable --now guichet.service",
        f"  systemctl enable --now {timers}",
    ]


def fly_canary(settings: Settings, minutes: float, *, clock: Callable[[], datetime] = now) -> bool:
    """Send ourselves a mail through the running service and wait for it; whether it came back. Raises UserError.

    When it did not, ``status`` and /health show it and the administrator is written to, as far as mail still leaves.
    """
    from engine import canary
    from engine.alerts import alert
    from engine.directives import DirectiveErrors, load_all

    if not settings.has_mailbox:
        raise UserError("aucune boîte n'est réglée : il n'y a pas de courrier à essayer", where="GMAIL_EMAIL")
    with reading_store(settings) as store:
        since = clock()
        was_well = store.notes().get(canary.NOTE, (True, since, None))[0]
        canary.release(store, settings.gmail_email, since)
        if canary.came_back(store, since, minutes * 60):
            return True
        trouble = f"le canari lâché le {since.astimezone():%d/%m à %H:%M} n'est pas revenu en {minutes:g} min"
        when = clock()
        store.note(canary.NOTE, False, trouble, when)
        if was_well:
            try:
                business = next(iter(load_all(settings.directives_dir).values()))
            except DirectiveErrors as errors:
                print(errors, file=sys.stderr)
                return False
            change = alert(business, ("mail", settings.admin_email), canary.NOTE, trouble, when)
            if change is not None:
                store.commit([change], when)
        return False
