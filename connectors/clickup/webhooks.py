"""The webhook by which ClickUp tells that tasks were moved: found by its address, made where there is none, awoken where it sleeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.clickup.client import ClickUpClient
from connectors.clickup.place import place_of
from connectors.clickup.shapes import id_of
from connectors.http import Refused
from core.errors import Ambiguous, Transient

#: What we listen to.
EVENT = "taskStatusUpdated"


@dataclass(frozen=True, slots=True)
class Registered:
    """A webhook as it stands. ``secret`` signs what it sends; ``was`` says what there was before: none, the same, one asleep."""

    id: str
    endpoint: str
    secret: str = field(repr=False)
    was: Literal["none", "same", "asleep"] = "same"


class Webhooks:
    """The webhooks of the workspace of the ``parent`` task. Every method raises PortError and nothing else."""

    def __init__(self, client: ClickUpClient, *, parent: str) -> None:
        self._client, self._parent = client, parent

    def find(self, endpoint: str) -> Registered | None:
        """The webhook to that address that hears of moved tasks, None when there is none."""
        _, team = place_of(self._client, self._parent)
        return next((_registered(one, "same") for one in self._all(team) if _is(one, endpoint) and _hears(one)), None)

    def register(self, endpoint: str) -> Registered:
        """The same, made where there is none and awoken where ClickUp gave it up; any number of times."""
        list_id, team = place_of(self._client, self._parent)
        there = [one for one in self._all(team) if _is(one, endpoint)]
        best = next((one for one in there if _hears(one) and _awake(one)), None)
        if best is not None:
            return _registered(best, "same")
        if there:
            body = {"endpoint": endpoint, "events": "*", "status": "active"}
            self._client.call("PUT", f"/v2/webhook/{id_of(str(there[0].get('id')))}", body=body)
            return _registered(there[0], "asleep")
        made = self._make(team, {"endpoint": endpoint, "events": [EVENT], "list_id": int(list_id)}, endpoint)
        return _registered(made, "none")

    def _make(self, team: str, body: Mapping[str, Any], endpoint: str) -> Mapping[str, Any]:
        try:
            made = self._client.call("POST", f"/v2/team/{id_of(team)}/webhook", body=body).dict().get("webhook")
        except (Ambiguous, Refused):
            # It may be there all the same: made by the call whose answer was lost, or by somebody at this moment.
            made = next((one for one in self._all(team) if _is(one, endpoint)), None)
            if made is None:
                raise
        if not isinstance(made, Mapping) or not made.get("secret"):
            raise Transient("ClickUp : la réponse ne dit pas le secret du webhook ; relancez la commande")
        return made

    def _all(self, team: str) -> list[Mapping[str, Any]]:
        rows = self._client.call("GET", f"/v2/team/{id_of(team)}/webhook", reads=True).dict().get("webhooks")
        return [one for one in rows or () if isinstance(one, Mapping)] if isinstance(rows, list) else []


def _is(one: Mapping[str, Any], endpoint: str) -> bool:
    return str(one.get("endpoint") or "").rstrip("/") == endpoint.rstrip("/")


def _hears(one: Mapping[str, Any]) -> bool:
    events = one.get("events")
    return events == "*" or (isinstance(events, list) and bool({EVENT, "*"} & {str(e) for e in events}))


def _awake(one: Mapping[str, Any]) -> bool:
    health = one.get("health")
    return not isinstance(health, Mapping) or str(health.get("status") or "active") == "active"


def _registered(one: Mapping[str, Any], was: Literal["none", "same", "asleep"]) -> Registered:
    secret = str(one.get("secret") or "")
    if not secret:
        raise Transient("ClickUp : ce webhook ne dit pas son secret")
    return Registered(str(one.get("id") or ""), str(one.get("endpoint") or ""), secret, was)
