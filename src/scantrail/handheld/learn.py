"""Learning a scanner in a plain terminal: one code after the other, until its profile is known and kept."""

from __future__ import annotations

import os
import select
import termios
import tty
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TextIO

from textual import events
from textual._xterm_parser import XTermParser

from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.handheld.driver import ESC_IN_DATA, READ_SIZE
from scantrail.handheld.text import told
from scantrail.scanning.chosen import choose
from scantrail.scanning.learning import Learned
from scantrail.scanning.lesson import Lesson
from scantrail.scanning.wedge import Press
from scantrail.words import M, Message, OperatorError, _

_POLL_S = 0.05
_STOPS = frozenset({Press("escape"), Press("ctrl+c"), Press("ctrl+q")})


def learn_scanner(folder: Path, keyboard: TextIO, screen: TextIO) -> bool:
    """Ask for the calibration codes in a terminal, say what was learned, and keep it for the device.

    False if somebody stopped, or the terminal has gone.

    Raises:
        OperatorError: the device's folder cannot be written.
    """
    found = _lesson(keyboard.fileno(), screen)
    if found is None or found.profile is None:
        return False
    try:
        path = choose(folder, found.profile)
    except OSError as error:
        raise OperatorError(M("{folder} cannot be written ({why}).", folder=folder, why=error.strerror)) from error
    for fact in (*found.facts, *found.cautions):
        _tell(screen, fact)
    _tell(screen, M("Kept in {path}. This device uses it from its next start on.", path=str(path)))
    return True


def _lesson(terminal: int, screen: TextIO) -> Learned | None:
    """What was learned; None if somebody stopped."""
    lesson = Lesson()
    with _raw(terminal):
        _tell(screen, M("Print the sheet first: scantrail labels calibration --pdf sheet.pdf"))
        _tell(screen, M("After each code, wait until the next is asked for. Esc stops."))
        _ask(lesson, screen)
        for event in _events(terminal, lesson):
            if isinstance(event, events.Key):
                lesson.key(event.key, event.character, event.time)
            elif isinstance(event, events.Paste):
                lesson.paste(event.text, event.time)
            else:
                heard = set(lesson.settle())
                if heard & _STOPS:
                    return None
                _ask(lesson, screen)
            if lesson.result is not None:
                return lesson.result
    return None


def _ask(lesson: Lesson, screen: TextIO) -> None:
    if lesson.remark is not None:
        _tell(screen, lesson.remark)
    number, code = lesson.number, lesson.code
    if number is not None and code is not None:
        name, count = _(code.name), len(CALIBRATION)
        _tell(screen, M("Scan code {number} of {count}: {name}", number=number + 1, count=count, name=name))


def _tell(screen: TextIO, message: Message) -> None:
    """A line; in raw mode a line feed alone does not go back to the left."""
    screen.write(told(message) + "\r\n")
    screen.flush()


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Every key as it comes, for as long as this lasts."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        yield
    finally:
        with suppress(termios.error):  # it may have gone
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _events(terminal: int, lesson: Lesson) -> Iterator[object]:
    """Keys and pastes as the handheld's driver makes them, and None after each silence that ends a code."""
    parser, decode = XTermParser(), getincrementaldecoder("utf-8")("surrogateescape").decode
    last = monotonic()
    while True:
        has_come = bool(select.select([terminal], [], [], _POLL_S)[0])
        received = _read(terminal) if has_come else b""
        if has_come and not received:
            return
        found = [*(parser.feed(ESC_IN_DATA.sub("\udc1b", decode(received))) if received else ()), *parser.tick()]
        now = monotonic()
        last = now if found else last
        for event in found:
            event.time = now
            yield event
        if lesson.wait_ms is not None and (now - last) * 1000 >= lesson.wait_ms:
            yield None


def _read(terminal: int) -> bytes:
    """What has come; nothing at the end, and when the terminal has gone."""
    try:
        return os.read(terminal, READ_SIZE)
    except OSError:
        return b""
