"""Who may record which fact: every event class is judged by a check, or refused to every device."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given

from scantrail.domain.acts.act import Act, ActId, Draft, Grant, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.sight import Recorder
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import EVENT_TYPES
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.packing.events import ContainerMade, UnitPacked, UnitUnpacked
from scantrail.domain.facts.picking.events import (
    AllocationReleased,
    BinFoundEmpty,
    LineShorted,
    PickUndone,
    ShortUndone,
    UnitHandedOver,
    UnitPicked,
    UnitsReserved,
    UnitSubstituted,
)
from scantrail.domain.facts.placing.events import ContainerMoved, QuantityMoved, UnitMoved
from scantrail.domain.facts.quality.events import (
    ConditionStated,
    LabelUnreadable,
    QuarantineUndone,
    UnitPutAside,
    UnitQuarantined,
)
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.sessions import WorkerSignedIn, WorkerSignedOut
from scantrail.domain.facts.work.events import (
    CheckConfirmed,
    CheckNotMet,
    PlaceConfirmed,
    ProductConfirmed,
    TaskCompleted,
    TaskReleased,
    TaskTaken,
)
from scantrail.domain.judge import Judgement, absorb, may_record
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.container import ContainerKind
from scantrail.domain.things.status import GONE, Status
from scantrail.domain.things.unit import Condition
from tests.support.judging import judge_act
from tests.support.strategies import EVENTS
from tests.support.worlds import (
    CABLE,
    CLERK,
    JENNIFER,
    MIKE,
    MODULE,
    NOW,
    SAM,
    SARAH,
    SETTINGS,
    TODAY,
    any_line,
    exact_line,
    module,
    pick_list,
    promised,
    said_in,
    world,
)

BIN, OTHER_BIN, CART, QC = "MAIN/A-15-03", "MAIN/A-15-04", "MAIN/CART-05", "MAIN/QC-01"
LIST, ORDER = "PL-2025-0091", "SO-2025-1289"
WANTED, FREE, FRESH = promised(46), module(49), module(90, place="MAIN/DOCK-01")
LEFT = replace(SARAH, id="gone", name="Gone", active=False)
STOCK_CLERK = replace(SARAH, id="stan", name="Stan", roles=(Role.SALES,))
PICKED = UnitPicked(WANTED.id, WANTED.serial, LIST, "1", ORDER, BIN, CART, Status.ALLOCATED)
DAMAGED = UnitQuarantined(WANTED.id, Status.ALLOCATED, BIN, BIN, document=LIST, line="1")
SUBSTITUTED = UnitSubstituted(FREE.id, FREE.serial, LIST, "1", ORDER, WANTED.id)
ALL_SHORT = (LineShorted(LIST, "1", 1, (WANTED.id,)), LineShorted(LIST, "2", 1))


SSCC = "095212340000000419"
CARTON_MADE = ContainerMade(SSCC, ContainerKind.CARTON, BIN)
PACKED_AND_BACK = (UnitPacked(FREE.id, SSCC, BIN, BIN), UnitUnpacked(FREE.id, SSCC, BIN, OTHER_BIN))


@dataclass(frozen=True)
class Sample:
    """Events that may be recorded, one after the other, in the world of `_world`."""

    events: tuple[Event, ...]
    scan: str = ""
    before: tuple[Event, ...] = ()
    """Recorded before, by the picker, with the same scan."""
    worker: Worker = SARAH
    reason: str = "seen"
    is_right: bool = True
    """Whether it takes a right; the others take no more than a person on record."""


DEVICE_FACTS: dict[type[Event], Sample] = {
    UnitRegistered: Sample((UnitRegistered(FRESH.id, Creation.RECEIVING, FRESH),), FRESH.serial, worker=CLERK),
    UnitMoved: Sample((UnitMoved(FREE.id, BIN, OTHER_BIN),)),
    UnitSubstituted: Sample((SUBSTITUTED,), FREE.serial),
    AllocationReleased: Sample((SUBSTITUTED, AllocationReleased(WANTED.id, ORDER)), FREE.serial),
    UnitPicked: Sample((PICKED,), WANTED.serial),
    PickUndone: Sample(
        (PickUndone(WANTED.id, LIST, "1", CART, BIN, Status.ALLOCATED, LIST),), WANTED.serial, before=(PICKED,)
    ),
    UnitHandedOver: Sample(
        (UnitHandedOver(WANTED.id, LIST, CART, "MAIN/CART-06"),), WANTED.serial, before=(PICKED,), worker=MIKE
    ),
    ConditionStated: Sample((ConditionStated(FREE.id, Condition.DAMAGED),)),
    UnitQuarantined: Sample((UnitQuarantined(FREE.id, Status.AVAILABLE, BIN, QC),)),
    QuarantineUndone: Sample(
        (QuarantineUndone(WANTED.id, LIST, BIN, BIN, Status.ALLOCATED, ORDER, LIST),), before=(DAMAGED,)
    ),
    UnitPutAside: Sample((UnitPutAside(WANTED.id, LIST, BIN, QC),), before=(DAMAGED,)),
    TaskTaken: Sample((TaskTaken(LIST),)),
    TaskReleased: Sample((TaskReleased(LIST),)),
    UnitsReserved: Sample((UnitsReserved(LIST, "2", MODULE.id, (FREE.id,)),)),
    PlaceConfirmed: Sample((PlaceConfirmed(LIST, BIN),)),
    ProductConfirmed: Sample((ProductConfirmed(LIST, MODULE.id),)),
    LineShorted: Sample((LineShorted(LIST, "1", 1, (WANTED.id,)),)),
    ShortUndone: Sample((ShortUndone(LIST, "2", 1),), before=(LineShorted(LIST, "2", 1),)),
    BinFoundEmpty: Sample((BinFoundEmpty(LIST, BIN, MODULE.id),)),
    LabelUnreadable: Sample((LabelUnreadable(LIST, "1", MODULE.id, BIN),)),
    CheckConfirmed: Sample((CheckConfirmed(LIST, SETTINGS.picking.checklist[0]),), before=ALL_SHORT),
    CheckNotMet: Sample((CheckNotMet(LIST, SETTINGS.picking.checklist[0]),), before=ALL_SHORT),
    TaskCompleted: Sample((TaskCompleted(LIST),), before=ALL_SHORT),
    AttentionSettled: Sample((AttentionSettled("Scanner-05", "e", 1, FREE.id),), is_right=False),
    ContainerMade: Sample((ContainerMade(SSCC, ContainerKind.CARTON, BIN),), worker=JENNIFER),
    UnitPacked: Sample((CARTON_MADE, UnitPacked(FREE.id, SSCC, BIN, BIN)), worker=JENNIFER),
    UnitUnpacked: Sample((CARTON_MADE, *PACKED_AND_BACK), worker=JENNIFER),
    ContainerMoved: Sample((CARTON_MADE, ContainerMoved(SSCC, (), BIN, OTHER_BIN)), worker=JENNIFER),
    QuantityMoved: Sample((QuantityMoved(CABLE.id, "", 5, BIN, OTHER_BIN),)),
    WorkerSignedIn: Sample((WorkerSignedIn(SARAH.id, offline=True),), is_right=False),
    WorkerSignedOut: Sample((WorkerSignedOut(SARAH.id),), is_right=False),
}
"""A device may record these."""


def _world() -> World:
    listed: PickList = pick_list(exact_line(WANTED), any_line(MODULE, 1, "2"), at_place=BIN, at_product=MODULE.id)
    seen = world(WANTED, FREE, lists=(listed,))
    seen.workers.update({each.id: each for each in (SAM, LEFT, STOCK_CLERK)})
    return seen


def _act(events: tuple[Event, ...], sample: Sample, worker: Worker) -> Act:
    reading = Reading(sample.scan, Carrier.WEDGE) if sample.scan else None
    draft = Draft(events, LIST, reading, reason=sample.reason, grant=Grant(SAM.id))
    return Act(ActId("Scanner-05", "e", 2), "", "MAIN", worker.id, Times(NOW, "boot", 0), draft)


def _judged(sample: Sample, worker: Worker) -> Judgement:
    seen = _world()
    said = said_in(seen, sample.scan) if sample.scan else None
    for event in sample.before:
        before = judge_act(_act((event,), sample, SARAH), said, seen, NOW, TODAY)
        assert before.refusal is None
        absorb(seen, before)
    return judge_act(_act(sample.events, sample, worker), said, seen, NOW, TODAY)


def _named(cls: type[Event]) -> str:
    return cls.__name__


@pytest.mark.parametrize("cls", DEVICE_FACTS, ids=_named)
def test_a_fact_that_devices_record_is_accepted_of_somebody_who_may(cls: type[Event]) -> None:
    sample = DEVICE_FACTS[cls]
    assert _judged(sample, sample.worker).refusal is None


@pytest.mark.parametrize("cls", DEVICE_FACTS, ids=_named)
def test_no_fact_is_accepted_of_somebody_who_is_no_worker(cls: type[Event]) -> None:
    refusal = _judged(DEVICE_FACTS[cls], replace(SARAH, id="nobody")).refusal
    assert refusal is not None
    assert refusal.code == RightCode.NO_RIGHT


@pytest.mark.parametrize("worker", [LEFT, STOCK_CLERK], ids=["has left", "in another job"])
@pytest.mark.parametrize("cls", [cls for cls, sample in DEVICE_FACTS.items() if sample.is_right], ids=_named)
def test_no_fact_about_goods_is_accepted_without_the_right(cls: type[Event], worker: Worker) -> None:
    refusal = _judged(DEVICE_FACTS[cls], worker).refusal
    assert refusal is not None
    assert refusal.code == RightCode.NO_RIGHT


@given(EVENTS)
def test_a_fact_is_judged_by_a_check_or_refused_to_every_device(event: Event) -> None:
    assert may_record(event, Recorder.DEVICE) == (type(event) in DEVICE_FACTS)
    if not may_record(event, Recorder.DEVICE):
        refusal = judge_act(_act((event,), Sample(()), SAM), None, _world(), NOW, TODAY).refusal
        assert refusal == refuse(RightCode.NO_RIGHT, worker=SAM.name)


def test_every_event_class_is_either_a_devices_or_the_servers() -> None:
    of_the_server = {
        "UnitAllocated", "UnitShipped", "UnitDelivered", "UnitCorrected", "HoldOpened", "HoldClosed",
        "TaskCancelled", "RowsImported", "DocumentImported",
    }  # fmt: skip
    assert {cls.__name__ for cls in DEVICE_FACTS} | of_the_server == set(EVENT_TYPES)


def test_people_sign_in_for_themselves_alone() -> None:
    sample = Sample((WorkerSignedIn(CLERK.id, offline=False),))
    assert _code(sample, SARAH) == RightCode.NO_RIGHT
    assert _code(replace(sample, events=(WorkerSignedOut(CLERK.id),)), SARAH) == RightCode.NO_RIGHT


def _code(sample: Sample, worker: Worker, **facts: object) -> Code | None:
    seen = _world()
    seen.units[FREE.id] = replace(FREE, **facts)  # type: ignore[arg-type] # reason: names of Unit's fields
    refusal = judge_act(_act(sample.events, sample, worker), None, seen, NOW, TODAY).refusal
    return refusal.code if refusal else None


@pytest.mark.parametrize("status", [status for status in Status if status not in GONE])
def test_a_unit_at_hand_moves_and_keeps_its_status(status: Status) -> None:
    assert _code(DEVICE_FACTS[UnitMoved], SARAH, status=status) is None


@pytest.mark.parametrize("cls", [UnitMoved, ConditionStated, UnitQuarantined], ids=_named)
@pytest.mark.parametrize("status", GONE)
def test_a_unit_that_is_gone_is_neither_moved_nor_judged_by_its_looks(status: Status, cls: type[Event]) -> None:
    assert _code(DEVICE_FACTS[cls], SARAH, status=status) == GoodsCode.TRANSITION


@pytest.mark.parametrize(
    ("cls", "code"),
    [
        (UnitMoved, SiteCode.ANOTHER_SITE),
        (ConditionStated, SiteCode.ANOTHER_SITE),
        (UnitQuarantined, GoodsCode.TRANSITION),
    ],
)
def test_a_unit_of_another_site_is_not_handled_here(cls: type[Event], code: Code) -> None:
    assert _code(DEVICE_FACTS[cls], SARAH, place="EAST/E-01-01") == code


@pytest.mark.parametrize("place", ["MAIN/NOWHERE", "EAST/E-01-01", "A-15-04", ""])
def test_a_unit_goes_only_to_a_place_of_this_site(place: str) -> None:
    for event in (UnitMoved(FREE.id, BIN, place), UnitQuarantined(FREE.id, Status.AVAILABLE, BIN, place)):
        assert _code(Sample((event,)), SARAH) == SiteCode.UNKNOWN_PLACE


def test_a_unit_moves_and_is_set_apart_only_from_where_it_is() -> None:
    for event in (UnitMoved(FREE.id, OTHER_BIN, BIN), UnitQuarantined(FREE.id, Status.AVAILABLE, OTHER_BIN, QC)):
        assert _code(Sample((event,)), SARAH) == GoodsCode.TRANSITION


@pytest.mark.parametrize("cls", [ConditionStated, UnitQuarantined], ids=_named)
def test_a_document_without_a_number_is_none_on_record(cls: type[Event]) -> None:
    (event,) = DEVICE_FACTS[cls].events
    named = replace(event, document="")  # type: ignore[type-var] # reason: events are dataclasses
    assert _code(Sample((named,)), SARAH) == ActCode.UNKNOWN_DOCUMENT


def test_a_unit_is_set_apart_only_with_a_reason() -> None:
    assert _code(replace(DEVICE_FACTS[UnitQuarantined], reason=""), SARAH) == RightCode.NO_REASON


def test_a_refused_scan_that_records_something_all_the_same_is_no_act() -> None:
    act = _act((UnitMoved(FREE.id, BIN, OTHER_BIN),), Sample(()), SARAH)
    both = replace(act, draft=replace(act.draft, refusal=refuse(ScanCode.UNKNOWN_CODE, wanted="–")))
    refusal = judge_act(both, None, _world(), NOW, TODAY).refusal
    assert refusal is not None
    assert refusal.code == ActCode.UNREADABLE


def test_a_list_that_another_device_has_is_not_worked_on() -> None:
    seen = _world()
    listed = seen.documents[LIST]
    assert isinstance(listed, PickList)
    seen.documents[LIST] = replace(listed, taken=Taken("Scanner-06", "mike"))
    for cls in (UnitPicked, PlaceConfirmed, LineShorted, CheckConfirmed, LabelUnreadable, UnitsReserved):
        sample = DEVICE_FACTS[cls]
        said = said_in(seen, sample.scan) if sample.scan else None
        refusal = judge_act(_act(sample.events, sample, SARAH), said, seen, NOW, TODAY).refusal
        assert refusal is not None
        assert refusal.code == TaskCode.LIST_TAKEN_OVER
