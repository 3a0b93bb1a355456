"""An act as exact bytes: written once, hashed, chained, pushed and kept; never encoded again (sync, The act)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from scantrail.domain.acts.act import Act, ActId, Draft, Grant, Times
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.facts.stored import event_from_plain, event_to_plain
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.scans.reading import Reading
from scantrail.domain.things.photo import Photo, is_hash
from scantrail.protocol.limits import ACT, TooLarge, act_fault, check_json, may_hold_fault

SCHEMA = 1
"""Version of the envelope written by this code. Readers accept every version ever released."""


class ActError(ValueError):
    """The bytes are not an act that this version can read."""


@dataclass(frozen=True, slots=True)
class _Envelope:
    """The JSON object an act is written as; fields at their default are left out."""

    v: int
    device: str
    epoch: str
    seq: int
    site: str
    actor: str
    times: Times
    previous: str = ""
    versions: dict[str, int] = field(default_factory=dict)
    events: tuple[Any, ...] = ()
    document: str | None = None
    reading: Reading | None = None
    refusal: Refusal | None = None
    reason: str = ""
    note: str = ""
    corrects: _Corrected | None = None
    grant: Grant | None = None
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class _Corrected:
    device: str
    epoch: str
    seq: int


def encode_act(act: Act) -> bytes:
    """The act's exact bytes: JSON in UTF-8 with sorted keys and no spaces."""
    draft = act.draft
    envelope = _Envelope(
        v=SCHEMA,
        device=act.id.device,
        epoch=act.id.epoch,
        seq=act.id.seq,
        site=act.site,
        actor=act.actor,
        times=act.times,
        previous=act.previous,
        versions=act.versions,
        document=draft.document,
        reading=draft.reading,
        refusal=draft.refusal,
        reason=draft.reason,
        note=draft.note,
        corrects=_Corrected(*draft.corrects) if draft.corrects else None,
        grant=draft.grant,
        photos=draft.photos,
    )
    data = to_plain(envelope)
    if draft.events:
        data["events"] = [event_to_plain(event) for event in draft.events]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def decode_act(exact: bytes) -> Act:
    """Read an act.

    Raises:
        ActError: not JSON, an unknown envelope version, or a field missing or ill-typed.
        UnknownEvent: an event of a type that this version does not know.
    """
    return _decoded(_parsed(exact))


def decode_fresh_act(exact: bytes) -> Act:
    """Read an act that comes from outside, and that may not be larger than acts are.

    Raises:
        ActError: as `decode_act` does, or it is over one of `protocol.limits`.
        UnknownEvent: an event of a type that this version does not know.
    """
    try:
        check_json(exact, ACT)
    except TooLarge as error:
        raise ActError(f"Failed to read an act: {error}.") from error
    data = _parsed(exact)
    fault = act_fault(data) if may_hold_fault(exact) else ""
    if fault:
        raise ActError(f"Failed to read an act: {fault}.")
    return _decoded(data)


def _parsed(exact: bytes) -> Any:
    try:
        return json.loads(exact.decode("utf-8", "surrogatepass"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ActError(f"Failed to read an act: {error}.") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _decoded(data: Any) -> Act:
    version = data.get("v") if isinstance(data, dict) else None
    if version != SCHEMA:
        raise ActError(f"Failed to read an act: expected envelope version {SCHEMA}, got {version!r}.")
    try:
        envelope = from_plain(_Envelope, data)
    except PlainError as error:
        raise ActError(f"Failed to read an act: {error}.") from error
    misnamed = [each.sha256 for each in envelope.photos if not is_hash(each.sha256)]
    if misnamed:
        raise ActError(f"Failed to read an act: expected the SHA-256 of a photo, got {misnamed[0]!r}.")
    return _act(envelope)


def _act(envelope: _Envelope) -> Act:
    corrects = envelope.corrects
    return Act(
        id=ActId(envelope.device, envelope.epoch, envelope.seq),
        previous=envelope.previous,
        site=envelope.site,
        actor=envelope.actor,
        times=envelope.times,
        versions=envelope.versions,
        draft=Draft(
            events=tuple(event_from_plain(each) for each in envelope.events),
            document=envelope.document,
            reading=envelope.reading,
            refusal=envelope.refusal,
            reason=envelope.reason,
            note=envelope.note,
            corrects=ActId(corrects.device, corrects.epoch, corrects.seq) if corrects else None,
            grant=envelope.grant,
            photos=envelope.photos,
        ),
    )


def act_hash(exact: bytes) -> str:
    """SHA-256 of an act's exact bytes, in hexadecimal: the link of the device's chain."""
    return sha256(exact).hexdigest()
