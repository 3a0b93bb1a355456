"""Records that a device left in a file: verified, then taken through the same door as a push, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from scantrail.domain.acts.act import Times
from scantrail.domain.acts.refusal import Code
from scantrail.domain.acts.refusals import ActCode
from scantrail.protocol.acts import act_hash
from scantrail.protocol.card import Card, CardUnusable, read_card
from scantrail.protocol.intake import BrokenChain, Head
from scantrail.protocol.messages import MAX_BATCH, ActVerdict, Outcome, Push
from scantrail.protocol.outbox import Entry, batch_of
from scantrail.server.attention.items import AttentionItem, items_of
from scantrail.server.database.engine import AWAY, Database
from scantrail.server.database.schema import device_heads, device_keys, devices
from scantrail.server.devices.keys import is_signature
from scantrail.server.ledger.judging import Device, take_push
from scantrail.server.records.master import time_zones
from scantrail.words import M, Message

COPIED, UNREADABLE = "copied", "unreadable"
"""Outcomes of records that are no acts: one with another's number, and one that cannot be read."""


@dataclass(frozen=True, slots=True)
class CardTaken:
    """What became of a file's records."""

    device: str
    site: str
    time_zone: str
    """The site's."""
    epoch: str
    first_seq: int
    last_seq: int
    written: datetime
    """By the device's clock."""
    outcomes: dict[str, int]
    """How many records were `applied`, `refused`, `contested`, `duplicate` (here already), `copied`, `unreadable`,
    or are `waiting` for an earlier step."""
    attention: tuple[AttentionItem, ...]
    """What needs attention because of this file."""

    @property
    def is_news(self) -> bool:
        """Whether anything in it was not here already."""
        return set(self.outcomes) != {Outcome.DUPLICATE.value}


def import_card(database: Database, content: bytes, now: datetime) -> CardTaken:
    """Take a file of records. Taking it twice, or a device that sends them after all, changes nothing more.

    Raises:
        CardUnusable: it is damaged, not signed by a device of this server, or does not follow on what is here:
            nothing was taken. Or the server could not take all of it: it says up to which record it did.
    """
    card = read_card(content)
    with database.reading() as connection:
        device = _device_of(connection, card)
        _check_follows(card, _head(connection, card))
    verdicts = _take(database, device, card, now)
    raised = {each.seq for each in verdicts if each.outcome in (Outcome.REFUSED, Outcome.CONTESTED)}
    header = card.header
    with database.reading() as connection:
        found = items_of(connection, header.device, header.epoch, header.first_seq, header.last_seq)
        zones = time_zones(connection)
    return CardTaken(
        device=header.device,
        site=header.site,
        time_zone=zones.get(header.site, ""),
        epoch=header.epoch,
        first_seq=header.first_seq,
        last_seq=header.last_seq,
        written=header.written.wall,
        outcomes=dict(Counter(_word(verdict) for verdict in verdicts)),
        attention=tuple(item for item in found if item.seq in raised),
    )


def _device_of(connection: Connection, card: Card) -> Device:
    header = card.header
    row = connection.execute(select(devices).where(devices.c.id == header.device)).one_or_none()
    keys = connection.execute(select(device_keys.c.public_key).where(device_keys.c.device == header.device)).scalars()
    if row is None:
        raise CardUnusable(
            M("{device} is not known on this server. Which server was it enrolled with?", device=header.device)
        )
    key = next((key for key in keys if is_signature(key, card.signature, card.signed)), None)
    if key is None:
        raise CardUnusable(
            M("This file does not carry the signature of {device}. Nothing of it is believed.", device=row.id)
        )
    if row.site != header.site:
        raise CardUnusable(
            M("{device} works at {site}, and its file is of {other}.", device=row.id, site=row.site, other=header.site)
        )
    if row.revoked:
        raise CardUnusable(
            M("{device} was revoked. To take its records all the same, enrol it again, then import.", device=row.id)
        )
    return Device(row.id, row.site, key)


def _head(connection: Connection, card: Card) -> Head:
    mine = (device_heads.c.device == card.header.device, device_heads.c.epoch == card.header.epoch)
    row = connection.execute(select(device_heads.c.seq, device_heads.c.hash).where(*mine)).one_or_none()
    return Head(row.seq, row.hash) if row else Head()


def _check_follows(card: Card, head: Head) -> None:
    header = card.header
    if header.first_seq > head.seq + 1:
        raise CardUnusable(
            M(
                "Records {first} to {last} of {device} are missing before this file. Import the file that has them, "
                "or export again with --all.",
                first=head.seq + 1,
                last=header.first_seq - 1,
                device=header.device,
            )
        )
    if header.last_seq > head.seq and not card.follows(head.seq, head.hash):
        raise CardUnusable(
            M(
                "This file tells another story than {device} told before: its record {seq} is another. "
                "The device's folder was copied or put back. Keep the file and call support.",
                device=header.device,
                seq=head.seq,
            )
        )


def _take(database: Database, device: Device, card: Card, now: datetime) -> list[ActVerdict]:
    """Batch after batch. Those that were taken stay taken when a later one fails: importing again goes on there."""
    verdicts: list[ActVerdict] = []
    left: Sequence[Entry] = card.entries
    while left:
        batch = batch_of(left[:MAX_BATCH])
        try:
            verdicts.extend(take_push(database, device, _push(card, batch, now), now).verdicts)
        except (BrokenChain, *AWAY) as error:
            why = getattr(error, "orig", error)
            raise _stopped(left[0][0] - 1, str(why).strip()) from error
        retried = next((each.seq for each in verdicts if each.outcome is Outcome.RETRY), None)
        if retried is not None:
            raise _stopped(retried - 1, M("the next could not be taken; the reason is in the server's log"))
        left = left[len(batch) :]
    return verdicts


def _stopped(after: int, why: Message | str) -> CardUnusable:
    return CardUnusable(
        M("Stopped after record {seq} ({why}). Import the file again; it goes on there.", seq=after, why=why)
    )


def _push(card: Card, batch: Sequence[Entry], now: datetime) -> Push:
    header = card.header
    return Push(
        device=header.device,
        epoch=header.epoch,
        first_seq=batch[0][0],
        acts=tuple(exact.decode("utf-8", "surrogatepass") for _, exact in batch),
        head=act_hash(batch[-1][1]),
        signature=card.signature,
        now=_carried_on(header.written, now),
    )


def _carried_on(written: Times, now: datetime) -> Times:
    """The device's now, had its clock gone on from when the file was written: the file may have lain for days.

    There is nothing to set the device's clock right by, so that it is believed, unless it is ahead of ours.
    """
    lain = max(timedelta(0), now - written.wall)
    return replace(written, wall=written.wall + lain, mono_ms=written.mono_ms + int(lain / timedelta(milliseconds=1)))


def _word(verdict: ActVerdict) -> str:
    if verdict.outcome is Outcome.REFUSED and verdict.refusal is not None:
        return _NO_ACTS.get(verdict.refusal.code, Outcome.REFUSED.value)
    return verdict.outcome.value


_NO_ACTS: dict[Code, str] = {ActCode.MISUSE: COPIED, ActCode.UNREADABLE: UNREADABLE}
