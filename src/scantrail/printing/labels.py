"""What is printed on labels: bins, badges, cartons, commands, and the codes that calibrate a scanner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.domain.scans.reading import COMMAND_PREFIX, Command
from scantrail.printing.codes import NARROWEST_MM, Code, Symbol, linear_problem, qr_problem
from scantrail.printing.layout import code_room
from scantrail.printing.sizes import Paper
from scantrail.words import M, Message, _


@dataclass(frozen=True, slots=True)
class Label:
    """One code with what people read beside it."""

    code: Code
    title: str
    """Large."""
    note: str = ""
    """Small, under the title."""
    is_text_below: bool = False
    """Whether both stand below the bars, where GS1 has people look for what is in them."""


@dataclass(frozen=True, slots=True)
class Unprintable:
    """Something that no label can be made for, and why."""

    name: str
    why: Message


Made = Label | Unprintable


def bin_label(code: str, paper: Paper, prefixes: Sequence[CodePrefix] = ()) -> Made:
    """The label of a place: its code for eyes, and for scanners with what the site puts before codes of its places."""
    text = _prefixed(code, CodeKind.PLACE, prefixes)
    problem = linear_problem(text, code_room(paper)) or _mistaken(text, CodeKind.PLACE, prefixes)
    return Unprintable(code, problem) if problem else Label(Code(text, Symbol.CODE_128), code)


def badge_label(worker: Worker, paper: Paper, prefixes: Sequence[CodePrefix] = ()) -> Made:
    """A badge: its text stands in the code alone, where eyes cannot read it."""
    text = _prefixed(worker.badge, CodeKind.BADGE, prefixes)
    problem = _mistaken(text, CodeKind.BADGE, prefixes)
    if problem is None and linear_problem(text, code_room(paper)) is None:
        return Label(Code(text, Symbol.CODE_128), worker.name)
    problem = problem or qr_problem(text, code_room(paper, Symbol.QR))
    return Unprintable(worker.name, problem) if problem else Label(Code(text, Symbol.QR), worker.name)


def carton_label(sscc: str, site: str, paper: Paper) -> Made:
    """The label of a carton or pallet: its SSCC as GS1-128, with the same for eyes below, and the site's name."""
    code = Code(f"00{sscc}", Symbol.GS1_128)
    if code.bar_mm(code_room(paper)) < NARROWEST_MM:
        return Unprintable(sscc, M("expected a larger label"))
    return Label(code, f"(00){sscc}", site, is_text_below=True)


def _prefixed(text: str, kind: CodeKind, prefixes: Sequence[CodePrefix]) -> str:
    return next((each.text for each in prefixes if each.kind is kind), "") + text


def _mistaken(text: str, kind: CodeKind, prefixes: Sequence[CodePrefix]) -> Message | None:
    """Why a handheld would take the code for one of another kind, if it would."""
    beginnings = [*prefixes, CodePrefix(COMMAND_PREFIX, CodeKind.COMMAND)]
    fitting = [each for each in beginnings if text.startswith(each.text)]
    first = max(fitting, key=lambda each: len(each.text), default=None)
    if first is None or first.kind is kind:
        return None
    return M("expected a code that does not begin with {prefix}, as codes of another kind do", prefix=first.text)


def command_label(command: Command, name: str, keys: str, paper: Paper) -> Made:
    """A command's barcode, with what it is called and the key that does the same."""
    text = COMMAND_PREFIX + command.value
    problem = linear_problem(text, code_room(paper))
    return Unprintable(name, problem) if problem else Label(Code(text, Symbol.CODE_128), name, keys)


def calibration_labels(paper: Paper) -> list[Made]:
    """The codes that a scanner is calibrated with, numbered in the order they are scanned in."""
    return [
        Label(Code(each.text, Symbol.GS1_128 if each.is_gs1 else Symbol.CODE_128), f"{number}  {_(each.name)}")
        if Code(each.text, Symbol.CODE_128).bar_mm(code_room(paper)) >= NARROWEST_MM
        else Unprintable(_(each.name), M("expected a larger label"))
        for number, each in enumerate(CALIBRATION, 1)
    ]


def by_code(codes: Iterable[str]) -> list[str]:
    """Codes in the order that people look for them: A-2 before A-10, each once."""
    return sorted(set(codes), key=order)


def order(code: str) -> tuple[tuple[int, int | str], ...]:
    """What a code is sorted by: its numbers as numbers, its letters without case."""
    parts = re.findall(r"[0-9]+|[^0-9]+", code.upper())
    return tuple((0, int(part)) if part[0] in "0123456789" else (1, part) for part in parts)
