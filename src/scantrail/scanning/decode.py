"""`scantrail decode`: what is in some picture files, for people and for programs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scantrail.scanning.acceptance import Code, Doubt
from scantrail.scanning.decoders.pictures import PictureUnreadable, read_picture
from scantrail.scanning.decoders.stills import HAS_ZBAR, Stills
from scantrail.words import M, Message, say

SHORTFALL: Message | None = (
    None
    if HAS_ZBAR
    else M(
        "pyzbar or its library zbar is missing, so zxing-cpp reads alone: fewer EAN, UPC and ITF codes are accepted, "
        "and no UPC-E, Code 39 and Codabar. Install the system's package libzbar0 and the part 'camera': "
        "pip install 'scantrail[camera]'."
    )
)
"""What is missing here and what to do about it."""


_WHY = {
    Doubt.KIND: M("Scantrail does not know this kind of code well enough to believe it."),
    Doubt.PROFILE: M("the camera's profile does not name this kind."),
    Doubt.UNSOUND: M("its length or its check digit is wrong for its kind, or for the camera's profile."),
    Doubt.CONTRADICTED: M("something else was read in the same place. Take a sharper picture."),
    Doubt.ZBAR_ALONE: M("pyzbar alone read it, which is not reliable for this kind. Take a sharper picture."),
    Doubt.ONE_DECODER: M(
        "only one decoder read it. This kind is easily misread, so both must read the same. Take a sharper picture."
    ),
    Doubt.ONCE: M("it was read only once, and two readings must agree. Take a sharper picture."),
    Doubt.CUT: M("it may be part of a longer code. Take a picture with blank space at both ends of the code."),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What one file gave."""

    file: Path
    codes: tuple[Code, ...]
    ms: int
    error: str = ""
    """Why it could not be read; empty when it could."""

    def to_plain(self) -> dict[str, Any]:
        """For JSON; a code's bytes in hexadecimal."""
        about: dict[str, Any] = {"file": str(self.file)}
        if self.error:
            return {**about, "error": self.error, "ms": self.ms}
        return {**about, "codes": [_plain(code) for code in self.codes], "ms": self.ms}

    def lines(self) -> list[str]:
        """For people; make it harmless before it is printed."""
        if self.error:
            return [self.error]
        if not self.codes:
            return [say(M("{file}: no code found ({ms} ms)", file=self.file, ms=self.ms))]
        return [say(M("{file} ({ms} ms):", file=self.file, ms=self.ms)), *(_line(code) for code in self.codes)]


def reports(files: Iterable[Path]) -> Iterator[Report]:
    """Read some files, one after the other; one that cannot be read does not keep the others from it."""
    stills = Stills()
    for file in files:
        yield _report(file, stills)


def _report(file: Path, stills: Stills) -> Report:
    started = time.monotonic()
    codes: tuple[Code, ...] = ()
    error = ""
    try:
        codes = stills.read(read_picture(file))
    except PictureUnreadable as unreadable:
        error = str(unreadable)
    return Report(file, codes, round((time.monotonic() - started) * 1000), error)


def _plain(code: Code) -> dict[str, Any]:
    about: dict[str, Any] = {
        "text": code.text,
        "bytes": code.data.hex(),
        "symbology": code.symbology.value,
        "decoders": [each.value for each in code.decoders],
        "accepted": code.accepted,
    }
    return about if code.doubt is None else {**about, "reason": say(_WHY[code.doubt])}


def _line(code: Code) -> str:
    about = {
        "text": code.text,
        "symbology": code.symbology.value,
        "decoders": ", ".join(each.value for each in code.decoders),
    }
    if code.doubt is None:
        return say(M("  accepted: {text} ({symbology}, read by {decoders})", **about))
    return say(M("  not accepted: {text} ({symbology}, read by {decoders}): {why}", **about, why=say(_WHY[code.doubt])))
