"""What the camera's program and the handheld say to each other: one JSON object a line."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from scantrail.scanning.acceptance import Code, Decoder, Place, Rules, Symbology

LONGEST = 1 << 20
"""Bytes of one line at the most; a photo takes the most."""
PHOTO_PLEASE = b"photo\n"
"""The one thing the handheld asks for. It ends the program by closing its input."""


class Garbled(Exception):
    """A line is no message."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the camera sees, small."""

    width: int
    height: int
    grey: bytes
    """A byte for each pixel, row by row; 0 is black."""


@dataclass(frozen=True, slots=True)
class View:
    """One frame: its size in pixels and the codes in view, places in pixels."""

    width: int
    height: int
    codes: tuple[Code, ...]
    preview: Preview | None = None
    """Not with every frame."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The camera cannot go on; the text says why and what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class Photo:
    """The present frame as a JPEG."""

    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Turned:
    """The picture of a folder that is shown from now on, or that cannot be read."""

    picture: str
    """Its file's name."""


Said = View | Trouble | Photo | Turned


def to_line(said: Said) -> bytes:
    """A message as a line."""
    return json.dumps(_plain(said)).encode() + b"\n"


def from_line(line: bytes) -> Said:
    """A line as a message.

    Raises:
        Garbled: it is none.
    """
    try:
        return _said(json.loads(line))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Garbled(f"Not a message of the camera's program: {line[:80]!r}") from error


def rules_to_text(rules: Rules) -> str:
    """Rules as an argument for the camera's program."""
    return json.dumps(
        {
            "itf_lengths": sorted(rules.itf_lengths),
            "itf_check_digit": rules.itf_check_digit,
            "symbologies": sorted(each.value for each in rules.symbologies),
        }
    )


def rules_from_text(text: str) -> Rules:
    """The rules in an argument."""
    found = json.loads(text)
    return Rules(
        itf_lengths=frozenset(found["itf_lengths"]),
        itf_check_digit=found["itf_check_digit"],
        symbologies=frozenset(Symbology(each) for each in found["symbologies"]),
    )


def _plain(said: Said) -> dict[str, Any]:
    match said:
        case View():
            view = {"width": said.width, "height": said.height, "codes": [_plain_code(code) for code in said.codes]}
            return {"view": view if said.preview is None else {**view, "preview": _plain_preview(said.preview)}}
        case Trouble():
            return {"trouble": said.text}
        case Photo():
            return {"photo": b64encode(said.jpeg).decode()}
        case Turned():
            return {"turned": said.picture}


def _plain_preview(preview: Preview) -> dict[str, Any]:
    return {"width": preview.width, "height": preview.height, "grey": b64encode(preview.grey).decode()}


def _plain_code(code: Code) -> dict[str, Any]:
    at = code.place
    return {
        "text": code.text,
        "bytes": code.data.hex(),
        "symbology": code.symbology.value,
        "aim": code.aim,
        "decoders": [each.value for each in code.decoders],
        "accepted": code.accepted,
        "place": [at.left, at.top, at.right, at.bottom],
    }


def _said(found: dict[str, Any]) -> Said:
    if "photo" in found:
        return Photo(b64decode(found["photo"], validate=True))
    if "trouble" in found:
        return Trouble(str(found["trouble"]))
    if "turned" in found:
        return Turned(str(found["turned"]))
    view = found["view"]
    preview = _preview(view["preview"]) if "preview" in view else None
    return View(int(view["width"]), int(view["height"]), tuple(_code(each) for each in view["codes"]), preview)


def _preview(found: dict[str, Any]) -> Preview:
    preview = Preview(int(found["width"]), int(found["height"]), b64decode(found["grey"], validate=True))
    if len(preview.grey) != preview.width * preview.height:
        raise ValueError("A preview must have a byte for each pixel.")
    return preview


def _code(found: dict[str, Any]) -> Code:
    if found["accepted"] not in (True, False):
        raise ValueError("A code is accepted or not.")
    left, top, right, bottom = map(float, found["place"])
    return Code(
        text=str(found["text"]),
        data=bytes.fromhex(found["bytes"]),
        symbology=Symbology(found["symbology"]),
        decoders=tuple(Decoder(each) for each in found["decoders"]),
        accepted=found["accepted"],
        place=Place(left, top, right, bottom),
        aim=str(found["aim"]),
    )
