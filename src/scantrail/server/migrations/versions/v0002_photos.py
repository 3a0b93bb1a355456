"""Photos, and which acts name them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of its bytes"),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.String(), nullable=False, comment="that sent it"),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_table(
        "photo_names",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(), nullable=False, comment="whose act names it"),
        sa.PrimaryKeyConstraint("stream", "position", "sha256", name=op.f("pk_photo_names")),
    )
    op.create_index(op.f("ix_photo_names_sha256_stream"), "photo_names", ["sha256", "stream"], unique=False)
    op.create_index(op.f("ix_photo_names_stream_device"), "photo_names", ["stream", "device"], unique=False)
