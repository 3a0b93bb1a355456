"""A small warehouse for tests: the products, places, people and units of the day, as domain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.world import Rows, World
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.codes import CodeKind
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.people.party import Party, PartyKind
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.scans.reading import COMMAND_PREFIX, Candidates, Carrier, Reading, Said, command_in, understood
from scantrail.domain.settings import COLUMNS, Settings, with_values
from scantrail.domain.settings.picking import PickCondition, PickingSettings
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.things.hold import Hold, Holds
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.product import Product, ProductGtin, Tracking
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.gs1.said import said_by

SITE = Site(
    "MAIN",
    "Main warehouse",
    "America/New_York",
    quarantine_place="MAIN/QC-01",
)
SETTINGS = Settings("MAIN", ScanSettings(typed_serials=True), PickingSettings(PickCondition.EACH))
MODULE = Product(
    "CM-500-STD",
    "CM-500-STD",
    "Control Module CM-500",
    gtins=(ProductGtin("09521234543213"),),
    serial_format="CM500-YYYY-NNNN",
)
SENSOR = Product("TS-200", "TS-200", "Temperature Sensor TS-200", serial_format="TS2NNNNNN")
CABLE = Product("CBL-M12-5", "CBL-M12-5", "Cable M12, 5 m", tracking=Tracking.QUANTITY)
PLACES = tuple(
    Place(f"MAIN/{code}", "MAIN", code, kind, pickable, route)
    for route, (code, kind, pickable) in enumerate(
        [
            ("DOCK-01", PlaceKind.DOCK, False),
            ("A-15-03", PlaceKind.BIN, True),
            ("A-15-04", PlaceKind.BIN, True),
            ("B-02-01", PlaceKind.BIN, True),
            ("QC-01", PlaceKind.BIN, False),
            ("CART-05", PlaceKind.CART, False),
            ("CART-06", PlaceKind.CART, False),
        ]
    )
)
SARAH = Worker("sarah", "Sarah Johnson", "WKR-1001", "MAIN", (Role.PICKER,), "MAIN/CART-05")
MIKE = Worker("mike", "Mike Chen", "WKR-1002", "MAIN", (Role.PICKER,), "MAIN/CART-06")
CLERK = Worker("clara", "Clara Diaz", "WKR-1009", "MAIN", (Role.RECEIVING_CLERK,))
SAM = Worker("sam", "Sam Okafor", "WKR-1005", "MAIN", (Role.SUPERVISOR,))
PREMIUM = Party("7c9e6679-7425-40de-944b-e07fc1f90ae7", PartyKind.CUSTOMER, "Premium Manufacturing")
JENNIFER = Worker("jennifer", "Jennifer Lee", "WKR-1010", "MAIN", (Role.SHIPPING,))
NOW = datetime(2025, 1, 28, 9, 0, tzinfo=UTC)
TODAY = date(2025, 1, 28)


def wanting(**values: Any) -> Settings:
    """The site's settings with other values, by the columns of files of sites."""
    return with_values(SETTINGS, {COLUMNS[name]: value for name, value in values.items()})


def module(number: int, **facts: Any) -> Unit:
    """Unit CM500-2025-NNNN, Available in A-15-03 unless told otherwise."""
    return unit(MODULE, f"CM500-2025-{number:04d}", **facts)


def unit(product: Product, serial: str, **facts: Any) -> Unit:
    """A unit of a product, Available in A-15-03 unless told otherwise."""
    born = Unit(
        unit_id(product.id, serial),
        product.id,
        serial,
        Status.AVAILABLE,
        "MAIN/A-15-03",
        raw_serial=serial,
        firmware="2.1.4",
        received=date(2025, 1, 27),
    )
    return replace(born, **facts)


def exact_line(*units: Unit, line: str = "1") -> PickLine:
    """A line that names so many units; `named_on` says which they are."""
    return PickLine(line, units[0].product, LineKind.EXACT, len(units))


def named_on(listed: PickList, *units: Unit, line: str = "1") -> tuple[Listed, ...]:
    """The rows of the units that a line of a list names."""
    return tuple(Listed(listed.number, each.id, each.serial, line, named=True) for each in units)


