"""Work cut into steps: what comes of it is what comes of each piece alone, and each step is done for all before the next."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.steps import Steps, abreast, at_once


def counting(name: str, upto: int, seen: list[str]) -> Steps[str]:
    for step in range(upto):
        seen.append(f"{name}{step}")
        yield
    return name.upper()


def test_the_first_step_of_all_comes_before_the_second_of_any() -> None:
    seen: list[str] = []
    assert abreast([counting("a", 2, seen), counting("b", 0, seen), counting("c", 3, seen)]) == ["A", "B", "C"]
    assert seen == ["a0", "c0", "a1", "c1", "c2"]
    assert at_once(counting)("d", 2, seen) == "D"


def test_what_one_piece_raises_is_raised() -> None:
    def failing() -> Steps[str]:
        yield
        raise UserError("too bad")

    with pytest.raises(UserError, match="too bad"):
        abreast([counting("a", 3, []), failing()])
