"""A backup taken while the service works, put back after the work was done: everything is looked up outside, nothing is done twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from console.beside import reading_store
from console.keeping import back_up, put_back
from tests.fakes.clickup import ClickUp
from tests.fakes.hubspot import HubSpot
from tests.road import JPEG, Counter, mail
from tests.test_road_tools import clickup, hubspot, tools, version

__all__ = ["clickup", "hubspot", "tools", "version"]


def test_after_a_restore_every_unfinished_effect_is_looked_up_before_it_is_sent(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp
) -> None:
    outside = {"files_dir": str(tmp_path / "files"), "outbox_dir": str(tmp_path / "sent"), "inbox_dir": str(tmp_path / "in")}
    waits = Counter(tmp_path / "data", **{**tools, "hubspot_api_key": "pat-na1-refused"}, **outside)
    waits.inbox = tmp_path / "in"
    waits.inbox.mkdir()
    for number in range(3):
        sender = f"c{number}@example.org"
        waits.drop(mail("Je souhaite modéliser ce fauteuil", sender=sender, number=number, files=((f"{number}.jpg", JPEG),)))
    with waits.open() as house:
        house.lanes.wait_idle(60)
        back_up(waits.settings, tmp_path / "backups", 0)  # while it runs
        unfinished = [key for case in waits.cases() for key in _unfinished(waits, case.id)]
    assert len(unfinished) >= 6, "contacts and tickets at least"

    done = Counter(tmp_path / "data", **tools, **outside)
    assert done.work() == {}
    assert [key for case in done.cases() for key in _unfinished(done, case.id)] == []
    made = {kind: [one["id"] for one in hubspot.created(kind)] for kind in ("contacts", "tickets", "notes")}
    letters = sorted(path.name for path in (tmp_path / "sent").glob("*.eml"))
    assert len(made["tickets"]) == 3
    assert letters

    later = Counter(tmp_path / "again", clock=lambda: done.clock() + timedelta(minutes=20), **tools, **outside)
    (tmp_path / "again" / "secret.key").write_bytes((tmp_path / "data" / "secret.key").read_bytes())
    (backup,) = [path for path in (tmp_path / "backups").iterdir() if path.name != "spool"]
    before = len(hubspot.calls)
    put_back(later.settings, backup, force=True)
    assert later.work() == {}
    tried = [str(call) for call in hubspot.calls[before:] if "tickets/batch/create" in str(call)]
    assert tried == [], "HubSpot itself would refuse a second one; it is not even asked"
    assert {kind: [one["id"] for one in hubspot.created(kind)] for kind in made} == made
    assert sorted(path.name for path in (tmp_path / "sent").glob("*.eml")) == letters
    with reading_store(later.settings) as store:
        states = {row.effect.key: row.state for case in store.list_cases() for row in store.outbox(case.id)}
        assert store.audit().ok
    assert {states[key] for key in unfinished} <= {"done", "reconciled"}
    tickets = [key for case in later.cases() for name, key in case.keys.items() if name == "ticket"]
    assert [states[key] for key in tickets] == ["reconciled"] * 3


def _unfinished(counter: Counter, case_id: str) -> list[str]:
    with reading_store(counter.settings) as store:
        return [row.effect.key for row in store.outbox(case_id) if row.state not in ("done", "reconciled", "dropped")]
