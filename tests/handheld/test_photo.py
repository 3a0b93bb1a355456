"""Taking a photo of damage or of a label: the screen, the keys, and what is on record afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.facts.quality.events import LabelUnreadable, UnitQuarantined
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import text_of
from tests.handheld.benches import Bench, acts_of, bench
from tests.handheld.sketches import SIZES
from tests.support.photos import jpeg, segment


async def report(hand: Bench, exception: str) -> None:
    """Come to the reason of an exception at the serial step."""
    await hand.open_list()
    await hand.scan("A-15-03", "CM-500-STD")
    await hand.press("f4")
    prompt = hand.app.desk.session.prompt()
    key = next(each.key for each in prompt.choices if str(each.label) == exception)
    await hand.type(f"{key}\r")


async def choose(hand: Bench, label: str) -> None:
    prompt = hand.app.desk.session.prompt()
    await hand.type(next(each.key for each in prompt.choices if str(each.label) == label) + "\r")


@pytest.mark.parametrize("asked", ["f7", "$ST:PHOTO"])
async def test_a_photo_is_taken_with_enter_and_recorded_with_the_reason(tmp_path: Path, asked: str) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Damaged unit")
        await hand.scan("CM500-2025-0046")
        assert "F7 takes a photo of it." in hand.glass
        await (hand.press(asked) if asked == "f7" else hand.scan(asked))
        assert "CAMERA STARTS" in hand.glass
        hand.camera.shows()
        assert "ENTER TAKES THE PHOTO" in hand.glass
        await hand.press("enter")
        assert "PHOTO TAKEN" in hand.glass
        assert "damage-CM500-2025-0046-1.jpg" in hand.glass
        assert "1 photo. F7 takes another." in hand.glass
        assert hand.camera.closed == 1
        await choose(hand, "housing")
        assert "QUARANTINED" in hand.glass
        draft = acts_of(hand.store)[-1].draft
        assert isinstance(draft.events[0], UnitQuarantined)
        assert [hand.store.photos.content(photo) for photo in draft.photos] == [hand.camera.picture]


async def test_an_unreadable_label_is_reported_with_a_photo_and_the_pick_goes_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Label cannot be read")
        await hand.press("f7")
        hand.camera.shows()
        await hand.press("enter")
        await choose(hand, "torn")
        assert "UNREADABLE LABEL" in hand.glass
        assert "SCAN SERIAL" in hand.glass
        draft = acts_of(hand.store)[-1].draft
        assert isinstance(draft.events[0], LabelUnreadable)
        assert [photo.name for photo in draft.photos] == ["label-A-15-03-1.jpg"]


async def test_esc_leads_back_without_a_photo(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Label cannot be read")
        await hand.press("f7")
        hand.camera.shows()
        await hand.press("escape")
        assert "WHY?" in hand.glass
        assert hand.camera.closed == 1
        await choose(hand, "missing")
        assert acts_of(hand.store)[-1].draft.photos == ()


async def test_where_nothing_is_reported_the_key_says_so_and_opens_no_camera(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f7")
        assert "NO PHOTO HERE" in hand.glass
        assert hand.camera.opened == 0


async def test_without_a_camera_the_screen_says_why_and_the_report_goes_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Label cannot be read")
        await hand.press("f7")
        hand.camera.fails("No camera is connected.")
        assert "No camera is connected." in hand.glass
        await hand.press("enter", "escape")
        await choose(hand, "torn")
        assert "UNREADABLE LABEL" in hand.glass


async def test_a_picture_that_is_not_kept_is_said_and_the_report_stands(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        hand.camera.picture = jpeg(extra=segment(0xE1, b"Exif\x00\x00GPS"))
        await report(hand, "Label cannot be read")
        await hand.press("f7")
        hand.camera.shows()
        await hand.press("enter")
        assert "NO PHOTO" in hand.glass
        assert "WHY?" in hand.glass


async def test_a_scan_while_the_camera_looks_belongs_to_the_step_below(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Label cannot be read")
        await hand.press("f7")
        hand.camera.shows()
        await hand.scan("CM500-2025-0046")
        assert "PICKED" in hand.glass
        assert hand.camera.closed == 1


async def test_the_camera_is_never_opened_twice(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await report(hand, "Label cannot be read")
        await hand.press("f7", "f6")
        hand.camera.shows()
        await hand.press("f1", "f6")
        assert "ENTER TAKES THE PHOTO" in hand.glass
        assert hand.camera.opened == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_reason_and_photo_fit_every_glass(tmp_path: Path, size: Size) -> None:
    async with bench(tmp_path, size=(size.width, size.height)) as hand:
        await report(hand, "Label cannot be read")
        assert "F7 " in hand.glass
        await hand.press("f7")
        hand.camera.shows()
        assert "ENTER TAKES" in hand.glass
        lines = hand.app.picture(size)
        assert len(lines) == size.height
        assert all(len(text_of(line)) <= size.width for line in lines)
