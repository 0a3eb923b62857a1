"""Who comes to the desk: logging in and out, sessions, API tokens, changes of accounts. Blocks; safe from any thread.

Passwords are argon2id hashes (argon2-cffi's profile, RFC 9106's for small machines); an unknown name costs the same time as a
wrong password and is told the same. Ids of sessions and API tokens are random and kept only as keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.accounts import (
    ACCOUNT,
    ADDRESS,
    LONGEST_PASSWORD,
    ROLES,
    SCOPES,
    Accounts,
    Person,
    Role,
    Scope,
    Token,
    User,
    folded,
    name_problem,
    password_problem,
)
from core.errors import UserError

#: A session unused for so long is over; and so is any session after that long.
IDLE, LONGEST = timedelta(hours=12), timedelta(days=14)
#: By this beginning, programs that look for leaked secrets know our tokens.
TOKEN_PREFIX = "guichet_"
_LONGEST_SECRET = 200
#: Every so many failures are told in the journal, beside the first: a line each would be the attacker's to write.
_TELL_EVERY = 50


class Denied(Exception):
    """Nobody was let in. ``wait``: seconds until the next try is looked at, 0.0 when this one was wrong."""

    def __init__(self, wait: float = 0.0) -> None:
        super().__init__("denied")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Session:
    """A session just opened. ``secret`` is the browser's to keep."""

    secret: str
    user: User


