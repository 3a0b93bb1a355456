"""One simulation: a seed decides everything, so that the same seed is the same day again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from scantrail.protocol.exchange import OutOfStep, Reply, Send
from scantrail.protocol.intake import BrokenChain, part_of
from scantrail.protocol.messages import ActVerdict, Outcome, Push, PushAnswer
from scantrail.proving.simulator.bench import Bench
from scantrail.proving.simulator.clocks import DeviceClock, Schedule
from scantrail.proving.simulator.desk import Desk
from scantrail.proving.simulator.device_watch import DeviceWatch
from scantrail.proving.simulator.dock import Dock
from scantrail.proving.simulator.fate import Fate, PowerCut, Weather
from scantrail.proving.simulator.handheld import Handheld, NotTaken
from scantrail.proving.simulator.invariants import REST, Broken
from scantrail.proving.simulator.network import Busy, Network, NoAnswer, Request
from scantrail.proving.simulator.person import Person
from scantrail.proving.simulator.server_watch import ServerWatch
from scantrail.proving.simulator.stores import FAKE, Stores
from scantrail.proving.simulator.trace import LAST, Trace
from scantrail.proving.simulator.troubles import Troubles
from scantrail.proving.simulator.warehouse import Masters

LOOK_MS = 4000
"""Between two looks at whether something happens to somebody."""
DELIVERIES = 4
"""Lists there are when the day begins; half of them came after the night's backup."""
LONGEST_REST = 20_000
"""Steps after the last fault by which nothing may be left to say."""
BUSY = 0.01
"""How often the server says that it cannot serve now, or can take only the first acts of a batch."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not hold, and what came before."""

    seed: int
    step: int
    invariant: str
    detail: str
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one seed."""

    seed: int
    steps: int
    """Scheduler events, those after the last fault included."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often every fault and verdict came up."""
    failure: Failure | None = None


