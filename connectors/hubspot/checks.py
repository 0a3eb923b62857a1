"""What a portal and its token lack for us, in sentences that say what to do. Nothing is changed by asking."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.http import Denied, Refused
from connectors.hubspot.client import HubSpotClient, missing_scopes
from connectors.hubspot.properties import Lack, PropertySpec, lacks
from core.ports import Health

#: Where HubSpot keeps a token's scopes.
PLACE = "HubSpot › Paramètres › Intégrations › Applications privées › Portées"
#: Batches that we write with; an empty one changes nothing, and is forbidden all the same to a token that may not write.
WRITES = (("contacts", "upsert"), ("tickets", "create"), ("tickets", "update"), ("notes", "create"))


class Checkup:
    """One look at a portal; everything that is wrong is told at once. Raises PortError when the portal does not answer."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._scopes: set[str] = set()

    def run(self, specs: Sequence[PropertySpec], pipeline: str, stages: Mapping[bool, str]) -> Health:
        """How the portal is for us."""
        lacking: list[Lack] = []
        for type in dict.fromkeys(spec.object_type for spec in specs):
            with self._scoped():
                lacking += lacks(self._client, [spec for spec in specs if spec.object_type == type])
        wrong: list[str] = [one.wrong for one in lacking if one.wrong]
        with self._scoped():
            wrong += self._pipeline(pipeline, stages)
        for type, action in WRITES:
            self._probe(self._client.path("batch", type=type, action=action))
        ours = [one for one in lacking if not one.wrong]
        for type in dict.fromkeys(one.spec.object_type for one in ours):
            self._probe(self._client.path("properties.create", type=type))
        if self._scopes:
            wrong.append(f"portées manquantes au jeton : {', '.join(sorted(self._scopes))} (ajoutez-les : {PLACE})")
        told = f" ; à créer par nous au premier besoin : {' ; '.join(map(str, ours))}" if ours else ""
        if wrong:
            return Health(False, f"HubSpot : {' ; '.join(wrong)}{told}")
        usage = self._client.usage()
        return Health(True, f"HubSpot répond ; {usage.calls} appels aujourd'hui, {usage.left} restent{told}")

    @contextlib.contextmanager
    def _scoped(self) -> Iterator[None]:
        """Keep which scopes a call lacks, and go on."""
        try:
            yield
        except Denied as error:
            found = missing_scopes(error.answer.dict())
            if not found:
                raise
            self._scopes |= found

    def _probe(self, path: str) -> None:
        # Refused for being empty: then it was allowed.
        with self._scoped(), contextlib.suppress(Refused):
            self._client.call("POST", path, body={"inputs": []})

    def _pipeline(self, pipeline: str, stages: Mapping[bool, str]) -> list[str]:
        answer = self._client.call("GET", self._client.path("pipelines", type="tickets"), reads=True).dict()
        there = {str(p.get("id")): p for p in answer.get("results") or () if isinstance(p, Mapping)}
        if pipeline not in there:
            return [f"le pipeline de tickets {pipeline} n'existe pas (HUBSPOT_PIPELINE_ID ; il y a : {_named(there.values())})"]
        known = [s for s in there[pipeline].get("stages") or () if isinstance(s, Mapping)]
        ids = {str(s.get("id")) for s in known}
        names = {True: "HUBSPOT_STAGE_NEW", False: "HUBSPOT_STAGE_CLOSED"}
        return [
            f"l'étape {stage} n'existe pas dans le pipeline {pipeline} ({names[open]} ; il y a : {_named(known)})"
            for open, stage in stages.items()
            if stage not in ids
        ]


def _named(things: Iterable[Mapping[str, object]]) -> str:
    return ", ".join(f"{one.get('id')} « {one.get('label')} »" for one in things) or "rien"
