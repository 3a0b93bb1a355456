"""What this device takes for true: the server's rows, with the own acts they do not contain yet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, union_all

from scantrail.device.store import schema
from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.schema import table_of
from scantrail.device.store.sets import keys, one_of
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import KINDS, RowKind, Thing
from scantrail.domain.acts.needs import Label
from scantrail.domain.acts.sight import made_by
from scantrail.domain.acts.world import Labels, Wanted
from scantrail.domain.documents.document import DocumentKind, DocumentStatus
from scantrail.domain.documents.kinds import DOCUMENTS, kind_of, type_of
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import FACTS, touched
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
from scantrail.domain.plain import PlainError
from scantrail.domain.scans.reading import Candidates, Said
from scantrail.domain.settings import Settings, from_columns
from scantrail.domain.settings.history import version_name
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit


@lru_cache(maxsize=4096)
def decoded(kind: RowKind, body: str) -> Any:
    """The value in a row's body. Bodies are kept decoded, since the same few are asked for at every scan."""
    return KINDS[kind].read(json.loads(body))


@cache
def _bodies(kind: RowKind) -> Select[Any]:
    """The rows of a kind with these ids."""
    table = table_of(kind)
    query = select(table.c.id, table.c.position, table.c.body).where(one_of(table.c.id, "ids"))
    return query.where(table.c.kind == str(kind)) if table is schema.others else query


_LABELS = select(schema.labels.c.product, schema.labels.c.serial, schema.labels.c.unit).where(
    one_of(schema.labels.c.serial, "serials")
)
_ALL_WORKERS = select(schema.workers.c.body)
_OPEN_HOLDS = select(schema.holds.c.body).where(schema.holds.c.open).order_by(schema.holds.c.id)
"""In the server's order: of two holds on a unit, both sides name the same one."""
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
_LISTED_ON = select(schema.listed.c.id).where(schema.listed.c.document == bindparam("number"))
_PICKED_ON = _LISTED_ON.where(func.json_extract(schema.listed.c.body, "$.picked").is_not(None))
_WITH_STATUS = select(schema.documents.c.id).where(
    schema.documents.c.site == bindparam("site"),
    one_of(schema.documents.c.kind, "kinds"),
    one_of(schema.documents.c.status, "statuses"),
)


