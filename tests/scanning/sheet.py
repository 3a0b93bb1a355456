"""A scanner with settings of its own, typing for a keyboard of its own, and the sheet that it is calibrated with."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from scantrail.domain.scans.calibration import CALIBRATION, GS
from scantrail.scanning.strokes import Stroke

NAMES = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", "\x1d": "ctrl+right_square_bracket", "\x02": "ctrl+b"} | {
    "\x03": "ctrl+c",
    "\x1b": "escape",
}
DEAD = "†"
"""A key that types nothing, and takes the next one along."""
_US = "`1234567890-= qwertyuiop[]\\ asdfghjkl;' zxcvbnm,./ ~!@#$%^&*()_+ QWERTYUIOP{}| ASDFGHJKL:\" ZXCVBNM<>?"
"""The keys of a keyboard of the United States, row by row, then the same with Shift."""
KEYBOARDS = {
    "us": _US,
    "fr": "²&é\"'(-è_çà)= azertyuiop†$* qsdfghjklmù wxcvbn,;:! †1234567890°+ AZERTYUIOP†£µ QSDFGHJKLM% WXCVBN?./§",
    "de": "†1234567890ß† qwertzuiopü+# asdfghjklöä yxcvbnm,.- °!\"§$%&/()=?† QWERTZUIOPÜ*' ASDFGHJKLÖÄ YXCVBNM;:_",
    "fr, no dead keys": (
        "²&é\"'(-è_çà)= azertyuiop^$* qsdfghjklmù wxcvbn,;:! ³1234567890°+ AZERTYUIOP¨£µ QSDFGHJKLM% WXCVBN?./§"
    ),
    "es, no dead keys": (
        "º1234567890'¡ qwertyuiop`+ç asdfghjklñ´ zxcvbnm,.- ª!\"·$%&/()=?¿ QWERTYUIOP^*Ç ASDFGHJKLÑ¨ ZXCVBNM;:_"
    ),
}


@dataclass(frozen=True)
class Scanner:
    """How a scanner was set up, by somebody who has lost its manual."""

    prefix: str = ""
    suffix: str = "\r"
    """GS and control characters as characters."""
    sends_aim: bool = False
    separator: str = GS
    """A text, or `key:` and the name of a key, or `alt` for Alt+029."""
    delay_ms: float = 2.0
    jitter_ms: float = 0.0
    keyboard: str = "us"
    caps_lock: bool = False
    """On the computer, unnoticed."""

    def scan(self, text: str, at_ms: float = 0.0, *, is_gs1: bool = False) -> list[Stroke]:
        """The keys that a code arrives as."""
        aim = ("]C1" if is_gs1 else "]C0") if self.sends_aim else ""
        keys = [each for part in (self.prefix + aim + text + self.suffix) for each in self._keys(part)]
        random, strokes = Random(text), list[Stroke]()
        for name, character in self._through_keyboard(keys):
            strokes.append(Stroke(name, character, at_ms))
            at_ms += self.delay_ms + random.uniform(0, self.jitter_ms)
        return strokes

    def _keys(self, character: str) -> list[tuple[str, str | None]]:
        if character != GS:
            return [(NAMES.get(character, character), character)]
        if self.separator.startswith("key:"):
            return [(self.separator.removeprefix("key:"), None)]
        if self.separator == "alt":
            return [(f"alt+{digit}", None) for digit in "029"]
        return [(NAMES.get(each, each), each) for each in self.separator]

    def _through_keyboard(self, keys: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
        table, came, swallows = (
            dict(zip(_US, KEYBOARDS[self.keyboard], strict=True)),
            list[tuple[str, str | None]](),
            False,
        )
        for name, character in keys:
            if character is None or not character.isprintable():
                came.append((name, character))
                continue
            typed = table.get(character, character)
            typed = typed.swapcase() if self.caps_lock and typed.isascii() else typed
            if typed == DEAD or swallows:
                swallows = typed == DEAD and not swallows
                continue
            came.append((typed, typed))
        return came

    def sheet(self) -> list[list[Stroke]]:
        """Every calibration code, one after the other."""
        return [self.scan(each.text, 10_000.0 * at, is_gs1=each.is_gs1) for at, each in enumerate(CALIBRATION)]
