"""A job carries the trace of the request that wrote it."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, which whoever asks for work may fill."""
    op.execute("""
ALTER TABLE jobs ADD COLUMN trace text NOT NULL DEFAULT ''
  CONSTRAINT jobs_trace CHECK (length(trace) <= 100);
GRANT INSERT (trace) ON jobs TO authenticated;
""")


def downgrade() -> None:
    """Without it."""
    op.execute("ALTER TABLE jobs DROP COLUMN trace")
