"""``daemon.py install``: the systemd units, with the paths and the account of this installation."""

from __future__ import annotations

import re
from pathlib import Path

from core.errors import UserError

#: The folder of this installation.
ROOT = Path(__file__).resolve().parent.parent
#: The folder with the units as they are for an installation in /opt/guichet.
UNITS = ROOT / "systemd"
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
