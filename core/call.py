"""A webhook's request as it came, and what proves that it is the vendor's. Light: the door's own process needs nothing else of the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``target`` is path and query, untouched; names of ``headers`` are in lower case.

    ``scheme`` and ``host`` are what the request says of itself, which a proxy may have changed.
    """

    method: str
    target: str
    scheme: str
    host: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark, '' for nothing."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a vendor's signature is held against. ``public_url`` is our address as the vendor knows it, '' for as the request says."""

    vendor: str
    secret: str
    public_url: str = ""

    def __repr__(self) -> str:
        return f"Proof({self.vendor})"
