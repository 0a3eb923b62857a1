"""Accounts, sessions, tokens and tries as they are kept, on both databases; and the commands that change them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert, select, update

from core.accounts import ADDRESS, Limit, at_least, folded, name_problem, password_problem
from core.errors import UserError
from engine.people import IDLE, LONGEST, Denied, People, new_password, shortened
from store import SqlStore
from store.crypto import Unreadable
from store.spool import FolderSpool
from store.tables import attempts, sessions, tokens, users
from tests.store_help import KEYS, NOW, later

pytest_plugins = ["tests.store_fixtures"]

GOOD, BAD = "un mot de passe assez long", "un autre mot de passe long"

HERE = "192.0.2.7"


class Counting(PasswordHasher):
    """Cheap, and counts what was looked at."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**({"time_cost": 1, "memory_cost": 8, "parallelism": 1} | more))
        self.looked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.looked += 1
        return super().verify(hash, password)


class Desk:
    """Accounts over a store; time goes by when told."""

    def __init__(self, store: SqlStore) -> None:
        self.now: datetime = NOW
        self.store, self.hasher = store, Counting()
        self.people = People(store, b"k" * 32, clock=lambda: self.now, hasher=self.hasher)

    def try_(self, name: str = "anne", password: str = BAD, address: str = HERE) -> float | str:
        """What a try comes to: the session's id, or the seconds to wait (0.0 for a wrong password)."""
        try:
            return self.people.login(name, password, address).secret
        except Denied as denied:
            return denied.wait


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    made = Desk(store)
    made.people.add("anne", "admin", GOOD, "test")
    return made


# ------------------------------------------------------------------ what is kept


def test_secrets_are_kept_as_hashes_and_names_sealed(desk: Desk) -> None:
    session = desk.people.login("anne", GOOD, HERE).secret
    _, token = desk.people.add_token("synchro", ["read"], "test", user="anne")
    with desk.store.db.read() as connection:
        rows = str([connection.execute(select(t)).all() for t in (users, sessions, tokens, attempts)])
    for secret in (session, token, GOOD, "argon2", "anne", "synchro", "192.0.2"):
        assert secret not in rows
    assert "argon2id" in desk.people.users()[0].password
    assert GOOD not in repr(desk.people.users())
    assert "argon2" not in repr(desk.people.users())


def test_a_row_written_behind_our_back_makes_nobody_an_administrator(desk: Desk) -> None:
    desk.people.add("bob", "reader", GOOD, "test")
    with desk.store.db.read() as connection:
        rows = {r.id: r for r in connection.execute(select(users))}
    admin, reader = (u.id for u in desk.people.users())
    swap = update(users).where(users.c.id == reader).values(body=rows[admin].body)
    desk.store.db.write(lambda connection: connection.execute(swap))
    with pytest.raises(Unreadable):
        desk.people.users()
    session = desk.store.db
    planted = insert(sessions).values(secret_hash="0" * 64, user_id=admin, created_at=NOW, seen_at=NOW, until=later(99999))
    session.write(lambda connection: connection.execute(planted))
    assert desk.people.by_session("0" * 64) is None


def test_names_that_look_alike_are_one(desk: Desk) -> None:
    for name in ("Anne", "ANNE", "ａｎｎｅ"):
        with pytest.raises(UserError, match="pris"):
            desk.people.add(name, "reader", GOOD, "test")
        assert isinstance(desk.try_(name, GOOD), str)
    assert folded("Zoe\u0308") == folded("zoë")


@pytest.mark.parametrize("name", ["", " anne", "an\nne", "an\u202ene", "an\0ne", "x" * 65, "\ud800"])
def test_a_name_that_hides_something_is_refused(desk: Desk, name: str) -> None:
    assert name_problem(name)
    with pytest.raises(UserError):
        desk.people.add(name, "reader", GOOD, "test")
    assert desk.try_(name, GOOD) == 0.0


@pytest.mark.parametrize("password", ["", "court", "aaaaaaaaaaaaaaaa", "x" * 257, "ababababababab"])
def test_a_password_that_is_guessed_is_refused(desk: Desk, password: str) -> None:
    assert password_problem(password, "anne")
    with pytest.raises(UserError):
        desk.people.set_password("anne", password, "test")
    assert isinstance(desk.try_(password=GOOD), str)


def test_a_password_is_the_same_on_every_keyboard(desk: Desk) -> None:
    desk.people.set_password("anne", "un mot clé assez long", "test")
    assert isinstance(desk.try_(password="un mot cle\u0301 assez long"), str)
    assert password_problem("Anne Aubert-Villiers", "anne aubert-villiers")


