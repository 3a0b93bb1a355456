"""An index by serial: a label names its serial, and seldom its product."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_labels_serial", "labels", ["serial"])
