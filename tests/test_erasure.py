"""Erasing a person: everything of his is gone, everybody else's is there, the journal stays whole."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from core.case import CaseFile, Party
from core.effects import Receipt, SendMessage, StoreFile, UpsertContact
from core.erasure import Forgets, Trace, blank_effect
from core.errors import PortError, Rejected, Transient, UserError
from core.message import Address, Attachment
from core.model import Answer, Usage
from core.ports import Change, Settled
from core.quote import Approval, Quote
from core.reading import Reason
from engine.erasure import Eraser, export
from store import SqlStore
from store.spool import FolderSpool
from store.tables import metadata
from tests.store_help import KEYS, NOW, case, effect, entry, later, reading, taken

pytest_plugins = ["tests.store_fixtures"]

ZOE, MAX = "zoe@client.example", "max@autre.example"


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool", KEYS)


class Outside:
    """A system that forgets, or does not."""

    batch, findable, lag = 10, True, 0.0

    def __init__(self, system: str, answer: PortError | None = None) -> None:
        self.system, self.answer = system, answer
        self.forgot: list[Trace] = []

    def forget(self, traces: list[Trace]) -> list[PortError | None]:
        self.forgot += [] if self.answer else traces
        return [self.answer] * len(traces)


def _live(store: SqlStore, spool: FolderSpool) -> dict[str, str]:
    """Zoé's case with all that hangs on it, Max's beside it; a file that both sent. The digests of the contents."""
    contents = {"hers": b"photo de Zoe", "both": b"plan de tous", "his": b"photo de Max"}
    digests = {name: spool.put(content) for name, content in contents.items()}
    key = "a" * 64
    store.reserve_answer(key, "m", Decimal(1), None, NOW)
    store.keep_answer(key, Answer('{"mot":"fauteuil"}', "complete", "m", Usage(), Decimal(1)), NOW)
    for number, (id, who, mine) in enumerate((("c1", ZOE, "hers"), ("c2", MAX, "his"))):
        name = "Zoé" if who == ZOE else "Max"
        raw = f"From: {who}\n\nfauteuil".encode()
        store.take("gmail", "email", [taken(id, raw=raw, hints={"file": who})], {}, NOW)
        spool.put(raw)
        (row,) = store.unread(1, NOW)
        read = reading(row, "le fauteuil de mon salon")
        files = tuple(Attachment("photo.jpg", "image/jpeg", 3, digests[d], "image") for d in (mine, "both"))
        reasons = (Reason(f"model:answer:{key}", True),) if who == ZOE else ()
        message = replace(read.message, sender=Address(who, name), attachments=files)
        store.save_readings([replace(read, message=message, reading=replace(read.reading, reasons=reasons))], [], NOW)
        quote = Quote(1, Decimal(2), "crédits", {"fr": "grille"}, "g", None, "grid", NOW, "d", f"{id}/1/0", "approved")
        new = case(
            id,
            stage="fulfilling",
            party=Party(who, name, "+33612345678" if who == ZOE else ""),
            subject="le fauteuil",
            files=tuple(CaseFile(digests[d], "photo.jpg", "image/jpeg", 3, "image") for d in (mine, "both")),
            quote=quote,
            approval=Approval("customer", who, "reply", Decimal(2), "d", NOW, "je valide le fauteuil"),
            people=(who,),
            thread=replace(case().thread, to=who),
        )
        effects = (
            replace(effect(f"{id}/1/0", case_id=id, system="crm", name="contact"), payload=UpsertContact(who, name=name)),
            replace(effect(f"{id}/1/1", case_id=id, system="files"), payload=StoreFile(digests[mine], "photo.jpg", "i", 3, id)),
            effect(f"{id}/1/2", case_id=id, text="le fauteuil", after=(f"{id}/1/0",)),
        )
        lines = (entry("opened", f"le fauteuil de {name}", case_id=id, data={"message": row.id}),)
        store.commit(
            [
                Change(
                    new, 0, effects, (("reminder", later(999)),), (f"<{who}>",), lines, row.id, outcome="opened", notice_to=who
                )
            ],
            NOW,
        )
        for one in effects[:2]:
            store.sending([one.key], NOW)
            store.settle([Settled(one.key, "done", Receipt(f"id-{number}", f"https://x/{one.kind}"))], NOW)
    return digests


def _everything(store: SqlStore, spool: FolderSpool) -> str:
    """All that the store and the spool hold, opened, in one text."""
    found: list[str] = []
    sealed = {
        ("contacts", "body"): ("contacts", "id"),
        ("inbox", "body"): ("inbox", "identity_hash"),
        ("readings", "body"): ("readings", "inbox_id"),
        ("cases", "body"): ("cases", "id"),
        ("events", "body"): ("events", "id"),
        ("texts", "body"): ("texts", "id"),
        ("outbox", "payload"): ("outbox", "key"),
        ("outbox", "receipt"): ("outbox.receipt", "key"),
        ("answers", "body"): ("answers", "key"),
        ("documents", "body"): ("documents", "sha256"),
    }
    with store.db.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    where = sealed.get((table.name, name))
                    if where is not None and value is not None:
                        value = KEYS.unseal(where[0], str(row[where[1]]), value).decode()
                    found.append(f"{table.name}.{name}: {value}")
    found += [spool.get(digest).decode("utf-8", "replace") for digest in spool.digests()]
    return "\n".join(found).casefold()


def _erase(store: SqlStore, spool: FolderSpool, *outlets: Outside, who: str = ZOE):
    return Eraser(store, outlets or (Outside("crm"), Outside("files")), spool, lambda: later(100)).erase(who, "anne")  # type: ignore[arg-type]


def _old(spool: FolderSpool) -> None:
    import os

    for digest in spool.digests():
        os.utime(spool.stored(digest), (1, 1))


def test_nothing_of_the_person_is_left_and_everything_of_the_other(store: SqlStore, spool: FolderSpool) -> None:
    digests = _live(store, spool)
    _old(spool)
    other = store.cases(["c2"])["c2"]
    crm, files = Outside("crm"), Outside("files")
    assert isinstance(crm, Forgets)
    report = _erase(store, spool, crm, files, who="06 12 34 56 78".replace("0", "+33", 1))

    assert [(t.kind, t.id) for t in crm.forgot + files.forgot] == [("contact.upsert", "id-0"), ("file.store", "id-0")]
    assert report.outside == {"crm": 1, "files": 1}
    assert {n: report.inside[n] for n in ("cases", "messages", "contacts", "answers", "files")} == {
        "cases": 1, "messages": 1, "contacts": 1, "answers": 1, "files": 3,
    }  # fmt: skip
    whole = _everything(store, spool)
    assert [line for line in whole.splitlines() if "zoe" in line or "zoé" in line] == []
    assert not spool.exists(digests["hers"])
    assert spool.get(digests["both"]) == b"plan de tous", "somebody else sent it too"
    assert spool.get(digests["his"]) == b"photo de Max"

    # What figures need.
    kept = store.cases(["c1"])["c1"]
    assert (kept.ref, kept.kind, kept.stage, kept.opened_at, kept.quote and kept.quote.amount) == (
        "C1",
        "MODELISATION",
        "closed",
        NOW,
        2,
    )
    assert kept.party == Party()
    assert store.cases(["c2"])["c2"] == other
    assert store.find(["C1"], [f"<{ZOE}>"], [ZOE]).by_thread == {}
    assert store.find([], [f"<{MAX}>"], []).by_thread == {f"<{MAX}>": "c2"}
    assert store.due(later(9999), 9) == [row for row in store.due(later(9999), 9) if row.case_id == "c2"] != []
    assert [line.text for _, line in store.history("c2")] == ["le fauteuil de Max"]
    assert {row.state for row in store.outbox("c1")} == {"done", "dropped"}
    assert store.ready("crm", later(9999), 9, "ticket.note")[0].effect.case_id == "c2"
    assert store.take("gmail", "email", [taken("c1", raw=b"again")], {}, NOW) == 0, "the same message is no new one"
    assert store.audit().ok
    line = [one for _, one in store.history("") if one.kind == "person.erased"][-1]
    assert line.author == "anne"
    assert dict(line.data)["person"] == report.mark

    with pytest.raises(UserError, match="rien n'est conservé"):
        _erase(store, spool)


def test_a_dry_run_changes_nothing(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    before = _everything(store, spool)
    crm = Outside("crm")
    report = Eraser(store, [crm], spool, lambda: NOW).erase(ZOE, "anne", dry=True)  # type: ignore[list-item]
    assert report.dry
    assert (report.inside["cases"], report.outside) == (1, {"crm": 1, "files": 1})
    assert crm.forgot == []
    assert _everything(store, spool) == before


def test_an_outside_failure_keeps_all_of_it_here_and_the_next_run_ends_it(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    with pytest.raises(UserError, match="en panne"):
        _erase(store, spool, Outside("crm"), Outside("files", Transient("en panne")))
    assert store.cases(["c1"])["c1"].party.email == ZOE
    assert store.cases(["c1"])["c1"].stage == "closed", "nothing more goes out meanwhile"
    report = _erase(store, spool)
    assert report.inside["cases"] == 1
    assert store.audit().ok


def test_what_a_system_cannot_delete_is_told_and_holds_nothing_up(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    report = _erase(store, spool, Outside("crm", Rejected("impossible ici")), Outside("files"))
    assert report.outside == {"crm": 0, "files": 1}
    assert any("impossible ici" in one for one in report.left)
    assert store.cases(["c1"])["c1"].party == Party()


def test_while_an_effect_is_under_way_nothing_is_erased(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    store.sending(["c1/1/2"], NOW)
    crm = Outside("crm")
    with pytest.raises(UserError, match="en cours"):
        _erase(store, spool, crm, Outside("files"))
    assert crm.forgot == []
    assert store.cases(["c1"])["c1"].stage == "fulfilling"


def test_a_message_of_hers_that_is_being_handled_is_waited_for(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    raw = f"From: {ZOE}\n\nencore moi".encode()
    spool.put(raw)
    store.take("gmail", "email", [taken("deux", raw=raw)], {}, NOW)
    with pytest.raises(UserError, match="en cours de traitement"):
        _erase(store, spool)


def test_what_came_after_the_person_was_read_is_not_passed_over(store: SqlStore, spool: FolderSpool) -> None:
    _live(store, spool)
    store.calm(store.person([ZOE]), "anne", NOW)
    person = store.person([ZOE])
    store.commit([Change(case("c3", party=Party(ZOE)))], NOW)
    with pytest.raises(UserError, match="entre-temps"):
        store.erase_person(person, {}, "anne", NOW)
    assert store.cases(["c1"])["c1"].party.email == ZOE


def test_ignored_and_unreadable_messages_are_found_too(store: SqlStore, spool: FolderSpool) -> None:
    raws = [f"From: {ZOE}\n\n{n}".encode() for n in range(2)]
    store.take("gmail", "email", [taken(str(n), raw=raw) for n, raw in enumerate(raws)], {}, NOW)
    for raw in raws:
        spool.put(raw)
    first, second = store.unread(5, NOW)
    read = reading(first)
    store.save_readings(
        [replace(read, message=replace(read.message, sender=Address(ZOE)))], [(second.id, "illisible", None)], NOW
    )
    lines = (entry("message.ignored", "une publicité de Zoe", case_id="", data={"message": first.id}),)
    store.commit([Change(None, inbox_id=first.id, outcome="ignored", journal=lines)], NOW)
    _old(spool)
    report = _erase(store, spool)
    assert report.inside["messages"] == 2
    assert list(spool.digests()) == []
    assert "zoe" not in _everything(store, spool)
    assert store.parked() == []
    assert store.audit().ok


def test_a_content_that_is_just_being_taken_in_is_not_swept(store: SqlStore, spool: FolderSpool) -> None:
    digests = _live(store, spool)
    _old(spool)
    assert spool.put(b"photo de Zoe") == digests["hers"], "another message brings the same file, not named in the store yet"
    report = _erase(store, spool)
    assert report.files_later == 1
    assert spool.exists(digests["hers"])
    _old(spool)
    from engine.erasure import sweep

    assert sweep(store, spool) == 0
    assert not spool.exists(digests["hers"])
    assert store.sweep(9) == []


def test_all_that_is_kept_can_be_handed_over(store: SqlStore, spool: FolderSpool, tmp_path: Path) -> None:
    _live(store, spool)
    number = export(store.person([ZOE]), spool, tmp_path / "copie")
    whole = json.loads((tmp_path / "copie" / "personne.json").read_text())
    assert whole["contact"]["email"] == ZOE
    (letter,) = whole["messages"]
    assert "fauteuil" in (tmp_path / "copie" / letter["original"]).read_text()
    assert [(tmp_path / "copie" / name).read_bytes() for name in letter["fichiers"]] == [b"photo de Zoe", b"plan de tous"]
    (told,) = whole["dossiers"]
    assert told["dossier"]["ref"] == "C1"
    assert next(line["texte"] for line in told["histoire"]) == "le fauteuil de Zoé"
    assert "Max" not in json.dumps(whole)
    assert number == len([p for p in (tmp_path / "copie").rglob("*") if p.is_file()])
    with pytest.raises(UserError, match="pas vide"):
        export(store.person([ZOE]), spool, tmp_path / "copie")


def test_a_blank_effect_keeps_what_it_was_and_no_word() -> None:
    payload = SendMessage(ZOE, "Zoé", "objet", "texte", "quote", "fr", "quote", references=("<a>",), buttons=(("a", "b"),))
    blank = blank_effect(replace(effect("c1/1/0"), payload=payload))
    assert blank.payload == SendMessage("", "", "", "", "quote", "fr", "quote")


def test_a_content_that_is_stored_anew_is_wanted(spool: FolderSpool) -> None:
    digest = spool.put(b"x")
    assert not spool.forget(digest, 3600)
    _old(spool)
    spool.put(b"x")
    assert not spool.forget(digest, 3600), "stored a moment ago, though it was there"
    _old(spool)
    assert spool.forget(digest, 3600)
    assert spool.forget(digest, 3600), "gone is gone"
    assert not spool.exists(digest)