def test_generated_passwords_are_good_and_never_the_same() -> None:
    found = {new_password() for _ in range(50)}
    assert len(found) == 50
    assert not any(password_problem(one, "x") for one in found)


# ------------------------------------------------------------------ roles


def test_the_last_administrator_stays(desk: Desk) -> None:
    people = desk.people
    people.add("bob", "agent", GOOD, "test")
    for change in (
        lambda: people.remove("anne", "test"),
        lambda: people.set_disabled("anne", True, "test"),
        lambda: people.set_role("anne", "agent", "test"),
    ):
        with pytest.raises(UserError, match="dernier administrateur"):
            change()
    people.set_role("bob", "admin", "test")
    people.set_disabled("bob", True, "test")
    with pytest.raises(UserError, match="dernier administrateur"):
        people.remove("anne", "test")
    people.set_disabled("bob", False, "test")
    people.remove("anne", "test")
    assert [u.name for u in people.users()] == ["bob"]
    assert [at_least("agent", role) for role in ("reader", "agent", "admin")] == [True, True, False]


def test_nobody_of_that_name_is_told(desk: Desk) -> None:
    for change in (
        lambda: desk.people.remove("bob", "test"),
        lambda: desk.people.set_role("bob", "admin", "test"),
        lambda: desk.people.add_token("x", ["read"], "test", user="bob"),
        lambda: desk.people.revoke_token("x", "test"),
        lambda: desk.people.add_token("x", ["write"], "test"),
        lambda: desk.people.add_token("x", [], "test"),
        lambda: desk.people.set_role("anne", "root", "test"),
    ):
        with pytest.raises(UserError):
            change()


def test_every_change_is_a_line_of_the_journal_without_secrets(desk: Desk) -> None:
    people = desk.people
    people.add("bob", "reader", GOOD, "anne")
    people.set_role("bob", "agent", "anne")
    people.set_password("bob", BAD, "anne")
    people.set_disabled("bob", True, "anne")
    _, secret = people.add_token("synchro", ["read", "act"], "anne", user="bob")
    people.revoke_token("SYNCHRO", "anne")
    people.remove("bob", "anne")
    desk.try_()
    lines = [(e.kind, e.author, dict(e.data)) for _, e in desk.store.history("")]
    assert lines == [
        ("user_added", "test", {"role": "admin", "user": "anne"}),
        ("user_added", "anne", {"role": "reader", "user": "bob"}),
        ("user_changed", "anne", {"role": "agent", "user": "bob"}),
        ("user_changed", "anne", {"password": "changed", "user": "bob"}),
        ("user_changed", "anne", {"disabled": True, "user": "bob"}),
        ("token_added", "anne", {"scopes": ["read", "act"], "token": "synchro", "user": "bob"}),
        ("token_revoked", "anne", {"token": "synchro", "user": "bob"}),
        ("user_removed", "anne", {"user": "bob"}),
        ("login_failed", "", {"address": "192.0.2.0/24", "tries": 1, "user": "anne"}),
    ]
    assert desk.store.audit().ok
    assert secret not in str(lines)


# ------------------------------------------------------------------ sessions


def test_a_session_moves_on_with_use_and_ends(desk: Desk) -> None:
    secret = desk.people.login("anne", GOOD, HERE).secret
    desk.now += IDLE - timedelta(seconds=1)
    assert desk.people.by_session(secret)
    desk.now += IDLE - timedelta(seconds=1)
    assert desk.people.by_session(secret)
    desk.now += IDLE
    assert desk.people.by_session(secret) is None
    for wrong in ("", "x", "x" * 10_000, "\ud800", "\0"):
        assert desk.people.by_session(wrong) is None
        assert desk.people.by_token("guichet_" + wrong) is None
    desk.now = NOW
    secret = desk.people.login("anne", GOOD, HERE).secret
    while desk.now < NOW + LONGEST - IDLE:
        desk.now += IDLE / 2
        assert desk.people.by_session(secret)
    desk.now = NOW + LONGEST
    assert desk.people.by_session(secret) is None


def test_a_session_is_not_opened_with_a_password_changed_meanwhile(desk: Desk) -> None:
    """The password is looked at outside of the commit: what happened in between must count."""
    known = desk.store.user

    def slow(name: str) -> Any:
        found = known(name)
        desk.store.user = known  # type: ignore[method-assign]
        desk.people.set_password("anne", BAD, "test")
        return found

    desk.store.user = slow  # type: ignore[method-assign]
    assert desk.try_(password=GOOD) == 0.0
    with desk.store.db.read() as connection:
        assert connection.execute(select(sessions)).all() == []


