"""The first tables: log, projections, change feed, devices."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("raised_at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="misuse or dead_letter"),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_table(
        "device_heads",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", name=op.f("pk_device_heads")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_site_kind_status"), "documents", ["site", "kind", "status"], unique=False)
    op.create_table(
        "events",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False, comment="its place in the act"),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("effective_at", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "position", "at", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_unit_effective_at"), "events", ["unit", "effective_at"], unique=False)
    op.create_table(
        "feed",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "kind", "id", name=op.f("pk_feed")),
    )
    op.create_index(op.f("ix_feed_stream_position"), "feed", ["stream", "position"], unique=True)
    op.create_table(
        "holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_table(
        "labels",
        sa.Column("product", sa.String(), nullable=False),
        sa.Column(
            "serial",
            sa.String(),
            nullable=False,
            comment="canonical; never given to another unit, not even after a purge",
        ),
        sa.Column("unit", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("product", "serial", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_unit"), "labels", ["unit"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_site"), "places", ["site"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("badge", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("device", "badge", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "streams",
        sa.Column("id", sa.String(), nullable=False, comment="a site, or * for what belongs to none"),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="last number given, to an act or to a row of the feed"
        ),
        sa.Column("head", sa.String(length=64), nullable=False, comment="hash of the newest log row"),
        sa.Column("system_seq", sa.BigInteger(), nullable=False, comment="last seq of the server's own acts here"),
        sa.Column("system_hash", sa.String(length=64), nullable=False, comment="hash of the last of them"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streams")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("badge", sa.String(), nullable=False),
        sa.Column("pin_verifier", sa.String(), nullable=False, comment="argon2"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
        sa.UniqueConstraint("badge", name=op.f("uq_workers_badge")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("public_key", sa.String(length=64), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.id"], name=op.f("fk_devices_site_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    op.create_table(
        "gtins",
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["products.id"], name=op.f("fk_gtins_product_products")),
        sa.PrimaryKeyConstraint("gtin", name=op.f("pk_gtins")),
    )
    op.create_table(
        "log",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of the act's exact bytes"),
        sa.Column("payload", sa.LargeBinary(), nullable=True, comment="the act's exact bytes; a purge may drop them"),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column(
            "context",
            sa.Text(),
            nullable=True,
            comment="reason, note and reading of the act, so that a timeline reads no payload",
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("effective_at", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("previous_row", sa.String(length=64), nullable=False),
        sa.Column("row_hash", sa.String(length=64), nullable=False, comment="over previous_row, header and hash"),
        sa.ForeignKeyConstraint(["stream"], ["streams.id"], name=op.f("fk_log_stream_streams")),
        sa.PrimaryKeyConstraint("stream", "position", name=op.f("pk_log")),
        sa.UniqueConstraint("device", "epoch", "seq", name=op.f("uq_log_device_epoch_seq")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["products.id"], name=op.f("fk_units_product_products")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
    )
    op.create_index(op.f("ix_units_product_site_status"), "units", ["product", "site", "status"], unique=False)
    op.create_index(op.f("ix_units_serial"), "units", ["serial"], unique=False)
    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_enrolment_codes_device_devices")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_codes")),
    )
