"""The way from each form of the store to the next: a device upgrades with a full journal and keeps all of it.

The statements are what they were when the form was released; they do not follow the schema's later changes.
"""

from __future__ import annotations

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
}
"""By the form found, what makes the next of it."""
