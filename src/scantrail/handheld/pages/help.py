"""Help on the screen one comes from: what to do, the keys, and what the signs mean."""

from __future__ import annotations

from scantrail.domain.scans.reading import Reading
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, ink, wrapped
from scantrail.handheld.drawing.verdict import GLYPHS, INKS
from scantrail.handheld.keys import BINDINGS, Binding
from scantrail.handheld.pages.base import Desk, Page, TextPage
from scantrail.handheld.text import told
from scantrail.words import N_, M, Message, _
from scantrail.workflows.base import Tone

_TONES: dict[Tone, str] = {
    Tone.ACCEPTED: N_("right, and on record"),
    Tone.NOTED: N_("right, with something to read"),
    Tone.REFUSED: N_("refused; the screen says what to do"),
    Tone.REPEAT: N_("the same code read twice; nothing changed"),
}
_SIGNS: tuple[tuple[str, Ink, str], ...] = (
    ("●", Ink.GOOD, N_("online; ↑ and how many records wait")),
    ("○", Ink.NOTE, N_("offline; how many records wait here")),
    ("✓✓", Ink.FAINT, N_("the server has confirmed it")),
    ("…", Ink.FAINT, N_("on its way to the server")),
    ("!", Ink.BAD, N_("how many items need attention")),
)


class HelpPage(TextPage):
    """How does this go?"""

    def __init__(self, desk: Desk, about: Page) -> None:
        super().__init__(desk)
        self._about = about

    def title(self) -> Message:
        return M("HELP")

    def body(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for paragraph in self._about.help():
            lines += wrapped(told(paragraph), width)
        lines += [BLANK, ink(_("Signs"), Ink.TITLE)]
        lines += [line for tone, words in _TONES.items() for line in _sign(GLYPHS[tone], INKS[tone], words, width)]
        lines += [line for glyph, how, words in _SIGNS for line in _sign(glyph, how, words, width)]
        twins = self.desk.shell.bar.twins
        lines += [BLANK, *wrapped(_("Keys; or the digit, then Enter") if twins else _("Keys"), width, Ink.TITLE)]
        return [*lines, *(line for binding in BINDINGS for line in wrapped(_key_words(binding, twins), width))]

    def take(self, reading: Reading) -> None:
        """A scan belongs to the screen below."""
        self.desk.shell.back_with(reading)


def _key_words(binding: Binding, twins: bool) -> str:
    twin = f" ({binding.twin})" if binding.twin and twins else ""
    return f"{binding.shown}{twin} {_(binding.label)}"


def _sign(glyph: str, how: Ink, words: str, width: int) -> list[Line]:
    first, *others = wrapped(f"{glyph} {_(words)}", width)
    whole = "".join(span.text for span in first)
    return [(*ink(whole[: len(glyph)], how), *ink(whole[len(glyph) :])), *others]
