"""Which units an any-serial line may take, where they are, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from scantrail.device.store.database import Database
from scantrail.device.store.journal import Journal
from scantrail.device.store.reservations import Reservations
from scantrail.device.store.shelf import Shelf, bins_of, promised_to
from scantrail.device.store.things import FREES, effects_of
from scantrail.device.store.view import View
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.documents.document import LineKind, Requirement
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId
from scantrail.domain.rules.goods import Use, may_be_used
from scantrail.domain.rules.pick import use_for
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Row

SUGGESTED = 50
"""Units looked up for each product of a list: so many, and at most as many that other lists have reserved."""

MOST_CHANGED = 200
"""Changed units that are looked at one by one; with more, everything is looked up again."""

ShelfKey = tuple[ProductId, tuple[PlaceId, ...], Holds, Requirement, date]


_STANDS_ON = (RowKind.SITE, RowKind.PRODUCT, RowKind.PLACE, RowKind.HOLD)
"""Rows by which units are looked for: where one changes, everything is looked for again."""


class Stock:
    """What may be picked at this device's site, as this device sees it.

    What was looked up is kept, since it is asked for at every scan. It goes by the server's rows; units that rows or
    own acts have changed since are looked at one by one.
    """

    def __init__(self, database: Database, journal: Journal, view: View, site: str) -> None:
        self._database = database
        self._journal = journal
        self._view = view
        self._site = site
        self._reservations = Reservations(view, site)
        self._bins: dict[ProductId, dict[PlaceId, Place]] = {}
        self._shelves: dict[ShelfKey, Shelf] = {}
        self._promised: dict[tuple[DocumentId, int, DocumentId, ProductId], frozenset[UnitId]] = {}
        self._changed: set[UnitId] = set()
        self._freed: tuple[UnitId, ...] | None = None
        self._last: tuple[PickList, tuple[int, date], tuple[Unit, ...]] | None = None

    def forget(self) -> None:
        """Look everything up again."""
        self._reservations.forget()
        self._forget_stock()

    def _forget_stock(self) -> None:
        self._freed, self._last = None, None
        self._promised.clear()
        self._bins.clear()
        self._shelves.clear()
        self._changed.clear()

    def take_changes(self, rows: Sequence[Row], judged: Iterable[Thing]) -> None:
        """Take into account that rows have come, and verdicts on acts about the things `judged`."""
        self._freed, self._last = None, None
        changed = {*judged, *((row.kind, row.id) for row in rows)}
        self._changed |= {thing for kind, thing in changed if kind == RowKind.UNIT}
        self._reservations.take_changes(thing for kind, thing in changed if kind == RowKind.DOCUMENT)
        if any(kind in _STANDS_ON for kind, _ in changed) or len(self._changed) > MOST_CHANGED:
            self._forget_stock()

    def add(self, act: Act) -> None:
        """Take a newly recorded act into account."""
        self._last = None
        things = effects_of(act)
        self._reservations.take_changes(thing for kind, thing in things if kind == RowKind.DOCUMENT)
        if FREES in things.values():
            self._freed = None

    def places_for(self, pick_list: PickList, listing: Listing) -> dict[PlaceId, Place]:
        """Every place that a unit for one of the list's any-serial lines may be in."""
        return self._places(_wanted(pick_list), self._singled_out(pick_list, listing))

    def stock_for(self, pick_list: PickList, listing: Listing, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take, in route order, oldest first.

        At most 50 of a product, and those that are reserved: all of the list's own, at most 50 of other lists'.
        """
        asked = (listing.asked, today)
        if self._last is None or self._last[0] is not pick_list or self._last[1] != asked:
            self._last = (pick_list, asked, self._offered(pick_list, listing, today))
        return self._last[2]

    def reserved_elsewhere(self, number: DocumentId, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open lists than this one."""
        return frozenset(unit.id for unit in units if self._reservations.is_for_another(unit.id, number))

    def _offered(self, pick_list: PickList, listing: Listing, today: date) -> tuple[Unit, ...]:
        wanted = _wanted(pick_list)
        single = self._singled_out(pick_list, listing)
        places = self._places(wanted, single)
        use = use_for(pick_list, self._view.holds(), places, today)

        def key(unit: Unit) -> tuple[int, str, str, str]:
            place = places[unit.place]
            return place.route, place.code, unit.received.isoformat() if unit.received else "", unit.serial

        found: list[Unit] = []
        for product in wanted:
            fitting = {
                unit.id: unit for unit in single if unit.product == product and _may_be_taken(unit, pick_list, use)
            }
            fitting |= {unit.id: unit for unit in self._on_shelf(pick_list, listing, product, use)}
            found += self._foremost(pick_list, sorted(fitting.values(), key=key))
        return tuple(sorted(found, key=key))

    def _foremost(self, pick_list: PickList, units: Iterable[Unit]) -> Iterator[Unit]:
        """The first units, counted apart by who they are reserved for; all of the list's own."""
        own = reserved_on(pick_list)
        left = {True: SUGGESTED, False: SUGGESTED}
        for unit in units:
            is_elsewhere = self._reservations.is_for_another(unit.id, pick_list.number)
            if unit.id in own or left[is_elsewhere]:
                left[is_elsewhere] -= unit.id not in own
                yield unit

    def _on_shelf(self, pick_list: PickList, listing: Listing, product: ProductId, use: Use) -> Iterator[Unit]:
        shelf = self._shelf(pick_list, product, use)
        gone: set[UnitId] = set()
        left = SUGGESTED
        for batch in _batches(self._few_reserved(shelf.walk(), pick_list.number), SUGGESTED):
            units = self._view.units(batch)
            gone |= {each for each in batch if each not in units or units[each].status is not Status.AVAILABLE}
            for each in batch:
                if each in gone or _is_named(listing, each):
                    continue
                if left and _may_be_taken(units[each], pick_list, use):
                    left -= not self._reservations.is_for_another(each, pick_list.number)
                    yield units[each]
            if not left:
                break
        shelf.drop(gone)

    def _few_reserved(self, units: Iterator[UnitId], number: DocumentId) -> Iterator[UnitId]:
        """The units, with the first 50 of those that are reserved for other lists."""
        left = SUGGESTED
        for unit in units:
            is_elsewhere = self._reservations.is_for_another(unit, number)
            left -= is_elsewhere
            if left >= 0 or not is_elsewhere:
                yield unit

    def _shelf(self, pick_list: PickList, product: ProductId, use: Use) -> Shelf:
        key = (product, pick_list.empty_bins, use.holds, use.requirement, use.today)
        if key not in self._shelves:
            bins = tuple(each for each in self._bins_of(product).values() if each.id not in pick_list.empty_bins)
            self._shelves[key] = Shelf(self._database, product, bins, use)
        return self._shelves[key]

    def _bins_of(self, product: ProductId) -> dict[PlaceId, Place]:
        if product not in self._bins:
            self._bins[product] = {place.id: place for place in bins_of(self._database, product, self._site)}
        return self._bins[product]

    def _places(self, products: Iterable[ProductId], single: Iterable[Unit]) -> dict[PlaceId, Place]:
        bins: dict[PlaceId, Place] = {}
        for product in products:
            bins |= self._bins_of(product)
        return bins | self._view.places({unit.place for unit in single} - bins.keys())

    def _singled_out(self, pick_list: PickList, listing: Listing) -> tuple[Unit, ...]:
        """Units promised to the list's order or reserved for it, and those that were changed since the look-up."""
        wanted = _wanted(pick_list)
        if not wanted:
            return ()
        if self._freed is None:
            self._freed = self._journal.freed()
        ids = {*self._freed, *self._changed, *reserved_on(pick_list)}
        for product in wanted:
            ids |= self._promised_to(pick_list, listing, product)
        free = (each for each in ids if not _is_named(listing, each))
        return tuple(unit for unit in self._view.units(free).values() if unit.product in wanted)

    def _promised_to(self, pick_list: PickList, listing: Listing, product: ProductId) -> frozenset[UnitId]:
        """What is promised to the list's order and not named by it, as it was at the look-up: see `_changed`."""
        key = (pick_list.number, listing.asked, pick_list.order, product)
        if key not in self._promised:
            found = promised_to(self._database, pick_list.order, product)
            self._promised[key] = frozenset(each for each in found if not _is_named(listing, each))
        return self._promised[key]


def _wanted(pick_list: PickList) -> tuple[ProductId, ...]:
    """The products of the list's open any-serial lines."""
    open_lines = (line for line in pick_list.lines if line.kind is LineKind.ANY and line.remaining)
    return tuple(dict.fromkeys(line.product for line in open_lines))


def _is_named(listing: Listing, unit: UnitId) -> bool:
    """Whether a line of the list names the unit: it is for that line."""
    row = listing.get(unit)
    return row is not None and row.named


def _may_be_taken(unit: Unit, pick_list: PickList, use: Use) -> bool:
    return unit.place not in pick_list.empty_bins and may_be_used(unit, use)


def _batches(ids: Iterator[UnitId], size: int) -> Iterator[list[UnitId]]:
    while batch := list(islice(ids, size)):
        yield batch
