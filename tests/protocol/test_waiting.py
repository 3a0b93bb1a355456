"""Which acts wait for an earlier step, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import document, listed, unit
from scantrail.domain.acts.refusal import Code, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.orders import SalesOrder
from scantrail.domain.facts import things_in
from scantrail.domain.facts.picking.events import AllocationReleased, PickUndone, UnitsReserved, UnitSubstituted
from scantrail.domain.facts.work.events import TaskCompleted, TaskTaken
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import explain
from scantrail.protocol.waiting import Queue, Waiting, lacks_a_step
from scantrail.words import say
from tests.support.worlds import MODULE, NOW, SARAH, exact_line, module, pick_list, promised, world

LIST, OTHER = "PL-2025-0091", "PL-2025-0092"
UNIT = promised(46)


def act(seq: int, *events: Event, document: str = LIST, device: str = "Scanner-05", epoch: str = "e1") -> Act:
    draft = Draft(events=events, document=document)
    return Act(ActId(device, epoch, seq), "", "MAIN", SARAH.id, Times(NOW, "boot", 0), draft)


def kept(given: Act) -> Waiting:
    refusal = refuse(ActCode.UNKNOWN_DOCUMENT, document=LIST)
    return Waiting(given.id, b"", "", things_in(given.draft), NOW, NOW, refusal)


def undone(document: str = LIST) -> PickUndone:
    return PickUndone(UNIT.id, document, "1", "MAIN/CART-05", "MAIN/A-15-03", Status.ALLOCATED)


def test_a_list_is_taken_and_what_it_reserves_stands_in_nobodys_way() -> None:
    taken = act(1, TaskTaken(LIST), UnitsReserved(LIST, "1", MODULE.id, (UNIT.id,)))
    assert things_in(taken.draft) == {document(LIST)}
    assert things_in(act(1, undone()).draft) == {document(LIST), listed(LIST, UNIT.id), unit(UNIT.id)}


def test_only_earlier_acts_of_the_same_store_about_the_same_things_stand_before_an_act() -> None:
    queue = Queue([kept(act(1, TaskTaken(LIST)))])
    assert queue.is_behind(ActId("Scanner-05", "e1", 2), {document(LIST)})
    assert not queue.is_behind(ActId("Scanner-05", "e1", 1), {document(LIST)}), "itself"
    assert not queue.is_behind(ActId("Scanner-05", "e1", 2), {document(OTHER)})
    assert not queue.is_behind(ActId("Scanner-11", "e1", 2), {document(LIST)}), "another device"
    assert not queue.is_behind(ActId("Scanner-05", "e2", 2), {document(LIST)}), "another store of the device"


def test_an_act_that_waits_for_something_else_now_keeps_its_turn() -> None:
    first, second = kept(act(1, TaskTaken(LIST))), kept(act(2, TaskTaken(LIST)))
    queue = Queue([first, second])
    queue.add(replace(first, refusal=refuse(ActCode.EARLIER_WAITS)))
    assert [each.id for each in queue] == [first.id, second.id]
    for is_before in (queue.is_behind, queue.has_before):
        assert not is_before(first.id, first.things)
        assert is_before(second.id, second.things)
    queue.remove(first)
    assert not queue.is_behind(second.id, second.things)
    assert [each.id for each in queue] == [second.id]


def test_a_document_that_is_here_and_is_no_pick_list_is_not_waited_for() -> None:
    seen = world(UNIT)
    seen.documents[LIST] = SalesOrder(LIST, "MAIN", "Premium", ())
    for number, is_awaited in ((LIST, False), (OTHER, True)):
        refusal = refuse(ActCode.UNKNOWN_DOCUMENT, document=number)
        assert lacks_a_step(act(1, TaskTaken(number)), refusal, seen, Queue(())) == is_awaited


@pytest.mark.parametrize("missing", [UNIT, module(49)])
def test_a_substitution_waits_for_each_of_its_two_units(missing: object) -> None:
    instead = module(49)
    substituted = UnitSubstituted(instead.id, instead.serial, UNIT.id, LIST, "1", "SO-2025-1289")
    given = act(1, substituted, AllocationReleased(UNIT.id, "SO-2025-1289"))
    seen = world(*(each for each in (UNIT, instead) if each != missing), lists=(pick_list(exact_line(UNIT)),))
    assert lacks_a_step(given, refuse(ScanCode.UNKNOWN_SERIAL, wanted="–"), seen, Queue(()))


STEPS = (WorkCode.LINES_OPEN, WorkCode.CONDITION_FIRST, WorkCode.NOT_CHECKED, TaskCode.NOT_PICKED_HERE)
"""What an act may be refused for although a step that waits, of whichever device, would make it right."""


@pytest.mark.parametrize("code", STEPS)
def test_what_another_device_has_still_waiting_on_the_list_is_waited_for(code: Code) -> None:
    given, refusal = act(9, undone()), refuse(code, count=1, document=LIST, unit="46", item="Manuals")
    on_the_list, on_another = act(1, undone(), device="Scanner-11"), act(1, undone(OTHER), document=OTHER)
    assert lacks_a_step(given, refusal, world(), Queue([kept(on_the_list)]))
    assert not lacks_a_step(given, refusal, world(), Queue([kept(on_another), kept(given)]))


def test_nothing_else_is_waited_for_whatever_waits() -> None:
    refusal = refuse(TaskCode.LIST_TAKEN_OVER, document=LIST, worker="Mike", device="Scanner-11")
    assert not lacks_a_step(act(9, TaskCompleted(LIST)), refusal, world(), Queue([kept(act(1, undone()))]))


def test_who_waits_for_their_turn_is_told_so() -> None:
    assert (
        say(explain(refuse(ActCode.EARLIER_WAITS)).waits_for)
        == "Waits for an earlier record about the same goods or list."
    )
