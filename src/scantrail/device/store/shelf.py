"""The database's part of the stock: a product's available units in route order, fetched as far as anybody looks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
)

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.sets import one_of_these
from scantrail.device.store.things import TAKES
from scantrail.device.store.view import decoded
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import Requirement
from scantrail.domain.names.identifiers import DocumentId, ProductId, SiteId, UnitId
from scantrail.domain.rules.goods import Use
from scantrail.domain.things.hold import Hold, Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import OwnerType
from scantrail.protocol.outbox import ActState

PAGE = 50
"""Units fetched from a bin at once."""

MOST_HOLDS = 100
"""Holds that one query names: SQLite takes no query that names a thousand. See `Shelf`."""

_units, _things, _journal = schema.units, schema.journal_things, schema.journal

_BINS = text(
    """
    WITH RECURSIVE bins(place) AS (
        SELECT min(place) FROM units WHERE product = :product AND status = 'available'
        UNION ALL
        SELECT (SELECT min(place) FROM units WHERE product = :product AND status = 'available' AND place > bins.place)
        FROM bins WHERE bins.place IS NOT NULL
    )
    SELECT places.body FROM bins JOIN places ON places.id = bins.place
    WHERE places.site = :site AND places.pickable ORDER BY places.route, places.code
    """
)
"""The bins that hold a product: one step in the index for each bin, however many units it holds."""

_PROMISED = select(_units.c.id).where(
    _units.c.sales_order == bindparam("order"),
    _units.c.product == bindparam("product"),
    _units.c.status == Status.ALLOCATED.value,
)


def _fact(name: str) -> ColumnElement[str]:
    return func.json_extract(_units.c.body, f"$.{name}", type_=Text)


def _named_holds(holds: Holds, product: ProductId) -> tuple[Hold, ...]:
    """The holds that a query for a product names."""
    return tuple(islice((hold for hold in holds if hold.product in (None, product)), MOST_HOLDS))


def _held(hold: Hold) -> ColumnElement[bool]:
    """`Hold.matches`, said to the database."""
    if hold.units:
        return one_of_these(_units.c.id, hold.units)
    tests: list[ColumnElement[bool]] = []
    if hold.product is not None:
        tests.append(_units.c.product == hold.product)
    if hold.serial_from:
        tests.append(_units.c.serial >= hold.serial_from)
    if hold.serial_to:
        tests.append(_units.c.serial <= hold.serial_to)
    for name, wanted in (("lot", hold.lot), ("supplier_lot", hold.supplier_lot)):
        if wanted:
            tests.append(func.coalesce(_fact(name), "") == wanted)
    made = func.coalesce(_fact("manufactured"), "")
    if hold.manufactured_from is not None:
        tests.append(made >= hold.manufactured_from.isoformat())
    if hold.manufactured_to is not None:
        tests.append(and_(made != "", made <= hold.manufactured_to.isoformat()))
    return and_(*tests) if tests else literal(False)


_TAKEN_HERE = exists().where(
    _things.c.kind == str(RowKind.UNIT),
    _things.c.id == _units.c.id,
    _things.c.effect == TAKES,
    _journal.c.seq == _things.c.seq,
    or_(
        _journal.c.state.in_([ActState.PENDING.value, ActState.WAITING.value]),
        and_(_journal.c.state == ActState.APPLIED.value, _journal.c.position > _units.c.position),
    ),
)
"""An act of this device, not yet in the unit's row, has taken it."""


@lru_cache(maxsize=16)
def _in_bin(holds: tuple[Hold, ...], requirement: Requirement) -> Select[tuple[str, str, str]]:
    query = (
        select(_units.c.id, _units.c.received, _units.c.serial)
        .where(
            _units.c.product == bindparam("product"),
            _units.c.status == Status.AVAILABLE.value,
            _units.c.place == bindparam("place"),
            tuple_(_units.c.received, _units.c.serial) > tuple_(bindparam("after_day"), bindparam("after_serial")),
            func.coalesce(_fact("owner.type"), OwnerType.OWNED.value).in_(
                [OwnerType.OWNED.value, OwnerType.CONSIGNED.value]
            ),
            func.coalesce(_fact("container"), "") == "",
            not_(_TAKEN_HERE),
            *(not_(_held(hold)) for hold in holds),
        )
        .order_by(_units.c.received, _units.c.serial)
        .limit(PAGE)
    )
    if requirement.firmware:
        query = query.where(_fact("firmware") == requirement.firmware)
    if requirement.calibrated:
        query = query.where(_fact("calibration_valid_until") >= bindparam("today"))
    return query


def bins_of(database: Database, product: ProductId, site: SiteId) -> tuple[Place, ...]:
    """A site's pickable places that hold available units of a product, in route order."""
    return tuple(decoded(RowKind.PLACE, row.body) for row in database.rows(_BINS, product=product, site=site))


def promised_to(database: Database, order: DocumentId, product: ProductId) -> frozenset[UnitId]:
    """The units of a product that are allocated to an order."""
    return frozenset(row.id for row in database.rows(_PROMISED, order=order, product=product))


class Shelf:
    """The available units of a product, bin after bin, oldest first.

    The query leaves out units that may not be used, so that a batch under recall is passed over quickly. It leaves out
    no others, but may let some of them through: who takes units from the shelf asks `may_be_used` of each.
    """

    def __init__(
        self,
        database: Database,
        product: ProductId,
        bins: tuple[Place, ...],
        use: Use,
    ) -> None:
        self._database = database
        self._query = _in_bin(_named_holds(use.holds, product), use.requirement)
        self._values = {"product": product} | ({"today": use.today.isoformat()} if use.requirement.calibrated else {})
        self._pages = self._fetched(bins)
        self._ids: list[UnitId] = []

    def walk(self) -> Iterator[UnitId]:
        """The units from the front, fetched when they are come to. Those dropped in between may still come."""
        yield from tuple(self._ids)
        for page in self._pages:
            self._ids += page
            yield from page

    def drop(self, gone: set[UnitId]) -> None:
        """Take units off the shelf."""
        if gone:
            self._ids = [unit for unit in self._ids if unit not in gone]

    def _fetched(self, bins: tuple[Place, ...]) -> Iterator[list[UnitId]]:
        for place in bins:
            after = ("", "")
            while rows := self._database.rows(
                self._query, place=place.id, after_day=after[0], after_serial=after[1], **self._values
            ):
                yield [row.id for row in rows]
                after = (rows[-1].received, rows[-1].serial)
                if len(rows) < PAGE:
                    break
