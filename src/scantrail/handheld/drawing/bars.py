"""The lines at the top and the bottom of every screen: how things stand, and which keys work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from scantrail.handheld.drawing.lines import Ink, Line, Span, cut, cut_line, ink, spread, width_of
from scantrail.handheld.keys import Action, bindings_of, long_name, short_name
from scantrail.handheld.text import visible
from scantrail.protocol.link import Link
from scantrail.words import _

NARROW = 30
"""Below so many columns words are shortened."""
LOW = 12
"""Below so many lines things share lines."""
WIDE, WIDE_FROM_LINES = 64, 14
"""From so many columns and lines on, the list stands beside the prompt."""


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and lines of the glass."""

    width: int
    height: int

    @property
    def is_narrow(self) -> bool:
        """Whether words have to be shortened."""
        return self.width < NARROW

    @property
    def is_low(self) -> bool:
        """Whether things have to share lines."""
        return self.height < LOW

    @property
    def is_wide(self) -> bool:
        """Whether there is room for large letters, two columns, and rows filled with colour."""
        return self.width >= WIDE and self.height >= WIDE_FROM_LINES


@dataclass(frozen=True, slots=True)
class Bar:
    """How things stand."""

    link: Link = Link.OFFLINE
    waiting: int = 0
    """Acts the server has not acknowledged."""
    attention: int = 0
    """Items a person still has to put right."""
    device: str = ""
    worker: str = ""
    """Full name; empty while nobody is signed in."""
    twins: bool = True
    """Whether a typed digit does what a key does."""


@dataclass(frozen=True, slots=True)
class Task:
    """The document worked on, for the top of the glass."""

    number: str = ""
    about: str = ""
    progress: str = ""
    """For example `1/3`."""


def state_lines(bar: Bar, task: Task, size: Size) -> list[Line]:
    """One line on low glass, else two: link, waiting records, attention, device, worker; task and progress."""
    if size.is_low:
        return [_one_line(bar, task, size)]
    if size.is_narrow:
        top = spread(_link(bar, size), ink(_first_name(bar.worker), Ink.FAINT), size.width)
        return [top, *([_task_line(task, size.width)] if task.number else [])]
    left, right = _link(bar, size), ink(_short_name(bar.worker), Ink.FAINT)
    top = spread(_centred(left, bar.device, right, size.width), right, size.width)
    return [top, *([_task_line(task, size.width)] if task.number else [])]


def _one_line(bar: Bar, task: Task, size: Size) -> Line:
    link = _link(bar, size, in_short=bool(task.number))
    worker = _first_name(bar.worker) if size.is_narrow else _short_name(bar.worker)
    if not task.number:
        return spread(link, ink(worker, Ink.FAINT), size.width)
    left = (*link, Span(" "), *ink(task.number, Ink.TITLE), Span(f"  {task.progress}"))
    room = size.width - width_of(left) - 1
    fitting = next((each for each in (worker, _first_name(worker)) if cell_len(each) <= room), "")
    return spread(left, ink(fitting, Ink.FAINT) if fitting else (), size.width)


def _task_line(task: Task, width: int) -> Line:
    number = ink(task.number, Ink.TITLE)
    if width < NARROW:
        return cut_line((*number, Span(f"  {task.progress}")), width)
    return spread((*number, *ink(f"  {task.about}")), ink(task.progress), width)


def _centred(left: Line, text: str, right: Line, width: int) -> Line:
    """The left part with a text in the middle, where there is room for it."""
    middle = ink(text, Ink.FAINT)
    start = (width - width_of(middle)) // 2
    if start < width_of(left) + 2 or start + width_of(middle) + 2 > width - width_of(right):
        return left
    return (*left, Span(" " * (start - width_of(left))), *middle)


def _link(bar: Bar, size: Size, *, in_short: bool = False) -> Line:
    waiting = f" {bar.waiting}" if bar.waiting else ""
    if bar.link is Link.ONLINE:
        word = "" if in_short else f" {_('online')}"
        line = ink(f"●{word}{f' ↑{bar.waiting}' if bar.waiting else ''}", Ink.GOOD)
    elif bar.link is Link.REVOKED:
        line = ink(f"⊘ {_('REVOKED')}{waiting}", Ink.BAD)
    elif bar.link is Link.NOT_ENROLLED:
        word = _("NOT KNOWN") if size.is_narrow or in_short else _("NOT KNOWN TO THE SERVER")
        line = ink(f"⊘ {word}{waiting}", Ink.BAD)
    else:
        line = ink(f"○ {_('OFFLINE')}{waiting}", Ink.NOTE)
    return (*line, *ink(f" !{bar.attention}", Ink.BAD)) if bar.attention else line


def _first_name(name: str) -> str:
    return name.split(" ", maxsplit=1)[0]


def _short_name(name: str) -> str:
    """`Sarah J.`"""
    first, _space, rest = name.strip().partition(" ")
    return f"{first} {rest.split()[-1][0]}." if rest.split() else first


def keys_line(actions: Sequence[Action], width: int, extra: str = "") -> Line:
    """As many keys as fit, the first-named ones first, shown in the registry's order; `extra` goes before them."""
    kept: list[Action] = []
    for action in actions:
        if cell_len(_names([*kept, action], width, extra)) <= width:
            kept.append(action)
    return ink(cut(_names(kept, width, extra), width), Ink.KEYS)


def _names(actions: Sequence[Action], width: int, extra: str) -> str:
    is_short = width < NARROW
    names = [short_name(each) if is_short else long_name(each) for each in bindings_of(actions)]
    return (" " if is_short else "  ").join(filter(None, (extra, *names)))


def typing_line(typed: str, width: int) -> Line:
    """What is being typed, its end in sight."""
    shown = visible(typed)
    while cell_len(shown) > width - 3:
        shown = shown[1:]
    return (Span("› ", Ink.FAINT), Span(shown, Ink.STRONG), Span("▏"))
