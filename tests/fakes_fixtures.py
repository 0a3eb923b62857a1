"""For the tests of the fakes themselves: ``pytest_plugins = ("tests.fakes_fixtures",)`` makes the fixtures known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.hubspot import HubSpot
from fakes.recorder import VARIABLE
from fakes_help import Client, talk


@pytest.fixture
def off_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that send much that is wrong on purpose: it is no part of the suite's contract log."""
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def hubspot() -> Iterator[HubSpot]:
    """A portal without limits whose tickets have our property."""
    with HubSpot(limit=None, search_limit=None) as fake:
        fake.add_property("tickets", "guichet_key", unique=True)
        yield fake


@pytest.fixture
def hs(hubspot: HubSpot) -> Iterator[Client]:
    """A connection to ``hubspot``."""
    client = talk(hubspot)
    yield client
    client.connection.close()
