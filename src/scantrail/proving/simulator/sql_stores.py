"""The real stores of a simulation, each in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from scantrail.proving.simulator.fate import Fate
from scantrail.proving.simulator.sql_server import SqlServer
from scantrail.proving.simulator.sql_store import SqlStore
from scantrail.proving.simulator.stores import OnRecord
from scantrail.proving.simulator.warehouse import Masters


class SqlStores:
    """Device stores and a server's database on real files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def server(self, masters: Masters, fate: Fate, epoch: str) -> SqlServer:
        """The server's code on a database of its own."""
        folder = self._folder / "server"
        folder.mkdir()
        return SqlServer(folder, masters, fate, epoch)

    def device(self, name: str, epoch: str, _masters: Masters, fate: Fate, on_record: OnRecord) -> SqlStore:
        """The device's store; what it knows of the site comes over the feed."""
        return SqlStore.begun(self._folder / name, name, epoch, fate, on_record)
