"""When this device last exchanged everything with its server: a small file, for who asks without the program."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

FILE = "last-exchange"


class LastExchange:
    """The note in a device's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def note(self, at: datetime) -> None:
        """An exchange has come to its end. Where there is no room for the note, the work goes on without it."""
        with suppress(OSError):
            self._path.write_text(at.isoformat(), "ascii")

    def noted(self) -> datetime | None:
        """When that was; None when it is not known."""
        try:
            return datetime.fromisoformat(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return None
