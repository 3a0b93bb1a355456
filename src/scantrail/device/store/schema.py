"""The store's tables: the journal of own acts in the store's own file, the rows mirrored from the server in another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

from scantrail.domain.acts.kinds import RowKind
from scantrail.protocol.rows import TABLE_NAMES

VERSION = 7
"""`PRAGMA user_version` of a store with these tables; `migrations` leads there from every earlier one."""

ACKNOWLEDGED_FORM = 3
"""The form that brought the table of days on which the server acknowledged acts."""

ROWS_FILE_FORM = 4
"""The form that brought the file for the server's rows."""

NUMBERS_FORM = 5
"""The form that brought the table of numbers; who only looks at a store finds it in none before."""

metadata = MetaData()
"""The store's own file."""

mirrored = MetaData()
"""The file with the server's rows, which a snapshot replaces as a whole; `protocol.rows` says how it is made."""

meta = Table(
    "meta",
    metadata,
    Column("only", Integer, CheckConstraint("only = 1"), primary_key=True),
    Column("device", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("server_url", Text, nullable=False),
)
"""One row: who this device is."""

rows_file = Table(
    "rows_file",
    metadata,
    Column("only", Integer, CheckConstraint("only = 1"), primary_key=True),
    Column("name", Text, nullable=False),
)
"""One row: which file beside this one holds the server's rows. Changing it swaps all of them at once."""

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("exact", LargeBinary, nullable=False),
    Column("hash", Text, nullable=False),
    Column("document", Text),
    Column("recorded", Text, nullable=False),
    Column("has_events", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("refusal", Text),
    Column("settled_by", Integer),
)
"""Every act of this device, in order, as its exact bytes, with the server's word on it."""
Index("journal_pending", journal.c.seq, sqlite_where=journal.c.state == "pending")
Index("journal_trouble", journal.c.seq, sqlite_where=journal.c.state.in_(("refused", "contested")))

Index("journal_waiting", journal.c.seq, sqlite_where=journal.c.state == "waiting")

acknowledged = Table(
    "acknowledged",
    metadata,
    Column("day", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
)
"""Up to which act the server had acknowledged all, at the end of a day by its clock."""

journal_things = Table(
    "journal_things",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", ForeignKey(journal.c.seq), primary_key=True),
    Column("effect", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Which units and documents an act is about, and whether it takes a unit out of stock or may bring it back."""
Index("journal_things_freed", journal_things.c.seq, sqlite_where=journal_things.c.effect == "frees")

number_blocks = Table(
    "number_blocks",
    metadata,
    Column("series", Text, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("next", Integer, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("known_to", Text, nullable=False),
    Column("refusal", Text, nullable=False),
)
"""The blocks of numbers that were given to this store, and the next number of each that nobody has taken.

`known_to` is the epoch of the server that was last told of the block, `refusal` why it gave no other since.
"""

photos = Table(
    "photos",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("seq", ForeignKey(journal.c.seq), nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("refusal", Text),
    Column("body", Text, nullable=False),
)
"""Every photo that acts name, with the newest of them, and how far it is on its way to the server."""
Index("photos_of_act", photos.c.seq)


def _mirror(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        mirrored,
        Column("id", Text, primary_key=True),
        *columns,
        Column("position", Integer, nullable=False),
        Column("body", Text, nullable=False),
    )


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


units = _mirror(
    "units",
    _text("product"),
    _text("status"),
    _text("place"),
    Column("document", Text),
    Column("sales_order", Text),
    _text("received"),
    _text("serial"),
)

labels = Table(
    "labels",
    mirrored,
    Column("serial", Text, primary_key=True),
    Column("product", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Every canonical serial, current or former, with its unit."""

products = _mirror("products", _text("sku"))
gtins = Table(
    "gtins",
    mirrored,
    Column("gtin", Text, primary_key=True),
    Column("product", Text, primary_key=True),
    sqlite_with_rowid=False,
)
places = _mirror(
    "places",
    _text("site"),
    _text("code"),
    Column("route", Integer, nullable=False),
    Column("pickable", Boolean, nullable=False),
)
workers = _mirror("workers")
holds = _mirror("holds", Column("open", Boolean, nullable=False))
sites = _mirror("sites")
documents = _mirror("documents", _text("kind"), _text("site"), _text("status"))
listed = _mirror("listed", _text("document"))

others = Table(
    "others",
    mirrored,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
"""Rows of kinds that nobody searches: found by kind and id."""

MIRRORED = (units, labels, products, gtins, places, workers, holds, sites, documents, listed, others)
"""What the server can send again."""

followed = Table(
    "followed",
    mirrored,
    Column("only", Integer, CheckConstraint("only = 1"), primary_key=True),
    Column("server_epoch", Text, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("heads", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
)
"""One row: how far these rows have followed the server.

`complete` says whether everything up to the first cursor that had no more behind it has arrived.
"""

verifiers = Table(
    "verifiers",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("argon2", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
)
"""What this device verifies a PIN by when there is no network."""

failures = Table(
    "failures",
    metadata,
    Column("badge", Text, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("last", Text, nullable=False),
)
"""Wrong PINs in a row."""

timelines = Table(
    "timelines",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("fetched", Text, nullable=False),
    Column("body", Text, nullable=False),
)


def table_of(kind: RowKind) -> Table:
    """Where rows of a kind are kept."""
    name = TABLE_NAMES.get(kind)
    return others if name is None else mirrored.tables[name]
