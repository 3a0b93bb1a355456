"""Present and former keys of devices."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, with the keys that devices have now."""
    op.create_table(
        "device_keys",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column(
            "public_key",
            sa.String(length=64),
            nullable=False,
            comment="present or former: what it signed stays readable",
        ),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_device_keys_device_devices")),
        sa.PrimaryKeyConstraint("device", "public_key", name=op.f("pk_device_keys")),
    )
    op.execute("INSERT INTO device_keys SELECT id, public_key FROM devices WHERE public_key IS NOT NULL")
