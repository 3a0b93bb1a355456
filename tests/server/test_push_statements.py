"""What a push costs the database: its statements and round trips, as the protocol or the driver itself tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.placing.events import UnitMoved
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.work.events import PlaceConfirmed, ProductConfirmed, TaskTaken
from scantrail.domain.people.worker import Worker
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Owner, OwnerType, Unit
from scantrail.protocol.messages import Changes, Outcome, Push, PushAnswer, Seen
from scantrail.server.database.bodies import to_body
from scantrail.server.database.engine import Database
from scantrail.server.database.flights import fly
from scantrail.server.database.writes import in_chunks
from scantrail.server.ledger import site_records
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.judging import Device, take_push
from scantrail.server.ledger.opening import opened
from scantrail.server.records import rows
from scantrail.server.records.documents import put_documents
from scantrail.server.records.listed import put_listed
from scantrail.server.records.master import (
    put_holds,
    put_parties,
    put_places,
    put_products,
    put_settings,
    put_sites,
    put_workers,
)
from scantrail.server.records.remembered import masters_at
from scantrail.server.records.rows import MASTERS
from scantrail.server.records.units import put_units
from tests.server.site import VERIFIER, ServedSite
from tests.support.worlds import (
    CLERK,
    MODULE,
    PLACES,
    PREMIUM,
    SARAH,
    SETTINGS,
    SITE,
    exact_line,
    module,
    pick_list,
    promised_on,
)

MOST_STATEMENTS, MOST_ROUND_TRIPS = 10, 4
"""On PostgreSQL those that begin and end a transaction are counted with the others."""

MOST_BYTES = 3_000
"""Of the answer to a pick."""

MANY = 500
"""Acts of the largest push."""

PLACE, OTHER_PLACE, CART = "MAIN/A-15-03", "MAIN/A-15-04", "MAIN/CART-05"


READ_MASTERS = "SELECT 'site', id"
"""How the statement begins that reads what only imports change."""


@dataclass
class Counted:
    """What a database was asked."""

    statements: list[str] = field(default_factory=list)
    """As they were sent: on PostgreSQL messages that execute one, on SQLite texts with their values."""
    round_trips: int = 0


@contextmanager
def counted(database: Database, folder: Path) -> Iterator[Counted]:
    """Count what the only connection of a database is asked meanwhile."""
    count = Counted()
    raw = database.engine.raw_connection()
    driver: Any = raw.driver_connection
    raw.close()
    if database.is_sqlite:
        asked: list[str] = []
        driver.set_trace_callback(asked.append)
        yield count
        driver.set_trace_callback(None)
        # Rows that are written one after the other by one statement are traced one by one.
        count.statements = [each for each, _rows in groupby(asked, lambda text: text.partition(" VALUES ")[0])]
        count.statements = [each for each in count.statements if each not in ("BEGIN IMMEDIATE", "BEGIN ", "COMMIT")]
        return
    trace = folder / "trace"
    with trace.open("wb") as file:
        driver.pgconn.trace(file.fileno())
        yield count
        driver.pgconn.untrace()
    for line in trace.read_text(errors="replace").splitlines():
        _at, sender, _length, message, *_rest = f"{line}\t\t\t".split("\t")
        if sender == "F":
            count.statements += [line] * (message in ("Execute", "Query"))
            count.round_trips += message in ("Sync", "Query")


class Hand:
    """A device at work, that has seen everything when it begins."""

    def __init__(self, served: ServedSite, worker: Worker) -> None:
        self.served = served
        self.device = served.device(f"Scanner-{worker.id}", worker.id)
        self.known = Device(self.device.name, "MAIN", "")
        self.pushed = 0
        more = True
        while more:
            with served.database.reading() as connection:
                more = self.sees(changes_after(connection, Seen(self.device.cursor), "MAIN"))

    def sees(self, changes: Changes) -> bool:
        """Follow a page; gives whether there is more."""
        self.device.cursor, self.device.heads = changes.cursor, changes.heads
        return changes.more

    def batch(self, again: int = 0) -> Push:
        """What is new, and the last acts before it again."""
        return self.device.batch(self.pushed + 1 - again)

    def push(self, again: int = 0) -> PushAnswer:
        """Push it, and follow the answer."""
        answer = take_push(self.served.database, self.known, self.batch(again), self.served.now)
        self.pushed = len(self.device.exacts)
        self.sees(answer.changes)
        return answer


def units(first: int, count: int, **facts: Any) -> list[Unit]:
    """Units with serials of their own."""
    return [module(number, **facts) for number in range(first, first + count)]


def on_record(served: ServedSite, found: list[Unit], *lists: PickList) -> None:
    """Put rows on record as an import does, and told to nobody: lists name the units that are promised to them."""
    with served.database.writing() as connection:
        put_units(connection, found, [unit.id for unit in found])
        put_documents(connection, lists)
        put_listed(connection, [row for each in lists for row in promised_on(each, found)])


def receive(hand: Hand, first: int, count: int) -> None:
    for unit in units(first, count, place="MAIN/DOCK-01"):
        hand.device.record(UnitRegistered(unit.id, Creation.RECEIVING, unit), reading=unit.serial)


def move(hand: Hand, first: int, count: int) -> None:
    on_record(hand.served, units(first, count))
    for unit in units(first, count):
        hand.device.record(UnitMoved(unit.id, PLACE, OTHER_PLACE))


def state(hand: Hand, first: int, count: int) -> None:
    on_record(hand.served, units(first, 1))
    for _ in range(count):
        hand.device.record(ConditionStated(module(first).id, Condition.GOOD))


def pick(hand: Hand, first: int, count: int) -> None:
    """Picks of a list that names some units more."""
    number = f"PL-{first}"
    promised = units(first, count + 3, status=Status.ALLOCATED, document=number, order="SO-2025-1289")
    on_record(hand.served, promised, pick_list(exact_line(*promised), number=number))
    for begun in (TaskTaken(number), PlaceConfirmed(number, PLACE), ProductConfirmed(number, MODULE.id)):
        hand.device.record(begun, document=number)
    hand.push()
    for unit in promised[:count]:
        picked = UnitPicked(unit.id, unit.serial, number, "1", "SO-2025-1289", PLACE, CART, unit.status)
        hand.device.record(picked, reading=unit.serial, document=number)


Work = Callable[[Hand, int, int], None]
WORK: dict[str, tuple[Work, Worker, Outcome]] = {
    "receive": (receive, CLERK, Outcome.APPLIED),
    "move": (move, SARAH, Outcome.APPLIED),
    "state": (state, SARAH, Outcome.APPLIED),
    "pick": (pick, SARAH, Outcome.APPLIED),
}


@pytest.mark.parametrize("kind", WORK)
def test_a_push_takes_as_many_statements_and_round_trips_for_many_acts_as_for_one(
    served: ServedSite, tmp_path: Path, kind: str
) -> None:
    work, worker, expected = WORK[kind]
    hand = Hand(served, worker)
    work(hand, 1000, 1)
    hand.push()
    found = {}
    for count in (1, MANY):
        work(hand, 2000 + count, count)
        with counted(served.database, tmp_path) as asked:
            answer = hand.push()
        assert [verdict.outcome for verdict in answer.verdicts] == [expected] * count
        found[count] = (len(asked.statements), asked.round_trips)
        assert 0 < len(asked.statements) <= MOST_STATEMENTS, asked.statements
        assert asked.round_trips <= MOST_ROUND_TRIPS
    assert found[1] == found[MANY]


@contextmanager
def rows_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """How many rows a push reads of what it is judged against, and how many it writes."""
    found = {"read": 0, "written": 0}

    def reading(connection: Connection, *asked: Any) -> Any:
        answers = fly(connection, *asked)
        found["read"] += sum(map(len, answers))
        return answers

    def writing(parts: Any) -> Any:
        found["written"] += sum(len(rows) for _write, rows in parts)
        return in_chunks(parts)

    with monkeypatch.context() as patch:
        patch.setattr(rows, "fly", reading)
        patch.setattr(site_records, "in_chunks", writing)
        yield found


def test_a_pick_costs_as_little_on_a_list_of_a_thousand_units_as_on_one_of_ten(
    served: ServedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand(served, SARAH)
    pick(hand, 1000, 1)
    hand.push()
    found = {}
    for turn, length in enumerate((10, 1_000)):
        first, number = 10_000 * (1 + turn), f"PL-{10_000 * (1 + turn)}"
        promised = units(first, length, status=Status.ALLOCATED, document=number, order="SO-2025-1289")
        on_record(served, promised, pick_list(exact_line(*promised), number=number))
        for begun in (TaskTaken(number), PlaceConfirmed(number, PLACE), ProductConfirmed(number, MODULE.id)):
            hand.device.record(begun, document=number)
        hand.push()
        unit = promised[length // 2]
        picked = UnitPicked(unit.id, unit.serial, number, "1", "SO-2025-1289", PLACE, CART, unit.status)
        hand.device.record(picked, reading=unit.serial, document=number)
        hand.device.record(ConditionStated(unit.id, Condition.GOOD, number), document=number)
        with counted(served.database, tmp_path) as asked, rows_counted(monkeypatch) as counts:
            answer = hand.push()
        assert [verdict.outcome for verdict in answer.verdicts] == [Outcome.APPLIED] * 2
        assert len(to_body(answer)) < MOST_BYTES
        found[length] = (len(asked.statements), asked.round_trips, counts)
    assert found[10] == found[1_000]
    assert found[10][2]["read"] > 0
    # Two of the log and two events; unit, list, and the unit on the list, each with its entry in the feed; two heads.
    assert found[10][2]["written"] == 2 + 2 + 2 * 3 + 2


@pytest.mark.parametrize("kind", WORK)
@pytest.mark.parametrize("count", [1, MANY])
def test_what_a_push_is_told_without_reading_is_what_the_feed_tells(served: ServedSite, kind: str, count: int) -> None:
    work, worker, _expected = WORK[kind]
    hand = Hand(served, worker)
    work(hand, 2000, count)
    seen = hand.batch().seen
    answer = hand.push()
    with served.database.reading() as connection:
        assert answer.changes == changes_after(connection, seen, "MAIN", limit=4 * MANY)


def test_a_device_that_has_not_seen_what_others_did_is_told_that_too(served: ServedSite) -> None:
    hand, other = Hand(served, SARAH), Hand(served, CLERK)
    receive(other, 3000, 1)
    other.push()
    move(hand, 4000, 1)
    assert [row.id for row in hand.push().changes.rows] == [module(3000).id, module(4000).id]


def test_acts_that_come_again_stay_within_the_same_bounds(served: ServedSite, tmp_path: Path) -> None:
    hand = Hand(served, SARAH)
    move(hand, 1000, 20)
    hand.push()
    move(hand, 2000, 1)
    with counted(served.database, tmp_path) as asked:
        answer = hand.push(again=20)
    assert [verdict.outcome for verdict in answer.verdicts] == [Outcome.DUPLICATE] * 20 + [Outcome.APPLIED]
    assert len(asked.statements) <= MOST_STATEMENTS
    assert asked.round_trips <= MOST_ROUND_TRIPS


def test_what_only_imports_change_is_read_once_and_again_when_one_has_changed_it(served: ServedSite) -> None:
    read: list[str] = []
    event.listen(
        served.database.engine,
        "before_cursor_execute",
        lambda *seen: read.append(seen[2]) if seen[2].startswith(READ_MASTERS) else None,
    )
    hand = Hand(served, SARAH)
    move(hand, 1000, 1)
    hand.push()
    assert read
    read.clear()
    for turn in range(1, 4):
        move(hand, 1000 + turn, 1)
        assert hand.push().verdicts[0].outcome is Outcome.APPLIED
    assert read == []
    another_process = Database(served.database.url)
    with closing(another_process), another_process.writing() as connection:
        put_workers(connection, [replace(SARAH, roles=())], {SARAH.id: VERIFIER})
    move(hand, 1010, 1)
    (verdict,) = hand.push().verdicts
    assert verdict.refusal is not None
    assert verdict.refusal.code == RightCode.NO_RIGHT
    assert len(read) == 2


def test_what_an_import_takes_back_was_never_remembered(served: ServedSite) -> None:
    hand = Hand(served, SARAH)
    move(hand, 1000, 1)
    hand.push()
    with served.database.writing() as connection:
        put_workers(connection, [replace(SARAH, roles=())], {SARAH.id: VERIFIER})
        standing = opened(connection, "MAIN")
        rows, _holds = masters_at(connection, standing.masters).load(connection, {RowKind.WORKER: {SARAH.id}})
        assert rows[RowKind.WORKER][SARAH.id].roles == ()
        connection.rollback()
    move(hand, 1010, 1)
    assert hand.push().verdicts[0].outcome is Outcome.APPLIED


@pytest.mark.parametrize("kind", WORK)
def test_nothing_is_compiled_for_a_push(served: ServedSite, kind: str) -> None:
    work, worker, _expected = WORK[kind]
    hand = Hand(served, worker)
    work(hand, 1000, 1)
    hand.push()
    compiled: list[object] = []
    event.listen(served.database.engine, "before_execute", lambda *seen: compiled.append(seen[1]))
    for number in (2000, 3000):
        work(hand, number, 2)
        compiled.clear()
        hand.push()
        assert compiled == []


def test_whatever_an_import_alone_changes_is_another_version_of_it(served: ServedSite) -> None:
    def version() -> str:
        with served.database.reading() as connection:
            return opened(connection, "MAIN").masters

    versions = [version()]
    hold = Hold("R-1", HoldKind.RECALL, "capacitors", product=MODULE.id)
    writes: list[Callable[[Connection], None]] = [
        lambda connection: put_sites(connection, [SITE]),
        lambda connection: put_settings(connection, [SETTINGS]),
        lambda connection: put_products(connection, [MODULE]),
        lambda connection: put_places(connection, PLACES),
        lambda connection: put_workers(connection, [SARAH], {SARAH.id: VERIFIER}),
        lambda connection: put_parties(connection, [PREMIUM]),
        lambda connection: put_holds(connection, [hold]),
    ]
    for write in writes:
        with served.database.writing() as connection:
            write(connection)
        versions.append(version())
    assert len(set(versions)) == 1 + len(MASTERS)


def test_the_version_of_the_settings_that_acts_name_costs_a_push_no_statement(
    served: ServedSite, tmp_path: Path
) -> None:
    hand = Hand(served, SARAH)
    found = []
    for turn, versions in enumerate(({"settings:MAIN": 1}, {}, {"settings:MAIN": 1})):
        (unit,) = units(1000 + turn, 1)
        on_record(served, [unit])
        hand.device.record(UnitMoved(unit.id, PLACE, OTHER_PLACE), versions=versions)
        with counted(served.database, tmp_path) as asked:
            assert hand.push().verdicts[0].outcome is Outcome.APPLIED
        found.append((len(asked.statements), asked.round_trips))
    _first, without, again = found
    assert again == without, "they are read once"


def test_whose_a_unit_is_costs_a_push_no_statement_once_its_name_is_remembered(
    served: ServedSite, tmp_path: Path
) -> None:
    hand = Hand(served, SARAH)
    found = []
    theirs = Owner(OwnerType.CUSTOMER, PREMIUM.id)
    for turn, owner in enumerate((Owner(), Owner(), theirs, theirs)):
        (unit,) = units(1000 + turn, 1, owner=owner)
        on_record(served, [unit])
        hand.device.record(UnitMoved(unit.id, PLACE, OTHER_PLACE))
        with counted(served.database, tmp_path) as asked:
            assert hand.push().verdicts[0].outcome is Outcome.APPLIED
        found.append((len(asked.statements), asked.round_trips))
    _first, ours, _read, again = found
    assert again == ours, "the name is read once, as a product's or a place's"
    assert again <= (MOST_STATEMENTS, MOST_ROUND_TRIPS)
