"""`scantrail decode`, as a real process, on files of every sort."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from zxingcpp import BarcodeFormat

from scantrail.scanning.decoders.pictures import PictureUnreadable, read_picture
from scantrail.scanning.decoders.stills import HAS_ZBAR


def decode(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scantrail.cli", "decode", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def written(path: Path, text: str, kind: BarcodeFormat = BarcodeFormat.QRCode) -> Path:
    """A picture file of one code."""
    picture = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=4))
    cv2.imwrite(str(path), np.pad(picture, 20, constant_values=255))
    return path


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "blank.png"
    cv2.imwrite(str(path), np.full((64, 64), 255, np.uint8))
    return path


def test_each_picture_is_one_json_object_on_one_line(tmp_path: Path, blank: Path) -> None:
    label = written(tmp_path / "label.png", "\x1d21A\x1d10B", BarcodeFormat.Code128)
    done = decode("--json", label, blank)
    first, second = objects(done)
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == (0 if HAS_ZBAR else 1)
    assert first.pop("ms") >= 0
    assert first == {
        "file": str(label),
        "codes": [
            {
                "text": "\x1d21A\x1d10B",
                "bytes": "1d3231411d313042",
                "symbology": "Code 128",
                "decoders": ["zxing-cpp", "pyzbar"] if HAS_ZBAR else ["zxing-cpp"],
                "accepted": True,
            }
        ],
    }
    assert (second["file"], second["codes"]) == (str(blank), [])


def test_an_unreadable_file_has_its_sentence_and_the_next_is_read(tmp_path: Path) -> None:
    good = written(tmp_path / "good.png", "7A21-0001")
    cut, text, empty = (tmp_path / name for name in ("cut.png", "text.png", "empty.png"))
    cut.write_bytes(good.read_bytes()[:40])
    text.write_text("this is no picture")
    empty.touch()
    bad = [cut, text, empty, tmp_path, tmp_path / "none.png"]
    done = decode("--json", *bad, good)
    *refused, read = objects(done)
    assert done.returncode == 1
    assert [each["file"] for each in refused] == [str(each) for each in bad]
    assert all(str(path) in each["error"] and "codes" not in each for path, each in zip(bad, refused, strict=True))
    assert read["codes"][0]["text"] == "7A21-0001"
    assert "Traceback" not in done.stderr


def test_for_people_a_hostile_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    done = decode(written(tmp_path / "evil.png", "\x1b[2J\x1b]0;x\x07\n\u202e[red]"), tmp_path / "no\x1bne.png")
    assert done.returncode == 1
    assert "accepted" in done.stdout
    for printed in (done.stdout, done.stderr):
        assert not set(printed) & {"\x1b", "\x07", "\u202e", "\r"}
    assert len(done.stdout.splitlines()) == 2
    assert "No such file" in done.stderr


def test_for_people_nothing_found_is_said(blank: Path) -> None:
    done = decode(blank)
    assert (done.returncode, "no code found" in done.stdout) == (0, True)


def test_without_any_picture_the_command_line_is_wrong() -> None:
    assert decode().returncode == 2


@pytest.mark.parametrize("why", ["ModuleNotFoundError('no', name='pyzbar')", "ImportError('Unable to find zbar')"])
def test_without_zbar_it_says_so_once_and_zxing_reads_alone(tmp_path: Path, why: str) -> None:
    (tmp_path / "pyzbar").mkdir()
    (tmp_path / "pyzbar" / "__init__.py").write_text(f"raise {why}")
    label = written(tmp_path / "label.png", "9521234543213", BarcodeFormat.EAN13)
    done = decode("--json", label, label, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0
    assert done.stderr.count("libzbar0") == len(done.stderr.splitlines()) == 1
    assert [each["codes"][0]["decoders"] for each in objects(done)] == [["zxing-cpp"]] * 2


@pytest.mark.parametrize("module", ["cv2", "numpy", "zxingcpp"])
def test_without_the_camera_part_it_says_what_to_install(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('no', name='{module}')")
    done = decode("x.png", PYTHONPATH=str(tmp_path))
    assert (done.returncode, "scantrail[camera]" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_without_the_systems_libraries_for_opencv_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    done = decode("x.png", PYTHONPATH=str(tmp_path))
    assert (done.returncode, "opencv-python-headless" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    label = np.array(zxingcpp.create_barcode("7A21", BarcodeFormat.QRCode).to_image(scale=4))
    pixels = np.zeros((*label.shape, 4), np.uint8)
    pixels[:, :, 3] = 255 - label
    cv2.imwrite(str(tmp_path / "label.png"), pixels)
    assert np.array_equal(read_picture(tmp_path / "label.png"), label)


def test_deep_and_coloured_pictures_become_grey(tmp_path: Path) -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    cv2.imwrite(str(tmp_path / "deep.png"), grey.astype(np.uint16) * 257)
    cv2.imwrite(str(tmp_path / "colour.png"), np.dstack([grey] * 3))
    for name in ("deep.png", "colour.png"):
        assert np.array_equal(read_picture(tmp_path / name), grey)


def test_a_small_file_that_claims_a_giant_picture_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "giant.png", "7A21")
    data = bytearray(path.read_bytes())
    data[16:24] = (60_000).to_bytes(4) * 2
    path.write_bytes(data)
    with pytest.raises(PictureUnreadable, match=r"giant\.png"):
        read_picture(path)
