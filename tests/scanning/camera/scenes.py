"""Frames made here: labels on a table, as a camera sees them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat

from scantrail.scanning.decoders.pictures import Grey

LABELS = {
    "CM500-2025-0046": BarcodeFormat.Code128,
    "7A21-0001": BarcodeFormat.DataMatrix,
    "https://id.example/01": BarcodeFormat.QRCode,
    "9521234543213": BarcodeFormat.EAN13,
}
"""What may lie on the table, each by the kind of its code."""


def table(seed: int = 0, size: tuple[int, int] = (1280, 720)) -> Grey:
    """A table with nothing on it, in the noise of a cheap camera."""
    width, height = size
    spots = np.random.default_rng(1).integers(60, 200, (9, 16), dtype=np.uint8)
    plain = cv2.resize(spots, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    noise = np.random.default_rng(seed).normal(0, 3, (height, width))
    return np.clip(plain + noise, 0, 255).astype(np.uint8)


def label(text: str, kind: BarcodeFormat | None = None, scale: int = 3) -> Grey:
    """A slightly blurred label."""
    code = zxingcpp.create_barcode(text, kind or LABELS[text])
    picture = np.pad(np.array(code.to_image(scale=scale)), 20, constant_values=235)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.uint8)


def lying(picture: Grey, on: Grey, at: tuple[int, int] = (300, 200)) -> Grey:
    """A picture with a label put on it, its left upper corner at some pixel."""
    left, top = at
    scene = on.copy()
    scene[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return scene


def video(path: Path, frames: list[Grey], per_second: int = 100) -> Path:
    """A video file of some frames."""
    height, width = frames[0].shape
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, per_second, (width, height))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path
