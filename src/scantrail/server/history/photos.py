"""Photos: acts in the log name them by their hash; their bytes arrive later, and may be asked for by the same site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from scantrail.domain.things.photo import EXTENSIONS, Photo
from scantrail.server.database.instants import instant_text
from scantrail.server.database.schema import photo_names, photos
from scantrail.server.database.sets import chunks

SHORTEST_BEGINNING = 8
"""Digits of a hash that a person must type at least."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo with its bytes."""

    sha256: str
    media_type: str
    content: bytes

    @property
    def file_name(self) -> str:
        """A name for its file, of the server's own making: what a device calls a photo names no file here."""
        return f"{self.sha256[:16]}.{EXTENSIONS[self.media_type]}"


def is_named(connection: Connection, site: str, photo: str) -> bool:
    """Whether an act in a site's log names a photo."""
    named = (photo_names.c.sha256 == photo, photo_names.c.stream == site)
    return connection.execute(select(photo_names.c.position).where(*named).limit(1)).first() is not None


def is_of(connection: Connection, site: str, photo: str) -> bool:
    """Whether a photo's bytes came from a device whose own act in the site's log names it.

    That another act names it is not enough: who has heard of a hash can write it down.
    """
    query = (
        select(photo_names.c.position)
        .join(photos, (photos.c.sha256 == photo_names.c.sha256) & (photos.c.device == photo_names.c.device))
        .where(photo_names.c.sha256 == photo, photo_names.c.stream == site)
    )
    return connection.execute(query.limit(1)).first() is not None


def lacking(connection: Connection, site: str, device: str) -> tuple[str, ...]:
    """The photos that a device's acts name and that have not arrived."""
    rows = connection.execute(
        select(photo_names.c.sha256)
        .distinct()
        .outerjoin(photos, photos.c.sha256 == photo_names.c.sha256)
        .where(photo_names.c.stream == site, photo_names.c.device == device, photos.c.sha256.is_(None))
        .order_by(photo_names.c.sha256)
    )
    return tuple(rows.scalars())


def arrived(connection: Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Those of some photos whose bytes are here."""
    found: set[str] = set()
    for part in chunks(sorted(set(hashes))):
        found.update(connection.execute(select(photos.c.sha256).where(photos.c.sha256.in_(part))).scalars())
    return frozenset(found)


def put_photo(connection: Connection, photo: Photo, content: bytes, device: str, now: datetime) -> bool:
    """Keep a photo's bytes, under a lock on its hash; gives whether they were not here yet."""
    if photo.sha256 in arrived(connection, [photo.sha256]):
        return False
    connection.execute(
        insert(photos).values(
            sha256=photo.sha256,
            media_type=photo.media_type,
            content=content,
            device=device,
            received_at=instant_text(now),
        )
    )
    return True


def stored_photos(connection: Connection, beginning: str, most: int = 2) -> tuple[StoredPhoto, ...]:
    """The photos whose hash begins so, at most so many."""
    rows = connection.execute(
        select(photos.c.sha256, photos.c.media_type, photos.c.content)
        .where(photos.c.sha256.startswith(beginning, autoescape=True))
        .order_by(photos.c.sha256)
        .limit(most)
    )
    return tuple(StoredPhoto(row.sha256, row.media_type, row.content) for row in rows)
