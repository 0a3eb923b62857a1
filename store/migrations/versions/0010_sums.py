"""What the register's sums are of: a total's tax beside its currency, and no sum of lines that have none."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both are read from the sealed bodies of cases, and no migration has the keys: the store finds this mark (store.fill). A mark that an
    # older migration left in the same go does this too.
    op.execute(
        "INSERT INTO meta (name, value) SELECT 'fill', 'sums' WHERE EXISTS (SELECT 1 FROM case_lines) "
        "AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'fill')"
    )
