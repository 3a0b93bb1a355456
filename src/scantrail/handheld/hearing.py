"""Hearing: keys, pastes and scans become what the screen on top gets: a scan, a chosen number or an action."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from textual import events
from textual.message import Message

from scantrail.device.store import StoreError
from scantrail.domain.scans.reading import Carrier, Reading, command_in
from scantrail.handheld.drawing.scrolling import acts_alone
from scantrail.handheld.driver import CLOSE_POLL_S
from scantrail.handheld.keys import BY_COMMAND, BY_KEY, BY_TWIN, Action
from scantrail.handheld.pages.base import Ears, Page
from scantrail.scanning.profiles import Profile
from scantrail.scanning.strokes import Recorder, Stroke
from scantrail.scanning.wedge import Heard, Press, Wedge

ECHO_S = 0.05
"""What is typed shows this soon; a scan is over before that."""
LONGEST_NUMBER = 3
"""Digits of a choice at the most."""
LONGEST_KEYED = 12
"""Digits that are scanned one by one: the longest PIN."""


class Quiet(Message):
    """No key has come for a while."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn


class Scanned(Message):
    """A scan has come from elsewhere than the keyboard, and waits its turn among the keys."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading


class Program(Protocol):
    """The program, as far as hearing needs it. It gives `Quiet` and `Scanned` back when their turn has come."""

    @property
    def page(self) -> Page:
        """The screen on top."""

    @property
    def silence_s(self) -> float:
        """How long nothing has come from the terminal, in seconds."""

    @property
    def message_queue_size(self) -> int:
        """Keys and messages that wait to be handled."""

    def post_message(self, message: Message) -> bool:
        """Let a message wait its turn."""

    def act(self, action: Action) -> None:
        """Do what a key stands for."""

    def alarm(self, error: StoreError) -> None:
        """Something could not be recorded."""

    def redraw(self) -> None:
        """Paint what has changed."""


class Hearing:
    """Hears keys and scans for the screen on top."""

    def __init__(self, program: Program, profile: Profile) -> None:
        self._program = program
        self.use(profile)
        self._turn = 0
        """Counts keys, so that a silence that a key has ended is not taken for one."""
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._echo_timer: asyncio.TimerHandle | None = None
        self._keyed = ""
        """Digits that were scanned one by one and not ended yet."""

    def use(self, profile: Profile) -> None:
        """Read with this profile from now on."""
        self._profile, self._wedge = profile, Wedge(profile)
        self._recorder = Recorder(profile.quiet_ms)

    @property
    def twins(self) -> bool:
        """Whether a typed digit does what its key does."""
        return self._profile.twins

    @property
    def typed(self) -> str:
        """What is being typed, or scanned digit by digit."""
        return self._keyed + self._ears.typed

    @property
    def is_listening(self) -> bool:
        """Whether it is not certain yet what the last keys mean."""
        return self._quiet_timer is not None

    @property
    def _ears(self) -> Ears:
        """The wedge, unless the screen on top listens by itself."""
        return self._program.page.ears or self._wedge

    def strokes(self) -> list[Stroke]:
        """The keys that the present scan came as."""
        return self._recorder.take()

    # What comes in

    def key(self, event: events.Key) -> None:
        """A key: a hand's, or a character of a scan."""
        self._recorder.key(event.key, event.character, event.time)
        self._hear(self._ears.key(event.key, event.character, event.time))
        self._await_quiet()

    def paste(self, event: events.Paste) -> None:
        """A bracketed paste."""
        self._hear(self._ears.paste(event.text, event.time))
        self._await_quiet()

    def scanned(self, scanned: Scanned) -> None:
        """What a hand typed before a scan and never ended was given up; what a scanner is typing now is not."""
        if not self.is_listening:
            self.clear()
        self._hear([scanned.reading])

    def clear(self) -> None:
        """Forget what has come and is not ended yet."""
        self._ears.clear()

    # Silence

    def _await_quiet(self) -> None:
        self._turn += 1
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
            self._quiet_timer = None
        if self._ears.wait_ms is not None:
            self._look_for_quiet(self._ears.wait_ms / 1000)
        if self._echo_timer is None:
            self._echo_timer = asyncio.get_running_loop().call_later(ECHO_S, self._echo)

    def _look_for_quiet(self, after_s: float) -> None:
        loop, quiet = asyncio.get_running_loop(), Quiet(self._turn)
        self._quiet_timer = loop.call_later(after_s, self._program.post_message, quiet)

    def _is_quiet(self) -> bool:
        """Whether the terminal itself has been silent for as long as the wedge waits."""
        wait_ms = self._ears.wait_ms
        return wait_ms is None or self._program.silence_s * 1000 >= wait_ms

    def _echo(self) -> None:
        self._echo_timer = None
        self._program.redraw()

    def quiet(self, quiet: Quiet) -> None:
        """Nothing has come for a while; keys that wait to be handled are heard first."""
        if self._program.message_queue_size:
            self._program.post_message(Quiet(quiet.turn))
        elif quiet.turn == self._turn and not self._is_quiet():
            self._look_for_quiet(CLOSE_POLL_S)
        elif quiet.turn == self._turn:
            self._quiet_timer = None
            self._hear(self._ears.settle() or self._lone_digit())
            self._program.redraw()

    def _lone_digit(self) -> Sequence[Heard]:
        """The digit that a hand has typed, where it chooses without Enter."""
        page = self._program.page
        choices = page.by_key()
        return self._wedge.lone_digit() if choices and page.ears is None and acts_alone(choices) else ()

    # What it means

    def _hear(self, heard: Sequence[Heard]) -> None:
        for each in heard:
            try:
                if isinstance(each, Press):
                    self._press(each.key)
                else:
                    self.read(each)
            except StoreError as error:
                self._program.alarm(error)
        if heard:
            self._program.redraw()

    def _press(self, key: str) -> None:
        action = BY_KEY.get(key)
        if action is not None:
            self._act(action)

    def read(self, reading: Reading) -> None:
        """Give a scan to the screen on top, or do what it stands for.

        Raises:
            StoreError: what it does cannot be recorded.
        """
        text = reading.text.strip()
        command = None if self._program.page.shows_commands else command_in(text)
        if command is not None and command.digit:
            self._digit_scanned(command.digit)
        elif command is not None:
            self._act(BY_COMMAND[command])
        else:
            self._keyed = ""
            self._text(reading, text)

    def _digit_scanned(self, digit: str) -> None:
        """A digit's barcode does what the typed digit does: it chooses at once, or waits for Enter and shows."""
        page = self._program.page
        choices = page.by_key()
        if choices and acts_alone(choices):
            page.turn += 1
            page.choose(digit)
        elif len(self._keyed) < LONGEST_KEYED:
            self._keyed += digit

    def _text(self, reading: Reading, text: str) -> None:
        if not (reading.carrier is Carrier.TYPED and self._digits(text)):
            page = self._program.page
            page.turn += 1
            page.take(reading)

    def _digits(self, text: str) -> bool:
        """Whether typed digits were a choice, or stood for a key."""
        if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
            return False
        page = self._program.page
        if page.by_key():
            page.turn += 1
            page.choose(str(int(text)))
            return True
        if not (self.twins and page.twins and text in BY_TWIN):
            return False
        self._act(BY_TWIN[text])
        return True

    def _act(self, action: Action) -> None:
        if not self._ended_keyed(action):
            self._program.act(action)

    def _ended_keyed(self, action: Action) -> bool:
        """Enter ends the digits that were scanned, Esc drops them; gives whether there were any for it."""
        keyed, self._keyed = self._keyed, ""
        if keyed and action is Action.CONFIRM:
            self._text(Reading(keyed, Carrier.TYPED, self._profile.name), keyed)
        return bool(keyed) and action in (Action.CONFIRM, Action.BACK)
