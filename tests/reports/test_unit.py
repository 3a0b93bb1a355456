"""A unit's report, as an administrator reads it on a terminal."""

from __future__ import annotations

import pytest

from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import Outcome
from scantrail.reports.unit import unit_reports
from tests.server.conftest import served
from tests.server.site import ServedSite
from tests.server.test_photos import PHOTO, reports, send
from tests.support.worlds import module

__all__ = ["served"]


def test_it_shows_the_unit_and_its_life(served: ServedSite) -> None:
    (report,) = unit_reports(served.database, " cm500-2025-0046 ")
    assert report.lines() == [
        "CM500-2025-0046  Control Module CM-500  Allocated  A-15-03 (MAIN)",
        "2025-01-27 04:00 UTC-05:00  Received and registered at A-15-03 (MAIN)  [System, server]",
    ]


@pytest.mark.parametrize("reason", ["\x1b[2J\x07", "\u202egood", "a\nb", "\ud800"])
def test_what_a_device_wrote_cannot_steer_the_terminal(served: ServedSite, reason: str) -> None:
    device = served.device()
    device.record(ConditionStated(module(46).id, Condition.DAMAGED), reason=reason)
    assert device.outcomes() == [Outcome.APPLIED]
    (report,) = unit_reports(served.database, "CM500-2025-0046")
    assert all(line.isprintable() for line in report.lines())
    assert "\\" in report.lines()[-1]


def test_a_photo_is_listed_under_its_event_and_whether_it_has_arrived(served: ServedSite) -> None:
    device = served.device()
    reports(device, PHOTO)
    named = f"{'':18}photo {PHOTO.name}, 1 kB, {PHOTO.sha256[:12]}"
    (report,) = unit_reports(served.database, "CM500-2025-0049")
    assert report.lines()[-1] == f"{named}; not received yet"
    send(device)
    (report,) = unit_reports(served.database, "CM500-2025-0049")
    assert report.lines()[-1] == named
