"""What this device takes for true: the server's rows, with the own acts they do not contain yet."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, or_, select

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.sets import keys, one_of
from scantrail.device.store.things import DOCUMENT, UNIT, Thing
from scantrail.domain.acts import Act
from scantrail.domain.documents import DocumentKind, DocumentStatus, PickList
from scantrail.domain.events import UnitRegistered, document_of, unit_of
from scantrail.domain.fold import By, changes_unit, fold_pick_list, fold_unit
from scantrail.domain.holds import Hold
from scantrail.domain.identifiers import (
    CaseRule,
    DocumentId,
    PlaceId,
    ProductId,
    SiteId,
    UnitId,
    WorkerId,
    canonical_serial,
    gtin14,
)
from scantrail.domain.people import Worker
from scantrail.domain.places import Place
from scantrail.domain.plain import from_plain
from scantrail.domain.products import Product
from scantrail.domain.sites import Site
from scantrail.domain.units import Unit

T = TypeVar("T")


@lru_cache(maxsize=4096)
def _decoded(kind: type[Any], body: str) -> Any:
    return from_plain(kind, json.loads(body))


def decoded(kind: type[T], body: str) -> T:
    """The value in a row's body. Bodies are kept decoded, since the same few are asked for at every scan."""
    return typing.cast("T", _decoded(typing.cast("Any", kind), body))


def _bodies(table: Any) -> Select[Any]:
    return select(table.c.id, table.c.body).where(one_of(table.c.id, "ids"))


_UNITS = _bodies(schema.units)
_PRODUCTS = _bodies(schema.products)
_PLACES = _bodies(schema.places)
_PICK_LISTS = _bodies(schema.documents).where(schema.documents.c.kind == DocumentKind.PICK_LIST.value)
_ALL_WORKERS = select(schema.workers.c.body)
_OPEN_HOLDS = select(schema.holds.c.body).where(schema.holds.c.open)
_SITE = select(schema.sites.c.body).where(schema.sites.c.id == bindparam("site"))
_LABELLED = select(schema.labels.c.unit).where(one_of(schema.labels.c.serial, "serials"))
_PRODUCTS_CALLED = (
    select(schema.products.c.body)
    .distinct()
    .outerjoin(schema.gtins, schema.gtins.c.product == schema.products.c.id)
    .where(or_(schema.products.c.sku == bindparam("sku"), schema.gtins.c.gtin == bindparam("gtin")))
)
_PLACES_CALLED = select(schema.places.c.body).where(schema.places.c.code == bindparam("code"))
_WORKERS_CALLED = select(schema.workers.c.body).where(schema.workers.c.badge == bindparam("badge"))
_DOCUMENTS_CALLED = select(schema.documents.c.id).where(one_of(schema.documents.c.id, "numbers"))
_OPEN_LISTS = select(schema.documents.c.id).where(
    schema.documents.c.site == bindparam("site"),
    schema.documents.c.kind == DocumentKind.PICK_LIST.value,
    schema.documents.c.status.in_([DocumentStatus.OPEN.value, DocumentStatus.IN_PROGRESS.value]),
)
_POSITION = {
    kind: select(table.c.position).where(table.c.id == bindparam("of"))
    for kind, table in ((DOCUMENT, schema.documents), (UNIT, schema.units), ("site", schema.sites))
}


