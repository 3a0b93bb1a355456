"""No number twice, of any series: whatever devices, server, line and backups go through, on the real stores."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from scantrail.device.store import NumbersUsedUp
from scantrail.domain.names.numbers import NumberFormat, Series
from scantrail.protocol.messages import NumbersAnswer, NumbersRequest
from scantrail.protocol.numbers import block_size
from scantrail.proving.simulator.fate import Fate, PowerCut
from scantrail.proving.simulator.sql_server import FatedDatabase
from scantrail.proving.simulator.sql_store import SqlStore
from scantrail.server.administration import restored
from scantrail.server.database.epoch import server_epoch
from scantrail.server.devices.numbers import NotGiven, give_numbers
from scantrail.server.records.master import put_sites
from scantrail.sqlite import sqlite3
from tests.server.site import filled_file
from tests.support.worlds import NOW, SITE

DEVICES = ("Scanner-05", "Scanner-06", "Scanner-07")
STEPS = 120
DAYS = int(os.environ.get("SCANTRAIL_NUMBER_DAYS", "4"))
"""`make prove` sets it to 500."""


class Day:
    """Devices that number cartons, documents and serials, and a server that is restored; everything by one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.now = NOW
        prefix = self.chance.choice(("9521234", "95212345678", "952123456789"))
        formats = (NumberFormat("pick_list", "PL-YYYY-NNNN"), NumberFormat("serial CM-500-STD", "CM500-YYYY-NNNNNN"))
        self.site = replace(SITE, company_prefix=prefix, number_series=formats)
        self.series = self.site.series_in(NOW.year)
        self.fate = Fate(self.chance, 0.0, lambda _what: None)
        (folder / "server.db").write_bytes(filled_file("server.db"))
        self.server = self.opened()
        with self.server.writing() as connection:
            put_sites(connection, [self.site])
        self.stores = {
            name: SqlStore.begun(folder / name, name, f"e-{name}", self.fate, lambda _acts: None) for name in DEVICES
        }
        self.shown: Counter[str] = Counter()
        """Every number that somebody saw."""
        self.sent: list[tuple[str, NumbersRequest]] = []
        self.late: list[tuple[str, Series, NumbersAnswer, str]] = []
        self.backup = self.copied()
        self.fate.crash = 0.1

    def opened(self) -> FatedDatabase:
        return FatedDatabase(f"sqlite:///{self.folder / 'server.db'}", self.fate)

    def copied(self) -> Path | None:
        files = [sqlite3.connect(self.folder / name) for name in ("server.db", "backup.db")]
        with closing(files[0]) as here, closing(files[1]) as there:
            here.backup(there)
        return self.folder / "backup.db"

    def step(self) -> None:
        self.now += timedelta(minutes=self.chance.randrange(1, 300))
        name = self.chance.choice(DEVICES)
        what = self.chance.choices(
            (self.takes, self.asks, self.asks_again, self.hears_late, self.backs_up, self.restores),
            (8, 8, 2, 2, 1, 1),
        )
        try:
            what[0](name)
        except PowerCut:
            self.stores[name].close()
            self.stores[name] = self.stores[name].reopened()

    def takes(self, name: str) -> None:
        series = self.chance.choice(self.series)
        count = self.chance.randrange(1, block_size(series.last) + 2)
        try:
            taken = self.stores[name].numbers.take(series, count)
        except NumbersUsedUp:
            return
        assert len(taken) == count
        self.shown.update(taken)

    def asks(self, name: str) -> None:
        store, series = self.stores[name], self.chance.choice(self.series)
        with self.server.reading() as connection:
            epoch = server_epoch(connection)
        ask = store.numbers.request(series, store.epoch, epoch)
        if ask is None:
            return
        self.sent.append((name, ask))
        answer = self.answered(name, ask)
        if answer is None:
            return
        if self.chance.random() < 0.3:
            self.late.append((name, series, answer, epoch))
        else:
            store.numbers.put(series, answer, epoch)

    def asks_again(self, _name: str) -> None:
        """A request that was doubled on the way; nobody waits for its answer."""
        if self.sent:
            self.answered(*self.chance.choice(self.sent))

    def hears_late(self, _name: str) -> None:
        """An answer that was held up, perhaps until after a restore."""
        if self.late:
            name, series, answer, epoch = self.late.pop(self.chance.randrange(len(self.late)))
            self.stores[name].numbers.put(series, answer, epoch)

    def answered(self, name: str, ask: NumbersRequest) -> NumbersAnswer | None:
        """The server's answer, unless it dies over it."""
        try:
            outcome = give_numbers(self.server, name, "MAIN", ask, self.now)
        except PowerCut:
            self.server.close()
            self.server = self.opened()
            return None
        if isinstance(outcome, NotGiven):
            series = next(each for each in self.series if each.name == ask.series)
            self.stores[name].numbers.note_refusal(series, outcome.code)
            return None
        return outcome

    def backs_up(self, _name: str) -> None:
        self.backup = self.copied()

    def restores(self, _name: str) -> None:
        """A backup is put back once; then another is made before it is needed."""
        if self.backup is None:
            return
        self.server.close()
        for beside in self.folder.glob("server.db*"):
            beside.unlink()
        shutil.copy(self.backup, self.folder / "server.db")
        self.server, self.backup = self.opened(), None
        crash, self.fate.crash = self.fate.crash, 0.0
        restored(self.server, self.now)
        self.fate.crash = crash

    def close(self) -> None:
        self.server.close()
        for store in self.stores.values():
            store.close()


@given(st.integers(0, 2**32))
@settings(max_examples=DAYS, deadline=None)
def test_no_number_is_seen_twice_whatever_happens(seed: int) -> None:
    with TemporaryDirectory() as folder:
        day = Day(Path(folder), seed)
        for _step in range(STEPS):
            day.step()
        day.close()
    assert day.shown
    assert {number for number, count in day.shown.items() if count > 1} == set()
