"""What needs attention; filled from the log afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "attention",
        sa.Column("id", sa.String(), nullable=False, comment="what people call it: the site and the place in its log"),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="contested, refused, dead_letter or misuse"),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of the record's exact bytes"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="of the act in the site's log; 0 for a misuse"),
        sa.Column(
            "topic", sa.String(length=64), nullable=False, comment="the same for acts about the same document and units"
        ),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("settled_position", sa.BigInteger(), comment="of the act that settled it, in the site's log"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention")),
        sa.UniqueConstraint("device", "epoch", "seq", "hash", name=op.f("uq_attention_device_epoch_seq_hash")),
    )
    op.create_index(op.f("ix_attention_device_epoch_topic"), "attention", ["device", "epoch", "topic"], unique=False)
    open_items = sa.text("settled_position IS NULL")
    op.create_index(
        "ix_attention_open",
        "attention",
        ["site", "position"],
        unique=False,
        sqlite_where=open_items,
        postgresql_where=open_items,
    )
