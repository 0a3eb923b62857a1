"""Three nodes, a kill, a freeze and a clean stop from a fixed seed (``make cluster`` does twenty kills and ten freezes).

That the suite notices a missing fence: ``python -m tests.faults.nodes --break no_lane_fence --kills 0 --freezes 4``.
"""

from __future__ import annotations

import pytest

from core.effects import Receipt
from core.ports import Delivery, JournalEntry
from tests.faults.checks import untold
from tests.faults.nodes import TAKEOVER, Report, play
from tests.store_help import NOW


@pytest.mark.slow
@pytest.mark.server("dovecot")
@pytest.mark.server("postgresql")
@pytest.mark.timeout(300)
def test_three_nodes_lose_nothing_and_double_nothing() -> None:
    report = play(3, 1, 1, 1)
    assert report.good, str(report)
    assert [kind for kind, _ in sorted(report.takeovers)] == ["freeze", "kill", "restart"]
    assert all(seconds < TAKEOVER for _, seconds in report.takeovers)
    assert report.verdict.cases >= 8
    assert report.verdict.effects >= 3 * report.verdict.cases


def test_a_report_of_nodes_says_what_went_wrong() -> None:
    report = Report(7, takeovers=[("kill", 6.0), ("freeze", 7.5)])
    assert report.good
    assert "takeover after kill: median 6.0 s" in str(report)
    assert not Report(7, takeovers=[("kill", 10.5)]).good, "ten seconds are too long"
    assert not Report(7, trespasses=["un wrote for clerk"]).good
    assert not Report(7, dead="why").good
    report.verdict.doubled.append("mail 1: 2 times")
    assert not report.good
    assert "doubled 1" in str(report)


def test_the_journal_alone_must_tell_the_way() -> None:
    sent = Delivery("c/1/0", "message.send", "", "done", Receipt("<a@b>"))
    opened = JournalEntry(NOW, "c", "message.opened", {"raw": "ab", "effects": ["c/1/0 message.send"]})
    done = JournalEntry(NOW, "c", "effect.done", {"effect": "c/1/0"})
    assert untold([(1, opened), (2, done)], [sent]) == []
    assert untold([(2, done)], [sent]) == ["how it began", "that c/1/0 was wanted"]
    assert untold([(1, opened)], [sent]) == ["how c/1/0 ended"]
    parked = JournalEntry(NOW, "c", "effect.parked", {"effect": "c/1/0"})
    assert untold([(1, opened), (2, parked)], [sent]) == ["how c/1/0 ended"]
