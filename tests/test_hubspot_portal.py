"""What a portal must have for us: properties, choices, a pipeline, scopes; made where missing, told where only a person can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakes.hubspot import HubSpot
from fakes.hubspot_types import error
from fakes.wire import Answer
from hubspot_help import NEW, PIPELINE, STATUS, client, contact, crm, effect, ids, note, ticket

from connectors.hubspot.properties import PropertySpec, ensure, lacks
from core.effects import UpdateTicket
from core.errors import Ambiguous, Rejected, Transient, Unauthorized

pytest_plugins = ("tests.hubspot_fixtures",)


def test_a_portal_is_made_ready_once(portal: HubSpot, version: str) -> None:
    out = crm(portal, ready=False, version=version)
    health = out.check()
    assert health.ok is True, "what we make ourselves keeps nobody from starting"
    assert "à créer par nous au premier besoin : la propriété contacts.guichet_phone manque" in health.detail
    assert "tickets.validation_status" in health.detail
    done = out.ensure_properties()
    assert len(done) == 7
    assert out.ensure_properties() == []
    assert out.check().ok is True
    assert "manque" not in out.check().detail


def test_properties_that_are_missing_are_made_when_hubspot_says_so(portal: HubSpot) -> None:
    out = crm(portal, ready=False)
    (who,) = ids(out.deliver([contact(1, phone="+33611223344")]))
    (t,) = ids(out.deliver([ticket(1, who, properties={"credits_estimes": "2"})]))
    ids(out.deliver([note(1, t)]))
    assert portal.tickets[0]["properties"]["guichet_key"] == "c1/1/1"


def test_a_property_nobody_announced_is_refused_at_once_for_all_that_use_it(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(1)]))
    portal.forget_calls()
    outcomes = out.deliver([ticket(n, who, properties={"inconnue": "1"} if n % 2 else {}) for n in range(40)])
    assert [isinstance(o, Rejected) for o in outcomes] == [bool(n % 2) for n in range(40)]
    assert len(portal.calls) <= 3


def test_options_are_added_to_what_is_there(portal: HubSpot) -> None:
    portal.add_property("tickets", "validation_status", "enumeration", "select", options=("ancien",))
    hub = client(portal)
    assert [str(x) for x in lacks(hub, [STATUS])] == ["il manque à tickets.validation_status les choix pending_info, validated"]
    ensure(hub, [STATUS], group="guichet", label="Guichet")
    assert lacks(hub, [STATUS]) == []
    there = hub.call("GET", hub.path("property", type="tickets", property="validation_status"), reads=True).dict()
    assert [o["value"] for o in there["options"]] == ["ancien", "pending_info", "validated"]


def test_what_only_a_person_can_mend_is_said(portal: HubSpot) -> None:
    portal.add_property("tickets", "credits_estimes", "string", "text")
    portal.add_property("notes", "guichet_key")
    out = crm(portal, ready=False)
    out.ensure_properties()
    health = out.check()
    assert health.ok is False
    assert "credits_estimes est de type string, il faudrait number" in health.detail
    assert "notes.guichet_key n'exige pas de valeurs uniques" in health.detail
    assert "\n" not in health.detail


def test_all_kinds_of_properties(portal: HubSpot) -> None:
    hub = client(portal)
    kinds = ("string", "number", "date", "datetime", "enumeration", "bool")
    specs = [
        PropertySpec("tickets", f"p_{k}", k, k, options=(("a", "A"),) if k == "enumeration" else (), description="d")
        for k in kinds
    ]
    specs.append(PropertySpec("tickets", "p_long", "long", field="textarea"))
    ensure(hub, specs, group="guichet", label="Guichet")
    assert lacks(hub, specs) == []


# ------------------------------------------------------------------ credentials


def test_a_token_that_is_refused_stops_the_lane_and_never_shows(portal: HubSpot) -> None:
    out = crm(portal, ready=False, token="pat-eu1-tres-secret-0000")
    outcomes = out.deliver([contact(1), contact(2)])
    assert all(isinstance(o, Unauthorized) and "tres-secret" not in str(o) for o in outcomes)
    assert out.check().ok is False


@pytest.mark.parametrize("version", ["v3", "2026-09"])
@pytest.mark.parametrize("scope", ["crm.objects.contacts.write", "tickets"])
def test_check_names_the_scope_that_is_missing(portal: HubSpot, scope: str, version: str) -> None:
    out = crm(portal, version=version)
    portal.revoke(scope)
    health = out.check()
    assert health.ok is False
    assert f"portées manquantes au jeton : {scope} (ajoutez-les : HubSpot › Paramètres" in health.detail
    assert len(portal.tickets) == len(portal.contacts) == 0


def test_check_says_what_is_wrong_with_the_pipeline(portal: HubSpot) -> None:
    out = crm(portal)
    assert out.check().ok is True
    out._stages[False] = "1"
    told = out.check().detail
    assert "l'étape 1 n'existe pas" in told
    assert "HUBSPOT_STAGE_CLOSED" in told
    assert NEW in told, "those that are there are named"
    out._pipeline = "777"
    told = out.check().detail
    assert "le pipeline de tickets 777 n'existe pas (HUBSPOT_PIPELINE_ID" in told
    assert PIPELINE in told


def test_a_version_that_ended_is_no_reason_to_park(portal: HubSpot) -> None:
    out = crm(portal)
    portal.retire("v3")
    outcomes = out.deliver([contact(1)])
    assert isinstance(outcomes[0], Transient)
    assert "version" in str(outcomes[0])
    with pytest.raises(Transient):
        out.find([contact(1)])
    portal.unknown.clear()


def test_the_version_is_one_of_two_forms(portal: HubSpot) -> None:
    with pytest.raises(ValueError, match="v3"):
        client(portal, version="v5")


def test_check_tells_all_that_is_wrong_at_once(portal: HubSpot) -> None:
    """Scopes, a property of another type, a stage that is not there: one look, one list."""
    portal.add_property("tickets", "credits_estimes", "string", "text")
    out = crm(portal, ready=False)
    portal.revoke("crm.objects.contacts.write", "crm.schemas.contacts.write")
    out._stages[True] = "5"
    health = out.check()
    assert health.ok is False
    for part in ("crm.objects.contacts.write, crm.schemas.contacts.write", "credits_estimes est de type", "l'étape 5"):
        assert part in health.detail
    assert "contacts.guichet_phone" in health.detail


@pytest.mark.parametrize("version", ["v3", "2026-09"])
def test_a_choice_that_a_new_directive_brings_is_added_when_hubspot_says_so(portal: HubSpot, version: str) -> None:
    wanted = [STATUS]
    out = crm(portal, specs=wanted, version=version)
    (who,) = ids(out.deliver([contact(1)]))
    wanted[0] = replace(STATUS, options=(*STATUS.options, ("pending_photo", "En attente de photo")))
    effects = [ticket(n, who, properties={"validation_status": "pending_photo"}) for n in range(3)]
    assert len(set(ids(out.deliver(effects)))) == 3
    assert {t["properties"]["validation_status"] for t in portal.tickets} == {"pending_photo"}
    portal.forget_calls()
    outcomes = out.deliver([ticket(9, who, properties={"validation_status": "jamais_annonce"})])
    assert isinstance(outcomes[0], Rejected), "a choice that no directive knows is not made up"
    assert len(portal.calls) <= 3


def test_a_portal_that_never_sees_what_was_made_is_not_asked_for_ever(portal: HubSpot) -> None:
    out = crm(portal)
    (who,) = ids(out.deliver([contact(1)]))
    body = {"message": 'Property "credits_estimes" does not exist', "category": "VALIDATION_ERROR"}

    def refuse(request: Any) -> Any:
        if "tickets/batch/create" in request.path:
            return error(400, "VALIDATION_ERROR", body["message"]).answer
        if request.method == "GET" and "/properties/" in request.path:
            return Answer(200, {"results": []})
        return None

    portal.script(refuse)
    portal.forget_calls()
    outcomes = out.deliver([ticket(1, who, properties={"credits_estimes": "2"})])
    assert isinstance(outcomes[0], Rejected)
    assert len(portal.calls) < 40


@pytest.mark.parametrize("version", ["v3", "2026-09"])
def test_a_ticket_is_tied_to_a_conversation_once_and_a_tie_that_cannot_be_costs_nothing(portal: HubSpot, version: str) -> None:
    out = crm(portal, version=version)
    (who,) = ids(out.deliver([contact(1)]))
    tickets = ids(out.deliver([ticket(n, who) for n in range(3)]))
    threads = [portal.add_thread(f"client{n}@example.com", "Jean") for n in range(2)]
    effects = [
        effect(f"c{n}/4/0", UpdateTicket(to, thread=t))
        for n, (to, t) in enumerate(zip(tickets, [*threads, "999"], strict=True))
    ]
    effects.append(effect("c0/5/0", UpdateTicket(tickets[0], {"credits_estimes": "2"}, thread=threads[0])))
    assert ids(out.deliver(effects)) == [*tickets, tickets[0]]
    assert [t["associations"].get("conversations") for t in portal.tickets] == [[threads[0]], [threads[1]], None]
    assert portal.tickets[0]["properties"]["credits_estimes"] == "2"
    assert out.find(effects) == [None] * 4, "nothing is believed tied without tying"
    portal.late_success(match="conversations/batch/create")
    (outcome,) = out.deliver(effects[:1])
    assert isinstance(outcome, Ambiguous)
    assert ids(out.deliver(effects[:1])) == tickets[:1]
    assert portal.tickets[0]["associations"]["conversations"] == threads[:1]
