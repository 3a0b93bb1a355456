"""What is on record, as far as an import needs it, and then what the import adds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentKind, DocumentStatus
from scantrail.domain.documents.kinds import Document
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.facts.picking.events import UnitAllocated
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.stored import event_from_plain
from scantrail.domain.names.identifiers import (
    DocumentId,
    PartyId,
    PersonId,
    PlaceId,
    ProductId,
    SiteId,
    UnitId,
    WorkerId,
)
from scantrail.domain.people.party import Parties
from scantrail.domain.people.person import Person
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Hold, Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.server.database.bodies import from_body
from scantrail.server.database.schema import documents, events, others
from scantrail.server.database.sets import chunks
from scantrail.server.records.documents import document_in, documents_by_number
from scantrail.server.records.listed import listed_on
from scantrail.server.records.master import (
    all_holds,
    all_places,
    all_products,
    all_settings,
    all_sites,
    all_workers,
    parties_called,
    pin_verifiers,
)
from scantrail.server.records.units import units_by_id, units_labelled

PastKey = tuple[UnitId, str, str]
"""A unit, the class of an event, and when it happened, as the database writes it."""

PROGRESS = ("status", "taken", "at_place", "at_product", "empty_bins", "checks", "unmet", "unstated")
"""Fields of a pick list that work changes, not a file."""


@dataclass(slots=True)
class Records:
    """Rows by id; planning an import changes these values, not the database."""

    sites: dict[SiteId, Site] = field(default_factory=dict)
    settings: dict[SiteId, Settings] = field(default_factory=dict)
    products: dict[ProductId, Product] = field(default_factory=dict)
    places: dict[PlaceId, Place] = field(default_factory=dict)
    workers: dict[WorkerId, Worker] = field(default_factory=dict)
    verifiers: dict[WorkerId, str] = field(default_factory=dict)
    parties: Parties = field(default_factory=Parties)
    """Those that the files or the documents on record name."""
    people: dict[PersonId, Person] = field(default_factory=dict)
    """People at partners, where a file says who signed for a delivery; see `put_person`."""
    people_by_name: dict[tuple[PartyId, str], Person] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    """Open and closed; see `put_hold`."""
    documents: dict[DocumentId, Document] = field(default_factory=dict)
    listed: dict[DocumentId, dict[UnitId, Listed]] = field(default_factory=dict)
    """The units on the documents here."""
    units: dict[UnitId, Unit] = field(default_factory=dict)
    labels: dict[tuple[ProductId, str], UnitId] = field(default_factory=dict)
    """Which unit each serial has ever named; the serial is canonical."""
    born: dict[UnitId, Unit] = field(default_factory=dict)
    """Units as they were registered."""
    promised: set[tuple[UnitId, DocumentId]] = field(default_factory=set)
    """Units that were ever allocated, and to which order."""
    reserving: dict[UnitId, tuple[PickList, ...]] = field(default_factory=dict)
    """Whose pickers are on the way to a unit, as the lists stood before this import."""
    past: set[PastKey] = field(default_factory=set)
    """Every event of the units that this import brings history of."""
    _open_holds: Holds | None = field(default=None, init=False, repr=False)
    """Built when it is first asked for after a change."""

    def unit_called(self, product: ProductId, serial: str) -> Unit | None:
        """The unit that bears a serial, or once bore it."""
        known = self.products.get(product)
        found = self.labels.get((product, known.canonical(serial))) if known else None
        return self.units.get(found) if found else None

    def partners_of_orders(self) -> set[PartyId]:
        """Whom the orders here are from and for."""
        orders = self.documents.values()
        suppliers = {each.supplier for each in orders if isinstance(each, PurchaseOrder)}
        return suppliers | {each.customer for each in orders if isinstance(each, SalesOrder)}

    def partners_of_units(self) -> set[PartyId]:
        """Whose the units here are, and who supplied them."""
        owners = {each.owner.party for each in self.units.values()}
        return owners | {each.supplier for each in self.units.values()}

    def put_person(self, person: Person) -> None:
        """Add somebody at a partner."""
        self.people[person.id] = person
        self.people_by_name[person.party, person.name] = person

    def lists_reserving(self, unit: Unit) -> tuple[PickList, ...]:
        """The lists whose pickers are on the way to a unit, as this import leaves them."""
        lists = (each for each in self.reserving.get(unit.id, ()) if each.site == unit.site)
        now = (self.documents.get(each.number, each) for each in lists)
        return tuple(each for each in now if isinstance(each, PickList) and unit.id in reserved_on(each))

    def put_hold(self, hold: Hold) -> None:
        """Open a hold, or close one."""
        self.holds[hold.id] = hold
        self._open_holds = None

    @property
    def open_holds(self) -> Holds:
        """The open holds, by what they lie on."""
        if self._open_holds is None:
            self._open_holds = Holds(self.holds.values())
        return self._open_holds


def has_progress(pick_list: PickList) -> bool:
    """Whether any work on a pick list has been recorded."""
    fresh = PickList(pick_list.number, pick_list.site, pick_list.order, ())
    return any(getattr(pick_list, name) != getattr(fresh, name) for name in PROGRESS) or any(
        line.done or line.short or line.missing for line in pick_list.lines
    )


def load_masters(connection: Connection) -> Records:
    """Everything but partners, units and documents: there is little of it."""
    workers = all_workers(connection)
    return Records(
        sites=all_sites(connection),
        settings=all_settings(connection),
        products=all_products(connection),
        places=all_places(connection),
        workers=workers,
        verifiers=pin_verifiers(connection, workers),
        holds=all_holds(connection),
    )


def load_parties(connection: Connection, records: Records, texts: Iterable[str]) -> None:
    """Add the partners whose id, number or exact name is one of these texts; what this import has changed stays."""
    for party in parties_called(connection, texts).values():
        if party.id not in records.parties:
            records.parties.put(party)


def load_people(connection: Connection, records: Records) -> None:
    """Add everybody at a partner."""
    rows = connection.execute(select(others.c.body).where(others.c.kind == str(RowKind.PERSON)))
    for row in rows:
        records.put_person(from_body(Person, row.body))


def load_documents(connection: Connection, records: Records, numbers: Iterable[DocumentId]) -> None:
    """Add these documents to the records, with the units on them."""
    found = documents_by_number(connection, numbers)
    records.documents.update(found)
    for row in listed_on(connection, found):
        records.listed.setdefault(row.document, {})[row.unit] = row


def load_units(connection: Connection, records: Records, names: Iterable[tuple[ProductId, str]]) -> None:
    """Add the units of these serials to the records; products must be there."""
    canonical = {
        (product, records.products[product].canonical(serial))
        for product, serial in names
        if product in records.products
    }
    records.labels.update(units_labelled(connection, canonical))
    found = set(records.labels.values())
    records.units.update(units_by_id(connection, found))


def load_named_units(connection: Connection, records: Records) -> None:
    """Add the units that the pick lists in the records name, since a file may let go of them."""
    named = {unit for rows in records.listed.values() for unit, row in rows.items() if row.named}
    records.units.update(units_by_id(connection, named - records.units.keys()))


def load_reserving(connection: Connection, records: Records) -> None:
    """Add which units are reserved for lists that are being worked on."""
    rows = connection.execute(
        select(documents.c.body)
        .where(documents.c.kind == str(DocumentKind.PICK_LIST), documents.c.status == DocumentStatus.IN_PROGRESS.value)
        .order_by(documents.c.id)
    )
    for pick_list in (document_in(row.body) for row in rows):
        assert isinstance(pick_list, PickList)
        for unit in reserved_on(pick_list):
            records.reserving[unit] = (*records.reserving.get(unit, ()), pick_list)


def load_births(connection: Connection, records: Records, units: Iterable[UnitId]) -> None:
    """Add how these units were when they were registered."""
    for part in chunks(units):
        rows = connection.execute(
            select(events.c.body).where(events.c.type == UnitRegistered.__name__, events.c.unit.in_(part))
        )
        for row in rows:
            registered = cast("UnitRegistered", event_from_plain(json.loads(row.body)))
            records.born[registered.unit] = registered.born


def load_past(connection: Connection, records: Records, units: Iterable[UnitId]) -> None:
    """Add every event of these units to the records."""
    for part in chunks(units):
        rows = connection.execute(
            select(events.c.unit, events.c.type, events.c.effective_at).where(events.c.unit.in_(part))
        )
        records.past.update((row.unit, row.type, row.effective_at) for row in rows)


def load_promises(connection: Connection, records: Records, units: Iterable[UnitId]) -> None:
    """Add to which orders these units were ever allocated."""
    for part in chunks(units):
        rows = connection.execute(
            select(events.c.body).where(events.c.type == UnitAllocated.__name__, events.c.unit.in_(part))
        )
        for row in rows:
            allocated = cast("UnitAllocated", event_from_plain(json.loads(row.body)))
            records.promised.add((allocated.unit, allocated.order))


def orders_worked_on(connection: Connection, orders: Iterable[DocumentId]) -> frozenset[DocumentId]:
    """Which of these sales orders a pick list with recorded work is for."""
    wanted = set(orders)
    rows = (
        connection.execute(select(documents.c.body).where(documents.c.kind == str(DocumentKind.PICK_LIST)))
        if wanted
        else ()
    )
    lists = (document_in(row.body) for row in rows if json.loads(row.body)["order"] in wanted)
    return frozenset(each.order for each in lists if isinstance(each, PickList) and has_progress(each))
