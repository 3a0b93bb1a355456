"""What a device sees: the server's rows with its own acts that they do not contain yet."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.store import DeviceStore, view
from scantrail.device.store.database import Database
from scantrail.domain.acts.kinds import unit as unit_row
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import PlaceConfirmed, TaskTaken
from scantrail.domain.names.identifiers import CaseRule, unit_id
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.scans.reading import Candidates, Carrier, Reading
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.gs1.said import said_by
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer
from scantrail.protocol.outbox import ActState
from scantrail.workflows.pick import PICK
from tests.device.events import CART, LIST, picked
from tests.support.devices import IDENTITY, SERVER_EPOCH, Hand, changes_of, new_store
from tests.support.worlds import (
    MODULE,
    SAM,
    SARAH,
    TODAY,
    any_line,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    unit,
)

UNIT = promised(46)
OTHER = promised(47)
PICKS = pick_list(exact_line(UNIT, OTHER))
NAMED = named_on(PICKS, UNIT, OTHER)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeviceStore]:
    with new_store(tmp_path, UNIT, OTHER, PICKS, *NAMED) as opened:
        yield opened


@pytest.fixture
def sarah(store: DeviceStore) -> Hand:
    return Hand(store)


def answered(store: DeviceStore, *verdicts: ActVerdict, rows: Changes | None = None) -> None:
    """The server's answer to a push, by default with no changes."""
    changes = rows or Changes(SERVER_EPOCH, store.cursor(), (), more=False)
    store.apply_answer(PushAnswer(max(each.seq for each in verdicts), verdicts, changes))


def status_of(store: DeviceStore) -> Status:
    found = store.unit(UNIT.id)
    assert found is not None
    return found.status


def picked_on(store: DeviceStore) -> list[str]:
    return [each.serial for each in store.listing(LIST).picked]


def test_of_two_people_of_one_name_the_one_of_this_site_is_meant(store: DeviceStore) -> None:
    elsewhere = replace(SAM, id="a", name="Ann Lee", badge="", site="EAST", roles=())
    here = replace(SAM, id="b", name="Ann Lee", badge="WKR-2")
    store.apply_changes(changes_of((elsewhere, here), 2))
    assert store.worker_named(" ann  lee ") == here


def test_an_own_pick_shows_at_once_on_the_unit_and_on_its_list(store: DeviceStore, sarah: Hand) -> None:
    assert status_of(store) is Status.ALLOCATED
    sarah.does(picked(UNIT), document=LIST)
    found = store.unit(UNIT.id)
    assert found is not None
    assert (found.status, found.place, found.changed_by) == (Status.PICKED, CART, "sarah")
    assert picked_on(store) == [UNIT.serial]


def test_what_is_recorded_is_there_after_the_store_is_opened_again(tmp_path: Path) -> None:
    with new_store(tmp_path, UNIT, PICKS) as first:
        act = Hand(first).does(picked(UNIT), document=LIST)
    with DeviceStore.open(tmp_path) as again:
        assert status_of(again) is Status.PICKED
        assert picked_on(again) == [UNIT.serial]
        assert again.act_state(act.id) is ActState.PENDING


def test_a_pull_of_an_older_state_does_not_hide_own_unsent_work(store: DeviceStore, sarah: Hand) -> None:
    sarah.does(picked(UNIT), document=LIST)
    store.apply_changes(changes_of((replace(UNIT, notes="counted"), PICKS, *NAMED), position=7))
    found = store.unit(UNIT.id)
    assert found is not None
    assert (found.status, found.notes) == (Status.PICKED, "counted")
    assert picked_on(store) == [UNIT.serial]


def test_an_applied_act_counts_until_the_row_contains_it_and_then_no_more(store: DeviceStore, sarah: Hand) -> None:
    sarah.does(picked(UNIT), document=LIST)
    answered(store, ActVerdict(1, Outcome.APPLIED, position=10))
    assert picked_on(store) == [UNIT.serial], "the rows are still those of position 1"
    done = replace(UNIT, status=Status.SHIPPED, place="METRO/DELIVERED")
    store.apply_changes(changes_of((done, PICKS, *NAMED), position=10))
    assert status_of(store) is Status.SHIPPED
    assert picked_on(store) == []


def test_a_row_of_a_lower_position_never_replaces_one_of_a_higher(store: DeviceStore) -> None:
    store.apply_changes(changes_of((replace(UNIT, notes="new"),), position=9))
    older = changes_of((replace(UNIT, notes="old"),), position=8)
    store.apply_changes(replace(older, cursor={"MAIN": 9, "*": 9}))
    found = store.unit(UNIT.id)
    assert found is not None
    assert found.notes == "new"


