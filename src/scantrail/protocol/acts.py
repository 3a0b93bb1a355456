"""An act as exact bytes: written once, hashed, chained, pushed and kept; never encoded again (sync, The act)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from scantrail.domain.acts import Act, ActId, Draft, Times
from scantrail.domain.events import event_from_plain, event_to_plain
from scantrail.domain.plain import PlainError, from_plain, to_plain
from scantrail.domain.readings import Reading
from scantrail.domain.refusals import Refusal

SCHEMA = 1
"""Version of the envelope written by this code. Readers accept every version ever released."""


class ActError(ValueError):
    """The bytes are not an act that this version can read."""


def encode_act(act: Act) -> bytes:
    """The act's exact bytes: JSON in UTF-8 with sorted keys and no spaces."""
    draft = act.draft
    envelope = {
        "v": SCHEMA,
        "device": act.id.device,
        "epoch": act.id.epoch,
        "seq": act.id.seq,
        "previous": act.previous,
        "site": act.site,
        "actor": act.actor,
        "times": to_plain(act.times),
        "versions": act.versions,
        "events": [event_to_plain(event) for event in draft.events],
        "document": draft.document,
        "reading": to_plain(draft.reading),
        "refusal": to_plain(draft.refusal),
        "reason": draft.reason,
        "note": draft.note,
        "corrects": list(draft.corrects) if draft.corrects else None,
    }
    kept = {key: value for key, value in envelope.items() if value not in (None, "", [], {})}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_act(exact: bytes) -> Act:
    """Read an act.

    Raises:
        ActError: not JSON, an unknown envelope version, or a field missing or ill-typed.
        UnknownEvent: an event of a type that this version does not know.
    """
    try:
        data = json.loads(exact.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise ActError(f"Failed to read an act: {error}.") from error
    if not isinstance(data, dict) or data.get("v") != SCHEMA:
        version = data.get("v") if isinstance(data, dict) else None
        raise ActError(f"Failed to read an act: expected envelope version {SCHEMA}, got {version!r}.")
    try:
        return _act(data)
    except (KeyError, TypeError, AttributeError, PlainError) as error:
        raise ActError(f"Failed to read an act: {error}.") from error


def _act(data: dict[str, Any]) -> Act:
    corrects = data.get("corrects")
    return Act(
        id=ActId(str(data["device"]), str(data["epoch"]), int(data["seq"])),
        previous=str(data.get("previous", "")),
        site=str(data["site"]),
        actor=str(data["actor"]),
        times=from_plain(Times, data["times"]),
        versions={str(key): int(value) for key, value in data.get("versions", {}).items()},
        draft=Draft(
            events=tuple(event_from_plain(each) for each in data.get("events", ())),
            document=data.get("document"),
            reading=from_plain(Reading, data["reading"]) if "reading" in data else None,
            refusal=from_plain(Refusal, data["refusal"]) if "refusal" in data else None,
            reason=str(data.get("reason", "")),
            note=str(data.get("note", "")),
            corrects=ActId(*corrects) if corrects else None,
        ),
    )


def act_hash(exact: bytes) -> str:
    """SHA-256 of an act's exact bytes, in hexadecimal: the link of the device's chain."""
    return sha256(exact).hexdigest()
