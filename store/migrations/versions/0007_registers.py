"""Requests that a register lists and counts: their lines in figures, and what people should look at in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("directive", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("sure", sa.Integer(), nullable=False),
        sa.Column("judged", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_lines_case_id")),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_case_lines")),
    )
    for name, columns in {
        "ix_case_lines_opened": ["n", "opened_at", "case_id", "stage", "directive", "person", "due"],
        "ix_case_lines_due": ["n", "due", "case_id", "opened_at", "stage", "directive", "person"],
        "ix_case_lines_day": ["n", "day", "stage", "currency", "directive", "total"],
        "ix_case_lines_what": ["what", "unit", "day", "stage", "directive", "quantity"],
        "ix_case_lines_person": ["n", "person", "day", "directive"],
    }.items():
        op.create_index(name, "case_lines", columns, unique=False)
    op.create_table(
        "case_alerts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("directive", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_alerts_case_id")),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_case_alerts")),
    )
    op.create_index("ix_case_alerts_name", "case_alerts", ["name", "at", "case_id"], unique=False)
