"""What Twilio tells us by webhook, as pure functions: which message, what became of one of ours.

The raw form of a message is an envelope, JSON in UTF-8 with sorted keys (read by ``processors.whatsapp``)::

    {"format": "guichet-whatsapp/1",
     "source": "webhook" | "list",           told by Twilio, or found in its list of messages
     "sent_at": "2026-11-20T10:00:00+00:00", '' when not told (webhooks do not)
     "late": false,                          true: files of an earlier message that were not there at first
     "form": {"MessageSid": …, "From": …},   Twilio's parameters as they came; from the list, those that it knows
     "media": [{"index": 0, "type": …, "name": …, "sha256": …, "size": …},   in the spool
               {"index": 1, "type": …, "error": "…", "again": true}]}        not there, and whether it may still come
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from connectors.whatsapp.client import CLOSED, SID, bare_number
from connectors.whatsapp.signature import Form, Params, pairs_of
from core.ports import Incoming

FORMAT = "guichet-whatsapp/1"
Outcome = Literal["underway", "sent", "delivered", "read", "failed"]

_OUTCOMES: dict[str, Outcome] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), "underway"),
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    **dict.fromkeys(("failed", "undelivered", "canceled"), "failed"),
}

_WHY = {
    CLOSED: "la fenêtre de 24 h est fermée : WhatsApp ne laisse plus passer de texte libre",
    63003: "ce numéro n'est pas sur WhatsApp",
    63024: "ce numéro ne peut pas recevoir de message WhatsApp",
    63018: "trop de messages à la fois pour notre numéro",
    63028: "le modèle de message n'attend pas ces valeurs (nombre de variables)",
    63032: "WhatsApp refuse de remettre ce message à cette personne",
    63038: "la limite de messages du jour est atteinte",
    63040: "WhatsApp a refusé ce modèle de message",
    63041: "WhatsApp a suspendu ce modèle de message",
    63049: "WhatsApp a choisi de ne pas remettre ce message",
    63051: "notre numéro WhatsApp est bloqué",
    21610: "la personne ne veut plus recevoir de messages (STOP)",
    30003: "le téléphone est injoignable",
    30008: "échec sans explication de l'opérateur",
}


# ------------------------------------------------------------------ messages


def is_message(params: Params) -> bool:
    """Whether the webhook tells a message from somebody to us, rather than what became of one of ours."""
    form = Form(pairs_of(params))
    told = form.get("SmsStatus", "received")
    return bool(SID.fullmatch(form.get("MessageSid", ""))) and "From" in form and told in ("received", "receiving")


def incoming(params: Params, *, now: datetime, media: Sequence[Mapping[str, Any]] = ()) -> Incoming:
    """The message that a webhook tells. Its files are not in it yet unless ``media`` describes them (see the envelope).

    ``hints["media"]`` says how many files are to be fetched (``WhatsAppInbox.receive`` does it).
    Raises ValueError when it tells no message (``is_message``).
    """
    form = Form(pairs_of(params))
    if not is_message(form):
        raise ValueError("this webhook tells no message")
    return item(dict(form), media, received_at=now, source="webhook")


def item(
    form: Mapping[str, str],
    media: Sequence[Mapping[str, Any]],
    *,
    received_at: datetime,
    source: Literal["webhook", "list"],
    sent_at: datetime | None = None,
    late: bool = False,
    pressable: bool = False,
) -> Incoming:
    """The envelope as an item of the inbox: the same id and identity however it came. ``pressable``: our texts may have buttons."""
    sid = form["MessageSid"]
    wanted = count_media(form)
    envelope = {
        "format": FORMAT,
        "source": source,
        "sent_at": sent_at.isoformat() if sent_at else "",
        "late": late,
        "form": dict(form),
        "media": list(media),
    }
    raw = json.dumps(envelope, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
    hints = {"media": str(wanted)} if wanted and not media else {}
    if pressable and source == "list" and not late:
        # The list of messages tells the words of the button that was pressed, not which text it stood under.
        hints["answers"] = "unknown"
    too_large = [int(one["size"]) for one in media if one.get("oversize")]
    if too_large:
        hints["oversize"] = str(max(too_large))
    name = f"{sid}/media" if late else sid
    return Incoming(name, raw, len(raw), received_at, identity=f"whatsapp:{name}", hints=hints)


def count_media(form: Mapping[str, str]) -> int:
    """How many files a message has, at most ten."""
    told = form.get("NumMedia", "0")
    return min(int(told), 10) if told.isdecimal() and len(told) < 4 else 0


# ------------------------------------------------------------------ what became of ours


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message of ours. Statuses come doubled and out of order: only what failed is acted on.

    ``key`` is the effect's key, ``part`` of ``parts`` when its text had to be split; '' and 1 where the source does not tell.
    ``why`` is a sentence for the operator, '' unless it failed. ``instead`` says what may still reach the person:
    "template" when only the 24 hours were over, "email" when WhatsApp is no way, "" when nothing failed.
    """

    sid: str
    outcome: Outcome
    to: str
    key: str = ""
    part: int = 1
    parts: int = 1
    code: int = 0
    why: str = ""
    instead: Literal["", "template", "email"] = ""

    @property
    def again(self) -> bool:
        """Whether the same text may arrive when it is sent anew: as a template."""
        return self.instead == "template"


def status(params: Params, query: Params = ()) -> Status | None:
    """What a status callback tells; ``query`` is that of the address it came to. None when it tells nothing of ours."""
    form, asked = Form(pairs_of(params)), Form(pairs_of(query))
    sid, told = form.get("MessageSid", ""), form.get("MessageStatus") or form.get("SmsStatus", "")
    if not SID.fullmatch(sid) or told not in _OUTCOMES:
        return None
    code = form.get("ErrorCode", "")
    return status_of(
        sid,
        told,
        form.get("To", ""),
        int(code) if code.isdecimal() and len(code) < 9 else 0,
        key=asked.get("effect", "")[:200],
        part=_small(asked.get("part", "")),
        parts=_small(asked.get("parts", "")),
    )


def status_of(sid: str, told: str, to: str, code: int, *, key: str = "", part: int = 1, parts: int = 1) -> Status:
    """A status from Twilio's own words."""
    outcome = _OUTCOMES.get(told, "underway")
    why, instead = "", ""
    if outcome == "failed":
        why = _WHY.get(code) or f"WhatsApp n'a pas remis le message (code {code or 'inconnu'})"
        instead = "template" if code == CLOSED else "email"
    return Status(sid, outcome, bare_number(to) or to, key, part, parts, code, why, instead)  # type: ignore[arg-type]


def _small(written: str) -> int:
    return max(1, int(written)) if written.isdecimal() and len(written) < 3 else 1
