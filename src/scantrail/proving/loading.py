"""How long a device's first load of a large site takes, against unpacking and writing the same bytes."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from backports import zstd

from scantrail.device.identity.enrolment import enrol
from scantrail.device.store import DeviceStore
from scantrail.device.sync_command import sync_now
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.link import Link
from scantrail.proving.backstage import DemoServer
from scantrail.server.database.engine import Database
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.ledger.writing import writing
from scantrail.server.records.units import put_units
from scantrail.words import M, OperatorError

SITE, PRODUCT, BIN = "MAIN", "CM-500-STD", "MAIN/A-15-03"
AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A first load; times in seconds."""

    units: int
    megabytes: float
    """As sent."""
    seconds: float
    """From the first request to everything in place."""
    floor_s: float
    """Unpacking the same bytes and writing them, durably."""


def first_load(units: int) -> Loaded:
    """Load a site with so many units onto a new device, from a real server that has its snapshot ready."""
    with TemporaryDirectory() as there:
        folder = Path(there)
        server = DemoServer(folder / "server")
        server.prepare()
        with closing(Database(server.database_url)) as database:
            _fill(database, units)
            packed = _written(Snapshots(database, folder / "caches" / "scantrail" / "snapshots"))
        os.environ["XDG_CACHE_HOME"] = str(folder / "caches")  # where the server that is started now looks
        server.start()
        try:
            seconds = asyncio.run(_load(folder / "device", server))
        finally:
            server.stop()
        with DeviceStore.open(folder / "device") as store:
            count = store.count_rows()
        if count < units:
            raise OperatorError(M("The first load brought {count} of {units} units.", count=count, units=units))
        return Loaded(units, packed.stat().st_size / 1e6, seconds, _floor(packed, folder / "floor.db"))


def _written(snapshots: Snapshots) -> Path:
    snapshot = snapshots.write(SITE)
    packed = snapshots.file(SITE, snapshot.sha256) if snapshot else None
    if packed is None:
        raise OperatorError(M("The snapshot could not be written."))
    return packed


def _fill(database: Database, count: int) -> None:
    for start in range(0, count, AT_ONCE):
        made = [_unit(number) for number in range(start, min(count, start + AT_ONCE))]
        with writing(database, SITE, datetime.now(UTC)) as records:
            put_units(records.connection, made, [unit.id for unit in made])
            records.changed((RowKind.UNIT, unit.id) for unit in made)


def _unit(number: int) -> Unit:
    return Unit(f"bench-{number:07}", PRODUCT, f"CM500-BENCH-{number:07}", Status.AVAILABLE, BIN, firmware="2.1.4")


async def _load(folder: Path, server: DemoServer) -> float:
    await enrol(folder, server.url, server.enrolment_code("Bench-01", SITE))
    started = time.perf_counter()
    state = await sync_now(folder, lambda _state: None)
    if state.link is not Link.ONLINE:
        raise OperatorError(M("The first load came to no end: {why}", why=state.reason))
    return time.perf_counter() - started


def _floor(packed: Path, target: Path) -> float:
    started = time.perf_counter()
    with zstd.open(packed, "rb") as source, target.open("wb") as file:
        while piece := source.read(1 << 20):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - started
