"""ISO/IEC 15434: the envelope `[)>RS 06 GS … RS EOT` around the data of a two-dimensional label.

Scanners that type as a keyboard often drop RS and EOT, and send GS as another character or by its name. The envelope
is known all the same; what stands directly behind the format's two digits is the separator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GS1, DATA_IDENTIFIERS, TEXT_ELEMENTS = "05", "06", "12"
"""The formats that are read: GS1 application identifiers, ASC MH10 data identifiers, text element identifiers."""

_RS = r"\x1e|␞|<RS>|\{RS\}|\[RS\]|\^\^"
_GS = r"\x1d|␝|<GS>|\{GS\}|\[GS\]|\^\]"
_EOT = r"\x04|␄|<EOT>|\{EOT\}|\[EOT\]|\^D"
_OTHER = r"[^0-9A-Za-z ./_+-]"
"""A character that a site has chosen to be sent for a separator; none that serials and part numbers hold themselves."""
_HEAD = re.compile(rf"\[\)>({_RS}|{_OTHER})?(0[1-9]|1[0-2]|DD)({_GS}|{_OTHER})?", re.DOTALL)
_TAIL = re.compile(rf"(?:{_RS}|{_EOT})+$")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One record of an envelope."""

    format: str
    """Its format indicator, two characters such as `06`."""
    fields: tuple[str, ...]
    """What stands between its separators."""
    separated: bool
    """Whether a separator stood behind the format indicator; if not, the fields may have run together."""


def is_envelope(text: str) -> bool:
    """Whether a text begins as an envelope does."""
    return text.startswith("[)>")


def read_envelope(text: str) -> Envelope | None:
    """The first record of an envelope; None where the text is no envelope of a known format."""
    head = _HEAD.match(text)
    if head is None:
        return None
    record_mark, kind, mark = head.groups()
    body = _TAIL.sub("", text[head.end() :])
    if mark is None:
        return Envelope(kind, (body,) if body else (), separated=False)
    if record_mark:
        body = body.partition(record_mark)[0] if record_mark != mark else body
    body = re.split(_RS, body)[0]
    return Envelope(kind, tuple(each for each in body.split(mark) if each), separated=True)
