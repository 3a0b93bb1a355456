"""Which codes seen in a picture are believed. A wrong read is worse than none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import combinations

from scantrail.domain.names.identifiers import upc_a_of


class Symbology(Enum):
    """The kinds of code that are told apart; the value is what people call them."""

    QR = "QR"
    DATA_MATRIX = "DataMatrix"
    PDF417 = "PDF417"
    CODE_128 = "Code 128"
    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_A = "UPC-A"
    UPC_E = "UPC-E"
    ITF = "ITF"
    CODE_39 = "Code 39"
    CODE_93 = "Code 93"
    CODABAR = "Codabar"
    DATABAR = "DataBar"
    DATABAR_EXPANDED = "DataBar Expanded"
    AZTEC = "Aztec"
    OTHER = "other"


class Decoder(Enum):
    """The libraries that read pictures."""

    ZXING = "zxing-cpp"
    ZBAR = "pyzbar"


MATRIX = frozenset({Symbology.QR, Symbology.DATA_MATRIX, Symbology.PDF417, Symbology.AZTEC})
"""Kinds that correct their own errors: stripes seen inside one of them are no code of their own."""

_ALONE = frozenset(
    {
        Symbology.QR,
        Symbology.DATA_MATRIX,
        Symbology.PDF417,
        Symbology.AZTEC,
        Symbology.CODE_128,
        Symbology.DATABAR,
        Symbology.DATABAR_EXPANDED,
    }
)
"""Kinds that zxing-cpp reads reliably enough to be believed alone."""

_RETAIL = frozenset({Symbology.EAN_13, Symbology.EAN_8, Symbology.UPC_A, Symbology.UPC_E})
_TWICE = _RETAIL | {Symbology.ITF, Symbology.CODE_93, Symbology.CODE_39, Symbology.CODABAR}
"""Kinds that are believed when two readings agree: of both decoders, or of one after two clean-ups."""

ENDLESS = frozenset({Symbology.ITF, Symbology.CODE_39, Symbology.CODABAR})
"""Kinds that may end after any character and carry no check digit of their own."""

_BY_BOTH = frozenset({Symbology.UPC_E, Symbology.CODE_39, Symbology.CODABAR})
"""Kinds of which both decoders must read the same: where one misreads a code without a check digit, it does so after
each clean-up; and zxing-cpp sees a UPC-E in the left half of a tilted EAN-13."""


class Doubt(Enum):
    """Why a code is not believed."""

    KIND = "kind"
    """No kind that is ever believed."""
    PROFILE = "profile"
    UNSOUND = "unsound"
    CONTRADICTED = "contradicted"
    ZBAR_ALONE = "zbar alone"
    ONE_DECODER = "one decoder"
    """Both must read a code of this kind."""
    ONCE = "once"
    CUT = "cut"
    """It may be part of a longer code, since no reading shows the blank zone at both ends."""


FLAT = 0.05
"""Height to length of a box from which on it is believed to be as high as the code: labels print none lower."""


@dataclass(frozen=True, slots=True)
class Place:
    """The upright box around a code, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre, across and down."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def meets(self, other: Place) -> bool:
        """Whether both may be the same code: the middle of one lies in the other."""
        return self._filled()._holds(other) or other._filled()._holds(self)

    def _filled(self) -> Place:
        """A flat box is a line or two across a code made of stripes, which is up to half as high as long.

        A higher one is as high as the code was read; others may stand closely above and below it.
        """
        wide, high = self.right - self.left, self.bottom - self.top
        if min(wide, high) > FLAT * max(wide, high):
            return self
        least = max(wide, high) / 2
        across, along = max(0.0, least - wide) / 2, max(0.0, least - high) / 2
        return Place(self.left - across, self.top - along, self.right + across, self.bottom + along)

    def _holds(self, other: Place) -> bool:
        x, y = other.middle
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Sighting:
    """One code as one decoder read it after one clean-up of the picture."""

    text: str
    data: bytes
    """What the code holds, uninterpreted."""
    symbology: Symbology
    decoder: Decoder
    step: str
    """The clean-up it was read after."""
    place: Place
    aim: str = ""
    """AIM symbology identifier, where the decoder names one."""
    whole: bool = True
    """Whether both ends of the code were seen in the picture; demanded of one reading of each `ENDLESS` code."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a scanner profile believes, and what it demands of the kinds that are easily cut short."""

    itf_lengths: frozenset[int] = frozenset({14})
    """Digits an ITF code must have: a tilted one is read as a shorter one, by every decoder alike."""
    itf_check_digit: bool = True
    """Whether the last digit of an ITF code is the check digit of a GTIN."""
    symbologies: frozenset[Symbology] = frozenset(Symbology)
    """The kinds that are ever believed."""

    def needs_both(self, symbology: Symbology) -> bool:
        """Whether both decoders must read a code of this kind."""
        return symbology in _BY_BOTH or (symbology is Symbology.ITF and not self.itf_check_digit)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a picture, and whether it is believed."""

    text: str
    data: bytes
    symbology: Symbology
    decoders: tuple[Decoder, ...]
    accepted: bool
    place: Place
    aim: str = ""
    """AIM symbology identifier, where a decoder names one."""
    doubt: Doubt | None = None
    """Why it is not accepted; not told of codes in the live camera's views."""


