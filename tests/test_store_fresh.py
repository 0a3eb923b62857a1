"""What the store remembers and works out once is what it would have read, and calculated, each time."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
import zlib
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from core import codec
from core.effects import AddNote, Receipt
from core.ports import Settled
from processors import continuing
from store import SqlStore, open_store
from store.crypto import Mac
from store.fresh import Fresh
from store.reader import FRESH
from store.tables import inbox, outbox
from tests.store_help import KEYS, NOW, effect, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]


def test_a_reading_that_somebody_else_kept_since_is_the_one_that_counts(url: str) -> None:
    store, other = (open_store(url, keys=KEYS, now=NOW) for _ in range(2))
    store.take("gmail", "email", [taken("1")], {}, NOW)
    [row] = store.unread(9, NOW)
    store.save_readings([reading(row, "la première")], [], NOW)
    other.db.write(lambda connection: connection.execute(update(inbox).values(state="new")))
    other.save_readings([reading(row, "la seconde")], [], NOW)
    assert [read.message.text for read in store.read_messages(9)] == ["la seconde"]
    store.close()
    other.close()


def test_one_that_could_not_be_kept_is_forgotten(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    store.take("gmail", "email", [taken("1")], {}, NOW)
    [row] = store.unread(9, NOW)
    store.save_readings([reading(row, "la première")], [], NOW)
    store.save_readings([reading(row, "trop tard : elle était lue")], [], NOW)
    assert [read.message.text for read in store.read_messages(9)] == ["la première"]


def test_what_is_told_of_the_message_since_is_told(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    store.take("gmail", "email", [taken("1")], {}, NOW)
    [row] = store.unread(9, NOW)
    store.save_readings([reading(row)], [], NOW)
    store.db.write(lambda connection: connection.execute(update(inbox).values(attempts=2)))
    assert [read.row.attempts for read in store.read_messages(9)] == [2]


def test_only_some_are_remembered(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    store.take("gmail", "email", [taken(str(n)) for n in range(FRESH + 50)], {}, NOW)
    for _ in range(2):
        store.save_readings([reading(row, str(row.id)) for row in store.unread(FRESH // 2 + 50, NOW)], [], NOW)
    assert len(store._fresh) == FRESH
    found = store.read_messages(FRESH + 50)
    assert [read.message.text for read in found] == [str(read.row.id) for read in found]
    assert len(found) == FRESH + 50
    assert not store._fresh


def effects_of(store: SqlStore, number: int) -> list[str]:
    """Keys of so many effects that a case's commit wants."""
    notes = [effect(f"c1/1/{n}", text=f"note {n}", refers=True) for n in range(number)]
    opened(store, *notes)
    return [note.key for note in notes]


def test_effects_come_from_memory_as_they_would_from_the_database(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    keys = effects_of(store, 2)
    fresh = store.ready("crm", NOW, 9)
    assert len(store._fresh_effects) == 2
    for key in keys:
        store._fresh_effects.drop(key)
    opened = store.ready("crm", NOW, 9)
    assert opened == fresh
    assert [(row.effect.key, row.refers) for row in opened] == [(key, True) for key in keys]


def test_an_effect_that_was_sealed_anew_is_not_what_is_remembered(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    [key] = effects_of(store, 1)
    [row] = store.ready("crm", NOW, 9)
    assert isinstance(row.effect.payload, AddNote)
    other = replace(row.effect, payload=replace(row.effect.payload, text="autrement"))
    sealed = store.keys.seal("outbox", key, codec.dump(other))
    store.db.write(lambda connection: connection.execute(update(outbox).values(payload=sealed)))
    [row] = store.ready("crm", NOW, 9)
    assert row.effect == other


def test_what_has_ended_is_no_longer_remembered(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    [key, other] = effects_of(store, 2)
    store.sending([key], NOW)
    store.settle([Settled(key, "done", Receipt("1"))], NOW)
    assert len(store._fresh_effects) == 1
    assert [row.effect.key for row in store.ready("crm", NOW, 9)] == [other]


def test_memory_is_for_a_time_and_only_so_much() -> None:
    at = [0.0]
    fresh: Fresh[str] = Fresh(2, seconds=60.0, clock=lambda: at[0])
    for name in ("a", "b", "c"):
        fresh.keep(name, name.encode() * 40, name)
    assert [fresh.find(name, name.encode() * 40) for name in ("a", "b", "c")] == ["a", "b", None]
    assert fresh.find("a", b"b" * 40) is None
    at[0] = 61.0
    fresh.keep("d", b"d" * 40, "d")
    assert [fresh.find(name, name.encode() * 40) for name in ("a", "b", "d")] == [None, "b", "d"]
    fresh.drop("b")
    fresh.drop("b")
    assert len(fresh) == 1


@given(st.binary(max_size=64), st.binary(max_size=300))
def test_the_mac_is_hmac(key: bytes, text: bytes) -> None:
    mac = Mac(key)
    assert [mac.hex(text), mac.hex(text)] == [hmac.new(key, text, hashlib.sha256).hexdigest()] * 2


@pytest.mark.parametrize("size", [0, 399, 400, 5000, 16 * 1024, 16 * 1024 + 1, 300_000])
def test_texts_of_every_length_open_again_and_are_smaller(size: int) -> None:
    text = (b"Bonjour, nous avons bien re\xc3\xa7u votre demande du %d." % size * (size // 40 + 1))[:size]
    sealed = KEYS.seal("texts", "1", text)
    assert KEYS.unseal("texts", "1", sealed) == text
    assert size < 400 or len(sealed) < size // 2


def test_a_text_sealed_by_an_earlier_version_opens() -> None:
    text = b"Bonjour, nous avons bien recu votre demande. " * 50
    nonce = bytes(12)
    sealed = b"\x02" + nonce + KEYS._cipher.encrypt(nonce, zlib.compress(text, 1), b"\x02texts\n1")
    assert KEYS.unseal("texts", "1", sealed) == text


def test_a_key_longer_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        Mac(bytes(65))


@given(st.text(max_size=300))
@example("Finalement, c’est ÉTÉ - ﬁn ١٢ \u0345 İ")
def test_letters_are_folded_one_by_one(text: str) -> None:
    plain = unicodedata.normalize("NFKD", text[:200].casefold())
    letters = (c if c.isalnum() or c == "-" else " " for c in plain if not unicodedata.combining(c))
    assert continuing._plain(text) == " ".join("".join(letters).split())
