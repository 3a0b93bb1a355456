"""The keystroke wedge: tells scans from typing, and both from keys that are meant as keys. No clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.keys import ESC, ESC_IN_DATA, GS, data_of
from scantrail.scanning.profiles import Profile
from scantrail.scanning.tidying import UNKNOWN, is_marked, reading_of

LONGEST = 8192
"""Characters in one reading at the most; more than the largest QR code holds."""

MODIFIERS = frozenset(
    f"{side}_{key}" for side in ("left", "right") for key in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift", "caps_lock", "num_lock", "scroll_lock"}
"""Keys that some terminals report by themselves while a scanner types capitals."""
_ERASES = frozenset({"backspace", "ctrl+h", "delete"})

HABIT_MS = 800
"""Enter so soon after a digit that acted without it was pressed out of habit: it must not answer the next question."""
ONE_PRESS_MS = 400
"""The same digit again so soon is the same press: gloves bounce, and a key that is held down repeats."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key that stood alone, so that somebody pressed it."""

    key: str
    """Textual's name for it, such as `f4` or `enter`."""


Heard = Reading | Press


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One character and when it came."""

    character: str
    at_ms: float


class Wedge:
    """Collects keys into readings.

    Feed it every key with the time it was parsed at; when nothing has come for `wait_ms`, call `settle`. A key acts
    only if nothing came shortly before or after it: inside a burst it is part of a scan.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._strokes: list[_Stroke] = []
        self._crowded = False
        """Whether the first stroke followed closely on another key."""
        self._held: Press | None = None
        """A key that may turn out to begin a burst."""
        self._held_data = ""
        """What the held key means if it does."""
        self._erasing = False
        """Whether the last key erased a character: a hand's, then, however fast the key repeats."""
        self._last_ms = float("-inf")
        self._ended_by = ""
        """The key that ended a text or stood alone, or the digit that acted, while nothing else has come since."""
        self._digit, self._digit_ms = "", float("-inf")
        """The last digit that acted without Enter, and when it came."""

    @property
    def typed(self) -> str:
        """What has come and is not ended yet."""
        return _whole(self._strokes)

    @property
    def wait_ms(self) -> int | None:
        """After a key: how long nothing must come before `settle` is due; None when there is nothing to settle."""
        if self._held is not None:
            return self._profile.key_gap_ms
        return self._profile.quiet_ms if self._strokes else None

    def key(self, name: str, character: str | None, at: float) -> list[Heard]:
        """Take a key: Textual's name for it, the character it types, and when it came, in seconds."""
        if name in MODIFIERS:
            return []
        now_ms = at * 1000
        gap = now_ms - self._last_ms
        near = gap <= self._profile.key_gap_ms
        heard = self._silence_before(gap)
        self._last_ms = now_ms
        if name in self._profile.ends:
            return heard + self._end(name, gap)
        erasing, self._erasing = self._erasing, False
        if name in _ERASES and (erasing or not near):
            self._erase()
            return heard
        data = data_of(name, character)
        if _is_text(data):
            return heard + self._text(data, now_ms, near)
        return heard + self._key_or_data(name, data, now_ms, near)

    def paste(self, text: str, at: float) -> list[Heard]:
        """Take a bracketed paste: one scan, whole."""
        if at * 1000 - self._last_ms <= self._profile.key_gap_ms and isinstance(self._held, Press):
            self._held = None  # no hand presses a key and pastes at once
        heard = self._silence_before(float("inf"))
        self._strokes.clear()
        self._last_ms, self._ended_by = at * 1000, "paste"
        if not text.strip("\r\n\t"):
            return heard
        whole = text.rstrip("\r\n\t").replace(ESC_IN_DATA, ESC)
        return [*heard, self._reading(whole, Carrier.PASTE)]

    def settle(self) -> list[Heard]:
        """Nothing has come for `wait_ms`: what was held acts, and a scan without suffix is over."""
        heard = self._release()
        if self._is_scan(self._burst()):
            heard.append(self._take_scan())
        return heard

    def lone_digit(self) -> list[Heard]:
        """After a silence: the digit, if a hand has typed one and nothing else. At a list it acts without Enter.

        Where the scanner ends its codes with no key, a digit alone may be a whole code, and does not act.
        """
        text = self.typed
        if self._crowded or not (len(text) == 1 and text.isascii() and text.isdecimal() and self._profile.ends):
            return []
        at_ms = self._strokes[0].at_ms
        is_repeated = text == self._digit and at_ms - self._digit_ms <= ONE_PRESS_MS
        self._strokes.clear()
        self._ended_by = self._digit = text
        self._digit_ms = at_ms
        return [] if is_repeated else [self._reading(text, Carrier.TYPED)]

    def clear(self) -> None:
        """Forget what was typed."""
        self._strokes.clear()

    def _silence_before(self, gap: float) -> list[Heard]:
        """What the silence before a key has settled."""
        heard = self._release() if gap > self._profile.key_gap_ms else []
        if gap > self._profile.quiet_ms and self._is_scan(self._burst()):
            heard.append(self._take_scan())
        return heard

    def _release(self) -> list[Heard]:
        held, self._held = self._held, None
        if held is None:
            return []
        if held == Press("escape") and self._strokes:
            self.clear()
            return []
        return [held]

    def _text(self, data: str, now_ms: float, near: bool) -> list[Heard]:
        heard = self._beginning_of_burst(now_ms)
        self._add(data, now_ms, near)
        if len(self._strokes) >= LONGEST:
            heard.append(self._take_scan())
        return heard

    def _beginning_of_burst(self, now_ms: float) -> list[Heard]:
        """What was held is no key, it begins a burst as data."""
        held, self._held = self._held, None
        if held is not None and self._held_data:
            self._add(self._held_data, now_ms, near=False)
        return []

    def _add(self, data: str, now_ms: float, near: bool) -> None:
        if not self._strokes:
            self._crowded = near
        self._strokes.append(_Stroke(data, now_ms))
        self._ended_by = ""

    def _key_or_data(self, name: str, data: str, now_ms: float, near: bool) -> list[Heard]:
        """A key that types no text: part of a burst, or perhaps meant as a key."""
        if near and (self._held is not None or self._strokes or self._ended_by):
            heard = self._beginning_of_burst(now_ms)
            if data or self._strokes:
                self._add(GS if name in self._profile.separator_keys else data or UNKNOWN, now_ms, near)
            else:
                self._ended_by = name
            return heard
        heard = [self._take_scan()] if self._is_scan(self._burst()) else []
        self._held, self._held_data, self._ended_by = Press(name), data, ""
        return heard

    def _end(self, name: str, gap: float) -> list[Heard]:
        ended_by, self._ended_by = self._ended_by, name
        if self._strokes:
            return self._beginning_of_burst(self._last_ms) + self._finish(gap)
        if name == "ctrl+j" and ended_by == "enter" and gap <= self._profile.quiet_ms:
            return []
        if self._held is not None:
            self._held = None
            return []
        if ended_by and gap <= (HABIT_MS if ended_by == self._digit else self._profile.key_gap_ms):
            return []
        self._held, self._held_data = Press("enter" if name == "ctrl+j" else name), ""
        return []

    def _finish(self, end_gap: float) -> list[Heard]:
        """A text is ended: by a scanner, or by a hand."""
        if self._is_scan(self._burst()):
            return [self._take_scan()]
        is_scan = self._crowded or self._came_fast(end_gap)
        text, is_short = self.typed, len(self._strokes) < self._profile.min_length
        self._strokes.clear()
        return [self._reading(text, Carrier.WEDGE if is_short and is_scan else Carrier.TYPED)]

    def _came_fast(self, end_gap: float) -> bool:
        """Whether a text too short to be told by its length came as no hand types: then it is a code, and no key."""
        gaps = _gaps(self._strokes) or [end_gap]
        return not self._profile.is_slow and median(gaps) <= self._profile.key_gap_ms

    def _burst(self) -> list[_Stroke]:
        """The strokes since the last silence."""
        for at in range(len(self._strokes) - 1, 0, -1):
            if self._strokes[at].at_ms - self._strokes[at - 1].at_ms > self._profile.quiet_ms:
                return self._strokes[at:]
        return self._strokes

    def _is_scan(self, burst: list[_Stroke]) -> bool:
        if self._profile.is_slow:
            return is_marked(_whole(burst), self._profile)
        if len(burst) < max(2, self._profile.min_length):
            return False
        return median(_gaps(burst)) <= self._profile.key_gap_ms

    def _take_scan(self) -> Reading:
        """The last burst is a scan. What was typed before it and never ended was given up."""
        text = _whole(self._burst())
        self._strokes.clear()
        return self._reading(text, Carrier.WEDGE)

    def _erase(self) -> None:
        self._held, self._erasing, self._ended_by = None, True, "backspace"
        if self._strokes:
            self._strokes.pop()

    def _reading(self, text: str, carrier: Carrier) -> Reading:
        return reading_of(text, carrier, self._profile)


def _whole(strokes: list[_Stroke]) -> str:
    return "".join(each.character for each in strokes)


def _gaps(strokes: list[_Stroke]) -> list[float]:
    return [later.at_ms - earlier.at_ms for earlier, later in pairwise(strokes)]


def _is_text(data: str) -> bool:
    """Whether a hand could type it into a text: anything but a lone control character."""
    return bool(data) and not (len(data) == 1 and (data < " " or data == "\x7f"))
