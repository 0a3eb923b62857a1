"""HubSpot's pipelines with their stages, and its owners."""

from __future__ import annotations

from typing import Any

from .base import Fake, parse_body, stamp
from .hubspot_types import bad_values, error, invalid
from .wire import Answer, Request


class Pipelines(Fake):
    """Mixed into the fake: what stages exist, whether a ticket may stand there, who owns what."""

    portal: int
    routes = [
        ("GET", r"/crm/v3/pipelines/(?P<kind>[^/]+)", "pipelines_list"),
        ("POST", r"/crm/v3/pipelines/(?P<kind>[^/]+)", "pipelines_create"),
        ("GET", r"/crm/v3/pipelines/(?P<kind>[^/]+)/(?P<pipeline>[^/]+)", "pipelines_get"),
        ("GET", r"/crm/v3/pipelines/(?P<kind>[^/]+)/(?P<pipeline>[^/]+)/stages", "stages_list"),
        ("POST", r"/crm/v3/pipelines/(?P<kind>[^/]+)/(?P<pipeline>[^/]+)/stages", "stages_create"),
        ("GET", r"/crm/v3/pipelines/(?P<kind>[^/]+)/(?P<pipeline>[^/]+)/stages/(?P<stage>[^/]+)", "stages_get"),
        ("GET", r"/crm/v3/owners/?", "owners_list"),
        ("GET", r"/crm/v3/owners/(?P<owner>[^/]+)", "owners_get"),
    ]

    def start_pipelines(self) -> None:
        self.pipelines: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, dict[str, Any]] = {}
        self.add_pipeline(
            "Support Pipeline", ("New", "Waiting on contact", "Waiting on us", "Closed"), number="0", first_stage=1
        )
        self.add_pipeline("Modélisation", ("En attente", "Validé", "Fermé"), number="71530011", first_stage=148230455)
        self.add_owner("agent@studio.example", "Camille", "Agent", 51234567)

    def new_id(self) -> str:
        raise NotImplementedError

    def _kind(self, kind: str) -> str:
        raise NotImplementedError

    def add_pipeline(self, label: str, stages: tuple[str, ...], *, number: str = "", first_stage: int = 0) -> str:
        """A ticket pipeline whose last stage closes. Returns its id."""
        number = number or self.new_id()
        first = first_stage or int(self.new_id())
        made = [self._stage(str(first + n), one, n, closed=n == len(stages) - 1) for n, one in enumerate(stages)]
        self.pipelines[number] = {
            "id": number,
            "label": label,
            "displayOrder": len(self.pipelines),
            "stages": made,
        } | self._times()
        return number

    def add_owner(self, email: str, first: str, last: str, user: int) -> str:
        number = self.new_id()
        self.owners[number] = {
            "id": number,
            "email": email,
            "firstName": first,
            "lastName": last,
            "userId": user,
            "type": "PERSON",
            "userIdIncludingInactive": user,
            "teams": [],
        } | self._times()
        return number

    def check_stage(self, properties: dict[str, str]) -> None:
        """A ticket's stage must stand in its pipeline; without one the first pipeline is meant."""
        name = properties.get("hs_pipeline") or next(iter(self.pipelines))
        stage = properties.get("hs_pipeline_stage", "")
        if name not in self.pipelines:
            raise bad_values([_option("hs_pipeline", name, list(self.pipelines))], self.portal)
        allowed = [one["id"] for one in self.pipelines[name]["stages"]]
        if stage not in allowed:
            raise bad_values([_option("hs_pipeline_stage", stage, allowed)], self.portal)
        properties["hs_pipeline"] = name

    def _times(self) -> dict[str, Any]:
        return {"createdAt": stamp(self.now()), "updatedAt": stamp(self.now()), "archived": False}

    def _stage(self, number: str, label: str, order: int, *, closed: bool) -> dict[str, Any]:
        meta = {"isClosed": str(closed).lower(), "ticketState": "CLOSED" if closed else "OPEN"}
        rights = {"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"}
        return {"id": number, "label": label, "displayOrder": order, "metadata": meta} | rights | self._times()

    def _pipeline(self, kind: str, pipeline: str) -> dict[str, Any]:
        if self._kind(kind) != "tickets" or pipeline not in self.pipelines:
            raise error(404, "OBJECT_NOT_FOUND", f"Pipeline {pipeline} not found for {kind}")
        return self.pipelines[pipeline]

    def pipelines_list(self, request: Request, kind: str) -> Any:
        return {"results": list(self.pipelines.values()) if self._kind(kind) == "tickets" else []}

    def pipelines_get(self, request: Request, kind: str, pipeline: str) -> Any:
        return self._pipeline(kind, pipeline)

    def pipelines_create(self, request: Request, kind: str) -> Any:
        self._kind(kind)
        body = parse_body(request, invalid)
        return Answer(201, self.pipelines[self.add_pipeline(body["label"], tuple(one["label"] for one in body["stages"]))])

    def stages_list(self, request: Request, kind: str, pipeline: str) -> Any:
        return {"results": self._pipeline(kind, pipeline)["stages"]}

    def stages_create(self, request: Request, kind: str, pipeline: str) -> Any:
        body, stages = parse_body(request, invalid), self._pipeline(kind, pipeline)["stages"]
        closed = str((body.get("metadata") or {}).get("ticketState")).upper() == "CLOSED"
        stages.append(self._stage(self.new_id(), body["label"], body["displayOrder"], closed=closed))
        return Answer(201, stages[-1])

    def stages_get(self, request: Request, kind: str, pipeline: str, stage: str) -> Any:
        for one in self._pipeline(kind, pipeline)["stages"]:
            if one["id"] == stage:
                return one
        raise error(404, "OBJECT_NOT_FOUND", f"Stage {stage} not found")

    def owners_list(self, request: Request) -> Any:
        mail = request.get("email").lower()
        return {"results": [one for one in self.owners.values() if not mail or one["email"].lower() == mail]}

    def owners_get(self, request: Request, owner: str) -> Any:
        by_user = request.get("idProperty") == "userId"
        for one in self.owners.values():
            if owner == (str(one["userId"]) if by_user else one["id"]):
                return one
        raise error(404, "OBJECT_NOT_FOUND", f"Owner {owner} not found")


def _option(name: str, value: str, allowed: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "error": "INVALID_OPTION",
        "message": f"{value} was not one of the allowed options: [{', '.join(allowed)}]",
    }
