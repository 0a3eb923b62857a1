"""What everything that the command line shows has in common: how stages, certainty and times are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from core.wording import zone_text
from engine.case_labels import STAGES, label

#: The colour that stages are shown in.
COLOURS: Mapping[str, str] = {
    "waiting_info": "yellow",
    "waiting_review": "magenta",
    "waiting_approval": "cyan",
    "fulfilling": "blue",
    "done": "green",
    "rejected": "red",
    "expired": "bright_black",
    "closed": "bright_black",
    "ignored": "bright_black",
}


def stage_text(stage: str) -> Text:
    """The stage in words and colour; ``ignored`` is that of a message which opens nothing."""
    words = "sans suite" if stage == "ignored" else label(STAGES, stage)["fr"]
    return Text(words, style=COLOURS.get(stage, "white"))


def when(at: str | datetime | None, zone: str) -> str:
    """That moment in the zone, to the second; a dash for none."""
    iso = at.isoformat() if isinstance(at, datetime) else at
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(zone)).strftime("%d/%m %H:%M:%S") if iso else "—"


def clock(zone: str) -> Text:
    """The sentence that tells which clock is meant."""
    return Text(f"Les heures dites sont en {zone_text(zone)}.", style="bright_black")


def sure(one: Mapping[str, Any]) -> Text:
    """How far a value is to be trusted, and where it is from if nobody read it; '' for what a person wrote."""
    if not one.get("confidence") or one["origin"] == "person":
        return Text("")
    where = {"inherited": ", reprise", "derived": ", calculée"}.get(one["origin"], "")
    doubt = one["state"] == "doubtful"
    told_of = f"  {one['confidence']:.0%}{where}{', à vérifier' if doubt else ''}"
    return Text(told_of, style="yellow" if doubt else "bright_black")
