"""A clock that is far off is told, by the server's and by the last day the server was heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scantrail.device.clock_check import clock_trouble
from scantrail.device.doctor import examine
from scantrail.protocol.messages import PushAnswer
from scantrail.words import say
from tests.support.devices import changes_of, new_store
from tests.support.worlds import NOW


@pytest.mark.parametrize("off", [timedelta(days=30), timedelta(days=-30), timedelta(minutes=6)])
def test_a_clock_far_from_the_servers_is_told(off: timedelta) -> None:
    trouble = clock_trouble(NOW + off, NOW, None)
    assert trouble is not None
    assert say(trouble).startswith("The clock says ")
    assert clock_trouble(NOW + timedelta(minutes=4), NOW, None) is None


def test_without_the_server_a_clock_before_the_day_it_was_last_heard_is_told() -> None:
    trouble = clock_trouble(datetime(1970, 1, 2, tzinfo=UTC), None, NOW.date())
    assert trouble is not None
    assert say(trouble) == f"The clock says 1970-01-02 00:00, but the server was heard on {NOW.date()}."
    assert clock_trouble(NOW, None, NOW.date()) is None
    assert clock_trouble(NOW, None, None) is None


async def test_doctor_tells_a_clock_that_is_behind_what_the_server_said(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.apply_answer(PushAnswer(0, (), changes_of(()), datetime(2999, 1, 1, tzinfo=UTC)))
    (found,) = [each for each in await examine(tmp_path) if each.name == "clock"]
    assert found.is_problem
    assert "2999-01-01" in found.line()
    assert "Set date and time" in found.line()
