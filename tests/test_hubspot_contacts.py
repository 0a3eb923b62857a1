"""One person is one contact in HubSpot, whoever writes him at the same moment and by whatever he is known."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fakes.hubspot import HubSpot
from fakes.hubspot_types import error
from hubspot_help import contact, crm, ids

from connectors.hubspot.contacts import bare, names

pytest_plugins = ("tests.hubspot_fixtures",)


def test_the_same_person_many_times_in_a_batch_is_one_input(portal: HubSpot) -> None:
    out = crm(portal)
    effects = [
        contact(n, email=["Jean@Example.com", " jean@example.com"][n % 2], name=["", "Jean Dupont"][n % 2]) for n in range(40)
    ]
    assert len(set(ids(out.deliver(effects)))) == 1
    assert len(portal.contacts) == len(portal.calls) == 1
    assert portal.contacts[0]["properties"]["lastname"] == "Dupont"


@pytest.mark.parametrize("who", ["address", "number", "both"])
@pytest.mark.parametrize("conflicts", [0, 5])
def test_row_24_twenty_workers_make_one_contact(portal: HubSpot, who: str, conflicts: int, version: str) -> None:
    """Some know the address, some the number, some both; the search is a minute behind, some of the slower are answered 409."""
    crm(portal)
    start = threading.Barrier(20)
    portal.latency, portal.search_lag = 0.05, 60.0
    portal.fail_next(conflicts, 409, match="batch/upsert")

    def work(n: int) -> str:
        mine = crm(portal, ready=False, version=version)
        said = {"email": "" if who == "number" or (who == "both" and n % 3 == 0) else "seul@example.com"}
        said["phone"] = "" if who == "address" else ("+33 6 11 22 33 44" if n % 2 else "0033611223344")
        start.wait()
        return ids(mine.deliver([contact(n, **said)]))[0]

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(work, range(20)))) == 1
    assert len(portal.contacts) == 1
    assert not portal.count("search"), "what lags is not asked"


def test_row_24_a_fresh_contact_that_the_search_does_not_show_yet_is_the_same_one(portal: HubSpot) -> None:
    portal.search_lag = 60.0
    (first,) = ids(crm(portal).deliver([contact(1)]))
    (again,) = ids(crm(portal, ready=False).deliver([contact(2, email="client1@example.com")]))
    assert first == again
    assert len(portal.contacts) == 1


def test_lost_races_are_taken_as_found(portal: HubSpot) -> None:
    """HubSpot answers 409 to the slower of two that make the same contact."""
    out = crm(portal)
    there = portal.add("contacts", {"email": "client1@example.com"})
    portal.fail_next(1, 409, match="batch/upsert")
    assert ids(out.deliver([contact(1)])) == [there]


def test_a_contact_that_always_exists_already_is_updated_by_its_id(portal: HubSpot) -> None:
    out = crm(portal)
    there = portal.add("contacts", {"email": "client1@example.com"})

    def refuse(request: Any) -> Any:
        if "batch/upsert" in request.path:
            return error(409, "CONFLICT", f"Contact already exists. Existing ID: {there}").answer
        return None

    portal.script(refuse)
    assert ids(out.deliver([contact(1)])) == [there]
    assert portal.contacts[0]["properties"]["firstname"] == "Jeanne"


def test_a_language_that_the_portal_does_not_know_costs_nobody_the_contact(portal: HubSpot) -> None:
    out = crm(portal)

    def refuse(request: Any) -> Any:
        if "batch/upsert" in request.path and b'"tlh"' in request.body:
            return error(400, "VALIDATION_ERROR", "Property values were not valid: hs_language tlh INVALID_OPTION").answer
        return None

    portal.script(refuse)
    assert len(set(ids(out.deliver([contact(1, language="fr"), contact(2, language="tlh")])))) == 2
    said = {c["properties"]["email"]: c["properties"].get("hs_language") for c in portal.contacts}
    assert said == {"client1@example.com": "fr", "client2@example.com": None}


def test_a_number_alone_is_a_person_too(portal: HubSpot) -> None:
    out = crm(portal)
    one, two, other = ids(
        out.deliver(
            [contact(n, email="", phone=p) for n, p in enumerate(["+33 6 11 22 33 44", "0033611223344", "+33699999999"])]
        )
    )
    assert one == two != other
    assert len(portal.contacts) == 2
    assert ids(out.deliver([contact(9, email="", phone="+33611223344")])) == [one]


def test_the_first_person_of_a_new_portal_may_have_only_a_number(portal: HubSpot) -> None:
    out = crm(portal, ready=False)
    (first,) = ids(out.deliver([contact(1, email="", phone="+33611223344")]))
    assert ids(out.deliver([contact(2, email="", phone="+33611223344")])) == [first]


def test_known_by_number_first_then_by_address_and_number_stays_one(portal: HubSpot) -> None:
    out = crm(portal)
    (first,) = ids(out.deliver([contact(1, email="", phone="+33611223344", name="")]))
    assert ids(out.deliver([contact(2, email="jean@example.com", phone="+33611223344", name="Jean Dupont")])) == [first]
    assert [c["properties"]["email"] for c in portal.contacts] == ["jean@example.com"]
    assert ids(out.deliver([contact(3, email="", phone="+33611223344")])) == [first]


def test_a_number_that_is_someone_elses_does_not_mix_two_people(portal: HubSpot) -> None:
    out = crm(portal)
    ids(out.deliver([contact(1, email="a@example.com", phone="+33611223344")]))
    effects = [contact(2, email="b@example.com", phone="+33611223344"), contact(3)]
    assert len(set(ids(out.deliver(effects)))) == 2
    assert sorted(c["properties"]["email"] for c in portal.contacts) == [
        "a@example.com",
        "b@example.com",
        "client3@example.com",
    ]
    portal.forget_calls()
    ids(out.deliver(effects))
    assert len(portal.calls) == 1, "what was found out once is not found out again"


def test_what_is_not_known_of_a_person_is_left_as_it_is(portal: HubSpot) -> None:
    out = crm(portal)
    there = portal.add("contacts", {"email": "client1@example.com", "firstname": "Jeanne", "lastname": "Martin", "phone": "01"})
    assert ids(out.deliver([contact(1, name="")])) == [there]
    assert portal.contacts[0]["properties"]["lastname"] == "Martin"


def test_a_second_address_of_a_contact_is_the_contact(portal: HubSpot) -> None:
    out = crm(portal)
    there = portal.add("contacts", {"email": "pro@example.com", "hs_additional_emails": "perso@example.com"})
    effects = [contact(1), contact(2, email="perso@example.com", name="Jean Dupont"), contact(3)]
    outcomes = out.deliver(effects)
    assert ids(outcomes)[1] == there
    assert len(portal.contacts) == 3
    assert [r.id for r in out.find(effects) if r] == ids(outcomes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jean Dupont", ("Jean", "Dupont")),
        ("DUPONT, Jean", ("Jean", "DUPONT")),
        ("Jean", ("Jean", "")),
        ("", ("", "")),
        ("  Anne  de la Tour ", ("Anne", "de la Tour")),
        ("Studio,", ("Studio", "")),
    ],
)
def test_names(name: str, expected: tuple[str, str]) -> None:
    assert names(name) == expected


def test_numbers_in_their_bare_form() -> None:
    assert {bare(n) for n in ("+33 6 11 22", "+33(6)11.22", "0033 61122", "whatsapp:+3361122")} == {"+3361122"}
    assert bare("06 11 22") == "061122"
    assert bare("") == bare("inconnu") == ""
