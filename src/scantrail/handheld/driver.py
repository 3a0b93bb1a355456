"""The terminal driver: what a scanner sends never ends the program, and no byte of it is lost."""

from __future__ import annotations

import os
import re
import selectors
import signal
from codecs import getincrementaldecoder
from collections.abc import Iterable
from time import monotonic
from typing import Any

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

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


class ScannerDriver(LinuxDriver):
    """Reads bytes that are not UTF-8 as lone surrogates, and an ESC inside data as U+DC1B; the wedge knows both.

    Keys are stamped with the time that was really spent waiting for them. When this process is kept from running, its
    own delay is no silence: taken for one, it would cut a scan in two.
    """

    silence_s: float = 0.0
    """How long the terminal is known to have sent nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
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
                    received = os.read(self.fileno, READ_SIZE)
                    if not received:
                        break
                    self._hand_on(parser.feed(escaped(decode(received))), stamp)
                self._hand_on(parser.tick(), stamp)
        try:
            for _event in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass

    def _hand_on(self, messages: Iterable[Message], stamp: float) -> None:
        for message in messages:
            if isinstance(message, events.Key | events.Paste):
                message.time = stamp
            self.process_message(message)
