"""GET /health: whether the service works, for people, load balancers and watchers."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from core.errors import PortError, UserError
from core.nodes import NodeView
from engine.desk import Desk
from web.options import Options
from web.problems import ProblemOut, responses
from web.security import Doors


class NodeOut(BaseModel):
    """One of several machines, and the lanes that it has; addresses are left out."""

    name: str = Field(examples=["guichet-1"])
    state: Literal["alive", "leaving", "dead"]
    lanes: list[str] = Field(examples=[["clerk", "courier:mail", "intake:gmail"]])


class HealthOut(BaseModel):
    """How the service is: degraded when an outside system does not answer, unhealthy when nothing is taken in or decided."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str = Field(examples=["3.0.0"])
    features: dict[str, bool] = Field(examples=[{"classification": True, "file_upload": True, "hubspot": True}])
    workflow: dict[str, str] = Field(examples=[{"support": "immediate_ticket", "modelisation": "validation_required"}])
    nodes: list[NodeOut] | None = Field(None, description="Où plusieurs machines se partagent le travail : chacune.")


def _node(node: NodeView) -> NodeOut:
    """Without the addresses that stand in the names of lanes: this page is open to all."""
    lanes = [":".join(lane.split(":")[:2]) for lane in node.lanes]
    return NodeOut.model_validate({"name": node.name, "state": node.state, "lanes": lanes})


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:  # noqa: ARG001 (open to all)
    """The endpoint."""
    routes = APIRouter(tags=["État"])
    documented = responses()
    documented[503] = {
        "model": HealthOut | ProblemOut,
        "description": "Le service ne fait pas son travail, ou reçoit trop à la fois.",
    }

    @routes.get(
        "/health",
        response_model=HealthOut,
        response_model_exclude_none=True,
        responses=documented,
        summary="L'état du service",
    )
    async def health() -> HealthOut | Response:
        try:
            status, features = await desk.run(desk.health)
            nodes = [_node(node) for node in await desk.run(desk.nodes)]
        except (PortError, UserError):
            status, features, nodes = "unhealthy", {}, []
        out = HealthOut(status=status, version=desk.version, features=features, workflow=desk.workflow(), nodes=nodes or None)
        return out if status != "unhealthy" else JSONResponse(out.model_dump(exclude_none=True), 503)

    return routes
