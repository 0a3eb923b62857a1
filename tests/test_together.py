"""Calls that come at the same time are done as one, each hears of his own end, and nobody is left waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.together import Together


def test_who_comes_alone_is_done_alone_and_at_once() -> None:
    seen: list[list[int]] = []
    together: Together[int] = Together(lambda items: seen.append(list(items)))
    for n in range(3):
        together.do(n)
    assert seen == [[0], [1], [2]]


def test_who_comes_meanwhile_shares_the_next_group() -> None:
    seen: list[list[int]] = []
    held, begun = threading.Event(), threading.Event()

    def work(items: Sequence[int]) -> None:
        seen.append(list(items))
        begun.set()
        assert held.wait(10)

    together: Together[int] = Together(work, most=4)
    with ThreadPoolExecutor(8) as crowd:
        first = crowd.submit(together.do, 0)
        assert begun.wait(10)
        others = [crowd.submit(together.do, n) for n in range(1, 7)]
        while len(together._waiting) < 6:
            pass
        held.set()
        for call in (first, *others):
            call.result(10)
    assert seen[0] == [0]
    assert [len(group) for group in seen] == [1, 4, 2]
    assert sorted(n for group in seen for n in group) == list(range(7))


def test_what_fails_in_a_group_fails_alone() -> None:
    held, begun = threading.Event(), threading.Event()
    kept: list[int] = []

    def work(items: Sequence[int]) -> None:
        begun.set()
        assert held.wait(10)
        if any(n % 2 for n in items):
            raise ValueError(f"odd among {sorted(items)}")
        kept.extend(items)

    together: Together[int] = Together(work)
    with ThreadPoolExecutor(6) as crowd:
        calls = {0: crowd.submit(together.do, 0)}
        assert begun.wait(10)
        calls |= {n: crowd.submit(together.do, n) for n in range(1, 6)}
        while len(together._waiting) < 5:
            pass
        held.set()
        for n, call in calls.items():
            if n % 2:
                with pytest.raises(ValueError, match=rf"\[{n}\]"):
                    call.result(10)
            else:
                call.result(10)
    assert sorted(kept) == [0, 2, 4]


def test_a_crowd_over_and_over_leaves_nobody_behind() -> None:
    lock, inside, done = threading.Lock(), [0], [0]

    def work(items: Sequence[int]) -> None:
        with lock:
            inside[0] += 1
            assert inside[0] == 1, "one group at a time"
        done[0] += len(items)
        with lock:
            inside[0] -= 1

    together: Together[int] = Together(work, most=5)
    with ThreadPoolExecutor(16) as crowd:
        list(crowd.map(together.do, range(2000), timeout=60))
    assert done[0] == 2000
    assert not together._busy
