"""What a label printer is told, taken apart again as the printer does it."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.scans.calibration import CALIBRATION, GS
from scantrail.printing.labels import Label, badge_label, bin_label, calibration_labels
from scantrail.printing.sizes import Paper
from scantrail.printing.zpl import zpl, zpl_problem
from tests.support.worlds import SARAH

ROLL = Paper(100, 50)
_INVOKED = {">0": ">", "><": "^", ">=": "~", ">8": GS, ">:": ""}


def fields(label: Label, dots: int = 8) -> list[tuple[str, str]]:
    """The fields of one label: the command that draws each, and its data."""
    text = zpl([label], ROLL, dots)
    assert text.startswith("^XA\n")
    assert text.endswith("^XZ\n")
    assert [text.count(each) for each in ("^XA", "^XZ", "~")] == [1, 1, 0]
    found = re.findall(r"\^(A0|BC|BQ)[^^]*\^FH_\^FD([^^~]*)\^FS", text)
    return [(command, _bytes_of(data).decode()) for command, data in found]


def _bytes_of(data: str) -> bytes:
    plain = re.sub(r"_([0-9A-F]{2})", lambda each: chr(int(each[1], 16)), data)
    return plain.encode("latin-1")


def scanned(label: Label) -> str:
    """What the printed code holds."""
    command, data = fields(label)[-1]
    if command == "BQ":
        return data.removeprefix("MA,")
    assert data.startswith(">:")
    return re.sub(">.", lambda each: _INVOKED[each[0]], data)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20))
def test_any_code_is_told_whole_and_begins_no_command(code: str) -> None:
    made = bin_label(code, ROLL)
    if isinstance(made, Label):
        assert scanned(made) == code


@given(st.text(max_size=60))
def test_any_name_stays_inside_its_field(name: str) -> None:
    made = badge_label(replace(SARAH, name=name), ROLL)
    assert isinstance(made, Label)
    assert [command for command, _ in fields(made)] == ["A0", "BC"]
    assert scanned(made) == SARAH.badge


def test_the_calibration_codes_keep_their_separators() -> None:
    told = [scanned(each) for each in calibration_labels(ROLL) if isinstance(each, Label)]
    assert told[:-1] == [each.text for each in CALIBRATION[:-1]]
    assert told[-1] == GS + CALIBRATION[-1].text


def test_a_badge_too_long_for_bars_is_a_qr_code_where_its_text_is_ascii() -> None:
    long = badge_label(replace(SARAH, badge="W^~_" * 15), ROLL)
    foreign = badge_label(replace(SARAH, badge="王"), ROLL)
    assert isinstance(long, Label)
    assert isinstance(foreign, Label)
    assert (scanned(long), zpl_problem(long)) == ("W^~_" * 15, None)
    assert "Print it as PDF" in str(zpl_problem(foreign))


def test_bars_are_whole_dots_and_stay_on_the_label() -> None:
    made = bin_label("A-15-03", ROLL)
    assert isinstance(made, Label)
    for dots in (8, 12, 24):
        (place, bar) = re.findall(r"\^FO([0-9]+),[0-9]+\^BY([0-9]+)", zpl([made], ROLL, dots))[0]
        quiet = 10 * int(bar)
        bars = int(bar) * made.code.modules - 2 * quiet
        assert quiet <= int(place) <= ROLL.width * dots - quiet - bars
