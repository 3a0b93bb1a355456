"""The version of the rows that only imports change: a program that does not change it with them may not write now."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Draw the first."""
    meta = sa.table("meta", sa.column("key", sa.String()), sa.column("value", sa.Text()))
    op.bulk_insert(meta, [{"key": "masters", "value": secrets.token_hex(8)}])
