"""Pick lists as files have them: each line with the units that it names. On record these are rows of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.names.identifiers import UnitId

Rows = Mapping[UnitId, Listed]
"""The units on one list, as they are on record."""


@dataclass(frozen=True, slots=True)
class NamedLine(PickLine):
    """A line of a pick list, and the units that it names."""

    units: tuple[UnitId, ...] = ()
    """In the order of their serials."""
    serials: tuple[str, ...] = ()
    """Canonical, in order."""

    def with_named(self, named: Iterable[tuple[str, UnitId]]) -> NamedLine:
        """The line with these units, each with its serial."""
        ordered = sorted(named)
        return replace(self, units=tuple(unit for _, unit in ordered), serials=tuple(serial for serial, _ in ordered))


def with_named(pick_list: PickList, rows: Rows) -> PickList:
    """A list on record, with the units that its lines name."""
    named: dict[str, list[tuple[str, UnitId]]] = {}
    for row in rows.values():
        if row.named:
            named.setdefault(row.line, []).append((row.serial, row.unit))
    lines = (NamedLine(**_values(line)).with_named(named.get(line.id, ())) for line in pick_list.lines)
    return replace(pick_list, lines=tuple(lines))


def without_named(pick_list: PickList) -> PickList:
    """A list as it is kept."""
    return replace(pick_list, lines=tuple(PickLine(**_values(line)) for line in pick_list.lines))


def _values(line: PickLine) -> dict[str, Any]:
    return {spec.name: getattr(line, spec.name) for spec in fields(PickLine)}


def named_in(pick_list: PickList) -> dict[UnitId, tuple[NamedLine, str]]:
    """The units that a list names, each with its line and serial; of two lines the one that is not cancelled."""
    lines = (line for line in pick_list.lines if isinstance(line, NamedLine))
    return {
        unit: (line, serial)
        for line in sorted(lines, key=lambda line: not line.cancelled)
        for unit, serial in zip(line.units, line.serials, strict=True)
    }


def changed_rows(pick_list: PickList, rows: Rows) -> Iterator[Listed]:
    """The rows that make the record name the units that a list names now; what else they say stays."""
    wanted = named_in(pick_list)
    for row in rows.values():
        if row.named and row.unit not in wanted:
            yield replace(row, named=False)
    for unit, (line, serial) in wanted.items():
        before = rows.get(unit) or Listed(pick_list.number, unit)
        after = replace(before, serial=serial, line=line.id, named=True)
        is_picked_elsewhere = before.picked is not None and before.line != line.id
        if after != before and not is_picked_elsewhere:
            yield after
