"""The act: one person's action, judged and applied whole or not at all (R24)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.names.identifiers import DeviceId, DocumentId, SiteId, WorkerId
from scantrail.domain.scans.reading import Reading
from scantrail.domain.things.photo import Photo


class ActId(NamedTuple):
    """Names an act for ever: a device's store (epoch) and its gapless number there."""

    device: DeviceId
    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.device}/{self.epoch}/{self.seq}"


@dataclass(frozen=True, slots=True)
class Times:
    """When an act happened, as well as the device can tell (§7a)."""

    wall: datetime
    """The device's clock, with its offset."""
    boot: str
    """Names the run of the monotonic clock."""
    mono_ms: int
    """Milliseconds on that clock."""


def effective_at(act: Times, device_now: Times, server_now: datetime) -> datetime:
    """When an act really happened, estimated from the device's statement of its own now (§7a).

    Within one run of the monotonic clock its age is exact; across a restart the wall clock's difference is used.
    """
    if act.boot == device_now.boot:
        age = timedelta(milliseconds=max(0, device_now.mono_ms - act.mono_ms))
    else:
        age = device_now.wall - act.wall
    return server_now - age


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody with the right has allowed an act, on the spot, with badge and PIN."""

    worker: WorkerId
    offline: bool = False
    """Whether the device verified the PIN by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a workflow wants recorded; the device makes it an act by adding identity and times."""

    events: tuple[Event, ...] = ()
    document: DocumentId | None = None
    """The document it is about."""
    reading: Reading | None = None
    """The scan behind it."""
    refusal: Refusal | None = None
    """Set when the scan was refused: then there are no events."""
    reason: str = ""
    note: str = ""
    corrects: ActId | None = None
    grant: Grant | None = None
    photos: tuple[Photo, ...] = ()
    """Evidence, named by its hash; the device has the bytes before the act is recorded."""


@dataclass(frozen=True, slots=True)
class Act:
    """A draft with its identity: who, where, when, and after which other act."""

    id: ActId
    previous: str
    """Hash of the device's act before this one; empty for the first."""
    site: SiteId
    actor: WorkerId
    times: Times
    draft: Draft
    versions: dict[str, int] = field(default_factory=dict)
    """The row versions it was judged by, by kind and id (`pick_list:PL-2025-0091`); the server judges it by the version
    of the settings that it names (`settings:MAIN`), and by all other rows as they are."""
