"""One unit: its present state and its whole life (R33)."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.moments import zoned_moment
from scantrail.domain.names.identifiers import place_words
from scantrail.domain.things.photo import photo_words
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.domain.things.unit import Unit
from scantrail.server.database.engine import Database
from scantrail.server.history.timelines import ShownPhoto, TimelineEntry, timeline_of
from scantrail.server.records.master import all_products
from scantrail.server.records.units import units_called
from scantrail.words import M, Message, say, visible


@dataclass(frozen=True, slots=True)
class UnitReport:
    """A unit and everything that happened to it, oldest first."""

    unit: Unit
    product: str
    """The product's name."""
    timeline: tuple[TimelineEntry, ...]

    def lines(self) -> list[str]:
        """The report for people; what a scan or a device brought in cannot steer their terminal."""
        unit = self.unit
        head = M(
            "{serial}  {product}  {status}  {place}",
            serial=unit.serial,
            product=self.product,
            status=Message(STATUS_NAMES[unit.status]),
            place=place_words(unit.place),
        )
        told = [line for entry in self.timeline for line in (_line(entry), *map(_photo_line, entry.photos))]
        return [visible(line) for line in (say(head), *told)]


def unit_reports(database: Database, serial: str) -> tuple[UnitReport, ...]:
    """A report for every unit that this text may name; several products may share a serial."""
    with database.reading() as connection:
        products: dict[str, Product] = all_products(connection)
        wanted = {product.canonical(serial) for product in products.values()} | {serial.strip()}
        return tuple(
            UnitReport(unit, products[unit.product].name, timeline_of(connection, unit.id))
            for unit in units_called(connection, wanted)
        )


def _line(entry: TimelineEntry) -> str:
    because = f" ({entry.reason})" if entry.reason else ""
    allowed = f", {say(M('allowed by {worker}', worker=entry.allowed_by))}" if entry.allowed_by else ""
    by = f"{entry.actor_name}, {entry.device}{allowed}"
    return f"{zoned_moment(entry.effective_at, entry.time_zone)}  {entry.story}{because}  [{by}]"


def _photo_line(shown: ShownPhoto) -> str:
    return f"{'':18}{say(photo_words(shown.photo, received=shown.received))}"
