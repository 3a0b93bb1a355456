"""When a device was enrolled, was last heard of, and was told to leave."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("devices", sa.Column("enrolled_at", sa.String()))
    op.add_column("devices", sa.Column("last_seen", sa.String(), comment="to about a minute"))
    op.add_column(
        "devices",
        sa.Column("leaving_since", sa.String(), comment="revoked: it may send what it still has, and gets nothing"),
    )
