"""Work cut into steps, so that the same step of many pieces of work can be done one after another.

Where every piece takes all of its steps before the next piece begins, each step finds what it needs (code, tables, patterns) driven
out of the processor's caches by the others: reading mails so takes half as long again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

#: One piece of work: stops after every step, and returns what came of it.
Steps = Generator[None, None, T]


def at_once(stepwise: Callable[P, Steps[T]]) -> Callable[P, T]:
    """The function that takes all steps of one piece."""

    @wraps(stepwise)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return abreast([stepwise(*args, **kwargs)])[0]

    return whole


def abreast(pieces: Iterable[Steps[T]]) -> list[T]:
    """What came of each piece, in order; the first step of all is done before the second of any. What a piece raises is raised."""
    left = list(enumerate(pieces))
    results: dict[int, T] = {}
    while left:
        going = []
        for number, steps in left:
            try:
                next(steps)
            except StopIteration as done:
                results[number] = done.value
            else:
                going.append((number, steps))
        left = going
    return [results[number] for number in sorted(results)]
