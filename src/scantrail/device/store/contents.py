"""What is where, for looking up: counted by the database, however many units there are, with the own acts on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, literal, select, text

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.sets import keys, one_of, one_of_these
from scantrail.device.store.view import View
from scantrail.domain.names.identifiers import PlaceId, ProductId, SiteId, site_of
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit

MOST_LISTED = 300
"""Units of a place that are listed by their serials; all of them are counted."""

_units = schema.units
_FROM_EACH_PRODUCT = """
    FROM products CROSS JOIN units ON units.product = products.id
        AND units.status IN (SELECT value FROM json_each(:statuses)) AND units.place = :place
"""
"""A place's units by the index (product, status, place): a step for each product and status, in this order."""

_IN_PLACE = text(
    f"SELECT units.product, units.status, units.place, count(*) AS number {_FROM_EACH_PRODUCT}"
    " GROUP BY units.product, units.status"
)
_LISTED = text(f"SELECT units.id {_FROM_EACH_PRODUCT} ORDER BY units.product, units.serial LIMIT :most")
_OF_PRODUCT = (
    select(_units.c.product, _units.c.status, _units.c.place, func.count().label("number"))
    .where(
        _units.c.product == bindparam("product"),
        one_of_these(_units.c.status, [status.value for status in Status]),
        _units.c.place >= bindparam("site") + literal("/"),
        _units.c.place < bindparam("site") + literal("0"),  # the character after the slash
    )
    .group_by(_units.c.status, _units.c.place)
)
_AS_ON_RECORD = select(_units.c.product, _units.c.status, _units.c.place).where(one_of(_units.c.id, "ids"))


@dataclass(frozen=True, slots=True)
class Counted:
    """So many units of a product in a place, all in one status."""

    product: ProductId
    status: Status
    place: PlaceId
    number: int


class Contents:
    """The contents of places and the stock of products, as this device sees them."""

    def __init__(self, database: Database, journal: Journal, view: View) -> None:
        self._database = database
        self._journal = journal
        self._view = view

    def of_place(self, place: PlaceId) -> tuple[Counted, ...]:
        """What is in a place, by product and status."""
        rows = self._database.rows(_IN_PLACE, place=place, statuses=_STATUSES)
        return self._counted(rows, lambda each: each.place == place)

    def of_product(self, product: ProductId, site: SiteId) -> tuple[Counted, ...]:
        """Where a site has a product, by place and status."""
        rows = self._database.rows(_OF_PRODUCT, product=product, site=site)
        return self._counted(rows, lambda each: each.product == product and site_of(each.place) == site)

    def units_in(self, place: PlaceId) -> tuple[Unit, ...]:
        """The units in a place by product and serial, at most `MOST_LISTED`."""
        rows = self._database.rows(_LISTED, place=place, statuses=_STATUSES, most=MOST_LISTED)
        found = self._view.units({row.id for row in rows} | set(self._journal.touched()))
        here = (unit for unit in found.values() if unit.place == place)
        return tuple(sorted(here, key=lambda unit: (unit.product, unit.serial)))[:MOST_LISTED]

    def _counted(self, rows: Iterable[Row[Any]], belongs: Callable[[Counted], bool]) -> tuple[Counted, ...]:
        """Counts of the rows; units that own acts have changed since are taken from one and added to another."""
        touched = self._journal.touched()
        counts: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            counts[row.product, row.status, row.place] += row.number
        for row in self._database.rows(_AS_ON_RECORD, ids=keys(touched)):
            counts[row.product, row.status, row.place] -= 1
        for unit in self._view.units(touched).values():
            counts[unit.product, unit.status.value, unit.place] += 1
        found = (Counted(product, Status(status), place, number) for (product, status, place), number in counts.items())
        kept = filter(belongs, (each for each in found if each.number > 0))
        return tuple(sorted(kept, key=lambda each: (each.product, each.place, each.status.value)))


_STATUSES = keys(status.value for status in Status)
