"""Why writers of a site take turns: without its lock a follower's cursor passes rows that are not there yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, text, update

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.domain.plain import to_plain
from scantrail.protocol.messages import NumbersRequest
from scantrail.server.administration import restored as say_restored
from scantrail.server.attention.settling import resolve
from scantrail.server.attention.waiting_items import waiting_items
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import feed, streams
from scantrail.server.database.sets import put
from scantrail.server.devices.numbers import NUMBERS_LOCK, give_numbers
from scantrail.server.ledger.feed import feed_rows
from scantrail.server.ledger.judging import judge_over
from scantrail.server.ledger.log import Stream
from scantrail.server.ledger.opening import opened
from scantrail.server.records.units import put_units
from tests.postgres import restored
from tests.server.site import ServedSite
from tests.server.test_feed import Follower

TURNS = 25
OVERTAKEN_WITHIN_S = 5.0
UNITS = (46, 47, 48, 49)


@pytest.fixture
def served(filled_postgres: str) -> Iterator[ServedSite]:
    site = ServedSite(Database(restored(filled_postgres)))
    with site.database.writing() as connection:
        connection.execute(text("CREATE SEQUENCE IF NOT EXISTS numbers START 1000"))
    yield site
    with site.database.writing() as connection:
        connection.execute(text("DROP SEQUENCE numbers"))
    site.database.close()


@dataclass(slots=True)
class Unlocked(Stream):
    """A site's numbers from a database sequence, as a design without the lock would take them."""

    connection: Connection

    def next_position(self) -> int:
        self.position = int(self.connection.execute(text("SELECT nextval('numbers')")).scalar_one())
        return self.position


@dataclass(frozen=True)
class Writers:
    """Change a unit each, all at once; the first one's only change is held back until the others have overtaken it."""

    served: ServedSite
    follower: Follower
    locked: bool

    def work(self) -> None:
        is_over = threading.Event()
        with ThreadPoolExecutor(len(UNITS) + 1) as pool:
            following = pool.submit(self._follow, is_over)
            first, *others = UNITS
            working = [pool.submit(self._change, first, "2.2.0", held_back=True)]
            working += [pool.submit(self._change_often, number) for number in others]
            wait(working)
            is_over.set()
            for each in (*working, following):
                each.result()

    def _follow(self, is_over: threading.Event) -> None:
        while not is_over.is_set():
            self.follower.pull()
        while self.follower.pull():
            pass

    def _change_often(self, number: int) -> None:
        for turn in range(TURNS):
            self._change(number, f"2.2.{turn}")

    def _change(self, number: int, firmware: str, *, held_back: bool = False) -> None:
        unit = replace(self.served.unit(number), firmware=firmware)
        with self.served.database.writing() as connection:
            stream = self._stream(connection)
            put_units(connection, [unit], ())
            put(connection, feed, feed_rows(stream, [(RowKind.UNIT, unit.id)]))
            if held_back:
                self._be_overtaken(stream.position)
            self._save(connection, stream)

    def _stream(self, connection: Connection) -> Stream:
        if not self.locked:
            return Unlocked("MAIN", 0, "", 0, "", connection)
        self.served.database.lock(connection, ["MAIN"])
        return opened(connection, "MAIN").stream

    def _save(self, connection: Connection, stream: Stream) -> None:
        if self.locked:
            put(connection, streams, [stream.as_row()])
            return
        furthest = func.greatest(streams.c.position, stream.position)
        connection.execute(update(streams).where(streams.c.id == stream.id).values(position=furthest))

    def _be_overtaken(self, position: int) -> None:
        """Wait until the follower has passed our number. Under the lock nobody can pass: then go on after a while."""
        deadline = time.monotonic() + (1.0 if self.locked else OVERTAKEN_WITHIN_S)
        while self.follower.cursor.get("MAIN", 0) <= position and time.monotonic() < deadline:
            time.sleep(0.005)

    def lost(self) -> list[int]:
        """The units whose last change the follower never got."""
        units = {number: self.served.unit(number) for number in UNITS}
        return [n for n, unit in units.items() if self.follower.rows[RowKind.UNIT, unit.id].body != to_plain(unit)]


def test_without_the_site_s_lock_a_row_is_lost_to_the_cursor(served: ServedSite) -> None:
    writers = Writers(served, Follower(served, 500), locked=False)
    writers.work()
    assert 46 in writers.lost()


def test_with_the_lock_none_is_lost(served: ServedSite) -> None:
    writers = Writers(served, Follower(served, 500), locked=True)
    writers.work()
    assert writers.lost() == []


@pytest.mark.parametrize("held", ["MAIN", NUMBERS_LOCK])
def test_who_judges_late_settles_or_says_a_restore_waits_for_its_turn(served: ServedSite, held: str) -> None:
    device = served.device()
    device.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), document="PL-9")
    device.push()
    with served.database.reading() as connection:
        (item,) = waiting_items(connection)
    late = served.now + timedelta(days=2)
    acts: dict[str, Callable[[], object]] = {
        "judge": lambda: judge_over(served.database, late),
        "settle": lambda: resolve(served.database, item.id, worker="nobody", reason="Put back", now=served.now),
        "restore": lambda: say_restored(served.database, served.now),
        "number": lambda: give_numbers(
            served.database, device.name, "MAIN", NumbersRequest("SSCC 0 9521234", "e1", 1, 0), served.now
        ),
    }
    waiting = {"judge", "settle", "restore"} if held == "MAIN" else {"restore", "number"}
    with ThreadPoolExecutor(len(waiting)) as pool, served.database.writing() as connection:
        if held == NUMBERS_LOCK:
            served.database.lock_name(connection, held)
        else:
            served.database.lock(connection, [held])
        asked = [pool.submit(acts[name]) for name in sorted(waiting)]
        assert wait(asked, timeout=1.0).done == set()
        connection.rollback()
