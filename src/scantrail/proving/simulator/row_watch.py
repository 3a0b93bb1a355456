"""What must hold of every row that a device has: it is the server's, and what is shown is that with the own acts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.facts import touched
from scantrail.domain.fold import folded
from scantrail.protocol.outbox import ActState
from scantrail.proving.simulator.invariants import CURSOR, FOLD, VIEW, Broken
from scantrail.proving.simulator.server_watch import FOLDED, Books


class RowStore(Protocol):
    """A device's store, row by row."""

    def row_position(self, kind: RowKind, thing: str) -> int:
        """Where a row that this device has stands in its stream; 0 when it has none."""

    def mirrored(self, things: Collection[Thing]) -> Mapping[Thing, tuple[int, Any]]:
        """The server's rows as they came: position and value. Those that are not here are left out."""

    def shown(self, things: Collection[Thing]) -> Mapping[Thing, Any]:
        """The values that people see and scans are judged by. Those that are not here are left out."""


class RowWatch:
    """Looks at the rows of one device after each step of an exchange."""

    def __init__(self) -> None:
        self._of_act: dict[ActId, tuple[Thing, ...]] = {}
        self._of_thing: dict[Thing, list[ActId]] = defaultdict(list)
        """The acts of the device that change a thing, oldest first."""
        self._acts: dict[ActId, Act] = {}
        self._open: dict[Thing, None] = {}
        """What own acts change that were not in the server's rows at the last look."""

    def recorded(self, act: Act) -> None:
        """The device has one more act."""
        things = dict.fromkeys(thing for event in act.draft.events for thing in touched(event))
        self._acts[act.id], self._of_act[act.id] = act, tuple(things)
        for thing in things:
            self._of_thing[thing].append(act.id)

    def look(
        self,
        store: RowStore,
        changed: Iterable[tuple[RowKind, str, int]],
        states: Mapping[ActId, ActState],
        books: Books,
    ) -> None:
        """Look at what has come, `changed` since the last look, and at what own acts change.

        Raises:
            Broken: something does not hold.
        """
        fresh = {(kind, name): position for kind, name, position in changed}
        for (kind, name), position in fresh.items():
            if store.row_position(kind, name) < position:
                raise Broken(CURSOR, f"{kind} {name} of position {position} is passed over")
        unjudged = (act for act, state in states.items() if state.counts and state is not ActState.APPLIED)
        own = (thing for act in unjudged for thing in self._of_act[act])
        things = [thing for thing in dict.fromkeys((*fresh, *self._open, *own)) if thing[0] in FOLDED]
        self._open.clear()
        kept, shown = store.mirrored(things), store.shown(things)
        for thing in things:
            position, value = kept.get(thing, (0, None))
            if position and position == fresh.get(thing) and value != books.value(thing):
                raise Broken(FOLD, f"{thing} came as {value} at {position}, the log says {books.value(thing)}")
            self._look_at(thing, shown.get(thing), (position, value), states, books)

    def _look_at(
        self, thing: Thing, shown: Any, row: tuple[int, Any], states: Mapping[ActId, ActState], books: Books
    ) -> None:
        """What is shown is the row, as it came, with the own acts that count and that it does not contain."""
        position, value = row
        counting = [act for act in self._of_thing.get(thing, ()) if (state := states.get(act)) and state.counts]
        applied = {act: books.places.get(act) for act in counting if states[act] is ActState.APPLIED}
        unseen = [self._acts[act] for act in counting if act not in applied or (applied[act] or 0) > position]
        if unseen:
            self._open[thing] = None
        # A device that takes for applied what the log no longer has does not know yet that the server was put back.
        if None not in applied.values() and shown != folded(value, thing, unseen):
            raise Broken(VIEW, f"{thing} is shown as {shown}; it came as {value}, without {unseen}")
