"""A record counts as a person's only where that person was signed in on the device, by the device's own records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.sessions import WorkerSignedIn, WorkerSignedOut
from scantrail.domain.people.worker import Role
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import Outcome
from scantrail.server.attention.items import open_items
from scantrail.server.records.master import put_workers
from tests.server.site import VERIFIER, ServedSite, TestDevice
from tests.support.worlds import MIKE, SARAH, module

UNIT = module(49).id
NAMES = {SARAH.id: SARAH.name, MIKE.id: MIKE.name}


@pytest.fixture
def device(served: ServedSite) -> TestDevice:
    """A device with a store that has no record yet."""
    found = served.device()
    found.epoch = "new"
    return found


def states(device: TestDevice, worker: str = SARAH.id) -> None:
    """Record, in a person's name, that the unit is damaged."""
    device.worker = worker
    device.record(ConditionStated(UNIT, Condition.DAMAGED), reason="housing")


def signs_in(device: TestDevice, worker: str = SARAH.id) -> None:
    device.worker = worker
    device.record(WorkerSignedIn(worker, offline=True))


def signs_out(device: TestDevice) -> None:
    device.record(WorkerSignedOut(device.worker))


def stranger(worker: str = SARAH.id) -> Refusal:
    return refuse(RightCode.NOT_SIGNED_IN, worker=NAMES.get(worker, worker), device="Scanner-05")


def refusals(device: TestDevice, first: int = 1) -> list[Refusal | None]:
    return [verdict.refusal for verdict in device.push(first).verdicts]


def test_what_is_recorded_while_nobody_is_signed_in_is_refused_and_shown_to_the_desk(
    served: ServedSite, device: TestDevice
) -> None:
    states(device)
    assert refusals(device) == [stranger()]
    assert served.unit(49).condition is Condition.GOOD
    with served.database.reading() as connection:
        (item,) = open_items(connection, "MAIN")
    assert (item.code, item.because) == (RightCode.NOT_SIGNED_IN, "Sarah Johnson was not signed in on Scanner-05.")


def test_a_sign_in_without_network_is_a_record_that_counts_for_all_that_follow(
    served: ServedSite, device: TestDevice
) -> None:
    signs_in(device)
    states(device)
    assert refusals(device) == [None, None]
    assert served.unit(49).condition is Condition.DAMAGED
    states(device)
    assert refusals(device, 3) == [None], "in a later batch too"
    assert device.outcomes() == [Outcome.DUPLICATE] * 3
    states(device)
    assert refusals(device, 2)[-1] is None, "and in one that begins with records that are here"


def test_signing_out_ends_it_and_the_next_persons_sign_in_too(device: TestDevice) -> None:
    signs_in(device)
    signs_out(device)
    states(device)
    signs_in(device, MIKE.id)
    states(device, SARAH.id)
    states(device, MIKE.id)
    assert refusals(device) == [None, None, stranger(), None, stranger(), None]


def test_nobody_borrows_a_supervisors_name(served: ServedSite, device: TestDevice) -> None:
    boss = replace(MIKE, id="boss", name="Bea Boss", badge="WKR-7001", roles=(Role.SUPERVISOR,))
    with served.database.writing() as connection:
        put_workers(connection, [boss], {boss.id: VERIFIER})
    signs_in(device)
    states(device, boss.id)
    assert refusals(device) == [None, refuse(RightCode.NOT_SIGNED_IN, worker=boss.name, device="Scanner-05")]


@pytest.mark.parametrize("named", ["ghost", MIKE.id], ids=["nobody on record", "somebody else"])
def test_a_sign_in_that_is_refused_signs_nobody_in(device: TestDevice, named: str) -> None:
    signs_in(device)
    device.worker = "ghost" if named == "ghost" else SARAH.id
    device.record(WorkerSignedIn(named, offline=True))
    states(device, SARAH.id)
    states(device, named)
    first, second, *others = refusals(device)
    assert first is None
    assert second is not None
    assert second.code == RightCode.NO_RIGHT
    assert others == [stranger(), stranger(named)]


def test_a_record_of_a_stranger_does_not_wait_for_an_earlier_step(device: TestDevice) -> None:
    device.worker = SARAH.id
    device.record(ConditionStated(module(99).id, Condition.DAMAGED), reason="housing")
    assert refusals(device) == [stranger()]
    assert device.outcomes() == [Outcome.DUPLICATE]


def test_a_store_from_before_an_upgrade_goes_on_until_its_next_sign_in_or_out(
    served: ServedSite, device: TestDevice
) -> None:
    served.signed_in(device.name, device.epoch, None)
    states(device)
    assert refusals(device) == [None]
    states(device)
    signs_out(device)
    states(device)
    assert refusals(device, 2) == [None, None, stranger()]


def test_a_person_of_another_site_has_no_rights_here(served: ServedSite, device: TestDevice) -> None:
    eve = replace(SARAH, id="eve", name="Eve East", badge="WKR-2002", site="EAST")
    with served.database.writing() as connection:
        put_workers(connection, [eve], {eve.id: VERIFIER})
    signs_in(device, eve.id)
    states(device, eve.id)
    assert refusals(device)[-1] == refuse(RightCode.NO_RIGHT, worker="Eve East")
