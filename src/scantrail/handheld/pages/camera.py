"""The camera: shows what it sees, and gives one code to the screen below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from scantrail.domain.scans.reading import Command, Reading, command_in
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.camera import Finder, draw_finder
from scantrail.handheld.drawing.lines import Line
from scantrail.handheld.drawing.paper import draw_paper
from scantrail.handheld.drawing.scrolling import Scroll
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Entry, Page, sentence
from scantrail.handheld.text import told
from scantrail.scanning.acceptance import Code, Rules, may_follow
from scantrail.scanning.camera.aiming import Aim, Offer, reading_of
from scantrail.scanning.camera.messages import Preview, View
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

AGAIN_MS = 10_000
"""A code that was taken so shortly before is taken again only when the person says so: it may still lie there."""


class Feed(Protocol):
    """An opened camera, as far as the screen sees it."""

    rules: Rules
    view: View | None
    trouble: str

    async def run(self) -> None:
        """Watch until closed."""

    async def photo(self) -> bytes:
        """The present frame as a JPEG, small enough to send."""

    def close(self) -> None:
        """End it at once."""


@dataclass(frozen=True, slots=True)
class Cameras:
    """How to open the camera, and the scanner profile its scans are recorded with."""

    open: Callable[[Callable[[], None]], Feed]
    """Given what to call whenever there is something new to see."""
    profile: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The code that the camera gave last, to whichever screen."""

    text: str
    mono_ms: int


class CameraPage(Page):
    """Point it at a code. A scanner works here too: its scan goes to the screen below."""

    keys = (Action.BACK, Action.HELP)

    def __init__(self, desk: Desk, cameras: Cameras, taken: Taken | None = None) -> None:
        super().__init__(desk)
        self._cameras, self._taken = cameras, taken
        self._feed = cameras.open(self._news)
        self._aim = Aim(self._feed.rules)
        self._is_open = True
        self._choices: tuple[Code, ...] = ()
        """The codes to choose from. They stay as they are until one is chosen: none may slip under a finger."""
        self._preview: Preview | None = None
        self._codes: tuple[Code, ...] = ()
        desk.shell.start(self._feed.run())

    # What the camera sees

    def _news(self) -> None:
        if not self._is_open:
            return
        view, before = self._feed.view, (self._codes, self._preview)
        if view is None:
            self._preview, self._codes = None, ()
            self.desk.shell.redraw()
        elif not self._choices:
            self._codes = tuple(code for code in view.codes if command_in(code.text) is not Command.CAMERA)
            self._preview = view.preview or self._preview
            offer = self._aim.see(replace(view, codes=self._codes))
            if offer is not None:
                self._offered(offer)
            if offer is not None or before != (self._codes, self._preview):
                self.desk.shell.redraw()

    def _offered(self, offer: Offer) -> None:
        first = offer.codes[0]
        if offer.asks or self._was_just_taken(first):
            self._choices, self.scroll = offer.codes, Scroll()
            self.desk.shell.ring(Tone.NOTED)
        else:
            self._give(first)

    def _was_just_taken(self, code: Code) -> bool:
        last = self._taken
        if last is None or self.desk.clock.now().mono_ms - last.mono_ms >= AGAIN_MS:
            return False
        return self._reading(code).text == last.text

    def _give(self, code: Code) -> None:
        self.desk.shell.seen(self, self._reading(code))

    def _reading(self, code: Code) -> Reading:
        return reading_of(code, self._cameras.profile)

    # What the person does

    def take(self, reading: Reading) -> None:
        self.desk.shell.back_with(reading)

    def entries(self) -> Sequence[Entry]:
        if not self._choices:
            return ()
        codes = [Entry(code.text, partial(self._give, code), code.symbology.value) for code in self._choices]
        return (*codes, Entry(M("Look again"), self._look_again))

    def _look_again(self) -> None:
        self._choices, self._aim = (), Aim(self._feed.rules)

    def do(self, action: Action) -> bool:
        if action is not Action.BACK or not self._choices:
            return super().do(action)
        self._look_again()
        return True

    def closed(self) -> None:
        self._is_open = False
        self._feed.close()

    # What is shown

    def draw(self, size: Size) -> list[Line]:
        if self._choices:
            return self._draw_choices(size)
        if self._feed.trouble:
            shown = sentence(Tone.REFUSED, M("NO PICTURE"), self._feed.trouble)
            return draw_paper(self.paper(M("CAMERA"), (), shown=shown), size)
        shell = self.desk.shell
        finder = Finder(
            told(self._title()), self._codes, shell.bar, self._preview, shell.has_half_blocks, self.keys, shell.typed
        )
        return draw_finder(finder, size)

    def _title(self) -> Message:
        if self._preview is None:
            return M("CAMERA STARTS…")
        if not self._codes:
            return M("POINT AT THE CODE")
        if any(may_follow(code, self._feed.rules) for code in self._codes):
            return M("SEEN, NOT SURE: HOLD STILL")
        return M("SEEN") if any(code.accepted for code in self._codes) else M("THIS CODE CANNOT BE USED")

    def _draw_choices(self, size: Size) -> list[Line]:
        return self.drawn(size, M("WHICH CODE?") if len(self._choices) > 1 else M("TAKE THIS CODE?"))

    def help(self) -> Sequence[Message | str]:
        return (
            M("Hold the code in the box, about a hand's breadth away. It is taken as soon as it is read for certain."),
            M("Seen, not sure: the code was read once. Hold still, come closer, or turn it to the light."),
            M("With several codes in view, type the number of the one you mean."),
            M("The scanner works here too. Esc goes back without taking anything."),
        )
