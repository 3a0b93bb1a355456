"""What a site wants becomes a row of its own, and every version of it is kept."""

import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SHIPPED: dict[str, dict[str, tuple[str, object]]] = {
    "scans": {"typed_serials": ("typed_serials", False)},
    "picking": {
        "condition": ("pick_condition", "next"),
        "short_reasons": ("short_reasons", ["not found", "too few in bin", "blocked"]),
        "checklist": ("pick_checklist", ["All units are in the cart", "Every label can be read"]),
        "check_reasons": ("check_reasons", ["a supervisor knows", "put right at packing"]),
    },
    "quality": {
        "damage_reasons": ("damage_reasons", ["packaging", "housing", "label", "water"]),
        "label_reasons": ("label_reasons", ["torn", "dirty or faded", "badly printed", "missing"]),
    },
    "waiting": {"hours": ("waiting_hours", 24)},
}
"""By part and field, what it was called in a site's row, and what it was where the row did not say."""

SHARED = "*"
"""The stream of what belongs to no site; sites are listed there."""


def upgrade() -> None:
    """Make the tables, fill them from the sites, and list the new rows as changed."""
    settings = op.create_table(
        "settings",
        sa.Column("id", sa.String, primary_key=True, comment="the site"),
        sa.Column("body", sa.Text, nullable=False),
    )
    versions = op.create_table(
        "settings_versions",
        sa.Column("site", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False, comment="the position in the feed"),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("site", "version"),
    )
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT id, body FROM sites ORDER BY id")).all()
    if not found:
        return
    bodies = {site: _settings(site, json.loads(body)) for site, body in found}
    op.bulk_insert(settings, [{"id": site, "body": body} for site, body in bodies.items()])
    listed = sa.text("SELECT id, position FROM feed WHERE stream = :stream AND kind = 'site'")
    positions = {row.id: row.position for row in connection.execute(listed, {"stream": SHARED})}
    # Acts made before name the site's row: the settings were in it.
    kept = [{"site": site, "version": positions.get(site, 0), "body": body} for site, body in bodies.items()]
    op.bulk_insert(versions, kept)
    _list(connection, list(bodies))
    masters = sa.text("UPDATE meta SET value = :drawn WHERE key = 'masters'")
    connection.execute(masters, {"drawn": secrets.token_hex(8)})


def _settings(site: str, body: dict[str, object]) -> str:
    parts = {
        part: {field: body.get(name, shipped) for field, (name, shipped) in fields.items()}
        for part, fields in SHIPPED.items()
    }
    return json.dumps({"site": site, **parts}, separators=(",", ":"))


def _list(connection: sa.Connection, sites: list[str]) -> None:
    """Devices that follow already are told of the new rows."""
    stream = {"stream": SHARED}
    position = connection.execute(sa.text("SELECT position FROM streams WHERE id = :stream"), stream).scalar_one()
    entry = sa.text("INSERT INTO feed (stream, kind, id, position) VALUES (:stream, 'settings', :id, :position)")
    for at, site in enumerate(sites, position + 1):
        connection.execute(entry, {**stream, "id": site, "position": at})
    moved = sa.text("UPDATE streams SET position = :position WHERE id = :stream")
    connection.execute(moved, {**stream, "position": position + len(sites)})
