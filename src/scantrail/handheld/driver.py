"""The terminal driver: what a scanner sends never ends the program, and no byte of it is lost."""

from __future__ import annotations

import os
import re
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from time import monotonic
from typing import Any, TextIO, cast

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from scantrail.program import by_signal

READ_SIZE = 4096
POLL_S = 0.1
"""Between two looks for keys while nobody types."""

CLOSE_POLL_S = 0.01
"""The same shortly after a key, when a silence of some milliseconds tells a scan's end."""

CLOSE_FOR_S = 1.0
ESC_IN_DATA = re.compile("\x1b(?=[^\x1b\\[O])")
"""An ESC that begins no key's sequence. Textual would wait for more after it, and make it a caret or an Alt key."""


def escaped(text: str) -> str:
    """The text with U+DC1B for every ESC that begins no key's sequence."""
    return ESC_IN_DATA.sub("\udc1b", text)


class Glass:
    """The terminal as a file. What is written to one that has gone is lost, and keeps nobody waiting."""

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal

    def write(self, text: str) -> None:
        """Write, if it is still there."""
        if self._terminal is not None:
            with suppress(OSError):
                self._terminal.write(text)

    def flush(self) -> None:
        """Let what was written be seen."""
        if self._terminal is not None:
            with suppress(OSError):
                self._terminal.flush()

    def fileno(self) -> int:
        """Its descriptor."""
        return self._terminal.fileno() if self._terminal is not None else -1


class ScannerDriver(LinuxDriver):
    """Reads bytes that are not UTF-8 as lone surrogates, and an ESC inside data as U+DC1B; the wedge knows both.

    Keys are stamped with the time that was really spent waiting for them. When this process is kept from running, its
    own delay is no silence: taken for one, it would cut a scan in two.
    """

    silence_s: float = 0.0
    """How long the terminal is known to have sent nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Textual writes to the error output, which a person may send elsewhere; the size comes from this one too.
        self._file = cast("TextIOWrapper", Glass(sys.__stdout__))
        # Textual would start a second thread that reads keys, and the two would mix up a scan's characters.
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)

    def run_input_thread(self) -> None:
        """Read what comes and hand the events on, until the program ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        looked_at = stamp = monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                patience = CLOSE_POLL_S if self.silence_s < CLOSE_FOR_S else POLL_S
                has_come = bool(selector.select(patience))
                before, looked_at = looked_at, monotonic()
                waited = min(looked_at - before, patience)
                stamp += waited
                self.silence_s = 0.0 if has_come else self.silence_s + waited
                if has_come:
                    received = self._received()
                    if not received:
                        self._app.call_later(self._app.exit, return_code=by_signal(signal.SIGHUP))
                        break
                    self._hand_on(parser.feed(escaped(decode(received))), stamp)
                self._hand_on(parser.tick(), stamp)
        try:
            for _event in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass

    def _received(self) -> bytes:
        """What has come; nothing at the end of the input, which is the terminal's end too."""
        try:
            return os.read(self.fileno, READ_SIZE)
        except OSError:
            return b""

    def _run_input_thread(self) -> None:
        """Read keys; a fault ends the program as any other does, and not as a traceback on the glass."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - reason: told where the program ends
            self._app.call_later(self._app._handle_exception, error)

    def _hand_on(self, messages: Iterable[Message], stamp: float) -> None:
        for message in messages:
            if isinstance(message, events.Key | events.Paste):
                message.time = stamp
            self.process_message(message)
