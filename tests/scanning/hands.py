"""Keys as a scanner and a hand send them, by Textual's names for them."""

from __future__ import annotations

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.profiles import Profile, load_profile
from scantrail.scanning.wedge import Heard, Press, Wedge

NAMES = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", "\x1d": "ctrl+right_square_bracket", "\x11": "ctrl+q"}
SCANNER_S, HAND_S, PAUSE_S = 0.002, 0.120, 1.0


class Hands:
    """A keyboard wedge with a clock of its own."""

    def __init__(self, profile: Profile | None = None) -> None:
        self.wedge = Wedge(profile or load_profile())
        self.now = 10.0
        self.heard: list[Heard] = []

    def keys(self, *keys: tuple[str, str | None], gap: float = SCANNER_S) -> None:
        """Send keys, each with its name and its character, so many seconds apart."""
        for name, character in keys:
            self.heard += self.wedge.key(name, character, self.now)
            self.now += gap

    def sends(self, text: str, gap: float = SCANNER_S) -> None:
        """A scanner sends a text."""
        self.keys(*((NAMES.get(each, each), each) for each in text), gap=gap)

    def types(self, text: str) -> None:
        """A hand types a text, at a hand's pace."""
        self.now += PAUSE_S
        self.sends(text, HAND_S)
        self.rests()

    def presses(self, key: str, character: str | None = None) -> None:
        """A hand presses one key."""
        self.now += PAUSE_S
        self.keys((key, character))
        self.rests()

    def rests(self) -> None:
        """Nothing comes for a while."""
        if self.wedge.wait_ms is not None:
            self.heard += self.wedge.settle()
        self.now += PAUSE_S

    @property
    def readings(self) -> list[tuple[str, Carrier]]:
        return [(each.text, each.carrier) for each in self.heard if isinstance(each, Reading)]

    @property
    def scans(self) -> list[str]:
        return [text for text, carrier in self.readings if carrier is Carrier.WEDGE]

    @property
    def pressed(self) -> list[str]:
        return [each.key for each in self.heard if isinstance(each, Press)]
