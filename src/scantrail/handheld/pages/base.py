"""What all screens have in common, and what they stand on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

from scantrail.device.clock import Clock
from scantrail.device.exchange.sync import SyncState
from scantrail.device.identity.sign_in import SignedIn
from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.domain.moments import moment
from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.scans.reading import Reading
from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.lines import Line
from scantrail.handheld.drawing.paper import Paper, draw_paper, room_for_body
from scantrail.handheld.drawing.scrolling import Row, Scroll, body_of, choosing_words
from scantrail.handheld.drawing.verdict import Shown
from scantrail.handheld.keys import Action
from scantrail.handheld.text import told
from scantrail.protocol.link import Link
from scantrail.scanning.profiles import Profile
from scantrail.scanning.strokes import Stroke
from scantrail.scanning.wedge import Heard
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

DemoBadge = tuple[str, str, str]
"""Name, badge and PIN of somebody to sign in as in the demo."""
ExtraEntry = tuple[str, Callable[[], Awaitable[None]]]
"""A line added to the menu, and what it does."""


class Exchange(Protocol):
    """The sync, as far as the screens see it."""

    @property
    def state(self) -> SyncState:
        """How this device stands to its server."""

    async def now(self) -> SyncState:
        """Exchange now."""


class SigningIn(Protocol):
    """The sign-in, as far as the screens see it."""

    async def sign_in(self, badge: str, pin: str) -> SignedIn:
        """Verify a badge and a PIN."""


class Histories(Protocol):
    """The server, as far as the look-up needs it."""

    async def timeline(self, unit: UnitId) -> dict[str, Any]:
        """A unit and its whole history."""


class Ears(Protocol):
    """What hears keys and makes scans of them: the wedge, or what a screen puts in its place."""

    @property
    def typed(self) -> str:
        """What has come and is not ended yet."""

    @property
    def wait_ms(self) -> int | None:
        """How long nothing must come before `settle` is due."""

    def key(self, name: str, character: str | None, at: float) -> list[Heard]:
        """Take a key."""

    def paste(self, text: str, at: float) -> list[Heard]:
        """Take a bracketed paste."""

    def settle(self) -> list[Heard]:
        """Nothing has come for `wait_ms`."""

    def clear(self) -> None:
        """Forget what has come."""


class Shell(Protocol):
    """The program around the screens."""

    def open(self, page: Page) -> None:
        """Put a screen over the present one."""

    def back(self) -> None:
        """Take the present screen away."""

    def close(self, page: Page) -> None:
        """Take a screen away, and whatever lies over it."""

    def photograph(self, taken: Callable[[bytes], None]) -> None:
        """Put the screen that takes a photo over the present one."""

    def back_with(self, reading: Reading) -> None:
        """Take the present screen away and give a scan to the one below: it stands in no scan's way."""

    def settled(self) -> None:
        """Something that needed attention no longer does."""

    def home(self) -> None:
        """Back to the menu, or to the sign-in while nobody is signed in."""

    def seen(self, page: Page, reading: Reading) -> None:
        """The camera's screen has read a code for the screen below: heard in its turn, unless that screen is left."""

    def ring(self, tone: Tone) -> None:
        """Make a verdict's sound."""

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the screens."""

    def redraw(self) -> None:
        """Show what has changed."""

    def leave(self) -> None:
        """End the program."""

    def strokes(self) -> list[Stroke]:
        """The keys that the present scan came as."""

    def use_scanner(self, profile: Profile) -> None:
        """Read with this profile from now on, and after the next start.

        Raises:
            OSError: it cannot be kept.
        """

    @property
    def bar(self) -> Bar:
        """How things stand."""

    @property
    def typed(self) -> str:
        """What is being typed."""

    @property
    def has_half_blocks(self) -> bool:
        """Whether the terminal shows half blocks in two colours, and may."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the screens work with."""

    shell: Shell
    store: DeviceStore
    session: Session
    sync: Exchange
    signing_in: SigningIn
    histories: Histories
    clock: Clock
    demo_badges: Sequence[DemoBadge] = ()
    extra_entries: Sequence[ExtraEntry] = ()

    @property
    def time_zone(self) -> str:
        """The site's, in which every time is shown; empty before its settings have come."""
        site = self.store.site_row
        return site.time_zone if site else ""

    def moment(self, when: datetime) -> str:
        """An instant as a clock at the site shows it."""
        return moment(when, self.time_zone)


