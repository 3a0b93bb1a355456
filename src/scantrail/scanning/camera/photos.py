"""Photos as evidence: small enough to send, and nothing in them but the picture (no place, no camera's name)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scantrail.scanning.camera.messages import Preview
from scantrail.scanning.decoders.pictures import Grey, read_colours

LONGEST_SIDE = 1600
"""Pixels on the longer side of a photo."""
MOST_BYTES = 500_000
_QUALITIES = (85, 70, 55, 40)
PREVIEW = (160, 120)
"""Columns and rows of a preview at most."""


def shrunk(file: Path) -> bytes:
    """A picture file as a JPEG small enough to send, the right way up, without anything a camera wrote into it.

    Raises:
        PictureUnreadable: there is no such file, or no picture in it.
    """
    return photo_of(read_colours(file))


def photo_of(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A picture as a JPEG of at most `LONGEST_SIDE` pixels and `MOST_BYTES` bytes."""
    pixels = _within(pixels, LONGEST_SIDE / max(pixels.shape[:2]))
    while True:
        for quality in _QUALITIES:
            jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(jpeg) <= MOST_BYTES:
                return jpeg
        pixels = _within(pixels, 0.75)


def preview_of(picture: Grey) -> Preview:
    """A picture as small as a terminal can show it."""
    height, width = picture.shape
    small = _within(picture, min(PREVIEW[0] / width, PREVIEW[1] / height))
    return Preview(small.shape[1], small.shape[0], small.tobytes())


def _within(pixels: npt.NDArray[np.uint8], by: float) -> npt.NDArray[np.uint8]:
    if by >= 1:
        return pixels
    height, width = (max(1, int(side * by)) for side in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
