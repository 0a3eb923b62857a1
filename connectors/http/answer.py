"""An answer of a web API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Bytes of an answer that are read.
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered. ``body`` is at most MOST_BYTES long."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; None when it is empty or is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    def dict(self) -> Mapping[str, Any]:
        """The body as a JSON object, {} when it is something else."""
        body = self.json()
        return body if isinstance(body, dict) else {}
