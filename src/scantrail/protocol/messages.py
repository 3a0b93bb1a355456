"""What device and server say to each other, as values and as JSON data. Field names are the wire's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

from scantrail.domain.acts.act import Times
from scantrail.domain.acts.kinds import RowKind, is_known
from scantrail.domain.acts.refusal import RAW_CODE, Refusal, refuse
from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.plain import to_plain
from scantrail.protocol.fields import Hash, Items, Name, Number
from scantrail.protocol.limits import HIGHEST_TURN, LARGEST_NUMBER

PROTOCOL = 1
"""Version of these messages; stated in every request as header `Scantrail-Protocol`."""

MAX_BATCH = 500
"""Acts in one push at the most."""

GLOBAL_STREAM = "*"
"""The change stream of what belongs to no single site: products, workers, holds."""


class Outcome(Enum):
    """What the server did with an act."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    CONTESTED = "contested"
    WAITING = "waiting"
    RETRY = "retry"
    """Nothing yet: the server could not take it now, and wants it again later, with all that follow it."""


NEW_OUTCOME = "outcome "
"""How the `RAW_CODE` begins that stands for an outcome which is not known here."""


@dataclass(frozen=True, slots=True)
class ActVerdict:
    """The server's word on one act."""

    seq: int
    outcome: Outcome
    position: int = 0
    """The act's position in the site's log; 0 when it is not in the log yet."""
    refusal: Refusal | None = None
    """Why, for `refused` and `contested`; what it waits for, for `waiting` and a `duplicate` without a position."""

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """An outcome that is not known here counts as waiting: nothing is taken for judged that may not be."""
        outcome = data.get("outcome")
        if not isinstance(outcome, str) or outcome in Outcome._value2member_map_:
            return data
        why = to_plain(refuse(ActCode.NOT_KNOWN, **{RAW_CODE: NEW_OUTCOME + outcome}))
        return {**data, "outcome": Outcome.WAITING.value, "position": 0, "refusal": why}


@dataclass(frozen=True, slots=True)
class Row:
    """The present state of one thing. A row of a higher version replaces one of a lower."""

    kind: RowKind
    id: str
    position: int
    """Where it stands in its stream; an act at or before this position is already in it."""
    body: dict[str, Any]
    """The domain value in plain data; for a document with its `kind` under `document_kind`."""


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row of a kind that this version does not know; it is kept for one that does."""

    kind: str
    id: str
    position: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SettledRecord:
    """The body of an attention row: the device that has this record need not show it any more."""

    device: str
    epoch: str
    seq: int
    hash: str
    """Of its exact bytes."""


@dataclass(frozen=True, slots=True)
class LateVerdict:
    """The body of a verdict row: an act that waited is judged for good.

    The rows that the act changed come after it, so that a device never counts the act twice.
    """

    device: str
    epoch: str
    seq: int
    hash: str
    """Of its exact bytes."""
    outcome: Outcome
    """Applied, refused or contested."""
    position: int
    """The act's position in the site's log."""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a device has followed the change feed."""

    cursor: dict[Name, int] = field(default_factory=dict)
    """The position reached in every stream."""
    heads: dict[Name, Name] = field(default_factory=dict)
    """By stream, the newest entry of its log that the server told, by position and hash: it stands for all of the
    history that cursor and verdicts are of. A server that was put back has another there, however far it is."""
    device: Name = ""
    epoch: Name = ""
    acknowledged: int = 0
    """Every act of this device's store up to here has been acknowledged: in the log, or waiting, which no log tells."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the change feed."""

    server_epoch: str
    """Random, made with the server's database; another one means the server was restored or replaced."""
    cursor: dict[str, int]
    """The position reached in every stream."""
    rows: tuple[Row, ...]
    more: bool
    """Whether another page is ready now."""
    heads: dict[str, str] = field(default_factory=dict)
    """By stream, the newest entry of its log, for the device to say again; see `Seen`."""
    pause_s: int = 0
    """The server has many devices: one that nobody works with asks again after so many seconds at the earliest."""
    unread: tuple[UnreadRow, ...] = ()
    """Rows of kinds that are not known here. Never sent: they are told apart when a page is read."""

    @staticmethod
    def from_other_version(data: dict[str, Any]) -> dict[str, Any]:
        """Tell the rows of unknown kinds from the others."""
        rows = data.get("rows")
        if not isinstance(rows, list):
            return data
        new = [row for row in rows if _is_of_new_kind(row)]
        return {**data, "rows": [row for row in rows if not _is_of_new_kind(row)], "unread": new} if new else data


