"""A served warehouse and its devices, driven over HTTP without a socket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DataError, OperationalError
from starlette.testclient import TestClient

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind, Thing, document
from scantrail.domain.acts.kinds import listed as listed_row
from scantrail.domain.acts.kinds import unit as unit_row
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.scans.reading import Reading
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import GLOBAL_STREAM, Outcome, Push, PushAnswer, Seen, signed_bytes
from scantrail.server.database.engine import Database
from scantrail.server.database.flights import fly
from scantrail.server.database.schema import device_heads
from scantrail.server.database.sets import put
from scantrail.server.devices.enrolment import add_device
from scantrail.server.http.app import create_app
from scantrail.server.ledger.log import Dated
from scantrail.server.ledger.site_records import SqlRecords
from scantrail.server.migrations import migrate
from scantrail.server.people.sign_in import pin_verifier
from scantrail.server.records.documents import documents_by_number, put_documents
from scantrail.server.records.listed import listed_on, put_listed
from scantrail.server.records.master import (
    put_holds,
    put_parties,
    put_places,
    put_products,
    put_settings,
    put_sites,
    put_workers,
)
from scantrail.server.records.units import put_units, units_by_id
from tests.support.worlds import (
    CLERK,
    MIKE,
    MODULE,
    NOW,
    PLACES,
    PREMIUM,
    SARAH,
    SENSOR,
    SETTINGS,
    SITE,
    exact_line,
    module,
    named_on,
    pick_list,
    promised,
    scanned,
)

PIN = "1234"
VERIFIER = pin_verifier(PIN)


class ServedSite:
    """The server's database, its application, and a clock that tests move."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        # Nothing is so fresh that it need not be looked at again: what a test changes counts at once.
        looked = count(step=60.0)
        app = create_app(database, lambda: self.now, monotonic=lambda: next(looked))
        self.http = TestClient(app, raise_server_exceptions=True)

    def lose_at(self, actor: str) -> list[bool]:
        """Let the database go away whenever a record that names this is written, as long as the answer is true."""
        failing = [True]

        def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            if failing[0] and statement.startswith("INSERT INTO log") and actor in repr(parameters):
                raise OperationalError(statement, {}, Exception("server closed the connection"))

        event.listen(self.database.engine, "before_cursor_execute", fail)
        return failing

    def refuse_at(self, actor: str) -> list[bool]:
        """Let the database refuse a record of this actor for what is in it, as long as the answer is true."""
        failing = [True]

        def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            if failing[0] and statement.startswith("INSERT INTO log") and f"'{actor}'" in repr(parameters):
                raise DataError(statement, {}, Exception("value too long"))

        event.listen(self.database.engine, "before_cursor_execute", fail)
        return failing

    def fill(self) -> None:
        """Import the warehouse, as the importer does: acts for what happened, rows for the rest."""
        migrate(self.database)
        units = [*(promised(number) for number in (46, 47, 48)), module(49), module(50)]
        listed = pick_list(exact_line(*units[:3]))
        with self.database.writing() as connection:
            put_settings(connection, [SETTINGS, replace(SETTINGS, site="EAST")])
            put_sites(connection, [SITE, replace(SITE, id="EAST", name="East")])
            put_products(connection, [MODULE, SENSOR])
            put_places(connection, PLACES)
            put_workers(connection, [SARAH, MIKE, CLERK], {each.id: VERIFIER for each in (SARAH, MIKE, CLERK)})
            put_parties(connection, [PREMIUM])
            records = SqlRecords.of(connection, "MAIN", NOW)
            records.record(
                Dated(Draft(events=(UnitRegistered(unit.id, Creation.RECEIVING, unit),)), NOW - timedelta(days=1))
                for unit in units
            )
            on_it = {listed_row(each.document, each.unit): each for each in named_on(listed, *units[:3])}
            records.put({unit_row(unit.id): unit for unit in units} | {document(listed.number): listed} | on_it)
            records.changed((RowKind.PLACE, place.id) for place in PLACES)
            fly(connection, *records.finish())
            shared = [(RowKind.PRODUCT, each.id) for each in (MODULE, SENSOR)]
            shared += [(RowKind.WORKER, each.id) for each in (SARAH, MIKE, CLERK)]
            shared += [(RowKind.PARTY, PREMIUM.id), (RowKind.SETTINGS, "MAIN"), (RowKind.SITE, "MAIN")]
            tell(connection, GLOBAL_STREAM, shared)

    def enrolment_code(self, device: str, site: str = "MAIN") -> str:
        with self.database.writing() as connection:
            return add_device(connection, device, site, self.now)

    def device(self, name: str = "Scanner-05", worker: str = SARAH.id, site: str = "MAIN") -> TestDevice:
        """A device that has enrolled itself."""
        return TestDevice(self, name, worker, site)

    def signed_in(self, device: str, epoch: str, worker: str | None) -> None:
        """Let this person be signed in before a store's first act, so that a test's acts count from 1.

        None is what an upgrade leaves: the server does not know.
        """
        row = {"device": device, "epoch": epoch, "seq": 0, "hash": "", "signed_in": worker}
        with self.database.writing() as connection:
            if not connection.execute(select(device_heads).filter_by(device=device, epoch=epoch)).all():
                put(connection, device_heads, [row])

    def unit(self, number: int) -> Unit:
        wanted = module(number).id
        with self.database.reading() as connection:
            return units_by_id(connection, [wanted])[wanted]

    def pick_list(self, number: str = "PL-2025-0091") -> PickList:
        with self.database.reading() as connection:
            found = documents_by_number(connection, [number])[number]
        assert isinstance(found, PickList)
        return found

    def listing(self, number: str = "PL-2025-0091") -> Listing:
        """The units on a pick list."""
        with self.database.reading() as connection:
            return Listing(listed_on(connection, [number]))

    def change(self, *rows: Any) -> None:
        """Change documents, units on them, units or holds, as the desk does."""
        with self.database.writing() as connection:
            put_documents(connection, [row for row in rows if isinstance(row, PickList)])
            put_listed(connection, [row for row in rows if isinstance(row, Listed)])
            put_units(connection, [row for row in rows if isinstance(row, Unit)], ())
            put_holds(connection, [row for row in rows if type(row).__name__ == "Hold"])


