"""Giving up what we made in a portal: contacts by the GDPR endpoint, for good; tickets and notes into HubSpot's bin."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.http import Refused
from connectors.hubspot.client import HubSpotClient
from core.erasure import Trace
from core.errors import PortError, Rejected

#: Records of one call, and the types that go by batch, each kind of effect with its type of object.
MOST = 100
TYPES = {"ticket.note": "notes", "ticket.open": "tickets"}


def forget(client: HubSpotClient, traces: Sequence[Trace]) -> list[PortError | None]:
    """One answer a trace. What hangs on a contact goes before it; a change of a ticket goes with its ticket."""
    answers: dict[int, PortError | None] = {}
    mine = {n: t for n, t in enumerate(traces) if t.id.isdecimal() and not t.url.startswith("local://")}
    for kind, type in TYPES.items():
        wanted = [(n, t.id) for n, t in mine.items() if t.kind == kind]
        for start in range(0, len(wanted), MOST):
            some = wanted[start : start + MOST]
            body = {"inputs": [{"id": id} for id in dict.fromkeys(id for _, id in some)]}
            answer = _call(client, client.path("batch", type=type, action="archive"), body)
            answers |= {n: answer for n, _ in some}
    people: dict[str, PortError | None] = {}
    for n, trace in mine.items():
        if trace.kind == "contact.upsert":
            if trace.id not in people:
                people[trace.id] = _call(client, client.path("gdpr"), {"objectId": trace.id})
            answers[n] = people[trace.id]
        elif trace.kind == "ticket.update":
            answers[n] = None
    return [answers.get(n, Rejected("fait dans un autre système, qui n'est plus réglé")) for n in range(len(traces))]


def forget_threads(client: HubSpotClient, traces: Sequence[Trace]) -> list[PortError | None]:
    """Conversations, each once, with all that was said in them."""
    done: dict[str, PortError | None] = {"": Rejected("la conversation n'est pas connue")}
    for trace in traces:
        if trace.thread not in done:
            done[trace.thread] = (
                _call(client, client.path("thread", id=trace.thread), None, "DELETE")
                if trace.thread.isdecimal()
                else Rejected("ce n'est pas une conversation de HubSpot")
            )
    return [done[trace.thread] for trace in traces]


def _call(client: HubSpotClient, path: str, body: object, method: str = "POST") -> PortError | None:
    try:
        client.call(method, path, body=body)
    except Refused as error:
        return None if error.answer.status in (404, 410) else error
    except PortError as error:
        return error
    return None
