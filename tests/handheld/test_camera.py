"""The camera's screen: what it shows, what it gives to the screen below, and when it asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.scans.reading import Carrier
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.camera import Finder, draw_finder, levels
from scantrail.handheld.drawing.lines import Shade, width_of
from scantrail.handheld.keys import Action
from scantrail.scanning.acceptance import Code, Decoder, Place, Symbology
from scantrail.scanning.camera.aiming import STEADY
from scantrail.scanning.camera.messages import Preview
from tests.handheld.benches import acts_of, bench
from tests.handheld.sketches import ONLINE, SIZES, as_text, must_look_like

SLOPE = Preview(160, 90, bytes(column * 255 // 159 for _row in range(90) for column in range(160)))
"""Dark at the left, light at the right."""
MIDDLE, CORNER = Place(70, 40, 90, 50), Place(0, 0, 10, 10)


def code(text: str, at: Place = MIDDLE, kind: Symbology = Symbology.CODE_128, *, accepted: bool = True) -> Code:
    return Code(text, text.encode(), kind, (Decoder.ZXING,), accepted, at, "]C0")


UNSURE = code("9521234543213", kind=Symbology.EAN_13, accepted=False)


def finder(*codes: Code, has_colour: bool = False) -> Finder:
    return Finder("SEEN, NOT SURE: HOLD STILL", codes, ONLINE, SLOPE, has_colour, (Action.BACK, Action.HELP))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_finder_without_colours(size: Size) -> None:
    must_look_like("camera", size, as_text(draw_finder(finder(UNSURE), size)))


@pytest.mark.parametrize("size", [*SIZES, Size(20, 8)], ids=str)
@pytest.mark.parametrize("has_colour", [True, False])
def test_the_finder_fills_the_glass_and_no_more(size: Size, has_colour: bool) -> None:
    hostile = code("\x1b[2J" + "x" * 300)
    lines = draw_finder(finder(hostile, UNSURE, has_colour=has_colour), size)
    assert len(lines) == size.height
    assert all(width_of(line) <= size.width for line in lines)
    assert "\x1b" not in as_text(lines)


def test_in_colour_each_cell_shows_two_greys_and_the_picture_keeps_its_shape() -> None:
    lines = draw_finder(finder(has_colour=True), Size(80, 24))
    shades = [span.ink for line in lines for span in line if isinstance(span.ink, Shade)]
    assert min(shade.upper for shade in shades) == 0
    assert max(shade.lower for shade in shades) == Shade.LEVELS - 1
    rows = [line for line in lines if any(isinstance(span.ink, Shade) for span in line)]
    columns = sum(span.width for span in rows[0] if isinstance(span.ink, Shade))
    assert columns / (2 * len(rows)) == pytest.approx(160 / 90, rel=0.05)


def test_a_picture_is_averaged_not_sampled_so_that_bars_do_not_flicker() -> None:
    stripes = Preview(4, 2, bytes([0, 200, 0, 200] * 2))
    assert levels(stripes, 2, 1) == (bytes([100, 100]),)
    assert levels(stripes, 8, 2) == (bytes([0, 0, 200, 200, 0, 0, 200, 200]),) * 2


@pytest.mark.parametrize(("key", "twin"), [("f6", None), (None, "6\r"), (None, "$ST:CAMERA")])
async def test_one_code_in_view_is_judged_at_the_step_below_as_the_camera_s(
    tmp_path: Path, key: str | None, twin: str | None
) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        if key:
            await hand.press(key)
        elif twin and twin.startswith("$"):
            await hand.scan(twin)
        else:
            await hand.type(twin or "")
        assert "CAMERA STARTS" in hand.glass
        hand.camera.shows(code("A-15-03"), frames=STEADY)
        await hand.settled()
        assert "RIGHT BIN  A-15-03" in hand.glass
        assert hand.camera.closed == 1
        reading = acts_of(hand.store)[-1].draft.reading
        assert reading is not None
        assert (reading.text, reading.carrier, reading.aim) == ("A-15-03", Carrier.CAMERA, "]C0")


async def test_what_is_seen_and_not_sure_is_named_and_not_taken(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows()
        assert "POINT AT THE CODE" in hand.glass
        hand.camera.shows(UNSURE, frames=200)
        await hand.settled()
        assert "SEEN, NOT SURE: HOLD STILL" in hand.glass
        assert "? 9521234543213  EAN-13" in hand.glass
        assert not any(act.draft.reading for act in acts_of(hand.store))


async def test_of_several_codes_the_person_chooses_and_the_list_stays_as_it_is(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(code("A-15-04", CORNER), code("A-15-03"), frames=STEADY)
        asked = hand.glass
        assert "WHICH CODE?" in asked
        assert asked.index("1 A-15-03") < asked.index("2 A-15-04") < asked.index("3 Look again")
        hand.camera.shows(code("B-01-01"), frames=50)
        hand.camera.fails("The camera is gone.")
        assert hand.glass == asked
        await hand.type("1\r")
        assert "RIGHT BIN  A-15-03" in hand.glass


async def test_looking_again_takes_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        for answer in ("3\r", "escape"):
            await hand.press("f6")
            hand.camera.shows(code("A-15-04", CORNER), code("A-15-03"), frames=STEADY)
            await (hand.press(answer) if answer == "escape" else hand.type(answer))
            assert "WHICH CODE?" not in hand.glass
            assert hand.camera.closed == 0
        await hand.press("escape")
        assert "SCAN BIN" in hand.glass
        assert hand.camera.closed == 1


async def test_the_code_just_taken_is_not_taken_again_unasked(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(code("A-15-03"), frames=STEADY)
        await hand.settled()
        recorded = len(acts_of(hand.store))
        await hand.press("f6")
        hand.camera.shows(code("A-15-03"), frames=100)
        await hand.settled()
        assert "TAKE THIS CODE?" in hand.glass
        assert len(acts_of(hand.store)) == recorded
        await hand.type("1\r")
        assert "TAKE THIS CODE?" not in hand.glass


async def test_a_scanner_s_scan_goes_to_the_step_below(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(code("A-15-04", CORNER), code("A-15-05"), frames=STEADY)
        await hand.scan("A-15-03", "CM-500-STD")
        assert "SCAN SERIAL" in hand.glass
        assert hand.camera.closed == 1


async def test_a_command_seen_acts_on_the_step_below_and_the_camera_s_own_on_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(code("$ST:CAMERA"), frames=50)
        await hand.settled()
        assert (hand.camera.opened, hand.camera.closed) == (1, 0)
        hand.camera.shows(code("$ST:EXCEPTION"), frames=STEADY)
        await hand.settled()
        assert "WHAT IS WRONG?" in hand.glass


async def test_a_code_seen_while_the_screen_was_being_left_is_dropped(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(code("A-15-03"), frames=STEADY - 1)
        hand.app.back()
        hand.camera.shows(code("A-15-03"), frames=STEADY)
        await hand.settled()
        assert "SCAN BIN" in hand.glass


async def test_from_help_the_camera_s_key_leads_back_to_the_one_that_is_open(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6", "f1")
        assert "HELP" in hand.glass
        await hand.press("f6")
        assert "CAMERA STARTS" in hand.glass
        assert (hand.camera.opened, hand.camera.closed) == (1, 0)


async def test_trouble_is_a_sentence_and_the_scanner_still_works(tmp_path: Path) -> None:
    async with bench(tmp_path) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.fails("There is no camera /dev/video0. Plug one in.")
        assert "✗ NO PICTURE" in hand.glass
        assert "There is no camera /dev/video0." in hand.glass
        await hand.scan("A-15-03")
        assert "RIGHT BIN" in hand.glass


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_choice_of_two_codes_that_differ_in_their_end_shows_both_whole(tmp_path: Path, size: Size) -> None:
    texts = ["01095212345432132100000000000000017", "01095212345432132100000000000000018"]
    async with bench(tmp_path, size=(size.width, size.height)) as hand:
        await hand.open_list()
        await hand.press("f6")
        hand.camera.shows(*(code(text) for text in texts), frames=STEADY)
        await hand.settled()
        shown = "".join(line.strip() for line in hand.glass.splitlines())
        assert all(text in shown for text in texts)
