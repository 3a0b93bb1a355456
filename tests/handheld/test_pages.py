"""Signing in, the menu, the lists, looking up, and what needs attention."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scantrail.device.exchange.first_load import Loading
from scantrail.device.exchange.sync import SyncState
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.document import Taken
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.sessions import WorkerSignedIn, WorkerSignedOut
from scantrail.domain.facts.work.events import TaskTaken
from scantrail.domain.plain import to_plain
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.photo import photo_of
from scantrail.domain.things.unit import Owner, OwnerType
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.pages.menu import MenuPage
from scantrail.protocol.link import Link
from scantrail.protocol.messages import ActVerdict, Outcome, PushAnswer
from scantrail.words import M, OperatorError
from tests.handheld.benches import BADGE, DAY, LIST, NAMED, PIN, Bench, acts_of, bench
from tests.handheld.sketches import must_look_like
from tests.support.devices import changes_of
from tests.support.photos import jpeg
from tests.support.worlds import (
    MODULE,
    PREMIUM,
    SAM,
    SARAH,
    SENSOR,
    any_line,
    exact_line,
    module,
    named_on,
    pick_list,
    unit,
)

DEMO = [("Sarah Johnson", BADGE, PIN)]


def events_of(hand: Bench) -> list[Any]:
    return [event for act in acts_of(hand.store) for event in act.draft.events]


# Signing in


async def test_a_badge_and_a_pin_sign_in_and_the_pin_never_shows(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        assert "SCAN YOUR BADGE" in hand.glass
        await hand.scan(BADGE)
        assert "Sarah Johnson" in hand.glass
        await hand.type(PIN)
        assert PIN not in hand.glass
        assert "› ••••▏" in hand.glass
        await hand.type("\r")
        await hand.until(lambda: "WHAT NEXT?" in hand.glass)
        assert events_of(hand) == [WorkerSignedIn("sarah", offline=False)]


@pytest.mark.parametrize("pin", ["4711", "123456789012"])
@pytest.mark.parametrize("demo", [[], [("Mike Chen", "WKR-1002", "0000")]])
async def test_a_pin_typed_or_scanned_where_a_badge_is_asked_for_is_never_shown(
    tmp_path: Path, pin: str, demo: list[tuple[str, str, str]]
) -> None:
    async with bench(tmp_path, demo_badges=demo) as hand:
        await hand.scan("WKR-9999")
        await hand.type(pin)
        assert hand.glass.splitlines()[-1] == f"› {'•' * len(pin)}▏"
        await hand.press("f1")
        assert pin not in hand.glass
        await hand.press("escape", "escape")
        await hand.type(f"{pin}\r")
        assert "✗" in hand.glass
        assert pin not in hand.glass
        await hand.scan(pin)
        assert "UNKNOWN BADGE" in hand.glass
        assert pin not in hand.glass
        assert pin not in str(acts_of(hand.store))


async def test_a_wrong_pin_signs_nobody_in_and_may_be_typed_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.scan(BADGE)
        await hand.type("1\r")
        await hand.until(lambda: "NOT SIGNED IN" in hand.glass)
        assert "The PIN is not right." in hand.glass
        await hand.type(PIN + "\r")
        await hand.until(lambda: "WHAT NEXT?" in hand.glass)


@pytest.mark.parametrize(
    ("text", "said"),
    [("WKR-9999", "UNKNOWN BADGE"), ("CM500-2025-0046", "a unit's serial"), ("A-15-03", "a place's label")],
)
async def test_what_is_no_badge_is_named(tmp_path: Path, text: str, said: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.scan(text)
        assert said in hand.glass.replace("\n ", "")
        assert "SCAN YOUR BADGE" in hand.glass


async def test_a_badge_may_be_typed_in_the_demo_only(tmp_path: Path) -> None:
    async with bench(tmp_path / "a") as hand:
        await hand.type(BADGE + "\r")
        assert "A badge is scanned here, not typed." in hand.glass
    async with bench(tmp_path / "b", demo_badges=DEMO) as hand:
        assert f"{BADGE}  {PIN}  Sarah Johnson" in hand.glass
        await hand.type(BADGE + "\r")
        assert "TYPE YOUR PIN" in hand.glass


@pytest.mark.parametrize("size", [(20, 16), (40, 8), (80, 24)])
async def test_before_the_days_data_is_here_the_screen_says_how_far_it_is(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with bench(tmp_path, size=size) as hand:
        hand.store.resend_from(0)
        hand.sync.goes(Link.OFFLINE)
        assert "This device has not received anything" in flat(hand)
        hand.sync.state = SyncState(Link.ONLINE, 0, loading=Loading(400_000, 1_000_000))
        assert "GETTING THE DAY'S DATA" in flat(hand)
        assert "40 %" in flat(hand)
        await hand.scan(BADGE)
        assert "ONE MOMENT" in flat(hand)
        await hand.press("escape")
        hand.sync.state = SyncState(Link.OFFLINE, 0, loading=Loading(400_000, 1_000_000))
        assert "goes on from here when the network is back" in flat(hand)
        hand.sync.state = SyncState(Link.ONLINE, 0, loading=Loading(500, 0, M("The day's file is gone.")))
        assert "The day's file is gone. 500 records have come so far." in flat(hand)


def flat(hand: Bench) -> str:
    """What the glass says, in one line."""
    return " ".join(hand.glass.split())


async def test_another_badge_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.scan(BADGE, "WKR-1002")
        assert "Mike Chen" in hand.glass
        await hand.press("escape")
        assert "SCAN YOUR BADGE" in hand.glass


async def test_signing_out_is_recorded_and_hides_the_work(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        await hand.type("6\r")
        assert "SCAN YOUR BADGE" in hand.glass
        assert events_of(hand)[-1] == WorkerSignedOut("sarah")
        await hand.press("f2", "f10")
        assert "SCAN YOUR BADGE" in hand.glass


async def test_on_a_device_that_was_revoked_the_worker_is_signed_out_once_and_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        hand.sync.goes(Link.REVOKED)
        await hand.until(lambda: "DEVICE REVOKED" in hand.glass)
        assert "SCAN YOUR BADGE" in hand.glass
        assert [event for event in events_of(hand) if isinstance(event, WorkerSignedOut)] == [WorkerSignedOut("sarah")]


# The menu and the lists


async def test_the_menu_offers_the_open_task_first_also_after_a_restart(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("f10")
        assert "▸0 Resume PL-2025-0091               1/3" in hand.glass
        await hand.press("enter")
        assert "CONDITION GOOD?" in hand.glass


async def test_after_a_restart_the_menu_resumes_the_task_that_was_worked_on_last(tmp_path: Path) -> None:
    urgent, other = replace(LIST, priority=1), pick_list(exact_line(module(50)), number="PL-2025-0099", priority=5)
    async with bench(tmp_path, *DAY, urgent, *NAMED, other, *named_on(other, module(50))) as hand:
        await hand.open_list(urgent.number)
        await hand.scan("A-15-03")
        await hand.again(other.number)
        await hand.scan("A-15-03")
        assert hand.store.last_worked_on([urgent.number, other.number]) == other.number
        assert hand.store.last_worked_on([urgent.number]) == urgent.number
        assert hand.store.last_worked_on(["PL-2025-0000"]) is None
        await hand.press("f10", "6")
        await hand.sign_in()
        assert "▸0 Resume PL-2025-0099" in hand.glass


async def test_a_number_beyond_the_choices_chooses_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        await hand.type("77\r")
        assert "✗ THERE IS NO 77" in hand.glass
        assert "WHAT NEXT?" in hand.glass


async def test_the_demo_s_own_entries_run_and_say_how_it_went(tmp_path: Path) -> None:
    done: list[str] = []

    async def pull() -> None:
        done.append("pulled")

    async def fail() -> None:
        raise OperatorError("The plug is stuck.")

    async with bench(tmp_path, extra_entries=[("Pull the plug", pull), ("Fail", fail)]) as hand:
        await hand.sign_in()
        await hand.type("8\r")
        await hand.until(lambda: "✓ DONE  Pull the plug" in hand.glass)
        assert done == ["pulled"]
        await hand.type("9\r")
        await hand.until(lambda: "The plug is stuck." in hand.glass)


async def test_lists_are_ordered_by_priority_and_opened_by_number_arrow_or_scan(tmp_path: Path) -> None:
    other = pick_list(any_line(MODULE, 2), number="PL-2025-0070", priority=3)
    async with bench(tmp_path, *DAY, LIST, *NAMED, other) as hand:
        await hand.sign_in()
        await hand.type("1\r")
        shown = [line.split()[0:2] for line in hand.glass.splitlines() if "PL-2025" in line]
        assert shown == [["▸1", "PL-2025-0091"], ["2", "PL-2025-0070"]]
        await hand.press("down", "enter")
        assert "PL-2025-0070" in hand.glass.splitlines()[1]
        await hand.press("escape")
        await hand.scan("PL-2025-0091")
        assert "PL-2025-0091" in hand.glass.splitlines()[1]


async def test_what_is_no_list_is_refused_on_the_lists(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        await hand.type("1\r")
        await hand.scan("PL-1999-0001")
        assert "UNKNOWN CODE  PL-1999-0001" in hand.glass
        await hand.scan("CM500-2025-0047")
        assert "NOT A LIST  CM500-2025-0047" in hand.glass
        assert "That is a unit's serial. Open PL-2025-0091 for it." in " ".join(hand.glass.split())
        await hand.scan("CM500-2025-0050")
        assert "No open list names it." in hand.glass


async def test_a_list_on_another_device_is_taken_over_with_a_reason_only(tmp_path: Path) -> None:
    theirs = replace(LIST, taken=Taken("Scanner-11", "mike"))
    async with bench(tmp_path, *DAY, theirs, *NAMED) as hand:
        await hand.sign_in()
        await hand.scan("PL-2025-0091")
        assert "TAKE OVER PL-2025-0091?" in hand.glass
        assert "Mike Chen works on it on Scanner-11." in hand.glass
        assert "What Scanner-11 has not sent yet is" in hand.glass
        assert not any(isinstance(event, TaskTaken) for event in events_of(hand))
        await hand.type("1\r")
        assert "SCAN BIN" in hand.glass
        taken = acts_of(hand.store)[-1]
        assert taken.draft.events == (TaskTaken("PL-2025-0091"),)
        assert taken.draft.reason == "Handed over to me"
        await hand.press("escape")
        assert "WHAT NEXT?" in hand.glass


# Looking up


TIMELINE = {
    "timeline": [
        {"effective_at": "2025-01-20T09:00:00+00:00", "actor_name": "System", "device": "", "story": "Registered"},
        {
            "effective_at": "2025-01-28T09:00:00+00:00",
            "actor_name": "Sarah Johnson",
            "device": "Scanner-05",
            "story": "Picked from A-15-03",
            "reason": "because",
            "photos": [
                {"photo": to_plain(photo_of(jpeg(), "damage\x1b[2J-1")), "received": False},
                {"photo": {"name": "half there"}, "received": True},
                "none",
            ],
        },
    ]
}


async def test_a_unit_is_looked_up_in_the_middle_of_a_task_with_its_history_newest_first(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        hand.server.histories[DAY[0].id] = TIMELINE
        await hand.open_list()
        await hand.scan("A-15-03")
        await hand.press("f2")
        await hand.scan("cm500-2025-0046")
        await hand.until(lambda: "History, newest first:" in hand.glass)
        assert "Status: Allocated" in hand.glass
        await hand.press("pagedown")
        glass = hand.glass
        assert glass.index("Picked from A-15-03") < glass.index("Reason: because") < glass.index("Registered")
        assert "2025-01-28 04:00  Sarah" in glass, "by a clock at the site"
        assert "photo damage␛[2J-1.jpg, 1 kB," in glass
        assert "not received yet" in glass
        assert "half there" not in glass
        await hand.press("escape")
        assert "SCAN PRODUCT" in hand.glass


async def test_without_network_the_last_history_is_shown_with_its_time(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        hand.server.histories[DAY[0].id] = TIMELINE
        await hand.sign_in()
        await hand.scan("CM500-2025-0046")
        await hand.until(lambda: "History, newest first:" in hand.glass)
        hand.server.online = False
        await hand.scan("CM500-2025-0047")
        await hand.until(lambda: "Its history is not here." in hand.glass.replace("\n", " "))
        assert "above is what this device knows" in hand.glass.replace("\n", " ")
        await hand.scan("CM500-2025-0046")
        await hand.until(lambda: "its history as of" in hand.glass.replace("\n", " "))
        await hand.press("pagedown")
        assert "Picked from A-15-03" in hand.glass


async def test_a_serial_of_two_products_asks_which(tmp_path: Path) -> None:
    twins = (unit(MODULE, "X-1"), unit(SENSOR, "X-1"))
    async with bench(tmp_path, *twins) as hand:
        await hand.sign_in()
        await hand.scan("X-1")
        assert "X-1: WHICH PRODUCT?" in hand.glass
        number = next(line for line in hand.glass.splitlines() if "Temperature Sensor" in line).split()[0]
        await hand.type(f"{number}\r")
        await hand.until(lambda: "Product: Temperature Sensor TS-200" in hand.glass)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A-15-03", "For picking: yes"),
        ("CM-500-STD", "Serials look like: CM500-YYYY-NNNN"),
        ("PL-2025-0091", "Picked: 0 of 3"),
        ("WKR-1002", "Worker: Mike Chen"),
        ("nothing", "UNKNOWN CODE  nothing"),
        ("]C1010952123454321321CM500-2025-0046", "Status: Allocated"),
        ("]C10109521234543404172701311010A", "Use by: 2027-01-31"),
        ("]C10109521234543214", "BAD CODE"),
        ("00:1A:2B:3C:4D:5E", "Looks like: a network address (MAC)"),
    ],
)
async def test_anything_can_be_looked_up(tmp_path: Path, text: str, said: str) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        await hand.press("f2")
        await hand.scan(text)
        assert said in hand.glass


async def test_a_hold_on_a_unit_stands_first(tmp_path: Path) -> None:
    hold = Hold("H-1", HoldKind.RECALL, "supplier lot", units=(DAY[0].id,))
    async with bench(tmp_path, *DAY, LIST, *NAMED, hold) as hand:
        await hand.sign_in()
        await hand.scan("CM500-2025-0046")
        assert "✗ ON HOLD (recall): supplier lot" in hand.glass


@pytest.mark.parametrize("partner", [PREMIUM.id, PREMIUM.name])
async def test_owner_and_supplier_are_shown_by_name(tmp_path: Path, partner: str) -> None:
    """Rows of earlier versions have the name itself."""
    theirs = module(50, owner=Owner(OwnerType.CUSTOMER, partner), supplier=partner)
    async with bench(tmp_path, *DAY, LIST, *NAMED, PREMIUM, theirs) as hand:
        await hand.sign_in()
        await hand.press("f2")
        await hand.scan(theirs.serial)
        assert "Owner: Premium Manufacturing" in flat(hand)
        assert "Supplier: Premium Manufacturing" in flat(hand)


# What needs attention


async def contest(hand: Bench, act: Act) -> None:
    """The server answers that an act did not apply."""
    refusal = refuse(
        GoodsCode.ALREADY_PICKED,
        worker="Mike Chen",
        document="PL-2025-0088",
        when=act.times.wall,
        wanted="CM500-2025-0047",
    )
    verdicts = tuple(
        ActVerdict(
            each.id.seq, Outcome.CONTESTED if each == act else Outcome.APPLIED, 2, refusal if each == act else None
        )
        for each in acts_of(hand.store)
    )
    last = acts_of(hand.store)[-1].id.seq
    hand.store.apply_answer(PushAnswer(last, verdicts, changes_of((), 2)))
    hand.sync.on_changed()


async def test_contested_work_is_told_at_once_and_stays_in_the_state_line_until_settled(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        picked = next(act for act in acts_of(hand.store) if any(isinstance(e, UnitPicked) for e in act.draft.events))
        await contest(hand, picked)
        assert "✗ ALREADY PICKED  CM500-2025-0046" in hand.glass
        assert "Put it back in A-15-03; pick another." in hand.glass
        assert "!1" in hand.glass.splitlines()[0]
        await hand.scan("CM500-2025-0047")
        assert "ALREADY PICKED" not in hand.glass
        await hand.press("f10")
        assert "!1" in hand.glass.splitlines()[0]
        number = next(line for line in hand.glass.splitlines() if "Needs attention" in line).split()[0].strip("▸")
        await hand.type(f"{number}\r")
        assert "CM500-2025-0046" in hand.glass
        await hand.press("enter")
        assert "Scanned by Sarah Johnson" in hand.glass
        await hand.type("1\r")
        assert "SCAN CM500-2025-0046" in hand.glass
        await hand.scan("CM500-2025-0048")
        assert "WRONG UNIT  CM500-2025-0048" in hand.glass
        await hand.scan("CM500-2025-0046")
        assert "WRONG UNIT" not in hand.glass
        await hand.scan("CART-05")
        assert "WRONG PLACE  CART-05" in hand.glass
        await hand.scan("A-15-03")
        assert "NOTHING NEEDS ATTENTION" in hand.glass
        assert "!1" not in hand.glass.splitlines()[0]
        settled = acts_of(hand.store)[-1]
        assert settled.draft.events == (AttentionSettled(*picked.id, module(46).id),)
        assert settled.draft.reason == "Put back"


async def test_contested_work_is_told_over_help_too(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("f1")
        picked = next(act for act in acts_of(hand.store) if any(isinstance(e, UnitPicked) for e in act.draft.events))
        await contest(hand, picked)
        assert "✗ ALREADY PICKED  CM500-2025-0046" in hand.glass


async def test_a_list_taken_over_meanwhile_refuses_the_next_scan(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        theirs = replace(LIST, taken=Taken("Scanner-11", "mike"))
        verdicts = tuple(ActVerdict(act.id.seq, Outcome.APPLIED, 1) for act in acts_of(hand.store))
        last = acts_of(hand.store)[-1].id.seq
        hand.store.apply_answer(PushAnswer(last, verdicts, changes_of((theirs,), 5)))
        hand.sync.on_changed()
        await hand.scan("A-15-03")
        assert "LIST TAKEN OVER" in hand.glass


# Online, offline, confirmed


async def test_a_verdict_is_provisional_offline_and_later_confirmed(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        hand.sync.goes(Link.OFFLINE)
        await hand.scan("A-15-03")
        assert "✓ RIGHT BIN  A-15-03         PROVISIONAL" in hand.glass
        assert "OFFLINE 3" in hand.glass.splitlines()[0]
        hand.sync.goes(Link.ONLINE)
        await hand.until(lambda: "✓ RIGHT BIN  A-15-03                   …" in hand.glass)
        verdicts = tuple(ActVerdict(act.id.seq, Outcome.APPLIED, 2) for act in acts_of(hand.store))
        hand.store.apply_answer(PushAnswer(3, verdicts, changes_of((), 2)))
        hand.sync.on_changed()
        assert "✓ RIGHT BIN  A-15-03                  ✓✓" in hand.glass


async def test_sync_now_says_why_it_is_not_in_sync_unless_the_person_has_gone_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.sign_in()
        hand.sync.goes(Link.OFFLINE)
        await hand.press("f8")
        await hand.until(lambda: "NOT IN SYNC" in hand.glass)
        assert "The server cannot be reached." in hand.glass
        assert hand.sync.asked == 1


# The store in trouble


async def test_a_full_store_is_loud_and_the_scan_is_judged_when_there_is_room_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        connection = hand.store._database._connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        tries = 0
        while "NOT RECORDED" not in hand.glass:
            await hand.scan("x" * 3000)
            tries += 1
            assert tries < 50
        assert "storage is full" in hand.glass
        before = len(acts_of(hand.store))
        await hand.scan("y" * 3000)
        assert len(acts_of(hand.store)) == before
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        hand.clock.move(-2.5)  # within the time in which the same code would be a double read
        await hand.scan("y" * 3000)
        assert "NOT RECORDED" not in hand.glass
        assert "UNKNOWN CODE" in hand.glass
        assert len(acts_of(hand.store)) == before + 1


# Hostile texts


NASTY = "SN[/1][b]\x1b[31m\u202e👍🏽日本\u200b\x9b]\x07"


@pytest.mark.parametrize("size", [(20, 16), (40, 8), (40, 24), (80, 24)])
async def test_no_text_breaks_any_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    nasty = unit(MODULE, "SN[/1]", notes=NASTY, supplier=NASTY, firmware=NASTY)
    listed = pick_list(
        exact_line(nasty), number="PL[/2]", customer=NASTY, customer_class="[b]", instructions=(NASTY, "[/]")
    )
    hold = Hold("H-1", HoldKind.QUALITY, NASTY, units=(nasty.id,))
    day = (nasty, listed, *named_on(listed, nasty), hold)
    async with bench(tmp_path, *day, size=size, demo_badges=[(NASTY, NASTY, NASTY)]) as hand:
        hand.server.histories[nasty.id] = {
            "timeline": [{"effective_at": NASTY, "actor_name": NASTY, "story": NASTY, "reason": NASTY}, 5, {}]
        }
        await hand.scan(NASTY)
        await see(hand)
        await hand.sign_in()
        await hand.scan(NASTY)
        await hand.type(NASTY.replace("\x1b", "")[:30])
        await see(hand)
        await hand.press("escape", "escape")
        await hand.scan("SN[/1]")
        await hand.until(lambda: len(hand.app.workers) == 1)
        for _ in range(4):
            await see(hand)
            await hand.press("pagedown")
        await hand.press("f10")
        await hand.scan("PL[/2]")
        await see(hand)
        await hand.scan(NASTY, "SN[/1]", "A-15-03", "CM-500-STD", "SN[/1]")
        await see(hand)
        for key in ("f1", "escape", "f3", "escape", "f4"):
            await hand.press(key)
            await see(hand)


async def see(hand: Bench) -> None:
    """The program runs, and everything on the glass can be seen."""
    await hand.pilot.pause()
    assert hand.app.is_running
    assert all(line.isprintable() for line in hand.glass.splitlines())
    assert "\u202e" not in hand.glass


async def test_a_unit_is_told_on_the_glass_as_it_is_written(tmp_path: Path) -> None:
    async with bench(tmp_path, module(46), LIST, *NAMED) as hand:
        await hand.open_list()
        await hand.scan("SN[/1]")
        assert "SN[/1]" in hand.glass


async def test_what_waits_at_the_server_is_listed_apart_and_asks_for_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, size=(20, 16)) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        refusal, acts = refuse(ActCode.UNKNOWN_DOCUMENT, document="PL-2025-0091"), acts_of(hand.store)
        first = ActVerdict(1, Outcome.APPLIED, 1)
        kept = (ActVerdict(each.id.seq, Outcome.WAITING, 0, refusal) for each in acts[1:])
        hand.store.apply_answer(PushAnswer(len(acts), (first, *kept), changes_of((), 2)))
        hand.sync.on_changed()
        assert "!" not in hand.glass.splitlines()[0]
        await hand.press("f10")
        number = next(line for line in hand.glass.splitlines() if "Needs" in line).split()[0].strip("▸")
        await hand.type(f"{number}\r")
        assert "NOTHING TO SETTLE" in hand.glass
        assert "CM500-2025-0046" in "".join(hand.glass.split())
        await hand.type("1\r")
        told = " ".join(hand.glass.split())
        assert "Waits until PL-2025-0091 is on record at the server." in told
        assert "Keep the goods where they are." in told
        assert "What did you do?" not in told
        await hand.press("escape")
        assert "NOTHING TO SETTLE" in hand.glass


async def test_a_bin_shows_its_contents_a_product_where_it_is_and_a_worker_the_cart(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("f2")
        await hand.scan("A-15-03")
        assert "IN A-15-03: " in hand.glass
        assert "CM500-2025-0047" in hand.glass
        assert "CM500-2025-0046" not in hand.glass, "it is in the cart now"
        await hand.scan("CM-500-STD")
        await hand.press("pagedown")
        assert "1 × CART-05                       Picked" in hand.glass
        await hand.scan(SARAH.badge)
        assert "IN CART-05: 1" in hand.glass
        assert "CM500-2025-0046" in hand.glass


async def test_a_refusal_goes_when_something_else_is_asked(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        await hand.press("enter")
        await hand.scan("F5")
        assert "NOT A SERIAL" in hand.glass
        await hand.press("f5")
        assert "NOT A SERIAL" not in hand.glass


async def test_a_list_taken_over_closes_on_one_page_that_says_where_the_cart_goes(tmp_path: Path) -> None:
    async with bench(tmp_path, size=(20, 16)) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        listed, unit = hand.store.pick_list("PL-2025-0091"), hand.store.unit(DAY[0].id)
        on_it = tuple(hand.store.listing("PL-2025-0091"))
        assert listed is not None
        theirs = replace(listed, taken=Taken("Scanner-11", "mike"))
        verdicts = tuple(ActVerdict(act.id.seq, Outcome.APPLIED, 1) for act in acts_of(hand.store))
        hand.store.apply_answer(PushAnswer(len(verdicts), verdicts, changes_of((theirs, *on_it, unit), 5)))
        hand.sync.on_changed()
        await hand.settled()
        must_look_like("taken_over", Size(20, 16), hand.glass)
        await hand.press("enter")
        assert "WHAT NEXT?" in hand.glass
        assert any(str(entry.label) == "Hand over PL-2025-0091" for entry in MenuPage(hand.app.desk).entries())


@pytest.mark.parametrize(
    ("choice", "wrong", "said", "right", "note"),
    [
        ("2\r", "WKR-1001", "Sarah Johnson is no supervisor.", "WKR-1005", "Sam Okafor"),
        ("3\r", "A-15-03", "Say in words what you did with the goods.", "", "left at the gate"),
    ],
)
async def test_settling_asks_who_has_the_goods_or_what_was_done(
    tmp_path: Path, choice: str, wrong: str, said: str, right: str, note: str
) -> None:
    async with bench(tmp_path, *DAY, LIST, *NAMED, SAM) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", "CM500-2025-0046")
        picked = next(act for act in acts_of(hand.store) if any(isinstance(e, UnitPicked) for e in act.draft.events))
        await contest(hand, picked)
        await hand.press("f10")
        await hand.type("2\r")
        await hand.press("enter")
        await hand.type(choice)
        await hand.scan(wrong)
        assert said in " ".join(hand.glass.split())
        await (hand.scan(right) if right else hand.type(f"{note}\r"))
        assert acts_of(hand.store)[-1].draft.note == note
        assert "NOTHING NEEDS ATTENTION" in hand.glass


@pytest.mark.parametrize("size", [(20, 8), (20, 16), (40, 8)])
async def test_the_list_of_a_task_shows_everything_whole_and_first_a_verdict_that_was_cut(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    reason = "The certificate of the supplier's third audit is missing, see notice 2025-114 of the police in Windsor"
    hold = Hold("H-7", HoldKind.QUALITY, reason, units=(DAY[3].id,))
    order = replace(LIST, instructions=("Double-box each unit, and use no old box",))
    async with bench(tmp_path, *DAY, order, *NAMED, hold, size=size) as hand:
        await hand.open_list()
        await hand.scan("A-15-03", "CM-500-STD", DAY[3].serial)
        assert "Windsor" not in flat(hand), "there is no room for it"
        await hand.press("f3")
        read = [flat(hand)]
        while "more" in read[-1] and len(read) < 20:
            await hand.press("pagedown")
            read.append(flat(hand))
        whole = "".join("".join(read).split())
        assert "Windsor" in whole
        assert "Double-box" in whole
        assert DAY[2].serial in whole
        assert "…" not in "".join(hand.glass.splitlines()[1:-1])
        await hand.scan(DAY[0].serial)
        await hand.press("f3")
        assert "Windsor" not in flat(hand)
