"""Series of numbers, and the blocks of them that devices were given."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and the key that receipts are made with."""
    op.create_table(
        "number_series",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False, comment="the highest number that a device may have"),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="the highest number there is"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "number_blocks",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column(
            "turn",
            sa.BigInteger(),
            nullable=False,
            comment="which block of the series it is for this store of the device",
        ),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["number_series.name"], name=op.f("fk_number_blocks_series_number_series")),
        sa.PrimaryKeyConstraint("device", "epoch", "series", "turn", name=op.f("pk_number_blocks")),
        sa.UniqueConstraint("series", "first", name=op.f("uq_number_blocks_series_first")),
    )
    meta = sa.table("meta", sa.column("key", sa.String()), sa.column("value", sa.Text()))
    op.bulk_insert(meta, [{"key": "numbers_key", "value": secrets.token_hex(32)}])
