"""The handheld's program: the pile of screens, what is heard for the one on top, and what goes on beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.worker import WorkerFailed

from scantrail.device.exchange.sync import SyncState
from scantrail.device.session import Session
from scantrail.device.store import AttentionItem, StoreError
from scantrail.domain.scans.reading import Reading
from scantrail.glyphs import UNICODE
from scantrail.handheld.device import Device
from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.lines import Line
from scantrail.handheld.drawing.paper import Paper, draw_paper
from scantrail.handheld.driver import ScannerDriver
from scantrail.handheld.feedback import BELLS
from scantrail.handheld.glass import Glass
from scantrail.handheld.hearing import Hearing, Quiet, Scanned
from scantrail.handheld.keys import Action, name_of
from scantrail.handheld.pages.base import DemoBadge, Desk, ExtraEntry, Page, sentence, sync_now
from scantrail.handheld.pages.camera import CameraPage, Taken
from scantrail.handheld.pages.guided import GuidedPage
from scantrail.handheld.pages.help import HelpPage
from scantrail.handheld.pages.look_up import LookUpPage
from scantrail.handheld.pages.menu import MenuPage
from scantrail.handheld.pages.photo import PhotoPage
from scantrail.handheld.pages.sign_in import SignInPage
from scantrail.handheld.pile import Pile
from scantrail.program import by_signal
from scantrail.protocol.link import Link
from scantrail.scanning.chosen import choose
from scantrail.scanning.profiles import Profile
from scantrail.scanning.serial_port import SerialPort
from scantrail.scanning.strokes import Stroke
from scantrail.words import M
from scantrail.words import Message as Words
from scantrail.workflows.base import Tone

_LOOKING = (CameraPage, PhotoPage)
"""The screens that have the camera open."""


class HandheldApp(App[None]):
    """One widget, a pile of screens, and every key caught before anything else can act on it."""

    CSS_PATH = "handheld.tcss"
    ENABLE_COMMAND_PALETTE = False

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
        self._attention: tuple[AttentionItem, ...] = device.store.attention()
        self._taken: Taken | None = None
        self._pile = Pile(SignInPage(self.desk))
        self._hearing = Hearing(self, device.scanners.keyboard)

    def compose(self) -> ComposeResult:
        """The glass, and nothing else."""
        yield self._glass

    def on_mount(self) -> None:
        """Begin to exchange with the server."""
        self._sync.on_state = self._state_changed
        self._sync.on_changed = self._changed
        self._sync.is_attended = lambda: self.desk.session.worker is not None
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
                self.alarm(error)
                return
            self.home()
        self.page.say(sentence(Tone.REFUSED, M("DEVICE REVOKED"), reason))
        self.redraw()

    # Keys and scans

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes are heard before any widget or binding can act on them."""
        if isinstance(event, events.Key):
            event.stop()
            self._hearing.key(event)
        elif isinstance(event, events.Paste):
            event.stop()
            self._hearing.paste(event)
        else:
            await super().on_event(event)

    def on_quiet(self, quiet: Quiet) -> None:
        """Nothing has come for a while."""
        self._hearing.quiet(quiet)

    def on_scanned(self, scanned: Scanned) -> None:
        """The turn of a scan from elsewhere than the keyboard has come."""
        self._hearing.scanned(scanned)

    @property
    def is_listening(self) -> bool:
        """Whether it is not certain yet what the last keys mean."""
        return self._hearing.is_listening

    @property
    def silence_s(self) -> float:
        """How long nothing has come from the terminal, in seconds; endless for one that does not tell."""
        driver = self._driver
        return driver.silence_s if isinstance(driver, ScannerDriver) else float("inf")

    def _scanned(self, reading: Reading) -> None:
        self.post_message(Scanned(reading))

    def _port_trouble(self, trouble: Words | None) -> None:
        if trouble is None:
            self.page.say(sentence(Tone.NOTED, M("SCANNER CONNECTED")))
        else:
            self.page.say(sentence(Tone.REFUSED, M("SCANNER NOT CONNECTED"), trouble))
        self.redraw()

    def alarm(self, error: StoreError) -> None:
        """Something could not be recorded."""
        self.page.say(sentence(Tone.REFUSED, M("NOT RECORDED"), error.message))

    def act(self, action: Action) -> None:
        """Do what a key stands for: the same on every screen, or what the screen on top makes of it."""
        page, signed_in = self.page, self.desk.session.worker is not None
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
        if isinstance(self.page, HelpPage):
            self.back()
        else:
            self.open(HelpPage(self.desk, self.page))

    def _open_camera(self) -> None:
        """The camera's screen, or back to it: no camera can be opened twice."""
        looking = self._pile.find(*_LOOKING)
        if looking is not None:
            self._pile.uncover(looking)
            self.redraw()
        else:
            self.open(CameraPage(self.desk, self._device.cameras, self._taken))

    # What the screens ask of the program

    @property
    def page(self) -> Page:
        """The screen on top."""
        return self._pile.top

    def open(self, page: Page) -> None:
        """Put a screen over the present one."""
        self._pile.open(page)
        self.redraw()

    def back(self) -> None:
        """Take the present screen away; the lowest stays."""
        self._pile.back()
        self.redraw()

    def close(self, page: Page) -> None:
        """Take a screen away, and whatever lies over it."""
        self._pile.close(page)
        self.redraw()

    def photograph(self, taken: Callable[[bytes], None]) -> None:
        """Put the screen that takes a photo over the present one."""
        self.open(PhotoPage(self.desk, self._device.cameras, taken))

    def back_with(self, reading: Reading) -> None:
        """Take the present screen away and give a scan to the one below."""
        self.back()
        self._hearing.read(reading)

    def seen(self, page: Page, reading: Reading) -> None:
        """The camera's screen has read a code for the screen below."""
        self.post_message(self.Seen(page, reading))

    def on_handheld_app_seen(self, seen: Seen) -> None:
        """Its turn has come; the person may have left the camera's screen meanwhile."""
        if self.page is not seen.page:
            return
        self._hearing.clear()
        self._taken = Taken(seen.reading.text, self._device.clock.now().mono_ms)
        try:
            self.back_with(seen.reading)
        except StoreError as error:
            self.alarm(error)
        self.redraw()

    def home(self) -> None:
        """The menu, or the sign-in while nobody is signed in."""
        guided = self._pile.find(GuidedPage)
        task = guided.task if guided is not None else None
        self._pile.begin_with(MenuPage(self.desk, task) if self.desk.session.worker else SignInPage(self.desk))
        self.redraw()

    def strokes(self) -> list[Stroke]:
        """The keys that the present scan came as."""
        return self._hearing.strokes()

    def use_scanner(self, profile: Profile) -> None:
        """Read with this profile from now on, and after the next start.

        Raises:
            OSError: it cannot be kept.
        """
        choose(self._device.scanners.folder, profile)
        self._hearing.use(profile)

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
        return Bar(state.link, state.waiting, len(self._attention), self.desk.store.device, name, self._hearing.twins)

    @property
    def typed(self) -> str:
        """What is being typed, or scanned digit by digit."""
        text = self._hearing.typed
        signing_in = self._pile.find(SignInPage)
        return signing_in.hidden(text) if signing_in is not None else text

    @property
    def has_half_blocks(self) -> bool:
        """Whether the terminal shows half blocks in two colours, and may."""
        return self._charset == UNICODE and not self.no_color and self.console.color_system is not None

    # What comes from elsewhere

    def picture(self, size: Size) -> list[Line]:
        """What the glass shows now, in so many columns and lines."""
        try:
            return self.page.draw(size)
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
            self.alarm(error)
        else:
            self._tell([item for item in self._attention if item.act not in known])
        self.redraw()

    def _tell(self, news: Sequence[AttentionItem]) -> None:
        if not news:
            return
        guided = self._pile.find(GuidedPage)
        if guided is not None:
            guided.contested(news[0])
            self.page.shown = guided.shown
