"""The one widget: it fills the terminal and shows the present screen's picture, line by line."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from scantrail.glyphs import shown_in
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import Ink, Line, Shade
from scantrail.handheld.text import visible

STYLES: dict[Ink, Style] = {
    Ink.PLAIN: Style(),
    Ink.FAINT: Style(dim=True),
    Ink.STRONG: Style(bold=True),
    Ink.TITLE: Style(bold=True),
    Ink.GOOD: Style(color="green", bold=True),
    Ink.NOTE: Style(color="black", bgcolor="yellow"),
    Ink.BAD: Style(color="red", bold=True, reverse=True),
    Ink.REPEAT: Style(color="cyan", bold=True),
    Ink.CHOSEN: Style(reverse=True),
    Ink.KEYS: Style(),
    Ink.GOOD_ROW: Style(color="black", bgcolor="green", bold=True),
    Ink.REPEAT_ROW: Style(color="black", bgcolor="cyan", bold=True),
}
"""The sixteen colours of any terminal; each verdict also has its glyph and words."""


DARKEST_GREY, GREYS = 232, 24
"""The greys among the 256 colours; where there are only sixteen, the nearest of those are shown."""


@cache
def style_of(ink: Ink | Shade) -> Style:
    """How an ink looks."""
    if isinstance(ink, Ink):
        return STYLES[ink]
    upper, lower = (Color.from_ansi(DARKEST_GREY + level * GREYS // Shade.LEVELS) for level in (ink.upper, ink.lower))
    return Style.from_color(upper, lower)


class Glass(Widget):
    """Asks for a picture when it is painted, however often something has changed since."""

    def __init__(self, picture: Callable[[Size], list[Line]], charset: str) -> None:
        super().__init__()
        self._charset = charset
        """What the terminal can show."""
        self._picture = picture
        self._lines: list[Line] = []
        self._drawn: Size | None = None

    def redraw(self) -> None:
        """Paint what has changed."""
        self._drawn = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the picture."""
        size = Size(self.size.width, self.size.height)
        if self._drawn != size:
            self._lines, self._drawn = self._picture(size), size
        line = self._lines[y] if y < len(self._lines) else ()
        strip = Strip([Segment(shown_in(visible(span.text), self._charset), style_of(span.ink)) for span in line])
        return strip.adjust_cell_length(size.width)
