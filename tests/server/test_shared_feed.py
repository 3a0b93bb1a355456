"""The feed that many devices share: each is told what the database would tell it, and the database is asked seldom."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from backports import zstd
from sqlalchemy import delete, event, insert, select
from sqlalchemy.exc import OperationalError

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.listed import listed_id
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.domain.plain import from_plain
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import GLOBAL_STREAM, Changes, Outcome, Seen
from scantrail.server.administration import restored
from scantrail.server.database.schema import documents, feed, metadata
from scantrail.server.ledger.feed import changes_after, nothing_after
from scantrail.server.ledger.histories import CHECKED_S, MOST_LINKS, Links
from scantrail.server.ledger.kept_feed import KeptFeed
from scantrail.server.ledger.pages import Page
from scantrail.server.ledger.shared_feed import FRESH_S, Ask, SharedFeed
from tests.server.site import ServedSite, TestDevice, tell
from tests.support.clocks import Stopwatch
from tests.support.sql import statements
from tests.support.worlds import MIKE, module

Backup = dict[str, list[dict[str, Any]]]

ON_A_LIST = [(RowKind.LISTED, listed_id("PL-2025-0091", module(number).id)) for number in (46, 47, 48)]
"""The units on a list of MAIN, of which the devices of EAST are not told."""

NOTHING = Seen()
"""A device that has no rows yet."""


class Shared:
    """A shared feed over a served warehouse, with a clock that stands still."""

    def __init__(self, served: ServedSite) -> None:
        self.served = served
        self.clock = Stopwatch()
        self.feed = SharedFeed(served.database, self.clock)

    def ask(self, seen: Seen = NOTHING, site: str = "MAIN", limit: int = 500) -> Changes:
        """What a device is told: from memory, or from the database where memory cannot say."""
        ask = Ask(seen, site, limit)
        return changes_of(self.feed.page(ask) or self.feed.read([ask]).pages[0])

    def truth(self, seen: Seen = NOTHING, site: str = "MAIN", limit: int = 500) -> Changes:
        """What the database says by itself."""
        with self.served.database.reading() as connection:
            return changes_after(connection, seen, site, limit)

    def from_memory(self, seen: Seen = NOTHING, site: str = "MAIN", limit: int = 500) -> Changes | None:
        page = self.feed.page(Ask(seen, site, limit))
        return None if page is None else changes_of(page)


def changes_of(page: Page) -> Changes:
    return from_plain(Changes, json.loads(page.plain()))


@pytest.fixture
def shared(served: ServedSite) -> Shared:
    return Shared(served)


def damage(device: TestDevice, *numbers: int) -> None:
    """Send acts that change units of the main site."""
    first = len(device.exacts) + 1
    for number in numbers:
        device.record(ConditionStated(module(number).id, Condition.DAMAGED))
    device.push(first)


def seen_of(changes: Changes) -> Seen:
    return Seen(changes.cursor, changes.heads)


# What is told is what the database says


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_whatever_a_device_has_seen_it_is_told_what_the_database_says(shared: Shared, limit: int) -> None:
    chance = random.Random(limit)
    devices = [shared.served.device("Scanner-05"), shared.served.device("Scanner-06", MIKE.id)]
    followed = {site: Seen() for site in ("MAIN", "EAST")}
    for _turn in range(25):
        shared.clock.now += chance.choice([0.0, FRESH_S])
        numbers = [chance.randrange(46, 51) for _each in range(chance.randrange(4))]
        listed = chance.sample(ON_A_LIST, chance.randrange(4)) if chance.random() < 0.5 else []
        damage(chance.choice(devices), *numbers) if numbers else None
        with shared.served.database.writing() as connection:
            tell(connection, "MAIN", listed)
        if numbers or listed:
            shared.clock.now += FRESH_S
        for site, seen in followed.items():
            told = shared.ask(seen, site, limit)
            assert told == shared.truth(seen, site, limit)
            followed[site] = seen_of(told)
            cursor = {name: chance.randrange(position + 1) for name, position in told.cursor.items()}
            for heads in ({}, told.heads):
                assert settled(shared.ask(Seen(cursor, heads), site)) == settled(
                    shared.truth(Seen(cursor, heads), site)
                )


def test_a_page_passes_over_few_rows_that_its_device_is_not_told_of_and_the_next_goes_on_from_there(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shared.truth(site="EAST")
    monkeypatch.setattr("scantrail.server.ledger.kept_feed.MOST_UNTOLD", 2)
    first = shared.ask(site="EAST")
    assert first.more, "three units stand on a list of MAIN"
    second = shared.ask(seen_of(first), site="EAST")
    assert first.rows + second.rows == whole.rows
    assert (second.cursor, second.more) == (whole.cursor, False)


def settled(changes: Changes) -> Any:
    """A page without rows that a later one of the same page replaces."""
    return changes.server_epoch, changes.cursor, changes.more, changes.heads, {(r.kind, r.id): r for r in changes.rows}


@pytest.mark.parametrize(
    "seen",
    [
        Seen({"MAIN": 10**30}),
        Seen({"MAIN": -5}),
        Seen({"NOWHERE": 3}),
        Seen({"MAIN": 1}, {"MAIN": "1:"}),
        Seen({"MAIN": 1}, {"MAIN": "0:x"}),
        Seen({"MAIN": 1}, {"MAIN": "²:x"}),
        Seen({"MAIN": 1}, {"MAIN": "9" * 18 + ":x"}),
        Seen({"MAIN": 1}, {"NOWHERE": "1:x"}),
        Seen({"MAIN": 1}, {}, "Scanner-05", "e1", 10**30),
        Seen({"MAIN": 1}, {}, "nobody", "nowhere", 1),
        Seen({}, {}, "nobody", "nowhere", -1),
    ],
)
def test_a_device_that_says_what_cannot_be_is_answered_by_the_database(shared: Shared, seen: Seen) -> None:
    damage(shared.served.device(), 49)
    shared.ask()
    for _twice in range(2):
        assert shared.ask(seen) == shared.truth(seen)
    assert shared.ask() == shared.truth(), "and nobody else hears of it"


def test_a_revoked_device_is_told_nothing_and_left_to_ask_again(shared: Shared) -> None:
    seen = Seen({"MAIN": 3}, {"MAIN": "5:unknown"})
    (page,) = shared.feed.read([Ask(seen, "MAIN", is_leaving=True)]).pages
    with shared.served.database.reading() as connection:
        assert changes_of(page) == nothing_after(connection, seen, "MAIN")


def test_a_row_too_large_for_a_page_comes_with_the_next(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scantrail.server.ledger.kept_feed.PAGE_BYTES", 1)
    monkeypatch.setattr("scantrail.server.ledger.kept_feed.Room.__init__.__defaults__", (1,))
    pages = [shared.ask()]
    while pages[-1].more:
        pages.append(shared.ask(seen_of(pages[-1])))
    assert {len(page.rows) for page in pages} == {1}
    assert [row for page in pages for row in page.rows] == list(shared.truth().rows)


# How often the database is asked


def test_for_a_fifth_of_a_second_nobody_who_has_everything_costs_a_statement_and_then_one_does(shared: Shared) -> None:
    everything = seen_of(shared.ask())
    with statements(shared.served.database) as sent:
        for _device in range(5):
            assert shared.ask(everything).rows == ()
        assert sent == []
        shared.clock.now += FRESH_S
        for _device in range(5):
            assert shared.ask(everything).rows == ()
        assert len(sent) == 1


def test_rows_are_read_and_written_once_for_all_devices_of_a_site(shared: Shared) -> None:
    before = shared.ask()
    device = shared.served.device()
    damage(device, 47, 48, 49)
    shared.clock.now += FRESH_S
    ask = Ask(seen_of(before), "MAIN")
    shared.feed.read([ask])
    with statements(shared.served.database) as sent:
        again = shared.feed.page(ask)
    assert again is not None
    assert sent == []
    assert changes_of(again) == shared.truth(seen_of(before))
    whole = [shared.feed.page(Ask(Seen(), "MAIN")) for _device in range(2)]
    assert all(one is other for one, other in zip(*(page.texts for page in whole if page), strict=True))
    assert whole[0] is not None
    assert all(text.is_shared for text in whole[0].texts)


def test_devices_of_two_sites_have_the_same_rows_in_their_own_detail(shared: Shared) -> None:
    shared.feed.read([Ask(Seen(), "MAIN"), Ask(Seen(), "EAST")])
    with statements(shared.served.database) as sent:
        here, elsewhere = shared.from_memory(site="MAIN"), shared.from_memory(site="EAST")
    assert sent == []
    assert here == shared.truth(site="MAIN")
    assert elsewhere == shared.truth(site="EAST")
    assert here != elsewhere


def test_where_nothing_is_missing_in_memory_news_cost_one_look_for_all(shared: Shared) -> None:
    seen = seen_of(shared.ask())
    damage(shared.served.device(), 47, 48, 49)
    shared.clock.now += FRESH_S
    with statements(shared.served.database) as sent:
        told = [shared.ask(seen) for _device in range(10)]
    assert {len(each.rows) for each in told} == {3}
    assert len(sent) == 4, "counters, log, feed, units"


def test_what_another_process_has_told_a_device_is_known_without_a_look(shared: Shared) -> None:
    shared.ask()
    device, other, told = shared.served.device(), Shared(shared.served), list[Seen]()
    for number in (46, 47, 48):
        damage(device, number)
        other.clock.now += FRESH_S
        changes = other.ask()
        told.append(Seen(changes.cursor, changes.heads, device.name, device.epoch, len(told) + 1))
    shared.clock.now += FRESH_S
    shared.ask()
    with statements(shared.served.database) as sent:
        answers = [shared.ask(seen) for seen in told]
    assert sent == []
    assert answers == [shared.truth(seen) for seen in told]


# How old an answer may be


def test_news_come_after_a_fifth_of_a_second_at_the_latest(shared: Shared) -> None:
    seen = seen_of(shared.ask())
    damage(shared.served.device(), 49)
    shared.clock.now += FRESH_S / 2
    assert shared.ask(seen).rows == ()
    shared.clock.now += FRESH_S / 2
    assert [row.id for row in shared.ask(seen).rows] == [module(49).id]


def test_a_device_that_has_seen_more_than_memory_is_not_taken_for_one_of_another_history(shared: Shared) -> None:
    shared.ask()
    device = shared.served.device()
    damage(device, 49)
    further = shared.truth()
    seen = Seen(further.cursor, further.heads, device.name, device.epoch, 1)
    assert shared.ask(seen) == shared.truth(seen)
    assert shared.ask(seen).cursor == further.cursor


def test_a_push_is_answered_with_what_it_has_changed_itself(served: ServedSite) -> None:
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED))
    told = Shared(served).truth()
    device.cursor, device.heads = told.cursor, told.heads
    answer = device.push()
    assert [row.id for row in answer.changes.rows] == [module(49).id]


# A backup is put back while the process goes on


def backup_of(served: ServedSite) -> Backup:
    with served.database.reading() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def put_back(served: ServedSite, backup: Backup) -> None:
    with served.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table in metadata.sorted_tables:
            if backup[table.name]:
                connection.execute(insert(table), backup[table.name])


def test_another_epoch_is_told_with_the_next_look(shared: Shared) -> None:
    before = shared.ask()
    restored(shared.served.database, shared.served.now)
    shared.clock.now += FRESH_S
    after = shared.ask(seen_of(before))
    assert after.server_epoch != before.server_epoch
    assert after == shared.truth(seen_of(before))


@pytest.mark.parametrize("acts_since", [0, 1, 2, 6])
def test_a_backup_that_was_put_back_is_noticed_however_far_it_has_come(shared: Shared, acts_since: int) -> None:
    device = shared.served.device()
    other = shared.served.device("Scanner-06", MIKE.id)
    backup = backup_of(shared.served)
    damage(device, 49, 50)
    told = shared.ask()
    seen = Seen(told.cursor, told.heads, device.name, device.epoch, 2)
    put_back(shared.served, backup)
    if acts_since:
        damage(other, *([46] * acts_since))
    shared.clock.now += FRESH_S
    assert shared.ask(seen).cursor == {}
    assert shared.ask(Seen()) == shared.truth(), "and no row of before is told any more"


def test_a_backup_that_lacks_nothing_but_acts_that_waited_is_noticed_in_time(shared: Shared) -> None:
    served = shared.served
    with served.database.writing() as connection:
        connection.execute(delete(documents))
        connection.execute(delete(feed).where(feed.c.kind == RowKind.DOCUMENT))
    device, other, third = served.device(), served.device("Scanner-06", MIKE.id), served.device("Scanner-07")
    backup = backup_of(served)
    waits(device)
    told = shared.ask()
    seen = Seen(told.cursor, told.heads, device.name, device.epoch, 1)
    assert shared.ask(seen).cursor == told.cursor
    put_back(served, backup)
    waits(other)
    damage(third, 46, 47, 48)
    shared.clock.now += FRESH_S
    assert shared.ask(seen).cursor, "neither counters nor the log tell it"
    shared.clock.now += CHECKED_S
    assert shared.ask(seen).cursor == {}


def waits(device: TestDevice) -> None:
    """Send an act about a list that is not here yet."""
    device.record(PlaceConfirmed("PL-2025-0091", "MAIN/A-15-03"), document="PL-2025-0091")
    assert [verdict.outcome for verdict in device.push().verdicts] == [Outcome.WAITING]


def test_links_tell_the_entry_at_every_position_they_reach_back_to() -> None:
    links = Links(10, "ten").and_then([(12, "twelve"), (15, "fifteen")])
    assert [links.at(position) for position in (9, 10, 11, 12, 14, 15, 99)] == [
        None,
        "ten",
        "ten",
        "twelve",
        "twelve",
        "fifteen",
        "fifteen",
    ]
    many = links.and_then([(100 + each, str(each)) for each in range(MOST_LINKS)])
    assert many.at(15) == "fifteen"
    assert many.at(14) is None
    assert many.last == (99 + MOST_LINKS, str(MOST_LINKS - 1))


def test_a_log_that_has_grown_by_very_much_is_followed_all_the_same(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scantrail.server.ledger.histories.MOST_LINKS", 2)
    seen = seen_of(shared.ask())
    damage(shared.served.device(), 46, 47, 48, 49)
    shared.clock.now += FRESH_S
    assert shared.ask(seen) == shared.truth(seen)
    assert len(shared.ask(seen).rows) == 4


# Memory


def test_what_lies_furthest_back_is_given_up_and_read_again_when_somebody_asks(shared: Shared) -> None:
    shared.feed._kept = KeptFeed(most_bytes=4_000)
    for seen in (Seen(), Seen({GLOBAL_STREAM: 3}), Seen({"MAIN": 9}), Seen()):
        assert shared.ask(seen) == shared.truth(seen)
        assert sum(kept.size for kept in shared.feed._kept.streams.values()) <= 4_000


def test_a_row_that_has_moved_on_is_told_once(shared: Shared) -> None:
    device = shared.served.device()
    before = seen_of(shared.ask())
    for _time in range(5):
        damage(device, 49)
        shared.clock.now += FRESH_S
        shared.ask(before)
    assert [row.id for row in shared.ask(before).rows] == [module(49).id]


def test_rows_without_end_are_kept_in_few_segments(shared: Shared) -> None:
    before = seen_of(shared.ask())
    device = shared.served.device()
    for turn in range(30):
        damage(device, 46 + turn % 5)
        shared.clock.now += FRESH_S
        shared.ask(before)
    assert len(shared.feed._kept.streams["MAIN"].segments) == 1


def test_acts_that_change_nothing_move_the_cursor_on(shared: Shared) -> None:
    before = shared.ask()
    device = shared.served.device()
    device.record(reading="?", refusal=refuse(ScanCode.UNKNOWN_CODE, wanted="?"))
    device.push()
    shared.clock.now += FRESH_S
    after = shared.ask(seen_of(before))
    assert after == shared.truth(seen_of(before))
    assert after.cursor["MAIN"] > before.cursor["MAIN"]


def test_a_look_that_fails_leaves_what_was_known_as_it_was(shared: Shared) -> None:
    seen = seen_of(shared.ask())
    damage(shared.served.device(), 49)
    shared.clock.now += FRESH_S

    def fail(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FROM units" in statement:
            raise OperationalError(statement, {}, Exception("server closed the connection"))

    event.listen(shared.served.database.engine, "before_cursor_execute", fail)
    with pytest.raises(OperationalError):
        shared.ask(seen)
    event.remove(shared.served.database.engine, "before_cursor_execute", fail)
    assert shared.ask(seen) == shared.truth(seen)


# Packed


def test_a_page_is_packed_into_frames_that_unpack_to_the_same_bytes(shared: Shared) -> None:
    with shared.served.database.writing() as connection:
        for _more in range(3):
            tell(connection, "MAIN", [(RowKind.UNIT, module(number).id) for number in range(46, 51)])
    page = shared.feed.read([Ask(Seen(), "MAIN")]).pages[0].within(b'{"changes":', b"}")
    assert zstd.decompress(page.packed()) == page.plain()
    assert abs(page.size - len(page.plain())) <= len(page.texts)
    json.loads(page.plain())
