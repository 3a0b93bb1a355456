"""What may be scanned now: the one source of what is asked, what is shown, and what a refusal names instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice

from scantrail.domain.documents.document import LineKind
from scantrail.domain.names.identifiers import ProductId, code_of
from scantrail.words import M, say
from scantrail.workflows.pick.modes import (
    PuttingAside,
    Receiving,
    ScanningDamaged,
    ScanningSubstitute,
    ScanningUndoBin,
    Step,
)
from scantrail.workflows.pick.state import Pick

MOST_NAMED = 3
"""Codes named at once at the most."""


def codes(pick: Pick) -> tuple[str, ...]:
    """Codes that are accepted when scanned now, the suggestion first. Others may be right as well."""
    return _codes(pick)[:MOST_NAMED]


def wanted(pick: Pick) -> str:
    """What to scan now, in words for a sentence: `CM500-2025-0046 / 0047`, `any Control Module CM-500`."""
    if isinstance(pick.mode, ScanningSubstitute):
        line = pick.line_naming(pick.mode.instead_of)
        return another(pick, line.product if line else None)
    if isinstance(pick.mode, PuttingAside):
        return _named(_codes(pick)) or say(M("a place for damaged units"))
    if not isinstance(pick.mode, Receiving | ScanningDamaged | ScanningUndoBin):
        if pick.step is Step.REPLACE and pick.to_replace is not None:
            return another(pick, pick.to_replace.product)
        if pick.step is Step.SERIAL and takes_any(pick):
            return say(M("any {product}", product=product_name(pick, pick.pick_list.at_product)))
    return _named(_codes(pick)) or "–"


def another(pick: Pick, product: ProductId | None) -> str:
    """Words for a unit that is taken in place of a named one."""
    return say(M("another {product}", product=product_name(pick, product)))


def takes_any(pick: Pick) -> bool:
    """Whether the stop asks for any unit of a product, not for units that the list names."""
    return pick.line is not None and pick.line.kind is LineKind.ANY


def product_name(pick: Pick, product: ProductId | None) -> str:
    """A product's name, or its id where it is not on record here."""
    found = pick.world.products.get(product or "")
    return found.name if found else product or "?"


def _codes(pick: Pick) -> tuple[str, ...]:
    """At most one more than are named at once, so that it shows that there are more."""
    match pick.mode:
        case ScanningUndoBin(unit):
            picked, aside = pick.listing.picked_unit(unit), pick.listing.unit_set_aside(unit)
            place = picked.place if picked else aside.from_place if aside else None
            return (code_of(place),) if place else ()
        case PuttingAside():
            place = pick.world.site.quarantine_place
            return (code_of(place),) if place else ()
        case ScanningSubstitute():
            return ()
        case Receiving():
            return tuple(each.serial for each in pick.to_receive[: MOST_NAMED + 1])
        case ScanningDamaged():
            here = pick.stop.units if pick.stop and pick.step is Step.SERIAL else ()
            found = chain((unit.serial for unit in here), (each.serial for each in pick.listing.picked))
            return tuple(islice(found, MOST_NAMED + 1))
        case _:
            return _of_step(pick)


def _of_step(pick: Pick) -> tuple[str, ...]:
    if pick.step is Step.PUT_BACK:
        return tuple(each.serial for each in pick.listing.picked[: MOST_NAMED + 1])
    stop = pick.stop
    if stop is None:
        return ()
    if pick.step is Step.BIN:
        bins = (each.place for each in pick.way.stops() if each.product == stop.product)
        return tuple(code_of(place) for place in islice(bins, MOST_NAMED + 1))
    if pick.step is Step.PRODUCT:
        here = (each.product for each in pick.way.stops_at(pick.pick_list.at_place))
        return tuple(pick.world.products[each].sku for each in here if each in pick.world.products)
    if pick.step is Step.SERIAL:
        return tuple(unit.serial for unit in islice(stop.units, MOST_NAMED + 1))
    return ()


def _named(texts: Sequence[str]) -> str:
    """The first text whole, the next by what tells them apart: `CM500-2025-0046 / 0047 / 0048`."""
    if not texts:
        return ""
    first, *others = texts[:MOST_NAMED]
    alike = next((at for at, each in enumerate(zip(first, *others, strict=False)) if len(set(each)) > 1), 0)
    shared = max(first.rfind(separator, 0, alike) for separator in "-/._ ") + 1
    more = " / …" if len(texts) > MOST_NAMED else ""
    return " / ".join([first, *(other[shared:] for other in others)]) + more
