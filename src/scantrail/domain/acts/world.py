"""What acts are judged against: the rows of one moment, loaded by whoever judges."""

from __future__ import annotations

from dataclasses import dataclass, field

from scantrail.domain.acts.needs import Label
from scantrail.domain.documents.kinds import Document
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId, WorkerId
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit


@dataclass(slots=True)
class World:
    """Rows by id. Whoever judges several acts in a row absorbs each judgement before the next."""

    site: Site
    units: dict[UnitId, Unit] = field(default_factory=dict)
    documents: dict[DocumentId, Document] = field(default_factory=dict)
    products: dict[ProductId, Product] = field(default_factory=dict)
    places: dict[PlaceId, Place] = field(default_factory=dict)
    workers: dict[WorkerId, Worker] = field(default_factory=dict)
    holds: Holds = field(default_factory=Holds)
    labels: dict[Label, UnitId] = field(default_factory=dict)
    """Which unit a serial has ever named, of the serials that are registered."""

    def pick_list(self, number: DocumentId | None) -> PickList | None:
        """The pick list of this number, if it is one."""
        found = self.documents.get(number) if number else None
        return found if isinstance(found, PickList) else None

    def add(self, other: World) -> None:
        """Take in rows that are not here yet; what is here may have been judged since."""
        self.units = other.units | self.units
        self.documents = other.documents | self.documents
        self.products = other.products | self.products
        self.places = other.places | self.places
        self.workers = other.workers | self.workers
        self.labels = other.labels | self.labels

    def worker_name(self, worker: WorkerId) -> str:
        """A worker's name, or the id where the person is not on record here."""
        found = self.workers.get(worker)
        return found.name if found else worker
