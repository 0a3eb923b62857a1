"""Labelled examples: what people said of readings, sealed, one row a fact of a case. They go when the case's words go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from core import codec
from core.lessons import Lesson
from store.base import Group, chunks, upsert
from store.tables import lessons


class Lessons(Group):
    """core.views.Views, the part about lessons; written by the clerk's commit."""

    def lessons(self, business: str = "", *, limit: int = 10_000) -> list[Lesson]:
        """The labels of that business (of all for ''), the newest first."""
        query = select(lessons).order_by(lessons.c.at.desc(), lessons.c.case_id, lessons.c.name).limit(limit)
        if business:
            query = query.where(lessons.c.business == business)
        with self.db.read() as connection:
            rows = connection.execute(query).all()
        return [codec.load(Lesson, self.keys.unseal("lessons", f"{row.case_id}\n{row.name}", row.body)) for row in rows]

    def lessons_of(self, case_ids: Sequence[str]) -> list[Lesson]:
        """What people said of the readings of these cases."""
        with self.db.read() as connection:
            rows = [
                row
                for some in chunks(list(case_ids))
                for row in connection.execute(select(lessons).where(lessons.c.case_id.in_(some)).order_by(lessons.c.at))
            ]
        return [codec.load(Lesson, self.keys.unseal("lessons", f"{row.case_id}\n{row.name}", row.body)) for row in rows]

    def _keep_lessons(self, connection: Connection, told: Sequence[Lesson]) -> None:
        """The last label of a name counts; a correction is not undone by a later confirmation of what was corrected."""
        last: dict[tuple[str, str], Lesson] = {}
        for lesson in told:
            key = (lesson.case_id, lesson.name)
            if lesson.how == "corrected" or key not in last:
                last[key] = lesson
        there: dict[tuple[str, str], str] = {}
        for some in chunks(sorted({case_id for case_id, _ in last})):
            query = select(lessons.c.case_id, lessons.c.name, lessons.c.how).where(lessons.c.case_id.in_(some))
            there |= {(row.case_id, row.name): row.how for row in connection.execute(query)}
        rows: list[dict[str, Any]] = [
            {
                "case_id": lesson.case_id,
                "name": lesson.name,
                "business": lesson.business,
                "how": lesson.how,
                "body": self.keys.seal("lessons", f"{lesson.case_id}\n{lesson.name}", codec.dump(lesson)),
                "at": lesson.at,
            }
            for key, lesson in last.items()
            if lesson.how == "corrected" or there.get(key) != "corrected"
        ]
        if rows:
            upsert(connection, lessons, rows)
