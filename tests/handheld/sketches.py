"""Prompts and verdicts to draw, and their pictures as text."""

from __future__ import annotations

import os
from pathlib import Path

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.guided import Guided, draw_guided
from scantrail.handheld.drawing.lines import Line, text_of
from scantrail.handheld.drawing.verdict import Shown
from scantrail.protocol.link import Link
from scantrail.words import M
from scantrail.workflows.base import Item, Mark, Prompt, Verdict

SIZES = (Size(20, 16), Size(40, 8), Size(40, 24), Size(80, 24))
ONLINE = Bar(Link.ONLINE, 0, 0, "Scanner-05", "Sarah Johnson")
OFFLINE = Bar(Link.OFFLINE, 3, 1, "Scanner-05", "Sarah Johnson")
SERIAL_STEP = Prompt(
    task="PL-2025-0091",
    about="SO-2025-1289  VIP  Premium Manufacturing",
    verb=M("SCAN SERIAL"),
    expected=("CM500-2025-0047", "CM500-2025-0048"),
    hint="Control Module CM-500",
    answered=("A-15-03", "CM-500-STD"),
    items=(
        Item(Mark.DONE, "CM500-2025-0046"),
        Item(Mark.NOW, "CM500-2025-0047", "A-15-03"),
        Item(Mark.TODO, "CM500-2025-0048", "A-15-03"),
    ),
    done=1,
    total=3,
    instructions=("Conformance certificate in every box",),
)
WANTED = "CM500-2025-0047 / 0048"
WRONG_UNIT = refuse(GoodsCode.ANOTHER_LIST, document="PL-2025-0088", wanted=WANTED)
FRAMES = Path(__file__).parent / "frames"


def refused(refusal: Refusal, scanned: str = "CM500-2025-0099") -> Shown:
    """A refusal on the glass."""
    return Shown.of(Verdict.of_refusal(refusal, scanned))


def picture(prompt: Prompt, shown: Shown | None, bar: Bar, size: Size, typed: str = "") -> str:
    """The guided screen as text."""
    return as_text(draw_guided(Guided(prompt, shown, bar, typed), size))


def as_text(lines: list[Line]) -> str:
    """A picture as text, without the blanks at the ends of its lines."""
    return "\n".join(text_of(line) for line in lines)


def must_look_like(name: str, size: Size, found: str) -> None:
    """Compare a picture with the expected one in `frames/`; WRITE_FRAMES=1 writes it, to be looked at and committed."""
    path = FRAMES / f"{name}_{size.width}x{size.height}.txt"
    if os.environ.get("WRITE_FRAMES"):
        FRAMES.mkdir(exist_ok=True)
        path.write_text(found + "\n", "utf-8")
    assert found + "\n" == path.read_text("utf-8")
