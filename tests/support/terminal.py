"""A real terminal: the program in a pty, its screen read as a person would."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import pexpect
import pyte

PATIENCE_S = 30.0

HANDS_PAUSE_S = 0.3
"""What comes sooner after a scan is the scanner's."""

ENTER, F8, F10, CTRL_Q = "\r", "\x1b[19~", "\x1b[21~", "\x11"


class Terminal:
    """A program on a screen of so many columns and lines."""

    def __init__(self, command: Sequence[str], columns: int = 40, lines: int = 24, **environment: str) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.child = pexpect.spawn(
            command[0],
            list(command[1:]),
            dimensions=(lines, columns),
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        self.child.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def keys(self, text: str) -> None:
        """Send keystrokes, all at once."""
        self.child.send(text)

    def enter(self, text: str, until: str) -> None:
        """Send a line and wait for what it leads to."""
        self.keys(text + "\r")
        self.until(until)

    def press(self, key: str, until: str) -> None:
        """Press a key as a hand does, a moment after the last scan, and wait for what it leads to."""
        time.sleep(HANDS_PAUSE_S)
        self.keys(key)
        self.until(until)

    def until(self, *wanted: str) -> None:
        """Wait until all of these stand on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while not all(each in self.text for each in wanted):
            assert time.monotonic() < deadline, f"{wanted} never came; the screen:\n{self.text}"
            self._take()

    def gone(self) -> int:
        """Wait until the program has ended, and give its exit code."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE_S)
        self.child.close()
        return int(self.child.exitstatus or 0)

    def gone_with(self) -> str:
        """Wait until the program has ended, and give what it printed."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE_S)
        printed: Any = self.child.before
        self.child.close()
        return " ".join(printed.decode().split())

    def resize(self, columns: int, lines: int) -> None:
        """Make the screen another size."""
        self._screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def _take(self) -> None:
        try:
            received: Any = self.child.read_nonblocking(65536, timeout=0.1)
            self._stream.feed(received)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF as error:
            raise AssertionError(f"the program ended; the screen:\n{self.text}") from error
