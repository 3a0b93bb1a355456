"""What the store knows around an open document, beyond the rows that judging takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from scantrail.device.store.stock import Stock
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import PlaceId, UnitId
from scantrail.domain.things.place import Place
from scantrail.domain.things.unit import Unit


class Book:
    """Look-ups for one document. Only a pick list has lines that any unit of a product may fill."""

    def __init__(self, stock: Stock, document: Any) -> None:
        self._stock = stock
        self._document = document

    def stock(self, today: date) -> tuple[Unit, ...]:
        """Units that may be taken for it where it names none, in route order, oldest first."""
        return self._stock.stock_for(self._document, today) if isinstance(self._document, PickList) else ()

    def reserved_elsewhere(self, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open documents."""
        return self._stock.reserved_elsewhere(self._document.number, units)

    def places(self) -> Mapping[PlaceId, Place]:
        """Every place that such units may be in."""
        return self._stock.places_for(self._document) if isinstance(self._document, PickList) else {}
