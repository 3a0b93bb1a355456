"""What this device takes for true: the server's rows, with the own acts they do not contain yet."""

from __future__ import annotations

import json
import typing
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, literal, select, union_all

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.sets import keys, one_of
from scantrail.device.store.things import DOCUMENT, UNIT, Thing
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.sight import made_by
from scantrail.domain.documents.document import DocumentKind, DocumentStatus
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import touched
from scantrail.domain.fold import fold, folded
from scantrail.domain.names.codes import CodeKind
from scantrail.domain.names.identifiers import (
    CaseRule,
    DocumentId,
    PlaceId,
    ProductId,
    SiteId,
    UnitId,
    WorkerId,
    canonical_serial,
)
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import from_plain
from scantrail.domain.scans.reading import Candidates, Said
from scantrail.domain.things.hold import Hold, Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Row

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
_PICK_LISTS = (
    _bodies(schema.documents)
    .add_columns(schema.documents.c.position)
    .where(schema.documents.c.kind == DocumentKind.PICK_LIST.value)
)
_ALL_WORKERS = select(schema.workers.c.body)
_OPEN_HOLDS = select(schema.holds.c.body).where(schema.holds.c.open).order_by(schema.holds.c.id)
"""In the server's order: of two holds on a unit, both sides name the same one."""
_SITE = select(schema.sites.c.body, schema.sites.c.position).where(schema.sites.c.id == bindparam("site"))
_CALLED = union_all(
    select(literal("unit").label("kind"), schema.labels.c.unit.label("id")).where(
        one_of(schema.labels.c.serial, "serials")
    ),
    select(literal("product"), schema.products.c.id).where(one_of(schema.products.c.sku, "skus")),
    select(literal("product"), schema.gtins.c.product).where(schema.gtins.c.gtin == bindparam("gtin")),
    select(literal("place"), schema.places.c.id).where(schema.places.c.code == bindparam("place")),
    select(literal("document"), schema.documents.c.id).where(
        schema.documents.c.id.in_([bindparam("document"), bindparam("document_upper")])
    ),
)
"""The ids of everything that is called so."""
_OPEN_LISTS = select(schema.documents.c.id).where(
    schema.documents.c.site == bindparam("site"),
    schema.documents.c.kind == DocumentKind.PICK_LIST.value,
    schema.documents.c.status.in_([DocumentStatus.OPEN.value, DocumentStatus.IN_PROGRESS.value]),
)


_CANCELLED_LISTS = select(schema.documents.c.id).where(
    schema.documents.c.site == bindparam("site"),
    schema.documents.c.kind == DocumentKind.PICK_LIST.value,
    schema.documents.c.status == DocumentStatus.CANCELLED.value,
)


