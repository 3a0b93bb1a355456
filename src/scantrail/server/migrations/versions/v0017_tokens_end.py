"""Tokens of devices end. Those that are here count from the day of this migration."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from scantrail.protocol.tokens import GOOD_FOR

revision = "0017"
down_revision = "0016"

devices = sa.table("devices", *(sa.column(each) for each in ("token_hash", "token_turn", "token_ends_at")))


def upgrade() -> None:
    """Add the columns."""
    turn = "which token of the present enrolment it is, from 1"
    following = "good as well; when it is first used it takes the other's place"
    op.add_column("devices", sa.Column("token_turn", sa.BigInteger(), comment=turn))
    op.add_column("devices", sa.Column("token_ends_at", sa.String()))
    op.add_column("devices", sa.Column("next_token_hash", sa.String(64), comment=following))
    op.add_column("devices", sa.Column("next_token_turn", sa.BigInteger()))
    op.add_column("devices", sa.Column("next_token_ends_at", sa.String()))
    op.create_index(op.f("ix_devices_next_token_hash"), "devices", ["next_token_hash"], unique=True)
    ends_at = (datetime.now(UTC) + GOOD_FOR).isoformat(timespec="microseconds")
    here = devices.c.token_hash.is_not(None)
    op.execute(sa.update(devices).where(here).values(token_turn=1, token_ends_at=ends_at))
