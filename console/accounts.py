"""What ``daemon.py user`` and ``daemon.py token`` do: rows only, so they work beside a running service and take effect at once."""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Iterator
from typing import Any

from assembly import now, open_store
from core.accounts import Token, User
from core.errors import UserError
from data_folder import keys_of
from engine.people import People, new_password
from settings import Settings


@contextlib.contextmanager
def people(settings: Settings) -> Iterator[People]:
    """The accounts; the store is made when there is none yet, for the first administrator may come before the first start."""
    keys = keys_of(settings)
    store = open_store(settings, keys)
    try:
        yield People(store, keys.token, clock=now)
    finally:
        store.close()


def author() -> str:
    """Under which name the journal keeps what is done here."""
    return getpass.getuser()


def ask_password(*, generate: bool) -> tuple[str, str]:
    """(the password, what to print of it). From the terminal without echo, twice; else the first line of standard input.

    Never from the command line: every process of the machine can read that. Raises UserError.
    """
    if generate:
        password = new_password()
        return password, f"Mot de passe (montré cette seule fois) : {password}"
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise UserError("aucun mot de passe sur l'entrée standard", todo="ajoutez --generate pour en tirer un au sort")
        return password, ""
    password = getpass.getpass("Mot de passe : ")
    if password != getpass.getpass("Le même encore : "):
        raise UserError("les deux mots de passe diffèrent")
    return password, ""


def add_user(settings: Settings, name: str, role: str, *, generate: bool) -> str:
    """A new account; the sentence to print. Without a role the first one is an administrator, the others agents."""
    with people(settings) as accounts:
        role = role or ("agent" if accounts.users() else "admin")
        password, told = ask_password(generate=generate)
        user = accounts.add(name, role, password, author())
    return f"{user.name} ({user.role}) peut entrer." + (f"\n{told}" if told else "")


def set_password(settings: Settings, name: str, *, generate: bool) -> str:
    """A new password; the sentence to print."""
    with people(settings) as accounts:
        password, told = ask_password(generate=generate)
        accounts.set_password(name, password, author())
    return f"Mot de passe de {name} changé ; ses sessions sont closes." + (f"\n{told}" if told else "")


def user_line(user: User) -> dict[str, Any]:
    """An account as a line of JSON."""
    return {"name": user.name, "role": user.role, "disabled": user.disabled, "created_at": user.created_at.isoformat()}


def token_line(token: Token) -> dict[str, Any]:
    """A token as a line of JSON, without its secret, which is not kept."""
    return {
        "id": token.id,
        "name": token.name,
        "user": token.user,
        "scopes": list(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }
