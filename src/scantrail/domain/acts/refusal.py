"""Refusals: one code each, and the facts that its sentences need. The sentences stand with the codes of each family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scantrail.words import N_, Message, say


class Code(str):
    """Why a scan or an act is refused, by the name that is stored and sent: `line_full`.

    A name that this version does not know is a code like any other: `wordings.explain` has a sentence for it. Codes
    that come from elsewhere are equal to the families' own, never identical: compare them with `==`.
    """

    __slots__ = ()


RAW_CODE = "raw_code"
"""The fact that holds an answer, or a code, which this version does not know."""

LOOK_AGAIN = N_("Look at {goods} with {picker}; have recorded again what is true.")
PUT_BACK = N_("Have {picker} put {goods} back in {home}.")
CHANGED = N_("{goods} was changed meanwhile. Find it, compare it with its timeline, and have it put where that says.")


@dataclass(frozen=True, slots=True)
class Wording:
    """All that is said of a code; fields in braces come from `Refusal.facts`, and what else a sentence names."""

    title: str
    """Two or three words for the top of the verdict."""
    because: str
    """What was found, in one sentence."""
    todo: str
    """What the person does now, in one sentence."""
    contests: bool = False
    """Whether the world may have changed since the device judged: then the server contests the act instead of
    refusing it, and the person is told what to do with the goods."""
    afterwards: str = ""
    """What the person does with a unit that is picked already, where `todo` does not say it; `bin` is where it was."""
    waits: str = ""
    """What the server waits for where an act lacks nothing but an earlier step; empty where it never waits."""
    desk: str = LOOK_AGAIN
    """What the desk has done about it. Nobody holds the goods there, so it names who has them: `picker` is the person,
    `goods` the serials, `home` the bin of the goods, `device` the handheld."""


Wordings = Mapping[Code, Wording]
"""The codes of one family, with what is said of each."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code and the facts its sentences need. Facts are data; they travel and are stored."""

    code: Code
    facts: Mapping[str, str] = field(default_factory=dict)


def refuse(code: Code, **facts: object) -> Refusal:
    """A refusal with its facts as text: instants in ISO 8601, words of ours untranslated."""
    return Refusal(code, {name: _fact(value) for name, value in facts.items()})


def _fact(value: object) -> str:
    if isinstance(value, Message):
        return say(value) if value.values else value.template
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