def sentence(tone: Tone, title: Message | str, todo: Message | str = "", scanned: str = "") -> Shown:
    """An answer of a screen that is no workflow's verdict."""
    return Shown(tone, title, scanned, todo=todo)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to choose."""

    label: Message | str
    chosen: Callable[[], None]
    note: Message | str | Sequence[str] = ""
    """What else is known of it. Of several notes, the most important first: the others give way to it."""
    key: str = ""
    """The number that takes it; empty where that is its place in the list."""


class Page:
    """One screen. A scan, a chosen number or an action comes in; a picture comes out."""

    keys: Sequence[Action] = (Action.BACK, Action.HELP, Action.MENU)
    shows_commands: ClassVar[bool] = False
    """Whether a command barcode is a scan like any other here, and not carried out."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.shown: Shown | None = None
        """The last answer; it stays until the next scan."""
        self.turn = 0
        """Counts what was scanned and pressed, so that a late answer does not push a newer one aside."""
        self.scroll = Scroll()

    @property
    def ears(self) -> Ears | None:
        """What hears the keys in place of the wedge."""
        return None

    @property
    def twins(self) -> bool:
        """Whether a typed digit does what its key does."""
        return True

    def draw(self, size: Size) -> list[Line]:
        """The picture in so many columns and lines."""
        raise NotImplementedError

    def entries(self) -> Sequence[Entry]:
        """What there is to choose from now."""
        return ()

    def by_key(self) -> dict[str, Entry]:
        """The same, by the number that takes each."""
        return {entry.key or str(at): entry for at, entry in enumerate(self.entries(), 1)}

    def take(self, reading: Reading) -> None:
        """A scan or a typed text."""
        self.say(sentence(Tone.REFUSED, M("NOTHING TO SCAN HERE"), M("Press Esc to go back."), reading.text))

    def choose(self, key: str) -> None:
        """A typed or scanned number. One that is not in the list does nothing else."""
        chosen = self.by_key().get(key)
        if chosen is None:
            self.say(sentence(Tone.REFUSED, M("THERE IS NO {number}", number=key), M("Type a number of the list.")))
        else:
            self.shown = None
            chosen.chosen()

    def do(self, action: Action) -> bool:
        """An action that is not the same on every screen; gives whether it is one that this screen knows."""
        if action is Action.BACK:
            self.desk.shell.back()
        elif action is Action.CONFIRM:
            self._choose_marked()
        else:
            return self.scroll.move(action, len(self.entries()))
        return True

    def _choose_marked(self) -> None:
        """What is out of sight is not chosen, but brought back in sight."""
        keys = list(self.by_key())
        if keys and self.scroll.shows_marked:
            self.choose(keys[min(self.scroll.at, len(keys) - 1)])
        else:
            self.scroll.to_marked()

    def changed(self) -> None:
        """The sync has brought something."""

    def closed(self) -> None:
        """The screen is taken away."""

    def help(self) -> Sequence[Message | str]:
        """What this screen is for and what to do on it, a paragraph each."""
        return ()

    def say(self, shown: Shown) -> None:
        """Show an answer and make its sound."""
        self.shown = shown
        self.desk.shell.ring(shown.tone)

    def paper(self, title: Message | str, body: Sequence[Line] = (), **more: Any) -> Paper:
        """What such a screen shows, with what is the same on all of them."""
        shell = self.desk.shell
        facts = {"keys": self.keys, "shown": self.shown, "typed": shell.typed} | more
        return Paper(told(title), body, shell.bar, **facts)

    def drawn(
        self,
        size: Size,
        title: Message | str,
        above: Sequence[Line] = (),
        below: Sequence[Line] = (),
        **more: Any,
    ) -> list[Line]:
        """The picture of a screen that shows a text, the entries to choose from, or both."""
        rows = rows_of(self.by_key())
        paper = self.paper(title, **({"extra": choosing_words(rows, is_narrow=size.is_narrow)} | more))
        for detailed in (range(len(rows)), (self.scroll.at,), ()):
            body = body_of(above, rows, below, size.width, self.scroll.at, detailed)
            if len(body.lines) <= room_for_body(paper, size, len(body.lines)):
                break
        lines = self.scroll.show(body, room_for_body(paper, size, len(body.lines)))
        keys = [each for each in paper.keys if each not in _SCROLLS or not (self.scroll.shows_all or rows)]
        return draw_paper(replace(paper, body=lines, keys=keys), size)


_SCROLLS = frozenset({Action.UP, Action.DOWN, Action.PAGE_UP, Action.PAGE_DOWN})


def rows_of(entries: Mapping[str, Entry]) -> list[Row]:
    """Entries as they are shown."""
    return [Row(key, told(entry.label), _notes(entry)) for key, entry in entries.items()]


def _notes(entry: Entry) -> tuple[str, ...]:
    note = entry.note
    return tuple(map(told, (note,) if isinstance(note, Message | str) else note))


async def sync_now(page: Page) -> None:
    """Exchange with the server, and say on a screen how it went.

    Unless the person has gone on meanwhile, or the exchange brought something that matters more: contested work.
    """
    turn, page.shown = page.turn, sentence(Tone.NOTED, M("SYNCING…"))
    syncing = page.shown
    page.desk.shell.redraw()
    state = await page.desk.sync.now()
    if page.turn != turn or page.shown is not syncing:
        return
    if state.link is Link.ONLINE:
        page.shown = sentence(Tone.ACCEPTED, M("IN SYNC WITH THE SERVER"))
    else:
        goes_on = M("Work goes on; records wait here.") if state.link is Link.OFFLINE else ""
        page.shown = Shown(Tone.NOTED, M("NOT IN SYNC"), because=state.reason, todo=goes_on)
    page.desk.shell.redraw()


class TextPage(Page):
    """A screen to read; arrows and page keys scroll it, and so does Enter."""

    keys: Sequence[Action] = (Action.BACK, Action.DOWN, Action.UP, Action.MENU)

    def title(self) -> Message | str:
        """What is to be read."""
        raise NotImplementedError

    def body(self, width: int) -> list[Line]:
        """The lines to read."""
        raise NotImplementedError

    def draw(self, size: Size) -> list[Line]:
        return self.drawn(size, self.title(), below=self.body(size.width))

    def do(self, action: Action) -> bool:
        reads_on = action is Action.CONFIRM and not self.entries()
        return super().do(Action.PAGE_DOWN if reads_on else action)


class ChoicePage(Page):
    """A screen to choose from: by a number, or by arrows and Enter."""

    def title(self) -> Message | str:
        """What is to be chosen."""
        raise NotImplementedError

    def above(self, width: int) -> list[Line]:  # noqa: ARG002 - reason: a screen with nothing to read has no use for it
        """What is to be read before choosing."""
        return []

    def draw(self, size: Size) -> list[Line]:
        return self.drawn(size, self.title(), above=self.above(size.width))
