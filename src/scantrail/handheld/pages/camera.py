"""The camera: shows what it sees, and gives one code to the screen below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from scantrail.domain.readings import Command, Reading, command_in
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.camera import Finder, draw_finder
from scantrail.handheld.drawing.lines import Ink, Line, Span, ink, wrapped
from scantrail.handheld.drawing.paper import draw_paper
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Page, sentence
from scantrail.handheld.text import told
from scantrail.scanning.acceptance import Code, Rules, may_follow
from scantrail.scanning.camera.aiming import Aim, Offer, reading_of
from scantrail.scanning.camera.messages import Preview, View
from scantrail.words import M, Message, _
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
        self._first = 0
        """The line of them that is in sight."""
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
            self._choices, self._first = offer.codes, 0
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

    def choose(self, number: int) -> bool:
        if self._choices and 1 <= number <= len(self._choices):
            self._give(self._choices[number - 1])
        elif self._choices and number == len(self._choices) + 1:
            self._look_again()
        else:
            return False
        return True

    def _look_again(self) -> None:
        self._choices, self._aim = (), Aim(self._feed.rules)

    def do(self, action: Action) -> None:
        if action is Action.BACK and self._choices:
            self._look_again()
        elif action in (Action.DOWN, Action.UP):
            self._first = max(0, self._first + (1 if action is Action.DOWN else -1))
        else:
            super().do(action)

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
            told(self._title()), self._codes, shell.bar, self._preview, shell.has_colour, self.keys, shell.typed
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
        labels = [(code.text, code.symbology.value) for code in self._choices]
        lines = [line for at, each in enumerate(labels, 1) for line in _choice(str(at), *each, size.width)]
        lines += _choice(str(len(labels) + 1), _("Look again"), "", size.width)
        self._first = min(self._first, len(lines) - 1)
        title = M("WHICH CODE?") if len(labels) > 1 else M("TAKE THIS CODE?")
        keys = (Action.BACK, Action.DOWN, Action.UP, Action.HELP)
        return draw_paper(
            self.paper(title, lines, at=self._first, from_top=True, keys=keys, extra=_("No.+Enter")), size
        )

    def help(self) -> Sequence[Message | str]:
        return (
            M("Hold the code in the box, about a hand's breadth away. It is taken as soon as it is read for certain."),
            M("Seen, not sure: the code was read once. Hold still, come closer, or turn it to the light."),
            M("With several codes in view, type the number of the one you mean, then Enter."),
            M("The scanner works here too. Esc goes back without taking anything."),
        )


def _choice(number: str, text: str, note: str, width: int) -> list[Line]:
    """A code whole, on as many lines as it takes: two may differ in their last character only."""
    first, *others = wrapped(text, width - 2, Ink.STRONG)
    lines: list[Line] = [(Span(f"{number} "), *first), *((Span("  "), *line) for line in others)]
    if note and sum(span.width for span in lines[-1]) + len(note) + 2 <= width:
        lines[-1] = (*lines[-1], *ink(f"  {note}", Ink.FAINT))
    return lines
