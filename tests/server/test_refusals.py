"""What was right on the device offline and is not on the server: each refusal, judged again, with its own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.acts.refusal import Code
from scantrail.domain.documents.document import DocumentStatus, Requirement, Taken
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed
from scantrail.domain.people.worker import Role
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Owner, OwnerType, Unit
from scantrail.domain.wordings import explain
from scantrail.protocol.messages import ActVerdict, Outcome
from scantrail.server.people.sign_in import pin_verifier
from scantrail.server.records.master import put_settings, put_workers
from scantrail.words import say
from tests.server.site import ServedSite
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    PREMIUM,
    SARAH,
    TODAY,
    any_line,
    exact_line,
    module,
    pick_list,
    wanting,
)

Change = Callable[[ServedSite], None]


def unit_becomes(**facts: object) -> Change:
    """Unit 0046 is otherwise on the server than the device knew."""
    return lambda served: served.change(_with(served.unit(46), facts))


def _with(unit: Unit, facts: dict[str, object]) -> Unit:
    return replace(unit, **facts)  # type: ignore[arg-type] # reason: the tables below name fields of Unit


def list_becomes(**facts: object) -> Change:
    """The pick list is otherwise on the server than the device knew."""
    return lambda served: served.change(replace(served.pick_list(), **facts))  # type: ignore[arg-type] # reason: likewise


def hold(kind: HoldKind) -> Change:
    """A hold was opened meanwhile."""
    return lambda served: served.change(Hold("H-1", kind, "see notice 7", product=MODULE.id))


def settings_become(settings: Settings) -> Change:
    """The site's policy was changed meanwhile."""

    def change(served: ServedSite) -> None:
        with served.database.writing() as connection:
            put_settings(connection, [settings])

    return change


def sarah_becomes(**facts: object) -> Change:
    """The picker's record was changed meanwhile."""

    def change(served: ServedSite) -> None:
        person = replace(SARAH, **facts)  # type: ignore[arg-type] # reason: likewise
        with served.database.writing() as connection:
            put_workers(connection, [person], {person.id: pin_verifier("1234")})

    return change


def withdrawn(line: PickLine) -> PickLine:
    """A line that was cancelled after the device had it."""
    return replace(line, cancelled=True)


SHIPPED = {"place": "METRO/SITE", "document": "SH-2025-0201", "changed_at": NOW}
CASES: dict[str, tuple[Change, Code]] = {
    "picked by somebody else": (
        unit_becomes(status=Status.PICKED, document="PL-2025-0088", changed_by=MIKE.id, changed_at=NOW),
        GoodsCode.ALREADY_PICKED,
    ),
    "shipped": (unit_becomes(status=Status.SHIPPED, **SHIPPED), GoodsCode.SHIPPED),
    "delivered": (unit_becomes(status=Status.DELIVERED, **SHIPPED), GoodsCode.SHIPPED),
    "quarantined": (unit_becomes(status=Status.QUARANTINE), GoodsCode.STATUS),
    "under recall": (hold(HoldKind.RECALL), GoodsCode.HOLD),
    "under a quality hold": (hold(HoldKind.QUALITY), GoodsCode.HOLD),
    "stolen": (hold(HoldKind.STOLEN), GoodsCode.HOLD),
    "under a legal hold": (hold(HoldKind.LEGAL), GoodsCode.HOLD),
    "on another list": (unit_becomes(document="PL-2025-0088"), GoodsCode.ANOTHER_LIST),
    "promised to another order": (unit_becomes(order="SO-2025-1280"), GoodsCode.ANOTHER_ORDER),
    "taken off the list": (list_becomes(lines=(any_line(MODULE, 0),)), PickCode.LINE_FULL),
    "on a line that was withdrawn, though another takes its product": (
        list_becomes(lines=(withdrawn(exact_line(module(46))), any_line(MODULE, 3, "2"))),
        PickCode.NOT_ON_LIST,
    ),
    "on a line that is no more": (list_becomes(lines=(any_line(MODULE, 3, "2"),)), PickCode.NOT_ON_LIST),
    "for an order that the list is not for any more": (list_becomes(order="SO-2025-1300"), GoodsCode.ANOTHER_ORDER),
    "owned by somebody else": (unit_becomes(owner=Owner(OwnerType.CUSTOMER, "Metro")), GoodsCode.OWNER),
    "wrong firmware": (list_becomes(requirement=Requirement(firmware="9.9")), GoodsCode.FIRMWARE),
    "not calibrated": (list_becomes(requirement=Requirement(calibrated=True)), GoodsCode.CALIBRATION),
    "in a place not for picking": (unit_becomes(place="MAIN/DOCK-01"), GoodsCode.NOT_PICKABLE),
    "in another bin": (unit_becomes(place="MAIN/A-15-04"), PickCode.WRONG_BIN),
    "at another site": (unit_becomes(place="EAST/A-01-01"), SiteCode.ANOTHER_SITE),
    "on a list that is complete": (list_becomes(status=DocumentStatus.COMPLETED), TaskCode.LIST_COMPLETED),
    "on a list that is cancelled": (list_becomes(status=DocumentStatus.CANCELLED), TaskCode.LIST_CANCELLED),
    "on a list taken over": (list_becomes(taken=Taken("Scanner-02", MIKE.id)), TaskCode.LIST_TAKEN_OVER),
    "by a person without the right": (sarah_becomes(roles=(Role.SHIPPING,)), RightCode.NO_RIGHT),
    "by a person who has left": (sarah_becomes(active=False), RightCode.NO_RIGHT),
    "by a person without a cart": (sarah_becomes(cart=None), TaskCode.NO_CART),
}


