"""Which of the codes in view is meant: one by itself is taken, among several a person chooses."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.names.identifiers import upc_a_of
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.acceptance import Code, Place, Rules, Symbology, may_follow
from scantrail.scanning.camera.messages import View

BOX = Place(0.2, 0.25, 0.8, 0.75)
"""The aiming box, in parts of the picture's width and height."""
STEADY = 3
"""Frames in which the same codes must be in view before one is taken: its neighbour may be read a frame later."""
PATIENCE = 30
"""Frames to wait for a code that is seen and not accepted yet; about a second and a half."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Codes to take, one of each text, those in the aiming box first."""

    codes: tuple[Code, ...]
    asks: bool
    """Whether it is for a person to say which."""


class Aim:
    """Watches the views and says when there is something to take."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._texts: frozenset[str] = frozenset()
        self._frames = 0
        self._doubtful = False
        """Whether something else was seen beside these codes that may yet be accepted."""

    def see(self, view: View) -> Offer | None:
        """Take one view more; gives what may be taken now."""
        accepted = {code.text: code for code in view.codes if code.accepted}
        doubtful = any(may_follow(code, self._rules) and code.text not in accepted for code in view.codes)
        if accepted.keys() != self._texts:
            self._texts, self._frames, self._doubtful = frozenset(accepted), 0, False
        self._frames += 1
        self._doubtful = self._doubtful or doubtful
        if not accepted or self._frames < (PATIENCE if self._doubtful else STEADY):
            return None
        codes = sorted(accepted.values(), key=lambda code: not is_aimed_at(code, view))
        return Offer(tuple(codes), asks=len(codes) > 1 or self._doubtful)


def is_aimed_at(code: Code, view: View) -> bool:
    """Whether the middle of a code is in the aiming box."""
    x, y = code.place.middle
    return BOX.left <= x / view.width <= BOX.right and BOX.top <= y / view.height <= BOX.bottom


def reading_of(code: Code, profile: str) -> Reading:
    """An accepted code as a scan. A UPC-E stands for a UPC-A, and is not to be taken for an EAN-8."""
    text = upc_a_of(code.text) if code.symbology is Symbology.UPC_E else code.text
    raw = code.data.hex() if code.data != text.encode() else ""
    return Reading(text, Carrier.CAMERA, profile=profile, aim=code.aim, raw=raw)
