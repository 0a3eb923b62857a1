"""Sixty faults from a fixed seed against the whole daemon (``make faults`` injects a thousand), and the parts of the suite itself.

That the suite notices planted defects is shown by ``make faults-selftest``: it takes minutes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.effects import Receipt
from core.ports import Delivery
from tests.faults.__main__ import play
from tests.faults.checks import _missing
from tests.faults.driver import KINDS, Report
from tests.faults.outside import Bad, Ledger

SEED = 60


@pytest.mark.slow
@pytest.mark.server("dovecot")
@pytest.mark.timeout(900)
def test_sixty_faults_lose_nothing_and_double_nothing() -> None:
    report = play(SEED, 60, 60)
    assert report.good, str(report)
    assert report.faults.total() == 60
    assert all(report.faults[kind] >= 6 for kind in KINDS), report.faults
    assert report.messages >= 60
    assert report.verdict.cases >= 40
    assert report.verdict.effects >= 3 * report.verdict.cases


def test_a_report_says_what_was_lost_and_doubled() -> None:
    report = Report(7, faults=Counter(kill=2))
    assert report.good
    report.verdict.lost.append("client1@clients.example: no case")
    assert not report.good
    assert "seed 7" in str(report)
    assert "kill 2" in str(report)
    assert "lost 1, doubled 0, parked 0" in str(report)
    assert not Report(7, unfenced=1).good
    assert not Report(7, dead="why").good
    assert not Report(7, stalled="why").good


def test_an_effect_counts_only_when_it_is_there(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.ids["<a@b>"] += 1
    ledger.keys["c/1/0"] += 1
    mail = Delivery("c/1/1", "message.send", "", "done", Receipt("<a@b>"))
    task = Delivery("c/1/0", "task.create", "task", "reconciled", Receipt("t1"))
    assert (_missing(mail, ledger), _missing(task, ledger)) == ("", "")
    for kind in ("message.send", "task.create", "ticket.open", "ticket.note", "contact.upsert", "file.store"):
        assert "is not there" in _missing(Delivery("c/9/9", kind, "", "done", Receipt("other")), ledger), kind
    assert "stays sending" in _missing(Delivery("c/1/1", "message.send", "", "sending"), ledger)
    assert _missing(Delivery("c/1/1", "message.send", "", "parked"), ledger) == ""


def test_a_fault_meets_a_call_that_it_fits_and_counts_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.armed.append(Bad("refuse", "refuse", "crm", calls=2))
    assert ledger.meet("s3", "cut", "refuse") is None
    assert ledger.meet("crm", "silent") is None
    assert ledger.meet("crm", "cut", "refuse") is not None
    assert ledger.meet("crm", "cut", "refuse") is not None
    assert ledger.meet("crm", "cut", "refuse") is None