class View:
    """Values by id, as this device sees them. What was read is kept until it changes."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._units: dict[UnitId, Unit] = {}
        self._lists: dict[DocumentId, PickList] = {}
        self._list_positions: dict[DocumentId, int] = {}
        self._products: dict[ProductId, Product] = {}
        self._places: dict[PlaceId, Place] = {}
        self._workers: dict[WorkerId, Worker] | None = None
        self._holds: Holds | None = None
        self._sites: dict[SiteId, tuple[Site, int]] = {}

    def forget(self) -> None:
        """Read everything again when it is next asked for."""
        self._units.clear()
        self._lists.clear()
        self._forget_masters()

    def forget_things(self, things: Iterable[Thing]) -> None:
        """Read these units and documents again when they are next asked for."""
        for kind, thing in things:
            (self._units if kind == UNIT else self._lists).pop(thing, None)

    def forget_rows(self, rows: Iterable[Row]) -> None:
        """Read again what these rows have changed."""
        changed = tuple(rows)
        self.forget_things((KINDS[row.kind], row.id) for row in changed if row.kind in KINDS)
        if any(row.kind not in KINDS for row in changed):
            self._forget_masters()

    def _forget_masters(self) -> None:
        for kept in (self._products, self._places, self._sites):
            kept.clear()
        self._workers, self._holds = None, None

    def add(self, act: Act) -> None:
        """Bring what was read up to a newly recorded act."""
        for event in act.draft.events:
            for thing in touched(event):
                rows: dict[str, Any] = self._units if thing[0] is RowKind.UNIT else self._lists
                if thing[1] in rows:
                    rows[thing[1]] = fold(rows[thing[1]], event, thing, made_by(act))

    def units(self, ids: Iterable[UnitId]) -> dict[UnitId, Unit]:
        """Units by id; those that are not on record are left out."""
        wanted = set(ids)
        missing = wanted - self._units.keys()
        if missing:
            _trim(self._units, wanted)
            rows = {row.id: decoded(Unit, row.body) for row in self._database.rows(_UNITS, ids=keys(missing))}
            for unit, acts in self._journal.unseen(UNIT, missing).items():
                after = folded(rows.get(unit), (RowKind.UNIT, unit), acts)
                if after is not None:
                    rows[unit] = after
            self._units.update(rows)
        return {unit: self._units[unit] for unit in wanted if unit in self._units}

    def pick_lists(self, numbers: Iterable[DocumentId]) -> dict[DocumentId, PickList]:
        """Pick lists by number; those that are not on record are left out."""
        wanted = set(numbers)
        missing = wanted - self._lists.keys()
        if missing:
            _trim(self._lists, wanted)
            found = self._database.rows(_PICK_LISTS, ids=keys(missing))
            self._list_positions |= {row.id: row.position for row in found}
            rows = {row.id: decoded(PickList, row.body) for row in found}
            for number, acts in self._journal.unseen(DOCUMENT, rows).items():
                rows[number] = folded(rows[number], (RowKind.DOCUMENT, number), acts)
            self._lists.update(rows)
        return {number: self._lists[number] for number in wanted if number in self._lists}

    def open_pick_lists(self, site: SiteId) -> tuple[PickList, ...]:
        """A site's lists that are not done, most urgent first."""
        numbers = [row.id for row in self._database.rows(_OPEN_LISTS, site=site)]
        lists = [each for each in self.pick_lists(numbers).values() if each.status in _STILL_OPEN]
        return tuple(sorted(lists, key=_urgency))

    def to_put_back(self, site: SiteId) -> tuple[PickList, ...]:
        """A site's cancelled lists for which units are still picked."""
        numbers = [row.id for row in self._database.rows(_CANCELLED_LISTS, site=site)]
        return tuple(sorted((each for each in self.pick_lists(numbers).values() if each.picked), key=_urgency))

    def products(self, ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """Products by id."""
        return self._by_id(self._products, _PRODUCTS, Product, ids)

    def places(self, ids: Iterable[PlaceId]) -> dict[PlaceId, Place]:
        """Places by id."""
        return self._by_id(self._places, _PLACES, Place, ids)

    def _by_id(self, kept: dict[str, T], query: Select[Any], kind: type[T], ids: Iterable[str]) -> dict[str, T]:
        wanted = set(ids)
        missing = wanted - kept.keys()
        if missing:
            _trim(kept, wanted)
            kept |= {row.id: decoded(kind, row.body) for row in self._database.rows(query, ids=keys(missing))}
        return {each: kept[each] for each in wanted if each in kept}

    def workers(self) -> dict[WorkerId, Worker]:
        """Everybody on record."""
        if self._workers is None:
            found = (decoded(Worker, row.body) for row in self._database.rows(_ALL_WORKERS))
            self._workers = {worker.id: worker for worker in found}
        return self._workers

    def holds(self) -> Holds:
        """The open holds."""
        if self._holds is None:
            self._holds = Holds(decoded(Hold, row.body) for row in self._database.rows(_OPEN_HOLDS))
        return self._holds

    def site(self, site: SiteId) -> Site | None:
        """A site's settings."""
        found = self._site(site)
        return found[0] if found else None

    def _site(self, site: SiteId) -> tuple[Site, int] | None:
        if site not in self._sites:
            for row in self._database.rows(_SITE, site=site):
                self._sites[site] = decoded(Site, row.body), row.position
        return self._sites.get(site)

    def versions(self, number: DocumentId, site: SiteId) -> dict[str, int]:
        """The versions of a pick list's and a site's rows, as an act states them."""
        found = {}
        if number in self.pick_lists((number,)):
            found[f"pick_list:{number}"] = self._list_positions[number]
        settings = self._site(site)
        if settings is not None:
            found[f"site:{site}"] = settings[1]
        return found

    def called(self, said: Said, site: SiteId) -> Candidates:
        """Everything on record under one meaning of a code; places of `site` first."""
        whole = {kind: said.text if said.may_be(kind) else "" for kind in CodeKind}
        rows = self._database.rows(
            _CALLED,
            serials=keys({canonical_serial(number, case) for number in said.numbers for case in CaseRule}),
            skus=keys({each.upper() for each in (whole[CodeKind.PRODUCT], *said.parts) if each}),
            gtin=said.gtin,
            place=said.sscc or whole[CodeKind.PLACE].upper(),
            document=whole[CodeKind.DOCUMENT],
            document_upper=whole[CodeKind.DOCUMENT].upper(),
        )
        ids: dict[str, set[str]] = {}
        for row in rows:
            ids.setdefault(row.kind, set()).add(row.id)
        places = self.places(ids.get("place", ())).values()
        products = tuple(sorted(self.products(ids.get("product", ())).values(), key=lambda product: product.id))
        return Candidates(
            said,
            units=said.fitting(self._units_called(said, ids.get("unit", ())), products),
            products=products,
            places=tuple(sorted(places, key=lambda place: (place.site != site, place.id))),
            documents=tuple(sorted(ids.get("document", ()))),
            workers=self.workers_called(whole[CodeKind.BADGE]),
        )

    def _units_called(self, said: Said, ids: Iterable[UnitId]) -> tuple[Unit, ...]:
        """Those of the units that the code names by a serial, present or former, in their product's canonical form."""
        labelled = self.units(ids).values()
        products = self.products(unit.product for unit in labelled)
        called = [
            unit
            for unit in labelled
            if unit.product in products
            and any(said.is_serial_of(each, products[unit.product]) for each in (unit.serial, *unit.former_serials))
        ]
        return tuple(sorted(called, key=lambda unit: unit.product))

    def workers_called(self, badge: str) -> tuple[Worker, ...]:
        """The workers with this badge."""
        return tuple(worker for worker in self.workers().values() if worker.badge == badge)


KINDS = {RowKind.UNIT: UNIT, RowKind.DOCUMENT: DOCUMENT}
"""Rows that own acts lie over."""

_STILL_OPEN = (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
_KEPT = 5000


def _trim(kept: dict[str, Any], wanted: Collection[str]) -> None:
    """Make room: drop what was read longest ago and is not wanted now, as many as are too many."""
    others = (each for each in kept if each not in wanted)
    for oldest in tuple(islice(others, max(0, len(kept) - _KEPT))):
        del kept[oldest]


def _urgency(pick_list: PickList) -> tuple[int, str, str]:
    by_when = pick_list.required_by.isoformat() if pick_list.required_by else "9999"
    return pick_list.priority, by_when, pick_list.number
