"""What acts are judged against at the server."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.world import World
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.judge import needs_of
from scantrail.domain.names.identifiers import SiteId
from scantrail.server.records.remembered import Masters
from scantrail.server.records.rows import read_rows


def load_world(connection: Connection, site: SiteId, acts: Sequence[Act], masters: Masters) -> World:
    """Everything that these acts are judged against, in three round trips at the most.

    What is named is read first, then the units that lists name, then what is not remembered of the masters of those.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    needs = needs_of([act.draft for act in acts], {act.actor for act in acts})
    wanted = {RowKind.UNIT: needs.units, RowKind.DOCUMENT: needs.documents}
    found = read_rows(connection, wanted, needs.labels)
    units, documents = found.values[RowKind.UNIT], found.values[RowKind.DOCUMENT]
    lists = [document for document in documents.values() if isinstance(document, PickList)]
    named = {unit for each in lists for line in each.lines for unit in line.units}
    named |= {unit for each in lists for unit in each.handled}
    units |= read_rows(connection, {RowKind.UNIT: named - needs.units}).values[RowKind.UNIT]
    changed_by = {unit.changed_by for unit in units.values()}
    taken_by = {each.taken.worker for each in lists if each.taken is not None}
    listed = {line.product for each in lists for line in each.lines}
    rows, holds = masters.load(
        connection,
        {
            RowKind.SITE: {site},
            RowKind.PRODUCT: needs.products | listed | {unit.product for unit in units.values()},
            RowKind.PLACE: needs.places | {unit.place for unit in units.values()},
            RowKind.WORKER: needs.workers | changed_by | taken_by,
        },
    )
    return World(
        site=rows[RowKind.SITE][site],
        units=units,
        documents=documents,
        products=rows[RowKind.PRODUCT],
        places=rows[RowKind.PLACE],
        workers=rows[RowKind.WORKER],
        holds=holds,
        labels=found.labels,
    )
