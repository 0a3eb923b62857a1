"""What files say, and the messages that wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Moment, Serial

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_state_next_at"), "documents", ["state", "next_at"])
    op.create_table(
        "awaiting",
        sa.Column("inbox_id", Serial, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_awaiting_inbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("inbox_id", "sha256", name=op.f("pk_awaiting")),
    )
    op.create_index(op.f("ix_awaiting_sha256"), "awaiting", ["sha256"])
