"""Questions to a language model: set aside before they are put, kept before they are used, so that none is paid twice.

What was asked when the process died stays "asked" for ever, with the money set aside for it: it may have been paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update

from core import codec
from core.model import Answer, AnswerRow, Spent, Usage, hears, voice
from store.base import Group, clear, insert_or
from store.tables import answers, meta

#: Costs are kept in billionths of a dollar: the cheapest token in use today costs ten of them.
_DOLLAR = Decimal(10**9)


class AnswersTable(Group):
    """core.ports.Answers."""

    def answer(self, key: str) -> AnswerRow | None:
        """What is known of that question, None when it was never put."""
        with self.db.read() as connection:
            row = connection.execute(select(answers).where(answers.c.key == key)).mappings().first()
        if row is None:
            return None
        body = codec.load(Answer, self.keys.unseal("answers", key, row["body"])) if row["body"] else None
        return AnswerRow(key, row["model"], body, _usage(row), row["cost"] / _DOLLAR, row["at"])

    def reserve_answer(
        self, key: str, model: str, cost: Decimal, budget: Decimal | None, now: datetime
    ) -> Literal["free", "known", "over"]:
        """Before a question is put: set its cost aside. "known": it was put before. "over": the month's budget would not hold it."""
        aside = _billionths(cost)
        row: dict[str, Any] = {
            "key": key, "state": "asked", "model": clear(model), "input": 0, "output": 0, "cache_read": 0, "cache_written": 0,
            "cost": aside, "at": now,
        }  # fmt: skip

        def work(connection: Connection) -> Literal["free", "known", "over"]:
            # Two nodes that ask at the same time must not both take what is left of the budget.
            connection.execute(select(meta.c.value).where(meta.c.name == "check").with_for_update())
            if connection.execute(select(answers.c.key).where(answers.c.key == key)).first():
                return "known"
            if budget is not None:
                first, next_ = _month(now.astimezone(UTC).date())
                query = select(func.coalesce(func.sum(answers.c.cost), 0)).where(
                    answers.c.at >= first, answers.c.at < next_, _like(model)
                )
                if int(connection.execute(query).scalar_one()) + aside > _billionths(budget):
                    return "over"
            connection.execute(insert_or(connection, answers), row)
            return "free"

        return self.db.write(work)

    def keep_answer(self, key: str, answer: Answer, now: datetime) -> None:
        """Keep what was paid for, before it is used."""
        usage = answer.usage
        row: dict[str, Any] = {
            "key": key, "state": "answered", "model": clear(answer.model), "body": self.keys.seal("answers", key, codec.dump(answer)),
            "input": usage.input, "output": usage.output, "cache_read": usage.cache_read, "cache_written": usage.cache_written,
            "cost": _billionths(answer.cost), "at": now,
        }  # fmt: skip

        def work(connection: Connection) -> None:
            statement = insert_or(connection, answers)
            changed = {name: statement.excluded[name] for name in row if name not in ("key", "at")}
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed), row)

        self.db.write(work)

    def release_answer(self, key: str) -> None:
        """The question was certainly not answered: it costs nothing and may be put again."""
        self.db.write(lambda c: c.execute(delete(answers).where(answers.c.key == key, answers.c.state == "asked")))

    def spent(self, month: date, model: str = "") -> Spent:
        """What the questions of the month of that day (UTC) came to: those to models that read, or that hear as ``model`` does."""
        first, next_ = _month(month)
        names = ("input", "output", "cache_read", "cache_written", "cost")
        query = select(
            func.count().label("asked"),
            func.coalesce(func.sum(case((answers.c.state == "asked", 1), else_=0)), 0).label("unknown"),
            *(func.coalesce(func.sum(answers.c[name]), 0).label(name) for name in names),
        ).where(answers.c.at >= first, answers.c.at < next_, _like(model))
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one()
        return Spent(int(row["asked"]), int(row["unknown"]), _usage(row), int(row["cost"]) / _DOLLAR)

    def forget_answers(self, before: datetime) -> int:
        """Erase the words of answers older than that; their figures stay. How many."""
        old = update(answers).where(answers.c.at < before, answers.c.body.is_not(None)).values(body=None)
        return self.db.write(lambda connection: int(connection.execute(old).rowcount))


def _like(model: str) -> ColumnElement[bool]:
    """Answers of models of that kind: those that hear have a budget of their own."""
    mine = answers.c.model.startswith(voice(""))
    return mine if hears(model) else ~mine


def _usage(row: Mapping[Any, Any]) -> Usage:
    return Usage(int(row["input"]), int(row["output"]), int(row["cache_read"]), int(row["cache_written"]))


def _billionths(dollars: Decimal) -> int:
    return int((dollars * _DOLLAR).to_integral_value(ROUND_CEILING))


def _month(day: date) -> tuple[datetime, datetime]:
    """The first moment of the day's month and of the next, in UTC."""
    first = datetime(day.year, day.month, 1, tzinfo=UTC)
    return first, (first + timedelta(days=32)).replace(day=1)
