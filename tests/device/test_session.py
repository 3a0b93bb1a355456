"""A worker's session on a real store: recorded before shown, resumed after a crash, corrected by the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.device.session import NoTask, NoWorker, Session
from scantrail.device.store import DeviceStore, StoreFull, StoreNotReady
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.document import DocumentStatus, Taken
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.quality.events import LabelUnreadable
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.photo import photo_of
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Owner, OwnerType
from scantrail.protocol.acts import decode_act
from scantrail.protocol.messages import ActVerdict, Outcome, PushAnswer
from scantrail.words import M
from scantrail.workflows.base import NO_PHOTO_HERE, Answer, AskException, AskUndo, Choose, Confirm, Tone, Verdict
from tests.support.devices import FakeClock, changes_of, new_store
from tests.support.photos import jpeg
from tests.support.worlds import MIKE, PREMIUM, SARAH, exact_line, module, named_on, pick_list, promised

UNITS = tuple(promised(number) for number in (46, 47, 48))
LISTED = pick_list(exact_line(*UNITS), instructions=("Antistatic bags only",))
NAMED = named_on(LISTED, *UNITS)
NUMBER = LISTED.number


class Picker:
    """Sarah with Scanner-05."""

    def __init__(self, store: DeviceStore) -> None:
        self.store, self.clock, self.kicks = store, FakeClock(), 0
        self.session = Session(store, self.clock, self._kicked)
        self.session.start(SARAH, offline=False)

    def _kicked(self) -> None:
        self.kicks += 1

    def scan(self, text: str) -> Verdict:
        self.clock.move(5)
        verdict = self.session.scan(Reading(text, Carrier.WEDGE))
        assert verdict is not None
        return verdict

    def at_serial(self) -> Picker:
        assert self.session.open(NUMBER) is None
        self.scan("A-15-03")
        self.scan("CM-500-STD")
        return self


@pytest.fixture
def picker(tmp_path: Path) -> Iterator[Picker]:
    with new_store(tmp_path, *UNITS, module(60), LISTED, *NAMED) as store:
        yield Picker(store)


def test_while_a_restored_server_s_rows_come_anew_nothing_is_judged_by_half_of_them(picker: Picker) -> None:
    picker.at_serial().scan("CM500-2025-0046")
    recorded = len(picker.store.pending(500))
    assert picker.store.apply_changes(changes_of((), 1, epoch="restored", more=True))
    picker.session.refresh()
    with pytest.raises(StoreNotReady):
        picker.session.answer(Confirm())
    with pytest.raises(StoreNotReady):
        picker.session.open(NUMBER)
    assert len(picker.store.pending(500)) == recorded


def test_a_whole_pick_runs_on_the_device_alone(picker: Picker) -> None:
    picker.at_serial()
    for number in (46, 47, 48):
        assert picker.scan(f"CM500-2025-{number:04d}").tone is Tone.ACCEPTED
        picker.session.answer(Confirm())
    while not picker.session.prompt().finished:
        picker.session.answer(Confirm())
    done = picker.store.pick_list(NUMBER)
    assert done is not None
    assert done.status is DocumentStatus.COMPLETED
    assert picker.store.unit(UNITS[0].id) == replace(
        UNITS[0],
        status=Status.PICKED,
        place="MAIN/CART-05",
        changed_by=SARAH.id,
        changed_at=picker.store.listing(NUMBER).picked[0].at,
    )


def test_every_scan_is_recorded_before_its_verdict(picker: Picker) -> None:
    picker.at_serial()
    before = picker.store.count_pending()
    picker.scan("CM500-2025-0046")
    picker.scan("CM500-2025-9999")
    assert picker.store.count_pending() == before + 2
    assert picker.kicks == picker.store.count_pending()


def test_the_same_code_at_once_is_a_double_read_without_effect(picker: Picker) -> None:
    picker.at_serial()
    picker.scan("CM500-2025-0046")
    before = picker.store.count_pending()
    again = picker.session.scan(Reading("CM500-2025-0046", Carrier.WEDGE))
    assert again is not None
    assert (again.tone, picker.store.count_pending()) == (Tone.REPEAT, before)


def test_the_same_code_later_is_a_scan_of_its_own(picker: Picker) -> None:
    picker.at_serial()
    picker.scan("CM500-2025-0046")
    picker.session.answer(Confirm())
    assert picker.scan("CM500-2025-0046").tone is Tone.REFUSED


def test_a_clock_in_1970_changes_no_verdict(picker: Picker) -> None:
    picker.at_serial()
    picker.clock.wall = picker.clock.wall.replace(year=1970)
    assert picker.scan("CM500-2025-0046").tone is Tone.ACCEPTED


def test_after_a_crash_the_task_resumes_at_its_step(tmp_path: Path) -> None:
    with new_store(tmp_path, *UNITS, LISTED, *NAMED) as store:
        picker = Picker(store).at_serial()
        picker.scan("CM500-2025-0046")
        asked = picker.session.prompt()
    with DeviceStore.open(tmp_path) as store:
        resumed = Picker(store)
        assert resumed.session.open(NUMBER) is None
        assert resumed.session.prompt() == asked


def test_resuming_an_own_task_takes_it_only_once(picker: Picker) -> None:
    picker.session.open(NUMBER)
    picker.scan("A-15-03")
    before = picker.store.count_pending()
    picker.session.leave()
    picker.session.open(NUMBER)
    assert picker.store.count_pending() == before


def test_a_list_that_was_only_looked_at_is_given_back_when_it_is_left(picker: Picker) -> None:
    picker.session.open(NUMBER)
    picker.session.leave()
    listed = picker.store.pick_list(NUMBER)
    assert listed is not None
    assert (listed.taken, listed.status) == (None, DocumentStatus.OPEN)


def test_a_list_with_something_picked_stays_with_its_picker(picker: Picker) -> None:
    picker.at_serial().scan("CM500-2025-0046")
    picker.session.leave()
    listed = picker.store.pick_list(NUMBER)
    assert listed is not None
    assert listed.taken == Taken("Scanner-05", SARAH.id)


def test_a_list_taken_over_meanwhile_closes_at_the_sync_that_brings_it(picker: Picker) -> None:
    picker.at_serial().scan("CM500-2025-0046")
    listed = picker.store.pick_list(NUMBER)
    assert listed is not None
    taken_over = replace(listed, taken=Taken("Scanner-06", MIKE.id))
    unit, last = picker.store.unit(promised(46).id), picker.store.count_pending()
    verdicts = tuple(ActVerdict(seq, Outcome.APPLIED, 10 + seq) for seq in range(1, last + 1))
    picker.store.apply_answer(PushAnswer(last, verdicts, changes_of([taken_over, unit], position=99)))
    picker.session.refresh()
    asked = picker.session.prompt()
    assert (str(asked.verb), asked.expected, asked.finished) == ("LIST TAKEN OVER", ("CM500-2025-0046",), True)
    assert str(asked.hint) == "Bring it to Mike Chen, CART-06, who works on this list on Scanner-06 now."


def test_a_hold_that_arrives_is_told_at_once(picker: Picker) -> None:
    picker.at_serial()
    hold = Hold("H-2", HoldKind.QUALITY, "seal", units=(promised(47).id,))
    picker.store.apply_changes(changes_of([hold], position=2))
    told = picker.session.refresh()
    assert told is not None
    assert (str(told.title), told.scanned) == ("ON HOLD", "CM500-2025-0047")


def test_a_hold_that_is_widened_to_a_unit_of_the_list_is_told_at_once(picker: Picker) -> None:
    picker.at_serial()
    hold = Hold("H-2", HoldKind.QUALITY, "seal", units=(module(60).id,))
    picker.store.apply_changes(changes_of([hold], position=2))
    assert picker.session.refresh() is None
    picker.store.apply_changes(changes_of([replace(hold, units=(*hold.units, UNITS[1].id))], position=3))
    told = picker.session.refresh()
    assert told is not None
    assert (str(told.title), told.scanned) == ("ON HOLD", "CM500-2025-0047")


def test_another_unit_that_the_desk_names_is_told_at_once(picker: Picker) -> None:
    picker.session.open(NUMBER)
    others = (replace(NAMED[2], named=False), *named_on(LISTED, module(60)))
    picker.store.apply_changes(changes_of([*others, promised(60)], position=99))
    told = picker.session.refresh()
    assert told is not None
    assert str(told.title) == "LIST CHANGED"


def test_of_a_unit_that_the_desk_names_and_that_is_on_hold_the_hold_is_told(picker: Picker) -> None:
    hold = Hold("H-2", HoldKind.QUALITY, "seal", units=(module(60).id,))
    picker.store.apply_changes(changes_of([hold], position=2))
    picker.session.open(NUMBER)
    others = (replace(NAMED[2], named=False), *named_on(LISTED, module(60)))
    picker.store.apply_changes(changes_of([*others, promised(60)], position=99))
    told = picker.session.refresh()
    assert told is not None
    assert (str(told.title), told.scanned) == ("ON HOLD", "CM500-2025-0060")


def test_lines_that_the_desk_changes_are_told_at_once(picker: Picker) -> None:
    picker.session.open(NUMBER)
    listed = picker.store.pick_list(NUMBER)
    assert listed is not None
    changed = replace(listed, lines=(exact_line(*UNITS[:2]),))
    picker.store.apply_changes(changes_of([changed, replace(NAMED[2], named=False)], position=99))
    told = picker.session.refresh()
    assert told is not None
    assert str(told.title) == "LIST CHANGED"


def test_another_devices_list_is_taken_over_with_a_reason_only(picker: Picker) -> None:
    elsewhere = replace(LISTED, taken=Taken("Scanner-02", MIKE.id), status=DocumentStatus.IN_PROGRESS)
    picker.store.apply_changes(changes_of([elsewhere], position=2))
    refused = picker.session.open(NUMBER)
    assert refused is not None
    assert str(refused.because) == "Mike Chen works on PL-2025-0091 on Scanner-02 now."
    assert picker.session.task is None
    assert picker.session.open(NUMBER, reason="shift ended") is None


def test_an_unknown_list_is_refused(picker: Picker) -> None:
    refused = picker.session.open("PL-0000")
    assert refused is not None
    assert refused.tone is Tone.REFUSED


@pytest.mark.parametrize("taken", [None, Taken("Scanner-40", "lena")])
def test_another_sites_list_is_named_as_that_sites_and_not_taken(picker: Picker, taken: Taken | None) -> None:
    far = pick_list(exact_line(module(90, place="EAST/E-01-01")), number="PL-EAST", site="EAST", taken=taken)
    assert picker.store.apply_changes(changes_of((far,), 2))
    refusal = refuse(SiteCode.ANOTHER_SITES_LIST, document="PL-EAST", site="EAST", here="MAIN")
    assert picker.session.open("PL-EAST", "Handed over to me") == Verdict.of_refusal(refusal, "PL-EAST")
    assert picker.session.task is None
    listed = picker.store.pick_list("PL-EAST")
    assert listed is not None
    assert listed.taken == taken


def test_another_sites_bin_is_named_as_that_sites(picker: Picker) -> None:
    assert picker.store.apply_changes(changes_of((Place("EAST/E-01-01", "EAST", "E-01-01", PlaceKind.BIN, True),), 2))
    assert picker.session.open(NUMBER) is None
    verdict = picker.scan("E-01-01")
    assert str(verdict.because) == "E-01-01 is a place of EAST; this device works at MAIN."
    assert str(verdict.todo) == "Scan A-15-03."


def test_a_unit_is_put_back_into_any_bin_of_the_site(picker: Picker) -> None:
    picker.at_serial().scan("CM500-2025-0046")
    picker.session.answer(Confirm())
    picker.session.answer(AskUndo())
    picker.session.answer(Choose("1"))
    assert picker.scan("B-02-01").tone is not Tone.REFUSED
    unit = picker.store.unit(UNITS[0].id)
    assert unit is not None
    assert (unit.status, unit.place) == (Status.ALLOCATED, "MAIN/B-02-01")


def test_a_recall_that_arrives_in_the_middle_of_a_pick_stops_the_next_scan(picker: Picker) -> None:
    picker.at_serial()
    recall = Hold("H-1", HoldKind.RECALL, "bad capacitors", product="CM-500-STD")
    picker.store.apply_changes(changes_of([recall], position=2))
    picker.session.refresh()
    assert "bad capacitors" in str(picker.scan("CM500-2025-0046").because)


def test_a_list_cancelled_meanwhile_stops_the_next_scan(picker: Picker) -> None:
    picker.at_serial()
    listed = picker.store.pick_list(NUMBER)
    assert isinstance(listed, PickList)
    cancelled = replace(listed, status=DocumentStatus.CANCELLED)
    picker.store.apply_changes(changes_of([cancelled], position=99))
    picker.session.refresh()
    asked = picker.session.prompt()
    assert (str(asked.verb), str(asked.hint)) == ("LIST CANCELLED", "Nothing is picked for it. Enter for the menu.")
    assert str(picker.scan("CM500-2025-0046").because) == "PL-2025-0091 was cancelled."


def test_a_contested_pick_asks_for_the_unit_again_and_needs_attention(picker: Picker) -> None:
    picker.at_serial().scan("CM500-2025-0046")
    act = picker.session.verdict_act
    assert act is not None
    verdicts = [ActVerdict(seq, Outcome.APPLIED, 10 + seq) for seq in range(1, act.seq)]
    refusal = refuse(GoodsCode.ALREADY_PICKED, worker="Mike Chen", document="PL-2025-0088", when="", wanted="?")
    verdicts.append(ActVerdict(act.seq, Outcome.CONTESTED, 50, refusal))
    taken = replace(UNITS[0], status=Status.PICKED, document="PL-2025-0088", place="MAIN/CART-06")
    changes = changes_of([taken], position=60)
    picker.store.apply_answer(PushAnswer(act.seq, tuple(verdicts), changes))
    picker.session.refresh()
    (item,) = picker.store.attention()
    assert (item.scanned, item.refusal.code) == ("CM500-2025-0046", GoodsCode.ALREADY_PICKED)
    assert picker.session.prompt().done == 0
    picker.session.settle(item, "Put back")
    assert picker.store.attention() == ()


def test_a_damage_survives_a_sync_between_scan_and_reason(picker: Picker) -> None:
    picker.at_serial().session.answer(AskException())
    damaged = next(c.key for c in picker.session.prompt().choices if str(c.label) == "Damaged unit")
    picker.session.answer(Choose(damaged))
    picker.scan("CM500-2025-0047")
    picker.session.refresh()
    picker.session.answer(Choose("1"))
    unit = picker.store.unit(UNITS[1].id)
    assert unit is not None
    assert unit.status is Status.QUARANTINE


def test_signing_out_leaves_the_task_on_record(picker: Picker) -> None:
    picker.at_serial()
    picker.session.end()
    assert (picker.session.worker, picker.session.task) == (None, None)
    assert [each.number for each in picker.store.pick_lists()] == [NUMBER]


def test_work_without_a_worker_or_a_task_is_a_mistake_of_the_program(picker: Picker) -> None:
    with pytest.raises(NoTask):
        picker.session.prompt()
    picker.session.end()
    with pytest.raises(NoWorker):
        picker.session.open(NUMBER)


@pytest.fixture
def full(picker: Picker, monkeypatch: pytest.MonkeyPatch) -> Picker:
    """A picker whose device has no room left."""

    def refuse_to_record(*_given: object, **_facts: object) -> None:
        raise StoreFull(M("The device is full."))

    monkeypatch.setattr(picker.store, "record", refuse_to_record)
    return picker


def test_a_list_whose_taking_was_not_recorded_is_not_open(full: Picker) -> None:
    with pytest.raises(StoreFull):
        full.session.open(NUMBER)
    assert full.session.task is None


def test_a_worker_whose_sign_in_was_not_recorded_is_not_signed_in(full: Picker) -> None:
    session = Session(full.store, full.clock)
    with pytest.raises(StoreFull):
        session.start(SARAH, offline=False)
    assert session.worker is None


def report(picker: Picker, exception: str) -> None:
    picker.session.answer(AskException())
    choose(picker, exception)


def choose(picker: Picker, label: str) -> None:
    key = next(each.key for each in picker.session.prompt().choices if str(each.label) == label)
    picker.session.answer(Choose(key))


def test_a_photo_is_kept_named_and_recorded_with_the_reason(picker: Picker) -> None:
    report(picker.at_serial(), "Label cannot be read")
    verdict = picker.session.add_photo(jpeg())
    assert verdict is not None
    assert verdict.scanned == "label-A-15-03-1.jpg"
    choose(picker, "torn")
    draft = decode_act(picker.store.pending(100)[-1][1]).draft
    assert isinstance(draft.events[0], LabelUnreadable)
    assert [picker.store.photos.content(photo) for photo in draft.photos] == [jpeg()]
    assert picker.store.photos.counts().waiting == 1


def test_a_photo_that_nothing_asks_for_is_not_even_kept(picker: Picker) -> None:
    assert picker.at_serial().session.add_photo(jpeg()) == NO_PHOTO_HERE
    assert not picker.store.photos.has(photo_of(jpeg(), "x"))


def test_when_the_device_is_full_the_report_stands_as_it_is_and_can_be_tried_again(
    picker: Picker, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(picker.at_serial(), "Label cannot be read")
    picker.session.add_photo(jpeg())
    before = picker.session.prompt()
    with monkeypatch.context() as full:
        full.setattr(picker.store, "record", _no_room)
        with pytest.raises(StoreFull):
            choose(picker, "torn")
    assert picker.session.prompt() == before
    choose(picker, "torn")
    assert len(decode_act(picker.store.pending(100)[-1][1]).draft.photos) == 1


@pytest.mark.parametrize("step", ["the end of the list", "a short pick"])
def test_what_could_not_be_recorded_is_judged_again_as_if_it_had_never_been(
    picker: Picker, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    picker.at_serial()
    answer: Answer = Confirm()
    if step == "a short pick":
        report(picker, "Short pick")
        answer = Choose("1")
    else:
        for number in (46, 47, 48):
            picker.scan(f"CM500-2025-{number:04d}")
            picker.session.answer(Confirm())
    with monkeypatch.context() as full:
        full.setattr(picker.store, "record", _no_room)
        with pytest.raises(StoreFull):
            picker.session.answer(answer)
    verdict = picker.session.answer(answer)
    assert verdict is not None
    assert verdict.tone is Tone.ACCEPTED


def _no_room(*_given: object, **_facts: object) -> None:
    raise StoreFull(M("The device is full."))


@pytest.mark.parametrize("owner", [PREMIUM.id, "Premium Manufacturing"])
def test_a_unit_of_somebody_else_is_refused_with_the_owners_name(picker: Picker, owner: str) -> None:
    """Rows of earlier versions have the name itself."""
    theirs = replace(UNITS[0], owner=Owner(OwnerType.CUSTOMER, owner))
    picker.store.apply_changes(changes_of((PREMIUM, theirs), position=9))
    picker.session.refresh()
    verdict = picker.at_serial().scan("CM500-2025-0046")
    assert (verdict.tone, str(verdict.because)) == (Tone.REFUSED, "It belongs to Premium Manufacturing.")


def test_an_owner_that_is_renamed_is_refused_by_the_new_name(picker: Picker) -> None:
    theirs = replace(UNITS[0], owner=Owner(OwnerType.CUSTOMER, PREMIUM.id))
    picker.store.apply_changes(changes_of((PREMIUM, theirs), position=9))
    picker.at_serial().scan("CM500-2025-0046")
    picker.store.apply_changes(changes_of((replace(PREMIUM, name="Premium Mfg"),), position=10))
    picker.session.refresh()
    assert str(picker.scan("CM500-2025-0046").because) == "It belongs to Premium Mfg."
