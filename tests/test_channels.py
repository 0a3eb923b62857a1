"""One person on several channels is one contact, and answers by any of them."""

from __future__ import annotations

from datetime import UTC, datetime

from core.case import Case, Party, Thread
from core.ports import Change
from store import SqlStore
from tests.lives import CUSTOMER, Life, fact, photo

pytest_plugins = ["tests.store_fixtures"]
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_person_is_known_by_either_address(store: SqlStore) -> None:
    party = Party("Client@Example.com", "Jean Dupont", "+33612345678")
    case = Case("i1", "K7Q2M9XD", 1, "b", "d", "r", "K", "waiting_info", party, Thread("email", "", party.email), NOW, NOW)
    store.commit([Change(case)], NOW)
    found = store.parties(["+33612345678", "client@example.com", "autre@example.com"])
    assert set(found) == {"+33612345678", "client@example.com"}
    assert found["+33612345678"].email == "Client@Example.com"
    assert found["client@example.com"].phone == "+33612345678"


def test_a_case_opened_by_mail_also_knows_the_number_of_its_customer() -> None:
    life = Life()
    life.known = Party(CUSTOMER, "Jean Dupont", "+33612345678")
    life.write("modéliser ce fauteuil", files=(photo(),), facts=(fact("complexity", "standard"),), intent="request")
    assert life.case is not None
    assert life.case.people == (CUSTOMER, "+33612345678")
    assert (life.case.party.email, life.case.party.phone) == (CUSTOMER, "+33612345678")
    contact = life.effects[0].payload
    assert contact.phone == "+33612345678"  # type: ignore[union-attr]
