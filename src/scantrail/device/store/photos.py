"""Photos beside the journal: a file named by its hash, there before an act names it, kept as long as the act."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path

from sqlalchemy import bindparam, case, delete, func, null, select, update
from sqlalchemy.dialects.sqlite import insert

from scantrail.device.store.attention import Trouble
from scantrail.device.store.database import Database
from scantrail.device.store.errors import StoreDamaged, full
from scantrail.device.store.schema import journal, photos
from scantrail.device.store.sets import keys, one_of
from scantrail.device.store.things import act_in
from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.photo import EXTENSIONS, Photo, photo_of
from scantrail.protocol.outbox import ActState
from scantrail.words import M

FOLDER = "photos"
_UNFINISHED = ".new"


class PhotoState(Enum):
    """How far a photo is."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    """The server does not take it; it is tried again when the server says that it lacks it."""


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """What there is to say of the photos."""

    waiting: int
    refused: int


_ADD = insert(photos).on_conflict_do_update(index_elements=[photos.c.sha256], set_={"seq": insert(photos).excluded.seq})
_BODY = photos.c.body
_NOT_LOGGED = (ActState.PENDING.value, ActState.WAITING.value)
"""The server takes the photos of acts that are in its log."""
_NEXT = (
    select(_BODY)
    .join(journal, journal.c.seq == photos.c.seq)
    .where(photos.c.state == PhotoState.WAITING.value, journal.c.state.not_in(_NOT_LOGGED))
    .order_by(photos.c.tries, photos.c.seq, photos.c.sha256)
    .limit(1)
)
_THIS = photos.c.sha256 == bindparam("photo")
_SENT = update(photos).where(_THIS).values(state=PhotoState.SENT.value, refusal=null())
_REFUSED = update(photos).where(_THIS).values(state=PhotoState.REFUSED.value, refusal=bindparam("why"))
_FAILED = update(photos).where(_THIS).values(tries=photos.c.tries + 1)
_LACKED = (
    update(photos)
    .where(one_of(photos.c.sha256, "lacked"), photos.c.state != PhotoState.WAITING.value)
    .values(state=PhotoState.WAITING.value, tries=0)
)
_COUNT = select(photos.c.state, func.count().label("number")).group_by(photos.c.state)
_TROUBLE = (
    select(journal.c.exact, photos.c.refusal)
    .join(photos, photos.c.seq == journal.c.seq)
    .where(photos.c.refusal.is_not(None), journal.c.settled_by.is_(None))
    .order_by(journal.c.seq)
)
_NAMES = select(photos.c.sha256)

STILL_NEEDED = (
    select(photos.c.sha256)
    .where(
        photos.c.seq == journal.c.seq,
        case(
            (photos.c.refusal.is_not(None), journal.c.settled_by.is_(None)),
            else_=photos.c.state != PhotoState.SENT.value,
        ),
    )
    .exists()
)
"""Whether an act of the journal names a photo that the server has not got, and nobody has given up."""


class Photos:
    """The photos of this device."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder / FOLDER
        self._database = database

    def keep(self, content: bytes, stem: str) -> Photo:
        """Write a photo down, durably, so that an act may name it.

        Raises:
            NoPhoto: the bytes are no photo that is kept.
            StoreFull, StoreDamaged: it could not be written; nothing of it is left.
        """
        photo = photo_of(content, stem)
        path = self._path(photo)
        unfinished = path.with_suffix(_UNFINISHED)
        try:
            if not self._folder.exists():
                self._folder.mkdir(mode=0o700)
                _make_names_durable(self._folder.parent)
            _write(unfinished, content)
            unfinished.rename(path)
            _make_names_durable(self._folder)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise _told(error) from error
        return photo

    def content(self, photo: Photo) -> bytes | None:
        """A photo's bytes; None where its file is gone or has changed."""
        try:
            content = self._path(photo).read_bytes()
        except OSError:
            return None
        return content if sha256(content).hexdigest() == photo.sha256 else None

    def has(self, photo: Photo) -> bool:
        """Whether a photo was kept."""
        return self._path(photo).exists()

    def tidy(self) -> None:
        """Remove files that no act names, or no act any more; only at the start, before anybody takes a photo.

        The device went down, or the person went back, before an act was recorded; or the act is old and forgotten.
        """
        named = {row.sha256 for row in self._database.rows(_NAMES)}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.stem not in named or path.suffix == _UNFINISHED:
                    with suppress(OSError):  # It costs room, and is tried again at the next start.
                        path.unlink()

    def next_to_send(self) -> Photo | None:
        """A photo whose act the server has; those that failed least often first."""
        rows = self._database.rows(_NEXT)
        return from_plain(Photo, json.loads(rows[0].body)) if rows else None

    def sent(self, photo: Photo) -> None:
        """The server has it now."""
        with self._database.writing():
            self._database.execute(_SENT, {"photo": photo.sha256})

    def refused(self, photo: Photo, refusal: Refusal) -> None:
        """The server does not take it: a person is told."""
        with self._database.writing():
            self._database.execute(_REFUSED, {"photo": photo.sha256, "why": json.dumps(to_plain(refusal))})

    def failed(self, photo: Photo) -> None:
        """It did not get through: others go first."""
        with self._database.writing():
            self._database.execute(_FAILED, {"photo": photo.sha256})

    def lacked(self, hashes: Iterable[str]) -> None:
        """The server says that it lacks these: send those of them that are here."""
        with self._database.writing():
            self._database.execute(_LACKED, {"lacked": keys(hashes)})

    def counts(self) -> PhotoCounts:
        """How many wait for the server, and how many it does not take."""
        found = {row.state: row.number for row in self._database.rows(_COUNT)}
        return PhotoCounts(found.get(PhotoState.WAITING.value, 0), found.get(PhotoState.REFUSED.value, 0))

    def troubles(self) -> tuple[Trouble, ...]:
        """The acts whose photos the server does not take, until somebody has settled them."""
        return tuple(
            Trouble(act_in(row.exact), from_plain(Refusal, json.loads(row.refusal)), None)
            for row in self._database.rows(_TROUBLE)
        )

    def _path(self, photo: Photo) -> Path:
        return self._folder / f"{photo.sha256}.{EXTENSIONS[photo.media_type]}"


def name_photos(database: Database, act: Act) -> None:
    """Note, inside the act's own transaction, which photos it names; the newest act to name one answers for it."""
    rows = [
        {
            "sha256": photo.sha256,
            "seq": act.id.seq,
            "state": PhotoState.WAITING.value,
            "tries": 0,
            "body": json.dumps(to_plain(photo)),
        }
        for photo in act.draft.photos
    ]
    if rows:
        database.execute(_ADD, rows)


def forget_photos(database: Database, seqs: Iterable[int]) -> None:
    """Drop, inside a transaction, the photos of acts that are dropped; `tidy` removes their files at the next start."""
    database.execute(delete(photos).where(one_of(photos.c.seq, "old")), {"old": keys(seqs)})


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _make_names_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full()
    return StoreDamaged(
        M(
            "The photo cannot be kept on this device ({why}). Go on without it, and tell a supervisor.",
            why=error.strerror or str(error),
        )
    )
