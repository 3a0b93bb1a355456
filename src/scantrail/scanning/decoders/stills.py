"""Reading still pictures: one clean-up after another, by both decoders, until the answer is settled."""

from __future__ import annotations

import time
from collections.abc import Iterator

from scantrail.scanning.acceptance import Code, Rules, Sighting, is_settled, judge
from scantrail.scanning.decoders.ladder import LADDER, Step, sighting
from scantrail.scanning.decoders.pictures import Found, Grey
from scantrail.scanning.decoders.zxing import read_zxing

try:
    from scantrail.scanning.decoders.zbar import read_zbar
except ImportError:  # neither pyzbar nor libzbar has to be there
    HAS_ZBAR = False
else:
    HAS_ZBAR = True

LONGEST_S = 10.0
"""Seconds after which no further clean-up of one picture is begun."""


class Stills:
    """Reads pictures, each by itself."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()

    def read(self, picture: Grey) -> tuple[Code, ...]:
        """Every code in a picture, accepted or not."""
        sightings: list[Sighting] = []
        codes: tuple[Code, ...] = ()
        started = time.monotonic()
        for step in LADDER:
            sightings += _sightings(picture, step)
            codes = judge(sightings, self._rules)
            if is_settled(codes, self._rules) or time.monotonic() - started > LONGEST_S:
                break
        return codes


def _sightings(picture: Grey, step: Step) -> Iterator[Sighting]:
    cleaned = step.clean(picture)
    for found in _found(cleaned.picture):
        yield sighting(found, step, cleaned, picture)


def _found(picture: Grey) -> Iterator[Found]:
    yield from read_zxing(picture)
    if HAS_ZBAR:
        yield from read_zbar(picture)
