"""What must hold of goods on every side: quantities sum to zero, and units stand where their container stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.things.container import Container
from scantrail.domain.things.quantity import Quantity
from scantrail.domain.things.unit import Unit
from scantrail.proving.simulator.invariants import BALANCE, CONTENTS, Broken

GOODS = (RowKind.CONTAINER, RowKind.QUANTITY)
"""The kinds of goods beside units."""


def look_at_goods(where: str, goods: Mapping[Thing, Any], units: Iterable[Unit]) -> None:
    """Look at all quantities and containers in one place of record: the server's, or a device's.

    Raises:
        Broken: something does not hold.
    """
    _look_at_quantities(where, (each for (kind, _), each in goods.items() if kind == RowKind.QUANTITY))
    _look_at_containers(where, {name: each for (kind, name), each in goods.items() if kind == RowKind.CONTAINER}, units)


def _look_at_quantities(where: str, quantities: Iterable[Quantity]) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for each in quantities:
        sums[each.product, each.lot] += each.count
    for (product, lot), count in sums.items():
        if count:
            raise Broken(BALANCE, f"{where} has {count} of {product} {lot} over all places together")


def _look_at_containers(where: str, containers: Mapping[str, Container], units: Iterable[Unit]) -> None:
    inside: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.container is not None:
            inside[unit.container].append(unit)
    for name in inside.keys() | containers.keys():
        found, held = containers.get(name), inside.get(name, [])
        if found is None or found.units != len(held):
            raise Broken(CONTENTS, f"{where} has {found}, and {len(held)} units that name {name}")
        for unit in held:
            if unit.place != found.place:
                raise Broken(CONTENTS, f"{where} has {unit.serial} in {unit.place}, and {name} in {found.place}")