class View:
    """Values by id, as this device sees them. What was read is kept until it changes."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._units: dict[UnitId, Unit] = {}
        self._lists: dict[DocumentId, PickList] = {}
        self._workers: dict[WorkerId, Worker] | None = None
        self._holds: tuple[Hold, ...] | None = None
        self._site: dict[SiteId, Site] = {}

    def forget(self, things: Iterable[Thing] | None = None) -> None:
        """Read these things again when they are next asked for; without `things`, everything."""
        if things is None:
            self._units.clear()
            self._lists.clear()
        for kind, thing in things or ():
            (self._units if kind == UNIT else self._lists).pop(thing, None)
        self._workers, self._holds = None, None
        self._site.clear()

    def add(self, act: Act) -> None:
        """Bring what was read up to a newly recorded act."""
        for event in act.draft.events:
            unit = self._units.get(unit_of(event) or "")
            if unit is not None and changes_unit(event):
                self._units[unit.id] = fold_unit(unit, event, by(act))
            pick_list = self._lists.get(document_of(event) or "")
            if pick_list is not None:
                self._lists[pick_list.number] = fold_pick_list(pick_list, event, by(act))

    def units(self, ids: Iterable[UnitId]) -> dict[UnitId, Unit]:
        """Units by id; those that are not on record are left out."""
        wanted = set(ids)
        missing = wanted - self._units.keys()
        if missing:
            _trim(self._units)
            rows = {row.id: decoded(Unit, row.body) for row in self._database.rows(_UNITS, ids=keys(missing))}
            for unit, acts in self._journal.unseen(UNIT, missing).items():
                after = _after(rows.get(unit), unit, acts)
                if after is not None:
                    rows[unit] = after
            self._units.update(rows)
        return {unit: self._units[unit] for unit in wanted if unit in self._units}

    def pick_lists(self, numbers: Iterable[DocumentId]) -> dict[DocumentId, PickList]:
        """Pick lists by number; those that are not on record are left out."""
        wanted = set(numbers)
        missing = wanted - self._lists.keys()
        if missing:
            _trim(self._lists)
            rows = {row.id: decoded(PickList, row.body) for row in self._database.rows(_PICK_LISTS, ids=keys(missing))}
            for number, acts in self._journal.unseen(DOCUMENT, rows).items():
                for act in acts:
                    rows[number] = _list_after(rows[number], act)
            self._lists.update(rows)
        return {number: self._lists[number] for number in wanted if number in self._lists}

    def open_pick_lists(self, site: SiteId) -> tuple[PickList, ...]:
        """A site's lists that are not done, most urgent first."""
        numbers = [row.id for row in self._database.rows(_OPEN_LISTS, site=site)]
        lists = [each for each in self.pick_lists(numbers).values() if each.status in _STILL_OPEN]
        return tuple(sorted(lists, key=_urgency))

    def products(self, ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """Products by id."""
        return self._by_id(_PRODUCTS, Product, ids)

    def places(self, ids: Iterable[PlaceId]) -> dict[PlaceId, Place]:
        """Places by id."""
        return self._by_id(_PLACES, Place, ids)

    def _by_id(self, query: Select[Any], kind: type[T], ids: Iterable[str]) -> dict[str, T]:
        return {row.id: decoded(kind, row.body) for row in self._database.rows(query, ids=keys(ids))}

    def workers(self) -> dict[WorkerId, Worker]:
        """Everybody on record."""
        if self._workers is None:
            found = (decoded(Worker, row.body) for row in self._database.rows(_ALL_WORKERS))
            self._workers = {worker.id: worker for worker in found}
        return self._workers

    def holds(self) -> tuple[Hold, ...]:
        """The open holds."""
        if self._holds is None:
            self._holds = tuple(decoded(Hold, row.body) for row in self._database.rows(_OPEN_HOLDS))
        return self._holds

    def site(self, site: SiteId) -> Site | None:
        """A site's settings."""
        if site not in self._site:
            for row in self._database.rows(_SITE, site=site):
                self._site[site] = decoded(Site, row.body)
        return self._site.get(site)

    def units_called(self, text: str) -> tuple[Unit, ...]:
        """Every unit that a text is the serial of, current or former, in its product's canonical form."""
        forms = {canonical_serial(text, case) for case in CaseRule}
        labelled = self.units(row.unit for row in self._database.rows(_LABELLED, serials=keys(forms)))
        products = self.products(unit.product for unit in labelled.values())
        called = [
            unit
            for unit in labelled.values()
            if unit.product in products
            and products[unit.product].canonical(text) in (unit.serial, *unit.former_serials)
        ]
        return tuple(sorted(called, key=lambda unit: unit.product))

    def products_called(self, text: str) -> tuple[Product, ...]:
        """Every product that a text is the SKU or a GTIN of."""
        gtin = gtin14(text) if text.isdecimal() else ""
        rows = self._database.rows(_PRODUCTS_CALLED, sku=text.upper(), gtin=gtin)
        return tuple(decoded(Product, row.body) for row in rows)

    def places_called(self, text: str, site: SiteId) -> tuple[Place, ...]:
        """Every place with this code on its label, this site's first."""
        rows = self._database.rows(_PLACES_CALLED, code=text.upper())
        found = [decoded(Place, row.body) for row in rows]
        return tuple(sorted(found, key=lambda place: (place.site != site, place.id)))

    def documents_called(self, text: str) -> tuple[DocumentId, ...]:
        """The documents of every kind with this number."""
        return tuple(row.id for row in self._database.rows(_DOCUMENTS_CALLED, numbers=keys({text, text.upper()})))

    def workers_called(self, badge: str) -> tuple[Worker, ...]:
        """The workers with this badge."""
        return tuple(decoded(Worker, row.body) for row in self._database.rows(_WORKERS_CALLED, badge=badge))

    def position(self, kind: str, of: str) -> int | None:
        """The version of a unit's, document's or site's row."""
        rows = self._database.rows(_POSITION[kind], of=of)
        return int(rows[0].position) if rows else None


_STILL_OPEN = (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
_KEPT = 5000


def _trim(kept: dict[str, Any]) -> None:
    if len(kept) > _KEPT:
        kept.clear()


def _urgency(pick_list: PickList) -> tuple[int, str, str]:
    by_when = pick_list.required_by.isoformat() if pick_list.required_by else "9999"
    return pick_list.priority, by_when, pick_list.number


def by(act: Act) -> By:
    """Whose act it is, as the fold wants it."""
    return By(act.actor, act.id.device, act.times.wall)


def _after(unit: Unit | None, unit_id: UnitId, acts: Iterable[Act]) -> Unit | None:
    """A unit after acts; one that is nowhere on record begins with its registration."""
    for act in acts:
        for event in act.draft.events:
            if unit_of(event) == unit_id and changes_unit(event) and (unit or isinstance(event, UnitRegistered)):
                unit = fold_unit(unit, event, by(act))
    return unit


def _list_after(pick_list: PickList, act: Act) -> PickList:
    for event in act.draft.events:
        if document_of(event) == pick_list.number:
            pick_list = fold_pick_list(pick_list, event, by(act))
    return pick_list
