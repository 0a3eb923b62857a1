"""People who work at the desk: roles, accounts, sessions, API tokens. What the store keeps of them, and who may do what.

Secrets (session ids, API tokens) are kept only as keyed hashes; passwords as argon2 hashes, sealed. Every change is a line of
the journal under its author's name, in the commit that makes it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

Role = Literal["reader", "agent", "admin"]
#: Each may do all that those before it may.
ROLES: tuple[Role, ...] = ("reader", "agent", "admin")
Scope = Literal["read", "act", "admin"]
#: What a token with that scope may do at most.
SCOPES: Mapping[Scope, Role] = {"read": "reader", "act": "agent", "admin": "admin"}

LONGEST_NAME = 64
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256


def at_least(role: Role, wanted: Role) -> bool:
    """Whether the role may do what the wanted one may."""
    return ROLES.index(role) >= ROLES.index(wanted)


def folded(name: str) -> str:
    """The name as it is compared: two that look alike by case, width or accents' spelling are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def name_problem(name: str) -> str:
    """What is wrong with a new name of a person or a token, '' when nothing is."""
    if not name.strip() or name != name.strip():
        return "un nom est attendu, sans espace autour"
    if len(name) > LONGEST_NAME:
        return f"le nom a {LONGEST_NAME} caractères au plus"
    # Not printable: control characters, and those that turn or hide the text around them.
    return "" if name.isprintable() else "le nom contient un caractère invisible"


def password_problem(password: str, name: str) -> str:
    """What is wrong with a new password, '' when nothing is. Length is what counts; rules about signs only annoy."""
    if len(password) < SHORTEST_PASSWORD:
        return f"le mot de passe a {SHORTEST_PASSWORD} caractères au moins"
    if len(password) > LONGEST_PASSWORD:
        return f"le mot de passe a {LONGEST_PASSWORD} caractères au plus"
    if len(set(password)) < 5 or folded(password) == folded(name):
        return "ce mot de passe se devine : choisissez-en un autre"
    return ""


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``password`` is its argon2 hash."""

    id: str
    name: str
    role: Role
    password: str = field(repr=False)
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An API token without its secret. ``user`` is whose it is, '' for a service's own; ``used_at`` to the hour or so."""

    id: str
    name: str
    user: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. ``id`` is the account's (the token's own for a service); ``token`` names the token, '' in a session."""

    name: str
    role: Role
    how: Literal["session", "token"]
    id: str
    token: str = ""

    def may(self, wanted: Role) -> bool:
        """Whether this person may do what that role may."""
        return at_least(self.role, wanted)

    @property
    def author(self) -> str:
        """Under which name the journal keeps what this person does."""
        return self.name if self.token in ("", self.name) else f"{self.name} ({self.token})"


@dataclass(frozen=True, slots=True)
class Limit:
    """How a throttle grows: ``free`` tries, then a pause that doubles from one second up to ``most``; forgotten after ``forget``."""

    free: int
    most: timedelta
    forget: timedelta

    def pause(self, tries: int) -> timedelta:
        """How long the next try waits after that many."""
        if tries < self.free:
            return timedelta()
        return min(timedelta(seconds=2 ** min(tries - self.free, 30)), self.most)


#: A known account is paused for a minute at most, so that nobody can lock its owner out for long.
ACCOUNT = Limit(5, timedelta(minutes=1), timedelta(hours=1))
ADDRESS = Limit(20, timedelta(minutes=15), timedelta(hours=6))


class Accounts(Protocol):
    """The transactions about accounts. Raises UserError for what cannot be (a name taken, nobody of that name, the last admin)."""

    def users(self) -> list[User]:
        """Everybody, by name."""

    def user(self, name: str) -> User | None:
        """The account of that name, however it is spelt."""

    def add_user(self, user: User, author: str) -> None:
        """A new account."""

    def change_user(
        self,
        name: str,
        author: str,
        now: datetime,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str = "",
        why: str = "",
    ) -> User:
        """Change what is given. A new ``password`` (a hash) and ``disabled`` end all sessions of the account."""

    def remove_user(self, name: str, author: str, now: datetime) -> None:
        """Remove the account with its sessions and tokens."""

    def open_session(self, secret: str, user: User, now: datetime, until: datetime, address: str) -> bool:
        """A session for the account unless it was changed since; ``address`` as the journal may keep it. Removes expired ones."""

    def session(self, secret: str, now: datetime, idle: timedelta) -> User | None:
        """Whose session that is, None when there is none, it is over or was idle for too long, or the account is disabled."""

    def close_session(self, secret: str) -> None:
        """End it, if there is one."""

    def add_token(self, token: Token, secret: str, author: str) -> None:
        """A new token. Raises UserError when ``token.user`` is nobody or its name is taken."""

    def tokens(self) -> list[Token]:
        """All of them, oldest first."""

    def revoke_token(self, id: str, author: str, now: datetime) -> Token:
        """Remove it, by its id or its name."""

    def bearer(self, secret: str, now: datetime) -> Person | None:
        """Who the token stands for: None when it is unknown or over, or its account is disabled."""

    def attempt(self, limits: Sequence[tuple[str, Limit]], now: datetime) -> tuple[float, tuple[int, ...]]:
        """Count a try under each name *before* it is made: (0, how many so far), or (seconds to wait, ()) and nothing counted."""

    def forgive(self, clear: Sequence[str], give_back: Sequence[str]) -> None:
        """The try was good: forget those counts, take it off the others."""

    def tell(self, kind: str, data: Mapping[str, object], author: str, now: datetime) -> None:
        """A line of the journal that belongs to no case."""
