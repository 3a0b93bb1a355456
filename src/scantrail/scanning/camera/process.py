"""The camera from the handheld's side: runs the camera's program, hears what it says, and ends it for sure.

OpenCV is not loaded here.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scantrail.scanning.acceptance import Rules
from scantrail.scanning.camera.messages import (
    LONGEST,
    PHOTO_PLEASE,
    Garbled,
    Photo,
    Said,
    Trouble,
    Turned,
    View,
    from_line,
    rules_to_text,
)
from scantrail.words import M, OperatorError, say

PROGRAM = (sys.executable, "-m", "scantrail.scanning.camera")
MOST_STARTS = 3
"""Times the program is started in all, until somebody opens the camera again."""
PAUSE_S = 0.5
"""Before it is started again."""
PHOTO_S = 5.0
"""A photo takes no longer."""


class CameraTrouble(OperatorError):
    """There is no picture to be had; the text says why and what to do."""


@dataclass
class Source:
    """What is looked at, and how far: each camera that is opened on it goes on where the last one was closed."""

    name: str
    """A camera (`/dev/video0`, or its number), a video file, or a folder of pictures."""
    picture: str = ""
    """The folder's picture that was shown last; empty before the first."""


class Camera:
    """One opened camera.

    `run` it as a task of its own; it returns after trouble that stays. `close` it, or cancel the task, and the program
    is gone. Or use it in an `async with`, which does both.
    """

    def __init__(
        self, source: Source, rules: Rules | None = None, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self.rules = rules or Rules()
        """What is demanded of a code."""
        self._source = source
        self._on_change = on_change
        """Called whenever there is something new to see."""
        self._process: Process | None = None
        self._photos: list[asyncio.Future[bytes]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.view: View | None = None
        """The last frame; None until there is one, and while there is trouble."""
        self.trouble = ""
        """Why there is no picture, and what to do; empty while there is one."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.close()
        if self._task is not None:
            await self._task

    async def run(self) -> None:
        """Watch until closed or cancelled, or until trouble that a new start does not end."""
        for start in range(1, MOST_STARTS + 1):
            self._tell_trouble("")
            why = await self._watch_once()
            if self._closed:
                return
            if why is not None:
                self._tell_trouble(why)
                return
            if start < MOST_STARTS:
                self._tell_trouble(say(M("The camera's program has stopped. It is started again…")))
                await asyncio.sleep(PAUSE_S)
        self._tell_trouble(
            say(
                M(
                    "The camera's program has stopped {count} times. Use the scanner, or leave this screen and open "
                    "the camera again.",
                    count=MOST_STARTS,
                )
            )
        )

    async def photo(self) -> bytes:
        """The present frame as a JPEG: at most 1600 pixels on the longer side, at most 500 kB.

        Raises:
            CameraTrouble: the camera gives no picture.
        """
        if self.trouble:
            raise CameraTrouble(self.trouble)
        photo: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._photos.append(photo)
        self._ask_for_photo()
        try:
            return await asyncio.wait_for(photo, PHOTO_S)
        except TimeoutError as error:
            raise CameraTrouble(M("The camera gives no picture. Leave this screen and open it again.")) from error
        finally:
            if photo in self._photos:
                self._photos.remove(photo)

    def close(self) -> None:
        """End the program at once."""
        self._closed = True
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _watch_once(self) -> str | None:
        """Run the program to its end; gives the trouble it told, None when it told none."""
        # Its errors must not land on the terminal that the screen is drawn on.
        self._process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *("watch", self._source.name, self._source.picture, rules_to_text(self.rules)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LONGEST,
        )
        try:
            if self._closed:
                return None
            if self._photos:
                self._ask_for_photo()
            return await self._hear(self._process)
        finally:
            self._kill()
            await self._process.wait()

    async def _hear(self, process: Process) -> str | None:
        assert process.stdout is not None
        while line := await _line(process.stdout):
            try:
                said = from_line(line)
            except Garbled:
                return None
            if isinstance(said, Trouble):
                return said.text
            self._take(said)
        return None

    def _take(self, said: View | Photo | Turned) -> None:
        if isinstance(said, Turned):
            self._source.picture = said.picture
            return
        if isinstance(said, Photo):
            for photo in self._photos:
                if not photo.done():
                    photo.set_result(said.jpeg)
            return
        if self._closed:
            return
        self.view = said
        self._on_change()

    def _tell_trouble(self, text: str) -> None:
        self.trouble = text
        if text:
            self.view = None
            for photo in self._photos:
                if not photo.done():
                    photo.set_exception(CameraTrouble(text))
        self._on_change()

    def _ask_for_photo(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(PHOTO_PLEASE)


async def _line(output: asyncio.StreamReader) -> bytes:
    """The next line; what is too long for a message comes as a piece that is none."""
    try:
        return await output.readline()
    except ValueError:
        return b"?"


async def shrunk_photo(file: Path) -> bytes:
    """A picture taken elsewhere as a JPEG of at most 1600 pixels on the longer side and 500 kB.

    Done by the camera's program, so that a picture made to crash OpenCV ends nobody's work.

    Raises:
        CameraTrouble: it is no picture that can be read here, or the camera part is not installed.
    """
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "shrink", str(file), stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    try:
        said = _said_or_none(await process.stdout.read())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if isinstance(said, Photo):
        return said.jpeg
    if isinstance(said, Trouble):
        raise CameraTrouble(said.text)
    raise CameraTrouble(M("{file} is no picture that can be read here. Take the photo again.", file=file))


def _said_or_none(line: bytes) -> Said | None:
    try:
        return from_line(line)
    except Garbled:
        return None
