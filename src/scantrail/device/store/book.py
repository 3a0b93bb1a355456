"""What the store knows around an open document, beyond the rows that judging takes: its units, and what it may take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from scantrail.device.store.stock import Stock
from scantrail.device.store.view import View
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import DocumentId, PlaceId, UnitId
from scantrail.domain.things.place import Place
from scantrail.domain.things.unit import Unit

_JUDGED_BY = (RowKind.SITE, RowKind.SETTINGS, RowKind.PRODUCT, RowKind.PLACE, RowKind.HOLD)
"""Rows by which every unit is judged: where one changes, any of them may be another matter."""


class Book:
    """The units of one document, read once and then kept up to date: by own acts and by rows as they arrive.

    Only a pick list has lines that any unit of a product may fill.
    """

    def __init__(self, view: View, stock: Stock, document: Any) -> None:
        self.kept: Any = None
        """See `scantrail.workflows.base.Book`."""
        self.number: DocumentId = document.number
        self._view = view
        self._stock = stock
        self._document = document
        rows = view.listing(self.number)
        self._listing = Listing(rows)
        self._units = view.units_of(rows)
        self._looked_up = _places_of(rows, self._units)
        self._places = view.places(self._looked_up)
        """Those of them that are on record."""
        self._changed: set[UnitId] | None = None
        """Those not told yet; None where all are."""
        self._stale: set[UnitId] = set()
        """Those to look at again."""

    def of(self, document: Any) -> Book:
        """The same book, of the document as it is now."""
        self._document = document
        return self

    def take_changes(self, things: Iterable[Thing]) -> None:
        """Rows have come, own acts were made, or the server has judged some: look at what they are about again."""
        begins = listed_id(self.number, "")
        places: set[PlaceId] = set()
        for kind, name in things:
            if kind == RowKind.LISTED and name.startswith(begins):
                self._stale.add(name.removeprefix(begins))
            elif kind == RowKind.UNIT and self._listing.get(name) is not None:
                self._stale.add(name)
            elif kind in _JUDGED_BY:
                self._changed = None
                if kind == RowKind.PLACE and name in self._looked_up:
                    places.add(name)
        for each in places:  # one that is not understood any more is not on record
            self._places.pop(each, None)
        self._places |= self._view.places(places)

    def _bring_up(self) -> None:
        if not self._stale:
            return
        names = {listed_id(self.number, unit): unit for unit in self._stale}
        rows: dict[str, Listed] = self._view.rows(RowKind.LISTED, names)
        units = self._view.units(self._stale)
        for name, unit in names.items():
            self._listing.drop(unit)
            self._units.pop(unit, None)
            if name in rows:
                self._listing.put(rows[name])
        self._units |= {unit: each for unit, each in units.items() if self._listing.get(unit) is not None}
        new = _places_of(rows.values(), units) - self._looked_up
        self._looked_up |= new
        self._places |= self._view.places(new)
        if self._changed is not None:
            self._changed |= self._stale
        self._stale.clear()

    @property
    def listing(self) -> Listing:
        """The units on the document."""
        self._bring_up()
        return self._listing

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit on the document, as it is on record here."""
        self._bring_up()
        return self._units.get(unit)

    def changed(self) -> Collection[UnitId] | None:
        """The units that are other than at the last call, or are so on the document; None where any of them may be."""
        self._bring_up()
        changed, self._changed = self._changed, set()
        return changed

    def stock(self, today: date) -> tuple[Unit, ...]:
        """Units that may be taken for it where it names none, in route order, oldest first."""
        if not isinstance(self._document, PickList):
            return ()
        return self._stock.stock_for(self._document, self.listing, today)

    def reserved_elsewhere(self, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open documents."""
        return self._stock.reserved_elsewhere(self.number, units)

    def places(self) -> Mapping[PlaceId, Place]:
        """Every place that its units, and those that it may take, are in."""
        self._bring_up()
        if not isinstance(self._document, PickList):
            return self._places
        return {**self._places, **self._stock.places_for(self._document, self._listing)}


def _places_of(rows: Iterable[Listed], units: Mapping[UnitId, Unit]) -> set[PlaceId]:
    """Where units are, and where damaged ones were put."""
    aside = {row.set_aside.place for row in rows if row.set_aside is not None}
    return {unit.place for unit in units.values()} | aside
