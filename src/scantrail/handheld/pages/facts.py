"""What is known of a thing, as lines to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from scantrail.device.store import DeviceStore
from scantrail.domain.moments import moment
from scantrail.domain.names.identifiers import PlaceId, code_of, place_words
from scantrail.domain.names.labels import LABEL_NAMES
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import PlainError, from_plain
from scantrail.domain.scans.reading import Said
from scantrail.domain.things.hold import HOLD_NAMES, Hold
from scantrail.domain.things.photo import Photo, photo_words
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.domain.things.unit import Condition, Unit
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, Span, ink, spread, width_of, wrapped
from scantrail.handheld.text import told, visible
from scantrail.words import N_, M, Message, _

Fact = tuple[str, Message | str]
"""What is known of, in a word, and the value."""

CONDITIONS = {Condition.GOOD: N_("Good"), Condition.DAMAGED: N_("Damaged")}


def fact_lines(facts: Iterable[Fact], width: int) -> list[Line]:
    """One fact a line, those without a value left out."""
    lines: list[Line] = []
    for name, value in facts:
        text = told(value, longest=None)
        if text:
            label = f"{_(name)}: "
            first, *others = wrapped(label + text, width)
            whole = "".join(span.text for span in first)
            lines += [(Span(whole[: len(label)], Ink.FAINT), Span(whole[len(label) :])), *others]
    return lines


def unit_lines(unit: Unit, store: DeviceStore, width: int) -> list[Line]:
    """A unit's present state, and the holds that lie on it."""
    held = [line for hold in store.holds().on(unit) for line in _hold_lines(hold, width)]
    return [*held, *fact_lines(_unit_facts(unit, store), width)]


def _hold_lines(hold: Hold, width: int) -> list[Line]:
    words = M("✗ ON HOLD ({kind}): {reason}", kind=M(HOLD_NAMES[hold.kind]), reason=hold.reason)
    return wrapped(told(words, longest=None), width, Ink.BAD)


def _unit_facts(unit: Unit, store: DeviceStore) -> tuple[Fact, ...]:
    product = store.product(unit.product)
    return (
        (N_("Status"), M(STATUS_NAMES[unit.status])),
        (N_("Place"), place_words(unit.place)),
        (N_("Product"), product.name if product else unit.product),
        (N_("SKU"), product.sku if product else ""),
        (N_("Document"), unit.document or ""),
        (N_("Order"), unit.order or ""),
        (N_("Condition"), M(CONDITIONS[unit.condition])),
        (N_("Owner"), store.party_name(unit.owner.party)),
        (N_("Firmware"), unit.firmware),
        (N_("Calibrated until"), str(unit.calibration_valid_until or "")),
        (N_("Lot"), unit.lot),
        (N_("Supplier"), store.party_name(unit.supplier)),
        (N_("Supplier lot"), unit.supplier_lot),
        (N_("Purchase order"), unit.purchase_order or ""),
        (N_("Made"), str(unit.manufactured or "")),
        (N_("Received"), str(unit.received or "")),
        (N_("Former serials"), ", ".join(unit.former_serials)),
        (N_("Notes"), unit.notes),
    )


def product_facts(product: Product) -> tuple[Fact, ...]:
    """A product."""
    return (
        (N_("Product"), product.name),
        (N_("SKU"), product.sku),
        (N_("Model"), product.model),
        (N_("Manufacturer"), product.manufacturer),
        (N_("Serials look like"), product.serial_format),
        (N_("GTIN"), ", ".join(each.gtin for each in product.gtins)),
    )


def place_facts(place: Place) -> tuple[Fact, ...]:
    """A place."""
    return (
        (N_("Place"), place.code),
        (N_("Site"), place.site),
        (N_("Name"), place.name),
        (N_("For picking"), M("yes") if place.pickable else M("no")),
    )


def place_lines(place: Place, store: DeviceStore, width: int) -> list[Line]:
    """Whose a place is, if it is of another site, and what is in it."""
    theirs = M("It belongs to {site}; this device works at {here}.", site=place.site, here=store.site)
    foreign = wrapped(told(theirs), width, Ink.NOTE) if place.site != store.site else []
    return [*foreign, *contents_lines(place.id, store, width)]