class People:
    """The accounts of one installation. ``secret`` is the house's key for what leaves it (forms' tokens)."""

    def __init__(
        self, store: Accounts, secret: bytes, *, clock: Callable[[], datetime], hasher: PasswordHasher | None = None
    ) -> None:
        self._store, self._secret, self._clock = store, secret, clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = ""

    # ------------------------------------------------------------------ sessions

    def login(self, name: str, password: str, address: str, old: str = "") -> Session:
        """A new session, always with a new id; ``old`` is the id the browser came with, which ends. Raises Denied.

        ``address`` is where the caller is (a network for IPv6). The try is counted before the password is looked at.
        """
        now = self._clock()
        account, place = f"account:{folded(name)[:200]}", f"address:{address}"
        wait, tries = self._store.attempt([(account, ACCOUNT), (place, ADDRESS)], now)
        if wait:
            raise Denied(wait)
        user = self._store.user(name) if not name_problem(name) else None
        right = self._verify(user, password)
        if user is None or not right or user.disabled:
            if tries[0] in (1, ACCOUNT.free) or max(tries) % _TELL_EVERY == 0:
                # A name that nobody has may be a password typed in the wrong place: it is not kept.
                data = {"user": user.name if user else "", "address": shortened(address), "tries": tries[0]}
                self._store.tell("login_failed", data, "", now)
            raise Denied
        if self._hasher.check_needs_rehash(user.password):
            user = self._store.change_user(user.name, user.name, now, password=self._hash(password), why="rehashed")
        secret = secrets.token_urlsafe(32)
        if not self._store.open_session(secret, user, now, now + LONGEST, shortened(address)):
            raise Denied  # the account was changed in this very moment
        self._store.forgive([account], [place])
        if old:
            self._store.close_session(old)
        return Session(secret, user)

    def logout(self, secret: str) -> None:
        """End the session."""
        self._store.close_session(secret)

    def by_session(self, secret: str) -> Person | None:
        """Whose session it is."""
        if not secret or len(secret) > _LONGEST_SECRET:
            return None
        user = self._store.session(secret, self._clock(), IDLE)
        return Person(user.name, user.role, "session", user.id) if user is not None else None

    def by_token(self, secret: str) -> Person | None:
        """Whose API token it is."""
        if not secret.startswith(TOKEN_PREFIX) or len(secret) > _LONGEST_SECRET:
            return None
        return self._store.bearer(secret, self._clock())

    # ------------------------------------------------------------------ forms

    def form_token(self, purpose: str, bound_to: str) -> str:
        """What a form of ours carries so that no other page can post it: bound to a session, a cookie, a link."""
        plain = f"form\n{purpose}\n{bound_to}".encode("utf-8", "surrogateescape")
        return hmac.new(self._secret, plain, hashlib.sha256).hexdigest()

    def is_form_token(self, given: str, purpose: str, bound_to: str) -> bool:
        """Whether it is that token, in a time that tells nothing of it."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.form_token(purpose, bound_to).encode())

    # ------------------------------------------------------------------ accounts

    def users(self) -> list[User]:
        """Everybody, by name."""
        return self._store.users()

    def add(self, name: str, role: str, password: str, author: str) -> User:
        """A new account. Raises UserError."""
        if problem := name_problem(name) or password_problem(_normal(password), name):
            raise UserError(problem)
        user = User(secrets.token_hex(8), name, _role(role), self._hash(password), False, self._clock())
        self._store.add_user(user, author)
        return user

    def set_password(self, name: str, password: str, author: str) -> None:
        """A new password; the account's sessions end everywhere. Raises UserError."""
        if problem := password_problem(_normal(password), name):
            raise UserError(problem)
        self._store.change_user(name, author, self._clock(), password=self._hash(password))

    def change_own_password(self, person: Person, old: str, new: str, address: str) -> None:
        """By the person himself, who shows the old one; all his sessions end. Raises Denied, UserError."""
        now = self._clock()
        wait, _ = self._store.attempt([(f"password:{person.id}", ACCOUNT), (f"address:{address}", ADDRESS)], now)
        if wait:
            raise Denied(wait)
        user = self._store.user(person.name)
        if not self._verify(user, old):
            raise Denied
        self.set_password(person.name, new, person.author)
        self._store.forgive([f"password:{person.id}"], [f"address:{address}"])

    def set_role(self, name: str, role: str, author: str) -> User:
        """Another role, at once, in open sessions too. Raises UserError."""
        return self._store.change_user(name, author, self._clock(), role=_role(role))

    def set_disabled(self, name: str, disabled: bool, author: str) -> User:
        """Shut out (sessions end, tokens sleep) or let in again. Raises UserError."""
        return self._store.change_user(name, author, self._clock(), disabled=disabled)

    def remove(self, name: str, author: str) -> None:
        """Remove the account, its sessions and tokens. What was done under its name stays in the journal. Raises UserError."""
        self._store.remove_user(name, author, self._clock())

    # ------------------------------------------------------------------ tokens

    def tokens(self) -> list[Token]:
        """All of them, oldest first."""
        return self._store.tokens()

    def add_token(self, name: str, scopes: Sequence[str], author: str, *, user: str = "", days: int = 0) -> tuple[Token, str]:
        """(the token, its secret, which cannot be had again). ``days`` 0: it does not end by itself. Raises UserError."""
        if problem := name_problem(name):
            raise UserError(problem)
        known: list[Scope] = [scope for scope in SCOPES if scope in scopes]
        if not known or set(scopes) - set(SCOPES):
            told = ", ".join(sorted(set(scopes) - set(SCOPES))) or "aucune"
            raise UserError(f"portée inconnue : {told}", todo="une ou plusieurs de : " + ", ".join(SCOPES))
        if days < 0:
            raise UserError("une durée en jours est attendue, 0 pour aucune fin")
        now = self._clock()
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        until = now + timedelta(days=days) if days else None
        token = Token(secrets.token_hex(4), name, user, tuple(known), now, until)
        self._store.add_token(token, secret, author)
        return token, secret

    def revoke_token(self, id: str, author: str) -> Token:
        """Remove it, by its id or its name. Raises UserError."""
        return self._store.revoke_token(id, author, self._clock())

    # ------------------------------------------------------------------ passwords

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def _verify(self, user: User | None, password: str) -> bool:
        """Whether it is the account's; as slow when there is no account."""
        if len(password) > LONGEST_PASSWORD:
            password = ""
        if user is None:
            self._nobody = self._nobody or self._hash(secrets.token_urlsafe(16))
        try:
            return self._hasher.verify(user.password if user is not None else self._nobody, _normal(password)) and bool(user)
        except (VerificationError, InvalidHashError):
            return False


def new_password() -> str:
    """A password nobody guesses (120 bits), without signs that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(4))


def shortened(address: str) -> str:
    """The address as it may be kept: the network, not the machine."""
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return ""
    return str(network.supernet(new_prefix=min(network.prefixlen, 24 if network.version == 4 else 48)))


def _role(text: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise UserError(f"« {text} » n'est pas un rôle", todo="un de : " + ", ".join(ROLES))


def _normal(password: str) -> str:
    """Typed on another keyboard or system, the same password is the same bytes."""
    return unicodedata.normalize("NFKC", password)
