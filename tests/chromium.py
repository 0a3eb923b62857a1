"""A real Chromium for tests of pages: ``pytest_plugins = ("tests.chromium",)`` makes ``chromium`` and ``person`` known.

Needs the package chromium: without it the tests are skipped on a desk and fail in CI. It reaches loopback and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.seats import BINARY, Seat, launched, seat
from tests.web_help import Running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, started once a module."""
    if not Path(BINARY).is_file():
        why = "needs a real browser: apt-get install chromium"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(why)
        pytest.skip(why)
    with launched() as browser:
        yield browser


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[..., Seat]]:
    """Makes seats; whatever the console complained of fails the test in the end."""
    seats: list[Seat] = []

    def make(web: Running, name: str = "", **options: Any) -> Seat:
        one = seat(chromium, web, **options)
        seats.append(one)
        return one.login(name) if name else one

    yield make
    for one in seats:
        one.context.close()
    assert [trouble for one in seats for trouble in one.troubles] == []
