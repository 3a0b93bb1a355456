"""What is kept as a photo, and what it is called."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.things.photo import LARGEST, NoPhoto, Photo, is_hash, photo_of, photo_stem
from scantrail.words import say
from tests.support.photos import chunk, jpeg, png, segment


def test_a_jpeg_is_known_by_its_bytes_size_and_hash() -> None:
    content = jpeg(width=1600, height=1200, extra=segment(0xE2, b"ICC_PROFILE\x00" * 9))
    expected = Photo("damage-1.jpg", "image/jpeg", len(content), 1600, 1200, sha256(content).hexdigest())
    assert photo_of(content, "damage-1") == expected


def test_a_png_is_known_by_its_bytes_too() -> None:
    photo = photo_of(png(width=20, height=30), "label-1")
    assert (photo.name, photo.media_type, photo.width, photo.height) == ("label-1.png", "image/png", 20, 30)


@pytest.mark.parametrize("marker", [0xE1, 0xED, 0xFE], ids=["EXIF", "IPTC", "comment"])
def test_a_jpeg_that_says_where_and_by_whom_it_was_taken_is_not_kept(marker: int) -> None:
    with pytest.raises(NoPhoto, match="notes of the camera"):
        photo_of(jpeg(extra=segment(marker, b"Exif\x00\x00GPS")), "x")


@pytest.mark.parametrize("kind", [b"eXIf", b"tEXt", b"zTXt", b"iTXt"])
def test_a_png_that_carries_text_is_not_kept(kind: bytes) -> None:
    with pytest.raises(NoPhoto, match="notes of the camera"):
        photo_of(png(chunk(kind, b"place\x0052.5,13.4")), "x")


def test_a_photo_may_have_just_so_many_bytes() -> None:
    assert photo_of(jpeg(size=LARGEST), "x").size == LARGEST
    with pytest.raises(NoPhoto, match=str(LARGEST)):
        photo_of(jpeg(size=LARGEST + 1), "x")


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff", jpeg()[:20], b"\xff\xd8\xff\xe0" + bytes(40), png()[:8], b"MZ" * 50],
)
def test_what_is_no_whole_picture_is_not_kept(content: bytes) -> None:
    with pytest.raises(NoPhoto) as told:
        photo_of(content, "x")
    assert say(told.value.reason).endswith(".")


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]), st.binary(max_size=300))
def test_no_bytes_break_the_look_at_them(magic: bytes, rest: bytes) -> None:
    try:
        photo = photo_of(magic + rest, "x")
    except NoPhoto:
        return
    assert is_hash(photo.sha256)


@given(st.text(), st.integers(1, 9))
def test_a_name_is_plain_whatever_the_serial(serial: str, number: int) -> None:
    assert re.fullmatch(r"damage[A-Za-z0-9-]*-\d", photo_stem("damage", serial, number))


def test_a_name_says_what_of_which_unit_and_its_number() -> None:
    assert photo_stem("damage", "CM500-2025-0046", 2) == "damage-CM500-2025-0046-2"
    assert photo_stem("damage", "../../etc/passwd\x1b[2J", 1) == "damage-etc-passwd-2J-1"
    assert len(photo_stem("label", "9" * 500, 1)) < 70


@pytest.mark.parametrize("text", ["", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "../" + "a" * 61])
def test_what_is_no_hash_is_told(text: str) -> None:
    assert not is_hash(text)
