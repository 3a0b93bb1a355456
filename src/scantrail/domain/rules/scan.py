"""Is this scan what the step asks for? The one ordered list that every workflow asks (R11, R14).

Nothing here looks at what the goods are used for: that is asked of the goods themselves, see `goods`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.names.codes import CodeKind, kind_name
from scantrail.domain.names.identifiers import SerialFault
from scantrail.domain.names.labels import LABEL_NAMES, LabelKind
from scantrail.domain.people.site import Site
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.scans.keyboards import meant_on_another_keyboard
from scantrail.domain.scans.reading import Candidates, Carrier, Reading, Said
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.words import M, Message

MANY = 2
"""Serials in one code from which on it is of several units."""
_MOST_NAMED = 3
"""Serials named in one sentence at the most."""
A_UNIT = frozenset({CodeKind.SERIAL})
"""What is scanned where a step asks for one unit."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan, and what it names as far as the side that judges it knows."""

    reading: Reading | None
    """None only for acts without a scan."""
    found: Candidates | None
    """All that it may mean; None for acts without a scan."""
    unit: Unit | None = None
    """The unit on record that the step takes it for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a step asks for, where it asks for a unit."""

    product: Product | None = None
    """The product whose serial is expected; None where it may be any."""
    kinds: frozenset[CodeKind] = A_UNIT
    """What may be scanned: a serial, and what else the step takes. It looks for that on record before it asks here."""
    instead: str = "–"
    """What to scan instead, in words; only the side that asks for a scan knows it."""


def scan_refusal(world: World, scan: Scanned, wanted: Wanted) -> Refusal | None:
    """Why a scan is not the unit that a step asks for; None when it is one.

    A code that names no unit on record goes through `UNKNOWN_RULES`; the first that refuses speaks.
    """
    if scan.unit is not None:
        return typed_refusal(world.settings.scans, scan.reading) or _mismatch(world, scan.unit, scan.found)
    if scan.found is None:
        return refuse(ScanCode.UNKNOWN_SERIAL, wanted=wanted.instead)
    found = scan.found
    return next((refusal for rule in UNKNOWN_RULES if (refusal := rule(found, wanted)) is not None), None)


def no_such_thing_refusal(found: Candidates, site: Site, wanted: str) -> Refusal:
    """What is said of a code where a step asks for a place, a product or a document, and the code names none of them.

    `wanted` says what to scan instead.
    """
    unclear = unclear_refusal(found, wanted)
    if unclear is not None:
        return unclear
    if found.said.fault and not found.kinds:
        return refuse(ScanCode.BAD_CODE, fault=M(found.said.fault))
    if not found.kinds:
        return refuse(ScanCode.UNKNOWN_CODE, wanted=wanted)
    places = found.places
    if found.kinds == {CodeKind.PLACE} and places and site.id not in {each.site for each in places}:
        facts = {"place": places[0].code, "site": places[0].site, "here": site.id}
        return refuse(SiteCode.ANOTHER_SITES_PLACE, **facts, wanted=wanted)
    return refuse(ScanCode.WRONG_KIND, what=kind_name(found.kinds), wanted=wanted)


def unclear_refusal(found: Candidates, wanted: str | Message) -> Refusal | None:
    """Why a code is not understood although parts of it, or what was meant, are on record; None for any other code."""
    if found.is_known:
        return None
    if found.meant:
        return refuse(ScanCode.KEYBOARD, meant=found.meant)
    return _several_refusal(found, None, wanted)


def typed_refusal(settings: ScanSettings, reading: Reading | None) -> Refusal | None:
    """Why a serial may not be typed at a site, where it was (R11)."""
    is_typed = reading is not None and reading.carrier is Carrier.TYPED
    return refuse(ScanCode.TYPED) if is_typed and not settings.typed_serials else None


def format_refusal(product: Product, fault: SerialFault) -> Refusal:
    """What is said of a text that cannot be one of a product's serials."""
    code = ScanCode.CUT_SHORT if fault is SerialFault.CUT_SHORT else ScanCode.MALFORMED
    return refuse(code, product=product.name, format=product.serial_format)


def _several(found: Candidates, wanted: Wanted) -> Refusal | None:
    return _several_refusal(found, wanted.product, wanted.instead)


