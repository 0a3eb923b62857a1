"""The nodes that share this database, and which lane is where, for people."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from core.nodes import NodeView
from store.base import Group
from store.jobs import TASK
from store.tables import nodes

#: Seconds without a sign after which a node counts as dead: its lanes go to others then (store.cluster).
SILENT = 5.0
_HOLDS = "SELECT lock, worker_id FROM procrastinate_jobs WHERE task_name = :task AND status = 'doing' ORDER BY lock"


class NodesTable(Group):
    """core.views.DeskStore's part about nodes."""

    def nodes(self) -> list[NodeView]:
        """The nodes, the first that came first; none where one process has everything. A dead one is shown for a day."""
        # By the server's clock: machines' own may differ.
        fresh = nodes.c.seen_at > func.now() - timedelta(seconds=SILENT)
        query = select(nodes, fresh.label("alive")).order_by(nodes.c.worker)
        if self.db.engine.dialect.name != "postgresql":
            return []
        with self.db.read() as connection:
            if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
                return []
            where: dict[int, list[str]] = {}
            for row in connection.execute(text(_HOLDS), {"task": TASK}):
                where.setdefault(row.worker_id, []).append(row.lock)
            found = connection.execute(query)
            return [
                NodeView(
                    row.name,
                    ("leaving" if row.leaving else "alive") if row.alive else "dead",
                    row.version,
                    row.started_at,
                    row.seen_at,
                    tuple(where.get(row.worker, ())),
                )
                for row in found
            ]
