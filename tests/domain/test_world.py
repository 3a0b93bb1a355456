"""Everything that judging takes is loaded by one function, whoever judges."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import scantrail
from scantrail.domain.acts.kinds import RowKind, document, listed, place, product, unit, worker
from scantrail.domain.acts.needs import Label, Needs, rows
from scantrail.domain.acts.world import Labels, Wanted, World, load
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.names.identifiers import DocumentId
from scantrail.domain.things.hold import Holds
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SARAH,
    SITE,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    world,
)

UNIT, OTHER = promised(46), module(50, changed_by=MIKE.id)
LIST = pick_list(exact_line(UNIT))


class Shelf:
    """Rows to be fetched, and what was asked for."""

    def __init__(self, seen: World) -> None:
        self._rows = {**seen.rows, RowKind.SITE: {SITE.id: seen.site}, RowKind.SETTINGS: {SITE.id: seen.settings}}
        self.asked: list[dict[RowKind, set[str]]] = []

    def fetch(self, wanted: Wanted, labels: Collection[Label]) -> tuple[Mapping[RowKind, Mapping[str, Any]], Labels]:
        self.asked.append({kind: set(ids) for kind, ids in wanted.items()})
        named = {each: found.id for each in labels for found in (UNIT, OTHER) if (found.product, found.serial) == each}
        found = {
            kind: {each: self._rows[kind][each] for each in ids if each in self._rows.get(kind, {})}
            for kind, ids in wanted.items()
        }
        found[RowKind.UNIT] = {
            **found.get(RowKind.UNIT, {}),
            **{each: self._rows[RowKind.UNIT][each] for each in named.values()},
        }
        return found, named

    def in_hand(self, numbers: Collection[DocumentId]) -> Collection[str]:
        picked = (each for each in self._rows[RowKind.LISTED].values() if each.picked is not None)
        return [each.id for each in picked if each.document in numbers]

    def holds(self) -> Holds:
        return Holds()


def test_a_world_is_built_in_one_place() -> None:
    folder = Path(scantrail.__file__).parent
    calls = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "World"
    ]
    assert calls == ["domain/acts/world.py"]


def test_what_is_named_leads_to_all_that_it_is_judged_by() -> None:
    shelf = Shelf(world(UNIT, OTHER, lists=(LIST,)))
    seen = load(shelf, rows(document(LIST.number), listed(LIST.number, UNIT.id), worker(SARAH.id)), SITE.id)
    for thing in (unit(UNIT.id), product(MODULE.id), place(UNIT.place), worker(SARAH.id)):
        assert seen.row(thing) is not None, thing
    assert seen.row(unit(OTHER.id)) is None, "nobody asked for it"


def test_a_list_brings_the_units_whose_condition_is_still_to_be_stated_and_no_other() -> None:
    shelf = Shelf(world(UNIT, OTHER, lists=(replace(LIST, unstated=(OTHER.id,)),)))
    seen = load(shelf, rows(document(LIST.number)), SITE.id)
    assert set(seen.units) == {OTHER.id}


def test_every_unit_picked_for_a_document_comes_with_its_row_on_it_where_a_fact_asks_for_that() -> None:
    taken = PickedUnit(OTHER.id, OTHER.serial, OTHER.place, was_allocated=False, by=SARAH.id, at=NOW)
    picked = Listed(LIST.number, OTHER.id, OTHER.serial, "2", picked=taken)
    elsewhere = replace(picked, document="PL-9")
    shelf = Shelf(world(UNIT, OTHER, lists=(LIST,), listed=(*named_on(LIST, UNIT), picked, elsewhere)))
    seen = load(shelf, Needs(in_hand=frozenset({LIST.number})), SITE.id)
    assert seen.rows[RowKind.LISTED] == {picked.id: picked}
    assert seen.units == {OTHER.id: OTHER}


def test_nothing_is_asked_for_twice_and_what_leads_nowhere_comes_last_at_once() -> None:
    shelf = Shelf(world(UNIT, OTHER, lists=(LIST,)))
    load(shelf, rows(document(LIST.number), unit(OTHER.id)), SITE.id)
    named = [(kind, each) for asked in shelf.asked for kind, ids in asked.items() for each in ids]
    assert len(named) == len(set(named))
    assert len(shelf.asked) <= 4
    ends = {RowKind.PRODUCT, RowKind.WORKER}
    assert all(ends.isdisjoint(asked) for asked in shelf.asked[:-1])


def test_a_label_brings_the_unit_that_it_names() -> None:
    shelf = Shelf(world(UNIT, OTHER))
    label = (OTHER.product, OTHER.serial)
    seen = load(shelf, Needs(labels=frozenset({label})), SITE.id)
    assert seen.labels == {label: OTHER.id}
    assert seen.units[OTHER.id] == OTHER
    assert seen.workers[MIKE.id] == MIKE


def test_what_is_not_on_record_is_left_out() -> None:
    seen = load(Shelf(world()), rows(unit("nobody's"), document("PL-9")), SITE.id)
    assert (seen.units, seen.documents) == ({}, {})
