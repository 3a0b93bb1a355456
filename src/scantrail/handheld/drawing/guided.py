"""The guided screen: one picture for every prompt of every workflow, at any size from 20×8 up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from rich.cells import cell_len

from scantrail.handheld.drawing.bars import Bar, Size, Task, keys_line, state_lines, typing_line
from scantrail.handheld.drawing.large import large_lines
from scantrail.handheld.drawing.lines import (
    Ink,
    Line,
    Span,
    cut,
    cut_line,
    ink,
    progress_line,
    spread,
    width_of,
    wrapped,
)
from scantrail.handheld.drawing.packing import FILLER, Block, gap, pack, shortened, window
from scantrail.handheld.drawing.scrolling import Row, Scroll, body_of, choosing_words
from scantrail.handheld.drawing.verdict import Shown, verdict_blocks
from scantrail.handheld.keys import Action
from scantrail.handheld.text import told, visible
from scantrail.words import M, _, say
from scantrail.workflows.base import Item, Mark, Prompt

BESIDE_LARGE = 8
"""Lines that large letters leave for what else is asked and said."""

MARKS: dict[Mark, tuple[str, Ink]] = {
    Mark.DONE: ("✓", Ink.GOOD),
    Mark.NOW: ("▸", Ink.STRONG),
    Mark.TODO: (" ", Ink.PLAIN),
    Mark.SHORT: ("–", Ink.NOTE),
    Mark.BARRED: ("!", Ink.NOTE),
}


@dataclass(frozen=True, slots=True)
class Guided:
    """Everything the guided screen shows."""

    prompt: Prompt
    shown: Shown | None
    """The last verdict; it stays until the next scan."""
    bar: Bar
    typed: str = ""
    scroll: Scroll = field(default_factory=Scroll)
    """Which choices are in sight, and which one is marked."""


def draw_guided(guided: Guided, size: Size) -> list[Line]:
    """The guided screen in exactly `size.height` lines."""
    if size.is_wide:
        return _beside(guided, size)
    top = _top(guided, size)
    blocks = [*top, *_asking(guided, size), *_around(guided.prompt, size), FILLER]
    blocks += [gap(88), *verdict_blocks(guided.shown, size), _bottom(guided, size)]
    return [cut_line(line, size.width) for line in pack(blocks, size.height)]


def _beside(guided: Guided, size: Size) -> list[Line]:
    """The prompt in large letters on the left, the list on the right, the verdict below both."""
    left_width = size.width * 2 // 3
    left, right = Size(left_width - 2, size.height), Size(size.width - left_width, size.height)
    above = [line for block in _top(guided, size) for line in block.lines]
    verdict = [line for block in verdict_blocks(guided.shown, size) for line in block.lines]
    below = [*verdict[: size.height // 3], *_bottom(guided, size).lines]
    middle = size.height - len(above) - len(below)
    asking = [*_asking(guided, Size(left.width, middle), is_large=True), *_answered(guided.prompt, left)]
    beside = [
        *_list(guided.prompt, right),
        *_progress(guided.prompt, right),
        gap(85),
        *_instructions(guided.prompt, right),
    ]
    columns = zip(pack(asking, middle), pack(beside, middle), strict=True)
    joined = [_joined(cut_line(one, left.width), other, left_width) for one, other in columns]
    return [cut_line(line, size.width) for line in (*above, *joined, *below)]


def _joined(left: Line, right: Line, at: int) -> Line:
    room = at - sum(span.width for span in left) - 2
    return (*left, Span(" " * room), Span("│ ", Ink.FAINT), *right)


def task_of(prompt: Prompt) -> Task:
    """The task for the top of the glass."""
    progress = f"{prompt.done}/{prompt.total}" if prompt.total else ""
    return Task(prompt.task, prompt.about, progress)


def _top(guided: Guided, size: Size) -> list[Block]:
    lines = state_lines(guided.bar, task_of(guided.prompt), size)
    rule = [Block(90, (ink("─" * size.width, Ink.FAINT),))] if size.height >= 20 else [gap(86)]
    return [Block(0, lines), *rule] if not size.is_low else [Block(0, lines)]


def _asking(guided: Guided, size: Size, *, is_large: bool = False) -> list[Block]:
    """The instruction, what is expected, and the choices."""
    large = _large(guided.prompt, size) if is_large else []
    if large:
        return [*large, *_others_block(guided.prompt, size), gap(80), *_hint(guided.prompt, size)]
    prompt, choices = guided.prompt, _choices(guided, size)
    verb = told(prompt.verb)
    if size.is_low:
        return [
            Block(0, _verb_and_expected(prompt, verb, size)),
            *_checks(prompt, size),
            *choices,
            *_hint(prompt, size),
        ]
    blocks = [Block(0, wrapped(verb, size.width, Ink.TITLE)), gap(80)]
    if prompt.expected:
        first = wrapped(prompt.expected[0], size.width, Ink.STRONG, indent=0 if size.is_narrow else 2)
        blocks += [Block(0, first[:2]), Block(15, first[2:], fit=shortened(first[2:], size.width))]
    return [*blocks, *_others_block(prompt, size), *_checks(prompt, size), *choices, gap(85), *_hint(prompt, size)]


def _large(prompt: Prompt, size: Size) -> list[Block]:
    """The instruction in one line, and below it the first thing that is expected in large letters, if that has room."""
    if not prompt.expected or prompt.choices:
        return []
    lines = large_lines(prompt.expected[0], size.width)
    verb = told(prompt.verb)
    head = (Span(verb, Ink.TITLE), *ink(f"  {prompt.expected[0]}"))
    if not lines or len(lines) + BESIDE_LARGE > size.height or width_of(head) > size.width:
        return []
    return [Block(0, (head,)), gap(80), Block(0, lines), gap(80)]


def _others_block(prompt: Prompt, size: Size) -> list[Block]:
    """What else does as well."""
    if len(prompt.expected) < 2:
        return []
    others = _("or {others}").format(others=_others(prompt.expected))
    return [Block(30, wrapped(others, size.width, indent=0 if size.is_narrow else 2, most=1))]


def _verb_and_expected(prompt: Prompt, verb: str, size: Size) -> list[Line]:
    """On low glass: instruction and expectation in as few lines as they take."""
    first = visible(prompt.expected[0]) if prompt.expected else ""
    others = _("or {others}").format(others=_others(prompt.expected)) if len(prompt.expected) > 1 else ""
    together = "  ".join(filter(None, (verb, first)))
    if cell_len(together) <= size.width:
        line = (Span(verb, Ink.TITLE), Span(together[len(verb) :], Ink.STRONG), *ink(f" {others}" if others else ""))
        return [cut_line(line, size.width)]
    return [*wrapped(verb, size.width, Ink.TITLE, most=2), *wrapped(first, size.width, Ink.STRONG, most=2)]


def _others(expected: Sequence[str]) -> str:
    """The further texts that do as well, without what they share with the first one."""
    stem = expected[0].rpartition("-")[0]
    return ", ".join(visible(each.removeprefix(f"{stem}-") if stem else each) for each in expected[1:])


def _choices(guided: Guided, size: Size) -> list[Block]:
    rows = choice_rows(guided.prompt)
    if not rows:
        return []
    body = body_of((), rows, (), size.width, guided.scroll.at)
    guided.scroll.holds(body)
    return [Block(5, body.lines, fit=partial(guided.scroll.show, body))]


def choice_rows(prompt: Prompt) -> list[Row]:
    """The answers to choose from, as they are shown."""
    return [Row(choice.key, told(choice.label)) for choice in prompt.choices]


def _checks(prompt: Prompt, size: Size) -> list[Block]:
    """What Enter says is so."""
    lines = [line for each in prompt.checks for line in wrapped(told(each), size.width, Ink.STRONG)]
    return [Block(3, lines, fit=shortened(lines, size.width))] if lines else []


def _hint(prompt: Prompt, size: Size) -> list[Block]:
    lines = wrapped(told(prompt.hint), size.width, most=6 if prompt.finished else 4)
    return [Block(20 if prompt.confirms or not prompt.expected else 40, lines, fit=shortened(lines, size.width))]


def _around(prompt: Prompt, size: Size) -> list[Block]:
    """What helps but may be missing: answers so far, instructions, the list, progress."""
    blocks = [*_answered(prompt, size), *_instructions(prompt, size)]
    if not size.is_low:
        blocks += [gap(87), *_list(prompt, size), *([] if size.is_narrow else _progress(prompt, size))]
    return blocks


def _answered(prompt: Prompt, size: Size) -> list[Block]:
    if not prompt.answered:
        return []
    words = [f"✓ {visible(each)}" for each in prompt.answered]
    line = "  ".join(words)
    if cell_len(line) <= size.width or size.is_low:
        return [Block(45, (ink(cut(line, size.width), Ink.GOOD),))]
    return [Block(45, [ink(cut(each, size.width), Ink.GOOD) for each in words])]


def _instructions(prompt: Prompt, size: Size) -> list[Block]:
    shown = prompt.instructions if prompt.is_first else ()
    lines = [line for each in shown for line in wrapped(f"! {each}", size.width, Ink.NOTE, most=3)]
    return [Block(55, lines, fit=shortened(lines, size.width))] if lines else []


def _list(prompt: Prompt, size: Size) -> list[Block]:
    if not prompt.items:
        return []
    lines = [item_line(item, size.width) for item in prompt.items]
    now = next((at for at, item in enumerate(prompt.items) if item.mark is Mark.NOW), len(lines) - 1)
    return [Block(60, lines, fit=window(lines, now))]


def item_line(item: Item, width: int) -> Line:
    """A line of the list: mark, text, and a note at the right."""
    glyph, how = MARKS[item.mark]
    line, note = (Span(f"{glyph} ", how), *ink(item.text, how)), ink(told(item.note), Ink.FAINT)
    return spread(line, note, width) if width_of(line) + width_of(note) < width else cut_line(line, width)


def item_lines(item: Item, width: int) -> list[Line]:
    """The same with nothing cut, on as many lines as it takes."""
    glyph, how = MARKS[item.mark]
    first, *others = wrapped(item.text, width - 2, how) or [()]
    note = told(item.note, None)
    line: Line = (Span(f"{glyph} ", how), *first)
    if not others and width_of(line) + cell_len(note) < width:
        return [spread(line, ink(note, Ink.FAINT), width)]
    return [line, *((Span("  "), *each) for each in others), *wrapped(note, width, Ink.FAINT, indent=2)]


def _progress(prompt: Prompt, size: Size) -> list[Block]:
    if not prompt.total:
        return []
    words = say(M("{done} of {total}", done=prompt.done, total=prompt.total))
    return [Block(50, (progress_line(prompt.done, prompt.total, words, size.width),))]


def _bottom(guided: Guided, size: Size) -> Block:
    if guided.typed:
        return Block(0, (typing_line(guided.typed, size.width),))
    choosing = choosing_words(choice_rows(guided.prompt), is_narrow=size.is_narrow)
    return Block(0, (keys_line(_keys(guided.prompt), size.width, choosing),))


def _keys(prompt: Prompt) -> list[Action]:
    if prompt.choices:
        return [Action.BACK, *([Action.PHOTO] if prompt.photo_name else []), Action.HELP, Action.LIST]
    if prompt.finished:
        return [Action.CONFIRM, Action.LIST, Action.MENU]
    asked = [Action.CONFIRM] if prompt.confirms else []
    exception = [Action.EXCEPTION] if prompt.can_report else []
    undo = [Action.UNDO] if prompt.can_undo else []
    return [*asked, *exception, *undo, Action.HELP, Action.LIST, Action.MENU, Action.LOOK_UP]
