"""What a check sees: the world, with what the earlier events of the same draft have changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from scantrail.domain.acts.act import Act, ActId, Draft
from scantrail.domain.acts.kinds import RowKind, Thing, container, document, listed, unit
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import Work
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.documents.listed import Listed, PickedUnit
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import ContainerId, DeviceId, DocumentId, UnitId, WorkerId
from scantrail.domain.scans.reading import Said
from scantrail.domain.things.container import Container
from scantrail.domain.things.unit import Unit


class Recorder(Enum):
    """Who records a fact."""

    DEVICE = "device"
    """A person, on a handheld."""
    DESK = "desk"
    """A person, at the server."""
    SYSTEM = "system"
    """The server itself: an import, a timer."""


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a draft, where and when."""

    actor: WorkerId
    device: DeviceId
    at: datetime
    """When it happened, as well as is known."""
    recorder: Recorder = Recorder.DEVICE
    record: ActId | None = None
    """The act's own number; None for a draft that has none yet."""


def made_by(act: Act, at: datetime | None = None) -> By:
    """Who made an act of a device; `at` is when it happened, where that is known better than the device's clock."""
    return By(act.actor, act.id.device, at or act.times.wall, record=act.id)


@dataclass(slots=True)
class Sight:
    """The world as one draft sees it."""

    draft: Draft
    by: By
    said: Said | None
    """What the draft's scan says by itself; None without a scan."""
    world: World
    today: date
    """The day on which it happened, in the site's time zone."""
    changed: dict[Thing, Any] = field(default_factory=dict)
    """Rows as the earlier events of the draft leave them."""

    def row(self, thing: Thing) -> Any:
        """A row that facts change, if it is on record: a unit, or a document that somebody works on."""
        if thing in self.changed:
            return self.changed[thing]
        found = self.world.row(thing)
        is_idle = thing[0] == RowKind.DOCUMENT and found is not None and type_of(found).right is None
        return None if is_idle else found

    @property
    def is_system(self) -> bool:
        """Whether the server itself records it: an import has judged it already, with the row of its file at hand."""
        return self.by.recorder is Recorder.SYSTEM

    def find_unit(self, name: UnitId) -> Unit | None:
        """A unit, if it is on record."""
        found: Unit | None = self.row(unit(name))
        return found

    def unit(self, name: UnitId) -> Unit:
        """A unit that the event touches: it is on record, or the check is not asked."""
        found: Unit = self.row(unit(name))
        return found

    def container(self, sscc: ContainerId) -> Container:
        """A container that the event touches: it is on record, or the check is not asked."""
        found: Container = self.row(container(sscc))
        return found

    def pick_list(self, number: DocumentId) -> PickList:
        """A pick list that the event touches: it is on record, or the check is not asked."""
        found: PickList = self.row(document(number))
        return found

    def listed(self, number: DocumentId | None, name: UnitId) -> Listed | None:
        """A unit on a document; None where it has never been on it, or there is no document."""
        found: Listed | None = self.row(listed(number, name)) if number is not None else None
        return found

    def picked_on(self, number: DocumentId) -> list[PickedUnit]:
        """The units picked for a document, oldest first, where the fact `reads` them."""
        changed = {name: row for (kind, name), row in self.changed.items() if kind == RowKind.LISTED}
        rows = {**self.world.rows[RowKind.LISTED], **changed}
        picked = (row.picked for row in rows.values() if row.document == number)
        return sorted((each for each in picked if each is not None), key=lambda each: each.at)

    def work(self, number: DocumentId) -> Work:
        """A document that the event touches, of any job."""
        found: Work = self.row(document(number))
        return found
