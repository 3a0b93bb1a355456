"""What a scan costs on the device: no more on a list of thousands of units than on one of ten."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import scantrail
from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import ActVerdict, Outcome, PushAnswer
from scantrail.workflows.base import Confirm, Tone
from tests.support.devices import FakeClock, changes_of, new_store
from tests.support.worlds import MODULE, SARAH, any_line, exact_line, module, named_on, pick_list, promised

OURS = str(Path(scantrail.__file__).parent)
FEW, MANY = 200, 2_000
BINS = ("MAIN/A-15-03", "MAIN/A-15-04", "MAIN/B-02-01")


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How often each of our functions is called meanwhile; each step of a generator counts as well."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            calls[f"{frame.f_code.co_filename.removeprefix(OURS)}:{frame.f_code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


class Picker:
    """Sarah in the middle of a list."""

    def __init__(self, store: DeviceStore, units: list[Unit], number: str) -> None:
        self.store, self.units, self.number, self.clock = store, units, number, FakeClock()
        self.session = Session(store, self.clock)
        self.session.start(SARAH, offline=False)
        self.position = 1
        assert self.session.open(number) is None
        self.scan("A-15-03")
        self.scan("CM-500-STD")

    def scan(self, text: str) -> None:
        self.clock.move(5)
        verdict = self.session.scan(Reading(text, Carrier.WEDGE))
        assert verdict is not None
        assert verdict.tone is Tone.ACCEPTED, verdict
        self.session.prompt()

    def picks_one(self) -> None:
        """Scan, prompt, its condition, prompt, and what the server says of it."""
        unit = self.units.pop(0)
        self.scan(unit.serial)
        self.clock.move(5)
        self.session.answer(Confirm())
        self.session.prompt()
        self.hears(unit)

    def hears(self, unit: Unit) -> None:
        pending = self.store.pending(100)
        self.position += 10
        verdicts = tuple(ActVerdict(seq, Outcome.APPLIED, self.position) for seq, _ in pending)
        listed, rows = self.store.pick_list(self.number), self.store.listed(self.number, [unit.id])
        changes = changes_of((listed, *rows, self.store.unit(unit.id)), self.position)
        self.store.apply_answer(PushAnswer(pending[-1][0], verdicts, changes))
        self.session.refresh()
        self.session.prompt()


def on_one_line(folder: Path, count: int, beside: tuple[PickLine, ...] = (), spread: bool = False) -> Picker:
    """A picker with a list that names so many units, all in one bin or spread over three."""
    units = [promised(at, place=BINS[at % 3] if spread else BINS[0]) for at in range(1, count + 1)]
    listed = pick_list(exact_line(*units), *beside)
    stock = [module(number) for number in range(9_900, 9_905)]
    store = new_store(folder, *units, *stock, listed, *named_on(listed, *units))
    return Picker(store, [unit for unit in units if unit.place == BINS[0]], listed.number)


Does = Callable[[Picker], None]


def calls_of(picker: Picker, does: Does) -> Counter[str]:
    """What one round costs, after one that has read what is read once."""
    does(picker)
    with counted() as calls:
        does(picker)
    picker.store.close()
    return calls


ANY = (any_line(MODULE, 3, line="2"),)


@pytest.mark.parametrize(
    ("beside", "spread"), [((), False), (ANY, False), ((), True)], ids=["named", "with any beside", "in three bins"]
)
def test_the_work_of_a_scan_does_not_grow_with_the_list(
    tmp_path: Path, beside: tuple[PickLine, ...], spread: bool
) -> None:
    few, many = (
        calls_of(on_one_line(tmp_path / str(count), count, beside, spread), Picker.picks_one) for count in (FEW, MANY)
    )
    grown = {name: (few[name], count) for name, count in many.items() if count > few[name] + 20}
    assert many.total() <= 1.2 * few.total(), grown


def of_any(folder: Path, count: int) -> Picker:
    """A picker with a list that wants so many of any unit of a product."""
    units = [module(at) for at in range(1, count + 1)]
    listed = pick_list(any_line(MODULE, count))
    return Picker(new_store(folder, *units, listed), units, listed.number)


def test_nor_with_how_many_of_any_unit_it_wants(tmp_path: Path) -> None:
    few, many = (calls_of(of_any(tmp_path / str(count), count), Picker.picks_one) for count in (FEW, MANY))
    grown = {name: (few[name], count) for name, count in many.items() if count > few[name] + 20}
    assert many.total() <= 1.2 * few.total(), grown
