"""What acts are judged against at the server."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.needs import Label
from scantrail.domain.acts.world import Labels, Wanted
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.things.hold import Holds
from scantrail.server.records.remembered import Masters
from scantrail.server.records.rows import MASTERS, in_hand, read_rows


class SqlSource:
    """The server's rows: one statement for those that acts change; the others are remembered."""

    def __init__(self, connection: Connection, masters: Masters) -> None:
        self._connection = connection
        self._masters = masters

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[dict[RowKind, dict[str, Any]], Labels]:
        """Values by kind and id, and the units that labels name.

        Raises:
            PlainError: a row does not hold what this program writes there.
        """
        found = read_rows(self._connection, {kind: ids for kind, ids in wanted.items() if kind not in MASTERS}, labels)
        remembered = {kind: ids for kind, ids in wanted.items() if kind in MASTERS}
        masters = self._masters.load(self._connection, remembered)[0] if remembered else {}
        return {**found.values, **masters}, found.labels

    def in_hand(self, numbers: Collection[DocumentId]) -> Collection[str]:
        """The ids of the rows of all units that are picked for these documents."""
        return in_hand(self._connection, numbers)

    def holds(self) -> Holds:
        """The open holds."""
        return self._masters.load(self._connection, {})[1]
