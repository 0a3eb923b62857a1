"""HubSpot as the CRM, on a loopback portal that refuses, forgets and answers late as the real one does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fakes.hubspot import HubSpot
from fakes.hubspot_types import error
from hubspot_help import CLOSED, PIPELINE, contact, crm, effect, ids, lose_an_answer, note, ticket, update

from connectors.hubspot.contacts import bare, names
from core.effects import Receipt, StoreFile, UpsertContact
from core.errors import Ambiguous, Rejected, Transient

pytest_plugins = ("tests.hubspot_fixtures",)


def test_a_hundred_new_messages_cost_three_calls(portal: HubSpot, version: str) -> None:
    out = crm(portal, version=version)
    people = ids(out.deliver([contact(n) for n in range(100)]))
    tickets = ids(out.deliver([ticket(n, to) for n, to in enumerate(people)]))
    ids(out.deliver([note(n, to, contact=people[n]) for n, to in enumerate(tickets)]))
    assert len(portal.calls) == 3
    assert (len(portal.contacts), len(portal.tickets), len(portal.notes)) == (100, 100, 100)
    assert all(t["associations"]["contacts"] == [people[n]] for n, t in enumerate(sorted(portal.tickets, key=_number)))
    assert all(
        n["associations"] == {"tickets": [tickets[i]], "contacts": [people[i]]} for i, n in enumerate(_by_key(portal.notes))
    )
    assert all(("/v3/" in c.path) == (version == "v3") for c in portal.calls)


def _number(record: dict[str, Any]) -> int:
    return int(record["properties"]["subject"].rpartition(" ")[2])


def _by_key(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda r: int(r["properties"]["guichet_key"].partition("/")[0][1:]))


def test_what_a_ticket_says(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(1, phone="+33 6 12 34 56 78", language="fr")]))
    properties = {"validation_status": "pending_info", "credits_estimes": "2"}
    (receipt,) = out.deliver([ticket(1, who, properties=properties, priority="HIGH", open=False)])
    assert receipt == Receipt(
        portal.tickets[0]["id"], f"https://app.hubspot.com/contacts/143870112/record/0-5/{portal.tickets[0]['id']}"
    )
    said = portal.tickets[0]["properties"]
    wanted = {
        "subject": "Demande 1",
        "content": "Bonjour,\n…",
        "hs_pipeline": PIPELINE,
        "hs_pipeline_stage": CLOSED,
        "hs_ticket_priority": "HIGH",
        "guichet_key": "c1/1/1",
        "guichet_source_id": "<m1@example.com>",
        "guichet_reference": "G-1",
        **properties,
    }
    assert {k: said.get(k) for k in wanted} == wanted
    person = portal.contacts[0]["properties"]
    assert {k: person.get(k) for k in ("email", "firstname", "lastname", "phone", "hs_language")} == {
        "email": "client1@example.com",
        "firstname": "Jeanne",
        "lastname": "Client1",
        "phone": "+33 6 12 34 56 78",
        "hs_language": "fr",
    }


def test_a_note_is_text_and_never_markup(portal: HubSpot) -> None:
    out = crm(portal)
    (t,) = ids(out.deliver([ticket(1, ids(out.deliver([contact(1)]))[0])]))
    ids(out.deliver([note(1, t, "a < b\n<script>alert(1)</script>")]))
    assert portal.notes[0]["properties"]["hs_note_body"] == "a &lt; b<br>&lt;script&gt;alert(1)&lt;/script&gt;"


# ------------------------------------------------------------------ one person, one contact


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


# ------------------------------------------------------------------ timeouts, and what comes after


@pytest.mark.parametrize("how", ["cut", "silent", "504", "half", "page"])
@pytest.mark.parametrize("kind", ["contact", "ticket", "note", "update"])
def test_success_that_is_never_heard_of_is_found_not_repeated(portal: HubSpot, how: str, kind: str) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(0)]))
    (t,) = ids(out.deliver([ticket(0, who)]))
    effects = {
        "contact": [contact(1), contact(2)],
        "ticket": [ticket(1, who), ticket(2, who)],
        "note": [note(1, t), note(2, t)],
        "update": [update(1, t, credits_estimes="3"), update(2, t, open=False)],
    }[kind]
    before = {k: len(getattr(portal, k)) for k in ("contacts", "tickets", "notes")}
    lose_an_answer(portal, how, r"POST .*/batch/(create|upsert|update)")
    outcomes = out.deliver(effects)
    assert all(isinstance(o, Ambiguous) for o in outcomes), outcomes
    found = out.find(effects)
    if how == "page":
        # That one came instead of the work: it is not there, and a second try makes it.
        assert found == [None, None]
        assert len(ids(out.deliver(effects))) == 2
        found = out.find(effects)
    assert all(r is not None and r.found for r in found)
    plural = {"contact": "contacts", "ticket": "tickets", "note": "notes"}.get(kind)
    after = {k: len(getattr(portal, k)) for k in before}
    assert after == (before | {plural: before[plural] + 2} if plural else before)
    again = out.deliver(effects)
    assert ids(again) == [r.id for r in found if r]
    assert {k: len(getattr(portal, k)) for k in before} == after, "delivering again is harmless in itself"


def test_find_never_takes_a_page_of_something_in_between_for_absence(portal: HubSpot) -> None:
    out = crm(portal)
    effects = [contact(1)]
    ids(out.deliver(effects))
    portal.garble_next(2, match="batch/read")
    with pytest.raises(Transient):
        out.find(effects)


@pytest.mark.parametrize("trouble", ["refused", "429", "503"])
def test_what_certainly_was_not_done_is_transient(portal: HubSpot, trouble: str) -> None:
    out = crm(portal, sleep=lambda s: None)
    if trouble == "refused":
        portal.stop()
        portal.unknown.clear()
    elif trouble == "429":
        portal.fail_next(9, 429, retry_after=40)
    else:
        # Reading changes nothing: a 503 to it is no riddle.
        portal.fail_next(9, 503)
        with pytest.raises(Transient):
            out.find([contact(1)])
        return
    outcomes = out.deliver([contact(1), contact(2)])
    assert all(type(o) is Transient for o in outcomes), outcomes
    if trouble == "429":
        assert [o.after for o in outcomes if isinstance(o, Transient)] == [40.0, 40.0]


def test_after_a_timeout_the_rest_is_not_even_tried(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(0)]))
    portal.late_success(match="contacts/batch/upsert", silent=1.5)
    portal.forget_calls()
    outcomes = out.deliver([contact(1), ticket(1, who), contact(2)])
    assert [type(o) for o in outcomes] == [Ambiguous, Transient, Ambiguous]
    assert portal.count("batch/create") == 0


# ------------------------------------------------------------------ what is refused


def test_one_bad_address_is_found_among_a_hundred(portal: HubSpot) -> None:
    out = crm(portal)
    effects = [contact(n) for n in range(100)]
    effects[37] = contact(37, email="pas-une-adresse@")
    outcomes = out.deliver(effects)
    assert isinstance(outcomes[37], Rejected)
    assert "INVALID_EMAIL" in str(outcomes[37]) or "invalid" in str(outcomes[37])
    assert len(ids(outcomes[:37] + outcomes[38:])) == 99
    assert len(portal.contacts) == 99
    assert len(portal.calls) <= 3


def test_a_refusal_that_names_nobody_is_isolated_by_halving(portal: HubSpot) -> None:
    out = crm(portal)

    def refuse(request: Any) -> Any:
        body = request.body.decode()
        if "batch/upsert" in request.path and "client37@" in body:
            return error(400, "VALIDATION_ERROR", "Something is wrong with your request.").answer
        return None

    portal.script(refuse)
    outcomes = out.deliver([contact(n) for n in range(100)])
    assert [n for n, o in enumerate(outcomes) if isinstance(o, Rejected)] == [37]
    assert len(portal.contacts) == 99
    assert len(portal.calls) <= 2 * 7 + 1


def test_partial_failures_belong_to_their_effects(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(0)]))
    effects = [ticket(n, who, properties={"credits_estimes": "beaucoup"} if n in (3, 8) else {}) for n in range(10)]
    portal.forget_calls()
    outcomes = out.deliver(effects)
    assert [n for n, o in enumerate(outcomes) if isinstance(o, Rejected)] == [3, 8]
    assert len(portal.tickets) == 8
    assert portal.count("batch/create") == 1


def test_what_hubspot_failed_at_itself_is_uncertain_not_refused(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(0)]))
    portal.partial(1)
    effects = [ticket(n, who) for n in range(6)]
    outcomes = out.deliver(effects)
    assert [isinstance(o, Ambiguous) for o in outcomes] == [False, True] * 3
    assert [r is None for r in out.find(effects)] == [False, True] * 3


def test_a_note_on_a_ticket_that_is_not_there(portal: HubSpot) -> None:
    out = crm(portal)
    (t,) = ids(out.deliver([ticket(1, ids(out.deliver([contact(1)]))[0])]))
    outcomes = out.deliver([note(1, t), note(2, "999"), note(3, "local://x"), note(4, t)])
    assert [type(o) for o in outcomes] == [Receipt, Rejected, Rejected, Receipt] or isinstance(outcomes[1], Rejected)
    assert len(portal.notes) == 2
    assert out.find([note(2, "999")]) == [None]


def test_updates_of_one_ticket_are_one_input_in_order(portal: HubSpot) -> None:
    out = crm(portal)
    (t,) = ids(out.deliver([ticket(1, ids(out.deliver([contact(1)]))[0])]))
    portal.forget_calls()
    effects = [
        update(1, t, credits_estimes="1"),
        update(2, t, credits_estimes="2", validation_status="validated"),
        update(3, t, open=False),
    ]
    outcomes = out.deliver([*effects, update(4, "999", credits_estimes="1")])
    assert ids(outcomes[:3]) == [t] * 3
    assert isinstance(outcomes[3], Rejected)
    said = portal.tickets[0]["properties"]
    assert (said["credits_estimes"], said["validation_status"], said["hs_pipeline_stage"]) == ("2", "validated", CLOSED)
    assert len(portal.calls) == 1
    assert [r is None for r in out.find(effects)] == [True, False, False]


def test_one_bad_update_does_not_cost_the_others_of_its_ticket(portal: HubSpot) -> None:
    out = crm(portal)
    (t,) = ids(out.deliver([ticket(1, ids(out.deliver([contact(1)]))[0])]))
    outcomes = out.deliver([update(1, t, credits_estimes="x"), update(2, t, validation_status="validated")])
    assert [type(o) is Receipt for o in outcomes] == [False, True]
    assert portal.tickets[0]["properties"]["validation_status"] == "validated"


def test_a_conversation_that_cannot_be_linked_does_not_cost_the_ticket(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(1)]))
    assert ids(out.deliver([ticket(1, who, thread="424242"), ticket(2, who)]))
    assert portal.tickets[0]["associations"]["contacts"] == [who]
    assert len(portal.tickets) == 2


def test_a_key_is_one_ticket_whatever_hubspot_says(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(1)]))
    first = out.deliver([ticket(n, who) for n in range(60)])
    portal.forget_calls()
    again = out.deliver([ticket(n, who) for n in range(30, 90)])
    assert ids(again)[:30] == ids(first)[30:]
    assert all(o.found for o in again[:30] if isinstance(o, Receipt))
    assert len(portal.tickets) == 90
    assert len(portal.calls) <= 3


def test_what_it_cannot_do_is_refused_before_any_call(portal: HubSpot) -> None:
    out = crm(portal)
    (one, two) = out.deliver(
        [effect("x/1/0", StoreFile("0" * 64, "a", "b", 1, "x")), effect("x/1/1", UpsertContact(name="Personne"))]
    )
    assert isinstance(one, Rejected)
    assert isinstance(two, Rejected)
    assert portal.calls == []
