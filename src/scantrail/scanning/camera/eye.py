"""Reading a stream of frames: each one plainly by both decoders, every other one by one of them after a clean-up too.

On the frames without a clean-up zbar looks for QR codes as well, so that no frame takes much longer than another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle, product

import cv2
import numpy as np
import numpy.typing as npt

from scantrail.scanning.acceptance import Code, Decoder, Rules, Sighting
from scantrail.scanning.camera.gathering import Gatherer
from scantrail.scanning.decoders.ladder import LADDER, Step, sighting
from scantrail.scanning.decoders.pictures import Found, Grey
from scantrail.scanning.decoders.stills import HAS_ZBAR
from scantrail.scanning.decoders.zxing import read_zxing

if HAS_ZBAR:
    from scantrail.scanning.decoders.zbar import read_zbar

_DENSITY = 2
"""zbar's: at 1 a frame would take it three times as long."""
_GLANCE = (32, 18)
"""Pixels of a frame that are compared with the next one's."""
_UNLIKE = 20.0
"""Mean difference of those, from 0 to 255, from which on two frames show different things."""


class Eye:
    """Looks at frames, one after the other; for one thread."""

    def __init__(self, rules: Rules) -> None:
        cv2.setNumThreads(1)  # the screen needs the other core
        self._gatherer = Gatherer(rules)
        decoders = tuple(Decoder) if HAS_ZBAR else (Decoder.ZXING,)
        self._clean_ups = cycle(product(LADDER[1:], decoders))
        self._glance: npt.NDArray[np.int16] | None = None
        self._frames = 0

    def look(self, picture: Grey) -> tuple[Code, ...]:
        """The codes in view, accepted or not, after one frame more."""
        self._frames += 1
        cleans_up = self._frames % 2 == 0
        looks = {(each, LADDER[0].name): self._look(picture, LADDER[0], each, qr=not cleans_up) for each in Decoder}
        if cleans_up:
            step, decoder = next(self._clean_ups)
            looks[decoder, step.name] = self._look(picture, step, decoder, qr=False)
        return self._gatherer.add(looks, changed=self._has_changed(picture))

    def _look(self, picture: Grey, step: Step, decoder: Decoder, *, qr: bool) -> Sequence[Sighting]:
        cleaned = step.clean(picture)
        return tuple(sighting(found, step, cleaned, picture) for found in self._found(cleaned.picture, decoder, qr=qr))

    def _found(self, picture: Grey, decoder: Decoder, *, qr: bool) -> Iterable[Found]:
        if decoder is Decoder.ZXING:
            return read_zxing(picture, inverted=False)
        return read_zbar(picture, density=_DENSITY, qr=qr) if HAS_ZBAR else ()

    def _has_changed(self, picture: Grey) -> bool:
        """Whether this frame shows something else than the last; how light it is does not matter."""
        small = cv2.resize(picture, _GLANCE, interpolation=cv2.INTER_AREA).astype(np.int16)
        small -= int(small.mean())
        before, self._glance = self._glance, small
        return before is not None and float(np.abs(small - before).mean()) > _UNLIKE
