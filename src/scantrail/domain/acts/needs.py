"""The rows that judging takes: named before, so that they are loaded at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId, UnitId, WorkerId

Label = tuple[ProductId, str]
"""A product and a canonical serial."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The rows that judging some acts takes. Other products, order and earlier pickers follow from them."""

    units: frozenset[UnitId] = frozenset()
    products: frozenset[ProductId] = frozenset()
    """Of units that are not on record yet."""
    labels: frozenset[Label] = frozenset()
    """Serials that are registered."""
    documents: frozenset[DocumentId] = frozenset()
    places: frozenset[PlaceId] = frozenset()
    workers: frozenset[WorkerId] = frozenset()

    def with_all(self, more: Iterable[Needs]) -> Needs:
        """These rows and all of those."""
        each = (self, *more)
        return Needs(
            units=frozenset().union(*(needs.units for needs in each)),
            products=frozenset().union(*(needs.products for needs in each)),
            labels=frozenset().union(*(needs.labels for needs in each)),
            documents=frozenset().union(*(needs.documents for needs in each)),
            places=frozenset().union(*(needs.places for needs in each)),
            workers=frozenset().union(*(needs.workers for needs in each)),
        )


def places(*ids: PlaceId | None) -> Needs:
    """These places alone; None is left out."""
    return Needs(places=frozenset(place for place in ids if place is not None))