@pytest.mark.parametrize("outcome", [Outcome.CONTESTED, Outcome.REFUSED])
def test_an_act_that_did_not_apply_counts_no_more(store: DeviceStore, sarah: Hand, outcome: Outcome) -> None:
    act = sarah.does(picked(UNIT), document=LIST)
    assert picked_on(store) == [UNIT.serial]
    answered(store, ActVerdict(1, outcome, 10, refuse(GoodsCode.ALREADY_PICKED, worker="Mike Chen")))
    assert status_of(store) is Status.ALLOCATED
    assert picked_on(store) == []
    assert store.act_state(act.id) is ActState(outcome.value)


def test_a_duplicate_is_what_it_was_the_first_time(store: DeviceStore, sarah: Hand) -> None:
    sarah.does(picked(UNIT), document=LIST)
    act = sarah.does(picked(OTHER), document=LIST)
    contested = refuse(GoodsCode.ALREADY_PICKED)
    answered(store, ActVerdict(1, Outcome.DUPLICATE, 10), ActVerdict(2, Outcome.DUPLICATE, 11, contested))
    assert picked_on(store) == [UNIT.serial]
    assert store.act_state(act.id) is ActState.CONTESTED


def test_an_act_the_server_keeps_waiting_still_counts_but_is_not_sent_again(store: DeviceStore, sarah: Hand) -> None:
    sarah.does(picked(UNIT), document=LIST)
    answered(store, ActVerdict(1, Outcome.WAITING))
    assert picked_on(store) == [UNIT.serial]
    assert store.pending(10) == ()


def test_acts_are_chained_and_numbered_without_gaps(store: DeviceStore, sarah: Hand) -> None:
    acts = [sarah.does(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST) for _ in range(3)]
    assert [act.id.seq for act in acts] == [1, 2, 3]
    assert acts[0].previous == ""
    assert len({act.previous for act in acts}) == 3
    assert [seq for seq, _ in store.pending(10)] == [1, 2, 3]
    assert [seq for seq, _ in store.pending(2)] == [1, 2]


