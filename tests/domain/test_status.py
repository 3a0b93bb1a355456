"""The table of transitions is the only way a status changes."""

from __future__ import annotations

import pytest

from scantrail.domain.things.status import IN_ONE_ACT, TRANSITIONS, Status, Trigger, may_change, may_pick


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(Status)


@pytest.mark.parametrize("status", [Status.RETIRED, Status.VOID])
def test_nothing_follows_retired_and_void(status: Status) -> None:
    assert TRANSITIONS[status] == {}


def test_delivered_never_becomes_available_directly() -> None:
    assert Status.AVAILABLE not in TRANSITIONS[Status.DELIVERED]


def test_every_trigger_is_used() -> None:
    used = {trigger for row in TRANSITIONS.values() for triggers in row.values() for trigger in triggers}
    assert used.union(IN_ONE_ACT.values()) == set(Trigger)


def test_a_transition_needs_its_own_trigger() -> None:
    assert may_change(Status.PICKED, Status.SHIPPED, Trigger.FULFILMENT)
    assert not may_change(Status.PICKED, Status.SHIPPED, Trigger.PICK)


def test_only_available_and_allocated_units_can_be_picked() -> None:
    assert {status for status in Status if may_pick(status)} == {Status.AVAILABLE, Status.ALLOCATED}
