"""Every path of HubSpot's API that we call, in one table: as of v3/v4, and with a date in it.

HubSpot ends /v1/ to /v3/ in September 2027 and /v4/ in March 2027; the successors carry a date ("2026-09"). The move is one setting.
"""

from __future__ import annotations

import re
from urllib.parse import quote

#: name: (v3 or v4, dated)
TABLE: dict[str, tuple[str, str]] = {
    "batch": ("/crm/v3/objects/{type}/batch/{action}", "/crm/objects/{version}/{type}/batch/{action}"),
    "gdpr": ("/crm/v3/objects/contacts/gdpr-delete", "/crm/objects/{version}/contacts/gdpr-delete"),
    "properties": ("/crm/v3/properties/{type}", "/crm/properties/{version}/{type}"),
    "property": ("/crm/v3/properties/{type}/{property}", "/crm/properties/{version}/{type}/{property}"),
    "properties.create": ("/crm/v3/properties/{type}/batch/create", "/crm/properties/{version}/{type}/batch/create"),
    "groups": ("/crm/v3/properties/{type}/groups", "/crm/properties/{version}/{type}/groups"),
    "pipelines": ("/crm/v3/pipelines/{type}", "/crm/pipelines/{version}/{type}"),
    "associate": (
        "/crm/v4/associations/{type}/{to}/batch/create",
        "/crm/associations/{version}/{type}/{to}/batch/create",
    ),
    "associated": (
        "/crm/v4/associations/{type}/{to}/batch/read",
        "/crm/associations/{version}/{type}/{to}/batch/read",
    ),
    "threads": ("/conversations/v3/conversations/threads", "/conversations/conversations/{talk}/threads"),
    "thread": ("/conversations/v3/conversations/threads/{id}", "/conversations/conversations/{talk}/threads/{id}"),
    "messages": (
        "/conversations/v3/conversations/threads/{id}/messages",
        "/conversations/conversations/{talk}/threads/{id}/messages",
    ),
    "original": (
        "/conversations/v3/conversations/threads/{id}/messages/{message}/original-content",
        "/conversations/conversations/{talk}/threads/{id}/messages/{message}/original-content",
    ),
    "actors": (
        "/conversations/v3/conversations/actors/batch/read",
        "/conversations/conversations/{talk}/actors/batch/read",
    ),
    "file": ("/files/v3/files/{id}/signed-url", "/files/{version}/files/{id}/signed-url"),
}

_DATED = re.compile(r"20\d\d-\d\d(-beta)?")


class Paths:
    """The paths of one version: "v3", or a date. ``talk`` is the version of the conversations, whose dated form is a beta yet."""

    def __init__(self, version: str = "v3", talk: str = "2026-09-beta") -> None:
        if version != "v3" and not _DATED.fullmatch(version):
            raise ValueError(f"la version « {version} » de l'API HubSpot n'est ni v3 ni une date comme 2026-09")
        self.version, self._talk = version, talk

    def __call__(self, name: str, **parts: str) -> str:
        """The path of that name; the parts are quoted."""
        template = TABLE[name][self.version != "v3"]
        return template.format(version=self.version, talk=self._talk, **{k: quote(v, safe="") for k, v in parts.items()})
