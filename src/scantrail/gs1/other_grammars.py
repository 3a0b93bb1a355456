"""Reads labels of the public grammars beside GS1: ISO/IEC 15434 envelopes, HIBC."""

from __future__ import annotations

import re

from scantrail.gs1.data_identifiers import read_data_identifiers
from scantrail.gs1.envelope import is_envelope, read_envelope
from scantrail.gs1.health import is_health_label, read_health_label
from scantrail.gs1.labels import LabelMeaning

_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z](?=\[\)>|\+)")
"""An AIM identifier before a label of these grammars."""


def read_label(text: str) -> LabelMeaning | None:
    """What a label says by another grammar than GS1's; None where no mark shows one that is known."""
    text = _AIM.sub("", text)
    if is_envelope(text):
        envelope = read_envelope(text)
        return read_data_identifiers(envelope) if envelope else None
    return read_health_label(text) if is_health_label(text) else None
