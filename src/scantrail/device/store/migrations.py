"""The way from each form of the store to the next: a device upgrades with a full journal and keeps all of it.

The statements are what they were when the form was released; they do not follow the schema's later changes.
"""

from __future__ import annotations

ROWS_BEFORE_4 = ("units", "labels", "products", "gtins", "places", "workers", "holds", "sites", "documents")
"""Tables that were in the store's own file before its form 4, and are in the file of rows since."""

MOVED = (
    *(f"INSERT INTO rows.{name} SELECT * FROM main.{name}" for name in ROWS_BEFORE_4),  # noqa: S608 - our own names
    "DELETE FROM rows.followed",
    "INSERT INTO rows.followed SELECT only, server_epoch, cursor, '{}', complete FROM main.meta",
)
"""What copies the rows over, before the step from form 3 takes them away: a device upgrades without network."""

STEPS: dict[int, tuple[str, ...]] = {
    1: (
        """CREATE TABLE photos (
    sha256 TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    refusal TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (sha256),
    FOREIGN KEY(seq) REFERENCES journal (seq)
)""",
        "CREATE INDEX photos_of_act ON photos (seq)",
    ),
    2: (
        """CREATE TABLE acknowledged (
    day TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (day)
)""",
    ),
    3: (
        "CREATE TABLE rows_file (only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL)",
        "INSERT INTO rows_file VALUES (1, 'rows-0.db')",
        *(f"DROP TABLE main.{name}" for name in ROWS_BEFORE_4),
        *(f"ALTER TABLE main.meta DROP COLUMN {name}" for name in ("server_epoch", "cursor", "complete")),
    ),
    4: (
        """CREATE TABLE number_blocks (
    series TEXT NOT NULL,
    turn INTEGER NOT NULL,
    first INTEGER NOT NULL,
    size INTEGER NOT NULL,
    next INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    known_to TEXT NOT NULL,
    refusal TEXT NOT NULL,
    PRIMARY KEY (series, turn)
)""",
    ),
    5: ("CREATE INDEX journal_waiting ON journal (seq) WHERE state = 'waiting'",),
    6: (
        """INSERT OR IGNORE INTO journal_things (kind, id, seq, effect)
SELECT 'listed', json_extract(event.value, '$.document') || '|' || about.value, journal.seq, ''
FROM journal, json_each(CAST(journal.exact AS TEXT), '$.events') AS event,
    json_each(json_array(json_extract(event.value, '$.unit'), json_extract(event.value, '$.instead_of'))) AS about
WHERE json_extract(event.value, '$.document') IS NOT NULL AND about.value IS NOT NULL""",
    ),
}
"""By the form found, what makes the next of it."""
