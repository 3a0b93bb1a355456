"""`scantrail decode`: what is in some picture files, for people and for programs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scantrail.scanning.acceptance import Code
from scantrail.scanning.decoders.pictures import PictureUnreadable, read_picture
from scantrail.scanning.decoders.stills import HAS_ZBAR, Stills
from scantrail.words import M, Message, say

SHORTFALL: Message | None = (
    None
    if HAS_ZBAR
    else M(
        "pyzbar or its library zbar is missing, so zxing-cpp reads alone and fewer EAN, UPC, ITF and Code 39 codes are "
        "accepted. Install the system's package libzbar0 and the part 'camera': pip install 'scantrail[camera]'."
    )
)
"""What is missing here and what to do about it."""


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
        """For people; whoever prints it makes it harmless first."""
        if self.error:
            return [self.error]
        if not self.codes:
            return [say(M("{file}: no code found ({ms} ms)", file=self.file, ms=self.ms))]
        return [say(M("{file} ({ms} ms):", file=self.file, ms=self.ms)), *(_line(code) for code in self.codes)]


def reports(files: Iterable[Path]) -> Iterator[Report]:
    """Read some files, one after the other; one that cannot be read does not keep the others from it."""
    with Stills() as stills:
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
    return {
        "text": code.text,
        "bytes": code.data.hex(),
        "symbology": code.symbology.value,
        "decoders": [each.value for each in code.decoders],
        "accepted": code.accepted,
    }


def _line(code: Code) -> str:
    verdict = M("accepted") if code.accepted else M("not accepted")
    return say(
        M(
            "  {verdict}: {text} ({symbology}, read by {decoders})",
            verdict=verdict,
            text=code.text,
            symbology=code.symbology.value,
            decoders=", ".join(each.value for each in code.decoders),
        )
    )
