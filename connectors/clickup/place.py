"""Where the parent task is: its list and its workspace."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.clickup.client import NOT_AUTHORIZED_THERE, ClickUpClient
from connectors.clickup.shapes import id_of
from connectors.http import Refused
from core.errors import Transient, Unauthorized


def place_of(client: ClickUpClient, parent: str) -> tuple[str, str]:
    """(list, team) of the parent task. Raises PortError; a parent that is not there is a setting to mend: Unauthorized."""
    try:
        task = client.call("GET", f"/v2/task/{id_of(parent)}", reads=True).dict()
    except (Refused, Unauthorized) as error:
        if isinstance(error, Unauthorized) and not of_what_was_asked(error):
            raise
        raise Unauthorized(f"la tâche parente {parent} est introuvable pour ce jeton : {error}") from None
    place = task.get("list")
    list_id = str(place.get("id") or "") if isinstance(place, Mapping) else ""
    team = str(task.get("team_id") or "")
    if not list_id or not team:
        raise Transient("ClickUp : la tâche parente ne dit pas sa liste")
    return list_id, team


def of_what_was_asked(error: Unauthorized) -> bool:
    """Whether the 401 speaks of an id that ClickUp does not know, not of the token."""
    return any(f"({code})" in str(error) for code in NOT_AUTHORIZED_THERE)
