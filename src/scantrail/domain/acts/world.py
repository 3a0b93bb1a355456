"""What acts are judged against: the rows of one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from scantrail.domain.acts.kinds import KINDS, RowKind, Thing
from scantrail.domain.acts.needs import Label, Needs
from scantrail.domain.documents.kinds import Document
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import DocumentId, PartyId, PlaceId, ProductId, SiteId, UnitId, WorkerId
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit

Rows = dict[RowKind, dict[str, Any]]
"""Values by kind and id."""


def _no_rows() -> Rows:
    return defaultdict(dict)


@dataclass(slots=True)
class World:
    """Rows by kind and id. Where several acts are judged in a row, each judgement is absorbed before the next."""

    site: Site
    settings: Settings
    """What the site wants."""
    rows: Rows = field(default_factory=_no_rows)
    holds: Holds = field(default_factory=Holds)
    """The open holds."""
    labels: dict[Label, UnitId] = field(default_factory=dict)
    """Which unit a serial has ever named, of the serials that are registered."""

    @property
    def units(self) -> dict[UnitId, Unit]:
        """The units that are at hand."""
        return self.rows[RowKind.UNIT]

    @property
    def documents(self) -> dict[DocumentId, Document]:
        """The documents that are at hand."""
        return self.rows[RowKind.DOCUMENT]

    @property
    def products(self) -> dict[ProductId, Product]:
        """The products that are at hand."""
        return self.rows[RowKind.PRODUCT]

    @property
    def places(self) -> dict[PlaceId, Place]:
        """The places that are at hand."""
        return self.rows[RowKind.PLACE]

    @property
    def workers(self) -> dict[WorkerId, Worker]:
        """The people who are at hand."""
        return self.rows[RowKind.WORKER]

    def row(self, thing: Thing) -> Any:
        """The value of a row; None where it is not at hand."""
        kind, name = thing
        return self.rows[kind].get(name)

    def pick_list(self, number: DocumentId | None) -> PickList | None:
        """The pick list of this number, if it is one."""
        found = self.documents.get(number) if number else None
        return found if isinstance(found, PickList) else None

    def listed(self, number: DocumentId, unit: UnitId) -> Listed | None:
        """A unit on a document; None where it is not at hand."""
        found: Listed | None = self.rows[RowKind.LISTED].get(listed_id(number, unit))
        return found

    def put(self, rows: Mapping[Thing, Any]) -> None:
        """Put rows in the place of those that are here."""
        for (kind, name), value in rows.items():
            self.rows[kind][name] = value

    def add(self, other: World) -> None:
        """Take in rows that are not here yet; what is here may have been judged since."""
        for kind, values in other.rows.items():
            self.rows[kind] = values | self.rows[kind]
        self.labels = other.labels | self.labels

    def copied(self) -> World:
        """The same rows; what is put into the one is not in the other."""
        rows = _no_rows()
        rows.update({kind: dict(values) for kind, values in self.rows.items()})
        return replace(self, rows=rows)

    def with_place(self, place: Place) -> World:
        """The same world with a place that was scanned."""
        world = self.copied()
        world.places[place.id] = place
        return world

    def worker_name(self, worker: WorkerId) -> str:
        """A worker's name, or the id where the person is not on record here."""
        found = self.workers.get(worker)
        return found.name if found else worker

    def party_name(self, party: PartyId) -> str:
        """A partner's name, or what stands in the place of its id where it is not on record here."""
        found = self.rows[RowKind.PARTY].get(party)
        return found.name if found else party


class Source(Protocol):
    """Where rows come from: a device's view, the server's records, a fake."""

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[Mapping[RowKind, Mapping[str, Any]], Labels]:
        """The values on record of these ids, by kind; which unit each of these serials has ever named, and the unit."""

    def in_hand(self, numbers: Collection[DocumentId]) -> Collection[str]:
        """The ids of the rows of all units that are picked for these documents, and perhaps of more of their units."""

    def holds(self) -> Holds:
        """The open holds."""


Wanted = Mapping[RowKind, Collection[str]]
"""Ids by kind."""
Labels = Mapping[Label, UnitId]
"""Units by label."""


def load(source: Source, needs: Needs, site: SiteId) -> World:
    """Everything that judging takes: what is named, then what that leads to, in few rounds.

    Raises:
        KeyError: the site is not on record.
    """
    rows, labels = _no_rows(), dict[Label, UnitId]()
    asked: set[Thing] = set()
    serials: Collection[Label] = needs.labels
    wanted = {(RowKind.SITE, site), (RowKind.SETTINGS, site), *needs.things}
    if needs.in_hand:
        wanted |= {(RowKind.LISTED, each) for each in source.in_hand(needs.in_hand)}
    while wanted or serials:
        leading = {thing for thing in wanted if KINDS[thing[0]].leads_on}
        now = leading if leading or serials else wanted  # rows that lead nowhere are asked for last, all at once
        asked |= now
        found, named = source.fetch(_by_kind(now), serials)
        labels |= named
        for kind, values in found.items():
            rows[kind] |= values
        following = (KINDS[kind].leads_to(values.values()) for kind, values in found.items())
        wanted = wanted.union(*following) - asked
        serials = ()
    settings = rows[RowKind.SETTINGS].get(site) or Settings(site)
    return World(rows[RowKind.SITE][site], settings, rows, source.holds(), labels)


def _by_kind(things: Iterable[Thing]) -> dict[RowKind, list[str]]:
    found: dict[RowKind, list[str]] = defaultdict(list)
    for kind, name in things:
        found[kind].append(name)
    return found
