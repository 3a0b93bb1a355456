"""Sightings of several frames, judged together: what a frame cannot confirm alone, the next ones may.

Each look (a decoder after a clean-up) has one say, and it stands until the same look has been made again. So the same
look at two frames is never taken for two witnesses, and what is no longer there is forgotten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scantrail.scanning.acceptance import Code, Decoder, Place, Rules, Sighting, Symbology, judge, normal

PLAIN = "as it is"
"""The step that changes nothing; every frame is read so."""
PLAIN_KEPT = 3
"""Frames for which a plain reading stands: a code that shakes is not read in each of them."""

Look = tuple[Decoder, str]
"""A decoder, and the clean-up it read after."""
Name = tuple[Symbology, str]


class Gatherer:
    """Collects what the frames gave, each frame in turn."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._plain: deque[tuple[Sighting, ...]] = deque(maxlen=PLAIN_KEPT)
        self._cleaned: dict[Look, tuple[Sighting, ...]] = {}

    def add(self, looks: Mapping[Look, Iterable[Sighting]], *, changed: bool = False) -> tuple[Code, ...]:
        """Take what the looks at one frame gave, nothing included; gives every code in view, accepted or not.

        `changed` says that this frame does not show what the one before it showed.
        """
        if changed:
            self.forget()
        self._plain_added(tuple(each for (_, step), seen in looks.items() if step == PLAIN for each in seen))
        self._cleaned |= {look: tuple(seen) for look, seen in looks.items() if look[1] != PLAIN}
        return judge(self._sightings(), self._rules)

    def forget(self) -> None:
        """Another scene: nothing seen before counts."""
        self._plain.clear()
        self._cleaned.clear()

    def _plain_added(self, seen: tuple[Sighting, ...]) -> None:
        if self._plain:
            self._shift(*_movement(self._plain[-1], seen))
        before = _names(self._plain)
        self._plain.append(seen)
        if before - _names(self._plain):
            self._cleaned.clear()  # a code has gone, and what clean-ups showed may have gone with it

    def _shift(self, x: float, y: float) -> None:
        """Bring what was seen before to where it is now."""
        self._plain = deque((_shifted(seen, x, y) for seen in self._plain), PLAIN_KEPT)
        self._cleaned = {look: _shifted(seen, x, y) for look, seen in self._cleaned.items()}

    def _sightings(self) -> list[Sighting]:
        plain = [each for seen in self._plain for each in seen]
        return plain + [each for seen in self._cleaned.values() for each in seen]


def _names(frames: Iterable[tuple[Sighting, ...]]) -> set[Name]:
    return {(each.symbology, each.text) for seen in frames for each in map(normal, seen)}


def _movement(before: tuple[Sighting, ...], now: tuple[Sighting, ...]) -> tuple[float, float]:
    """How far the picture has moved, by the first code that the same decoder read in both frames."""
    for later in now:
        for earlier in before:
            if (earlier.decoder, earlier.symbology, earlier.text) == (later.decoder, later.symbology, later.text):
                (x, y), (old_x, old_y) = later.place.middle, earlier.place.middle
                return x - old_x, y - old_y
    return 0, 0


def _shifted(seen: tuple[Sighting, ...], x: float, y: float) -> tuple[Sighting, ...]:
    return tuple(
        replace(each, place=Place(at.left + x, at.top + y, at.right + x, at.bottom + y))
        for each in seen
        for at in (each.place,)
    )
