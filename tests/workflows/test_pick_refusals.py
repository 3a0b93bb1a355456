"""Every way a scan at the serial step can be wrong, each with its own code and sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scantrail.domain.acts.refusal import Code, Refusal
from scantrail.domain.documents.document import DocumentStatus, Requirement, Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.worker import Role
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.pick import PickCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier
from scantrail.domain.settings import Settings
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.product import ProductGtin
from scantrail.domain.things.status import Status, may_pick
from scantrail.domain.things.unit import Owner, OwnerType, Unit
from scantrail.domain.wordings import WORDINGS, explain
from scantrail.words import say
from scantrail.workflows.base import Tone
from tests.support.worlds import (
    MIKE,
    MODULE,
    NOW,
    SARAH,
    SENSOR,
    SETTINGS,
    TODAY,
    any_line,
    exact_line,
    module,
    pick_list,
    promised,
    unit,
    wanting,
    world,
)
from tests.workflows.guide import Guide, without_cart


def picking(
    *others: Unit,
    listed: PickList | None = None,
    holds: tuple[Hold, ...] = (),
    settings: Settings = SETTINGS,
    named: tuple[Unit, ...] = (),
) -> Guide:
    """A picker at the serial step of PL-2025-0091, which names 0046 unless told otherwise."""
    named = named or (promised(46),)
    listed = listed or pick_list(exact_line(*named))
    started = replace(listed, at_place="MAIN/A-15-03", at_product=MODULE.id)
    return Guide(world(*named, *others, lists=(started,), holds=holds, settings=settings), listed.number)


def facts(guide: Guide) -> Refusal:
    refusal = guide.drafts[-1].refusal
    assert refusal is not None
    return refusal


def test_an_unknown_serial_is_refused() -> None:
    assert picking().refused_with("CM500-2025-9999") == ScanCode.UNKNOWN_SERIAL


def test_a_unit_of_another_product_is_refused_with_that_product() -> None:
    guide = picking(unit(SENSOR, "TS2000001"))
    assert guide.refused_with("TS2000001") == ScanCode.WRONG_PRODUCT
    assert "Temperature Sensor TS-200" in say(explain(facts(guide)).because)


def test_a_unit_on_another_pick_list_is_refused_with_its_list() -> None:
    guide = picking(promised(50, document="PL-2025-0088", order="SO-2025-1280"))
    assert guide.refused_with("CM500-2025-0050") == GoodsCode.ANOTHER_LIST
    assert say(explain(facts(guide)).because) == "It is on PL-2025-0088."
    assert say(explain(facts(guide)).todo) == "Put it back; scan CM500-2025-0046."


def test_what_to_scan_instead_is_named_by_what_tells_the_serials_apart() -> None:
    guide = picking(module(60), named=tuple(promised(number) for number in (46, 47, 48, 49)))
    guide.scan("CM500-2025-0060")
    assert say(explain(facts(guide)).todo) == (
        "Put it back; scan CM500-2025-0046 / 0047 / 0048 / …. To take it in place of one, press F4 and choose 6."
    )


def test_serials_with_nothing_in_common_are_named_whole() -> None:
    bare = replace(MODULE, serial_format="")
    named = tuple(unit(MODULE, serial, status=Status.ALLOCATED, document="PL-2025-0091") for serial in ("A1", "B2"))
    guide = picking(named=named)
    guide.world.products[MODULE.id] = bare
    guide.scan("X9")
    assert say(explain(facts(guide)).todo) == "Set it aside for a supervisor; scan A1 / B2."


def test_a_unit_promised_to_another_order_is_refused_with_that_order() -> None:
    stranger = module(50, status=Status.ALLOCATED, order="SO-2025-1280")
    assert picking(stranger).refused_with("CM500-2025-0050") == GoodsCode.ANOTHER_ORDER


def test_a_free_unit_is_refused_on_a_list_that_names_its_units() -> None:
    assert picking(module(60)).refused_with("CM500-2025-0060") == PickCode.NOT_ON_LIST


def test_a_unit_more_than_the_line_asks_for_is_refused() -> None:
    listed = pick_list(any_line(MODULE, 1), exact_line(promised(46), line="2"))
    guide = picking(module(49), module(50), listed=listed)
    guide.scan("CM500-2025-0049")
    guide.confirm()
    assert guide.refused_with("CM500-2025-0050") == PickCode.LINE_FULL
    assert say(explain(facts(guide)).because) == "All 1 of this line are picked."


def test_the_same_unit_twice_in_a_task_is_refused() -> None:
    guide = picking(named=(promised(46), promised(47)))
    guide.scan("CM500-2025-0046")
    guide.confirm()
    assert guide.refused_with("CM500-2025-0046") == PickCode.IN_TASK


def test_a_unit_somebody_else_picked_is_refused_with_who_and_when() -> None:
    taken = promised(50, document="PL-2025-0088", place="MAIN/CART-06")
    guide = picking(replace(taken, status=Status.PICKED, changed_by=MIKE.id, changed_at=NOW))
    assert guide.refused_with("CM500-2025-0050") == GoodsCode.ALREADY_PICKED
    assert say(explain(facts(guide)).because) == "Mike Chen picked it for PL-2025-0088, 2025-01-28 04:00.", (
        "by a clock at the site"
    )


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.DELIVERED])
def test_a_unit_that_left_before_is_refused_with_its_shipment(status: Status) -> None:
    gone = module(50, status=status, document="SH-2025-0201", changed_at=NOW, place="METRO/SITE")
    guide = picking(gone)
    assert guide.refused_with("CM500-2025-0050") == GoodsCode.SHIPPED
    assert "SH-2025-0201" in say(explain(facts(guide)).because)


def test_the_time_told_of_a_unit_that_left_is_when_it_left_and_not_when_it_was_delivered() -> None:
    left = NOW - timedelta(days=1)
    facts_of_it = {"document": "SH-2025-0201", "changed_at": NOW, "place": "METRO/SITE"}
    guide = picking(
        module(49, status=Status.DELIVERED, left_at=left, **facts_of_it),
        module(50, status=Status.DELIVERED, **facts_of_it),
    )
    guide.refused_with("CM500-2025-0049")
    assert say(explain(facts(guide)).because) == "It left on SH-2025-0201, 2025-01-27 04:00; its status is Delivered."
    guide.refused_with("CM500-2025-0050")
    assert (
        say(explain(facts(guide)).because)
        == "It left on SH-2025-0201, at a time not on record; its status is Delivered."
    )


@pytest.mark.parametrize("status", [each for each in Status if not may_pick(each)])
def test_no_other_status_may_be_picked(status: Status) -> None:
    code = picking(module(50, status=status)).refused_with("CM500-2025-0050")
    own_sentence = {
        Status.PICKED: GoodsCode.ALREADY_PICKED,
        Status.SHIPPED: GoodsCode.SHIPPED,
        Status.DELIVERED: GoodsCode.SHIPPED,
    }
    assert code is own_sentence.get(status, GoodsCode.STATUS)


@pytest.mark.parametrize("kind", [HoldKind.RECALL, HoldKind.QUALITY, HoldKind.STOLEN, HoldKind.LEGAL])
def test_a_unit_under_a_hold_is_refused_with_the_hold(kind: HoldKind) -> None:
    hold = Hold("H-1", kind, "capacitor batch", product=MODULE.id, supplier_lot="PC-2025-089")
    guide = picking(named=(promised(46, supplier_lot="PC-2025-089"),), holds=(hold,))
    assert guide.refused_with("CM500-2025-0046") == GoodsCode.HOLD
    assert "capacitor batch" in say(explain(facts(guide)).because)


def test_a_closed_hold_refuses_nothing() -> None:
    hold = Hold("H-1", HoldKind.RECALL, "batch", open=False, product=MODULE.id)
    assert picking(holds=(hold,)).scan("CM500-2025-0046").tone is Tone.ACCEPTED


def test_a_unit_of_somebody_else_is_refused_with_the_owner() -> None:
    guide = picking(named=(promised(46, owner=Owner(OwnerType.CUSTOMER, "Metro Manufacturing")),))
    assert guide.refused_with("CM500-2025-0046") == GoodsCode.OWNER
    assert "Metro Manufacturing" in say(explain(facts(guide)).because)


def test_consigned_goods_may_be_picked() -> None:
    guide = picking(named=(promised(46, owner=Owner(OwnerType.CONSIGNED, "Precision Components LLC")),))
    assert guide.scan("CM500-2025-0046").tone is Tone.ACCEPTED


def test_a_unit_with_another_firmware_than_the_order_wants_is_refused() -> None:
    listed = pick_list(exact_line(promised(46)), requirement=Requirement(firmware="2.2.0"))
    guide = picking(listed=listed)
    assert guide.refused_with("CM500-2025-0046") == GoodsCode.FIRMWARE
    assert say(explain(facts(guide)).because) == "The order wants firmware 2.2.0; this unit has 2.1.4."


@pytest.mark.parametrize("days_left", [-1, None])
def test_a_unit_without_a_valid_calibration_is_refused(days_left: int | None) -> None:
    until = None if days_left is None else TODAY + timedelta(days=days_left)
    listed = pick_list(exact_line(promised(46)), requirement=Requirement(calibrated=True))
    guide = picking(listed=listed, named=(promised(46, calibration_valid_until=until),))
    assert guide.refused_with("CM500-2025-0046") == GoodsCode.CALIBRATION


def test_a_calibration_is_valid_on_its_last_day() -> None:
    listed = pick_list(exact_line(promised(46)), requirement=Requirement(calibrated=True))
    guide = picking(listed=listed, named=(promised(46, calibration_valid_until=TODAY),))
    assert guide.scan("CM500-2025-0046").tone is Tone.ACCEPTED


def test_a_unit_in_a_place_that_is_not_for_picking_is_refused() -> None:
    at_dock, here = promised(46, place="MAIN/DOCK-01"), promised(47)
    assert picking(named=(at_dock, here)).refused_with("CM500-2025-0046") == GoodsCode.NOT_PICKABLE


def test_a_unit_recorded_in_another_bin_is_refused_with_that_bin() -> None:
    guide = picking(named=(promised(46, place="MAIN/A-15-04"), promised(47)))
    assert guide.refused_with("CM500-2025-0046") == PickCode.WRONG_BIN
    assert say(explain(facts(guide)).because) == "It is recorded in A-15-04; you are at A-15-03."


def test_a_unit_at_another_site_is_refused_with_that_site() -> None:
    guide = picking(module(50, place="EAST/A-01-01"))
    assert guide.refused_with("CM500-2025-0050") == SiteCode.ANOTHER_SITE


@pytest.mark.parametrize(
    ("status", "code"),
    [(DocumentStatus.CANCELLED, TaskCode.LIST_CANCELLED), (DocumentStatus.COMPLETED, TaskCode.LIST_COMPLETED)],
)
def test_nothing_is_picked_on_a_list_that_is_over(status: DocumentStatus, code: Code) -> None:
    guide = picking(listed=pick_list(exact_line(promised(46)), status=status))
    assert guide.refused_with("CM500-2025-0046") == code


def test_nothing_is_picked_on_a_list_that_another_device_has_taken_over() -> None:
    guide = picking(listed=pick_list(exact_line(promised(46)), taken=Taken("Scanner-02", MIKE.id)))
    assert guide.refused_with("CM500-2025-0046") == TaskCode.LIST_TAKEN_OVER
    assert say(explain(facts(guide)).because) == "Mike Chen works on PL-2025-0091 on Scanner-02 now."


@pytest.mark.parametrize("text", ["CM-500-STD", "A-15-03", "PL-2025-0091", "WKR-1001"])
def test_the_wrong_kind_of_code_is_named(text: str) -> None:
    guide = picking()
    assert guide.refused_with(text) == ScanCode.WRONG_KIND
    assert "scan" in say(explain(facts(guide)).todo).lower()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("9780201379624", "an article number (EAN or UPC)"),
        ("00:1A:2B:3C:4D:5E", "a network address (MAC)"),
        ("490154203237518", "a mobile device's number (IMEI)"),
    ],
)
@pytest.mark.parametrize("serial_format", [MODULE.serial_format, ""])
def test_another_label_of_the_box_is_named(text: str, what: str, serial_format: str) -> None:
    guide = picking()
    guide.world.products[MODULE.id] = replace(MODULE, serial_format=serial_format)
    assert guide.refused_with(text) == ScanCode.WRONG_LABEL
    assert say(explain(facts(guide)).because) == f"That is {what}, not the serial."


def test_a_serial_that_looks_like_another_label_is_still_a_serial() -> None:
    named = unit(MODULE, "9780201379624", status=Status.ALLOCATED, document="PL-2025-0091")
    guide = picking(named=(named,))
    guide.world.products[MODULE.id] = replace(MODULE, serial_format="")
    assert guide.scan("9780201379624").tone is Tone.ACCEPTED


GTIN = "09521234543213"


@pytest.mark.parametrize(
    ("text", "code", "because"),
    [
        (f"]C101{GTIN}21CM500-2025-9999", ScanCode.UNKNOWN_SERIAL, "No unit with this serial is on record."),
        (f"]C101{GTIN}21CM500-20", ScanCode.CUT_SHORT, "The read stopped early: serials of Control Module CM-500 look"),
        ("]C1010952123454330521CM500-2025-0046", ScanCode.WRONG_PRODUCT, "It is a Temperature Sensor TS-200."),
        (
            "]C1010952123454340421CM500-2025-0046",
            ScanCode.UNKNOWN_GTIN,
            "No product on record has the GTIN 095",
        ),
        (
            f"]C101{GTIN[:-1]}421CM500-2025-0046",
            ScanCode.BAD_CODE,
            "It is no right GS1 code: a check digit is wrong.",
        ),
        (f"]C101{GTIN}", ScanCode.WRONG_KIND, "That is a product's label."),
        ("]C100106141412345678908", ScanCode.WRONG_KIND, "That is a carton's or pallet's label."),
        ("]C1011952123454321021CM500-2025-0046", ScanCode.WRONG_KIND, "That is a carton's or pallet's label."),
        ("$ST:ENROL:https://x#c", ScanCode.WRONG_KIND, "That is a code that enrols a device."),
    ],
)
def test_a_gs1_code_is_believed_whole_or_not_at_all(text: str, code: Code, because: str) -> None:
    guide = picking()
    case = ProductGtin("19521234543210", "case", 10)
    guide.world.products[MODULE.id] = replace(MODULE, gtins=(*MODULE.gtins, case))
    guide.world.products[SENSOR.id] = replace(SENSOR, gtins=(ProductGtin("09521234543305"),))
    assert guide.refused_with(text) == code
    assert say(explain(facts(guide)).because).startswith(because)


def test_a_text_that_is_not_of_the_products_format_is_refused() -> None:
    guide = picking()
    assert guide.refused_with("CM500-2025-ABCD") == ScanCode.MALFORMED
    assert "CM500-YYYY-NNNN" in say(explain(facts(guide)).because)


@pytest.mark.parametrize("text", ["CM500-2025-00", "CM500-2025-", "CM500-20"])
def test_a_read_that_was_cut_short_is_refused_as_such(text: str) -> None:
    assert picking().refused_with(text) == ScanCode.CUT_SHORT


def test_a_typed_serial_is_refused_where_the_site_does_not_allow_it() -> None:
    guide = picking(settings=wanting(typed_serials=False))
    assert guide.refused_with("CM500-2025-0046", Carrier.TYPED) == ScanCode.TYPED
    assert guide.scan("CM500-2025-0046").tone is Tone.ACCEPTED


def test_a_person_without_the_right_picks_nothing() -> None:
    guide = picking()
    guide.world.workers[SARAH.id] = replace(SARAH, roles=(Role.RECEIVING_CLERK,))
    assert guide.refused_with("CM500-2025-0046") == RightCode.NO_RIGHT


def test_a_picker_without_a_cart_is_told_so() -> None:
    guide = picking()
    guide.world = without_cart(guide.world)
    assert guide.refused_with("CM500-2025-0046") == TaskCode.NO_CART


def test_case_and_outer_spaces_do_not_make_another_serial() -> None:
    assert picking().scan(" cm500-2025-0046 ").tone is Tone.ACCEPTED


def test_a_hold_outranks_every_other_fault_of_the_unit() -> None:
    hold = Hold("H-1", HoldKind.STOLEN, "van 12", units=(module(50).id,))
    gone = module(50, status=Status.SHIPPED, place="METRO/SITE", document="SH-1")
    assert picking(gone, holds=(hold,)).refused_with("CM500-2025-0050") == GoodsCode.HOLD


@pytest.mark.parametrize("code", list(WORDINGS), ids=str)
def test_every_refusal_says_what_was_found_and_what_to_do(code: Code) -> None:
    wording = WORDINGS[code]
    assert len(wording.title) <= 18, "the title must fit a screen of 20 columns beside its glyph"
    assert wording.because.endswith(".")
    assert wording.todo.endswith(".")


def test_the_end_of_a_serial_that_is_typed_is_asked_for_whole() -> None:
    units = (promised(46), promised(47))
    guide = Guide(world(*units, lists=(pick_list(exact_line(*units)),)), "PL-2025-0091")
    guide.take()
    guide.scan_all("A-15-03", "CM-500-STD")
    assert guide.refused_with("0047", Carrier.TYPED) == ScanCode.TYPE_WHOLE
    refusal = guide.drafts[-1].refusal
    assert refusal is not None
    assert str(explain(refusal).todo) == "Type all of it, as on the label: CM500-2025-0047."
    assert guide.refused_with("0047") != ScanCode.TYPE_WHOLE, "a scanner reads the whole label"
    assert guide.refused_with("0048", Carrier.TYPED) != ScanCode.TYPE_WHOLE, "it is the end of nothing that is asked"
