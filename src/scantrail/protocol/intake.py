"""The server's side of a push: what each act of a batch is, before any of it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from scantrail.domain.acts.act import Act, ActId
from scantrail.domain.names.identifiers import WorkerId
from scantrail.protocol.acts import act_hash, decode_fresh_act
from scantrail.protocol.messages import Push

LONGEST_WHY = 500
"""Characters of what is kept of a fault: it may quote what it found."""


class Kind(Enum):
    """What an act in a batch is."""

    FRESH = "fresh"
    DUPLICATE = "duplicate"
    """The very bytes are in the log already."""
    MISUSE = "misuse"
    """Its id is in the log with other bytes: a copied device, or worse."""
    UNREADABLE = "unreadable"
    """Its bytes cannot be read by this version, or are not the act that their place says."""


@dataclass(frozen=True, slots=True)
class Received:
    """An act of a batch."""

    id: ActId
    exact: bytes
    hash: str
    kind: Kind
    act: Act | None = None
    """The act, when it is fresh."""
    why: str = ""
    """What is wrong, for an unreadable one or a misuse."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last act of a device's store that the server has."""

    seq: int = 0
    hash: str = ""
    signed_in: WorkerId | None = ""
    """Who works on the device by its own records; empty where nobody does. None while that is not known: the store was
    begun under a version of the server that did not keep it, and nobody has signed in or out since."""


class BrokenChain(ValueError):
    """The batch does not follow on what the server has."""

    def __init__(self, expected_seq: int, why: str) -> None:
        super().__init__(f"Failed to take the batch: {why}; expected act {expected_seq} next.")
        self.expected_seq = expected_seq


def part_of(push: Push, start: int, end: int) -> Push:
    """The acts of a push from one place in it to before another, as a push of their own."""
    acts = push.acts[start:end]
    return replace(push, first_seq=push.first_seq + start, acts=acts, head=act_hash(_exact(acts[-1])))


def receive(push: Push, head: Head, known: Mapping[int, str], site: str) -> tuple[Received, ...]:
    """Sort a batch's acts: `known` gives the hashes of acts up to `head` that the batch repeats.

    Raises:
        BrokenChain: an act is missing before the batch or the batch does not end in the head it was signed for,
            or its first new act does not follow on the last one that the server has.
    """
    if push.first_seq > head.seq + 1:
        raise BrokenChain(head.seq + 1, f"it begins with act {push.first_seq}")
    exacts = [_exact(text) for text in push.acts]
    hashes = [act_hash(exact) for exact in exacts]
    if not hashes or hashes[-1] != push.head:
        raise BrokenChain(head.seq + 1, "it does not end in the head it was signed for")
    received = []
    previous = head.hash
    for seq, (exact, link) in enumerate(zip(exacts, hashes, strict=True), push.first_seq):
        identity = ActId(push.device, push.epoch, seq)
        if seq <= head.seq:
            received.append(_repeated(identity, exact, link, known.get(seq)))
            continue
        received.append(_fresh(identity, exact, link, previous, site))
        previous = link
    return tuple(received)


def _exact(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _repeated(identity: ActId, exact: bytes, link: str, known: str | None) -> Received:
    if link == known:
        return Received(identity, exact, link, Kind.DUPLICATE)
    return Received(identity, exact, link, Kind.MISUSE, why=f"act {identity} was received before with other bytes")


def _fresh(identity: ActId, exact: bytes, link: str, previous: str, site: str) -> Received:
    try:
        act = decode_fresh_act(exact)
    except ValueError as error:
        return Received(identity, exact, link, Kind.UNREADABLE, why=str(error)[:LONGEST_WHY])
    if act.previous != previous:
        raise BrokenChain(identity.seq, f"act {identity.seq} does not follow on the act before it")
    if act.id != identity or act.site != site:
        why = f"Failed to take act {identity} of {site}: it says that it is {act.id} of {act.site}."
        return Received(identity, exact, link, Kind.UNREADABLE, why=why)
    return Received(identity, exact, link, Kind.FRESH, act)
