#!/usr/bin/env python3
"""Guichet's command line. Thin: every command asks the assembly for the parts it needs and shows what they say.

run      the service                     check    settings, directives and their examples
demo     a day at the counter, no account needed
explain  what a mail would cause, without doing anything
eval     how well messages are read, by what people have corrected
status   what waits, what is wrong       parked / retry / drop   what needs a person
show     one case, told by the journal   act      decide on a case from the console
audit    has the journal been changed?   backup / restore / move-store (SQLite to PostgreSQL)
user     who may come to the desk        token    who may call the API
webhooks what vendors must know to tell us things at once
person   erase one everywhere, or hand over all that is kept of him
install  systemd units                   canary   a mail to ourselves that must come back
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from commands import deciding, keeping, looking, people, service
from commands.french import FrenchTyper
from commands.telling import ENV

#: In the order in which ``--help`` lists them.
COMMANDS: dict[str, Callable[..., Any]] = {
    "run": service.run,
    "demo": service.demo,
    "check": looking.check,
    "explain": looking.explain,
    "eval": looking.evaluate,
    "status": looking.status,
    "show": looking.show,
    "act": deciding.act,
    "parked": deciding.parked,
    "retry": deciding.retry,
    "drop": deciding.drop,
    "webhooks": keeping.webhooks,
    "audit": keeping.audit,
    "backup": keeping.backup,
    "restore": keeping.restore,
    "move-store": keeping.move_store,
    "install": keeping.install,
    "canary": keeping.canary,
    "version": keeping.version,
}

app = FrenchTyper(
    name="guichet",
    help="Guichet : le comptoir où vos clients écrivent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(people.user_app, name="user")
app.add_typer(people.token_app, name="token")
app.add_typer(people.person_app, name="person")


@app.callback()
def main(
    env_file: Annotated[Path | None, typer.Option("--env-file", help="Fichier de réglages au lieu de .env.")] = None,
) -> None:
    """Guichet : le comptoir où vos clients écrivent."""
    ENV["file"] = env_file


if __name__ == "__main__":
    app()
