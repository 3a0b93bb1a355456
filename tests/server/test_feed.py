"""The change feed while the warehouse works: what a device has after following it is what the server has."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.plain import to_plain
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import GLOBAL_STREAM, Row, Seen
from scantrail.server.ledger.feed import changes_after
from tests.server.site import ServedSite, tell
from tests.support.worlds import module


class Follower:
    """Keeps the newest row of each thing, as a device does."""

    def __init__(self, served: ServedSite, limit: int) -> None:
        self.served, self.limit = served, limit
        self.cursor: dict[str, int] = {}
        self.rows: dict[tuple[RowKind, str], Row] = {}

    def pull(self) -> bool:
        """Take one page; gives whether there is another."""
        with self.served.database.reading() as connection:
            changes = changes_after(connection, Seen(self.cursor), "MAIN", self.limit)
        for row in changes.rows:
            assert row.position > self.cursor.get("MAIN", 0) or row.kind != RowKind.UNIT
            self.rows[row.kind, row.id] = row
        self.cursor = changes.cursor
        return changes.more


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_rows_that_change_between_two_pages_arrive_in_their_last_state(served: ServedSite, limit: int) -> None:
    device, follower = served.device(), Follower(served, limit)
    while follower.pull():
        if len(device.exacts) < 12:
            device.record(ConditionStated(module(46 + len(device.exacts) % 5).id, Condition.DAMAGED))
            device.push(first=len(device.exacts))
    for number in range(46, 51):
        unit = served.unit(number)
        assert follower.rows[RowKind.UNIT, unit.id].body == to_plain(unit)


def test_acts_that_change_no_row_move_the_cursor_on(served: ServedSite) -> None:
    device, follower = served.device(), Follower(served, 500)
    follower.pull()
    before = follower.cursor["MAIN"]
    device.record(reading="?", refusal=refuse(ScanCode.UNKNOWN_CODE, wanted="?"))
    (verdict,) = device.push().verdicts
    assert not follower.pull()
    assert follower.cursor["MAIN"] == verdict.position > before


def test_asking_when_nothing_has_changed_costs_two_queries(served: ServedSite) -> None:
    follower = Follower(served, 500)
    follower.pull()
    statements: list[Any] = []
    event.listen(served.database.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    follower.pull()
    assert len([each for each in statements if each.startswith("SELECT")]) == 2


@pytest.mark.parametrize("told", ["1:", "0:x", "-1:", "²:x", "x", "", "9" * 30 + ":x", "9999999:x"])
def test_whoever_has_followed_another_history_reaches_nothing(served: ServedSite, told: str) -> None:
    with served.database.reading() as connection:
        changes = changes_after(connection, Seen({"MAIN": 1}, {"MAIN": told}), "MAIN")
    assert (changes.cursor, changes.rows, changes.more) == ({}, (), False)


@pytest.mark.parametrize(("told", "epoch", "is_here"), [(1, "e1", True), (2, "e1", False), (1, "e2", False)])
def test_whoever_was_told_of_more_acts_than_are_here_reaches_nothing(
    served: ServedSite, told: int, epoch: str, *, is_here: bool
) -> None:
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED))
    answer = device.push()
    seen = Seen(answer.changes.cursor, answer.changes.heads, device.name, epoch, told)
    with served.database.reading() as connection:
        changes = changes_after(connection, seen, "MAIN")
    assert changes.cursor == (answer.changes.cursor if is_here else {})


def test_the_entry_that_was_told_is_known_again_however_far_the_log_has_come(served: ServedSite) -> None:
    with served.database.reading() as connection:
        before = changes_after(connection, Seen(), "MAIN")
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED))
    device.push()
    with served.database.reading() as connection:
        after = changes_after(connection, Seen(before.cursor, before.heads), "MAIN")
    assert [row.id for row in after.rows] == [module(49).id]
    assert after.heads["MAIN"] != before.heads["MAIN"]


def test_a_stream_without_any_log_is_known_again_too(served: ServedSite) -> None:
    with served.database.reading() as connection:
        before = changes_after(connection, Seen(), "MAIN")
    with served.database.writing() as connection:
        tell(connection, GLOBAL_STREAM, [(RowKind.SITE, "MAIN")])
    with served.database.reading() as connection:
        after = changes_after(connection, Seen(before.cursor, before.heads), "MAIN")
    assert [row.kind for row in after.rows] == [RowKind.SITE]
