"""Pictures as the decoders want them: grey, one byte a pixel."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scantrail.scanning.acceptance import Decoder, Symbology
from scantrail.words import M, Message, OperatorError, say

os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # it would warn on the screen
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))  # a small file may claim to be gigabytes large

try:
    import cv2
except ModuleNotFoundError:
    raise
except ImportError as error:
    raise OperatorError(
        M(
            "OpenCV cannot start here ({why}). Install the package opencv-python-headless in place of opencv-python, "
            "or the system's libraries libgl1 and libglib2.0-0.",
            why=error,
        )
    ) from error

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

SMALLEST = 8
"""Pixels on each side; no code is smaller, and not every clean-up can be done on less."""


@dataclass(frozen=True, slots=True)
class Found:
    """One code in one picture, before it is known where that picture came from."""

    text: str
    data: bytes
    symbology: Symbology
    decoder: Decoder
    corners: tuple[tuple[float, float], ...]
    """In pixels of the picture that was read."""
    aim: str = ""
    """AIM symbology identifier, where the decoder names one."""


class PictureUnreadable(Exception):
    """A file is no picture; the text says which one, why, and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


def read_picture(path: Path) -> Grey:
    """A picture from a file, in grey; what is transparent is white.

    Raises:
        PictureUnreadable: there is no such file, or no picture in it.
    """
    return _grey(_pixels(path, cv2.IMREAD_UNCHANGED))


def read_colours(path: Path) -> npt.NDArray[np.uint8]:
    """A picture from a file, in blue, green and red, the way up that its camera noted.

    Raises:
        PictureUnreadable: there is no such file, or no picture in it.
    """
    return np.asarray(_pixels(path, cv2.IMREAD_COLOR), np.uint8)


def _pixels(path: Path, how: int) -> npt.NDArray[Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PictureUnreadable(
            M("{file} cannot be read: {why}. Check the name and who may read it.", file=path, why=error.strerror)
        ) from error
    pixels = _decoded(data, how)
    if pixels is None:
        raise PictureUnreadable(
            M("{file} is no picture that can be read here. Expected a whole PNG, JPEG, BMP, TIFF or WebP.", file=path)
        )
    return pixels


def _decoded(data: bytes, how: int) -> npt.NDArray[Any] | None:
    if not data:
        return None
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error:
        return None


def _grey(pixels: npt.NDArray[Any]) -> Grey:
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = cv2.normalize(pixels, np.empty(0), 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels)
    if pixels.shape[2] == 4:
        return _on_white(pixels)
    if pixels.shape[2] == 2:
        return np.ascontiguousarray(pixels[:, :, 0])
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.uint8)


def _on_white(pixels: npt.NDArray[Any]) -> Grey:
    grey = cv2.cvtColor(pixels[:, :, :3], cv2.COLOR_BGR2GRAY).astype(np.float32)
    opacity = pixels[:, :, 3].astype(np.float32) / 255
    return (grey * opacity + 255 * (1 - opacity)).round().astype(np.uint8)
