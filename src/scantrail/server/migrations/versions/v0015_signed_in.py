"""Who is signed in on a device, by its records: not known of those that are here, until the next sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column."""
    comment = "the worker, by the acts up to here; empty for nobody, null where not known"
    op.add_column("device_heads", sa.Column("signed_in", sa.String, comment=comment))
