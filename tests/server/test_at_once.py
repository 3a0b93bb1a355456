"""Everything at once, on both engines: pushes, imports, followers, enrolments, and a process killed in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.plain import to_plain
from scantrail.domain.rules.refusals.goods import GoodsCode
from scantrail.domain.things.unit import Condition
from scantrail.interchange.importing import Outcome as Imported
from scantrail.interchange.importing import import_files
from scantrail.protocol.messages import MAX_BATCH, ActVerdict, Outcome
from scantrail.server.database.schema import events, feed, labels, log, streams, units
from scantrail.server.ledger.log import verify_chain
from scantrail.words import Message
from tests.server.site import ServedSite
from tests.server.test_feed import Follower
from tests.support.worlds import NOW, module

PATIENCE_S = 30
RECALL = {"id": "R-1", "kind": "recall", "reason": "capacitors", "product": "CM-500-STD"}
MANY = 6_000
"""Units of an import that is killed: more than it writes in one go."""

IMPORT_AND_STOP = """
import sys, time
from pathlib import Path
from scantrail.interchange.importing import import_files
from scantrail.server.database.instants import utc_now
from scantrail.server.migrations import ready

def told(done, total, what):
    if what.template == "units written" and done:
        print("halfway", flush=True)
        time.sleep(600)

import_files([Path(sys.argv[1])], ready(sys.argv[2]), utc_now(), told)
"""


def written(folder: Path, **kinds: list[dict[str, str]]) -> Path:
    path = folder / "rows.json"
    path.write_text(json.dumps(kinds))
    return path


def imported(served: ServedSite, file: Path, told: Callable[[int, int, Message], None]) -> Imported:
    outcome = import_files([file], served.database, NOW, told)
    assert outcome.is_right, [str(each) for each in outcome.problems]
    return outcome


def test_a_pick_that_comes_while_a_recall_is_being_imported_waits_for_it(served: ServedSite, tmp_path: Path) -> None:
    device = served.device()
    device.pick(46)
    verdicts: list[ActVerdict] = []
    pushing = threading.Thread(target=lambda: verdicts.extend(device.push().verdicts))

    def push_meanwhile(done: int, total: int, what: Message) -> None:
        if what.template == "units written":
            pushing.start()
            pushing.join(0.5)
            assert pushing.is_alive(), "it was judged before the recall was on record"

    imported(served, written(tmp_path, holds=[RECALL]), push_meanwhile)
    pushing.join(PATIENCE_S)
    assert [verdict.refusal and verdict.refusal.code for verdict in verdicts][2:] == [GoodsCode.HOLD]


def state_conditions(served: ServedSite, at: int) -> None:
    """A device's work: the condition of one unit after the other."""
    device = served.device(f"Scanner-{at:02d}")
    for turn in range(12):
        condition = (Condition.GOOD, Condition.DAMAGED)[turn % 2]
        device.record(ConditionStated(module(46 + (turn + at) % 5).id, condition))
        device.push(first=len(device.exacts))


def bring(served: ServedSite, folder: Path, at: int) -> None:
    """A desk's work: a unit and a hold with every import."""
    folder.mkdir()
    for turn in range(6):
        serial = f"CM500-2025-{100 + 10 * at + turn:04d}"
        row = {"product": "CM-500-STD", "serial": serial, "place": "MAIN/A-15-03"}
        hold = {"id": f"H-{at}", "kind": "legal", "reason": "suit", "lot": "L", "open": ("yes", "no")[turn % 2]}
        imported(served, written(folder, units=[row], holds=[hold]), lambda done, total, what: None)


def follow(follower: Follower, is_over: threading.Event) -> None:
    """Follow all the time, and to the end once there is one."""
    while not is_over.is_set():
        follower.pull()
    while follower.pull():
        pass


def test_followers_have_every_row_after_acts_and_imports_at_once(served: ServedSite, tmp_path: Path) -> None:
    followers, is_over = [Follower(served, limit) for limit in (1, 3, 500)], threading.Event()
    with ThreadPoolExecutor(8) as pool:
        following = [pool.submit(follow, each, is_over) for each in followers]
        working = [pool.submit(state_conditions, served, at) for at in range(3)]
        working += [pool.submit(bring, served, tmp_path / str(at), at) for at in range(2)]
        wait(working)
        is_over.set()
        for each in (*working, *following):
            each.result()
    for follower in followers:
        assert {name for kind, name in follower.rows if kind == RowKind.HOLD} == {"H-0", "H-1"}
        assert len([name for kind, name in follower.rows if kind == RowKind.UNIT]) == 5 + 12
        for unit in map(served.unit, range(46, 51)):
            assert follower.rows[RowKind.UNIT, unit.id].body == to_plain(unit)
    with served.database.reading() as connection:
        assert [verify_chain(connection, each) for each in ("*", "MAIN")] == [None, None]


def test_a_code_that_several_devices_use_at_once_enrols_one(served: ServedSite) -> None:
    device, code = served.device(), served.enrolment_code("Scanner-06")
    start = threading.Barrier(6)

    def enrol(_at: int) -> int:
        start.wait()
        return int(device.enrol(code).status_code)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(enrol, range(6))) == [200] + [403] * 5


def test_the_largest_batch_is_taken_whole(served: ServedSite) -> None:
    device = served.device()
    for turn in range(MAX_BATCH):
        device.record(ConditionStated(module(46 + turn % 5).id, (Condition.GOOD, Condition.DAMAGED)[turn % 2]))
    assert device.outcomes() == [Outcome.APPLIED] * MAX_BATCH
    assert device.outcomes() == [Outcome.DUPLICATE] * MAX_BATCH


def traces(served: ServedSite) -> list[int]:
    """What an import leaves behind."""
    with served.database.reading() as connection:
        counted = (units, labels, log, events, feed)
        found = [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in counted]
        return [*found, int(connection.execute(select(func.sum(streams.c.position))).scalar_one())]


@contextmanager
def halfway(served: ServedSite, file: Path) -> Iterator[None]:
    """While an import in a process of its own has written some units and committed nothing; at the end it is killed."""
    url = served.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", IMPORT_AND_STOP, str(file), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as importing:
        assert importing.stdout is not None
        try:
            assert importing.stdout.readline() == "halfway\n"
            yield
        finally:
            importing.kill()


def test_an_import_that_is_killed_leaves_nothing_and_can_be_done_again(served: ServedSite, tmp_path: Path) -> None:
    rows = [
        {"product": "CM-500-STD", "serial": f"CM500-{2000 + at // 9999}-{1 + at % 9999:04d}", "place": "MAIN/A-15-03"}
        for at in range(MANY)
    ]
    file = written(tmp_path, units=rows)
    device = served.device()
    device.pick(46)
    before = traces(served)
    with halfway(served, file):
        assert traces(served) == before
    assert device.outcomes()[-1] is Outcome.APPLIED
    assert traces(served)[:2] == before[:2]
    imported(served, file, lambda done, total, what: None)
    assert traces(served)[0] == before[0] + MANY