def test_an_old_hash_is_made_anew_at_the_next_login(desk: Desk) -> None:
    desk.people._hasher = Counting(time_cost=2)
    before = desk.people.users()[0].password
    assert isinstance(desk.try_(password=GOOD), str)
    assert "t=2" in desk.people.users()[0].password != before
    assert isinstance(desk.try_(password=GOOD), str)


def test_a_restored_backup_brings_no_session_back(desk: Desk, tmp_path: Path) -> None:
    from store import open_store
    from store.backup import backup, restore

    secret = desk.people.login("anne", GOOD, HERE).secret
    folder = backup(desk.store, FolderSpool(tmp_path / "spool", KEYS), tmp_path / "b", NOW)
    restore(folder, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2", keys=KEYS, now=NOW)
    store = open_store(f"sqlite:///{tmp_path}/r.db", keys=KEYS, now=NOW)
    try:
        again = Desk(store)
        assert again.people.by_session(secret) is None
        assert isinstance(again.try_(password=GOOD), str)
    finally:
        store.close()


# ------------------------------------------------------------------ guessing


def test_a_hundred_tries_at_the_same_moment_are_a_hundred_tries(desk: Desk) -> None:
    with ThreadPoolExecutor(16) as many:
        told = list(many.map(lambda n: desk.try_(address=f"192.0.2.{n}"), range(60)))
    assert told.count(0.0) == 5
    assert desk.hasher.looked == 5


def test_whoever_must_wait_is_not_looked_at_and_does_not_wait_longer_for_it(desk: Desk) -> None:
    for _ in range(5):
        assert desk.try_() == 0.0
    assert [desk.try_(password=GOOD) for _ in range(20)] == [1.0] * 20
    assert desk.hasher.looked == 5
    desk.now += timedelta(seconds=1)
    assert isinstance(desk.try_(password=GOOD), str)


def test_an_unknown_name_costs_what_a_known_one_costs(desk: Desk) -> None:
    for name in ("anne", "nobody", "no\nname", "x" * 500):
        before = desk.hasher.looked
        assert desk.try_(name) == 0.0
        assert desk.hasher.looked == before + 1
    desk.people.add("shut", "reader", GOOD, "test")
    desk.people.set_disabled("shut", True, "test")
    before = desk.hasher.looked
    assert desk.try_("shut", GOOD) == 0.0
    assert desk.hasher.looked == before + 1


def test_tries_are_forgotten_with_time_and_with_the_right_password(desk: Desk) -> None:
    for _ in range(4):
        assert desk.try_() == 0.0
    assert isinstance(desk.try_(password=GOOD), str)
    for _ in range(5):
        assert desk.try_() == 0.0
    assert desk.try_() == 1.0
    desk.now += timedelta(hours=1)
    for _ in range(5):
        assert desk.try_() == 0.0
    desk.now += timedelta(days=1)
    desk.try_("other")
    with desk.store.db.read() as connection:
        assert len(connection.execute(select(attempts)).all()) == 2


def test_a_good_login_does_not_clear_an_address_that_guesses_other_names(desk: Desk) -> None:
    """Whoever has an account must not wash his address with it between two guesses."""
    for n in range(ADDRESS.free):
        assert desk.try_(f"name{n}") == 0.0
        if n % 3 == 0 and n < ADDRESS.free - 1:
            assert isinstance(desk.try_(password=GOOD), str)
    assert desk.try_("another") == 1.0


def test_the_pause_doubles_up_to_its_limit() -> None:
    limit = Limit(3, timedelta(seconds=10), timedelta(hours=1))
    assert [limit.pause(n).total_seconds() for n in (1, 2, 3, 4, 5, 6, 7, 10_000)] == [0, 0, 1, 2, 4, 8, 10, 10]


def test_forms_tokens_are_bound_to_what_they_are_for(desk: Desk) -> None:
    token = desk.people.form_token("login", "seed")
    assert desk.people.is_form_token(token, "login", "seed")
    other = People(desk.store, b"o" * 32, clock=lambda: NOW, hasher=desk.hasher)
    assert not other.is_form_token(token, "login", "seed")
    for given, purpose, bound in (
        (token, "session", "seed"), (token, "login", "seed2"), ("", "login", "seed"), (token[:-1], "login", "seed"),
        (token.upper(), "login", "seed"), ("é" * 64, "login", "seed"), ("\ud800", "login", "seed"),
    ):  # fmt: skip
        assert not desk.people.is_form_token(given, purpose, bound)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.7", "192.0.2.0/24"), ("2001:db8:1:2::/64", "2001:db8:1::/48"), ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("", ""), ("unix:", ""),
    ],
)  # fmt: skip
def test_addresses_are_kept_as_networks(address: str, kept: str) -> None:
    assert shortened(address) == kept
