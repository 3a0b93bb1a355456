"""Made-up frames: labels on a table, as a camera sees them. For tests and for measuring."""

from __future__ import annotations

from collections.abc import Iterator
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
    "30712345000010": BarcodeFormat.ITF,
    "A-15-03": BarcodeFormat.Code39,
    "00952123450000000014": BarcodeFormat.PDF417,
    "036000291452": BarcodeFormat.UPCA,
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


def stream(frames_each: int) -> Iterator[tuple[str, Grey]]:
    """The labels one after the other, each moving across the table, with an empty table between; and their texts."""
    tables = [table(seed) for seed in range(4)]
    for text in LABELS:
        for count in range(frames_each):
            yield "", tables[count % 4]
        picture = label(text)
        for count in range(frames_each):
            yield text, lying(picture, tables[count % 4], (200 + 8 * count, 150 + 5 * count))


def video(path: Path, frames: list[Grey], per_second: int = 100) -> Path:
    """A video file of some frames."""
    height, width = frames[0].shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), per_second, (width, height))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path
