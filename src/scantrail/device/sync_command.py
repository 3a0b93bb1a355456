"""How this device stands to its server, and one exchange with it, for who works at a shell."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from scantrail.device.clock import DeviceClock
from scantrail.device.clock_check import clock_trouble
from scantrail.device.exchange.last_exchange import LastExchange
from scantrail.device.exchange.sync import Sync, SyncState
from scantrail.device.identity.keys import DeviceKeys, KeysUnusable
from scantrail.device.identity.token import DeviceToken
from scantrail.device.store import DeviceStore, JournalLook, NumbersLeft, StoreError, look
from scantrail.device.transport import Health, Offline, Refused, Server, Transport
from scantrail.domain.moments import zoned_moment
from scantrail.protocol.link import Link, link_after
from scantrail.words import N_, M, Message, OperatorError, say


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What `sync status` tells."""

    device: str
    site: str
    time_zone: str
    """The site's; empty before its settings have come."""
    server_url: str
    link: Link
    reason: str
    """Why it is not online."""
    server_epoch: str
    """Which server answers; another one than before means that it was restored or replaced."""
    waiting: int
    """Records the server has not acknowledged."""
    oldest_waiting: datetime | None
    last_exchange: datetime | None
    attention: int
    numbers: tuple[NumbersLeft, ...]
    """What is left to give away offline."""
    clock: str = ""
    """What is wrong with this device's clock."""
    kept_waiting: int = 0
    """Records that the server keeps until an earlier step arrives."""

    def lines(self) -> list[str]:
        """The same for people."""
        link = say(_LINKS[self.link])
        oldest = (
            M(", the oldest of {when}", when=zoned_moment(self.oldest_waiting, self.time_zone))
            if self.oldest_waiting
            else ""
        )
        facts = (
            (M("server"), f"{self.server_url}: {link} {self.reason}".rstrip()),
            (M("waiting"), f"{say(_records(self.waiting))}{say(oldest)}"),
            (
                M("exchanged"),
                zoned_moment(self.last_exchange, self.time_zone)
                if self.last_exchange
                else say(M("never, as far as is known")),
            ),
            *(((M("clock"), self.clock),) if self.clock else ()),
            (M("attention"), say(M("{count} to settle", count=self.attention))),
            *((M("numbers"), say(each.told)) for each in self.numbers),
            *(((M("at server"), say(_kept(self.kept_waiting))),) if self.kept_waiting else ()),
            (M("epoch"), self.server_epoch or "?"),
        )
        head = say(M("{device} at {site}", device=self.device, site=self.site))
        return [head, *(f"  {say(name):<10} {text}" for name, text in facts)]


_LINKS = {
    Link.ONLINE: M("online"),
    Link.OFFLINE: M("offline."),
    Link.NOT_ENROLLED: M("does not know this device."),
    Link.REVOKED: M("has revoked this device."),
}


_ASK_BY_KEY = N_(
    "{why} Try first: scantrail sync now. It asks by this device's key, which a server that was put back still knows."
)
"""A server that was put back from a backup does not know this token; who only looks asks for no other."""


def _kept(count: int) -> Message:
    return M("{count} records wait there for an earlier one", count=count)


def _records(count: int) -> Message:
    return M("{count} records", count=count) if count else M("nothing")


async def sync_status(folder: Path, transport: Transport | None = None) -> SyncStatus:
    """How a device stands; also while the handheld works with its records.

    Raises:
        OperatorError: the records or keys cannot be read.
    """
    found, keys = _read(folder)
    server = Server(found.identity.server_url, keys.token, transport)
    try:
        link, reason, health = await _link(server)
    finally:
        await server.close()
    trouble = clock_trouble(DeviceClock().now().wall, health.now if health else None, found.last_heard)
    return SyncStatus(
        device=found.identity.device,
        site=found.identity.site,
        time_zone=found.time_zone,
        server_url=found.identity.server_url,
        link=link,
        reason=say(reason),
        server_epoch=health.server_epoch if health else "",
        waiting=found.waiting_count,
        oldest_waiting=found.oldest_waiting,
        last_exchange=LastExchange(folder).noted(),
        attention=found.attention,
        numbers=found.numbers,
        clock=say(trouble) if trouble else "",
        kept_waiting=found.kept_waiting,
    )


def _read(folder: Path) -> tuple[JournalLook, DeviceKeys]:
    try:
        return look(folder), DeviceKeys.load(folder)
    except (StoreError, KeysUnusable) as error:
        raise OperatorError(error.message) from error


async def _link(server: Server) -> tuple[Link, Message | str, Health | None]:
    """Whether the server answers and knows this device, and which server it is."""
    try:
        health = await server.health()
        await server.lacked_photos()
    except Offline as offline:
        return Link.OFFLINE, offline.reason, None
    except Refused as refused:
        link, detail = link_after(refused.problem), refused.problem.detail
        is_unknown = refused.problem.status == HTTPStatus.UNAUTHORIZED and link is Link.NOT_ENROLLED
        return link, M(_ASK_BY_KEY, why=detail) if is_unknown else detail, None
    return Link.ONLINE, "", health


async def sync_now(
    folder: Path, on_state: Callable[[SyncState], None], transport: Transport | None = None
) -> SyncState:
    """One exchange, photos too; `on_state` is told how far it is. Gives how it went.

    Raises:
        OperatorError: the records are in use or cannot be read, or the keys cannot be used.
    """
    try:
        store = DeviceStore.open(folder)
    except StoreError as error:
        raise OperatorError(error.message) from error
    with store:
        try:
            keys = DeviceKeys.load(folder)
        except KeysUnusable as error:
            raise OperatorError(error.message) from error
        server, clock = Server(store.identity.server_url, keys.token, transport), DeviceClock()
        sync = Sync(store, server, keys, clock, random.random, on_state=on_state)
        sync.on_exchanged = LastExchange(folder).note
        sync.refresh_token = DeviceToken(folder, keys, store.device, server, clock).refresh
        try:
            state = await sync.now()
            if state.link is Link.ONLINE:
                await sync.photos.now()
        finally:
            await server.close()
        return state
