"""What the desk records is judged by the same table as what a device records."""

from __future__ import annotations

import pytest

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.facts.correcting.events import UnitCorrected
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.records.master import put_workers
from tests.server.site import VERIFIER, ServedSite
from tests.support.worlds import NOW, SAM, SARAH, promised

UNIT = promised(46)
BIN, OTHER = UNIT.place, "MAIN/A-15-04"


def found(place: str, status: Status = UNIT.status) -> UnitCorrected:
    return UnitCorrected(UNIT.id, BIN, place, status, Status.QUARANTINE, Condition.GOOD)


def judged(served: ServedSite, *events: Event, actor: str, reason: str = "seen") -> Code | None:
    with served.database.reading() as connection:
        by = By(actor, "server", NOW, Recorder.DESK)
        refusal = SqlRecords.of(connection, "MAIN", NOW).judged(Draft(events, reason=reason), by).refusal
    return refusal.code if refusal else None


@pytest.fixture
def boss(served: ServedSite) -> str:
    with served.database.writing() as connection:
        put_workers(connection, [SAM], {SAM.id: VERIFIER})
    return SAM.id


def test_a_person_who_may_settle_says_where_a_unit_is(served: ServedSite, boss: str) -> None:
    assert judged(served, found(OTHER), actor=boss) is None


def test_a_picker_does_not(served: ServedSite) -> None:
    assert judged(served, found(OTHER), actor=SARAH.id) == RightCode.NO_RIGHT


def test_nobody_does_without_a_reason_or_into_a_place_of_another_site(served: ServedSite, boss: str) -> None:
    assert judged(served, found(OTHER), actor=boss, reason="") == RightCode.NO_REASON
    assert judged(served, found("EAST/E-01-01"), actor=boss) == SiteCode.UNKNOWN_PLACE


def test_what_was_on_record_before_must_be_so(served: ServedSite, boss: str) -> None:
    assert judged(served, found(OTHER, Status.SHIPPED), actor=boss) == GoodsCode.TRANSITION


def test_a_fact_of_devices_is_not_the_desks(served: ServedSite, boss: str) -> None:
    assert judged(served, UnitMoved(UNIT.id, BIN, OTHER), actor=boss) == RightCode.NO_RIGHT
