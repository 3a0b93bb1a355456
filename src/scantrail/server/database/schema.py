"""The server's tables. The log is the truth; units, documents and feed are projections of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Instants are ISO 8601 text in UTC with microseconds, so that they sort and read the same on both engines.
# Bodies are JSON as ASCII text: a NUL or a lone surrogate in a scan is escaped and does no harm.

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

streams = Table(
    "streams",
    metadata,
    Column("id", String, primary_key=True, comment="a site, or * for what belongs to none"),
    Column("position", BigInteger, nullable=False, comment="last number given, to an act or to a row of the feed"),
    Column("head", String(64), nullable=False, comment="hash of the newest log row"),
    Column("system_seq", BigInteger, nullable=False, comment="last seq of the server's own acts here"),
    Column("system_hash", String(64), nullable=False, comment="hash of the last of them"),
)

log = Table(
    "log",
    metadata,
    Column("stream", String, ForeignKey("streams.id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False, comment="of the act's exact bytes"),
    Column("payload", LargeBinary, comment="the act's exact bytes; a purge may drop them"),
    Column("outcome", String, nullable=False),
    Column("refusal", Text),
    Column("context", Text, comment="reason, note and reading of the act, so that a timeline reads no payload"),
    Column("actor", String, nullable=False),
    Column("effective_at", String, nullable=False),
    Column("received_at", String, nullable=False),
    Column("previous_row", String(64), nullable=False),
    Column("row_hash", String(64), nullable=False, comment="over previous_row, header and hash"),
    PrimaryKeyConstraint("stream", "position"),
    UniqueConstraint("device", "epoch", "seq"),
)

events = Table(
    "events",
    metadata,
    Column("stream", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("at", Integer, nullable=False, comment="its place in the act"),
    Column("unit", String),
    Column("document", String),
    Column("type", String, nullable=False),
    Column("family", String, nullable=False),
    Column("effective_at", String, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("stream", "position", "at"),
    Index(None, "unit", "effective_at"),
)

event_things = Table(
    "event_things",
    metadata,
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("at", Integer, nullable=False),
    PrimaryKeyConstraint("kind", "id", "stream", "position", "at"),
)
"""What an event is about beside its one unit and its one document: further units, containers, quantities.

Most events have no row here, so that a pick costs none.
"""

sites = Table(
    "sites",
    metadata,
    Column("id", String, primary_key=True),
    Column("body", Text, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("id", String, primary_key=True, comment="the site"),
    Column("body", Text, nullable=False),
)

settings_versions = Table(
    "settings_versions",
    metadata,
    Column("site", String, nullable=False),
    Column("version", BigInteger, nullable=False, comment="the position in the feed"),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("site", "version"),
)
"""All settings that a site has had: acts name those that they were judged by."""

products = Table(
    "products",
    metadata,
    Column("id", String, primary_key=True),
    Column("body", Text, nullable=False),
)

gtins = Table(
    "gtins",
    metadata,
    Column("gtin", String(14), primary_key=True),
    Column("product", String, ForeignKey("products.id"), nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    Column("badge", String, nullable=False, unique=True),
    Column("pin_verifier", String, nullable=False, comment="argon2"),
    Column("body", Text, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", String, nullable=False, index=True),
    Column("name", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("device", String, nullable=False),
    Column("badge", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("not_before", String, nullable=False),
    PrimaryKeyConstraint("device", "badge"),
)

units = Table(
    "units",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("product", String, ForeignKey("products.id"), nullable=False),
    Column("serial", String, nullable=False, index=True),
    Column("status", String, nullable=False),
    Column("site", String, nullable=False),
    Column("place", String, nullable=False),
    Column("document", String),
    Column("body", Text, nullable=False),
    Index(None, "product", "site", "status"),
)

labels = Table(
    "labels",
    metadata,
    Column("product", String, nullable=False),
    Column(
        "serial",
        String,
        nullable=False,
        index=True,
        comment="canonical; never given to another unit, not even after a purge",
    ),
    Column("unit", String(36), nullable=False, index=True),
    PrimaryKeyConstraint("product", "serial"),
)

others = Table(
    "others",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""Rows of kinds that nobody searches: found by kind and id."""

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("site", String, nullable=False),
    Column("status", String, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "site", "kind", "status"),
)

