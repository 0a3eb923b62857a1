"""Where the polling of Twilio's list stands: how far it is accounted for, and which messages still wait for files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.whatsapp.client import SID

#: Messages whose files are late, at most.
MOST_LATE = 200


@dataclass(frozen=True, slots=True)
class Missing:
    """Files of a message that were not there: their numbers, how often they were asked for, when next."""

    indexes: tuple[int, ...]
    tries: int
    due: datetime


@dataclass(slots=True)
class Place:
    """The cursor, read: the list is accounted for up to ``until``."""

    until: datetime | None = None
    late: dict[str, Missing] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: Mapping[str, str], now: datetime) -> Place:
        """From the stored cursor; what cannot be read counts as never stored."""
        place = cls()
        try:
            place.until = datetime.fromisoformat(cursor["until"]).astimezone(UTC)
            for one in filter(None, cursor.get("late", "").split(",")[:MOST_LATE]):
                sid, tries, indexes = one.split(":")
                if SID.fullmatch(sid):
                    place.late[sid] = Missing(tuple(int(i) for i in indexes.split(".")), int(tries), now)
        except (KeyError, ValueError):
            return cls(place.until)
        return place

    def cursor(self) -> dict[str, str]:
        """As it is stored."""
        late = (f"{sid}:{one.tries}:{'.'.join(map(str, one.indexes))}" for sid, one in sorted(self.late.items()))
        return {"until": self.until.isoformat() if self.until else "", "late": ",".join(late)}
