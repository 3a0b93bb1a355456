"""What comes around every code, and which character arrives for which: learned from the plain calibration codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase

from scantrail.domain.scans.calibration import CALIBRATION, Calibration
from scantrail.scanning.strokes import Typed
from scantrail.words import M, Message, _, say

_MOST_LOST = 8
"""Marks that a keyboard may swallow; where more are missing, the codes did not arrive whole."""


class Unlearnable(Exception):
    """The calibration codes do not tell how a scanner sends; the message says why and what to do."""

    def __init__(self, message: Message, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        """The place on the sheet, from 0, of the one code to scan again; None where all are."""

    def __str__(self) -> str:
        return say(self.message)


@dataclass(slots=True)
class Keyboard:
    """How a text arrives."""

    lead: list[Typed]
    """What comes before every code."""
    trail: list[Typed]
    """What comes after it."""
    meant: dict[str, str] = field(default_factory=dict)
    """The character that is meant, by the one that arrives."""
    lost: str = ""
    """Marks that do not arrive."""

    @property
    def layout(self) -> dict[str, str]:
        """The characters that arrive as others."""
        return {came: meant for came, meant in self.meant.items() if came != meant}

    def text(self, typed: Sequence[Typed]) -> str:
        """What these keys mean."""
        return "".join(self.meant.get(each.data, each.data) for each in typed)

    def inside(self, typed: Sequence[Typed]) -> Sequence[Typed]:
        """The code alone."""
        return typed[len(self.lead) : len(typed) - len(self.trail)]


def keyboard_of(takes: Sequence[Sequence[Typed]]) -> Keyboard:
    """The keyboard that the plain calibration codes show; `takes` are in the order of the sheet.

    Raises:
        Unlearnable: they did not arrive whole, were mixed up, or characters cannot be told apart.
    """
    keyboard = _around(takes[:3])
    for number, take in enumerate(takes[:3]):
        for typed, meant in zip(keyboard.inside(take), CALIBRATION[number].text, strict=True):
            _add(keyboard, typed.data, meant)
    _refuse_swapped_case(keyboard)
    for number, code in enumerate(CALIBRATION):
        if code.asks is Calibration.MARKS:
            _add_marks(keyboard, takes[number], number)
    if len(keyboard.lost) > _MOST_LOST:
        raise Unlearnable(
            M("Too many marks did not arrive: {marks}. Scan all codes again, more slowly.", marks=keyboard.lost)
        )
    return keyboard


def _around(takes: Sequence[Sequence[Typed]]) -> Keyboard:
    """What comes before and after letters and digits, which begin and end differently in every code."""
    extra = [len(take) - len(code.text) for take, code in zip(takes, CALIBRATION, strict=False)]
    usual = sorted(extra)[1]
    for number, count in enumerate(extra):
        if count != usual or count < 0:
            raise again(number)
    for ahead in range(usual + 1):
        leads = [list(take[:ahead]) for take in takes]
        trails = [list(take[len(take) - usual + ahead :]) for take in takes]
        if leads[0] == leads[1] == leads[2] and trails[0] == trails[1] == trails[2]:
            return Keyboard(leads[0], trails[0])
    raise Unlearnable(M("The first three codes do not begin and end alike. Scan all codes again, in their order."))


def again(number: int) -> Unlearnable:
    """The code with this place on the sheet, from 0, has to be scanned again."""
    name = _(CALIBRATION[number].name)
    return Unlearnable(
        M(
            "Code {number} ({name}) did not arrive whole. Scan it again; if it stays so, set the scanner to the "
            "country of this keyboard.",
            number=number + 1,
            name=name,
        ),
        number,
    )


def _add(keyboard: Keyboard, came: str, meant: str) -> None:
    if not came or not came.isprintable():
        raise Unlearnable(
            M(
                "{meant} arrives as a key that types nothing. Set the scanner to the country of this keyboard.",
                meant=meant,
            )
        )
    other = keyboard.meant.setdefault(came, meant)
    if other == meant:
        return
    if other.lower() == meant.lower():
        raise Unlearnable(
            M("Capital and small letters arrive alike. Switch case conversion off in the scanner, then scan again.")
        )
    raise Unlearnable(
        M(
            "{one} and {other} both arrive as {came}. "
            "Set the scanner to the country of this keyboard, then scan again.",
            one=other,
            other=meant,
            came=came,
        )
    )


def _refuse_swapped_case(keyboard: Keyboard) -> None:
    """A correction for Caps Lock would be wrong as soon as somebody presses it."""
    came = {meant: came for came, meant in keyboard.meant.items()}
    if all(came[each].islower() for each in ascii_uppercase) and all(came[each].isupper() for each in ascii_lowercase):
        raise Unlearnable(
            M(
                "Capitals arrive as small letters and small ones as capitals: Caps Lock is on here or in the scanner. "
                "Switch it off, then scan all codes again, in their order."
            )
        )


def _add_marks(keyboard: Keyboard, take: Sequence[Typed], number: int) -> None:
    """The marks of one code: each is the key before its letter, where that letter arrived."""
    code = CALIBRATION[number].text
    inside = [each.data for each in keyboard.inside(take)]
    came = {meant: came for came, meant in keyboard.meant.items()}
    if list(take[: len(keyboard.lead)]) != keyboard.lead or inside[-1:] != [came[code[-1]]]:
        raise again(number)
    last, letters = -1, 0
    for at in range(1, len(code), 2):
        letters += 1
        found = next((place for place in range(last + 1, len(inside)) if inside[place] == came[code[at]]), None)
        if found is None:
            keyboard.lost += code[at - 1]
            continue
        mark = inside[found - 1] if last + 1 < found <= last + 2 * letters else ""
        if mark and mark.isprintable() and keyboard.meant.get(mark, code[at - 1]) == code[at - 1]:
            keyboard.meant[mark] = code[at - 1]
        else:
            keyboard.lost += code[at - 1]
        last, letters = found, 0
