"""Devices that ask every few seconds: who may, how few statements they cost, and how the answers are packed."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from backports import zstd
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.unit import Condition
from scantrail.protocol.digests import HEADER, digest_of
from scantrail.protocol.messages import Changes, PushAnswer, Seen
from scantrail.server.database.schema import devices
from scantrail.server.devices.register import revoke
from scantrail.server.devices.tokens import REMEMBERED_S, Tokens
from scantrail.server.http.app import create_app
from scantrail.server.http.feed_reader import FeedReader
from scantrail.server.ledger.feed import changes_after
from scantrail.server.ledger.shared_feed import FRESH_S, Ask, Look, SharedFeed
from tests.server.site import ServedSite, TestDevice, tell
from tests.support.clocks import Stopwatch
from tests.support.sql import statements
from tests.support.worlds import module


@pytest.fixture
def clock() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def http(served: ServedSite, clock: Stopwatch) -> Iterator[TestClient]:
    """A process of the server whose clock stands still."""
    with TestClient(create_app(served.database, lambda: served.now, monotonic=clock)) as client:
        yield client


def poll(http: TestClient, device: TestDevice, seen: str = "{}", **headers: str) -> Any:
    return http.get("/v1/changes", params={"seen": seen}, headers={**device.headers, **headers})


# Who may ask


def test_a_revoked_device_is_refused_by_every_process_within_a_fifth_of_a_second(
    served: ServedSite, http: TestClient, clock: Stopwatch
) -> None:
    device = served.device()
    with TestClient(create_app(served.database, lambda: served.now, monotonic=clock)) as another:
        for process in (http, another):
            assert poll(process, device).status_code == 200
        with served.database.writing() as connection:
            revoke(connection, device.name, served.now, at_once=False)
        clock.now += FRESH_S
        for process in (http, another):
            answered = poll(process, device)
            assert (answered.status_code, answered.json()["code"]) == (403, "revoked")


def test_a_token_that_ends_at_once_is_nobodys_within_a_fifth_of_a_second(
    served: ServedSite, http: TestClient, clock: Stopwatch
) -> None:
    device = served.device()
    assert poll(http, device).status_code == 200
    with served.database.writing() as connection:
        revoke(connection, device.name, served.now, at_once=True)
    clock.now += FRESH_S
    assert poll(http, device).status_code == 401


def test_what_else_a_revoked_device_asks_is_refused_at_once(served: ServedSite, http: TestClient) -> None:
    device = served.device()
    assert poll(http, device).status_code == 200
    with served.database.writing() as connection:
        revoke(connection, device.name, served.now, at_once=True)
    assert http.get("/v1/units", params={"serial": "x"}, headers=device.headers).status_code == 401


def test_a_device_that_enrols_again_asks_with_its_new_token_alone(
    served: ServedSite, http: TestClient, clock: Stopwatch
) -> None:
    before = served.device()
    assert poll(http, before).status_code == 200
    now = served.device()
    clock.now += FRESH_S
    assert [poll(http, each).status_code for each in (before, now)] == [401, 200]


def test_a_device_that_somebody_has_revoked_by_sql_is_refused_within_half_a_minute(
    served: ServedSite, http: TestClient, clock: Stopwatch
) -> None:
    device, other = served.device(), served.device("Scanner-06")
    assert poll(http, device).status_code == 200
    with served.database.writing() as connection:
        connection.execute(update(devices).where(devices.c.id == device.name).values(revoked=True))
    clock.now += REMEMBERED_S
    assert [poll(http, each).status_code for each in (device, other)] == [401, 200]


def test_what_is_remembered_of_tokens_is_read_again_for_all_of_them_at_once(served: ServedSite) -> None:
    clock = Stopwatch()
    tokens, known = Tokens(served.database, clock), [served.device(f"Scanner-{number:02}") for number in range(5)]
    for device in known:
        found = tokens.look_up(device.token, "v1")
        assert found is not None
        assert found.device.id == device.name
    clock.now += REMEMBERED_S
    with statements(served.database) as sent:
        assert tokens.look_up(known[0].token, "v1") is not None
        assert all(tokens.remembered(device.token, "v1") for device in known)
    assert len(sent) == 1


def test_a_token_that_is_nobodys_is_not_remembered(served: ServedSite) -> None:
    tokens = Tokens(served.database, Stopwatch())
    assert tokens.look_up("nobody's", "v1") is None
    assert tokens.remembered("nobody's", "v1") is None


# What it costs


def test_for_a_fifth_of_a_second_polls_that_bring_nothing_cost_no_statement_and_then_one(
    served: ServedSite, http: TestClient, clock: Stopwatch
) -> None:
    known = [served.device(f"Scanner-{number:02}") for number in range(5)]
    for device in known:
        everything = poll(http, device).json()
    seen = json.dumps({"cursor": everything["cursor"], "heads": everything["heads"]})
    with statements(served.database) as sent:
        for device in known:
            assert poll(http, device, seen).json()["rows"] == []
        assert sent == []
        clock.now += FRESH_S
        for device in known:
            assert poll(http, device, seen).json()["rows"] == []
        assert len(sent) == 1


class Slow(SharedFeed):
    """A feed whose looks are counted, and may fail."""

    def __init__(self, served: ServedSite, clock: Stopwatch) -> None:
        super().__init__(served.database, clock)
        self.looks: list[int] = []
        self.fails = False

    def read(self, asks: Sequence[Ask]) -> Look:
        self.looks.append(len(asks))
        if self.fails:
            raise OperationalError("SELECT", {}, Exception("server closed the connection"))
        return super().read(asks)


async def test_all_that_wait_while_the_database_is_looked_at_are_answered_by_the_next_look(
    served: ServedSite, clock: Stopwatch
) -> None:
    feed = Slow(served, clock)
    reader = FeedReader(feed)
    pages = await asyncio.gather(*(reader.page(Ask(Seen(), "MAIN"), as_of_now=True) for _device in range(10)))
    assert len({page.plain() for page in pages}) == 1
    assert sum(feed.looks) == 10
    assert len(feed.looks) <= 2
    assert (await reader.page(Ask(Seen(), "MAIN"))).plain() == pages[0].plain()
    assert sum(feed.looks) == 10, "and the next one from memory"


async def test_a_look_that_fails_fails_for_those_who_waited_for_it_alone(served: ServedSite, clock: Stopwatch) -> None:
    feed = Slow(served, clock)
    reader, feed.fails = FeedReader(feed), True
    failed = await asyncio.gather(
        *(reader.page(Ask(Seen(), "MAIN")) for _device in range(10)), reader.counters(), return_exceptions=True
    )
    assert {type(each) for each in failed} == {OperationalError}
    assert len(feed.looks) <= 2
    feed.fails = False
    assert (await reader.counters()).streams["MAIN"].position > 0
    assert from_plain(Changes, json.loads((await reader.page(Ask(Seen(), "MAIN"))).plain())).rows


async def test_one_that_has_gone_keeps_nobody_else_from_an_answer(served: ServedSite, clock: Stopwatch) -> None:
    reader = FeedReader(Slow(served, clock))
    gone = asyncio.create_task(reader.page(Ask(Seen(), "MAIN")))
    stays = asyncio.create_task(reader.page(Ask(Seen(), "MAIN")))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).plain()
    assert gone.cancelled()


# What is answered


UNPACK: dict[str, Callable[[bytes], bytes]] = {"zstd": zstd.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("takes", "packing"), [("zstd, gzip", "zstd"), ("gzip", "gzip"), ("identity", ""), ("br", ""), ("zstd;q=0", "")]
)
def test_a_page_is_packed_as_the_device_takes_it_and_its_digest_is_of_the_page_itself(
    served: ServedSite, http: TestClient, takes: str, packing: str
) -> None:
    device = served.device()
    with http.stream("GET", "/v1/changes", headers={**device.headers, "Accept-Encoding": takes}) as answered:
        sent = b"".join(answered.iter_raw())
    assert answered.headers.get("content-encoding", "") == packing
    page = UNPACK[packing](sent)
    assert answered.headers[HEADER] == digest_of(b"", page)
    with served.database.reading() as connection:
        assert from_plain(Changes, json.loads(page)) == changes_after(connection, Seen(), "MAIN")


def test_a_push_is_answered_packed_too_with_its_verdicts_and_the_servers_clock(
    served: ServedSite, http: TestClient
) -> None:
    device = served.device()
    device.record(ConditionStated(module(49).id, Condition.DAMAGED))
    before = device.push()
    device.record(ConditionStated(module(50).id, Condition.DAMAGED))
    again = device.post(device.batch(), **{"Accept-Encoding": "zstd"})
    assert again.headers["content-encoding"] == "zstd"
    said = json.loads(zstd.decompress(again.content) if again.content[:4] == b"(\xb5/\xfd" else again.content)
    assert [verdict["outcome"] for verdict in said["verdicts"]] == ["duplicate", "applied"]
    assert said["now"] == served.now.isoformat()
    assert [row["id"] for row in said["changes"]["rows"]] == [module(50).id]
    assert before.acknowledged + 1 == said["acknowledged"]


def test_a_push_is_answered_with_all_that_was_committed_before_it_however_fresh_memory_is(
    served: ServedSite, http: TestClient
) -> None:
    device, other = served.device(), served.device("Scanner-06")
    told = from_plain(Changes, poll(http, device).json())
    device.cursor, device.heads = told.cursor, told.heads
    other.record(ConditionStated(module(49).id, Condition.DAMAGED))
    other.push()
    device.record(ConditionStated(module(50).id, Condition.DAMAGED))
    push = json.dumps(to_plain(device.batch()))
    answered = from_plain(PushAnswer, http.post("/v1/push", content=push, headers=device.headers).json())
    assert [row.id for row in answered.changes.rows] == [module(49).id, module(50).id]


def test_a_large_page_is_the_same_as_its_rows_one_by_one(served: ServedSite, http: TestClient) -> None:
    device = served.device()
    with served.database.writing() as connection:
        tell(connection, "MAIN", [(RowKind.UNIT, module(number).id) for number in range(46, 51)])
    whole = poll(http, device).json()
    pages: list[dict[str, Any]] = [{"cursor": {}, "rows": [], "more": True}]
    while pages[-1]["more"]:
        params = {"seen": json.dumps({"cursor": pages[-1]["cursor"]}), "limit": "1"}
        pages.append(http.get("/v1/changes", params=params, headers=device.headers).json())
    assert [row for page in pages for row in page["rows"]] == whole["rows"]
    assert pages[-1]["cursor"] == whole["cursor"]


@pytest.mark.parametrize("limit", ["", "-1", "1.5", "many", "²", "1" * 9])
def test_a_limit_that_is_no_number_is_told_so(served: ServedSite, http: TestClient, limit: str) -> None:
    answered = http.get("/v1/changes", params={"limit": limit}, headers=served.device().headers)
    assert (answered.status_code, answered.json()["code"]) == (422, "garbled")
    assert "limit" in answered.json()["detail"]
