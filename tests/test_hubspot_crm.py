"""HubSpot as the CRM, on a loopback portal that refuses, forgets and answers late as the real one does."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.hubspot import HubSpot
from fakes.hubspot_types import error
from hubspot_help import CLOSED, PIPELINE, contact, crm, effect, ids, lose_an_answer, note, ticket, update

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
