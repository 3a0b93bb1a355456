"""What a pick asks for: the steps of the list itself, and what is asked beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scantrail.domain.names.identifiers import UnitId
from scantrail.domain.things.photo import Photo
from scantrail.words import M, Message
from scantrail.workflows.base import Scan
from scantrail.workflows.pick.route import Stop


class Step(Enum):
    """What the pick asks for."""

    BIN = "bin"
    PRODUCT = "product"
    SERIAL = "serial"
    CONDITION = "condition"
    CHECK = "check"
    DONE = "done"
    PUT_BACK = "put_back"
    """The list is cancelled, and units picked for it are to go back."""
    CANCELLED = "cancelled"
    """The list is cancelled, and nothing is picked for it."""
    TAKEN_OVER = "taken_over"
    """Another device has the list now."""
    REPLACE = "replace"
    """A unit that the list names may not be picked: another in its place, or short of it."""
    STUCK = "stuck"
    """Units are still to pick, but none is known to be anywhere."""


class ExceptionKind(Enum):
    """What can go wrong with a pick."""

    SHORT = "short"
    DAMAGED = "damaged"
    BIN_EMPTY = "bin_empty"
    ANOTHER_BIN = "another_bin"
    UNREADABLE = "unreadable"
    SUBSTITUTE = "substitute"
    """Another unit of the product in place of one that the line names."""
    GIVE_BACK = "give_back"
    """The list goes back to those that anybody may take."""

    @property
    def number(self) -> str:
        """The digit that chooses it, the same at every step."""
        return str(list(ExceptionKind).index(self) + 1)


@dataclass(frozen=True, slots=True)
class Working:
    """The document's own next step is asked."""


@dataclass(frozen=True, slots=True)
class ChoosingException:
    """Which exception?"""


@dataclass(frozen=True, slots=True)
class ScanningDamaged:
    """Which unit is damaged?"""


@dataclass(frozen=True, slots=True)
class ChoosingReason:
    """Why? The reason completes the exception."""

    kind: ExceptionKind
    unit: UnitId | None = None
    scan: Scan | None = None
    """The scan of the damaged unit, kept for the record."""
    line: str = ""
    stop: Stop | None = None
    """The line and the stop it was reported at: what a sync brings meanwhile must not make it another's."""
    instead_of: UnitId | None = None
    """For a substitution: the named unit."""
    photos: tuple[Photo, ...] = ()
    """Evidence taken so far."""


@dataclass(frozen=True, slots=True)
class ChoosingReplaced:
    """Which of the named units is another one taken for?"""


@dataclass(frozen=True, slots=True)
class ScanningSubstitute:
    """Which unit is taken in its place?"""

    instead_of: UnitId


@dataclass(frozen=True, slots=True)
class AwaitingGrant:
    """Everything about a substitution is said but who allows it."""

    instead_of: UnitId
    unit: UnitId
    scan: Scan
    reason: str


@dataclass(frozen=True, slots=True)
class ChoosingUndo:
    """Which scan, or short pick, is taken back?"""


@dataclass(frozen=True, slots=True)
class ScanningUndoBin:
    """To which bin does the unit go back?"""

    unit: UnitId


@dataclass(frozen=True, slots=True)
class ChoosingCheckReason:
    """Why may the list end although an item of the checklist is not so?"""

    item: str


@dataclass(frozen=True, slots=True)
class PuttingAside:
    """Into which place for damaged units is it put?"""

    unit: UnitId


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a colleague has picked for this list is handed over: each unit is scanned as it comes."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The list was given back; nothing is asked any more."""


Mode = (
    Working
    | Receiving
    | GivenBack
    | ChoosingException
    | ScanningDamaged
    | ChoosingReason
    | ChoosingReplaced
    | ScanningSubstitute
    | AwaitingGrant
    | ChoosingUndo
    | ScanningUndoBin
    | PuttingAside
    | ChoosingCheckReason
)


WORKING = Working()


CLOSED_STEPS = frozenset({Step.DONE, Step.PUT_BACK, Step.CANCELLED, Step.TAKEN_OVER})
"""Steps at which nothing is picked for the list any more on this device."""


EXCEPTION_NAMES: dict[ExceptionKind, Message] = {
    ExceptionKind.SHORT: M("Short pick"),
    ExceptionKind.DAMAGED: M("Damaged unit"),
    ExceptionKind.BIN_EMPTY: M("Bin is empty"),
    ExceptionKind.ANOTHER_BIN: M("Another bin"),
    ExceptionKind.UNREADABLE: M("Label cannot be read"),
    ExceptionKind.SUBSTITUTE: M("Take another unit"),
    ExceptionKind.GIVE_BACK: M("Give this list back"),
}
