"""Which units an any-serial line may take, where they are, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import islice

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, exists, func, literal, not_, or_, select, text

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.sets import one_of_these
from scantrail.device.store.things import TAKES, UNIT
from scantrail.device.store.view import View, decoded
from scantrail.domain.documents import LineKind, PickList, Requirement
from scantrail.domain.holds import Hold, holds_on
from scantrail.domain.identifiers import PlaceId, ProductId
from scantrail.domain.places import Place
from scantrail.domain.status import Status
from scantrail.domain.units import OwnerType, Unit
from scantrail.protocol.outbox import ActState

SUGGESTED = 50
"""Units looked up for each product of a list."""

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

_PROMISED = (
    select(_units.c.id)
    .where(
        _units.c.sales_order == bindparam("order"),
        _units.c.product == bindparam("product"),
        _units.c.status == Status.ALLOCATED.value,
    )
    .order_by(_units.c.received, _units.c.serial)
)


def _fact(name: str) -> ColumnElement[str]:
    return func.json_extract(_units.c.body, f"$.{name}", type_=Text)


def _held(hold: Hold) -> ColumnElement[bool]:
    """`Hold.matches`, said to the database, so that a batch under recall is passed over quickly."""
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
    _things.c.kind == UNIT,
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
def _in_bin(holds: tuple[Hold, ...], requirement: Requirement) -> Select[tuple[str]]:
    query = (
        select(_units.c.id)
        .where(
            _units.c.product == bindparam("product"),
            _units.c.status == Status.AVAILABLE.value,
            _units.c.place == bindparam("place"),
            func.coalesce(_fact("owner.type"), OwnerType.OWNED.value).in_(
                [OwnerType.OWNED.value, OwnerType.CONSIGNED.value]
            ),
            not_(_TAKEN_HERE),
            *(not_(_held(hold)) for hold in holds),
        )
        .order_by(_units.c.received, _units.c.serial)
        .limit(SUGGESTED)
    )
    if requirement.firmware:
        query = query.where(_fact("firmware") == requirement.firmware)
    if requirement.calibrated:
        query = query.where(_fact("calibration_valid_until") >= bindparam("today"))
    return query


class Stock:
    """What may be picked at this device's site, as this device sees it."""

    def __init__(self, database: Database, journal: Journal, view: View, site: str) -> None:
        self._database = database
        self._journal = journal
        self._view = view
        self._site = site
        self._bins: dict[ProductId, tuple[Place, ...]] = {}

    def forget(self) -> None:
        """Look the bins up again when they are next asked for."""
        self._bins.clear()

    def places_for(self, pick_list: PickList) -> dict[PlaceId, Place]:
        """Every place that a unit for one of the list's any-serial lines may be in."""
        return self._places(_wanted(pick_list), self._ours(pick_list))

    def _places(self, products: Iterable[ProductId], ours: Iterable[Unit]) -> dict[PlaceId, Place]:
        bins = {place.id: place for product in products for place in self._bins_of(product)}
        return bins | self._view.places({unit.place for unit in ours} - bins.keys())

    def stock_for(self, pick_list: PickList, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take, in route order, oldest first; at most 50 of a product."""
        wanted = _wanted(pick_list)
        if not wanted:
            return ()
        ours = self._ours(pick_list)
        places = self._places(wanted, ours)

        def key(unit: Unit) -> tuple[int, str, str, str]:
            place = places[unit.place]
            return place.route, place.code, unit.received.isoformat() if unit.received else "", unit.serial

        found: list[Unit] = []
        for product in wanted:
            seen = {unit.id: unit for unit in (*ours, *self._available(pick_list, product, today))}
            fitting = [
                unit for unit in seen.values() if unit.product == product and self._fits(unit, pick_list, today, places)
            ]
            found += sorted(fitting, key=key)[:SUGGESTED]
        return tuple(sorted(found, key=key))

    def _bins_of(self, product: ProductId) -> tuple[Place, ...]:
        if product not in self._bins:
            rows = self._database.rows(_BINS, product=product, site=self._site)
            self._bins[product] = tuple(decoded(Place, row.body) for row in rows)
        return self._bins[product]

    def _available(self, pick_list: PickList, product: ProductId, today: date) -> Iterable[Unit]:
        ids = islice(self._available_ids(pick_list, product, today), SUGGESTED)
        return self._view.units(ids).values()

    def _available_ids(self, pick_list: PickList, product: ProductId, today: date) -> Iterator[str]:
        query = _in_bin(self._view.holds(), pick_list.requirement)
        values = {"today": today.isoformat()} if pick_list.requirement.calibrated else {}
        for place in self._bins_of(product):
            if place.id not in pick_list.empty_bins:
                for row in self._database.rows(query, product=product, place=place.id, **values):
                    yield row.id

    def _ours(self, pick_list: PickList) -> tuple[Unit, ...]:
        """Units promised to the list's order, and those that own acts may have put back into a bin."""
        wanted = _wanted(pick_list)
        if not wanted:
            return ()
        named = {unit for line in pick_list.lines for unit in line.units}
        ids = set(self._journal.freed())
        for product in wanted:
            rows = self._database.rows(_PROMISED, order=pick_list.order, product=product)
            ids |= {row.id for row in rows if row.id not in named}
        return tuple(unit for unit in self._view.units(ids).values() if unit.product in wanted)

    def _fits(self, unit: Unit, pick_list: PickList, today: date, places: dict[PlaceId, Place]) -> bool:
        place = places.get(unit.place)
        if place is None or not place.pickable or place.site != self._site:
            return False
        promised_here = unit.document in (None, pick_list.number) and unit.order in (None, pick_list.order)
        free = unit.status is Status.AVAILABLE or (unit.status is Status.ALLOCATED and promised_here)
        return (
            free
            and unit.owner.is_us
            and not holds_on(unit, self._view.holds())
            and _meets(unit, pick_list.requirement, today)
        )


def _wanted(pick_list: PickList) -> tuple[ProductId, ...]:
    """The products of the list's open any-serial lines."""
    open_lines = (line for line in pick_list.lines if line.kind is LineKind.ANY and line.remaining)
    return tuple(dict.fromkeys(line.product for line in open_lines))


def _meets(unit: Unit, requirement: Requirement, today: date) -> bool:
    calibrated = unit.calibration_valid_until is not None and unit.calibration_valid_until >= today
    return requirement.firmware in ("", unit.firmware) and (calibrated or not requirement.calibrated)
