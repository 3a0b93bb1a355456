"""Where frames come from, and what is said when none come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scantrail.scanning.camera.scenes import video
from scantrail.scanning.camera.sources import EACH_PICTURE, SourceLost, frames_of

SMALL = (90, 160)


def shade(value: int) -> Any:
    return np.full(SMALL, value, np.uint8)


def lost(frames: Iterator[Any]) -> tuple[int, str]:
    """How many frames came, and what was said at the end."""
    count = 0
    try:
        for _ in frames:
            count += 1
    except SourceLost as ended:
        return count, str(ended)
    pytest.fail("The frames ended without a word.")


def test_a_folder_shows_its_pictures_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, value in (("b.png", 200), ("a.png", 50), ("notes.txt", 0)):
        Path(tmp_path / name).write_bytes(cv2.imencode(".png", shade(value))[1].tobytes())
    frames = frames_of(str(tmp_path))
    values = [int(next(frames).grey.mean()) for _ in range(2 * EACH_PICTURE)]
    assert values == [50] * EACH_PICTURE + [200] * EACH_PICTURE
    assert lost(frames) == (0, f"All pictures in {tmp_path} have been shown.")


@pytest.mark.parametrize(("after", "first"), [("", "a"), ("a.png", "b"), ("aa.png", "b"), ("b.png", "a")])
def test_a_folder_begins_after_the_picture_that_was_shown_last_and_after_its_end_again(
    tmp_path: Path, after: str, first: str
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", shade(9))[1].tobytes())
    turned: list[str] = []
    next(frames_of(str(tmp_path), after, turned.append))
    assert turned == [f"{first}.png"]


def test_a_video_shows_every_frame_and_ends(tmp_path: Path) -> None:
    path = video(tmp_path / "v.avi", [shade(value) for value in (20, 120, 220)])
    frames = frames_of(str(path))
    first = next(frames)
    assert first.pixels.shape == (*SMALL, 3)
    assert (first.grey.shape, str(first.grey.dtype)) == (SMALL, "uint8")
    count, said = lost(frames)
    assert (count, said) == (2, f"The video {path} has ended.")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("v.mp4", b"this is no video", "is no video that can be read here"),
        ("v.mp4", b"", "is no video that can be read here"),
        ("empty", None, "There is no picture in"),
        ("missing", "", "There is no camera, video or folder"),
    ],
)
def test_what_gives_no_frames_is_named(tmp_path: Path, name: str, content: bytes | str | None, said: str) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(SourceLost, match=said):
        next(frames_of(str(path)))


def test_a_broken_picture_in_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert "a.png is no picture" in lost(frames_of(str(tmp_path)))[1]


def test_a_camera_that_is_not_there_is_named_by_its_device() -> None:
    assert "There is no camera /dev/video63." in lost(frames_of("63"))[1]


def test_a_camera_that_may_not_be_used_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "Join the group video" in lost(frames_of("/dev/null"))[1]


class Unplugged:
    """A camera that gives two frames and is gone."""

    def __init__(self, *_: object) -> None:
        self.left = 2

    def isOpened(self) -> bool:  # noqa: N802 - reason: OpenCV's name
        return True

    def set(self, *_: object) -> None:
        pass

    def release(self) -> None:
        pass

    def read(self) -> tuple[bool, Any]:
        self.left -= 1
        return (True, shade(9)) if self.left >= 0 else (False, None)


def test_a_camera_that_is_unplugged_says_so_after_its_last_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", Unplugged)
    count, said = lost(frames_of("/dev/null"))
    assert (count, said) == (2, "The camera /dev/null gives no more pictures. Plug it in again.")


def test_a_device_that_is_no_camera_does_not_start() -> None:
    assert "does not start" in lost(frames_of("/dev/null"))[1]
