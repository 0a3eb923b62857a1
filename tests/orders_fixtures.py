"""A house that takes orders: ``pytest_plugins = ("tests.orders_fixtures",)`` makes ``web``, ``program`` and ``season`` known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import with_people
from tests.orders_house import fill, orders_house
from tests.orders_people import Program
from tests.web_help import Running


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A house with a season of orders. Tests that use it change nothing that another looks at."""
    with orders_house(tmp_path_factory.mktemp("season") / "data") as web:
        with_people(web, anne="admin", marc="agent", zoe="reader")
        fill(web)
        yield web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with orders_house(tmp_path / "data") as running:
        with_people(running, anne="admin", marc="agent", zoe="reader")
        yield running


@pytest.fixture
def program(web: Running) -> Program:
    return Program(web)
