"""A portal for the tests of the HubSpot connector: ``pytest_plugins = ("tests.hubspot_fixtures",)`` makes the fixtures known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.hubspot import HubSpot


@pytest.fixture(params=["v3", "2026-09"])
def version(request: pytest.FixtureRequest) -> str:
    """Each version of the API that a setting may name."""
    return str(request.param)


@pytest.fixture
def portal() -> Iterator[HubSpot]:
    """A portal that is asked nothing it does not know."""
    with HubSpot() as fake:
        yield fake
        assert not fake.unknown
