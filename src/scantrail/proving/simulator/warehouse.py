"""The simulated warehouse: a few bins and people, units that several lists are after, and more of both on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.world import Rows
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.settings import Settings
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.product import Product, Tracking
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit

BEGIN = datetime(2025, 1, 28, 9, 0, tzinfo=UTC)
"""When every simulation begins."""

SITE = Site("MAIN", "Main warehouse", "America/New_York", quarantine_place="MAIN/QC-01")
SETTINGS = Settings("MAIN", ScanSettings(typed_serials=True))
MODULE = Product("CM-500-STD", "CM-500-STD", "Control Module CM-500", serial_format="CM500-YYYY-NNNN")
SENSOR = Product("TS-200", "TS-200", "Temperature Sensor TS-200", serial_format="TS2NNNNNN")
PRODUCTS = (MODULE, SENSOR)
CABLE = Product("CBL-M12-5", "CBL-M12-5", "Cable M12, 5 m", tracking=Tracking.QUANTITY)
PASTE = Product("PASTE-1", "PASTE-1", "Solder paste", tracking=Tracking.LOT)
BINS = ("MAIN/A-15-03", "MAIN/A-15-04", "MAIN/B-02-01")
DOCK = "MAIN/DOCK-01"
SUPPLIERS = "MAIN/SUPPLIERS"
"""Where counted goods come from, and go back to."""
ROLES = (Role.PICKER, Role.RECEIVING_CLERK, Role.SHIPPING)


@dataclass(frozen=True, slots=True)
class Masters:
    """What changes rarely: the site and its settings, its products, places and people."""

    site: Site
    settings: Settings
    products: dict[str, Product]
    places: dict[str, Place]
    workers: dict[str, Worker]

    def rows(self) -> Rows:
        """All of them by kind."""
        return {
            RowKind.SITE: {self.site.id: self.site},
            RowKind.SETTINGS: {self.site.id: self.settings},
            RowKind.PRODUCT: self.products,
            RowKind.PLACE: self.places,
            RowKind.WORKER: self.workers,
        }

    @classmethod
    def of(cls, devices: int) -> Masters:
        """Masters with a picker and a cart for every device."""
        codes = [(bin_.removeprefix("MAIN/"), PlaceKind.BIN, True) for bin_ in BINS]
        codes += [("DOCK-01", PlaceKind.DOCK, False), ("QC-01", PlaceKind.BIN, False)]
        codes += [(f"CART-{at:02}", PlaceKind.CART, False) for at in range(1, devices + 1)]
        codes.append(("SUPPLIERS", PlaceKind.SUPPLIER, False))
        places = [
            Place(f"MAIN/{code}", "MAIN", code, kind, pickable, route)
            for route, (code, kind, pickable) in enumerate(codes)
        ]
        workers = [
            Worker(
                f"w{at}",
                f"Worker {at}",
                f"WKR-10{at:02}",
                "MAIN",
                ROLES,
                f"MAIN/CART-{at:02}",
            )
            for at in range(1, devices + 1)
        ]
        return cls(
            SITE,
            SETTINGS,
            {each.id: each for each in (*PRODUCTS, CABLE, PASTE)},
            {each.id: each for each in places},
            {each.id: each for each in workers},
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """Units that arrive, and a list that wants some of them."""

    units: tuple[Unit, ...]
    pick_list: PickList
    named: tuple[Listed, ...] = ()
    """Those of the units that the list names."""


def deliver(number: int, chance: Random) -> Delivery:
    """The `number`th delivery, from 1 on: three modules and a sensor; its list names units or takes any."""
    listed, order = f"PL-{number:04}", f"SO-{number:04}"
    units = [_unit(MODULE, f"CM500-2025-{4 * number + at:04}", chance) for at in range(3)]
    units.append(_unit(SENSOR, f"TS2{number:06}", chance))
    if chance.random() < 0.4:
        units = [*(_promised(unit, listed, order) for unit in units[:2]), *units[2:]]
        named = tuple(Listed(listed, unit.id, unit.serial, "1", named=True) for unit in units[:2])
        exact = PickLine("1", MODULE.id, LineKind.EXACT, len(named))
        lines: tuple[PickLine, ...] = (exact, PickLine("2", SENSOR.id, LineKind.ANY, 1))
    else:
        named = ()
        lines = (PickLine("1", MODULE.id, LineKind.ANY, chance.choice((2, 3))),)
    instructions = ("Antistatic bags only",) if chance.random() < 0.3 else ()
    return Delivery(tuple(units), PickList(listed, "MAIN", order, lines, instructions=instructions), named)


def _unit(product: Product, serial: str, chance: Random) -> Unit:
    place = DOCK if chance.random() < 0.05 else chance.choice(BINS)
    return Unit(
        unit_id(product.id, serial),
        product.id,
        serial,
        Status.AVAILABLE,
        place,
        raw_serial=serial,
        received=date(2025, 1, 27),
        changed_at=BEGIN,
        changed_by="System",
    )


def _promised(unit: Unit, listed: str, order: str) -> Unit:
    return replace(unit, status=Status.ALLOCATED, document=listed, order=order, place=BINS[0])
