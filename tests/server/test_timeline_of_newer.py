"""A timeline with an event of a newer version is shown, and that event as what it is."""

from __future__ import annotations

import pytest

from scantrail.server.history.timelines import story_of
from scantrail.words import say


@pytest.mark.parametrize(
    "body", [{"type": "UnitTeleported"}, {"type": "ConditionStated", "unit": "u", "condition": "glowing"}]
)
def test_an_event_that_is_not_known_is_told_as_such(body: dict[str, str]) -> None:
    assert say(story_of(body)) == "Something that this version does not know"
