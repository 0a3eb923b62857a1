"""Accounts, sessions and API tokens. Secrets are looked up by keyed hash, so what the table holds opens nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from core.accounts import ROLES, SCOPES, Limit, Person, Role, Token, User, at_least, folded
from core.errors import UserError
from core.ports import JournalEntry
from store.base import upsert
from store.journal import Journal
from store.tables import attempts, sessions, tokens, users

#: How exactly the last use of a session and of a token is kept: each keeping is a commit.
_SEEN, _USED = timedelta(minutes=1), timedelta(hours=1)


class AccountsTable(Journal):
    """core.accounts.Accounts. Whatever changes an account takes the journal's head first, so one at a time does."""

    def users(self) -> list[User]:
        """Everybody, by name."""
        with self.db.read() as connection:
            found = [self._user(row) for row in connection.execute(select(users)).mappings()]
        return sorted(found, key=lambda user: folded(user.name))

    def user(self, name: str) -> User | None:
        """The account of that name, however it is spelt."""
        with self.db.read() as connection:
            return self._named_user(connection, name)

    def add_user(self, user: User, author: str) -> None:
        """A new account. Raises UserError when the name is taken."""

        def work(connection: Connection) -> None:
            head = self._lock_head(connection)
            if self._named_user(connection, user.name) is not None:
                raise UserError(f"le nom « {user.name} » est pris", todo="choisissez un autre nom")
            row = {"id": user.id, "name_hash": self._name_hash(user.name), "body": self._user_body(user)}
            connection.execute(insert(users).values(row | {"created_at": user.created_at, "changed_at": user.created_at}))
            self._append(connection, head, [_line("user_added", user.created_at, author, user=user.name, role=user.role)])

        self.db.write(work)

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

        def work(connection: Connection) -> User:
            head = self._lock_head(connection)
            old = self._must(connection, name)
            new = User(
                old.id,
                old.name,
                old.role if role is None else role,
                password or old.password,
                old.disabled if disabled is None else disabled,
                old.created_at,
            )
            if new.disabled or new.role != "admin":
                self._keep_an_admin(connection, old)
            where = users.c.id == old.id
            connection.execute(update(users).where(where).values(body=self._user_body(new), changed_at=now))
            if password or new.disabled:
                connection.execute(delete(sessions).where(sessions.c.user_id == old.id))
            what: dict[str, Any] = {"user": old.name}
            what |= {"role": role} if role is not None else {}
            what |= {"disabled": disabled} if disabled is not None else {}
            what |= {"password": why or "changed"} if password else {}
            self._append(connection, head, [_line("user_changed", now, author, **what)])
            return new

        return self.db.write(work)

    def remove_user(self, name: str, author: str, now: datetime) -> None:
        """Remove the account with its sessions and tokens."""

        def work(connection: Connection) -> None:
            head = self._lock_head(connection)
            old = self._must(connection, name)
            self._keep_an_admin(connection, old)
            for table in (sessions, tokens):
                connection.execute(delete(table).where(table.c.user_id == old.id))
            connection.execute(delete(users).where(users.c.id == old.id))
            self._append(connection, head, [_line("user_removed", now, author, user=old.name)])

        self.db.write(work)

    # ------------------------------------------------------------------ sessions

    def open_session(self, secret: str, user: User, now: datetime, until: datetime, address: str) -> bool:
        """A session for the account unless it was changed since; ``address`` as the journal may keep it. Removes expired ones."""

        def work(connection: Connection) -> bool:
            head = self._lock_head(connection)
            row = connection.execute(select(users).where(users.c.id == user.id)).mappings().first()
            if row is None or (fresh := self._user(row)).disabled or fresh.password != user.password:
                return False
            connection.execute(delete(sessions).where(sessions.c.until <= now))
            values = {"secret_hash": self._session_hash(secret), "user_id": user.id}
            connection.execute(insert(sessions).values(values | {"created_at": now, "seen_at": now, "until": until}))
            self._append(connection, head, [_line("login", now, user.name, address=address)])
            return True

        return self.db.write(work)

    def session(self, secret: str, now: datetime, idle: timedelta) -> User | None:
        """Whose session that is, None when there is none, it is over or was idle for too long, or the account is disabled."""
        digest = self._session_hash(secret)
        query = (
            select(users, sessions.c.seen_at, sessions.c.until)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.secret_hash == digest)
        )
        with self.db.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["until"] <= now or row["seen_at"] + idle <= now:
            return None
        user = self._user(row)
        if user.disabled:
            return None
        if now - row["seen_at"] >= _SEEN:
            seen = update(sessions).where(sessions.c.secret_hash == digest, sessions.c.seen_at < now).values(seen_at=now)
            self.db.write(lambda connection: connection.execute(seen))
        return user

    def close_session(self, secret: str) -> None:
        """End it, if there is one."""
        ended = delete(sessions).where(sessions.c.secret_hash == self._session_hash(secret))
        self.db.write(lambda connection: connection.execute(ended))

    # ------------------------------------------------------------------ tokens

    def add_token(self, token: Token, secret: str, author: str) -> None:
        """A new token. Raises UserError when ``token.user`` is nobody or its name is taken."""

        def work(connection: Connection) -> None:
            head = self._lock_head(connection)
            owner = self._must(connection, token.user) if token.user else None
            name_hash = self.keys.hash("token name", folded(token.name))
            if connection.execute(select(tokens.c.id).where(tokens.c.name_hash == name_hash)).first():
                raise UserError(f"un jeton s'appelle déjà « {token.name} »", todo="choisissez un autre nom")
            body = {"name": token.name, "scopes": list(token.scopes)}
            row = {
                "id": token.id,
                "secret_hash": self._token_hash(secret),
                "name_hash": name_hash,
                "user_id": owner.id if owner is not None else None,
                "body": self._seal_json("tokens", token.id, body),
                "created_at": token.created_at,
                "until": token.expires_at,
            }
            connection.execute(insert(tokens).values(row))
            what = {"token": token.name, "user": token.user, "scopes": list(token.scopes)}
            self._append(connection, head, [_line("token_added", token.created_at, author, **what)])

        self.db.write(work)

    def tokens(self) -> list[Token]:
        """All of them, oldest first."""
        with self.db.read() as connection:
            return self._tokens(connection)

    def revoke_token(self, id: str, author: str, now: datetime) -> Token:
        """Remove it, by its id or its name."""

        def work(connection: Connection) -> Token:
            head = self._lock_head(connection)
            found = [t for t in self._tokens(connection) if t.id == id or folded(t.name) == folded(id)]
            if not found:
                raise UserError(f"aucun jeton ne s'appelle « {id} »", todo="« daemon.py token list » les montre")
            connection.execute(delete(tokens).where(tokens.c.id == found[0].id))
            what = {"token": found[0].name, "user": found[0].user}
            self._append(connection, head, [_line("token_revoked", now, author, **what)])
            return found[0]

        return self.db.write(work)

    def bearer(self, secret: str, now: datetime) -> Person | None:
        """Who the token stands for: None when it is unknown or over, or its account is disabled."""
        query = select(tokens).where(tokens.c.secret_hash == self._token_hash(secret))
        owner = None
        with self.db.read() as connection:
            row = connection.execute(query).mappings().first()
            if row is None or (row["until"] is not None and row["until"] <= now):
                return None
            if row["user_id"] is not None:
                found = connection.execute(select(users).where(users.c.id == row["user_id"])).mappings().first()
                if found is None or (owner := self._user(found)).disabled:
                    return None
        body = self._json("tokens", row["id"], row["body"])
        role = max((SCOPES[scope] for scope in body["scopes"]), key=ROLES.index)
        if owner is not None and not at_least(owner.role, role):
            role = owner.role
        if row["used_at"] is None or now - row["used_at"] >= _USED:
            used = update(tokens).where(tokens.c.id == row["id"]).values(used_at=now)
            self.db.write(lambda connection: connection.execute(used))
        name = owner.name if owner is not None else body["name"]
        return Person(name, role, "token", owner.id if owner is not None else row["id"], body["name"])

    # ------------------------------------------------------------------ tries

    def attempt(self, limits: Sequence[tuple[str, Limit]], now: datetime) -> tuple[float, tuple[int, ...]]:
        """Count a try under each name *before* it is made: (0, how many so far), or (seconds to wait, ()) and nothing counted.

        Counted before, so that a hundred tries at the same moment are a hundred tries.
        """
        hashes = [self.keys.hash("attempt", name) for name, _ in limits]
        query = select(attempts).where(attempts.c.name_hash.in_(hashes))

        def rows(connection: Connection, query: Select[Any]) -> dict[str, RowMapping]:
            return {row["name_hash"]: row for row in connection.execute(query).mappings()}

        def wait(found: Mapping[str, RowMapping]) -> float:
            return max(((row["free_at"] - now).total_seconds() for row in found.values()), default=0.0)

        with self.db.read() as connection:  # whoever must wait costs no commit
            if (seconds := wait(rows(connection, query))) > 0:
                return seconds, ()

        def work(connection: Connection) -> tuple[float, tuple[int, ...]]:
            self._lock_head(connection)
            found = rows(connection, query.with_for_update())
            if (seconds := wait(found)) > 0:
                return seconds, ()
            connection.execute(delete(attempts).where(attempts.c.until <= now))
            counted = []
            for digest, (_, limit) in zip(hashes, limits, strict=True):
                row = found.get(digest)
                tries = 1 + (row["tries"] if row is not None and row["until"] > now else 0)
                again = {"tries": tries, "last_at": now, "free_at": now + limit.pause(tries), "until": now + limit.forget}
                upsert(connection, attempts, {"name_hash": digest} | again)
                counted.append(tries)
            return 0.0, tuple(counted)

        return self.db.write(work)

    def forgive(self, clear: Sequence[str], give_back: Sequence[str]) -> None:
        """The try was good: forget those counts, take it off the others."""
        gone = [self.keys.hash("attempt", name) for name in clear]
        less = [self.keys.hash("attempt", name) for name in give_back]

        def work(connection: Connection) -> None:
            connection.execute(delete(attempts).where(attempts.c.name_hash.in_(gone)))
            back = {"tries": attempts.c.tries - 1, "free_at": attempts.c.last_at}
            connection.execute(update(attempts).where(attempts.c.name_hash.in_(less), attempts.c.tries > 0).values(back))

        self.db.write(work)

    def tell(self, kind: str, data: Mapping[str, object], author: str, now: datetime) -> None:
        """A line of the journal that belongs to no case."""
        self.db.write(lambda c: self._append(c, self._lock_head(c), [JournalEntry(now, "", kind, data, author=author)]))

    # ------------------------------------------------------------------ rows

    def _named_user(self, connection: Connection, name: str) -> User | None:
        row = connection.execute(select(users).where(users.c.name_hash == self._name_hash(name))).mappings().first()
        return self._user(row) if row is not None else None

    def _must(self, connection: Connection, name: str) -> User:
        found = self._named_user(connection, name)
        if found is None:
            raise UserError(f"personne ne s'appelle « {name} » ici", todo="« daemon.py user list » les montre")
        return found

    def _keep_an_admin(self, connection: Connection, leaving: User) -> None:
        """Somebody must be left who can let others in."""
        if leaving.role != "admin" or leaving.disabled:
            return
        others = (self._user(row) for row in connection.execute(select(users)).mappings() if row["id"] != leaving.id)
        if not any(other.role == "admin" and not other.disabled for other in others):
            raise UserError(
                f"« {leaving.name} » est le dernier administrateur", todo="donnez d'abord ce rôle à quelqu'un d'autre"
            )

    def _user(self, row: RowMapping) -> User:
        body = self._json("users", row["id"], row["body"])
        return User(row["id"], body["name"], body["role"], body["password"], body["disabled"], row["created_at"])

    def _user_body(self, user: User) -> bytes:
        body = {"name": user.name, "role": user.role, "password": user.password, "disabled": user.disabled}
        return self._seal_json("users", user.id, body)

    def _tokens(self, connection: Connection) -> list[Token]:
        names = {row["id"]: self._user(row).name for row in connection.execute(select(users)).mappings()}
        found = []
        for row in connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id)).mappings():
            body = self._json("tokens", row["id"], row["body"])
            owner = names.get(row["user_id"], "")
            found.append(
                Token(row["id"], body["name"], owner, tuple(body["scopes"]), row["created_at"], row["until"], row["used_at"])
            )
        return found

    def _name_hash(self, name: str) -> str:
        return self.keys.hash("user name", folded(name))

    def _session_hash(self, secret: str) -> str:
        return self.keys.hash("session", secret)

    def _token_hash(self, secret: str) -> str:
        return self.keys.hash("token", secret)


def _line(kind: str, now: datetime, author: str, **data: Any) -> JournalEntry:
    return JournalEntry(now, "", kind, data, author=author)
