"""A simulated handheld: the real session and the real exchange over a store that may lose its power at any commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from scantrail.device.session import Session
from scantrail.device.store import StoreError
from scantrail.domain.plain import PlainError
from scantrail.protocol.exchange import DeviceRecords, GivenUp, Reply, Taken, Talk, exchange, next_step
from scantrail.protocol.outbox import WrongAnswer, idle_pause, pause_before
from scantrail.proving.simulator.clocks import DeviceClock, Schedule
from scantrail.proving.simulator.device_watch import DeviceWatch, WatchedStore
from scantrail.proving.simulator.fate import Fate, PowerCut
from scantrail.proving.simulator.network import Busy, Network, NoAnswer, Request
from scantrail.proving.simulator.person import Person, PersonStore
from scantrail.proving.simulator.trace import Trace
from scantrail.words import say


class SimulatedStore(DeviceRecords, PersonStore, WatchedStore, Protocol):
    """A device's store, real or fake, that can be opened again after its process is gone."""

    def forget_old(self) -> None:
        """Drop what is done with and old."""

    def reopened(self) -> SimulatedStore:
        """The store as the next process finds it."""

    def upgraded(self) -> SimulatedStore:
        """The store as a newer version finds it."""

    def close(self) -> None:
        """The process ends."""


class NotTaken(Exception):
    """The server does not take the batch, and going back does not help."""


class Handheld:
    """One device, its picker, and its line to the server."""

    def __init__(
        self,
        store: SimulatedStore,
        person: Person,
        clock: DeviceClock,
        schedule: Schedule,
        network: Network,
        fate: Fate,
        chance: Random,
        trace: Trace,
        watch: DeviceWatch,
    ) -> None:
        self.name = store.device
        self.clock = clock
        self.fate = fate
        self.is_on = True
        self.is_resting = False
        """Whether its picker has gone home; the device still talks to the server."""
        self._store = store
        self._person = person
        self._schedule = schedule
        self._network = network
        self._chance = chance
        self._trace = trace
        self.watch = watch
        """Its books."""
        self._session: Session | None = None
        self._talk: Talk | None = None
        self._turn = 0
        self._timer = 0
        self._failures = 0
        self._is_tidied = False

    @property
    def store(self) -> SimulatedStore:
        """What it has on record."""
        return self._store

    def tell(self, what: str, *values: object) -> None:
        """Write something into the trace."""
        self._trace.add(self._schedule.now_ms, self.name, what, *values)

    def begin(self) -> None:
        """Switch it on for the first time."""
        self._schedule.after(self._chance.randrange(1000), self._sync_timer())
        self._schedule.after(self._chance.randrange(8000), self.works)

    # The person

    def works(self) -> None:
        """The picker does one thing, and another a little later."""
        pause = self._chance.randrange(1500, 15_000)
        if self.is_on and not self.is_resting:
            self._safely(self._work)
        self._schedule.after(pause, self.works)

    def _work(self) -> None:
        if self._session is None:
            session = Session(self._store, self.clock, self._kick)
            session.start(self._person.worker, offline=self._failures > 0)
            self._session = session
            return
        self._person.does_something(self._session, self._store, self.clock.now(), self._schedule.now_ms)

    def _safely(self, work: Callable[[], None]) -> None:
        """Do something that the power, or the disk, may stop."""
        try:
            work()
        except StoreError as error:
            self.tell("says: {}", error)
        except PowerCut:
            self.loses_power()

    def loses_power(self) -> None:
        """All that is not durable is gone; a little later it starts again."""
        self.is_on = False
        self._let_go()
        self._session = None
        self._store.close()
        self._schedule.after(self._chance.randrange(500, 60_000), self.starts)

    def starts(self) -> None:
        """It starts again and goes on with what its store holds."""
        self._start(self._store.reopened())

    def upgrades(self) -> None:
        """A newer version takes over, whatever the journal holds."""
        if not self.is_on:
            return
        self.tell("is upgraded")
        self._let_go()
        self._session = None
        self._store.close()
        self._start(self._store.upgraded())

    def _start(self, store: SimulatedStore) -> None:
        self._store = store
        self._failures = 0
        self.clock.boot()
        self.is_on = True
        self._is_tidied = False
        self.tell("starts with {} acts to send", store.count_pending())
        self.watch.started(store)
        self._schedule.after(self._chance.randrange(100, 3000), self._sync_timer())

    def clock_jumps(self, to: datetime | timedelta) -> None:
        """Its wall clock is set, or goes wrong by so much."""
        wall = self.clock.now().wall + to if isinstance(to, timedelta) else to
        self.tell("its clock jumps to {}", wall)
        self.clock.jump_to(wall)

    # The exchange

    def _sync_timer(self) -> Callable[[], None]:
        """A timer that begins an exchange, unless another has been set since."""
        self._timer += 1
        set_as = self._timer
        return lambda: self._sync() if set_as == self._timer else None

    def _kick(self) -> None:
        """Something was recorded: send it, unless the line is down."""
        if self._talk is None and not self._failures:
            self._schedule.after(1, self._sync_timer())

    def _sync(self) -> None:
        if self.is_on and self._talk is None:
            self._talk = exchange(self._store, self.clock.now, sign)
            self._safely(self._tidy)
            self._go_on(None)

    def _tidy(self) -> None:
        if not self._is_tidied:
            self._store.forget_old()
            self._is_tidied = True

    def _go_on(self, reply: Reply) -> None:
        if self._talk is None:
            return
        try:
            step = next_step(self._talk, reply)
        except PowerCut:
            self.loses_power()
            return
        except (GivenUp, PlainError, StoreError, WrongAnswer, NotTaken) as error:
            self._fail(error)
            return
        self.watch.exchanged(self._store)
        if step is None:
            self._failures = 0
            self._rest()
        elif isinstance(step, Taken):
            self._taken(step)
        else:
            self._turn += 1
            turn = self._turn
            self._network.send(
                Request(
                    self.name,
                    step,
                    lambda reply: self._go_on(reply) if turn == self._turn else None,
                    lambda error: self._fail(error) if turn == self._turn else None,
                )
            )

    def _taken(self, step: Taken) -> None:
        if step.is_different and self._session is not None:
            session = self._session
            self._safely(lambda: self._look_again(session))
        turn = self._turn
        self._schedule.after(0, lambda: self._go_on(None) if turn == self._turn else None)

    def _look_again(self, session: Session) -> None:
        news = session.refresh()
        if news is not None:
            self.tell("is told: {}", say(news.title))

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, (NoAnswer, Busy)):
            self.tell("gives up: {}", error)
        self._failures += 1
        self._rest()

    def _rest(self) -> None:
        self._let_go()
        pause = idle_pause(0, self._chance.random())
        if self._failures:
            pause = pause_before(self._failures, self._chance.random())
        elif self._store.pending(1):
            pause = 0.001
        self._schedule.after(int(pause * 1000), self._sync_timer())

    def _let_go(self) -> None:
        if self._talk is not None:
            self._talk.close()
        self._talk = None
        self._turn += 1


def sign(_signed: bytes) -> str:
    """Signatures are proved elsewhere; here nobody forges."""
    return ""
