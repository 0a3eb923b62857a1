"""The same road with the store on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from tests import postgres
from tests.road import JPEG, Counter, mail, plain


def test_request_quote_yes_and_task_on_postgresql(tmp_path: Path) -> None:
    url = postgres.fresh(postgres.server())
    counter = Counter(tmp_path / "data", database_url=url)
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    counter.drop(mail("Mon paiement ne passe pas", sender="a@b.example", subject="paiement", number=2))
    assert counter.work() == {}
    (quote,) = counter.sent("client@example.com")
    assert "2 crédits" in plain(quote)
    counter.drop(mail("Je valide", answers=quote, number=3))
    assert counter.work() == {}
    assert sorted((c.kind, c.stage) for c in counter.cases()) == [("MODELISATION", "done"), ("SUPPORT", "done")]
    assert len(counter.records("task")) == 1
    assert {state for _, _, state in counter.effects()} <= {"done", "reconciled"}
