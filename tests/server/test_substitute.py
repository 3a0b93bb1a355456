"""A substitution that a supervisor allowed on the device is judged again by the server, grant and all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.act import Grant
from scantrail.domain.acts.refusal import Code
from scantrail.domain.facts.picking.events import AllocationReleased, UnitPicked, UnitSubstituted
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.status import Status
from scantrail.protocol.messages import Outcome
from scantrail.server.history.timelines import timeline_of
from scantrail.server.records.master import put_workers
from tests.server.site import VERIFIER, ServedSite, TestDevice
from tests.support.worlds import MIKE, MODULE, SAM, module, named_by, promised

LISTED, ORDER = "PL-2025-0091", "SO-2025-1289"
ELSEWHERE = replace(SAM, id="eve", badge="WKR-9001", site="EAST")
"""A supervisor, but of another site."""
OLD, NEW = promised(46), module(49)
SUBSTITUTED = UnitSubstituted(NEW.id, NEW.serial, LISTED, "1", ORDER, OLD.id)
RELEASED = AllocationReleased(OLD.id, ORDER)
PICKED = UnitPicked(NEW.id, NEW.serial, LISTED, "1", ORDER, NEW.place, "MAIN/CART-05", Status.ALLOCATED)


@pytest.fixture
def device(served: ServedSite) -> TestDevice:
    with served.database.writing() as connection:
        put_workers(connection, [SAM, ELSEWHERE], {SAM.id: VERIFIER, ELSEWHERE.id: VERIFIER})
    device = served.device()
    device.record(PlaceConfirmed(LISTED, "MAIN/A-15-03"), document=LISTED)
    device.record(ProductConfirmed(LISTED, MODULE.id), document=LISTED)
    return device


def substitutes(device: TestDevice, *events: Any, **facts: Any) -> Code | None:
    """Push one act; gives why it is refused, if it is."""
    said: dict[str, Any] = {
        "document": LISTED,
        "reading": NEW.serial,
        "reason": "not found",
        "grant": Grant(SAM.id),
    } | facts
    device.record(*events, **said)
    verdict = device.push().verdicts[-1]
    return verdict.refusal.code if verdict.refusal else None


def test_it_is_applied_whole_and_told_with_who_allowed_it(served: ServedSite, device: TestDevice) -> None:
    assert substitutes(device, SUBSTITUTED, RELEASED, PICKED) is None
    assert (served.unit(49).status, served.unit(49).document) == (Status.PICKED, LISTED)
    assert (served.unit(46).status, served.unit(46).document) == (Status.AVAILABLE, None)
    named = [row.serial for row in named_by(served.listing(), "1")]
    assert named == [module(47).serial, module(48).serial, NEW.serial]
    with served.database.reading() as connection:
        last = timeline_of(connection, NEW.id)[-1]
    assert (last.reason, last.allowed_by) == ("not found", "Sam Okafor")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"grant": None}, RightCode.NO_GRANT),
        ({"grant": Grant(MIKE.id)}, RightCode.NO_GRANT),
        ({"grant": Grant("nobody")}, RightCode.NO_GRANT),
        ({"grant": Grant(ELSEWHERE.id)}, RightCode.NO_GRANT),
        ({"reason": ""}, RightCode.NO_REASON),
        ({"reading": OLD.serial}, ScanCode.SCAN_MISMATCH),
    ],
)
def test_nothing_of_it_is_applied_without_grant_reason_and_scan(
    served: ServedSite, device: TestDevice, facts: dict[str, Any], code: Code
) -> None:
    assert substitutes(device, SUBSTITUTED, RELEASED, PICKED, **facts) == code
    assert served.unit(46).status is Status.ALLOCATED
    assert served.unit(49).status is Status.AVAILABLE


def test_a_device_releases_no_unit_on_its_own(device: TestDevice) -> None:
    assert substitutes(device, RELEASED) == RightCode.NO_RIGHT


def test_what_another_has_picked_meanwhile_is_not_replaced(served: ServedSite, device: TestDevice) -> None:
    other = served.device("Scanner-06", MIKE.id)
    other.pick(46)
    assert other.outcomes()[-1] is Outcome.APPLIED
    assert substitutes(device, SUBSTITUTED, RELEASED, PICKED) == PickCode.NOT_NAMED