def contents_lines(place: PlaceId, store: DeviceStore, width: int) -> list[Line]:
    """What is in a place: counts by product and status, then the units by serial."""
    counted = store.contents.of_place(place)
    if not counted:
        return wrapped(told(M("Nothing is on record in {place}.", place=code_of(place))), width)
    products = {each.product: store.product(each.product) for each in counted}
    names = {product: found.name if found else product for product, found in products.items()}
    total, units, holds = sum(each.number for each in counted), store.contents.units_in(place), store.holds()
    lines = wrapped(told(M("IN {place}: {count}", place=code_of(place), count=total)), width, Ink.TITLE)
    for each in counted:
        lines += _count_lines(each.number, names[each.product], M(STATUS_NAMES[each.status]), width)
    lines.append(BLANK)
    for unit in units:
        lines.append(_unit_line(unit, width, is_held=bool(holds.on(unit))))
    if total > len(units):
        lines += wrapped(told(M("and {count} more", count=total - len(units))), width)
    return lines


def stock_lines(product: Product, store: DeviceStore, width: int) -> list[Line]:
    """Where this site has a product, and the holds that lie on it."""
    counted = store.contents.of_product(product.id, store.site)
    holds = [hold for hold in store.holds() if hold.product == product.id]
    lines = [line for hold in holds for line in _hold_lines(hold, width)]
    if not counted:
        return [*lines, *wrapped(told(M("None is on record at {site}.", site=store.site)), width)]
    total = sum(each.number for each in counted)
    lines += wrapped(told(M("AT {site}: {count}", site=store.site, count=total)), width, Ink.TITLE)
    for each in counted:
        lines += _count_lines(each.number, code_of(each.place), M(STATUS_NAMES[each.status]), width)
    return lines


def _count_lines(number: int, what: str, status: Message, width: int) -> list[Line]:
    """`12 × A-15-03   Available`, on two lines where that is too long for one."""
    line, note = ink(f"{number} × {what}"), ink(told(status), Ink.FAINT)
    if width_of(line) + width_of(note) < width:
        return [spread(line, note, width)]
    return [*wrapped(f"{number} × {what}", width), *wrapped(told(status), width, Ink.FAINT, indent=2)]


def _unit_line(unit: Unit, width: int, *, is_held: bool) -> Line:
    note = (Span(told(M("✗ hold")), Ink.BAD),) if is_held else ()
    return spread(ink(unit.serial), note, width)


def worker_facts(worker: Worker) -> tuple[Fact, ...]:
    """A worker. The badge's text is a secret of sorts and is not shown."""
    return ((N_("Worker"), worker.name), (N_("Cart"), code_of(worker.cart) if worker.cart else ""))


def said_facts(said: Said) -> tuple[Fact, ...]:
    """What a code says by itself."""
    return (
        (N_("Written by"), M(said.grammar) if said.grammar else ""),
        (N_("GTIN"), said.gtin),
        (N_("Part number"), " / ".join(said.parts)),
        (N_("Serial"), said.serial),
        (N_("Several"), ", ".join(said.several)),
        (N_("Carton"), said.sscc),
        (N_("Lot"), said.lot),
        (N_("Quantity"), said.quantity),
        (N_("Made"), str(said.production_date or "")),
        (N_("Use by"), str(said.expiry or "")),
        (N_("Looks like"), M(LABEL_NAMES[said.looks_like]) if said.looks_like else ""),
    )


def history_lines(body: Mapping[str, Any], width: int, time_zone: str) -> list[Line]:
    """A unit's timeline as the server told it, newest first, by the clocks of the reader's site."""
    entries = body.get("timeline")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    lines: list[Line] = []
    for entry in reversed(found):
        lines += [BLANK, *_entry_lines(entry, width, time_zone)]
    return lines


def _entry_lines(entry: Mapping[str, Any], width: int, time_zone: str) -> list[Line]:
    by = ", ".join(filter(None, (_text(entry, "actor_name"), _text(entry, "device"))))
    head = f"{_when(_text(entry, 'effective_at'), time_zone)}  {by}"
    reason, allowed_by = _text(entry, "reason"), _text(entry, "allowed_by")
    return [
        *wrapped(head, width, Ink.FAINT),
        *wrapped(visible(_text(entry, "story")), width),
        *(wrapped(told(M("Reason: {reason}", reason=reason)), width, Ink.FAINT) if reason else []),
        *(wrapped(told(M("Allowed by {worker}", worker=allowed_by)), width, Ink.FAINT) if allowed_by else []),
        *(line for words in _photos(entry) for line in wrapped(told(words), width, Ink.FAINT)),
    ]


def _photos(entry: Mapping[str, Any]) -> list[Message]:
    listed = entry.get("photos")
    shown = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    words = []
    for each in shown:
        try:
            photo = from_plain(Photo, each.get("photo"))
        except PlainError:
            continue
        words.append(photo_words(photo, received=each.get("received") is True))
    return words


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _when(text: str, time_zone: str) -> str:
    try:
        return moment(datetime.fromisoformat(text), time_zone)
    except (ValueError, OverflowError):
        return text or "?"
