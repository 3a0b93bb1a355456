"""What an administrator does from the shell, on the server's database."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Enrolment
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.protocol.card import CardUnusable
from scantrail.server.attention.items import AttentionItem, open_items
from scantrail.server.attention.settling import Found, NotSettled, Resolved, resolve
from scantrail.server.attention.waiting_items import anything_called, waiting_items
from scantrail.server.database.engine import Database
from scantrail.server.database.epoch import SERVER_EPOCH
from scantrail.server.database.instants import utc_now
from scantrail.server.database.schema import meta, streams
from scantrail.server.devices.cards import CardTaken, import_card
from scantrail.server.devices.enrolment import NotAdded, add_device
from scantrail.server.devices.numbers import NUMBERS_LOCK, skip_numbers
from scantrail.server.devices.register import ListedDevice, listed_devices, revoke
from scantrail.server.history.photos import stored_photos
from scantrail.server.migrations import ready
from scantrail.server.records.master import all_places, all_sites, all_streams, all_workers
from scantrail.words import M, OperatorError


@contextmanager
def opened(database_url: str) -> Iterator[Database]:
    """The server's database for one command; it is closed at the end.

    Raises:
        OperatorError: the database cannot be used, or it fails while it is.
    """
    database = ready(database_url)
    try:
        yield database
    except DBAPIError as error:
        raise OperatorError(M("The database failed. {error}", error=error.orig)) from error
    finally:
        database.close()


def enrolment_qr(enrolment: Enrolment) -> str:
    """The QR code that tells a device its server and its code, as text for a terminal with light letters on dark."""
    drawn = io.StringIO()
    segno.make(enrolment.text, error="m", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()


def enrolment_code(database_url: str, device: str, site: str) -> str:
    """Make a device known and give the code that enrols it.

    Raises:
        OperatorError: the database cannot be used, or the device cannot be added.
    """
    try:
        with opened(database_url) as database, database.writing() as connection:
            return add_device(connection, device, site, utc_now())
    except NotAdded as error:
        raise OperatorError(error.reason) from error


def devices_of(database_url: str, site: str | None) -> tuple[ListedDevice, ...]:
    """The devices of one site, or of all.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    with opened(database_url) as database, database.reading() as connection:
        if site is not None and site not in all_sites(connection):
            raise OperatorError(M("Site {site} is not on record.", site=site))
        return listed_devices(connection, site)


def revoke_device(database_url: str, name: str, *, at_once: bool) -> None:
    """Take a device out of use; see `scantrail.server.devices.register.revoke`.

    Raises:
        OperatorError: the database cannot be used, or no device has this name.
    """
    with opened(database_url) as database, database.writing() as connection:
        if not revoke(connection, name, utc_now(), at_once=at_once):
            raise OperatorError(M("No device is called {name}. See: scantrail device list", name=name))


@dataclass(frozen=True, slots=True)
class Premises:
    """A site with what labels are printed for."""

    site: Site
    places: tuple[Place, ...]
    workers: tuple[Worker, ...]
    """Those who work here now."""


def premises(database_url: str, site: str) -> Premises:
    """A site's places and workers.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    with opened(database_url) as database, database.reading() as connection:
        sites = all_sites(connection)
        places, workers = all_places(connection).values(), all_workers(connection).values()
    if site not in sites:
        raise OperatorError(M("Site {site} is not on record. Sites: {sites}", site=site, sites=", ".join(sites) or "-"))
    return Premises(
        sites[site],
        tuple(each for each in places if each.site == site),
        tuple(each for each in workers if each.site == site and each.active),
    )


def save_photo(database_url: str, beginning: str, file: Path) -> None:
    """Write a photo's bytes into a new file; `beginning` is its hash, or as much of it as tells it from others.

    Raises:
        OperatorError: the database cannot be used, no photo or several have such a hash, or the file cannot be made.
    """
    if not re.fullmatch("[0-9a-f]{8,64}", beginning):
        raise OperatorError(M("Expected at least 8 digits of a photo's hash, as `scantrail unit` shows them."))
    with opened(database_url) as database, database.reading() as connection:
        found = stored_photos(connection, beginning)
    if len(found) != 1:
        few = M("No photo whose hash begins with {hash} has arrived.", hash=beginning)
        many = M("Several photos' hashes begin with {hash}. Give more digits.", hash=beginning)
        raise OperatorError(many if found else few)
    try:
        with file.open("xb") as written:
            written.write(found[0].content)
    except OSError as error:
        raise OperatorError(M("{file} cannot be made: {why}.", file=file, why=error.strerror or error)) from error


def take_card(database_url: str, file: Path) -> CardTaken:
    """Take the records that a device left in a file.

    Raises:
        OperatorError: the database or the file cannot be used, or the file is not taken; the sentence says why.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(M("{file} cannot be read: {why}.", file=file, why=error.strerror or error)) from error
    with opened(database_url) as database:
        try:
            return import_card(database, content, utc_now())
        except CardUnusable as error:
            raise OperatorError(M("{file}: {why}", file=file, why=error.message)) from error


def needs_attention(database_url: str, site: str | None) -> tuple[AttentionItem, ...]:
    """What needs attention now, at one site or at all, and then what waits for an earlier step.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    with opened(database_url) as database, database.reading() as connection:
        if site is not None and site not in all_sites(connection):
            raise OperatorError(M("Site {site} is not on record.", site=site))
        return open_items(connection, site) + waiting_items(connection, site)


def attention_called(database_url: str, name: str) -> AttentionItem | None:
    """One item, open or settled.

    Raises:
        OperatorError: the database cannot be used.
    """
    with opened(database_url) as database, database.reading() as connection:
        return anything_called(connection, name)


def settle(
    database_url: str, name: str, *, worker: str, reason: str, note: str, found: tuple[str, str, str] | None = None
) -> Resolved:
    """Settle an item as a person at the desk; `found` is a place, a status, and the serial where there are several.

    Raises:
        OperatorError: the database cannot be used, or the item cannot be settled; the sentence says why.
    """
    with opened(database_url) as database:
        try:
            where = Found(found[0], Status(found[1]), found[2]) if found else None
            return resolve(database, name, worker=worker, reason=reason, note=note, found=where, now=utc_now())
        except NotSettled as error:
            raise OperatorError(error.reason) from error


def begin_epoch(connection: Connection, epoch: str) -> None:
    """Tell devices, from their next exchange on, to send again what they kept and to take every row again.

    The server's own acts are numbered from one again as well, since an epoch is part of their names.
    """
    connection.execute(update(meta).where(meta.c.key == SERVER_EPOCH).values(value=epoch))
    connection.execute(update(streams).values(system_seq=0, system_hash=""))


def restored(database: Database, now: datetime) -> str:
    """A backup of this database was put back; gives the new epoch."""
    epoch = secrets.token_hex(8)
    with database.writing() as connection:
        database.lock_name(connection, NUMBERS_LOCK)
        database.lock(connection, all_streams(connection))
        begin_epoch(connection, epoch)
        skip_numbers(connection, now)
    return epoch
