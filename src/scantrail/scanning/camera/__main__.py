"""The camera's program: `python -m scantrail.scanning.camera watch SOURCE AFTER RULES`, or `… shrink FILE`.

It writes messages to its output until its input is closed, which happens too when the handheld dies.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from scantrail.scanning.camera.messages import (
    PHOTO_PLEASE,
    Photo,
    Said,
    Trouble,
    Turned,
    View,
    rules_from_text,
    to_line,
)
from scantrail.words import M, Message, OperatorError, say

PREVIEW_S = 0.2
"""Between two previews; more of them would choke a slow line to the terminal."""
_MISSING = M(
    "The camera part is not installed ({module} is missing). Install it: pip install 'scantrail[camera]'. "
    "Scanners work without it."
)


class Program:
    """Says what the camera sees."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._photo_wanted = threading.Event()

    def run(self, arguments: Sequence[str]) -> int:
        """Do what the arguments say; gives the exit code, 1 after a trouble was told."""
        try:
            # Before all else that loads OpenCV: it tells what the system lacks for it.
            from scantrail.scanning.decoders.pictures import PictureUnreadable
        except ModuleNotFoundError as error:
            return self._trouble(Message(_MISSING.template, {"module": error.name}))
        except OperatorError as error:
            return self._trouble(str(error))
        try:
            self._shrink(Path(arguments[1])) if arguments[0] == "shrink" else self._watch(*arguments[1:])
        except ModuleNotFoundError as error:
            return self._trouble(Message(_MISSING.template, {"module": error.name}))
        except (OperatorError, PictureUnreadable) as error:
            return self._trouble(str(error))
        return 0

    def obey(self, commands: BinaryIO) -> None:
        """Take commands until there can be no more, then end at once, whatever the camera is doing."""
        for line in commands:
            if line == PHOTO_PLEASE:
                self._photo_wanted.set()
        os._exit(0)

    def _trouble(self, why: Message | str) -> int:
        self._say(Trouble(say(why)))
        return 1

    def _say(self, said: Said) -> None:
        self._output.write(to_line(said))
        self._output.flush()

    def _shrink(self, file: Path) -> None:
        from scantrail.scanning.camera.photos import shrunk

        self._say(Photo(shrunk(file)))

    def _watch(self, source: str, after: str, rules: str) -> None:
        from scantrail.scanning.camera.eye import Eye
        from scantrail.scanning.camera.photos import photo_of, preview_of
        from scantrail.scanning.camera.sources import frames_of

        eye, previewed = Eye(rules_from_text(rules)), 0.0
        for frame in frames_of(source, after, lambda picture: self._say(Turned(picture))):
            grey, preview = frame.grey, None
            if time.monotonic() - previewed >= PREVIEW_S:
                preview, previewed = preview_of(grey), time.monotonic()
            self._say(View(grey.shape[1], grey.shape[0], eye.look(grey), preview))
            if self._photo_wanted.is_set():
                self._photo_wanted.clear()
                self._say(Photo(photo_of(frame.pixels)))


def main() -> int:
    """Run with the messages on standard output, and nothing else there, whatever a library prints."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    program = Program(output)
    threading.Thread(target=program.obey, args=(sys.stdin.buffer,), daemon=True).start()
    return program.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
