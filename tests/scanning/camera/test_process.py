"""The camera's program as a process: it is heard, it is replaced when it dies, and it never stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from scantrail.scanning.acceptance import Code, Decoder, Place, Rules, Symbology
from scantrail.scanning.camera import process as running
from scantrail.scanning.camera.messages import (
    Garbled,
    Photo,
    Preview,
    Said,
    Trouble,
    Turned,
    View,
    from_line,
    rules_from_text,
    rules_to_text,
    to_line,
)
from scantrail.scanning.camera.process import MOST_STARTS, Camera, CameraTrouble, Source, shrunk_photo
from scantrail.scanning.camera.scenes import label, lying, table
from tests.support.conditions import until

GS1_CODE = Code(
    "01095212345432131021\x1dCafé", b"\xff\x00", Symbology.CODE_128, (Decoder.ZXING,), True, Place(1, 2, 3.5, 4), "]C1"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scene = lying(label("CM500-2025-0046"), table())
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", scene)[1].tobytes())
    return tmp_path


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def stand_in(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Another program in place of the camera's."""
    monkeypatch.setattr(running, "PROGRAM", (sys.executable, "-S", "-c", script))
    monkeypatch.setattr(running, "PAUSE_S", 0.0)


@pytest.mark.parametrize(
    "said",
    [
        View(1280, 720, (GS1_CODE,), Preview(2, 1, b"\x00\xff")),
        View(1, 1, ()),
        Trouble("No camera: “x”\n"),
        Photo(b"\xff\xd8"),
        Turned("a “b”.png"),
    ],
)
def test_a_message_survives_its_line(said: Said) -> None:
    line = to_line(said)
    assert line.count(b"\n") == 1
    assert from_line(line) == said


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"?",
        b"null\n",
        b"[1]\n",
        b'{"view": {"width": 1}}\n',
        b'{"photo": "!"}\n',
        b'{"view": {"width": 1, "height": 1, "codes": [], "preview": {"width": 9, "height": 9, "grey": ""}}}\n',
        to_line(View(1, 1, (GS1_CODE,))).replace(b"true", b'"no"'),
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_message_is_garbled(line: bytes) -> None:
    with pytest.raises(Garbled):
        from_line(line)


def test_rules_survive_being_an_argument() -> None:
    rules = Rules(frozenset({6, 14}), itf_check_digit=False, symbologies=frozenset({Symbology.QR, Symbology.ITF}))
    assert rules_from_text(rules_to_text(rules)) == rules


async def test_the_program_says_what_it_sees_gives_a_photo_and_is_gone_when_closed(folder: Path) -> None:
    camera = Camera(Source(str(folder)))
    async with camera:
        await until(lambda: camera.view is not None and any(code.accepted for code in camera.view.codes))
        photo = cv2.imdecode(np.frombuffer(await camera.photo(), np.uint8), cv2.IMREAD_COLOR)
        assert camera._process is not None
        pid = camera._process.pid
        assert is_alive(pid)
    assert photo is not None
    assert photo.shape == (720, 1280, 3)
    assert not is_alive(pid)
    assert "cv2" not in vars(running)


async def test_a_folder_goes_on_with_its_next_picture_when_the_camera_is_opened_again(folder: Path) -> None:
    (folder / "b.png").write_bytes(b"no picture")
    source, shown, troubles = Source(str(folder)), [], []
    for _opened in range(3):
        camera = Camera(source)
        async with camera:
            await until(lambda camera=camera: camera.view is not None or camera.trouble)  # type: ignore[misc]
        shown.append(source.picture)
        troubles.append("no picture" in camera.trouble)
    assert (shown, troubles) == (["a.png", "b.png", "a.png"], [False, True, False])


async def test_a_program_that_is_killed_is_started_again_a_few_times_and_then_the_person_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = to_line(View(1, 1, ())).decode().strip()
    stand_in(monkeypatch, f"import time; print({line!r}, flush=True); time.sleep(60)")
    killed: set[int] = set()

    def kill() -> None:
        if camera.view is not None and camera._process is not None and camera._process.pid not in killed:
            killed.add(camera._process.pid)
            os.kill(camera._process.pid, signal.SIGKILL)

    camera = Camera(Source("0"), on_change=kill)
    await camera.run()
    assert len(killed) == MOST_STARTS
    assert "has stopped 3 times" in camera.trouble
    assert camera.view is None
    with pytest.raises(CameraTrouble, match="has stopped 3 times"):
        await camera.photo()


@pytest.mark.parametrize("nonsense", ["print('hello')", "print('x' * (3 << 20))", "raise SystemExit(3)"])
async def test_a_program_that_talks_nonsense_is_stopped(monkeypatch: pytest.MonkeyPatch, nonsense: str) -> None:
    stand_in(monkeypatch, f"import time; {nonsense}; time.sleep(60)")
    camera = Camera(Source("0"))
    await camera.run()
    assert "has stopped 3 times" in camera.trouble
    assert camera._process is not None
    assert not is_alive(camera._process.pid)


async def test_trouble_is_told_in_the_program_s_words_and_not_tried_again(tmp_path: Path) -> None:
    camera = Camera(Source(str(tmp_path)))
    await camera.run()
    assert camera.trouble.startswith("There is no picture in")


async def test_a_photo_that_is_waited_for_when_the_camera_fails_fails_with_its_words(tmp_path: Path) -> None:
    camera = Camera(Source(str(tmp_path)))
    async with camera:
        with pytest.raises(CameraTrouble, match="There is no picture in"):
            await camera.photo()


async def test_a_photo_taken_elsewhere_is_shrunk_by_the_program(folder: Path) -> None:
    assert (await shrunk_photo(folder / "a.png"))[:2] == b"\xff\xd8"
    with pytest.raises(CameraTrouble, match="nothing"):
        await shrunk_photo(folder / "nothing")


async def test_where_the_camera_part_is_not_installed_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = (
        "import sys, runpy; sys.modules['cv2'] = None; runpy.run_module('scantrail.scanning.camera', None, '__main__')"
    )
    monkeypatch.setattr(running, "PROGRAM", (sys.executable, "-c", script))
    camera = Camera(Source("0"))
    await camera.run()
    assert "pip install 'scantrail[camera]'" in camera.trouble


async def test_the_program_ends_when_the_handheld_is_killed(folder: Path) -> None:
    script = f"""
import asyncio
from scantrail.scanning.camera.process import Camera, Source
from tests.support.conditions import until
async def main():
    camera = Camera(Source({str(folder)!r}))
    camera._on_change = lambda: camera.view and print(camera._process.pid, flush=True)
    await camera.run()
asyncio.run(main())
"""
    handheld = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)  # noqa: ASYNC220 - reason: short
    assert handheld.stdout is not None
    pid = int(handheld.stdout.readline())
    assert is_alive(pid)
    handheld.kill()
    handheld.wait()
    handheld.stdout.close()
    await until(lambda: not is_alive(pid))
