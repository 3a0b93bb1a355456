"""Every fact has one row of the table, with all that must be known of it; and its stored form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.fact import Fact
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.facts import EVENT_TYPES, FACTS, FAMILIES, fact_of, things_of, told, touched
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.stored import FORMER_NAMES, UnknownEvent, event_from_plain, event_to_plain
from scantrail.domain.fold import fold
from scantrail.domain.judge import absorb, judge
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.things.container import Container, ContainerKind
from scantrail.domain.things.status import Status, may_become
from scantrail.domain.things.unit import Unit
from scantrail.words import say
from tests.support.strategies import EVENTS
from tests.support.worlds import NOW, SAM, TODAY, exact_line, pick_list, promised, world

BY = By("sarah", "Scanner-05", NOW)


def _named(of: type[Event]) -> set[str]:
    """The names of all event classes of the program; tests define some of their own."""
    ours = [each for each in of.__subclasses__() if each.__module__.startswith("scantrail.")]
    return {name for each in ours for name in {each.__name__, *_named(each)}}


def test_every_event_class_has_one_row_of_the_table() -> None:
    assert set(EVENT_TYPES) == _named(Event)
    assert sum(len(family.FACTS) for family in FAMILIES) == len(FACTS) == len(EVENT_TYPES)


@pytest.mark.parametrize("cls", FACTS, ids=lambda cls: cls.__name__)
def test_every_fact_says_what_it_is_and_who_records_it(cls: type[Event]) -> None:
    fact = FACTS[cls]
    assert cls.__doc__
    assert fact.by
    assert fact.creates <= set(fact.folds)


@given(EVENTS)
def test_every_fact_has_a_fold_for_each_kind_of_row_that_it_touches(event: Event) -> None:
    assert {kind for kind, _ in touched(event)} <= set(fact_of(event).folds)


@given(EVENTS)
def test_every_fact_can_be_told(event: Event) -> None:
    assert say(told(event))


def test_a_pick_is_told_with_its_bin_cart_list_and_order() -> None:
    picked = UnitPicked(
        "u", "S1", "PL-2025-0091", "1", "SO-2025-1289", "MAIN/A-15-03", "MAIN/CART-05", Status.ALLOCATED
    )
    assert say(told(picked)) == "Picked from A-15-03 to CART-05 for PL-2025-0091, SO-2025-1289"


UNIT = promised(46)
LIST = pick_list(exact_line(UNIT), at_place=UNIT.place, at_product=UNIT.product)


def _row(thing: Thing) -> object:
    """A row of that name, whatever it is called."""
    kind, name = thing
    if kind == RowKind.UNIT:
        return replace(UNIT, id=name)
    if kind == RowKind.CONTAINER:
        return Container(name, ContainerKind.CARTON, UNIT.place)
    return replace(LIST, number=name) if kind == RowKind.DOCUMENT else None


@given(EVENTS)
def test_no_fact_breaks_the_fold_of_a_row_that_it_touches(event: Event) -> None:
    for thing in touched(event):
        row = None if thing[0] in fact_of(event).creates else _row(thing)
        if row is not None or thing[0] in fact_of(event).creates:
            assert fold(row, event, thing, BY) is not None


@given(EVENTS)
def test_a_row_that_is_not_on_record_is_only_made_by_a_fact_that_creates_it(event: Event) -> None:
    for thing in touched(event):
        if thing[0] not in fact_of(event).creates:
            with pytest.raises(ValueError, match=type(event).__name__):
                fold(None, event, thing, BY)


@given(EVENTS, st.sampled_from(Recorder))
def test_nobody_records_a_fact_that_is_not_theirs(event: Event, recorder: Recorder) -> None:
    if recorder not in fact_of(event).by:
        refusal = judge(Draft((event,)), By(SAM.id, "Scanner-05", NOW, recorder), None, world(UNIT), TODAY).refusal
        assert refusal is not None
        assert refusal.code == RightCode.NO_RIGHT


def _about_the_unit(event: Event) -> Event:
    """The same event, about the unit and the list that there are, from where and what the unit is."""
    named = {"unit": UNIT.id, "document": LIST.number, "line": "1", "serial": UNIT.serial}
    return replace(event, **{name: value for name, value in named.items() if hasattr(event, name)})  # type: ignore[type-var] # reason: every event class is a dataclass


@given(st.lists(EVENTS, max_size=8))
def test_no_sequence_of_facts_leaves_the_table_of_statuses_except_by_a_correction(events: list[Event]) -> None:
    seen = world(UNIT, lists=(LIST,))
    seen.workers[SAM.id] = SAM
    for event in map(_about_the_unit, events):
        fact: Fact[Event] = fact_of(event)
        recorder = min(fact.by, key=lambda each: each.value)
        before = seen.units[UNIT.id].status
        judgement = judge(Draft((event,), reason="seen"), By(SAM.id, "Scanner-05", NOW, recorder), None, seen, TODAY)
        absorb(seen, judgement)
        after = seen.units[UNIT.id].status
        assert fact.leaves_table or may_become(before, after, fact.trigger)


@given(EVENTS)
def test_an_event_comes_back_from_its_plain_form_as_it_was(event: Event) -> None:
    assert event_from_plain(event_to_plain(event)) == event


@pytest.mark.parametrize("former", FORMER_NAMES)
def test_an_event_is_read_by_the_name_that_it_had_before(former: str) -> None:
    fields = {"document": "PL-2025-0091", "place": "MAIN/A-15-03"}
    event = event_from_plain({"type": former, **fields})
    assert type(event).__name__ == FORMER_NAMES[former]
    assert former not in EVENT_TYPES
    assert things_of(event) == ((RowKind.DOCUMENT, "PL-2025-0091"),)


@pytest.mark.parametrize("data", [None, {}, {"type": "UnitTeleported"}, [], "x", {"type": None}])
def test_an_event_of_an_unknown_type_is_refused(data: object) -> None:
    with pytest.raises(UnknownEvent):
        event_from_plain(data)


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_event_with_an_ill_typed_field_is_refused_with_its_path(name: str) -> None:
    with pytest.raises(PlainError, match=name):
        event_from_plain({"type": name})


def test_a_field_of_a_newer_writer_is_ignored() -> None:
    unit = promised(46)
    assert from_plain(Unit, {**to_plain(unit), "colour": "red"}) == unit


def test_a_default_costs_no_bytes() -> None:
    assert "notes" not in to_plain(promised(46))
