"""Holds lie over the status: recall, quality, stolen, legal, missing (domain §3, R40, R41)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from scantrail.domain.names.identifiers import ProductId, UnitId
from scantrail.domain.things.unit import Unit
from scantrail.words import N_


class HoldKind(Enum):
    """Why units are held."""

    RECALL = "recall"
    QUALITY = "quality"
    STOLEN = "stolen"
    LEGAL = "legal"
    MISSING = "missing"
    NOT_KNOWN = "not_known"
    """Of a kind that only a newer version knows: it holds all the same."""


HOLD_NAMES: dict[HoldKind, str] = {
    HoldKind.RECALL: N_("recall"),
    HoldKind.QUALITY: N_("quality"),
    HoldKind.STOLEN: N_("stolen goods"),
    HoldKind.LEGAL: N_("legal"),
    HoldKind.MISSING: N_("missing"),
    HoldKind.NOT_KNOWN: N_("new kind"),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A list of units, or a predicate over units; every criterion that is set must match."""

    id: str
    kind: HoldKind
    reason: str
    open: bool = True
    units: tuple[UnitId, ...] = ()
    product: ProductId | None = None
    serial_from: str = ""
    serial_to: str = ""
    """Inclusive range of canonical serials, compared as text within one product."""
    lot: str = ""
    supplier_lot: str = ""
    manufactured_from: date | None = None
    manufactured_to: date | None = None

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """A hold of a kind that is not known here goes on holding."""
        kind = data.get("kind")
        is_known = not isinstance(kind, str) or kind in HoldKind._value2member_map_
        return data if is_known else {**data, "kind": HoldKind.NOT_KNOWN.value}

    @property
    def has_criterion(self) -> bool:
        """Whether it says what it holds: without any criterion it matches nothing."""
        ranges = (self.serial_from, self.serial_to, self.manufactured_from, self.manufactured_to)
        return any((self.units, self.product, self.lot, self.supplier_lot, *ranges))

    def matches(self, unit: Unit) -> bool:
        """Whether this hold lies on the unit. A hold without any criterion matches nothing."""
        if not self.open:
            return False
        if self.units:
            return unit.id in self.units
        tests = tuple(self._tests(unit))
        return bool(tests) and all(tests)

    def _tests(self, unit: Unit) -> Iterable[bool]:
        if self.product is not None:
            yield unit.product == self.product
        if self.serial_from:
            yield unit.serial >= self.serial_from
        if self.serial_to:
            yield unit.serial <= self.serial_to
        if self.lot:
            yield unit.lot == self.lot
        if self.supplier_lot:
            yield unit.supplier_lot == self.supplier_lot
        if self.manufactured_from is not None:
            yield unit.manufactured is not None and unit.manufactured >= self.manufactured_from
        if self.manufactured_to is not None:
            yield unit.manufactured is not None and unit.manufactured <= self.manufactured_to


class Holds:
    """The open holds, with an index: what lies on a unit is found without asking each of them.

    A hold that names units is found by the unit's id, any other by the first that it has of supplier's lot, lot and
    product; then its other criteria are asked. So 300 holds on other lots and products cost a list of 1 000 units
    nothing, and only those that differ by a range of serials or days alone are asked one by one. Build it once per
    change.
    """

    __slots__ = ("_found_by", "_holds", "_listing")

    def __init__(self, holds: Iterable[Hold] = ()) -> None:
        self._holds = tuple(hold for hold in holds if hold.open)
        self._listing: dict[UnitId, list[int]] = {}
        self._found_by: dict[tuple[str, str], list[int]] = {}
        for at, hold in enumerate(self._holds):
            for unit in dict.fromkeys(hold.units):
                self._listing.setdefault(unit, []).append(at)
            if not hold.units:
                self._found_by.setdefault(_key_of(hold), []).append(at)

    def __iter__(self) -> Iterator[Hold]:
        return iter(self._holds)

    def __len__(self) -> int:
        return len(self._holds)

    def on(self, unit: Unit) -> tuple[Hold, ...]:
        """The holds that lie on a unit, in the order in which they were given; it is free where there is none."""
        if not self._holds:
            return ()
        found = list(self._listing.get(unit.id, ()))
        for key in (
            ("supplier_lot", unit.supplier_lot),
            ("lot", unit.lot),
            ("product", unit.product),
            _BY_NONE_OF_THESE,
        ):
            found += (at for at in self._found_by.get(key, ()) if self._holds[at].matches(unit))
        return tuple(self._holds[at] for at in sorted(found))


_BY_NONE_OF_THESE = ("", "")


def _key_of(hold: Hold) -> tuple[str, str]:
    """By what a hold is found that names no units."""
    if hold.supplier_lot:
        return "supplier_lot", hold.supplier_lot
    if hold.lot:
        return "lot", hold.lot
    return ("product", hold.product) if hold.product is not None else _BY_NONE_OF_THESE
