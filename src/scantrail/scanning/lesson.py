"""Calibrating a scanner, code by code: collects the keys of each, and asks again for one that did not arrive."""

from __future__ import annotations

from scantrail.domain.scans.calibration import CALIBRATION, CalibrationCode
from scantrail.scanning.learning import TAKE_ENDS_MS, Learned, learned, take_problem
from scantrail.scanning.strokes import Stroke, typed_by
from scantrail.scanning.wedge import Heard, Press
from scantrail.words import M, Message


class Lesson:
    """Hears keys in place of a wedge, until every code of the sheet has been scanned."""

    def __init__(self) -> None:
        self._takes: dict[int, list[Stroke]] = {}
        self._strokes: list[Stroke] = []
        self.result: Learned | None = None
        """What was learned; None while a code is asked for."""
        self.remark: Message | None = None
        """How the last code went."""

    @property
    def number(self) -> int | None:
        """The place on the sheet, from 0, of the code that is asked for; None after the last."""
        return next((number for number in range(len(CALIBRATION)) if number not in self._takes), None)

    @property
    def code(self) -> CalibrationCode | None:
        """The code that is asked for."""
        return None if self.number is None else CALIBRATION[self.number]

    @property
    def typed(self) -> str:
        """Nothing: what is scanned here is no text yet."""
        return ""

    @property
    def wait_ms(self) -> int | None:
        """How long nothing must come before a code is over; None when none has begun."""
        return TAKE_ENDS_MS if self._strokes else None

    def key(self, name: str, character: str | None, at: float) -> list[Heard]:
        """Take a key: Textual's name for it, the character it types, and when it came, in seconds."""
        self._strokes.append(Stroke(name, character, at * 1000))
        return []

    def paste(self, text: str, at: float) -> list[Heard]:  # noqa: ARG002 - reason: what it holds teaches nothing
        """Take a bracketed paste: a terminal or a scanner that hands over whole texts has no keys to learn."""
        self.remark = M(
            "That came whole, as a paste. Such scans are always read as they are; nothing is learned of them."
        )
        return []

    def clear(self) -> None:
        """Forget the keys since the last code."""
        self._strokes.clear()

    def settle(self) -> list[Heard]:
        """Nothing has come for `wait_ms`: a code is over, or a key was pressed alone."""
        strokes, self._strokes = self._strokes, []
        pressed = [each.key for each in strokes if each.character is None or not each.character.isprintable()]
        if len(strokes) <= 1 or len(pressed) == len(strokes):
            return [Press(each) for each in pressed]
        number = self.number
        if number is not None:
            self._take(number, strokes)
        return []

    def _take(self, number: int, strokes: list[Stroke]) -> None:
        self.remark = take_problem(number, strokes)
        if self.remark is not None:
            return
        self._takes[number] = strokes
        self.remark = M("Code {number} has arrived: {count} keys.", number=number + 1, count=len(typed_by(strokes)))
        if self.number is None:
            self._conclude()

    def _conclude(self) -> None:
        found = learned([self._takes[number] for number in range(len(CALIBRATION))])
        if found.profile is not None:
            self.result, self.remark = found, None
            return
        self.remark = found.trouble
        if found.again is None:
            self._takes.clear()
        else:
            del self._takes[found.again]
