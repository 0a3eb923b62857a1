"""A case in each stage in which somebody is waited for: ``pytest_plugins = ("tests.lives_fixtures",)`` makes the fixtures known."""

from __future__ import annotations

import pytest

from tests.lives import Life


@pytest.fixture
def quoted() -> Life:
    """A case whose quote of 2 credits is open."""
    life = Life()
    life.open()
    assert (life.stage, life.status()) == ("waiting_approval", "pending_credits")
    assert life.case is not None
    assert life.case.quote is not None
    assert life.case.quote.amount == 2
    return life


@pytest.fixture
def judged() -> Life:
    """A case that waits for the administrator."""
    life = Life()
    life.open(complexity="ornate", thing="cheminée sculptée")
    assert (life.stage, life.status()) == ("waiting_review", "pending_admin")
    assert len(life.sent("admin_review")) == 1
    return life


@pytest.fixture
def asking() -> Life:
    """A case that lacks a photo."""
    life = Life()
    life.open(files=())
    assert (life.stage, life.status()) == ("waiting_info", "pending_info")
    return life