def pushed_after(served: ServedSite, change: Change) -> ActVerdict:
    device = served.device()
    device.pick(46)
    change(served)
    return device.push().verdicts[-1]


@pytest.mark.parametrize("case", CASES)
def test_an_offline_pick_is_judged_again_by_what_is_true_now(served: ServedSite, case: str) -> None:
    change, code = CASES[case]
    verdict = pushed_after(served, change)
    assert verdict.refusal is not None
    assert verdict.refusal.code == code
    expected = Outcome.CONTESTED if explain(verdict.refusal).contests else Outcome.REFUSED
    assert verdict.outcome is expected
    assert "CM500-2025-0046" not in [each.serial for each in served.listing().picked]


@pytest.mark.parametrize("owner", [PREMIUM.id, "Premium Manufacturing"])
def test_a_unit_of_somebody_else_is_refused_with_the_owners_name(served: ServedSite, owner: str) -> None:
    """Records of earlier versions have the name itself."""
    refusal = pushed_after(served, unit_becomes(owner=Owner(OwnerType.CUSTOMER, owner))).refusal
    assert refusal is not None
    assert say(explain(refusal).because) == "It belongs to Premium Manufacturing."


def pushed_with_scan(served: ServedSite, text: str, carrier: Carrier = Carrier.WEDGE, unit: Unit | None = None) -> Code:
    device = served.device()
    unit = unit or module(46)
    listed = "PL-2025-0091"
    device.record(PlaceConfirmed(listed, "MAIN/A-15-03"), document=listed)
    device.record(ProductConfirmed(listed, MODULE.id), document=listed)
    picked = UnitPicked(unit.id, unit.serial, listed, "1", "SO-2025-1289", unit.place, "MAIN/CART-05", unit.status)
    device.record(picked, document=listed, scan=Reading(text, carrier))
    refusal = device.push().verdicts[-1].refusal
    assert refusal is not None
    return refusal.code


@pytest.mark.parametrize("text", ["CM500-2025-00", "CM500-2025-0047", "9521234543213", "", "CM500-2025-0046\x1d21"])
def test_a_pick_whose_scan_does_not_say_the_units_serial_is_refused(served: ServedSite, text: str) -> None:
    assert pushed_with_scan(served, text) == ScanCode.SCAN_MISMATCH


def test_a_typed_pick_is_refused_where_the_site_does_not_allow_typing(served: ServedSite) -> None:
    settings_become(wanting(typed_serials=False))(served)
    assert pushed_with_scan(served, "CM500-2025-0046", Carrier.TYPED) == ScanCode.TYPED


def test_a_pick_of_a_unit_that_is_not_on_record_is_refused(served: ServedSite) -> None:
    assert pushed_with_scan(served, "CM500-2025-9999", unit=module(9999)) == ScanCode.UNKNOWN_SERIAL


def test_a_pick_of_a_unit_that_the_list_does_not_name_is_contested(served: ServedSite) -> None:
    assert pushed_with_scan(served, "CM500-2025-0049", unit=module(49)) == PickCode.NOT_ON_LIST


def test_a_line_that_another_device_has_filled_contests_the_pick(served: ServedSite) -> None:
    served.change(pick_list(any_line(MODULE, 1)))
    first, second = served.device(), served.device("Scanner-02", MIKE.id)
    first.pick(49, Status.AVAILABLE)
    second.pick(50, Status.AVAILABLE)
    first.push()
    verdict = second.push().verdicts[-1]
    assert verdict.refusal is not None
    assert (verdict.outcome, verdict.refusal.code) == (Outcome.CONTESTED, PickCode.LINE_FULL)


def test_the_same_unit_picked_twice_in_a_task_is_refused(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    device.pick(46)
    verdict = device.push().verdicts[-1]
    assert verdict.refusal is not None
    assert verdict.refusal.code == PickCode.IN_TASK


def test_a_calibration_counts_on_the_day_of_the_pick_not_of_the_push(served: ServedSite) -> None:
    served.change(replace(served.unit(46), calibration_valid_until=TODAY))
    served.change(replace(served.pick_list(), requirement=Requirement(calibrated=True)))
    device = served.device()
    device.pick(46)
    picked_at = served.now
    served.now += timedelta(days=3)
    push = replace(device.batch(), now=replace(device.batch().now, wall=served.now, mono_ms=3 * 86_400_000))
    verdict = device.post(push).json()["verdicts"][-1]
    assert verdict["outcome"] == "applied", "the pick was made while the calibration was valid"
    assert served.listing().picked[0].at == picked_at
