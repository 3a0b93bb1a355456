"""Goods that are counted and not told apart: how many of a product and lot are in a place (R10, R13)."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.names.identifiers import PlaceId, ProductId, SiteId, site_of

QuantityId = str
"""`place|product|lot`, for example `MAIN/A-15-05|CBL-M12-5|`; a `|` inside of a part is written `%7C`."""


def quantity_id(place: PlaceId, product: ProductId, lot: str = "") -> QuantityId:
    """What the row of a product and lot in a place is called.

    >>> quantity_id("MAIN/A-15-05", "CBL-M12-5", "L7")
    'MAIN/A-15-05|CBL-M12-5|L7'
    """
    return "|".join(each.replace("%", "%25").replace("|", "%7C") for each in (place, product, lot))


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many pieces of a product and lot are in a place: the sum of all movements that come from it or go to it.

    Every movement has two places, so the counts of a product and lot are zero over all places of a site together.
    Places that stand for the outside (supplier, customer, unknown) are below zero where more came from there.
    """

    place: PlaceId
    product: ProductId
    lot: str = ""
    """Empty where the product has none."""
    count: int = 0
    """Below zero where more was taken than was on record: then the place is due to be counted."""

    @property
    def id(self) -> QuantityId:
        """What its row is called."""
        return quantity_id(self.place, self.product, self.lot)

    @property
    def site(self) -> SiteId:
        """The site of the place."""
        return site_of(self.place)
