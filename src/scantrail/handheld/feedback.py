"""How verdicts sound: patterns of the terminal's bell, told apart without looking."""

from __future__ import annotations

from scantrail.workflows.base import Tone

BELLS: dict[Tone, tuple[float, ...]] = {
    Tone.ACCEPTED: (0.0,),
    Tone.NOTED: (0.0, 0.15),
    Tone.REFUSED: (0.0, 0.15, 0.3),
    Tone.REPEAT: (),
}
"""Seconds after the verdict at which the bell sounds."""