def test_the_whole_state_of_the_task_is_in_the_list(store: DeviceStore, sarah: Hand) -> None:
    sarah.does(TaskTaken(LIST), document=LIST)
    sarah.does(PlaceConfirmed(LIST, "MAIN/A-15-03"), document=LIST)
    sarah.does(picked(UNIT), document=LIST)
    sarah.does(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    found = store.pick_list(LIST)
    assert found is not None
    assert (found.at_place, found.unstated) == ("MAIN/A-15-03", ())
    assert [each.condition for each in store.listing(LIST).picked] == [Condition.GOOD]
    assert found.taken is not None
    assert (found.taken.device, found.taken.worker) == (IDENTITY.device, "sarah")


def test_lists_come_by_priority_then_required_by_then_number(store: DeviceStore) -> None:
    later = pick_list(any_line(MODULE, 1), number="PL-1", required_by=None)
    urgent = pick_list(any_line(MODULE, 1), number="PL-9", priority=0)
    done = pick_list(any_line(MODULE, 1), number="PL-5", status=replace(PICKS).status.COMPLETED)
    elsewhere = pick_list(any_line(MODULE, 1), number="PL-6", site="OTHER")
    store.apply_changes(changes_of((later, urgent, done, elsewhere), position=2))
    assert [each.number for each in store.pick_lists()] == ["PL-9", LIST, "PL-1"]
    assert store.counts().open_lists == 3


def test_no_list_is_offered_before_everything_has_arrived(tmp_path: Path) -> None:
    with DeviceStore.create(tmp_path, IDENTITY) as store:
        full = changes_of((PICKS, UNIT))
        store.apply_changes(replace(full, more=True))
        assert not store.ready
        assert store.pick_lists() == ()


def candidates_of(store: DeviceStore, text: str) -> Candidates:
    return store.candidates(said_by(Reading(text, Carrier.WEDGE), store.code_prefixes, TODAY))


def test_a_text_means_everything_it_names(store: DeviceStore) -> None:
    assert [each.id for each in candidates_of(store, " cm500-2025-0046 ").units] == [UNIT.id]
    assert [each.id for each in candidates_of(store, "09521234543213").products] == [MODULE.id]
    assert [each.id for each in candidates_of(store, "9521234543213").products] == [MODULE.id]
    assert [each.id for each in candidates_of(store, "cm-500-std").products] == [MODULE.id]
    assert [each.id for each in candidates_of(store, "a-15-03").places] == ["MAIN/A-15-03"]
    assert candidates_of(store, LIST.lower()).documents == (LIST,)
    assert candidates_of(store, SARAH.badge).workers == (SARAH,)
    assert not candidates_of(store, "").kinds
    assert not candidates_of(store, "nothing like it").kinds


@pytest.mark.parametrize("hostile", ["\ud800", "a\x00b", "\x1b]0;x\x07", "' OR 1=1 --", "x" * 100_000, "٣" * 13])
def test_no_text_breaks_the_look_up(store: DeviceStore, hostile: str) -> None:
    assert not candidates_of(store, hostile).kinds
    assert store.units_called(hostile) == ()
    assert store.worker_called(hostile) is None


def test_a_serial_that_fits_two_products_gives_both_and_case_counts_where_the_product_says_so(
    store: DeviceStore,
) -> None:
    exact = Product("EX", "EX", "Case counts", case_rule=CaseRule.EXACT)
    upper = Product("UP", "UP", "Case does not count")
    units = (unit(exact, "ab1"), unit(upper, "AB1"))
    store.apply_changes(changes_of((exact, upper, *units), position=2))
    assert {each.id for each in store.units_called("ab1")} == {each.id for each in units}
    assert {each.id for each in store.units_called("AB1")} == {unit_id("UP", "AB1")}


def test_a_former_serial_still_names_its_unit(store: DeviceStore) -> None:
    renamed = replace(UNIT, serial="CM500-2025-9946", former_serials=(UNIT.serial,))
    store.apply_changes(changes_of((renamed,), position=2))
    assert [each.id for each in store.units_called(UNIT.serial)] == [UNIT.id]
    assert [each.id for each in store.units_called("CM500-2025-9946")] == [UNIT.id]


def around(store: DeviceStore, found: PickList, *units: Unit) -> World:
    """What the pick of a list, and of these units beside its own, is judged by."""
    beside = Needs(frozenset(unit_row(each.id) for each in units))
    return store.load(PICK.needs(found, PICK.beginning, store.book(found)).with_all((beside,)))


def test_the_world_of_a_list_holds_all_that_judging_takes(store: DeviceStore, sarah: Hand) -> None:
    stranger = module(99, place="MAIN/B-02-01")
    store.apply_changes(changes_of((stranger,), position=2))
    sarah.does(picked(UNIT), document=LIST)
    found = store.pick_list(LIST)
    assert found is not None
    world = around(store, found, *store.units_called(stranger.serial))
    assert world.units.keys() == {UNIT.id, stranger.id}, "what is asked about: the condition of the one, and the other"
    book = store.book(found)
    assert {each.unit: book.unit(each.unit) for each in book.listing} == {UNIT.id: store.unit(UNIT.id), OTHER.id: OTHER}
    assert world.documents == {LIST: found}
    assert {"MAIN/B-02-01", CART, "MAIN/A-15-03", "MAIN/QC-01"} <= world.places.keys() | book.places().keys()
    assert world.workers["sarah"] == SARAH
    assert world.products.keys() == {MODULE.id}
    assert store.versions(LIST) == {f"pick_list:{LIST}": 1, "settings:MAIN": 1}
    assert store.stock_for(found, TODAY) == (), "an exact line suggests nothing"


def test_a_full_cache_drops_what_was_read_longest_ago_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "_KEPT", 3)
    units = [module(number) for number in range(60, 65)]
    with new_store(tmp_path, *units) as store:
        asked: list[str] = []
        rows = Database.rows

        def counted(database: Database, query: Any, **values: Any) -> Any:
            asked.append(str(values))
            return rows(database, query, **values)

        monkeypatch.setattr(Database, "rows", counted)
        assert [store.unit(each.id) for each in units] == units
        asked.clear()
        assert [store.unit(each.id) for each in units[1:]] == units[1:]
        assert asked == [], "these four are still at hand"
        assert store.unit(units[0].id) == units[0]
        assert asked


def test_of_several_holds_on_a_unit_a_device_names_the_one_that_the_server_names(store: DeviceStore) -> None:
    """Both go by the hold's id, in whichever order the holds have come."""
    later, first = (Hold(name, HoldKind.QUALITY, name, units=(UNIT.id,)) for name in ("H-2", "H-1"))
    store.apply_changes(changes_of((later,), position=2))
    store.apply_changes(changes_of((first,), position=3))
    assert store.holds().on(UNIT) == (first, later)
