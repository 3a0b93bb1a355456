"""The day of the demo, played without a screen: real server process, real device code; checked step by step."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from scantrail.device.clock import DeviceClock
from scantrail.device.exchange.sync import Sync
from scantrail.device.identity.enrolment import enrol
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.identity.sign_in import SignIn
from scantrail.device.identity.token import DeviceToken
from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Server
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import explain
from scantrail.protocol.link import Link
from scantrail.proving.backstage import DemoServer
from scantrail.reports.unit import UnitReport, unit_reports
from scantrail.server.database.engine import Database
from scantrail.words import M, Message, _, say
from scantrail.workflows.base import Confirm, Tone, Verdict

LIST = "PL-2025-0091"
OTHER_LIST, HELD = "PL-2025-0088", "CM500-2025-0050"
SERIALS = ("CM500-2025-0046", "CM500-2025-0047", "CM500-2025-0048")


class NotAsPlanned(Exception):
    """Something is not as the day says."""


@dataclass(slots=True)
class Handheld:
    """A device without a screen."""

    store: DeviceStore
    server: Server
    sync: Sync
    session: Session
    clock: DeviceClock

    @classmethod
    def open(cls, folder: Path) -> Handheld:
        """The enrolled device whose records are in a folder."""
        store, clock, keys = DeviceStore.open(folder), DeviceClock(), DeviceKeys.load(folder)
        server = Server(store.identity.server_url, keys.token)
        sync = Sync(store, server, keys, clock, random.random)
        sync.refresh_token = DeviceToken(folder, keys, store.device, server, clock).refresh
        return cls(store, server, sync, Session(store, clock), clock)

    async def close(self) -> None:
        """End it as a reboot would: what is on record stays."""
        await self.server.close()
        self.store.close()


@dataclass(slots=True)
class Tour:
    """Plays the day and prints it line by line."""

    backstage: DemoServer
    folder: Path
    show: Callable[[str], None]
    _step: int = field(default=0, init=False)

    async def play(self) -> None:
        """The whole day.

        Raises:
            NotAsPlanned: at the first thing that is not as the day says.
        """
        self._say(M("The server starts and a handheld is enrolled as Scanner-05."))
        self.backstage.prepare()
        self.backstage.start()
        await enrol(self.folder, self.backstage.url, self.backstage.enrolment_code("Scanner-05", "MAIN"))
        await self._work()
        await self._conflict()
        self._check_server()

    async def _work(self) -> None:
        handheld = Handheld.open(self.folder)
        try:
            await self._online(handheld, expected=True)
            await self._sign_in(handheld)
            self._begin(handheld)
            self._scan(handheld, "CM500-2025-0050", Tone.REFUSED)
            self._scan(handheld, "CM500-2025-9999", Tone.REFUSED)
            self._scan(handheld, "CM500-2025-0045", Tone.REFUSED)
            self._scan(handheld, SERIALS[0], Tone.ACCEPTED)
            await self._online(handheld, expected=True)
            self._say(M("The server is killed. The pick goes on."))
            self.backstage.kill()
            self._scan(handheld, SERIALS[1], Tone.ACCEPTED)
            await self._online(handheld, expected=False)
        finally:
            await handheld.close()
        await self._after_reboot()

    async def _after_reboot(self) -> None:
        self._say(M("The handheld restarts, still without the server, and resumes at the same step."))
        handheld = Handheld.open(self.folder)
        try:
            await self._sign_in(handheld)
            handheld.session.open(LIST)
            self._require(handheld.session.prompt().done == 2, M("two units are picked after the restart"))
            self._scan(handheld, SERIALS[1], Tone.REFUSED)
            self._scan(handheld, SERIALS[2], Tone.ACCEPTED)
            while not handheld.session.prompt().finished:
                self._say(
                    M("Checklist: {items}", items="; ".join(say(each) for each in handheld.session.prompt().checks))
                )
                self._confirm(handheld)
            waiting = handheld.store.count_pending()
            self._say(M("{count} records wait. The server starts again.", count=waiting))
            self.backstage.start()
            await self._online(handheld, expected=True)
            self._require(handheld.store.count_pending() == 0, M("no record waits any more"))
            self._require(not handheld.store.attention(), M("nothing needs attention"))
        finally:
            await handheld.close()

    async def _conflict(self) -> None:
        """Somebody picks without network what the desk puts on hold meanwhile."""
        home = self.folder.with_name("second-handheld")
        await enrol(home, self.backstage.url, self.backstage.enrolment_code("Scanner-06", "MAIN"))
        handheld = Handheld.open(home)
        try:
            await self._online(handheld, expected=True)
            await self._sign_in(handheld, "WKR-1002", "2345")
            self._require(handheld.session.open(OTHER_LIST) is None, M("{document} can be taken", document=OTHER_LIST))
            self._say(M("Scanner-06 has no network. At the desk a quality hold is opened on {serial}.", serial=HELD))
            self.backstage.hold(HELD, "CM-500-STD", "capacitor may fail")
            for text in ("A-15-03", "CM-500-STD", HELD):
                self._scan(handheld, text, Tone.ACCEPTED)
            await self._online(handheld, expected=True)
            self._settle(handheld)
            await self._online(handheld, expected=True)
        finally:
            await handheld.close()

    def _settle(self, handheld: Handheld) -> None:
        """The picker is told what to do with the unit, does it, and says so."""
        items = handheld.store.attention()
        self._require([item.serials for item in items] == [(HELD,)], M("{serial} needs attention", serial=HELD))
        for item in items:
            why = explain(item.refusal)
            self.show(f"    ✗ {say(why.title)}  {HELD}  {say(why.because)}  {say(item.todo)}")
            handheld.session.settle(item, say(M("Given to a supervisor")))
        self._require(not handheld.store.attention(), M("nothing needs attention"))

    async def _online(self, handheld: Handheld, *, expected: bool) -> None:
        state = await handheld.sync.now()
        self._require((state.link is Link.ONLINE) is expected, M("the server answers: {expected}", expected=expected))
        handheld.session.refresh()

    async def _sign_in(self, handheld: Handheld, badge: str = "WKR-1001", pin: str = "1234") -> None:
        signed_in = await SignIn(handheld.store, handheld.server, handheld.clock).sign_in(badge, pin)
        handheld.session.start(signed_in.worker, offline=signed_in.offline)
        how = M("offline, by the device itself") if signed_in.offline else M("by the server")
        self._say(M("{worker} signs in; the PIN is verified {how}.", worker=signed_in.worker.name, how=how))

    def _begin(self, handheld: Handheld) -> None:
        self._require(handheld.session.open(LIST) is None, M("{document} can be taken", document=LIST))
        prompt = handheld.session.prompt()
        self._say(M("{document} for {about}", document=prompt.task, about=prompt.about))
        for instruction in prompt.instructions:
            self._say(M("Special instruction: {text}", text=instruction))
        self._scan(handheld, "A-15-04", Tone.REFUSED)
        self._scan(handheld, "A-15-03", Tone.ACCEPTED)
        self._scan(handheld, "CM-500-STD", Tone.ACCEPTED)

    def _scan(self, handheld: Handheld, text: str, expected: Tone) -> None:
        asked = say(handheld.session.prompt().verb)
        verdict = handheld.session.scan(Reading(text, Carrier.WEDGE))
        self._show(f"{asked:<16} {text:<17}", verdict)
        self._require(
            verdict is not None and verdict.tone is expected, M("{text} is {tone}", text=text, tone=expected.value)
        )

    def _confirm(self, handheld: Handheld) -> None:
        asked = say(handheld.session.prompt().verb)
        self._show(f"{asked:<16} {'Enter':<17}", handheld.session.answer(Confirm()))

    def _show(self, asked: str, verdict: Verdict | None) -> None:
        parts = [verdict.title, verdict.because, verdict.todo] if verdict else []
        glyph = "✗" if verdict and verdict.tone is Tone.REFUSED else "✓"
        self.show(f"    {asked} {glyph} " + "  ".join(say(part) for part in parts if part))

    def _say(self, message: Message) -> None:
        self._step += 1
        self.show(f"{self._step:>2}. {say(message)}")

    def _require(self, holds: bool, what: Message) -> None:
        if not holds:
            raise NotAsPlanned(say(M("Not as the day says. Expected: {what}.", what=what)))

    def _check_server(self) -> None:
        database = Database(self.backstage.database_url)
        try:
            reports = [report for serial in SERIALS for report in unit_reports(database, serial)]
        finally:
            database.close()
        self._require(len(reports) == len(SERIALS), M("the server knows the three units"))
        for report in reports:
            self._check_unit(report)
        self._say(M("The life of {serial}, as the server has it:", serial=SERIALS[0]))
        for line in reports[0].lines():
            self.show(f"    {line}")

    def _check_unit(self, report: UnitReport) -> None:
        unit = report.unit
        self._require(unit.status is Status.PICKED, M("{serial} is Picked", serial=unit.serial))
        self._require(unit.place == "MAIN/CART-05", M("{serial} is in CART-05", serial=unit.serial))
        self._require(unit.document == LIST, M("{serial} is on {document}", serial=unit.serial, document=LIST))
        picks = [entry for entry in report.timeline if entry.type == "UnitPicked"]
        self._require(len(picks) == 1, M("{serial} was picked exactly once", serial=unit.serial))


def run_tour() -> int:
    """Play the day; 0 when all is as it says, else 1."""
    with TemporaryDirectory(prefix="scantrail-tour-") as folder:
        backstage = DemoServer(Path(folder) / "server")
        try:
            asyncio.run(Tour(backstage, Path(folder) / "handheld", print).play())
        except NotAsPlanned as error:
            print(error)
            return 1
        finally:
            backstage.stop()
    print(_("All as the day says."))
    return 0
