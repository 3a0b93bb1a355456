"""Times as people read them: by a clock at the site, wherever the machine stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from scantrail.domain.moments import local, moment, zoned_moment

LATE = datetime.fromisoformat("2025-01-27T21:30:00-05:00")


@pytest.fixture(autouse=True, params=["", "America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in this zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "at_the_site", "anywhere"),
    [
        ("America/New_York", "2025-01-27 21:30", "2025-01-27 21:30 UTC-05:00"),
        ("Pacific/Auckland", "2025-01-28 15:30", "2025-01-28 15:30 UTC+13:00"),
        ("Asia/Kolkata", "2025-01-28 08:00", "2025-01-28 08:00 UTC+05:30"),
        ("UTC", "2025-01-28 02:30", "2025-01-28 02:30 UTC"),
    ],
)
def test_an_instant_is_shown_as_a_clock_at_the_site_shows_it(zone: str, at_the_site: str, anywhere: str) -> None:
    assert (moment(LATE, zone), zoned_moment(LATE, zone)) == (at_the_site, anywhere)
    assert local(LATE, zone) == LATE


def test_summer_time_is_that_of_the_day_told() -> None:
    assert moment(datetime.fromisoformat("2025-07-01T12:00:00+00:00"), "America/New_York") == "2025-07-01 08:00"


@pytest.mark.parametrize("zone", ["", "No/Such_Zone", "../etc"])
def test_without_a_zone_the_time_is_utc_and_says_so(zone: str) -> None:
    assert moment(LATE, zone) == zoned_moment(LATE, zone) == "2025-01-28 02:30 UTC"