def _is_of_new_kind(row: Any) -> bool:
    kind = row.get("kind") if isinstance(row, dict) else None
    return isinstance(kind, str) and not is_known(kind)


REVOKED = "revoked"
"""The code of the problem that a device is answered which was revoked: it sends what it has, and takes no more work."""


@dataclass(frozen=True, slots=True)
class Push:
    """A batch of acts in order, each as its exact text."""

    device: Name
    epoch: Name
    first_seq: Annotated[int, Number(1, LARGEST_NUMBER)]
    acts: Annotated[tuple[str, ...], Items(1, MAX_BATCH)]
    """Exact bytes of each act, as the UTF-8 text they are."""
    head: Name
    """Hash of the last act."""
    signature: str
    """Ed25519 over `signed_bytes`, in hexadecimal."""
    now: Times
    """The device's now, for effective times."""
    seen: Seen = Seen()
    """What the device has seen of the change feed."""


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """A verdict for each act, and the changes the device has not seen."""

    acknowledged: int
    """Every act up to this seq is in the server's log, or waits there."""
    verdicts: tuple[ActVerdict, ...]
    changes: Changes
    now: datetime | None = None
    """The server's clock: a device's own may be wrong."""


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A device asks to be known."""

    code: Name
    """Single-use enrolment code."""
    public_key: Name
    """The device's Ed25519 public key, 32 bytes in hexadecimal."""


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """A device is known."""

    device: str
    site: str
    token: str
    """Bearer token; the server keeps only its hash."""
    until: datetime | None = None
    """When the token ends, by the server's clock; None from a server whose tokens do not."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A device asks that its next token be good, and proves by its key who it is."""

    device: Name
    turn: Annotated[int, Number(1, HIGHEST_TURN)]
    """Which token of this enrolment it is, from 1."""
    token_hash: Annotated[str, Hash()]
    """SHA-256 of the token, in hexadecimal."""
    signature: Name
    """Ed25519 over `token_signed_bytes`, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The token is good. When it is first used, the one before it ends."""

    until: datetime
    """When it ends, by the server's clock."""


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A worker signs in while the device is online."""

    badge: Name
    pin: Name


@dataclass(frozen=True, slots=True)
class SignInAnswer:
    """The server's word on a badge and a PIN."""

    worker: str
    """The worker's id."""
    valid_until: datetime
    """The device's own verifier for this worker ends with the shift."""


class PhotoProblem(Enum):
    """The `code` of a problem by which the server says that it does not take a photo, however often it is sent."""

    UNNAMED = "photo_unnamed"
    """No act of the device's site names it."""
    NO_PHOTO = "no_photo"
    WRONG_HASH = "photo_changed"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """The server has a photo's bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class LackedPhotos:
    """Photos that acts of the device name and whose bytes the server has not got."""

    sha256: tuple[str, ...] = ()


LARGEST_GIVEN = 10**17
"""No turn and no number of a series is larger."""


@dataclass(frozen=True, slots=True)
class HeldNumbers:
    """The newest block of a series that a device was given, with the server's proof that it gave it."""

    turn: Annotated[int, Number(0, LARGEST_GIVEN)]
    first: Annotated[int, Number(0, LARGEST_GIVEN)]
    count: Annotated[int, Number(0, LARGEST_GIVEN)]
    receipt: str


@dataclass(frozen=True, slots=True)
class NumbersRequest:
    """A device asks for numbers that it can give away offline. The same turn again gets the same block."""

    series: Name
    epoch: Name
    """Of the device's store: another store counts its turns from the first."""
    turn: Annotated[int, Number(1, LARGEST_GIVEN)]
    """Which block of this series it would be for this store, from 1."""
    left: Annotated[int, Number(0, LARGEST_GIVEN)]
    """Numbers of this series that it has not used."""
    held: HeldNumbers | None = None
    """For a server that was restored and knows less than it gave."""


@dataclass(frozen=True, slots=True)
class NumbersAnswer:
    """A block of numbers for one turn; none where the device has enough."""

    turn: int
    count: int = 0
    first: int = 0
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused, as RFC 9457 data."""

    title: str
    status: int
    detail: str
    code: str = ""


def signed_bytes(device: str, epoch: str, first_seq: int, last_seq: int, head: str) -> bytes:
    """What a batch's signature is over: the chain's head names every act before it."""
    return f"scantrail-push:{PROTOCOL}:{device}:{epoch}:{first_seq}:{last_seq}:{head}".encode()