listed = Table(
    "listed",
    metadata,
    Column("id", String, primary_key=True, comment="the document and the unit"),
    Column("document", String, nullable=False, index=True),
    Column("picked", Boolean, nullable=False),
    Column("set_aside", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)
"""The units on documents, one row each."""

holds = Table(
    "holds",
    metadata,
    Column("id", String, primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    Column("stream", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("stream", "kind", "id"),
    Index(None, "stream", "position", unique=True),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, ForeignKey("sites.id"), nullable=False),
    Column("token_hash", String(64), unique=True),
    Column("token_turn", BigInteger, comment="which token of the present enrolment it is, from 1"),
    Column("token_ends_at", String),
    Column("next_token_hash", String(64), comment="good as well; when it is first used it takes the other's place"),
    Column("next_token_turn", BigInteger),
    Column("next_token_ends_at", String),
    Column("public_key", String(64)),
    Column("revoked", Boolean, nullable=False),
    Column("enrolled_at", String),
    Column("last_seen", String, comment="to about a minute"),
    Column("leaving_since", String, comment="revoked: it may send what it still has, and gets nothing"),
    Index(None, "next_token_hash", unique=True),
)

device_keys = Table(
    "device_keys",
    metadata,
    Column("device", String, ForeignKey("devices.id"), nullable=False),
    Column("public_key", String(64), nullable=False, comment="present or former: what it signed stays readable"),
    PrimaryKeyConstraint("device", "public_key"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("device", String, ForeignKey("devices.id"), nullable=False),
    Column("expires_at", String, nullable=False),
    Column("used", Boolean, nullable=False),
)

device_heads = Table(
    "device_heads",
    metadata,
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signed_in", String, comment="the worker, by the acts up to here; empty for nobody, null where not known"),
    PrimaryKeyConstraint("device", "epoch"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("raised_at", String, nullable=False),
    Column("kind", String, nullable=False, comment="misuse or dead_letter"),
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

number_series = Table(
    "number_series",
    metadata,
    Column("name", String, primary_key=True),
    Column("given", BigInteger, nullable=False, comment="the highest number that a device may have"),
    Column("last", BigInteger, nullable=False, comment="the highest number there is"),
)

number_blocks = Table(
    "number_blocks",
    metadata,
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("series", String, ForeignKey("number_series.name"), nullable=False),
    Column("turn", BigInteger, nullable=False, comment="which block of the series it is for this store of the device"),
    Column("first", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("given_at", String, nullable=False),
    PrimaryKeyConstraint("device", "epoch", "series", "turn"),
    UniqueConstraint("series", "first"),
)

photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), primary_key=True, comment="of its bytes"),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("device", String, nullable=False, comment="that sent it"),
    Column("received_at", String, nullable=False),
)

photo_names = Table(
    "photo_names",
    metadata,
    Column("stream", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("device", String, nullable=False, comment="whose act names it"),
    PrimaryKeyConstraint("stream", "position", "sha256"),
    Index(None, "sha256", "stream"),
    Index(None, "stream", "device"),
)

waiting = Table(
    "waiting",
    metadata,
    Column("id", String, primary_key=True, comment="what people call it: the site, and its number there"),
    Column("site", String, nullable=False),
    Column("arrived", BigInteger, nullable=False, comment="a number of the site's counter: the order of arrival"),
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False, comment="of the act's exact bytes"),
    Column("payload", LargeBinary, nullable=False, comment="the act's exact bytes"),
    Column("things", Text, nullable=False, comment="the units and documents that it is about"),
    Column("refusal", Text, nullable=False, comment="what it waits for"),
    Column("effective_at", String, nullable=False),
    Column("since", String, nullable=False, comment="when it was received"),
    Column("judged_position", BigInteger, comment="of the act in the site's log, until its device has read that"),
    UniqueConstraint("device", "epoch", "seq"),
)
Index(
    "ix_waiting_open",
    waiting.c.site,
    waiting.c.arrived,
    sqlite_where=waiting.c.judged_position.is_(None),
    postgresql_where=waiting.c.judged_position.is_(None),
)

attention = Table(
    "attention",
    metadata,
    Column("id", String, primary_key=True, comment="what people call it: the site and the place in its log"),
    Column("site", String, nullable=False),
    Column("kind", String, nullable=False, comment="contested, refused, dead_letter or misuse"),
    Column("device", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False, comment="of the record's exact bytes"),
    Column("position", BigInteger, nullable=False, comment="of the act in the site's log; 0 for a misuse"),
    Column("topic", String(64), nullable=False, comment="the same for acts about the same document and units"),
    Column("opened_at", String, nullable=False),
    Column("settled_position", BigInteger, comment="of the act that settled it, in the site's log"),
    UniqueConstraint("device", "epoch", "seq", "hash"),
    Index(None, "device", "epoch", "topic"),
)
Index(
    "ix_attention_open",
    attention.c.site,
    attention.c.position,
    sqlite_where=attention.c.settled_position.is_(None),
    postgresql_where=attention.c.settled_position.is_(None),
)
