"""Texts as a printer can print them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable


def printable(text: str, has_shape: Callable[[str], bool]) -> str:
    """The text with the number of each character that has no shape or would move others, such as `<202E>`."""
    return "".join(
        each if each.isprintable() and has_shape(each) else f"<{ord(each):04X}>"
        for each in unicodedata.normalize("NFC", text)
    )


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """The text, cut at its end until it fits."""
    if fits(text):
        return text
    length = next((length for length in range(len(text), 0, -1) if fits(text[:length] + "...")), 0)
    return text[:length] + "..."