class Simulation:
    """Some handhelds and a server on one bad day."""

    def __init__(self, seed: int, devices: int, most_traced: int | None = LAST, stores: Stores = FAKE) -> None:
        """`most_traced` is how many of the last events are kept; None for all."""
        self._stores = stores
        self.seed = seed
        self.trace = Trace(most_traced)
        self.counts: Counter[str] = Counter()
        self.schedule = Schedule()
        self.weather = Weather.drawn(self._chance("weather"))
        masters = Masters.of(devices)
        self.server_fate = Fate(self._chance("server"), self.weather.crash, self._server_tells)
        self.server = stores.server(masters, self.server_fate, "s1")
        self.server_watch = ServerWatch(self.server)
        self.server_is_up = True
        self.network = Network(self.schedule, self._chance("network"), self.weather, self.trace, self._arrives)
        self.desk = Desk(self.server, self.server_watch, self._chance("desk"))
        self._busy = self._chance("busy")
        self._dock = Dock(masters, self._chance("dock"))
        self._bench = Bench(self._chance("bench"))
        self.handhelds = [self._handheld(masters, at) for at in range(1, devices + 1)]
        self._troubles = Troubles(self, self._chance("troubles"))

    def _chance(self, name: str) -> Random:
        """Everybody has dice of their own: what one does leaves the others' day as it was."""
        return Random(f"{self.seed}/{name}")  # noqa: S311 - reason: a day that can be had again is the point

    def _server_tells(self, what: str) -> None:
        self.trace.add(self.schedule.now_ms, "server", "{}", what)

    def _handheld(self, masters: Masters, at: int) -> Handheld:
        name, worker = f"Scanner-{at:02}", masters.workers[f"w{at}"]

        def tells(what: str) -> None:
            self.trace.add(self.schedule.now_ms, name, "{}", what)

        watch = DeviceWatch(self.server_watch)
        chance = self._chance(name)
        fate = Fate(self._chance(f"{name}/fate"), self.weather.crash, tells)
        store = self._stores.device(name, f"{name}.e1", masters, fate, watch.promise)
        person = Person(worker, self._dock, self._bench, chance, self.trace)
        clock = DeviceClock(self.schedule, name)
        return Handheld(store, person, clock, self.schedule, self.network, fate, chance, self.trace, watch)

    def run(self, steps: int) -> Result:
        """Live through the day, let everything come to rest, and look at what is left."""
        done = 0
        try:
            self._begins()
            while done < steps:
                done += self.schedule.step()
            done += self._rests()
            for handheld in self.handhelds:
                handheld.watch.quiet(handheld.store)
        except Broken as broken:
            trace = tuple(self.trace.lines())
            failure = Failure(self.seed, done, broken.invariant, broken.detail, trace)
            return Result(self.seed, done, self._came_up(), failure)
        return Result(self.seed, done, self._came_up())

    def _came_up(self) -> dict[str, int]:
        return dict(self.counts + self.server_watch.came_up)

    def _begins(self) -> None:
        crash, self.server_fate.crash = self.server_fate.crash, 0.0
        for _delivery in range(DELIVERIES // 2):
            self.desk.delivers(self.schedule.now())
        self.server_watch.committed()
        self._troubles.back_up()
        for _delivery in range(DELIVERIES // 2):
            self.desk.delivers(self.schedule.now())
        self.server_watch.committed()
        self.server_fate.crash = crash
        for handheld in self.handhelds:
            handheld.begin()
        self.schedule.after(LOOK_MS, self._looks)

    def _looks(self) -> None:
        self._troubles.may_come()
        self.schedule.after(LOOK_MS, self._looks)

    # The server

    def _arrives(self, request: Request) -> None:
        """A request reaches the server, if there is one."""
        if not self.server_is_up:
            self.network.refuse(request, NoAnswer())
            return
        if self._busy.random() < BUSY:
            self.network.refuse(request, Busy())
            return
        try:
            reply = self._reply(request)
        except PowerCut:
            self.network.lose(request)
            self.server_dies()
        else:
            self.network.answer(request, reply)
        self.server_watch.committed()

    def _reply(self, request: Request) -> Reply:
        if not isinstance(request.step, Send):
            return self.server.changes(request.step.seen)
        try:
            answer = self._taken(request.step.push)
        except BrokenChain as broken:
            return OutOfStep(broken.expected_seq, NotTaken(str(broken)))
        self.counts.update(verdict.outcome.value for verdict in answer.verdicts)
        return answer

    def _taken(self, push: Push) -> PushAnswer:
        """Now and then only the first acts of a batch can be taken."""
        now, count = self.schedule.now(), len(push.acts)
        if count < 2 or self._busy.random() >= BUSY:
            return self.server.push(push, now)
        upto = self._busy.randrange(1, count)
        answer = self.server.push(part_of(push, 0, upto), now)
        again = tuple(ActVerdict(push.first_seq + at, Outcome.RETRY) for at in range(upto, count))
        return replace(answer, verdicts=answer.verdicts + again)

    def server_dies(self) -> None:
        """What is committed stays; a little later it starts again."""
        self.server_is_up = False
        self.server.dies()
        self.counts["server crash"] += 1
        self.schedule.after(self._busy.randrange(500, 60_000), self.server_starts)

    def server_starts(self) -> None:
        """It answers again."""
        self.server_is_up = True
        self._server_tells("starts")

    # The end of the day

    def _rests(self) -> int:
        """No further faults and no further work; gives the steps it took until all have said all.

        Raises:
            Broken: they have not after very many.
        """
        calm = Weather(lost=0, cut=0, twice=0, slow=0, crash=0, trouble=0)
        self.network.weather, self.network.is_cut = calm, {}
        self._troubles.end()
        for fate in (self.server_fate, *(handheld.fate for handheld in self.handhelds)):
            fate.crash, fate.is_full = 0.0, False
        for handheld in self.handhelds:
            handheld.is_resting = True
        self.trace.add(self.schedule.now_ms, "everybody", "goes home")
        later = [self._troubles.evening, self._troubles.night, self._clears_up]
        for step in range(1, LONGEST_REST):
            self.schedule.step()
            if step % 20 == 0 and self._is_quiet():
                if not later:
                    return step
                later.pop(0)()
        open_acts = {handheld.name: handheld.store.count_pending() for handheld in self.handhelds}
        raise Broken(REST, f"after {LONGEST_REST} further steps something is still to be sent or fetched: {open_acts}")

    def _clears_up(self) -> None:
        self.trace.add(self.schedule.now_ms, "desk", "{}", self.desk.clears_up(self.schedule.now()))
        self.server_watch.committed()

    def _is_quiet(self) -> bool:
        positions = self.server.positions()
        return self.server_is_up and all(
            handheld.is_on
            and not handheld.store.count_pending()
            and handheld.store.server_epoch == self.server.epoch
            and handheld.store.cursor() == positions
            and self.server.has(handheld.store.heads())
            for handheld in self.handhelds
        )
