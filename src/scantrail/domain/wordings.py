"""Refusals in words: what is said of every code, put together at the moment of showing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scantrail.domain.acts import refusals as acts
from scantrail.domain.acts.refusal import RAW_CODE, Code, Refusal, Wording, Wordings
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.facts.packing import refusals as packing
from scantrail.domain.facts.placing import refusals as placing
from scantrail.domain.facts.quality import refusals as quality
from scantrail.domain.facts.receiving import refusals as receiving
from scantrail.domain.facts.work import refusals as work
from scantrail.domain.rules.refusals import containers, goods, pick, rights, scan, sites, task
from scantrail.words import M, Message

FAMILIES: tuple[Wordings, ...] = tuple(
    each.WORDINGS
    for each in (acts, rights, sites, scan, goods, containers, task, pick, work, quality, receiving, placing, packing)
)
"""The codes of each family; no two have one of the same name."""

WORDINGS: dict[Code, Wording] = {code: wording for family in FAMILIES for code, wording in family.items()}
"""What is said of every code that this version knows."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal with what is said of it."""

    refusal: Refusal
    wording: Wording

    @property
    def title(self) -> Message:
        """Two or three words for the top of the verdict."""
        return Message(self.wording.title)

    @property
    def because(self) -> Message:
        """What was found, in one sentence."""
        return self._said(self.wording.because)

    @property
    def todo(self) -> Message:
        """What the person does now, in one sentence."""
        return self._said(self.wording.todo)

    def afterwards(self, bin_code: str) -> Message:
        """What the person does with a unit that was picked out of a bin before the server found this."""
        return self._said(self.wording.afterwards, bin=bin_code) if self.wording.afterwards else self.todo

    def at_the_desk(self, *, picker: str, goods: str, device: str, home: str | Message) -> Message:
        """What the desk has done about it; see `Wording.desk`."""
        return self._said(self.wording.desk, picker=picker, goods=goods, device=device, home=home)

    @property
    def contests(self) -> bool:
        """Whether the server answers `contested` rather than `refused`."""
        return self.wording.contests

    @property
    def may_wait(self) -> bool:
        """Whether it may say no more than that an earlier step is missing."""
        return bool(self.wording.waits)

    @property
    def waits_for(self) -> Message:
        """What an act that is refused so waits for, in one sentence."""
        return self._said(self.wording.waits)

    def _said(self, template: str, **more: object) -> Message:
        facts = {name: _shown(name, value) for name, value in self.refusal.facts.items()}
        return Message(template, {**facts, **more})


def explain(refusal: Refusal) -> Explained:
    """What is said of a refusal; of a code that is not known here, that it is not."""
    wording = WORDINGS.get(refusal.code)
    if wording is not None:
        return Explained(refusal, wording)
    unknown = Refusal(ActCode.NOT_KNOWN, {**refusal.facts, RAW_CODE: refusal.code})
    return Explained(unknown, WORDINGS[unknown.code])


def _shown(name: str, value: str) -> Message | str:
    if name in _WORDS:
        return Message(value.replace("{", "{{").replace("}", "}}"))
    return _instant_shown(value) if name == "when" else value


def _instant_shown(value: str) -> Message | str:
    """A stored instant for a reader: it has the offset of the site where it is read.

    What is no instant (another version's, a damaged one) is shown as it is.
    """
    if not value:
        return M("at a time not on record")
    try:
        return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return value


_WORDS = frozenset({"what", "kind", "status"})
"""Facts that are words of ours and are translated, unlike serials and names."""
