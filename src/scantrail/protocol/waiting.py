"""Acts that the server keeps because an earlier step is missing: which those are, and whose turn it is.

Acts of one device about the same unit or document are judged in the order they were recorded: while one of them waits,
the later ones wait behind it, whatever they say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.kinds import Thing, document
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.acts.world import World
from scantrail.domain.attention import documents_in
from scantrail.domain.rules.refusals.containers import ContainerCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.settings.waiting import WaitingSettings
from scantrail.domain.wordings import explain


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that the server has acknowledged and not yet judged for good."""

    id: ActId
    exact: bytes
    hash: str
    things: frozenset[Thing]
    """What it is about."""
    effective_at: datetime
    """When it happened, as was told when it arrived; it is judged by this."""
    since: datetime
    """When it arrived, by the server's clock."""
    refusal: Refusal
    """What it waits for."""


class Queue:
    """The acts of a site that wait, in the order they arrived."""

    def __init__(self, acts: Iterable[Waiting]) -> None:
        self._acts: dict[ActId, Waiting] = {}
        self._lines: dict[tuple[str, str, Thing], dict[ActId, None]] = {}
        self._about: dict[Thing, dict[ActId, None]] = {}
        for each in acts:
            self.add(each)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(tuple(self._acts.values()))

    def add(self, waiting: Waiting) -> None:
        """Put an act at the end, or in its own place again with another reason."""
        self._acts[waiting.id] = waiting
        for thing in waiting.things:
            self._lines.setdefault((*waiting.id[:2], thing), {})[waiting.id] = None
            self._about.setdefault(thing, {})[waiting.id] = None

    def remove(self, waiting: Waiting) -> None:
        """An act is judged for good."""
        del self._acts[waiting.id]
        for thing in waiting.things:
            del self._lines[*waiting.id[:2], thing][waiting.id]
            del self._about[thing][waiting.id]

    def reached_from(self, things: Collection[Thing]) -> tuple[Waiting, ...]:
        """The acts about these things, those about what they are about, and so on."""
        found: dict[ActId, Waiting] = {}
        left, seen = list(things), set(things)
        while left:
            for each in self._about.get(left.pop(), {}):
                found[each] = self._acts[each]
                left += found[each].things - seen
                seen |= found[each].things
        return tuple(found.values())

    def is_behind(self, act: ActId, things: Iterable[Thing]) -> bool:
        """Whether an earlier act of the same store, about one of these things, waits."""
        lines = (self._lines.get((*act[:2], thing), {}) for thing in things)
        return any(line and next(iter(line)) != act for line in lines)

    def has_before(self, act: ActId, things: Iterable[Thing]) -> bool:
        """Whether any act that arrived before this one, about one of these things, waits."""
        about = (self._about.get(thing, {}) for thing in things)
        return any(line and next(iter(line)) != act for line in about)


def is_over(since: datetime, now: datetime, settings: WaitingSettings) -> bool:
    """Whether an act that arrived then has waited as long as its site's acts may."""
    return now - since >= timedelta(hours=settings.hours)


def lacks_a_step(act: Act, refusal: Refusal, world: World, queue: Queue) -> bool:
    """Whether an act, refused so, lacks no more than a row that is not here, or an act that itself waits."""
    if not explain(refusal).may_wait:
        return False
    match refusal.code:
        case ActCode.UNKNOWN_DOCUMENT:
            return refusal.facts["document"] not in world.documents
        case ScanCode.UNKNOWN_SERIAL | ContainerCode.CONTAINER_UNKNOWN:
            return True
        case _:
            return queue.has_before(act.id, frozenset(map(document, documents_in(act))))
