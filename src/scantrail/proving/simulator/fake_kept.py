"""What a device's store in memory keeps when the power goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.kinds import Thing
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.things.hold import Hold
from scantrail.protocol.messages import Row
from scantrail.protocol.outbox import ActState


@dataclass(slots=True)
class Record:
    """An act in the journal, with the server's word on it."""

    act: Act
    exact: bytes
    hash: str
    state: ActState = ActState.PENDING
    position: int = 0
    refusal: Refusal | None = None
    settled_by: int | None = None


@dataclass(slots=True)
class Kept:
    """What is durable."""

    server_epoch: str = ""
    cursor: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    complete: bool = False
    journal: list[Record] = field(default_factory=list)
    """In the order of seq; the oldest may have been dropped."""
    rows: dict[Thing, Row] = field(default_factory=dict)
    """Rows of units and documents."""
    holds: dict[str, Hold] = field(default_factory=dict)
    hold_positions: dict[str, int] = field(default_factory=dict)

    @property
    def first_seq(self) -> int:
        """The seq of the oldest act kept."""
        return self.journal[0].act.id.seq if self.journal else 1

    def from_seq(self, seq: int) -> list[Record]:
        """The acts from this one on."""
        return self.journal[max(0, seq - self.first_seq) :]

    def record(self, seq: int) -> Record | None:
        """An act, if it is kept."""
        at = seq - self.first_seq
        return self.journal[at] if 0 <= at < len(self.journal) else None