class View:
    """Values by id, as this device sees them. What was read is kept until it changes."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._rows: dict[RowKind, dict[str, Any]] = defaultdict(dict)
        self._positions: dict[Thing, int] = {}
        """Where the rows stand whose versions acts state."""
        self._workers: dict[WorkerId, Worker] | None = None
        self._holds: Holds | None = None

    def forget(self) -> None:
        """Read everything again when it is next asked for."""
        self._rows.clear()
        self._workers, self._holds = None, None

    def forget_things(self, things: Iterable[Thing]) -> None:
        """Read these rows again when they are next asked for."""
        for kind, name in things:
            self._rows[kind].pop(name, None)
            if kind == RowKind.WORKER:
                self._workers = None
            elif kind == RowKind.SITE:
                self._rows[RowKind.SETTINGS].pop(name, None)  # may have been read from it
            elif kind == RowKind.HOLD:
                self._holds = None

    def add(self, act: Act) -> None:
        """Bring what was read up to a newly recorded act."""
        for event in act.draft.events:
            for thing in touched(event):
                kept = self._rows[thing[0]]
                if thing[1] in kept:
                    kept[thing[1]] = fold(kept[thing[1]], event, thing, made_by(act))

    def rows(self, kind: RowKind, ids: Iterable[str]) -> dict[str, Any]:
        """Values by id, with the own acts that the server's rows do not contain; those not on record are left out."""
        wanted, kept = set(ids), self._rows[kind]
        missing = wanted - kept.keys()
        if missing:
            _trim(kept, wanted)
            kept.update(self._read(kind, missing))
        return {each: kept[each] for each in wanted if each in kept}

    def _read(self, kind: RowKind, ids: Collection[str]) -> dict[str, Any]:
        found = self._database.rows(_bodies(kind), ids=keys(ids))
        rows = {row.id: decoded(kind, row.body) for row in found}
        if kind in (RowKind.DOCUMENT, RowKind.SETTINGS):
            self._positions |= {(kind, row.id): row.position for row in found}
        if kind == RowKind.SETTINGS:
            rows |= self._former_settings(set(ids) - rows.keys())
        if any(kind in fact.folds for fact in FACTS.values()):
            for name, acts in self._journal.unseen(kind, ids).items():
                after = folded(rows.get(name), (kind, name), acts)
                if after is not None:
                    rows[name] = after
        return rows

    def _former_settings(self, sites: Collection[SiteId]) -> dict[str, Any]:
        """The settings of these sites as their own rows say them: rows of earlier versions are all that has come.

        Those that only a newer version understands are left out: nothing is judged by settings that are not known.
        """
        found = self._database.rows(_bodies(RowKind.SITE), ids=keys(sites)) if sites else ()
        settings = {}
        for row in found:
            with suppress(PlainError):
                settings[row.id] = from_columns(row.id, json.loads(row.body))
                self._positions[RowKind.SETTINGS, row.id] = row.position
        return settings

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[dict[RowKind, dict[str, Any]], Labels]:
        """Values by kind and id, and the units that labels name; see `Source`."""
        named = self._named(labels) if labels else {}
        rows = {kind: self.rows(kind, ids) for kind, ids in wanted.items()}
        if named:
            rows[RowKind.UNIT] = {**rows.get(RowKind.UNIT, {}), **self.units(named.values())}
        return rows, named

    def _named(self, labels: Collection[Label]) -> dict[Label, UnitId]:
        found = self._database.rows(_LABELS, serials=keys({serial for _, serial in labels}))
        return {(row.product, row.serial): row.unit for row in found if (row.product, row.serial) in labels}

    def units(self, ids: Iterable[UnitId]) -> dict[UnitId, Unit]:
        """Units by id; those that are not on record are left out."""
        return self.rows(RowKind.UNIT, ids)

    def listing(self, number: DocumentId) -> tuple[Listed, ...]:
        """Every unit on a document. They are not kept: a long one would take the place of all else."""
        found = {row.id for row in self._database.rows(_LISTED_ON, number=number)}
        return tuple(self._read(RowKind.LISTED, found | self._journal.listed_on(number)).values())

    def units_of(self, rows: Iterable[Listed]) -> dict[UnitId, Unit]:
        """The units of a document's rows; not kept either."""
        return self._read(RowKind.UNIT, {row.unit for row in rows})

    def in_hand(self, numbers: Collection[DocumentId]) -> Collection[str]:
        """The ids of the rows of the units that are picked for these documents, and of some that own acts are about."""
        found = {row.id for number in numbers for row in self._database.rows(_PICKED_ON, number=number)}
        return found.union(*(self._journal.listed_on(number) for number in numbers))

    def pick_lists(self, numbers: Iterable[DocumentId]) -> dict[DocumentId, PickList]:
        """Pick lists by number; those that are not on record are left out."""
        found = self.rows(RowKind.DOCUMENT, numbers)
        return {number: each for number, each in found.items() if isinstance(each, PickList)}

    def open_documents(self, kind: DocumentKind, site: SiteId) -> tuple[Any, ...]:
        """A site's documents of a kind that are not done, most urgent first."""
        rows = self._database.rows(
            _WITH_STATUS, site=site, kinds=keys([str(kind)]), statuses=keys(each.value for each in _STILL_OPEN)
        )
        found = self.rows(RowKind.DOCUMENT, [row.id for row in rows]).values()
        still_open = (each for each in found if each.status in _STILL_OPEN)
        return tuple(sorted(still_open, key=lambda each: type_of(each).urgency(each)))

    def to_put_back(self, site: SiteId) -> tuple[Any, ...]:
        """A site's cancelled documents for which units are still in somebody's hand."""
        kinds = [kind for kind, described in DOCUMENTS.items() if described.right is not None]
        cancelled = (DocumentStatus.CANCELLED.value,)
        rows = self._database.rows(_WITH_STATUS, site=site, kinds=keys(map(str, kinds)), statuses=keys(cancelled))
        found = self.rows(RowKind.DOCUMENT, [row.id for row in rows]).values()
        left = [each for each in found if type_of(each).in_hand(each)]
        return tuple(sorted(left, key=lambda each: type_of(each).urgency(each)))

    def products(self, ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        """Products by id."""
        return self.rows(RowKind.PRODUCT, ids)

    def places(self, ids: Iterable[PlaceId]) -> dict[PlaceId, Place]:
        """Places by id."""
        return self.rows(RowKind.PLACE, ids)

    def workers(self) -> dict[WorkerId, Worker]:
        """Everybody on record."""
        if self._workers is None:
            found = (decoded(RowKind.WORKER, row.body) for row in self._database.rows(_ALL_WORKERS))
            self._workers = {worker.id: worker for worker in found}
        return self._workers

    def holds(self) -> Holds:
        """The open holds."""
        if self._holds is None:
            self._holds = Holds(decoded(RowKind.HOLD, row.body) for row in self._database.rows(_OPEN_HOLDS))
        return self._holds

    def site(self, site: SiteId) -> Site | None:
        """A site."""
        return self.rows(RowKind.SITE, (site,)).get(site)

    def settings(self, site: SiteId) -> Settings | None:
        """What a site wants; None before that has come, or while only a newer version understands it."""
        return self.rows(RowKind.SETTINGS, (site,)).get(site)

    def versions(self, number: DocumentId, site: SiteId) -> dict[str, int]:
        """The versions of a document's row and of a site's settings, as an act states them."""
        found = {}
        document = self.rows(RowKind.DOCUMENT, (number,)).get(number)
        if document is not None:
            found[f"{kind_of(document)}:{number}"] = self._positions.get((RowKind.DOCUMENT, number), 0)
        if self.settings(site) is not None:
            found[version_name(site)] = self._positions[RowKind.SETTINGS, site]
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
        """The workers with this badge; those of other sites have none here."""
        return tuple(worker for worker in self.workers().values() if worker.badge == badge) if badge else ()


_STILL_OPEN = (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
_KEPT = 5000


def _trim(kept: dict[str, Any], wanted: Collection[str]) -> None:
    """Make room: drop what was read longest ago and is not wanted now, as many as are too many."""
    others = (each for each in kept if each not in wanted)
    for oldest in tuple(islice(others, max(0, len(kept) - _KEPT))):
        del kept[oldest]
