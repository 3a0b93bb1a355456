"""The handheld's program: keys become scans and actions, and go to the screen on top."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.worker import WorkerFailed

from scantrail.device.clock import Clock
from scantrail.device.exchange.sync import SyncState
from scantrail.device.session import Session
from scantrail.device.store import AttentionItem, DeviceStore, StoreError
from scantrail.domain.scans.reading import Carrier, Reading, command_in
from scantrail.glyphs import UNICODE
from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.lines import Line
from scantrail.handheld.drawing.paper import Paper, draw_paper
from scantrail.handheld.drawing.scrolling import acts_alone
from scantrail.handheld.driver import CLOSE_POLL_S, ScannerDriver
from scantrail.handheld.feedback import BELLS
from scantrail.handheld.glass import Glass
from scantrail.handheld.keys import BY_COMMAND, BY_KEY, BY_TWIN, Action, name_of
from scantrail.handheld.pages.base import (
    DemoBadge,
    Desk,
    Ears,
    Exchange,
    ExtraEntry,
    Histories,
    Page,
    SigningIn,
    sentence,
    sync_now,
)
from scantrail.handheld.pages.camera import CameraPage, Cameras, Taken
from scantrail.handheld.pages.guided import GuidedPage
from scantrail.handheld.pages.help import HelpPage
from scantrail.handheld.pages.look_up import LookUpPage
from scantrail.handheld.pages.menu import MenuPage
from scantrail.handheld.pages.photo import PhotoPage
from scantrail.handheld.pages.sign_in import SignInPage
from scantrail.program import by_signal
from scantrail.protocol.link import Link
from scantrail.scanning.chosen import Scanners, choose
from scantrail.scanning.profiles import Profile
from scantrail.scanning.serial_port import SerialPort
from scantrail.scanning.strokes import Recorder, Stroke
from scantrail.scanning.wedge import Heard, Press, Wedge
from scantrail.words import M
from scantrail.words import Message as Words
from scantrail.workflows.base import Tone

ECHO_S = 0.05
"""What is typed shows this soon; a scan is over before that."""
LONGEST_NUMBER = 3
"""Digits of a choice at the most."""
LONGEST_KEYED = 12
"""Digits that are scanned one by one: the longest PIN."""


_LOOKING = (CameraPage, PhotoPage)
"""The screens that have the camera open."""


class SyncLoop(Exchange, Protocol):
    """The sync, as far as the program runs it."""

    on_state: Callable[[SyncState], None]
    on_changed: Callable[[], None]

    async def run(self) -> None:
        """Exchange until cancelled."""

    def kick(self) -> None:
        """Something was recorded."""


@dataclass(frozen=True, slots=True)
class Device:
    """What the handheld stands on, below the screen."""

    store: DeviceStore
    sync: SyncLoop
    signing_in: SigningIn
    histories: Histories
    clock: Clock
    scanners: Scanners
    cameras: Cameras


class HandheldApp(App[None]):
    """One widget, a pile of screens, and every key caught before anything else can act on it."""

    CSS_PATH = "handheld.tcss"
    ENABLE_COMMAND_PALETTE = False

    class Quiet(Message):
        """No key has come for a while."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    class Scanned(Message):
        """A scan has come from elsewhere than the keyboard."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    class Seen(Message):
        """The camera has read a code."""

        def __init__(self, page: Page, reading: Reading) -> None:
            super().__init__()
            self.page = page
            self.reading = reading

    def __init__(
        self,
        device: Device,
        demo_badges: Sequence[DemoBadge] = (),
        extra_entries: Sequence[ExtraEntry] = (),
        charset: str = UNICODE,
    ) -> None:
        super().__init__(driver_class=ScannerDriver, ansi_color=True)
        self._device = device
        self._sync = device.sync
        session = Session(device.store, device.clock, device.sync.kick)
        self.desk = Desk(
            shell=self,
            store=device.store,
            session=session,
            sync=device.sync,
            signing_in=device.signing_in,
            histories=device.histories,
            clock=device.clock,
            demo_badges=demo_badges,
            extra_entries=extra_entries,
        )
        self._glass = Glass(self.picture, charset)
        self._charset = charset
        self._read_with(device.scanners.keyboard)
        self._turn = 0
        """Counts keys, so that a silence that a key has ended is not taken for one."""
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._echo_timer: asyncio.TimerHandle | None = None
        self._attention: tuple[AttentionItem, ...] = device.store.attention()
        self._taken: Taken | None = None
        self._keyed = ""
        """Digits that were scanned one by one and not ended yet."""
        self._pile: list[Page] = [SignInPage(self.desk)]

    def _read_with(self, profile: Profile) -> None:
        self._profile, self._wedge, self._twins = profile, Wedge(profile), profile.twins
        self._recorder = Recorder(profile.quiet_ms)

    def compose(self) -> ComposeResult:
        """The glass, and nothing else."""
        yield self._glass

    def on_mount(self) -> None:
        """Begin to exchange with the server."""
        self._sync.on_state = self._state_changed
        self._sync.on_changed = self._changed
        self.run_worker(self._sync.run(), name="sync")
        on_port = self._device.scanners.serial_port
        if on_port is not None and on_port.serial is not None:
            port = SerialPort(on_port, on_port.serial, self._scanned, self._port_trouble)
            self.run_worker(port.run(), name="scanner")

    def _state_changed(self, state: SyncState) -> None:
        if state.link is Link.REVOKED:
            self.call_later(self._revoked, state.reason)
        self.redraw()

    def _revoked(self, reason: Words | str) -> None:
        """On a device that was revoked the worker is signed out: the server would take nothing that is done now."""
        if self.desk.session.worker is not None:
            try:
                self.desk.session.end()
            except StoreError as error:
                self._alarm(error)
                return
            self.home()
        self._page.say(sentence(Tone.REFUSED, M("DEVICE REVOKED"), reason))
        self.redraw()

    # Keys and scans

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes go to the wedge, before any widget or binding can act on them."""
        if isinstance(event, events.Key):
            event.stop()
            self._recorder.key(event.key, event.character, event.time)
            self._hear(self._ears.key(event.key, event.character, event.time))
            self._await_quiet()
        elif isinstance(event, events.Paste):
            event.stop()
            self._hear(self._ears.paste(event.text, event.time))
            self._await_quiet()
        else:
            await super().on_event(event)

    def _await_quiet(self) -> None:
        self._turn += 1
        loop = asyncio.get_running_loop()
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
            self._quiet_timer = None
        if self._ears.wait_ms is not None:
            self._look_for_quiet(self._ears.wait_ms / 1000)
        if self._echo_timer is None:
            self._echo_timer = loop.call_later(ECHO_S, self._echo)

    def _look_for_quiet(self, after_s: float) -> None:
        quiet = self.Quiet(self._turn)
        self._quiet_timer = asyncio.get_running_loop().call_later(after_s, self.post_message, quiet)

    def _is_quiet(self) -> bool:
        """Whether the terminal itself has been silent for as long as the wedge waits."""
        driver, wait_ms = self._driver, self._ears.wait_ms
        return wait_ms is None or not isinstance(driver, ScannerDriver) or driver.silence_s * 1000 >= wait_ms

    def _echo(self) -> None:
        self._echo_timer = None
        self.redraw()

    def on_handheld_app_quiet(self, quiet: Quiet) -> None:
        """Nothing has come for a while; keys that wait to be handled are heard first."""
        if self.message_queue_size:
            self.post_message(self.Quiet(quiet.turn))
        elif quiet.turn == self._turn and not self._is_quiet():
            self._look_for_quiet(CLOSE_POLL_S)
        elif quiet.turn == self._turn:
            self._quiet_timer = None
            self._hear(self._ears.settle() or self._lone_digit())
            self.redraw()

    def _lone_digit(self) -> Sequence[Heard]:
        """The digit that a hand has typed, where it chooses without Enter."""
        choices = self._page.by_key()
        return self._wedge.lone_digit() if choices and self._page.ears is None and acts_alone(choices) else ()

    def _hear(self, heard: Sequence[Heard]) -> None:
        for each in heard:
            try:
                if isinstance(each, Press):
                    self._press(each.key)
                else:
                    self._read(each)
            except StoreError as error:
                self._alarm(error)
        if heard:
            self.redraw()

    def _scanned(self, reading: Reading) -> None:
        """Let a scan from elsewhere wait its turn among the keys."""
        self.post_message(self.Scanned(reading))

    def on_handheld_app_scanned(self, scanned: Scanned) -> None:
        """What a hand typed before a scan and never ended was given up; what a scanner is typing now is not."""
        if not self.is_listening:
            self._ears.clear()
        self._hear([scanned.reading])

    def _port_trouble(self, trouble: Words | None) -> None:
        if trouble is None:
            self._page.say(sentence(Tone.NOTED, M("SCANNER CONNECTED")))
        else:
            self._page.say(sentence(Tone.REFUSED, M("SCANNER NOT CONNECTED"), trouble))
        self.redraw()

    def _alarm(self, error: StoreError) -> None:
        self._page.say(sentence(Tone.REFUSED, M("NOT RECORDED"), error.message))

    def _press(self, key: str) -> None:
        action = BY_KEY.get(key)
        if action is not None:
            self._act(action)

    def _read(self, reading: Reading) -> None:
        text = reading.text.strip()
        command = None if self._page.shows_commands else command_in(text)
        if command is not None and command.digit:
            self._digit_scanned(command.digit)
        elif command is not None:
            self._act(BY_COMMAND[command])
        else:
            self._keyed = ""
            self._text(reading, text)

    def _digit_scanned(self, digit: str) -> None:
        """A digit's barcode does what the typed digit does: it chooses at once, or waits for Enter and shows."""
        choices = self._page.by_key()
        if choices and acts_alone(choices):
            self._page.turn += 1
            self._page.choose(digit)
        elif len(self._keyed) < LONGEST_KEYED:
            self._keyed += digit

    def _text(self, reading: Reading, text: str) -> None:
        if not (reading.carrier is Carrier.TYPED and self._digits(text)):
            self._page.turn += 1
            self._page.take(reading)

    def _ended_keyed(self, action: Action) -> bool:
        """Enter ends the digits that were scanned, Esc drops them; gives whether there were any for it."""
        keyed, self._keyed = self._keyed, ""
        if keyed and action is Action.CONFIRM:
            self._text(Reading(keyed, Carrier.TYPED, self._profile.name), keyed)
        return bool(keyed) and action in (Action.CONFIRM, Action.BACK)

    def _digits(self, text: str) -> bool:
        """Whether typed digits were a choice, or stood for a key."""
        if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
            return False
        page = self._page
        if page.by_key():
            page.turn += 1
            page.choose(str(int(text)))
            return True
        if not (self._twins and page.twins and text in BY_TWIN):
            return False
        self._act(BY_TWIN[text])
        return True

    def _act(self, action: Action) -> None:
        if self._ended_keyed(action):
            return
        page, signed_in = self._page, self.desk.session.worker is not None
        page.turn += 1
        match action:
            case Action.LEAVE:
                self.leave()
            case Action.HELP:
                self._help()
            case Action.SYNC:
                self.start(sync_now(page))
            case Action.LOOK_UP if signed_in and not isinstance(page, LookUpPage):
                self.open(LookUpPage(self.desk))
            case Action.CAMERA if not isinstance(page, _LOOKING):
                self._open_camera()
            case Action.MENU if signed_in and not isinstance(page, MenuPage):
                self.home()
            case _:
                if not page.do(action):
                    page.say(sentence(Tone.REFUSED, M("{key} DOES NOTHING HERE", key=name_of(action))))

    def _help(self) -> None:
        """Help on the screen on top; from there back to it."""
        if isinstance(self._page, HelpPage):
            self.back()
        else:
            self.open(HelpPage(self.desk, self._page))

    def _open_camera(self) -> None:
        """The camera's screen, or back to it: no camera can be opened twice."""
        if any(isinstance(page, _LOOKING) for page in self._pile):
            while not isinstance(self._page, _LOOKING):
                self.back()
        else:
            self.open(CameraPage(self.desk, self._device.cameras, self._taken))

    @property
    def is_listening(self) -> bool:
        """Whether it is not certain yet what the last keys mean."""
        return self._quiet_timer is not None

    @property
    def _ears(self) -> Ears:
        """The wedge, unless the screen on top listens by itself."""
        return self._page.ears or self._wedge

    # What the screens ask of the program

    @property
    def _page(self) -> Page:
        return self._pile[-1]

    def open(self, page: Page) -> None:
        """Put a screen over the present one."""
        self._pile.append(page)
        self.redraw()

    def back(self) -> None:
        """Take the present screen away; the lowest stays."""
        if len(self._pile) > 1:
            self._pile.pop().closed()
        self.redraw()

    def close(self, page: Page) -> None:
        """Take a screen away, and whatever lies over it."""
        while page in self._pile[1:]:
            self._pile.pop().closed()
        self.redraw()

    def photograph(self, taken: Callable[[bytes], None]) -> None:
        """Put the screen that takes a photo over the present one."""
        self.open(PhotoPage(self.desk, self._device.cameras, taken))

    def back_with(self, reading: Reading) -> None:
        """Take the present screen away and give a scan to the one below."""
        self.back()
        self._read(reading)

    def seen(self, page: Page, reading: Reading) -> None:
        """The camera's screen has read a code for the screen below."""
        self.post_message(self.Seen(page, reading))

    def on_handheld_app_seen(self, seen: Seen) -> None:
        """Its turn has come; the person may have left the camera's screen meanwhile."""
        if self._page is not seen.page:
            return
        self._wedge.clear()
        self._taken = Taken(seen.reading.text, self._device.clock.now().mono_ms)
        try:
            self.back_with(seen.reading)
        except StoreError as error:
            self._alarm(error)
        self.redraw()

    def home(self) -> None:
        """The menu, or the sign-in while nobody is signed in."""
        task = next((page.task for page in self._pile if isinstance(page, GuidedPage)), None)
        for page in reversed(self._pile):
            page.closed()
        self._pile = [MenuPage(self.desk, task) if self.desk.session.worker else SignInPage(self.desk)]
        self.redraw()

    def strokes(self) -> list[Stroke]:
        """The keys that the present scan came as."""
        return self._recorder.take()

    def use_scanner(self, profile: Profile) -> None:
        """Read with this profile from now on, and after the next start.

        Raises:
            OSError: it cannot be kept.
        """
        choose(self._device.scanners.folder, profile)
        self._read_with(profile)

    def ring(self, tone: Tone) -> None:
        """Make a verdict's sound."""
        loop = asyncio.get_running_loop()
        for after in BELLS[tone]:
            loop.call_later(after, self.bell)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the screens."""
        self.run_worker(work)

    def redraw(self) -> None:
        """Paint what has changed."""
        self._glass.redraw()

    def end_by(self, number: int) -> None:
        """End the program since a signal asks for it."""
        self.exit(return_code=by_signal(number))

    @property
    def fault(self) -> Exception | None:
        """What nobody expected and has ended the program."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) and isinstance(error.error, Exception) else error

    def _print_error_renderables(self) -> None:
        """Print no traceback (Textual's shows the values of variables, a PIN's too): `fault` is told instead."""
        self._exit_renderables.clear()

    def leave(self) -> None:
        """End the program; everything done is on record."""
        self.exit()

    def settled(self) -> None:
        """Something that needed attention no longer does."""
        self._attention = self.desk.store.attention()

    @property
    def bar(self) -> Bar:
        """How things stand."""
        state, worker = self._sync.state, self.desk.session.worker
        name = worker.name if worker else ""
        return Bar(state.link, state.waiting, len(self._attention), self.desk.store.device, name, self._twins)

    @property
    def typed(self) -> str:
        """What is being typed, or scanned digit by digit."""
        text = self._keyed + self._ears.typed
        signing_in = next((page for page in self._pile if isinstance(page, SignInPage)), None)
        return signing_in.hidden(text) if signing_in is not None else text

    @property
    def has_half_blocks(self) -> bool:
        """Whether the terminal shows half blocks in two colours, and may."""
        return self._charset == UNICODE and not self.no_color and self.console.color_system is not None

    # What comes from elsewhere

    def picture(self, size: Size) -> list[Line]:
        """What the glass shows now, in so many columns and lines."""
        try:
            return self._page.draw(size)
        except StoreError as error:
            shown = sentence(Tone.REFUSED, M("RECORDS NOT READ"), error.message)
            return draw_paper(Paper("", (), self.bar, shown=shown, keys=(Action.MENU, Action.LEAVE)), size)

    def _changed(self) -> None:
        """The sync has brought rows or verdicts: screens look again, and contested work is told at once."""
        try:
            known = {item.act for item in self._attention}
            self._attention = self.desk.store.attention()
            for page in self._pile:
                page.changed()
        except StoreError as error:
            self._alarm(error)
        else:
            self._tell([item for item in self._attention if item.act not in known])
        self.redraw()

    def _tell(self, news: Sequence[AttentionItem]) -> None:
        if not news:
            return
        guided = next((page for page in self._pile if isinstance(page, GuidedPage)), None)
        if guided is not None:
            guided.contested(news[0])
            self._page.shown = guided.shown
