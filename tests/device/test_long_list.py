"""On a list that names a thousand units: an undo, a contested pick, a take-over, a correction, a server put back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.facts.correcting.corrections import correction
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.engine import Database
from scantrail.server.ledger.log import SERVER_DEVICE, Dated
from scantrail.server.ledger.writing import writing
from scantrail.server.records.master import put_workers
from scantrail.server.records.units import units_by_id
from scantrail.workflows.base import AskUndo, Choose, Confirm, Tone
from scantrail.workflows.pick.items import AROUND
from tests.device.online import assert_list_agrees, served_site
from tests.device.test_two_devices import Picker, working
from tests.server.site import VERIFIER, ServedSite, tell
from tests.support.worlds import MIKE, SAM, SARAH, exact_line, named_on, pick_list, promised

LONG = "PL-2025-0100"
UNITS = [promised(number, document=LONG) for number in range(1000, 2000)]
LIST = pick_list(exact_line(*UNITS), number=LONG)


def served_with_the_list(folder: Path) -> ServedSite:
    """A server that has the list and its units, and a supervisor at the desk."""
    served, rows = served_site(folder), named_on(LIST, *UNITS)
    served.change(LIST, *UNITS, *rows)
    with served.database.writing() as connection:
        put_workers(connection, [SAM], {SAM.id: VERIFIER})
        tell(connection, GLOBAL_STREAM, [(RowKind.WORKER, SAM.id)])
        things = [(RowKind.DOCUMENT, LONG), *((RowKind.LISTED, row.id) for row in rows)]
        tell(connection, "MAIN", [*things, *((RowKind.UNIT, unit.id) for unit in UNITS)])
    return served


def on_record(served: ServedSite, unit: Unit) -> Unit:
    with served.database.reading() as connection:
        return units_by_id(connection, [unit.id])[unit.id]


def undo(picker: Picker, unit: Unit) -> None:
    """Take a pick back into its bin."""
    picker.session.answer(AskUndo())
    keys = {str(each.label): each.key for each in picker.session.prompt().choices}
    picker.session.answer(Choose(keys[unit.serial]))
    assert str(picker.scan("A-15-03").title) == "PICK UNDONE"


def correct(served: ServedSite, unit: Unit) -> None:
    """A person at the desk has found a picked unit in its bin."""
    row = served.listing(LONG).get(unit.id)
    told = correction(on_record(served, unit), unit.place, Status.AVAILABLE, served.pick_list(LONG), row)
    draft = Draft((told,), LONG, reason="found in its bin")
    with writing(served.database, "MAIN", served.now) as records:
        judgement = records.judged(draft, By(SAM.id, SERVER_DEVICE, served.now, Recorder.DESK))
        assert judgement.refusal is None
        records.record([Dated(draft, served.now, SAM.id)])
        records.put(judgement.changed)


async def test_both_sides_agree_on_every_unit_of_a_long_list_after_all_that_can_happen_to_it(tmp_path: Path) -> None:
    served = served_with_the_list(tmp_path)
    first, taken_back, gone, handed = UNITS[0], UNITS[1], UNITS[2], UNITS[500]
    async with (
        working(tmp_path, served, "Scanner-05", SARAH) as sarah,
        working(tmp_path, served, "Scanner-06", MIKE) as mike,
    ):
        for unit in (first, taken_back, handed):
            assert sarah.picks(LONG, unit.serial).tone is Tone.ACCEPTED
            sarah.session.answer(Confirm())
        undo(sarah, taken_back)
        await sarah.syncs()
        assert_list_agrees(sarah.device, served, LONG)
        assert [each.unit for each in served.listing(LONG).picked] == [first.id, handed.id]

        served.change(replace(gone, status=Status.QUARANTINE))
        assert sarah.scan(gone.serial).tone is Tone.ACCEPTED, "nobody can know yet"
        await sarah.syncs()
        (item,) = sarah.device.store.attention()
        assert item.refusal.code == GoodsCode.STATUS
        assert_list_agrees(sarah.device, served, LONG)
        asked = sarah.session.prompt()
        assert (asked.done, asked.total, len(asked.items)) == (2, 1000, 2 + AROUND)

        await mike.syncs()
        assert mike.session.open(LONG, reason="shift ended") is None
        assert str(mike.scan(handed.serial).title) == "HANDED OVER"
        await mike.syncs()
        await sarah.syncs()
        assert str(sarah.session.prompt().verb) == "LIST TAKEN OVER"

        correct(served, first)
        await mike.syncs()
        assert_list_agrees(mike.device, served, LONG)
        assert mike.device.store.unit(first.id) == on_record(served, first)
        assert [each.unit for each in mike.device.store.listing(LONG).picked] == [handed.id]

        served.database.close()
        shutil.copy(tmp_path / "server.db", tmp_path / "backup.db")
        mike.session.answer(Confirm())
        assert mike.picks(LONG, first.serial).tone is Tone.ACCEPTED
        await mike.syncs()
        put_back = ServedSite(Database(f"sqlite:///{tmp_path / 'backup.db'}"))
        mike.device.line.connect(put_back)
        await mike.syncs()
        assert_list_agrees(mike.device, put_back, LONG)
        assert {each.unit for each in put_back.listing(LONG).picked} == {handed.id, first.id}
        put_back.database.close()
