"""Acts that wait for an earlier step."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "waiting",
        sa.Column("id", sa.String(), nullable=False, comment="what people call it: the site, and its number there"),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column(
            "arrived", sa.BigInteger(), nullable=False, comment="a number of the site's counter: the order of arrival"
        ),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of the act's exact bytes"),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="the act's exact bytes"),
        sa.Column("things", sa.Text(), nullable=False, comment="the units and documents that it is about"),
        sa.Column("refusal", sa.Text(), nullable=False, comment="what it waits for"),
        sa.Column("effective_at", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False, comment="when it was received"),
        sa.Column(
            "judged_position", sa.BigInteger(), comment="of the act in the site's log, until its device has read that"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("device", "epoch", "seq", name=op.f("uq_waiting_device_epoch_seq")),
    )
    still = sa.text("judged_position IS NULL")
    op.create_index(
        "ix_waiting_open", "waiting", ["site", "arrived"], unique=False, sqlite_where=still, postgresql_where=still
    )
