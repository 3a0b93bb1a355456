"""Photos small enough to send."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from scantrail.domain.things.photo import NoPhoto
from scantrail.domain.things.photo import photo_of as kept_photo
from scantrail.scanning.camera.photos import LONGEST_SIDE, MOST_BYTES, photo_of, preview_of, shrunk
from scantrail.scanning.camera.scenes import table
from scantrail.scanning.decoders.pictures import PictureUnreadable
from tests.support.photos import segment


def test_even_the_worst_picture_becomes_small_enough() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    jpeg = photo_of(noise)
    back = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert back is not None
    assert len(jpeg) <= MOST_BYTES
    assert max(back.shape) <= LONGEST_SIDE


def test_a_file_is_shrunk_in_colour_and_keeps_its_shape(tmp_path: Path) -> None:
    red = np.zeros((1000, 3200, 3), np.uint8)
    red[:, :, 2] = 200
    path = tmp_path / "red.png"
    path.write_bytes(cv2.imencode(".png", red)[1].tobytes())
    back = cv2.imdecode(np.frombuffer(shrunk(path), np.uint8), cv2.IMREAD_COLOR)
    assert back is not None
    assert back.shape[:2] == (500, 1600)
    assert back[0, 0, 2] > 150 > back[0, 0, 0]


def test_what_a_phone_wrote_into_a_picture_does_not_survive(tmp_path: Path) -> None:
    plain = cv2.imencode(".jpg", np.full((400, 600, 3), 90, np.uint8))[1].tobytes()
    notes = segment(0xE1, b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00 GPS 52.5 13.4") + segment(0xFE, b"by Sarah")
    path = tmp_path / "phone.jpg"
    path.write_bytes(plain[:2] + notes + plain[2:])
    with pytest.raises(NoPhoto, match="notes of the camera"):
        kept_photo(path.read_bytes(), "x")
    photo = kept_photo(shrunk(path), "damage-1")
    assert (photo.media_type, photo.width, photo.height) == ("image/jpeg", 600, 400)
    assert b"GPS" not in shrunk(path)


def test_what_is_no_picture_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("no picture")
    with pytest.raises(PictureUnreadable, match=r"notes\.jpg is no picture"):
        shrunk(path)


@pytest.mark.parametrize(("size", "small"), [((1280, 720), (160, 90)), ((480, 640), (90, 120)), ((100, 50), (100, 50))])
def test_a_preview_keeps_the_shape_and_a_byte_for_each_pixel(size: tuple[int, int], small: tuple[int, int]) -> None:
    preview = preview_of(table(size=size))
    assert (preview.width, preview.height) == small
    assert len(preview.grey) == small[0] * small[1]