def _several_refusal(found: Candidates, product: Product | None, wanted: str | Message) -> Refusal | None:
    """Why a code with the serials of several units is not taken; None where it holds no such.

    They are serials if at least two name units on record, or if all are in the product's format.
    """
    texts = found.said.several
    has_format = product is not None and bool(product.serial_format)
    fits = has_format and product is not None and not any(product.serial_fault(each) for each in texts)
    if found.several < MANY and not (fits and len(texts) >= MANY):
        return None
    more = ", …" if len(texts) > _MOST_NAMED else ""
    return refuse(
        ScanCode.SEVERAL_SERIALS, count=len(texts), serials=", ".join(texts[:_MOST_NAMED]) + more, wanted=wanted
    )


def _bad_code(found: Candidates, wanted: Wanted) -> Refusal | None:
    """A code that breaks the rules it claims to keep. One that is on record all the same was never GS1's."""
    if not found.said.fault or _has_lost_a_separator(found.said, wanted.product):
        return None
    return refuse(ScanCode.BAD_CODE, fault=M(found.said.fault))


def _has_lost_a_separator(said: Said, product: Product | None) -> bool:
    """Whether the product's format finds a serial in values that have run together."""
    return product is not None and bool(said.run_together) and bool(said.serial_for(product))


def _wrong_kind(found: Candidates, wanted: Wanted) -> Refusal | None:
    said = found.said
    if not found.kinds or found.kinds & wanted.kinds or _has_lost_a_separator(said, wanted.product):
        return None
    if said.run_together:
        return refuse(ScanCode.RUN_TOGETHER, text=said.lot or said.text, wanted=wanted.instead)
    return refuse(ScanCode.WRONG_KIND, what=kind_name(found.kinds), wanted=wanted.instead)


def _not_on_record(found: Candidates, wanted: Wanted) -> Refusal | None:
    """A code of another kind that the step takes as well, such as a carton's, and that nothing on record has."""
    if not found.kinds & wanted.kinds or CodeKind.SERIAL in found.kinds:
        return None
    return refuse(ScanCode.UNKNOWN_CODE, wanted=wanted.instead)


def _named_product(found: Candidates, wanted: Wanted) -> Refusal | None:
    """A code with a GTIN, or a part number on record, says itself which product it is of, whatever its serial is."""
    said, named = found.said, found.named_product
    if said.kind is not CodeKind.SERIAL or (named is None and not said.gtin):
        return None
    if named is None:
        return refuse(ScanCode.UNKNOWN_GTIN, gtin=said.gtin, wanted=wanted.instead)
    if wanted.product is None or named.id == wanted.product.id:
        return None
    return refuse(ScanCode.WRONG_PRODUCT, product=named.name, wanted=wanted.instead)


def _format(found: Candidates, wanted: Wanted) -> Refusal | None:
    product, said = wanted.product, found.said
    if product is None:
        return None
    told = [meaning.serial_for(product) for meaning in (said, *said.others)]
    if any(serial and product.serial_fault(serial) is None for serial in told):
        return None
    fault = product.serial_fault(told[0])
    if fault is None:
        return None
    meant = meant_on_another_keyboard(told[0], product) or found.meant
    if meant:
        return refuse(ScanCode.KEYBOARD, meant=meant)
    if fault is SerialFault.MALFORMED and said.looks_like is not None:
        return _wrong_label(said.looks_like, wanted)
    return format_refusal(product, fault)


def _unknown(found: Candidates, wanted: Wanted) -> Refusal:
    has_format = wanted.product is not None and bool(wanted.product.serial_format)
    if found.said.looks_like is not None and not has_format:
        return _wrong_label(found.said.looks_like, wanted)
    if found.meant:
        return refuse(ScanCode.KEYBOARD, meant=found.meant)
    return refuse(ScanCode.UNKNOWN_SERIAL, wanted=wanted.instead)


def _wrong_label(looks_like: LabelKind, wanted: Wanted) -> Refusal:
    return refuse(ScanCode.WRONG_LABEL, what=M(LABEL_NAMES[looks_like]), wanted=wanted.instead)


def _mismatch(world: World, unit: Unit, found: Candidates | None) -> Refusal | None:
    """Whether the code really says the serial of the unit that it is taken for."""
    product = world.products.get(unit.product)
    if found is None or product is None:
        return None
    return None if found.said.is_serial_of(unit.serial, product) else refuse(ScanCode.SCAN_MISMATCH)


UNKNOWN_RULES: tuple[Callable[[Candidates, Wanted], Refusal | None], ...] = (
    _several,
    _bad_code,
    _wrong_kind,
    _not_on_record,
    _named_product,
    _format,
    _unknown,
)
"""What is wrong with a code that names no unit on record, in this order."""
