"""A device's records onto a memory card: signed, whole or not at all, and the journal stays as it is."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scantrail.device.clock import Clock
from scantrail.device.identity.keys import DeviceKeys, KeysUnusable
from scantrail.device.store import JournalLook, StoreError, look
from scantrail.protocol.acts import decode_act
from scantrail.protocol.card import write_card
from scantrail.protocol.outbox import Entry
from scantrail.words import M, OperatorError


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    file: Path
    first_seq: int
    last_seq: int
    photos: int
    """Photos that these records name; their bytes stay on the device."""


def export(folder: Path, to: Path, clock: Clock, *, everything: bool) -> Exported | None:
    """Write what the server has not acknowledged, or `everything` that is kept, into a new file or into a folder.

    None when there is nothing to write.

    Raises:
        OperatorError: the records or keys cannot be read, the file is there already, or it cannot be written.
    """
    try:
        found, keys = look(folder), DeviceKeys.load(folder)
    except (StoreError, KeysUnusable) as error:
        raise OperatorError(error.message) from error
    entries = found.kept if everything else found.waiting
    if not entries:
        return None
    identity = found.identity
    content = write_card(
        device=identity.device,
        epoch=identity.epoch,
        site=identity.site,
        entries=entries,
        written=clock.now(),
        sign=keys.sign,
    )
    file = to / _name(found, entries) if to.is_dir() else to
    write_new(file, content)
    photos = {photo.sha256 for _, exact in entries for photo in decode_act(exact).draft.photos}
    return Exported(file, entries[0][0], entries[-1][0], len(photos))


def _name(found: JournalLook, entries: tuple[Entry, ...]) -> str:
    """A name that every memory card takes."""
    identity = found.identity
    device = re.sub("[^A-Za-z0-9_-]+", "-", identity.device).strip("-") or "device"
    return f"scantrail-{device}-{identity.epoch[:8]}-{entries[0][0]}-{entries[-1][0]}.records"


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, durably: under its name it is whole.

    Raises:
        OperatorError: it is there already, or it cannot be written; then nothing is left behind.
    """
    if file.exists():
        raise OperatorError(M("{file} is there already and is left as it is. Choose another name.", file=file))
    draft = file.with_name(f".{file.name}.part")
    try:
        _write_durably(draft, content)
        draft.rename(file)
        _make_name_durable(file.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        why = error.strerror or str(error)
        raise OperatorError(M("{file} cannot be written: {why}. Nothing was exported.", file=file, why=why)) from error


def _write_durably(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())


def _make_name_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
