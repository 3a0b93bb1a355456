"""What a device keeps of its open list: whatever happens, it is what a device has that reads all of it from nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.domain.acts.kinds import KINDS, RowKind, Thing
from scantrail.domain.acts.kinds import document as document_row
from scantrail.domain.acts.kinds import listed as listed_row
from scantrail.domain.acts.kinds import unit as unit_row
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.acts.sight import made_by
from scantrail.domain.documents.document import DocumentStatus, Requirement
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import touched
from scantrail.domain.fold import fold
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.hold import Hold, HoldKind
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.protocol.acts import decode_act
from scantrail.protocol.messages import ActVerdict, Changes, Outcome, PushAnswer, Row
from scantrail.workflows.base import Answer, AskException, AskUndo, Back, Choose, Confirm, Job
from scantrail.workflows.pick import PICK
from scantrail.workflows.pick.items import all_items
from scantrail.workflows.pick.modes import WORKING
from scantrail.workflows.pick.state import Pick
from tests.device.events import LIST
from tests.support.devices import MASTERS, SERVER_EPOCH, FakeClock, new_store, row_of
from tests.support.worlds import (
    MODULE,
    NOW,
    PLACES,
    SARAH,
    SENSOR,
    TODAY,
    any_line,
    exact_line,
    module,
    named_by,
    named_on,
    pick_list,
    promised,
)
from tests.support.worlds import unit as unit_of

NAMED = [promised(number, place=f"MAIN/A-15-0{3 + number % 2}") for number in range(46, 52)]
SENSORS = [replace(unit_of(SENSOR, f"TS2-{at:04d}", place="MAIN/B-02-01"), document=LIST) for at in (1, 2)]
STOCK = [module(number, place=PLACES[1 + number % 3].id) for number in range(60, 66)]
UNITS = (*NAMED, *SENSORS, *STOCK)
LISTED = pick_list(exact_line(*NAMED), exact_line(*SENSORS, line="2"), any_line(MODULE, 4, line="3"))
ON_IT = (*named_on(LISTED, *NAMED), *named_on(LISTED, *SENSORS, line="2"))
OTHER = pick_list(any_line(MODULE, 2), number="PL-2025-0093", order="SO-2025-1300")
TEXTS = (*(each.serial for each in UNITS), *(each.code for each in PLACES), MODULE.sku, SENSOR.sku)
KEYS: tuple[Answer, ...] = (Confirm(), AskException(), AskUndo(), Back())
STEPS = 60


class Day:
    """Sarah at work, and a server that answers, changes its mind, and sends rows in any order."""

    def __init__(self, store: DeviceStore, chance: Random) -> None:
        self.store, self.chance, self.clock = store, chance, FakeClock()
        self.session = Session(store, self.clock)
        self.session.start(SARAH, offline=False)
        self.position = 1
        self.truth: dict[Thing, Any] = {}
        for value in (*MASTERS, *UNITS, LISTED, *ON_IT, OTHER):
            row = row_of(value)
            self.truth[row.kind, row.id] = value
        self.late: set[Thing] = set()
        """What has changed at the server and was not sent yet."""

    def goes_on(self) -> str:
        """One thing happens; gives what."""
        self.clock.move(5)
        happens = self.chance.choice(
            [*[self.works] * 8, *[self.hears_verdicts] * 3, self.hears_rows, *[self.is_changed] * 4, self.is_unread]
        )
        happens()
        self.session.refresh()
        return happens.__name__

    def works(self) -> None:
        if self.session.task is None:
            self.session.open(LIST, "shift ended")
            return
        asked = self.session.prompt()
        if asked.choices and self.chance.random() < 0.8:
            self.session.answer(Choose(self.chance.choice(asked.choices).key))
        elif self.chance.random() < 0.7 and (asked.confirms or asked.expected):
            if asked.confirms:
                self.session.answer(Confirm())
            else:
                self.scans(self.chance.choice(asked.expected))
        elif self.chance.random() < 0.6:
            self.scans(self.chance.choice(TEXTS))
        else:
            self.session.answer(self.chance.choice(KEYS))

    def scans(self, text: str) -> None:
        self.session.scan(Reading(text, Carrier.WEDGE))

    def hears_verdicts(self) -> None:
        """On some of the acts; the rows that they changed come with them, or later."""
        pending = self.store.pending(self.chance.randint(1, 30))
        verdicts = [self._judged(seq, exact) for seq, exact in pending]
        if not verdicts:
            return
        rows = self._rows_to_send() if self.chance.random() < 0.7 else ()
        self.store.apply_answer(PushAnswer(verdicts[-1].seq, tuple(verdicts), self._page(rows)))

    def _judged(self, seq: int, exact: bytes) -> ActVerdict:
        self.position += 1
        outcome = self.chance.choice([*[Outcome.APPLIED] * 8, Outcome.REFUSED, Outcome.CONTESTED, Outcome.WAITING])
        act = decode_act(exact)
        if outcome is Outcome.APPLIED:
            for event in act.draft.events:
                for thing in touched(event):
                    self._becomes(thing, fold(self.truth.get(thing), event, thing, made_by(act)))
        refusal = refuse(GoodsCode.ALREADY_PICKED) if outcome is not Outcome.APPLIED else None
        return ActVerdict(seq, outcome, self.position, refusal)

    def _becomes(self, thing: Thing, value: Any) -> None:
        self.truth[thing] = value
        self.late.add(thing)

    def hears_rows(self) -> None:
        self.store.apply_changes(self._page(self._rows_to_send()))

    def _rows_to_send(self) -> tuple[Row, ...]:
        """Everything that has changed, or a part of it: a page may end anywhere."""
        late = sorted(self.late)
        sent = late if self.chance.random() < 0.7 else late[: len(late) // 2]
        self.late -= set(sent)
        self.position += 1
        return tuple(self._row(thing) for thing in sent)

    def _row(self, thing: Thing) -> Row:
        kind, name = thing
        return Row(kind, name, self.position, KINDS[kind].written(self.truth[thing]))

    def _page(self, rows: tuple[Row, ...]) -> Changes:
        return Changes(SERVER_EPOCH, {"MAIN": self.position, "*": self.position}, rows, more=False)

    def is_changed(self) -> None:
        """Something changes at the desk, or by other people."""
        change = self.chance.choice(
            [self._unit, self._unit, self._listed, self._listed, self._list, self._place, self._hold, self._other]
        )
        change()
        if self.chance.random() < 0.8:
            self.hears_rows()

    def _unit(self) -> None:
        thing = unit_row(self.chance.choice(UNITS).id)
        found: Unit = self.truth[thing]
        changes: dict[str, Any] = self.chance.choice(
            [
                {"place": self.chance.choice(PLACES).id},
                {"status": Status.QUARANTINE, "condition": Condition.DAMAGED, "place": "MAIN/QC-01"},
                {"status": Status.ALLOCATED, "document": LIST, "order": "SO-2025-1289"},
                {"status": Status.AVAILABLE, "document": None, "order": None, "condition": Condition.GOOD},
                {"status": Status.ALLOCATED, "document": OTHER.number, "order": OTHER.order},
                {"notes": "counted"},
            ]
        )
        self._becomes(thing, replace(found, **changes, changed_at=NOW))

    def _listed(self) -> None:
        """The desk names another unit, or names one no longer, or on another line."""
        found = self.chance.choice(UNITS)
        row: Listed = self.truth.get(listed_row(LIST, found.id)) or Listed(LIST, found.id)
        line = "2" if found.product == SENSOR.id else self.chance.choice("13") if row.picked is not None else "1"
        named = line != "3" and self.chance.random() < 0.7
        self._becomes(listed_row(LIST, found.id), replace(row, serial=found.serial, line=line, named=named))

    def _list(self) -> None:
        found: PickList = self.truth[document_row(LIST)]
        line = self.chance.choice(found.lines)
        changed = self.chance.choice(
            [
                replace(line, quantity=line.quantity + 1),
                replace(line, cancelled=not line.cancelled),
                replace(line, missing=(self.chance.choice(NAMED).id,) if not line.missing else (), short=0),
            ]
        )
        lines = tuple(changed if each.id == line.id else each for each in found.lines)
        whole: dict[str, Any] = self.chance.choice(
            [
                {"lines": lines},
                {"lines": lines},
                {"requirement": Requirement(calibrated=not found.requirement.calibrated)},
                {"status": DocumentStatus.IN_PROGRESS},
            ]
        )
        self._becomes(document_row(LIST), replace(found, **whole))

    def _place(self) -> None:
        thing = (RowKind.PLACE, self.chance.choice(PLACES[1:4]).id)
        found = self.truth[thing]
        changes: dict[str, Any] = self.chance.choice(
            [{"route": self.chance.randint(0, 9)}, {"pickable": not found.pickable}]
        )
        self._becomes(thing, replace(found, **changes))

    def _hold(self) -> None:
        held = self.chance.choice(UNITS)
        of: dict[str, Any] = self.chance.choice([{"units": (held.id,)}, {"product": held.product}])
        hold = Hold(f"H-{self.chance.randint(1, 2)}", HoldKind.QUALITY, "seal", open=self.chance.random() < 0.5, **of)
        self._becomes((RowKind.HOLD, hold.id), hold)

    def _other(self) -> None:
        """Another list reserves what this one might take."""
        reserved = tuple(each.id for each in self.chance.sample(STOCK, 2))
        lines = (replace(OTHER.lines[0], reserved=reserved),)
        self._becomes(document_row(OTHER.number), replace(OTHER, lines=lines))

    def is_unread(self) -> None:
        """A row comes that only a newer version understands: nothing is known of that thing until it comes again."""
        unknown: dict[RowKind, dict[str, Any]] = {
            RowKind.UNIT: {"status": "teleported"},
            RowKind.PLACE: {"kind": "orbit"},
            RowKind.LISTED: {"set_aside": {"status": "teleported"}},
        }
        of_kind = [each for each in self.truth if each[0] in unknown and each not in MASTERS]
        thing = self.chance.choice(sorted(of_kind))
        self.position += 1
        row = self._row(thing)
        body = dict(row.body)
        for name, value in unknown[thing[0]].items():
            body[name] = {**SET_ASIDE, **value} if isinstance(value, dict) else value
        before = self.store.count_unread()
        self.store.apply_changes(self._page((replace(row, body=body),)))
        assert self.store.count_unread() >= before
        self.late.add(thing)


SET_ASIDE = {"unit": NAMED[0].id, "from_place": "MAIN/A-15-03", "place": "MAIN/QC-01", "by": "sarah", "at": str(NOW)}


def pick_of(store: DeviceStore) -> Pick | None:
    """The list as its picker works on it."""
    found = store.pick_list(LIST)
    if found is None:
        return None
    book = store.book(found)
    world = store.load(PICK.needs(found, WORKING, book))
    world.places.update(book.places())
    pick: Pick = PICK.view(Job(world, found, book, store.device, SARAH.id, TODAY, WORKING))
    return pick


def seen_by(store: DeviceStore) -> dict[str, Any]:
    """All that a picker can see of the list, and all that is judged by."""
    pick = pick_of(store)
    if pick is None:
        return {}
    listing = pick.listing
    return {
        "list": pick.pick_list,
        "rows": {row.id: row for row in listing},
        "asked": listing.asked,
        "named": {line.id: list(named_by(listing, line.id)) for line in pick.pick_list.lines},
        "left": {line.id: list(listing.left_on(line.id)) for line in pick.pick_list.lines},
        "picked": list(listing.picked),
        "picked on": {line.id: list(listing.picked_on(line.id)) for line in pick.pick_list.lines},
        "set aside": list(listing.set_aside),
        "people": listing.people,
        "units": {row.unit: pick.unit(row.unit) for row in listing},
        "stops": [(stop.place, stop.product, list(stop.units)) for stop in pick.way.stops()],
        "barred": list(pick.barred.items()),
        "picked at": {place: set(units) for place, units in pick.route.picked_at.items() if units},
        "in cart": pick.in_cart,
        "to receive": pick.to_receive,
        "to replace": pick.replaceable,
        "undoable": pick.undoable,
        "items": list(all_items(pick)),
        "prompt": PICK.prompt(pick),
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_of_a_list_is_what_is_read_from_nothing(tmp_path: Path, seed: int) -> None:
    with new_store(tmp_path / "device", *UNITS, LISTED, *ON_IT, OTHER) as store:
        day = Day(store, Random(seed))
        happened = []
        for step in range(STEPS):
            happened.append(day.goes_on())
            kept = seen_by(store)
            if step % 2:
                continue
            shutil.rmtree(tmp_path / "copy", ignore_errors=True)
            shutil.copytree(tmp_path / "device", tmp_path / "copy")
            with DeviceStore.open(tmp_path / "copy") as again:
                fresh = seen_by(again)
            assert [name for name in kept if kept[name] != fresh.get(name)] == [], happened[-5:]
            assert kept.keys() == fresh.keys()
