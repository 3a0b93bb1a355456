"""Every fact has its family, its wire form, and a place in a fold."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given

from scantrail.domain import events
from scantrail.domain.events import (
    EVENT_TYPES,
    FAMILIES,
    Event,
    UnitEvent,
    UnknownEvent,
    WorkEvent,
    event_from_plain,
    event_to_plain,
)
from scantrail.domain.fold import By, changes_unit, fold_pick_list
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.things.unit import Unit
from tests.support.strategies import EVENTS
from tests.support.worlds import NOW, exact_line, pick_list, promised


def test_every_event_class_has_a_family() -> None:
    assert set(FAMILIES) == set(typing.get_args(Event))


@given(EVENTS)
def test_an_event_comes_back_from_its_plain_form_as_it_was(event: Event) -> None:
    assert event_from_plain(event_to_plain(event)) == event


@given(EVENTS)
def test_every_event_about_a_unit_changes_the_unit_and_no_other_does(event: Event) -> None:
    assert changes_unit(event) == isinstance(event, typing.get_args(UnitEvent))


def test_every_event_of_a_pick_list_has_its_step_in_the_fold() -> None:
    from scantrail.domain import fold

    assert set(typing.get_args(WorkEvent)) <= set(fold._LIST_STEPS)


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


@given(EVENTS)
def test_no_event_breaks_the_fold_of_a_pick_list(event: Event) -> None:
    fold_pick_list(pick_list(exact_line(promised(46))), event, By("sarah", "Scanner-05", NOW))


def test_the_module_documents_every_event() -> None:
    assert all(getattr(events, name).__doc__ for name in EVENT_TYPES)
