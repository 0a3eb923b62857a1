"""The journal: whoever changes, removes, moves, adds or cuts something is found out; erasing on demand is not tampering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from core.errors import UserError
from core.ports import Change
from store import Keys, SqlStore
from store.journal import Head, canonical
from store.tables import journal, meta, texts
from tests.store_help import KEYS, NOW, case, entry, erase_texts, later

pytest_plugins = ["tests.store_fixtures"]


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    """Twelve lines: two a case, the first with a text."""
    for n in range(6):
        lines = (
            entry("opened", f"Raison n° {n}", case_id=f"c{n}"),
            entry("asked", case_id=f"c{n}", data={"n": n, "credits": Decimal("2.5")}),
        )
        store.commit([Change(case(f"c{n}"), journal=lines)], later(n))
    report = store.audit()
    assert (report.ok, report.rows, report.problems, report.head.seq) == (True, 12, (), 12)
    return store


def swap(connection: Connection) -> None:
    """Rows 5 and 6 change places."""
    for before, after in ((5, 999), (6, 5), (999, 6)):
        connection.execute(update(journal).where(journal.c.seq == before).values(seq=after))


def forge(connection: Connection) -> None:
    """Row 5 is rewritten with a mac by another key, as one would who knows the code and not the key."""
    row = dict(connection.execute(select(journal).where(journal.c.seq == 5)).mappings().one())
    before = connection.execute(select(journal.c.mac).where(journal.c.seq == 4)).scalar_one()
    stranger = SqlStore(None, Keys.derive("la clé de quelqu'un d'autre"))  # type: ignore[arg-type]
    row["data"] = canonical({"n": 99})
    row["mac"] = stranger._mac(before, row)
    connection.execute(update(journal).where(journal.c.seq == 5).values(row))


def renumber(connection: Connection) -> None:
    """Row 5 is removed and those after it close the gap, head included, as far as one can without the key."""
    connection.execute(delete(journal).where(journal.c.seq == 5))
    for seq in range(6, 13):
        connection.execute(update(journal).where(journal.c.seq == seq).values(seq=seq - 1))


def add(connection: Connection) -> None:
    row = dict(connection.execute(select(journal).where(journal.c.seq == 12)).mappings().one())
    connection.execute(insert(journal).values(row | {"seq": 13}))


def where(seq: int, **values: Any) -> Callable[[Connection], Any]:
    return lambda connection: connection.execute(update(journal).where(journal.c.seq == seq).values(values))


def of_text(seq: int) -> Any:
    return texts.c.id == select(journal.c.text_id).where(journal.c.seq == seq).scalar_subquery()


def other_text(connection: Connection) -> None:
    """The text of row 3 is replaced by that of row 5, moved there whole."""
    body = connection.execute(select(texts.c.body).where(of_text(5))).scalar_one()
    connection.execute(update(texts).where(of_text(3)).values(body=body))


def resealed(store: SqlStore) -> Callable[[Connection], None]:
    """The text of row 3 is replaced by one sealed with the right key: only its digest tells."""

    def work(connection: Connection) -> None:
        id = connection.execute(select(journal.c.text_id).where(journal.c.seq == 3)).scalar_one()
        connection.execute(update(texts).where(texts.c.id == id).values(body=store._seal_text("texts", id, "Autre raison")))

    return work


TAMPERINGS: dict[str, tuple[Callable[[Connection], Any], str]] = {
    "data changed": (where(5, data='{"n":3}'), "ligne 5 : modifiée"),
    "time changed": (where(5, at=later(1)), "ligne 5 : modifiée"),
    "author changed": (where(5, author="zoé"), "ligne 5 : modifiée"),
    "kind changed": (where(5, kind="approved"), "ligne 5 : modifiée"),
    "case changed": (where(5, case_id="c0"), "ligne 5 : modifiée"),
    "mac changed": (where(5, mac="0" * 64), "ligne 5 : modifiée"),
    "first changed": (where(1, data="{}"), "ligne 1 : modifiée"),
    "last changed": (where(12, data="{}"), "ligne 12 : modifiée"),
    "text given to another": (where(5, text_id=""), "ligne 5 : modifiée"),
    "digest changed": (where(5, text_digest="0" * 64), "ligne 5 : modifiée"),
    "forged with another key": (forge, "ligne 5 : modifiée"),
    "swapped": (swap, "ligne 5 : modifiée"),
    "one removed": (lambda c: c.execute(delete(journal).where(journal.c.seq == 5)), "la ligne 5 manque"),
    "some removed": (lambda c: c.execute(delete(journal).where(journal.c.seq.in_((5, 6, 7)))), "les lignes 5 à 7 manquent"),
    "beginning cut": (lambda c: c.execute(delete(journal).where(journal.c.seq < 4)), "les lignes 1 à 3 manquent"),
    "removed and renumbered": (renumber, "ligne 5 : modifiée"),
    "end cut": (lambda c: c.execute(delete(journal).where(journal.c.seq > 9)), "les lignes 10 à 12 manquent"),
    "all removed": (lambda c: c.execute(delete(journal)), "les lignes 1 à 12 manquent"),
    "one added": (add, "ont été ajoutées"),
    "head removed": (lambda c: c.execute(delete(meta).where(meta.c.name == "journal.head")), "la tête du journal manque"),
    "head broken": (lambda c: c.execute(update(meta).where(meta.c.name == "journal.head").values(value="{}")), "a été modifiée"),
    "text removed": (lambda c: c.execute(delete(texts).where(of_text(3))), "ligne 3 : son texte a disparu"),
    "text emptied": (lambda c: c.execute(update(texts).where(of_text(3)).values(body=None)), "ligne 3 : son texte a été retiré"),
    "text overwritten": (lambda c: c.execute(update(texts).where(of_text(3)).values(body=b"abc")), "ligne 3 : son texte a été modifié"),
    "text of another row": (other_text, "ligne 3 : son texte a été modifié"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_audit_finds(name: str, full: SqlStore) -> None:
    tamper, said = TAMPERINGS[name]
    full.db.write(tamper)
    report = full.audit()
    assert not report.ok
    assert any(said in problem for problem in report.problems), report.problems


def test_the_audit_finds_a_text_sealed_anew(full: SqlStore) -> None:
    full.db.write(resealed(full))
    assert full.audit().problems == ("ligne 3 : son texte a été remplacé",)


def test_end_cut_with_its_head_is_found_by_the_head_of_a_backup(full: SqlStore) -> None:
    """Whoever puts back an older, whole state of the tables leaves nothing wrong in them."""
    with full.db.read() as connection:
        old = connection.execute(select(meta.c.value).where(meta.c.name == "journal.head")).scalar_one()
    full.commit([Change(None, journal=(entry("approved"), entry("done")))], NOW)
    known = full.head()

    def put_back(connection: Connection) -> None:
        connection.execute(delete(journal).where(journal.c.seq > 12))
        connection.execute(update(meta).where(meta.c.name == "journal.head").values(value=old))

    full.db.write(put_back)
    assert full.audit().ok, "nothing in the tables tells"
    assert full.audit([known]).problems == ("une sauvegarde a connu la ligne 14, que le journal n'a plus",)
    full.commit([Change(None, journal=(entry("other"), entry("other")))], NOW)
    assert full.audit([known]).problems == ("ligne 14 : elle n'est pas celle qu'une sauvegarde a connue",)
    forged = replace(known, mac="0" * 64)
    assert "n'est pas de ce journal" in full.audit([forged]).problems[0]
    assert full.audit([full.head(), Head(0, "", full.head_tag(0, ""))]).ok


@pytest.mark.parametrize("value", [None, "{}", "[]", "no json", '{"seq": 3, "mac": "x", "tag": "y"}'])
def test_a_head_that_is_not_ours_is_never_written_over(full: SqlStore, value: str | None) -> None:
    """Cutting the end and moving the head back must not be covered up by the next line."""
    change = delete(meta) if value is None else update(meta).values(value=value)
    full.db.write(lambda c: c.execute(change.where(meta.c.name == "journal.head")))
    with pytest.raises(UserError, match="audit"):
        full.commit([Change(case("c9"), journal=(entry(),))], NOW)
    assert full.cases(["c9"]) == {}
    assert not full.audit().ok


def test_erasing_texts_leaves_the_chain_whole(full: SqlStore) -> None:
    assert erase_texts(full, ["c1", "c2", "nobody"], "zoé", later(60)) == 2
    assert erase_texts(full, ["c1"], "zoé", later(61)) == 0
    report = full.audit()
    assert (report.ok, report.problems, report.erased) == (True, (), 2)
    assert [line.text for _, line in full.history("c1")] == ["", "", ""]
    assert [(line.kind, line.author) for _, line in full.history("c1")][-1] == ("texts_erased", "zoé")
    with full.db.read() as connection:
        bodies = connection.execute(select(texts.c.body).where(texts.c.case_id.in_(("c1", "c2")))).scalars().all()
    assert bodies == [None, None]
    proof = full._erased("anything")
    full.db.write(lambda c: c.execute(update(texts).where(of_text(1)).values(body=None, erased=proof)))
    assert full.audit().problems == ("ligne 1 : son texte a été retiré sans avoir été effacé par le service",)


def test_a_line_comes_back_as_it_went(store: SqlStore) -> None:
    data = {"é": [1, 2.5, None, True], "b": {"x": "\0 \ud800"}, "a": ("t",)}
    line = entry("décidé", "Prose « étrange » \0 – 😀", data=data, author="clerk")
    store.commit([Change(None, journal=(line,))], NOW)
    [(seq, found)] = store.history("c1")
    assert seq == 1
    assert found == replace(line, data=data | {"a": ["t"]})
    assert store.audit().ok


def test_canonical_has_one_spelling() -> None:
    assert (
        canonical({"b": Decimal("2.50"), "a": {"é", "d"}, "at": NOW})
        == '{"a":["d","\\u00e9"],"at":"2026-03-02 09:00:00.123456+00:00","b":"2.50"}'
    )
    assert canonical({"x": 1, "y": 2}) == canonical({"y": 2, "x": 1})


def test_a_text_that_does_not_open_does_not_hide_the_history(full: SqlStore) -> None:
    full.db.write(lambda c: c.execute(update(texts).where(of_text(1)).values(body=b"abc")))
    assert "illisible" in full.history("c0")[0][1].text
    assert full.history("c0")[1][1].kind == "asked"


def test_a_thousand_problems_are_said_in_bounded_memory(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    store.commit([Change(None, journal=tuple(entry(data={"n": n}) for n in range(2500)))], NOW)
    assert store.audit().rows == 2500, "more than one page"
    store.db.write(lambda c: c.execute(text("UPDATE journal SET data = '{}'")))
    report = store.audit()
    assert report.rows == 2500
    assert 100 < len(report.problems) < 500
    assert report.problems[-1].endswith("autres")
    assert KEYS.journal.hex() not in repr(report)
