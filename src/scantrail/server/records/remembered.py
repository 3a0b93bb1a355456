"""What a process remembers of the rows that only imports change, so that a push need not read them.

They count as long as the database says the same version of them. A version is drawn at random by every transaction that
writes such a row: one that was rolled back, or that a backup has undone, is never met again with other rows.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.plain import from_plain
from scantrail.domain.settings.history import History
from scantrail.domain.things.hold import Hold, Holds
from scantrail.server.database.schema import meta
from scantrail.server.database.sets import put
from scantrail.server.records.rows import MASTERS, Ids, read_masters
from scantrail.server.records.settings import history_of

VERSION = "masters"
"""The key in `meta` of a text that is another one after every change of a row that only imports change."""

MOST = 50_000
"""Rows that are remembered; then all are read again as they are needed. Each takes about 1 kB."""


class Masters:
    """Rows of one version. Several threads may ask at once: what two of them read is the same."""

    def __init__(self) -> None:
        self._rows: dict[RowKind, dict[str, Any]] = {kind: {} for kind in MASTERS}
        """By kind and id; None for what is not on record."""
        self._holds: Holds | None = None
        self._histories: dict[SiteId, History] = {}

    def load(self, connection: Connection, wanted: Ids) -> tuple[Mapping[RowKind, dict[str, Any]], Holds]:
        """The rows with these ids, and all open holds. What is not remembered is read, in one round trip.

        Raises:
            PlainError: a row does not hold what this program writes there.
        """
        known, holds = self._rows, self._holds
        missing = {kind: [key for key in keys if key not in known[kind]] for kind, keys in wanted.items()}
        if holds is None or any(missing.values()):
            if sum(map(len, known.values())) > MOST:
                known = self._rows = {kind: {} for kind in MASTERS}
                missing = {kind: list(keys) for kind, keys in wanted.items()}
            found, bodies = read_masters(connection, missing)
            for kind, keys in missing.items():
                known[kind].update({key: found.values[kind].get(key) for key in keys})
            holds = self._holds = Holds(from_plain(Hold, json.loads(body)) for (body,) in bodies)
        rows = {
            kind: {key: row for key in keys if (row := known[kind][key]) is not None} for kind, keys in wanted.items()
        }
        return rows, holds

    def settings(self, connection: Connection, site: SiteId) -> History:
        """All settings that a site has had; read once.

        Raises:
            PlainError: a row does not hold what this program writes there.
        """
        found = self._histories.get(site)
        if found is None:
            found = self._histories[site] = history_of(connection, site)
        return found


_LATEST: WeakKeyDictionary[Engine, tuple[str, Masters]] = WeakKeyDictionary()
"""Of each database that this process has open, the newest version that was met."""


def masters_at(connection: Connection, version: str) -> Masters:
    """What is remembered of this version, which was read in the same transaction."""
    latest = _LATEST.get(connection.engine)
    if latest is None or latest[0] != version:
        latest = _LATEST[connection.engine] = (version, Masters())
    return latest[1]


def note_masters_changed(connection: Connection) -> None:
    """To be called in every transaction that writes such a row; what any process remembers ends with its commit."""
    put(connection, meta, [{"key": VERSION, "value": secrets.token_hex(8)}])