def judge(sightings: Iterable[Sighting], rules: Rules | None = None) -> tuple[Code, ...]:
    """Every code that was seen, in the order of first sight, each accepted or not."""
    seen = _trusted([normal(each) for each in sightings])
    groups = _grouped(seen)
    contradicted = _contradicted(groups)
    return tuple(
        _code(group, _doubt(group, rules or Rules(), contradicted=name in contradicted))
        for name, group in groups.items()
    )


def is_settled(codes: Iterable[Code], rules: Rules | None = None) -> bool:
    """Whether nothing is gained by looking again: something is accepted, and nothing could still be."""
    codes = tuple(codes)
    return any(code.accepted for code in codes) and not any(may_follow(code, rules or Rules()) for code in codes)


def may_follow(code: Code, rules: Rules) -> bool:
    """Whether a code that is not accepted might be yet, when it is seen again."""
    return not code.accepted and code.symbology in _ALONE | _TWICE and _is_sound(code.text, code.symbology, rules)


def normal(sighting: Sighting) -> Sighting:
    """The same retail code in one form, so that decoders can agree.

    An EAN-13 that begins with 0 is a UPC-A and loses the 0, as printed below its bars.
    """
    text = sighting.text
    is_upc = sighting.symbology in (Symbology.EAN_13, Symbology.UPC_A) and len(text) == 13 and text[0] == "0"
    if not is_upc:
        return sighting
    return replace(sighting, text=text[1:], data=sighting.data[1:], symbology=Symbology.UPC_A)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the GS1 check digit of those before it."""
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _trusted(sightings: list[Sighting]) -> list[Sighting]:
    """Without zbar's versions of what zxing-cpp has read better in the same place."""
    better = [each for each in sightings if each.decoder is Decoder.ZXING]
    return [
        each
        for each in sightings
        if each.decoder is Decoder.ZXING
        or not any(_is_garbled(each, true) and true.place.meets(each.place) for true in better)
    ]


def _is_garbled(sighting: Sighting, true: Sighting) -> bool:
    """Whether it is what zbar is known to make of a code: it guesses at the encoding of QR, and drops FNC4."""
    if sighting.symbology is not true.symbology or sighting.text == true.text:
        return False
    if sighting.symbology is Symbology.CODE_128:
        return sighting.data == bytes(each & 0x7F for each in true.data)
    return sighting.symbology is Symbology.QR


Name = tuple[Symbology, str]


def _grouped(sightings: list[Sighting]) -> dict[Name, list[Sighting]]:
    groups: dict[Name, list[Sighting]] = {}
    for each in sightings:
        groups.setdefault((each.symbology, each.text), []).append(each)
    return groups


def _contradicted(groups: dict[Name, list[Sighting]]) -> set[Name]:
    """The codes that something else was read in the place of."""
    found: set[Name] = set()
    for (one, ones), (other, others) in combinations(groups.items(), 2):
        if any(a.place.meets(b.place) for a in ones for b in others):
            found |= _losers(one, other)
    return found


def _losers(one: Name, other: Name) -> set[Name]:
    """Which of two readings of one place are not to be believed: both, unless it is known which is the better."""
    pair = {one, other}
    matrices = {each for each in pair if each[0] in MATRIX}
    if len(matrices) == 1:
        return pair - matrices
    cut = min(pair, key=lambda each: len(each[1]))
    if one[0] is other[0] is Symbology.ITF and all(cut[1] in text for _, text in pair):
        return {cut}
    return pair


def _doubt(group: list[Sighting], rules: Rules, *, contradicted: bool) -> Doubt | None:
    """Why the sightings of one code do not suffice; None when they do."""
    first, decoders = group[0], {each.decoder for each in group}
    if first.symbology not in _ALONE | _TWICE:
        return Doubt.KIND
    if first.symbology not in rules.symbologies:
        return Doubt.PROFILE
    if not _is_sound(first.text, first.symbology, rules):
        return Doubt.UNSOUND
    if contradicted:
        return Doubt.CONTRADICTED
    if first.symbology in _ALONE:
        return None if Decoder.ZXING in decoders else Doubt.ZBAR_ALONE
    if not rules.needs_both(first.symbology):
        return None if len({(each.decoder, each.step) for each in group}) > 1 else Doubt.ONCE
    if decoders != set(Decoder):
        return Doubt.ONE_DECODER
    return None if any(each.whole for each in group) else Doubt.CUT


def _is_sound(text: str, symbology: Symbology, rules: Rules) -> bool:
    """Whether a code may read so at all."""
    if not text or symbology not in rules.symbologies:
        return False
    if symbology in _RETAIL:
        return _is_sound_retail(text, symbology)
    if symbology is Symbology.ITF:
        return (
            _is_digits(text) and len(text) in rules.itf_lengths and (not rules.itf_check_digit or has_check_digit(text))
        )
    return True


_DIGITS = {Symbology.EAN_13: 13, Symbology.UPC_A: 12, Symbology.EAN_8: 8, Symbology.UPC_E: 8}


def _is_sound_retail(text: str, symbology: Symbology) -> bool:
    if not _is_digits(text) or len(text) != _DIGITS[symbology]:
        return False
    return has_check_digit(upc_a_of(text) if symbology is Symbology.UPC_E else text)


def _code(group: list[Sighting], doubt: Doubt | None) -> Code:
    best = min(group, key=lambda each: each.decoder is not Decoder.ZXING)
    decoders = {each.decoder for each in group}
    return Code(
        text=best.text,
        data=best.data,
        symbology=best.symbology,
        decoders=tuple(each for each in Decoder if each in decoders),
        accepted=doubt is None,
        place=best.place,
        aim=best.aim,
        doubt=doubt,
    )
