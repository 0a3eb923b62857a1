"""Tickets tied to the conversations in which their customers also write."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from connectors.http import Refused
from connectors.hubspot.batches import MOST, Run
from connectors.hubspot.shapes import TICKET_TO_THREAD
from core.errors import PortError

log = logging.getLogger(__name__)

#: (ticket, conversation)
Link = tuple[str, str]


def link(run: Run, links: Sequence[Link]) -> dict[Link, PortError | None]:
    """Tie them, a hundred a call; None where it is done. Tying again changes nothing.

    A tie that HubSpot refuses (a conversation that was deleted) is given up: it is a convenience, and nobody can mend it.
    """
    outcomes: dict[Link, PortError | None] = {}
    unique = list(dict.fromkeys(links))
    for start in range(0, len(unique), MOST):
        outcomes.update(_batch(run, unique[start : start + MOST]))
    return outcomes


def _batch(run: Run, links: Sequence[Link]) -> dict[Link, PortError | None]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": TICKET_TO_THREAD}]
    body = {"inputs": [{"from": {"id": ticket}, "to": {"id": thread}, "types": types} for ticket, thread in links]}
    try:
        run.post(run.links("tickets", "conversations"), body)
    except Refused as error:
        if len(links) > 1:
            return {one: outcome for each in links for one, outcome in _batch(run, [each]).items()}
        log.info("ticket %s cannot be tied to its conversation: %s", links[0][0], error)
    except PortError as error:
        return dict.fromkeys(links, error)
    return dict.fromkeys(links)
