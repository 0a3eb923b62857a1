"""A system that takes nothing is told by its lane, and with it by ``status``, /health and the exit code; until something gets through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.status import status_of
from tests.quick import Quick, quick
from tests.road import JPEG, mail

LANE = "courier:mail"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data") as opened:
        yield opened


def block(counter: Quick) -> Path:
    """Put a file where the outbox's folder was; where that went."""
    aside = counter.outbox.with_name("aside")
    counter.outbox.mkdir(exist_ok=True)
    counter.outbox.rename(aside)
    counter.outbox.touch()
    return aside


def release(counter: Quick, aside: Path) -> None:
    counter.outbox.unlink()
    aside.rename(counter.outbox)


def test_mails_that_do_not_leave_are_told_after_the_third_try_and_until_one_leaves(counter: Quick) -> None:
    aside = block(counter)
    assert counter.send(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),))) == {}
    counter.pass_time(minutes=1)
    assert counter.house.lanes.troubles() == {}
    counter.pass_time(minutes=1)
    trouble = counter.house.lanes.troubles()[LANE]
    assert str(counter.outbox) in trouble
    found = status_of(counter.settings)
    assert not found["healthy"]
    assert any(told.startswith(f"{LANE} : ") for told in found["troubles"])

    release(counter, aside)
    counter.pass_time(minutes=5)
    assert counter.house.lanes.troubles() == {}
    assert len(counter.fresh("client@example.com")) == 1


def test_a_trouble_lasts_while_something_waits_and_no_longer(counter: Quick) -> None:
    aside = block(counter)
    counter.send(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),)))
    counter.pass_time(minutes=1)
    counter.pass_time(minutes=1)
    counter.pass_time(seconds=1)
    assert LANE in counter.house.lanes.troubles()  # nothing is tried now, and it still waits
    release(counter, aside)
    counter.pass_time(minutes=5)
    (courier,) = [one for one in counter.house.couriers if one.outlet.system == "mail"]
    courier.trouble = "as if what failed had been given up by a person"
    counter.pass_time(seconds=1)
    assert counter.house.lanes.troubles() == {}


def test_a_reload_tries_at_once_what_waits_for_its_next_try(counter: Quick) -> None:
    aside = block(counter)
    counter.send(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),)))
    for _ in range(5):
        counter.pass_time(minutes=5)
    release(counter, aside)
    counter.settle()
    assert counter.fresh("client@example.com") == [], "it waits for its time"
    counter.house.reload()
    counter.settle()
    assert len(counter.fresh("client@example.com")) == 1
