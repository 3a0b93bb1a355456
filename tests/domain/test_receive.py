"""A unit that arrives is registered once, under the name that every dock gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import place, product, worker
from scantrail.domain.acts.kinds import unit as unit_row
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.world import World
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.receiving.refusals import ReceivingCode
from scantrail.domain.judge import Judgement, absorb, needs_of
from scantrail.domain.names.identifiers import unit_id
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import say
from tests.support.judging import judge_act
from tests.support.worlds import CLERK, MODULE, NOW, SARAH, SENSOR, TODAY, module, said_in, unit, wanting, world

DOCK = "MAIN/DOCK-01"


def arrived(number: int = 99, **facts: Any) -> Unit:
    return module(number, **{"place": DOCK, **facts})


def receipt(
    born: Unit,
    *,
    called: str = "",
    text: str | None = "",
    how: Creation = Creation.RECEIVING,
    worker: str = CLERK.id,
) -> Act:
    events = (UnitRegistered(called or born.id, how, born),)
    reading = None if text is None else Reading(text or born.serial, Carrier.WEDGE)
    return Act(ActId("Scanner-05", "e", 1), "", "MAIN", worker, Times(NOW, "b", 0), Draft(events, reading=reading))


def judged(act: Act, seen: World) -> Judgement:
    reading = act.draft.reading
    return judge_act(act, said_in(seen, reading.text) if reading else None, seen, NOW, TODAY)


def code(act: Act, seen: World | None = None) -> Code | None:
    refusal = judged(act, seen or world()).refusal
    return refusal.code if refusal else None


@pytest.mark.parametrize("status", Status)
def test_a_unit_begins_available_or_in_quarantine(status: Status) -> None:
    unit = arrived(status=status)
    found = judged(receipt(unit), world())
    if status in (Status.AVAILABLE, Status.QUARANTINE):
        assert found.changed[unit_row(unit.id)] == replace(unit, changed_at=NOW, changed_by=CLERK.id)
    else:
        assert found.refusal is not None
        assert found.refusal.code == GoodsCode.TRANSITION


def test_the_second_dock_is_told_what_is_on_record_and_to_look_for_another_label() -> None:
    seen = world()
    absorb(seen, judged(receipt(arrived()), seen))
    refusal = judged(receipt(arrived(place="MAIN/A-15-04")), seen).refusal
    assert refusal is not None
    assert (refusal.code, explain(refusal).contests) == (ReceivingCode.ALREADY_RECEIVED, True)
    assert say(explain(refusal).because) == "CM500-2025-0099 is on record: Available, in DOCK-01."
    assert say(explain(refusal).todo).startswith("Scanned twice? Go on. Else look for another label,")


@pytest.mark.parametrize("status", Status)
def test_a_serial_is_never_used_again_whatever_has_become_of_its_unit(status: Status) -> None:
    assert code(receipt(arrived()), world(module(99, status=status))) == ReceivingCode.ALREADY_RECEIVED


def test_only_who_may_receive_registers_what_arrives() -> None:
    assert code(receipt(arrived(), worker=SARAH.id)) == RightCode.NO_RIGHT


@pytest.mark.parametrize("how", [each for each in Creation if each is not Creation.RECEIVING])
def test_units_come_into_being_at_a_dock_by_receiving_only(how: Creation) -> None:
    assert code(receipt(arrived(), how=how)) == RightCode.NO_RIGHT


@pytest.mark.parametrize("text", [None, "CM500-2025-0098", "CM-500-STD"])
def test_the_scan_has_to_say_the_serial(text: str | None) -> None:
    assert code(receipt(arrived(), text=text)) == ScanCode.SCAN_MISMATCH


@pytest.mark.parametrize(
    "act",
    [
        receipt(arrived(), called=unit_id(MODULE.id, "CM500-2025-0098")),
        receipt(arrived(id=unit_id(SENSOR.id, "CM500-2025-0099"))),
    ],
)
def test_product_and_serial_make_the_id(act: Act) -> None:
    assert code(act) == ScanCode.SCAN_MISMATCH


def test_it_arrives_at_a_place_of_this_site_and_is_a_product_on_record() -> None:
    assert code(receipt(arrived(place="MAIN/NOWHERE"))) == SiteCode.UNKNOWN_PLACE
    seen = world()
    seen.places["EAST/DOCK"] = replace(seen.places[DOCK], id="EAST/DOCK", site="EAST")
    assert code(receipt(arrived(place="EAST/DOCK")), seen) == SiteCode.UNKNOWN_PLACE
    assert code(receipt(arrived(place="MAIN/CART-05"))) == SiteCode.UNKNOWN_PLACE
    del seen.products[MODULE.id]
    assert code(receipt(arrived()), seen) == ScanCode.UNKNOWN_PRODUCT


@pytest.mark.parametrize(
    "unit",
    [
        arrived(document="PL-2025-0091"),
        arrived(order="SO-2025-1289"),
        arrived(former_serials=("CM500-2025-0046",)),
        arrived(changed_at=NOW),
        arrived(container="095212340000000419"),
    ],
)
def test_what_arrives_has_no_past_here(unit: Unit) -> None:
    assert code(receipt(unit)) == GoodsCode.TRANSITION


@pytest.mark.parametrize(("serial", "why"), [("CM500", ScanCode.CUT_SHORT), ("A-15-03", ScanCode.MALFORMED)])
def test_what_cannot_be_a_serial_of_the_product_is_never_one(serial: str, why: Code) -> None:
    assert code(receipt(replace(unit(MODULE, serial), place=DOCK))) == why
    assert code(receipt(replace(arrived(), product=SENSOR.id))) == ScanCode.MALFORMED


def test_a_serial_is_typed_only_where_the_site_allows_it() -> None:
    typed = receipt(arrived())
    typed = replace(typed, draft=replace(typed.draft, reading=Reading(arrived().serial, Carrier.TYPED)))
    assert code(typed, world(settings=wanting(typed_serials=False))) == ScanCode.TYPED
    assert code(typed, world(settings=wanting(typed_serials=True))) is None


def test_a_unit_of_another_site_is_told_with_its_site() -> None:
    refusal = judged(receipt(arrived()), world(module(99, place="EAST/DOCK-01"))).refusal
    assert refusal is not None
    assert say(explain(refusal).because) == "CM500-2025-0099 is on record: Available, in EAST/DOCK-01."


def test_a_former_serial_of_another_unit_is_not_used_again() -> None:
    relabelled = module(46, former_serials=("CM500-2025-0099",))
    seen = world(relabelled)
    seen.labels[MODULE.id, "CM500-2025-0099"] = relabelled.id
    assert code(receipt(arrived()), seen) == ReceivingCode.ALREADY_RECEIVED


def test_judging_it_needs_its_product_its_place_and_who_has_its_serial() -> None:
    needs = needs_of([receipt(arrived()).draft], [CLERK.id])
    assert needs.things == {unit_row(arrived().id), product(MODULE.id), place(DOCK), worker(CLERK.id)}
    assert set(needs.labels) == {(MODULE.id, arrived().serial)}