def tell(connection: Connection, stream: str, things: Iterable[Thing]) -> None:
    """List rows as changed, that are on record already, in the stream of a site or of what belongs to none."""
    records = SqlRecords.of(connection, stream, NOW)
    records.changed(things)
    fly(connection, *records.written())


def fill(url: str) -> None:
    """Import the warehouse into an empty database."""
    site = ServedSite(Database(url))
    site.fill()
    site.database.close()


@cache
def filled_file(name: str) -> bytes:
    """An SQLite file with the warehouse; each name stands for a server of its own, and each is filled only once."""
    with TemporaryDirectory() as folder:
        fill(f"sqlite:///{folder}/{name}")
        return Path(folder, name).read_bytes()


class TestDevice:
    """A device's side of the protocol, in memory."""

    __test__ = False

    def __init__(self, site: ServedSite, name: str, worker: str, at: str = "MAIN") -> None:
        self.site, self.name, self.worker, self.at = site, name, worker, at
        self.key = Ed25519PrivateKey.generate()
        enrolled = self.enrol(site.enrolment_code(name, at))
        self.token = enrolled.json()["token"]
        self.epoch = "e1"
        self.site.signed_in(self.name, self.epoch, worker)
        self.exacts: list[bytes] = []
        self.cursor: dict[str, int] = {}
        self.heads: dict[str, str] = {}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def enrol(self, code: str) -> Any:
        public_key = self.key.public_key().public_bytes_raw().hex()
        return self.site.http.post("/v1/enrol", json={"code": code, "public_key": public_key})

    def record(
        self,
        *events: Event,
        reading: str | None = None,
        scan: Reading | None = None,
        at: datetime = NOW,
        versions: dict[str, int] | None = None,
        **draft: Any,
    ) -> int:
        """Add an act to the journal and give its seq; `reading` is the text of a scan, `scan` one whole."""
        previous = act_hash(self.exacts[-1]) if self.exacts else ""
        act = Act(
            ActId(self.name, self.epoch, len(self.exacts) + 1),
            previous,
            self.at,
            self.worker,
            Times(at.astimezone(UTC), "boot", 0),
            Draft(events=events, reading=scan or (scanned(reading) if reading else None), **draft),
            versions or {},
        )
        self.exacts.append(encode_act(act))
        return act.id.seq

    def pick(self, number: int, status: Status = Status.ALLOCATED) -> int:
        """Record a pick of a unit of PL-2025-0091, the way the workflow does."""
        unit = module(number)
        cart = {SARAH.id: "MAIN/CART-05", MIKE.id: "MAIN/CART-06"}[self.worker]
        listed = "PL-2025-0091"
        self.record(PlaceConfirmed(listed, "MAIN/A-15-03"), document=listed)
        self.record(ProductConfirmed(listed, MODULE.id), document=listed)
        picked = UnitPicked(unit.id, unit.serial, listed, "1", "SO-2025-1289", unit.place, cart, status)
        return self.record(picked, reading=unit.serial, document=listed)

    def batch(self, first: int = 1, last: int | None = None) -> Push:
        exacts = self.exacts[first - 1 : last]
        head = act_hash(exacts[-1])
        signed = signed_bytes(self.name, self.epoch, first, first + len(exacts) - 1, head)
        return Push(
            self.name,
            self.epoch,
            first,
            tuple(exact.decode("utf-8", "surrogatepass") for exact in exacts),
            head,
            self.key.sign(signed).hex(),
            Times(self.site.now, "boot", 0),
            Seen(self.cursor, self.heads),
        )

    def post(self, push: Push, **headers: str) -> Any:
        body = json.dumps(to_plain(push))
        return self.site.http.post("/v1/push", content=body, headers={**self.headers, **headers})

    def push(self, first: int = 1, last: int | None = None) -> PushAnswer:
        answered = self.post(self.batch(first, last))
        assert answered.status_code == 200, answered.text
        answer = from_plain(PushAnswer, answered.json())
        self.cursor, self.heads = answer.changes.cursor, answer.changes.heads
        return answer

    def outcomes(self, first: int = 1) -> list[Outcome]:
        return [verdict.outcome for verdict in self.push(first).verdicts]
