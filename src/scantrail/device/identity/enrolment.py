"""Enrolment: a device makes its key, shows a single-use code to the server, and gets its store."""

from __future__ import annotations

import errno
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scantrail.device.clock import Clock, DeviceClock
from scantrail.device.identity.keys import DeviceKeys, public_key
from scantrail.device.store import DeviceStore, Identity, StoreError, StoreExists, StoreMissing
from scantrail.device.transport import Offline, Refused, Server, Transport
from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.messages import EnrolAnswer, EnrolRequest
from scantrail.words import M, Message, say


class EnrolmentFailed(Exception):
    """The device is not enrolled; the text says why and what to do."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


@dataclass(frozen=True)
class Enrolled:
    """What the server calls this device, and where it works."""

    device: str
    site: SiteId


async def enrol(
    folder: Path, server_url: str, code: str, transport: Transport | None = None, clock: Clock | None = None
) -> Enrolled:
    """Make this device known to a server and make its store in `folder`.

    Raises:
        EnrolmentFailed: the server cannot be reached or refuses the code, or the folder holds an enrolled device.
    """
    if not server_url.startswith(("http://", "https://")):
        raise EnrolmentFailed(M("{url!r} is no address: expected http://… or https://….", url=server_url))
    try:
        _must_be_free(folder)
        private = Ed25519PrivateKey.generate()
        answer = await _ask(server_url, EnrolRequest(code.strip(), public_key(private)), transport)
        since = (clock or DeviceClock()).now().wall
        DeviceKeys(private, answer.token, until=answer.until, since=since).save(folder)
        epoch = secrets.token_hex(8)
        DeviceStore.create(folder, Identity(answer.device, answer.site, epoch, server_url)).close()
    except StoreError as error:
        raise EnrolmentFailed(error.message) from error
    except OSError as error:
        raise EnrolmentFailed(
            M("Nothing can be written to {folder} ({why}).", folder=folder, why=error.strerror or error)
        ) from error
    return Enrolled(answer.device, answer.site)


def _must_be_free(folder: Path) -> None:
    """Before a single-use code is spent, make sure that records can be kept here and no other device's are."""
    try:
        DeviceStore.open(folder).close()
    except StoreMissing:
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            why = errno.EACCES if nearest.is_dir() else errno.ENOTDIR
            raise OSError(why, os.strerror(why)) from None
        return
    raise StoreExists


async def _ask(server_url: str, request: EnrolRequest, transport: Transport | None) -> EnrolAnswer:
    server = Server(server_url, transport=transport)
    try:
        return await server.enrol(request)
    except Offline as offline:
        raise EnrolmentFailed(offline.reason) from offline
    except Refused as refused:
        raise EnrolmentFailed(refused.problem.detail or refused.problem.title) from refused
    finally:
        await server.close()
