"""Every fact can be told in a sentence."""

from __future__ import annotations

from hypothesis import given

from scantrail.domain.events import FAMILIES, Event, UnitPicked
from scantrail.domain.story import _SENTENCES, told
from scantrail.domain.things.status import Status
from scantrail.words import say
from tests.support.strategies import EVENTS


def test_every_event_class_has_its_sentence() -> None:
    assert set(_SENTENCES) == set(FAMILIES)


@given(EVENTS)
def test_every_event_can_be_told(event: Event) -> None:
    assert say(told(event))


def test_a_pick_is_told_with_its_bin_cart_list_and_order() -> None:
    picked = UnitPicked(
        "u", "S1", "PL-2025-0091", "1", "SO-2025-1289", "MAIN/A-15-03", "MAIN/CART-05", Status.ALLOCATED
    )
    assert say(told(picked)) == "Picked from A-15-03 to CART-05 for PL-2025-0091, SO-2025-1289"