def named_by(listing: Listing, line: str) -> list[Listed]:
    """The units that a line names, by serial, however far each of them is."""
    named = (row for row in listing if row.named and row.line == line)
    return sorted(named, key=lambda row: (row.serial, row.unit))


def promised_on(listed: PickList, units: Iterable[Unit]) -> tuple[Listed, ...]:
    """The rows of those units that are promised to a list: its first exact line of their product names them."""
    lines = {line.product: line.id for line in reversed(listed.lines) if line.kind is LineKind.EXACT}
    promised_units = (each for each in units if each.document == listed.number and each.product in lines)
    return tuple(row for each in promised_units for row in named_on(listed, each, line=lines[each.product]))


def any_line(product: Product, quantity: int, line: str = "1") -> PickLine:
    """A line that takes any unit of a product."""
    return PickLine(line, product.id, LineKind.ANY, quantity)


def pick_list(*lines: PickLine, number: str = "PL-2025-0091", **facts: Any) -> PickList:
    """A pick list for SO-2025-1289."""
    listed = PickList(
        number,
        "MAIN",
        "SO-2025-1289",
        lines,
        customer="Premium Manufacturing",
        customer_class="VIP",
        priority=1,
        required_by=date(2025, 2, 1),
    )
    return replace(listed, **facts)


def promised(number: int, document: str = "PL-2025-0091", order: str = "SO-2025-1289", **facts: Any) -> Unit:
    """A module allocated to a pick list."""
    return module(number, status=Status.ALLOCATED, document=document, order=order, **facts)


def world(
    *units: Unit,
    lists: tuple[PickList, ...] = (),
    listed: tuple[Listed, ...] | None = None,
    holds: tuple[Hold, ...] = (),
    site: Site = SITE,
    settings: Settings = SETTINGS,
) -> World:
    """The world these units and lists live in; where nothing is `listed`, the lists name what is promised to them."""
    on_lists = [row for each in lists for row in promised_on(each, units)] if listed is None else listed
    rows: Rows = defaultdict(
        dict,
        {
            RowKind.UNIT: {each.id: each for each in units},
            RowKind.DOCUMENT: {each.number: each for each in lists},
            RowKind.LISTED: {each.id: each for each in on_lists},
            RowKind.PRODUCT: {each.id: each for each in (MODULE, SENSOR, CABLE)},
            RowKind.PLACE: {each.id: each for each in PLACES},
            RowKind.WORKER: {each.id: each for each in (SARAH, MIKE, CLERK, JENNIFER)},
            RowKind.PARTY: {PREMIUM.id: PREMIUM},
        },
    )
    return World(site, settings, rows, Holds(holds))


def scanned(text: str, carrier: Carrier = Carrier.WEDGE) -> Reading:
    """A text as a scanner sends it."""
    return Reading(text, carrier)


def said_in(seen: World, text: str, aim: str = "") -> Said:
    """What a text says by itself at a world's site."""
    return said_by(Reading(text, Carrier.WEDGE, aim=aim), seen.site.code_prefixes, TODAY)


def candidates_in(seen: World, text: str) -> Candidates:
    """All that a text may mean in a world, found the plain way."""
    return understood(said_in(seen, text), lambda said: _called(seen, said))


def _called(seen: World, said: Said) -> Candidates:
    """All that is called so in a world, by one meaning of a text."""
    whole = {kind: said.text if said.may_be(kind) else "" for kind in CodeKind}
    skus = {each.upper() for each in (whole[CodeKind.PRODUCT], *said.parts)}
    products = tuple(each for each in seen.products.values() if each.has_gtin(said.gtin) or each.sku in skus)
    alone = replace(said, written="", others=())
    units = tuple(each for each in seen.units.values() if alone.is_serial_of(each.serial, seen.products[each.product]))
    return Candidates(
        said,
        units=said.fitting(units, products),
        products=products,
        places=tuple(each for each in seen.places.values() if each.code == whole[CodeKind.PLACE].upper()),
        documents=tuple(number for number in seen.documents if number == whole[CodeKind.DOCUMENT].upper()),
        workers=tuple(each for each in seen.workers.values() if each.badge == whole[CodeKind.BADGE] != ""),
        command=command_in(said.text) if said.text.startswith(COMMAND_PREFIX) else None,
    )
