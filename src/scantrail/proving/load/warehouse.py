"""A warehouse to measure in: sites whose handhelds each have goods, lists and a cart of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.interchange.command import run_import
from scantrail.words import M, OperatorError

PRODUCT, FIRMWARE = "BX-100", "2.1.4"
LIST_LENGTH = 20
"""Units on one pick list."""

ARRIVING = 500_000
"""Where the numbers of units begin that are not on record yet."""


class Work(Enum):
    """What a handheld sends acts of."""

    RECEIVE = "receive"
    MOVE = "move"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class Handheld:
    """A device with goods of its own: no two of them ask for the same unit."""

    number: int
    """From 0 to 999."""
    site: str

    @property
    def device(self) -> str:
        """Its name."""
        return f"Bench-{self.number:03}"

    @property
    def worker(self) -> str:
        """Who works with it."""
        return f"bench-{self.number:03}"

    def drafts(self, work: Work, numbers: Sequence[int]) -> list[Draft]:
        """An act for each of these units, all of which apply."""
        return [self._draft(work, number) for number in numbers]

    def taking(self, units: int) -> list[Draft]:
        """Take every pick list of its first so many units."""
        return [Draft((TaskTaken(each),), document=each) for each in self._lists(units)]

    def moving(self, number: int, *, back: bool) -> Draft:
        """Move a unit from its bin to another, or back."""
        places = (self._place("A-02"), self._place("A-01")) if back else (self._place("A-01"), self._place("A-02"))
        return self._scanned(number, UnitMoved(self._unit(number), *places))

    def rows(self, units: int) -> dict[str, list[dict[str, Any]]]:
        """Its worker, cart, units and lists, as an import has them."""
        lists = [
            {"number": number, "site": self.site, "order": self._order, "priority": 3, "lines": [self._line(part)]}
            for number, part in self._lists(units).items()
        ]
        order = {
            "number": self._order,
            "site": self.site,
            "customer": "Bench",
            "lines": [{"line": "1", "product": PRODUCT, "kind": "any", "quantity": max(1, units)}],
        }
        return {
            "workers": [
                {
                    "id": self.worker,
                    "name": f"Bench {self.number}",
                    "badge": f"WKR-{self.number:04}",
                    "pin": "1234",
                    "site": self.site,
                    "roles": ["picker", "receiving_clerk"],
                    "cart": self.cart,
                }
            ],
            "places": [{"place": self.cart, "kind": "cart", "pickable": "no"}],
            "sales_orders": [order],
            "pick_lists": lists,
            "units": [self._unit_row(number) for number in range(units)],
        }

    def unit_rows(self, units: int) -> list[dict[str, Any]]:
        """Its units, as an import has them."""
        return [self._unit_row(number) for number in range(units)]

    @property
    def _order(self) -> str:
        return f"SO-{self.number:03}"

    @property
    def cart(self) -> str:
        """Where its picked units are."""
        return self._place(f"CART-{self.number:03}")

    def _place(self, code: str) -> str:
        return f"{self.site}/{code}"

    def _lists(self, units: int) -> dict[str, range]:
        starts = range(0, units, LIST_LENGTH)
        return {self._list_of(start): range(start, min(units, start + LIST_LENGTH)) for start in starts}

    def _list_of(self, number: int) -> str:
        return f"PL-{self.number:03}-{number // LIST_LENGTH:04}"

    def _line(self, part: range) -> dict[str, Any]:
        return {"line": "1", "product": PRODUCT, "kind": "exact", "serials": [self._serial(each) for each in part]}

    def _serial(self, number: int) -> str:
        return f"BX{self.number:03}{number:06}"

    def _unit(self, number: int) -> str:
        return unit_id(PRODUCT, self._serial(number))

    def _unit_row(self, number: int) -> dict[str, Any]:
        serial, place = self._serial(number), self._place("A-01")
        return {"product": PRODUCT, "serial": serial, "place": place, "status": "available", "firmware": FIRMWARE}

    def _draft(self, work: Work, number: int) -> Draft:
        match work:
            case Work.RECEIVE:
                return self._received(ARRIVING + number)
            case Work.MOVE:
                return self.moving(number, back=False)
            case Work.PICK:
                return self._picked(number)

    def _received(self, number: int) -> Draft:
        serial = self._serial(number)
        unit = Unit(self._unit(number), PRODUCT, serial, Status.AVAILABLE, self._place("DOCK-01"), raw_serial=serial)
        return self._scanned(number, UnitRegistered(unit.id, Creation.RECEIVING, unit))

    def _picked(self, number: int) -> Draft:
        document = self._list_of(number)
        picked = UnitPicked(
            unit=self._unit(number),
            serial=self._serial(number),
            document=document,
            line="1",
            order=self._order,
            from_place=self._place("A-01"),
            to_place=self.cart,
            from_status=Status.ALLOCATED,
        )
        return self._scanned(number, picked, document)

    def _scanned(self, number: int, event: Event, document: str | None = None) -> Draft:
        return Draft((event,), document=document, reading=Reading(self._serial(number), Carrier.WEDGE))


def fill(
    url: str, handhelds: Sequence[Handheld], units: int, others: Sequence[Handheld] = (), of_others: int = 0
) -> None:
    """Import the sites of these handhelds, with so many units for each on pick lists; others' units are on none.

    Raises:
        OperatorError: it could not be imported.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        "sites": [{"id": site, "name": site, "time_zone": "UTC"} for site in _sites(handhelds)],
        "products": [{"sku": PRODUCT, "name": "Bench module", "serial_format": "BXNNNNNNNNN", "tracking": "serial"}],
        "places": [place for site in _sites(handhelds) for place in _places(site)],
        "units": [row for each in others for row in each.unit_rows(of_others)],
    }
    for each in handhelds:
        for kind, of_one in each.rows(units).items():
            rows.setdefault(kind, []).extend(of_one)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bench.json"
        file.write_text(json.dumps(rows), "utf-8")
        if run_import([file], url, quiet=True) != 0:
            raise OperatorError(M("The warehouse of the bench could not be imported."))


def _sites(handhelds: Sequence[Handheld]) -> list[str]:
    return list(dict.fromkeys(each.site for each in handhelds))


def _places(site: str) -> Iterator[dict[str, Any]]:
    for code, kind in (("DOCK-01", "dock"), ("A-01", "bin"), ("A-02", "bin")):
        yield {"place": f"{site}/{code}", "kind": kind, "pickable": "yes" if kind == "bin" else "no"}
