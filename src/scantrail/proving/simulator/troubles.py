"""What happens to devices and server besides work: power, clocks, lines, disks, upgrades, backups, and the desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol

from scantrail.proving.simulator.clocks import Schedule
from scantrail.proving.simulator.desk import Desk
from scantrail.proving.simulator.fate import PowerCut, Weather
from scantrail.proving.simulator.handheld import Handheld
from scantrail.proving.simulator.network import Network
from scantrail.proving.simulator.server_watch import Books, ServerWatch
from scantrail.proving.simulator.stores import SimulatedServer
from scantrail.proving.simulator.trace import Trace

CLOCKS: tuple[datetime | timedelta, ...] = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, tzinfo=UTC),
    timedelta(hours=-3),
    timedelta(hours=7),
    timedelta(days=45),
)
"""What a device's clock is set to, or by how much it goes wrong."""


EVENING_WORK = 5
AFTER_WORK = 40
"""What the desk does then, so that the server is soon further than its devices have been."""


class Day(Protocol):
    """What troubles may break, and where they tell of it."""

    schedule: Schedule
    weather: Weather
    trace: Trace
    counts: Counter[str]
    """How often every trouble came up."""
    handhelds: list[Handheld]
    network: Network
    desk: Desk
    server: SimulatedServer
    server_is_up: bool
    server_watch: ServerWatch

    def server_dies(self) -> None:
        """What is committed stays; a little later it starts again."""


class Troubles:
    """Draws what happens next, to whom."""

    def __init__(self, day: Day, chance: Random) -> None:
        self._day = day
        self._chance = chance
        self._backup: tuple[Any, Books] | None = None
        self._epochs = 1
        self._is_over = False
        self._kinds: dict[str, Callable[[], None]] = {
            "power cut": self._power,
            "upgrade": self._upgrade,
            "clock jump": self._clock,
            "line cut or mended": self._line,
            "disk full or free": self._disk,
            "server down": self._server_down,
            "backup": self.back_up,
            "restore": self._restore,
        }

    def end(self) -> None:
        """Nothing happens any more; but a backup may be put back after work, when no new act tells devices of it."""
        self._is_over = True
        if self._day.server_is_up and self._chance.random() < 0.5:
            self._restore()
            for _each in range(AFTER_WORK):
                self._desk()

    def evening(self) -> None:
        """Everything is said: a backup is made, and the desk goes on for a while."""
        self.back_up()
        for _each in range(EVENING_WORK):
            self._desk()

    def night(self) -> None:
        """Devices have followed the desk, and sent nothing, when the evening's backup is put back."""
        self._restore()
        for _each in range(AFTER_WORK):
            self._desk()

    def may_come(self) -> None:
        """A look at the clock: the desk works, and now and then something goes wrong."""
        if self._is_over:
            return
        day = self._day
        if day.server_is_up and self._chance.random() < 0.3:
            self._desk()
        if self._chance.random() < day.weather.trouble * 0.3:
            kind = self._chance.choice(list(self._kinds))
            day.counts[kind] += 1
            self._kinds[kind]()

    def _desk(self) -> None:
        day = self._day
        try:
            what = day.desk.does_something(day.schedule.now())
        except PowerCut:
            what = "loses the server"
            day.server_dies()
        day.trace.add(day.schedule.now_ms, "desk", "{}", what)
        day.server_watch.committed()

    def _power(self) -> None:
        handheld = self._chance.choice(self._day.handhelds)
        if handheld.is_on:
            handheld.tell("loses power")
            handheld.loses_power()

    def _upgrade(self) -> None:
        self._chance.choice(self._day.handhelds).upgrades()

    def _clock(self) -> None:
        self._chance.choice(self._day.handhelds).clock_jumps(self._chance.choice(CLOCKS))

    def _line(self) -> None:
        day = self._day
        name = self._chance.choice(day.handhelds).name
        day.network.is_cut[name] = not day.network.is_cut.get(name, False)
        day.trace.add(day.schedule.now_ms, "network", "{} for {}", "cut" if day.network.is_cut[name] else "back", name)

    def _disk(self) -> None:
        handheld = self._chance.choice(self._day.handhelds)
        handheld.fate.is_full = not handheld.fate.is_full
        handheld.tell("its disk is {}", "full" if handheld.fate.is_full else "free again")

    def _server_down(self) -> None:
        day = self._day
        if day.server_is_up:
            day.trace.add(day.schedule.now_ms, "server", "loses power")
            day.server_dies()

    def back_up(self) -> None:
        """A copy of the database is made."""
        self._backup = (self._day.server.backup(), self._day.server_watch.books.copy())
        self._day.trace.add(self._day.schedule.now_ms, "server", "is backed up")

    def _restore(self) -> None:
        """The database goes back to the backup; it says so by a new epoch, unless somebody forgot to say so."""
        if self._backup is None:
            return
        day, (kept, books) = self._day, self._backup
        self._epochs += 1
        epoch = f"s{self._epochs}" if self._chance.random() < 0.5 else None
        day.trace.add(day.schedule.now_ms, "server", "is restored from the backup{}", "" if epoch else ", silently")
        day.server.restore(kept, epoch)
        day.server_watch.restored(books.copy())
