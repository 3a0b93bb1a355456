"""What a scanner profile may say: the settings of each kind of scanner, and what each of them may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from scantrail.scanning.acceptance import Rules, Symbology
from scantrail.scanning.keys import ACTION_KEYS, CONTROL_KEYS
from scantrail.toml import (
    Setting,
    choice,
    choices,
    one_of,
    text,
    texts,
    whole_number,
    whole_numbers,
    yes_or_no,
)
from scantrail.words import M


class Kind(Enum):
    """How a scanner is connected."""

    WEDGE = "keyboard wedge"
    """It types."""
    SERIAL_PORT = "serial port"
    """RS-232, or a USB scanner that presents itself as a serial port."""
    CAMERA = "camera"


class Parity(Enum):
    """What the parity bit of a serial port does."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class Flow(Enum):
    """How a serial port tells a scanner to wait."""

    NONE = "none"
    HARDWARE = "rts/cts"
    SOFTWARE = "xon/xoff"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How to talk to a scanner on a serial port; they must be the scanner's own."""

    port: str
    """The device file, such as `/dev/ttyACM0`."""
    baud: int
    bits: int
    parity: Parity
    flow: Flow


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What the camera looks for, and what it believes."""

    symbologies: tuple[Symbology, ...]
    itf_lengths: tuple[int, ...]
    """Digits that an ITF code must have."""
    itf_check_digit: bool
    """Whether an ITF code must end with the check digit of a GTIN."""

    @property
    def rules(self) -> Rules:
        """The same, for `acceptance.judge`."""
        return Rules(frozenset(self.itf_lengths), self.itf_check_digit, frozenset(self.symbologies))


_AROUND = texts(
    M("a list of texts that are not letters and digits alone, which nobody could tell from the code"),
    lambda each: bool(each) and not each.isalnum(),
)
_ENDS = M("a list of keys such as enter, tab, ctrl+j or ctrl+c")
_SERIAL_ENDS = texts(_ENDS, CONTROL_KEYS.__contains__)
_KEYS = texts(_ENDS, lambda each: each in CONTROL_KEYS or each in ACTION_KEYS)
_SEPARATOR_KEYS = texts(
    M("a list of keys such as f8, down or ctrl+right_square_bracket"),
    lambda each: each in CONTROL_KEYS or each in ACTION_KEYS,
)
_LINE = M("a line of text in quotes")

_COMMON = {
    "name": text(
        M("a name of letters a to z, digits and hyphens, in quotes"), re.compile(r"[a-z0-9][a-z0-9-]{0,39}").fullmatch
    ),
    "kind": choice(Kind),
    "description": text(_LINE, lambda value: bool(value) and value.isprintable()),
    "sources": texts(M("a list of lines of text"), lambda value: bool(value) and value.isprintable()),
    "assumed": texts(M("a list of names of settings"), bool),
}
_CODE = {
    "ends": _SERIAL_ENDS,
    "prefixes": _AROUND,
    "suffixes": _AROUND,
    "separator_texts": texts(
        M("a list of texts such as ~ or {{GS}}, not of what serials are made of: letters, digits, space and -./_"),
        lambda each: bool(each) and not each.strip("-./_ ").isalnum() and bool(each.strip("-./_ ")),
    ),
    "aim": yes_or_no(),
    "quiet_ms": whole_number(1, 10_000),
}
_WEDGE = {
    **_CODE,
    "ends": _KEYS,
    "separator_keys": _SEPARATOR_KEYS,
    "alt_digits": one_of((0, 3, 4)),
    "key_gap_ms": whole_number(1, 5_000),
    "min_length": whole_number(1, 100),
    "twins": yes_or_no(),
    "layout": Setting(
        M('a table of single characters in quotes, such as a = "q", each meant by one other alone'),
        lambda value: (
            isinstance(value, dict)
            and all(isinstance(each, str) and len(each) == 1 for pair in value.items() for each in pair)
            and len(set(value.values())) == len(value)
        ),
        optional=True,
    ),
}
_TABLE = Setting(M("a table of settings"), lambda value: isinstance(value, dict))
_BY_KIND: dict[Kind, dict[str, Setting]] = {
    Kind.WEDGE: _WEDGE,
    Kind.SERIAL_PORT: {**_CODE, "serial": _TABLE},
    Kind.CAMERA: {"camera": _TABLE},
}
TABLES: dict[str, tuple[type, dict[str, Setting]]] = {
    "serial": (
        SerialSettings,
        {
            "port": text(M('a device file in quotes, such as "/dev/ttyACM0"'), re.compile(r"/[!-~]+").fullmatch),
            "baud": one_of((1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)),
            "bits": one_of((7, 8)),
            "parity": choice(Parity),
            "flow": choice(Flow),
        },
    ),
    "camera": (
        CameraSettings,
        {
            "symbologies": choices(Symbology, [each for each in Symbology if each is not Symbology.OTHER]),
            "itf_lengths": whole_numbers(2, 80),
            "itf_check_digit": yes_or_no(),
        },
    ),
}


def settings_of(kind: Kind) -> dict[str, Setting]:
    """What a profile of a kind says, in the order of its file."""
    return _COMMON | _BY_KIND[kind]


def setting_names(kind: Kind) -> tuple[str, ...]:
    """What a profile of a kind says about its scanner, settings in tables as `serial.baud`."""
    return tuple(
        each
        for name in _BY_KIND[kind]
        for each in ([f"{name}.{inner}" for inner in TABLES[name][1]] if name in TABLES else [name])
    )
