"""A fresh store on each database. A test module asks for these with ``pytest_plugins = ["tests.store_fixtures"]``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from store import SqlStore, open_store
from tests import postgres
from tests.store_help import KEYS, NOW


@cache
def _postgres_template() -> str:
    """A database with the tables, to be copied: migrating each test's own would cost seconds."""
    url = postgres.fresh(postgres.server())
    open_store(url, keys=KEYS, now=NOW).close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    open_store(f"sqlite:///{path}", keys=KEYS, now=NOW).close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh database in a file."""
    shutil.copyfile(sqlite_template, tmp_path / "guichet.db")
    return f"sqlite:///{tmp_path / 'guichet.db'}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A fresh database on a server."""
    url = postgres.copy(_postgres_template())
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database on each."""
    found: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """A fresh store on each database."""
    opened = open_store(url, keys=KEYS, now=NOW)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """A fresh store on SQLite."""
    opened = open_store(sqlite_url, keys=KEYS, now=NOW)
    yield opened
    opened.close()
