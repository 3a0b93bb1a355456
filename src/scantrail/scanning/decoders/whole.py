"""Whether a linear code was seen whole: at both ends, the blank zone that belongs to it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scantrail.scanning.decoders.pictures import Grey

Values = npt.NDArray[np.float64]

_NEAR, _FAR = 1.0, 4.5
"""Where the blank begins and ends that is demanded beyond the outermost bars, in widths of the narrowest bar. Blurred
bars have no sharp edge; no space inside these codes is wider than 3, and the standards demand 10."""
_UNEVEN = 0.4
"""Share of the code's own contrast from which on a zone is not blank."""
_SAMPLES, _LINES = 24, 9


def is_whole(picture: Grey, corners: tuple[tuple[float, float], ...], modules: int) -> bool:
    """Whether a code's ends are blank in a picture; what lies beyond the picture's edge is not.

    Args:
        picture: as it was taken, without a border added.
        corners: top left, top right, bottom right and bottom left of the code as it is read, in its pixels.
        modules: length of the code, in widths of its narrowest bar.
    """
    top_left, top_right, bottom_right, bottom_left = (np.array(each) for each in corners)
    across, across_below = top_right - top_left, bottom_right - bottom_left
    inside = _values(picture, top_left, across, bottom_left, across_below, 0, 1, 2 * modules)
    near, far = _NEAR / modules, _FAR / modules
    zones = [
        _values(picture, top_left, across, bottom_left, across_below, begin, end, _SAMPLES)
        for begin, end in ((-far, -near), (1 + near, 1 + far))
    ]
    if inside is None:
        return False
    return all(zone is not None and np.ptp(zone) < _UNEVEN * np.ptp(inside) for zone in zones)


def _values(
    picture: Grey,
    top: Values,
    across_top: Values,
    below: Values,
    across_below: Values,
    begin: float,
    end: float,
    count: int,
) -> Values | None:
    """How light it is between two points along the code, each the mean over its height; None beyond the picture."""
    along = np.linspace(begin, end, count)[None, :, None]
    down = np.linspace(0.3, 0.7, _LINES)[:, None, None]
    points = ((top + along * across_top) * (1 - down) + (below + along * across_below) * down).astype(np.float32)
    height, width = picture.shape
    clamped = np.clip(points, 0, (width - 1, height - 1))
    if np.abs(points - clamped).max() > 1:
        return None
    x, y = (np.ascontiguousarray(clamped[:, :, axis], np.float32) for axis in (0, 1))
    values: Values = np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR), np.float64)
    return np.asarray(values.mean(axis=0), np.float64)
