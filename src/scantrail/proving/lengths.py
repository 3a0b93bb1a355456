"""What one scan costs on a long list: judged and recorded on a device, shown, pushed to the server, and answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

from scantrail.device.clock import DeviceClock
from scantrail.device.session import Session
from scantrail.device.store import DeviceStore, Identity
from scantrail.domain.acts.kinds import RowKind, listed
from scantrail.domain.documents.document import LineKind
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Role, Worker
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.place import Place, PlaceKind
from scantrail.domain.things.product import Product
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.exchange import Ask, Reply, Send, Step, exchange, next_step
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.bodies import to_body
from scantrail.server.database.engine import Database
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.judging import Device, take_push
from scantrail.server.ledger.writing import writing
from scantrail.server.migrations import migrate
from scantrail.server.records.documents import put_documents
from scantrail.server.records.master import put_places, put_products, put_sites, put_workers
from scantrail.server.records.units import put_units
from scantrail.words import M, OperatorError
from scantrail.workflows.base import Confirm, Tone, Verdict

SITE = Site("MAIN", "Main warehouse", "UTC")
PRODUCT = Product("CM-500-STD", "CM-500-STD", "Control Module CM-500")
CART = Place("MAIN/CART-05", "MAIN", "CART-05", PlaceKind.CART)
PICKER = Worker("bench", "Bench", "WKR-0001", SITE.id, (Role.PICKER,), CART.id)
DEVICE = Device("Bench-01", SITE.id, "")
LIST, ORDER = "PL-BENCH", "SO-BENCH"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OneScan:
    """What one pick costs on a list; medians."""

    units: int
    """Named on its one exact line."""
    scan_ms: float
    """The device: from the text to what is recorded, durably."""
    prompt_ms: float
    """The device: what is asked next."""
    push_ms: float
    """The server, on SQLite: the push of that one act judged, logged and answered."""
    answer_bytes: float
    """The answer to that push, as it is sent."""
    answer_rows: float
    """The rows in it."""


def one_scan(units: int, picks: int = 5, in_a_bin: int | None = None) -> OneScan:
    """Pick so many units, each pushed by itself, from a list of `units` named units, with the real stores.

    `in_a_bin` is how many of them lie in each bin; None for all in one. All that are picked lie in the first.
    """
    with _site(units, in_a_bin or units) as served:
        served.says(served.session.open(LIST))
        for text in (_bin(0).code, PRODUCT.sku):
            served.scans(text)
            served.syncs()
        figures = [served.picks(number) for number in range(picks)]
    scans, prompts, pushes, sizes, rows = zip(*figures, strict=True)
    return OneScan(units, median(scans), median(prompts), median(pushes), median(sizes), median(rows))


class _Served:
    """A device at work, and the server that it talks to without a network between them."""

    def __init__(self, database: Database, store: DeviceStore) -> None:
        self._database = database
        self._store = store
        self._clock = DeviceClock()
        self._pushes: list[tuple[float, int, int]] = []
        """Milliseconds, and the bytes and rows of the answer, by push."""
        self.syncs()
        self.session = Session(store, self._clock)
        self.session.start(PICKER, offline=True)

    def picks(self, number: int) -> tuple[float, float, float, float, float]:
        """Milliseconds of scan, prompt and push of one pick, and the bytes and rows of the push's answer."""
        self.syncs()
        scan_ms, _ = _timed(lambda: self.scans(_serial(number)))
        prompt_ms, _ = _timed(self.session.prompt)
        pushed = len(self._pushes)
        self.syncs()
        ((push_ms, size, rows),) = self._pushes[pushed:]
        self.session.answer(Confirm())
        return scan_ms, prompt_ms, push_ms, size, rows

    def scans(self, text: str) -> None:
        """Scan a text that is right now."""
        self.says(self.session.scan(Reading(text, Carrier.WEDGE)))

    def says(self, verdict: Verdict | None) -> None:
        """Nothing but what is right is measured.

        Raises:
            OperatorError: it was refused.
        """
        if verdict is not None and verdict.tone is Tone.REFUSED:
            raise OperatorError(M("The bench cannot work: {why}", why=verdict.title))

    def syncs(self) -> None:
        """Send and fetch all."""
        talk = exchange(self._store, self._clock.now, lambda _signed: "")
        step = next_step(talk, None)
        while step is not None:
            step = next_step(talk, self._reply(step))

    def _reply(self, step: Step) -> Reply:
        match step:
            case Ask(seen):
                with self._database.reading() as connection:
                    return changes_after(connection, seen, SITE.id)
            case Send(push):
                push_ms, answer = _timed(lambda: take_push(self._database, DEVICE, push, datetime.now(UTC)))
                self._pushes.append((push_ms, len(to_body(answer)), len(answer.changes.rows)))
                return answer
            case _:
                return None


@contextmanager
def _site(units: int, in_a_bin: int) -> Iterator[_Served]:
    """A server with the list, and a device that has followed it."""
    with TemporaryDirectory() as there:
        folder = Path(there)
        with closing(Database(f"sqlite:///{folder / 'server.db'}")) as database:
            migrate(database)
            _fill(database, [_unit(number, _bin(number // in_a_bin)) for number in range(units)])
            with DeviceStore.create(folder / "device", Identity(DEVICE.id, SITE.id, "e1", "http://bench")) as store:
                yield _Served(database, store)


def _fill(database: Database, units: list[Unit]) -> None:
    bins = [_bin(number) for number in range(len({unit.place for unit in units}))]
    line = PickLine("1", PRODUCT.id, LineKind.EXACT, len(units))
    named = [Listed(LIST, unit.id, unit.serial, line.id, named=True) for unit in units]
    with database.writing() as connection:
        put_sites(connection, [SITE])
        put_products(connection, [PRODUCT])
        put_places(connection, [*bins, CART])
        put_workers(connection, [PICKER], {PICKER.id: ""})
        put_documents(connection, [PickList(LIST, SITE.id, ORDER, (line,))])
        put_units(connection, units, [unit.id for unit in units])
    now = datetime.now(UTC)
    with writing(database, SITE.id, now) as records:
        places = [(RowKind.PLACE, place.id) for place in (*bins, CART)]
        records.changed([*places, (RowKind.DOCUMENT, LIST), *((RowKind.UNIT, unit.id) for unit in units)])
        records.put({listed(row.document, row.unit): row for row in named})
    with writing(database, GLOBAL_STREAM, now) as records:
        records.changed([(RowKind.PRODUCT, PRODUCT.id), (RowKind.WORKER, PICKER.id), (RowKind.SITE, SITE.id)])


def _bin(number: int) -> Place:
    return Place(f"MAIN/A-{number:04}", "MAIN", f"A-{number:04}", PlaceKind.BIN, pickable=True, route=number)


def _unit(number: int, place: Place) -> Unit:
    return Unit(
        f"bench-{number:07}",
        PRODUCT.id,
        _serial(number),
        Status.ALLOCATED,
        place.id,
        document=LIST,
        order=ORDER,
        firmware="2.1.4",
    )


def _serial(number: int) -> str:
    return f"CM500-BENCH-{number:07}"


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds, and what came of it."""
    started = time.perf_counter()
    found = work()
    return (time.perf_counter() - started) * 1000, found
