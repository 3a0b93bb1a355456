"""The terminal driver: what a scanner sends never ends the program, and no byte of it is lost."""

from __future__ import annotations

import os
import re
import selectors
from codecs import getincrementaldecoder

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

READ_SIZE = 4096
POLL_S = 0.1
_ESC_IN_DATA = re.compile("\x1b(?=[^\x1b\\[O])")
"""An ESC that begins no key's sequence. Textual would wait for more after it, and make it a caret or an Alt key."""


class ScannerDriver(LinuxDriver):
    """Reads bytes that are not UTF-8 as lone surrogates, and an ESC inside data as U+DC1B; the wedge knows both."""

    def run_input_thread(self) -> None:
        """Read what comes and hand the events on, until the program ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(POLL_S):
                    received = os.read(self.fileno, READ_SIZE)
                    if not received:
                        break
                    for event in parser.feed(_ESC_IN_DATA.sub("\udc1b", decode(received))):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _event in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass
