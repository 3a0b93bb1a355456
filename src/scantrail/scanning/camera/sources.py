"""Where frames come from: a camera, a video file, or a folder of pictures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from scantrail.scanning.decoders.pictures import Grey, PictureUnreadable, read_colours
from scantrail.words import M, OperatorError

PIXELS = (1280, 720)
"""What a camera is asked for; it gives the nearest it has."""
EACH_PICTURE = 60
"""Frames for which each picture of a folder is shown, so that every clean-up is tried on it."""
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})


class SourceLost(OperatorError):
    """No frames come, or no more; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a source."""

    pixels: npt.NDArray[np.uint8]
    """Grey, or blue, green and red."""

    @property
    def grey(self) -> Grey:
        """As the decoders want it."""
        if self.pixels.ndim == 2:
            return self.pixels
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def frames_of(source: str, after: str = "", turned: Callable[[str], None] = lambda _name: None) -> Iterator[Frame]:
    """The frames of a camera (`/dev/video0`, or its number), a video file, or a folder of pictures in name order.

    A folder begins with the picture that follows the one called `after`, and with its first where none does; `turned`
    is told the name of each picture before it is read.

    Raises:
        SourceLost: there is no such thing, it may not be used, it is something else, it has ended or is unplugged.
    """
    path = Path(f"/dev/video{int(source)}" if source.isascii() and source.isdigit() else source)
    if path.is_dir():
        return _pictures(path, after, turned)
    if path.is_char_device() or path.parts[:2] == ("/", "dev"):
        return _camera(path)
    if path.is_file():
        return _video(path)
    raise SourceLost(M("There is no camera, video or folder {source}. Check --camera.", source=source))


def _camera(device: Path) -> Iterator[Frame]:
    if not device.exists():
        raise SourceLost(M("There is no camera {device}. Plug one in, or name another with --camera.", device=device))
    if not os.access(device, os.R_OK | os.W_OK):
        raise SourceLost(
            M(
                "This user may not use the camera {device}. Join the group video: sudo usermod -aG video $USER, "
                "then sign in to this machine again.",
                device=device,
            )
        )
    with _opened(device, cv2.CAP_V4L2) as capture:
        if not capture.isOpened():
            raise SourceLost(
                M(
                    "The camera {device} does not start. Close other programs that use it, or plug it in again.",
                    device=device,
                )
            )
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, PIXELS[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, PIXELS[1])
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, not the one of a second ago
        yield from _read(capture)
    raise SourceLost(M("The camera {device} gives no more pictures. Plug it in again.", device=device))


def _video(file: Path) -> Iterator[Frame]:
    with _opened(file, cv2.CAP_FFMPEG) as capture:
        count = 0
        for frame in _paced(_read(capture), capture.get(cv2.CAP_PROP_FPS)):
            count += 1
            yield frame
    if not count:
        raise SourceLost(M("{file} is no video that can be read here. Expected for example MP4 or AVI.", file=file))
    raise SourceLost(M("The video {file} has ended.", file=file))


def _pictures(folder: Path, after: str, turned: Callable[[str], None]) -> Iterator[Frame]:
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _PICTURES)
    if not files:
        raise SourceLost(M("There is no picture in {folder}. Expected PNG, JPEG, BMP, TIFF or WebP.", folder=folder))
    for file in [each for each in files if each.name > after] or files:
        turned(file.name)
        try:
            frame = Frame(read_colours(file))
        except PictureUnreadable as error:
            raise SourceLost(str(error)) from error
        yield from [frame] * EACH_PICTURE
    raise SourceLost(M("All pictures in {folder} have been shown.", folder=folder))


@contextmanager
def _opened(path: Path, how: int) -> Iterator[Any]:
    capture = cv2.VideoCapture(str(path), how)
    try:
        yield capture
    finally:
        capture.release()


def _read(capture: Any) -> Iterator[Frame]:
    while True:
        try:
            good, pixels = capture.read()
        except cv2.error:
            return
        if not good:
            return
        yield Frame(np.asarray(pixels, np.uint8))


def _paced(frames: Iterator[Frame], per_second: float) -> Iterator[Frame]:
    """Not faster than they were taken."""
    each_s = 1 / per_second if per_second > 0 else 0.0
    due = time.monotonic()
    for frame in frames:
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due, time.monotonic() - each_s) + each_s
        yield frame
