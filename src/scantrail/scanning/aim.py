"""What an AIM identifier says in words (ISO/IEC 15424)."""

from __future__ import annotations

from scantrail.words import N_, Message

_KINDS = {
    "A": N_("Code 39"),
    "C": N_("Code 128"),
    "E": N_("EAN or UPC"),
    "F": N_("Codabar"),
    "G": N_("Code 93"),
    "I": N_("Interleaved 2 of 5"),
    "L": N_("PDF417"),
    "Q": N_("QR"),
    "d": N_("DataMatrix"),
    "e": N_("GS1 DataBar"),
    "z": N_("Aztec"),
}
_EXACTLY = {
    "]C1": N_("GS1-128"),
    "]E4": N_("EAN-8"),
    "]d2": N_("GS1 DataMatrix"),
    "]Q3": N_("GS1 QR"),
    "]J1": N_("GS1 DotCode"),
}


def aim_words(aim: str) -> Message | None:
    """The kind of code that an identifier such as `]C1` names; None for one that is not known here."""
    name = _EXACTLY.get(aim) or _KINDS.get(aim[1:2])
    return Message(name) if name else None
