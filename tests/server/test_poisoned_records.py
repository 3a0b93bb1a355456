"""Records of a stolen device, made to stop others: each is told once and holds up nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import Table, select, text
from sqlalchemy.exc import DBAPIError

from scantrail.domain.acts.refusals import ActCode
from scantrail.domain.documents.listed import listed_id
from scantrail.domain.facts.attention import AttentionSettled
from scantrail.domain.facts.picking.events import BinFoundEmpty
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.facts.work.events import CheckConfirmed, TaskTaken
from scantrail.domain.plain import from_plain
from scantrail.protocol.limits import ACT, MOST_EVENTS
from scantrail.protocol.messages import Changes, Outcome
from scantrail.server.database.engine import is_servers_trouble
from scantrail.server.database.schema import alarms, documents, units
from scantrail.server.database.schema import listed as on_lists
from scantrail.server.ledger import feed, kept_feed
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import MODULE, SARAH, module

LIST = "PL-2025-0091"


def record_bytes(device: TestDevice, **changed: Any) -> None:
    """Record an act whose JSON has other fields than any device writes."""
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    data = json.loads(device.exacts[-1].decode()) | changed
    device.exacts[-1] = json.dumps(data).encode()


def told_once(served: ServedSite, device: TestDevice) -> None:
    """The poisoned record is refused for good, the next one applies, and sent again it is a duplicate."""
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    answer = device.push()
    assert [each.outcome for each in answer.verdicts] == [Outcome.REFUSED, Outcome.APPLIED]
    refusal = answer.verdicts[0].refusal
    assert refusal is not None
    assert refusal.code == ActCode.UNREADABLE
    assert device.outcomes() == [Outcome.DUPLICATE] * 2
    with served.database.reading() as connection:
        rows = connection.execute(select(alarms.c.kind, alarms.c.detail)).all()
    assert [row.kind for row in rows] == ["dead_letter"]
    assert len(rows[0].detail) < 2_000, "what is kept of a fault does not grow with the record"


POISON: list[dict[str, Any]] = [
    {"events": [{"type": ["WorkerSignedIn"]}]},
    {"events": [{"type": {}}]},
    {"events": [["WorkerSignedIn"]]},
    {"events": [{"type": "AttentionSettled", "device": "d", "epoch": "e", "seq": 1, "unit": "\U0001f4e6" * 3_000}]},
    {"events": [{"type": "AttentionSettled", "device": "d", "epoch": "e", "seq": 10**30}]},
    {"events": [{"type": "AttentionSettled", "device": "nul\x00", "epoch": "\ud800", "seq": 1}]},
    {"events": [{"type": "WorkerSignedIn", "worker": SARAH.id, "offline": False}] * (MOST_EVENTS + 1)},
    {"document": "\ud800"},
    {"note": "x" * 10_000},
    {"note": "x" * ACT.bytes},
    {"versions": {"\x00": 1}},
    {"grant": {"worker": "\x00"}},
    {"seq": float("nan")},
    {"photos": json.loads("[" * 500 + "]" * 500)},
    {"events": 5},
    {"times": {"wall": "2025-01-31T08:00:00+00:00", "boot": "b", "mono_ms": 10**400}},
]


@pytest.mark.parametrize("changed", POISON, ids=[f"{next(iter(each))}-{at}" for at, each in enumerate(POISON)])
def test_a_poisoned_record_is_told_once_and_stops_no_other(served: ServedSite, changed: dict[str, Any]) -> None:
    device = served.device()
    record_bytes(device, **changed)
    told_once(served, device)


@pytest.mark.parametrize("exact", [b"[" * 100_000, b'{"v":1,"x":' + b'{"x":' * 5_000, b"[[]," * 60_000, b'"', b""])
def test_bytes_that_are_no_record_are_told_once(served: ServedSite, exact: bytes) -> None:
    device = served.device()
    device.exacts.append(exact)
    told_once(served, device)


@pytest.mark.parametrize("unit", ["x" * 201, "\U0001f4e6" * 700])
def test_a_text_that_no_index_takes_never_reaches_the_database(served: ServedSite, unit: str) -> None:
    device = served.device()
    device.record(AttentionSettled("Scanner-05", "e1", 1, unit))
    told_once(served, device)


def test_bins_and_items_reported_without_end_make_no_row_grow_without_end(served: ServedSite) -> None:
    device = served.device()
    device.record(TaskTaken(LIST), document=LIST)
    same = [BinFoundEmpty(LIST, "MAIN/A-15-04", MODULE.id)] * MOST_EVENTS
    device.record(*same, document=LIST, reason="bin empty")
    made_up = [str(at) for at in range(MOST_EVENTS)]
    places = [BinFoundEmpty(LIST, f"MAIN/{name}", MODULE.id) for name in made_up]
    device.record(*places, document=LIST, reason="bin empty")
    device.record(*(CheckConfirmed(LIST, name) for name in made_up), document=LIST)
    assert device.outcomes() == [Outcome.APPLIED, Outcome.APPLIED, Outcome.REFUSED, Outcome.CONTESTED]
    listed = served.pick_list()
    assert (listed.empty_bins, listed.checks) == (("MAIN/A-15-04",), ())


def test_a_page_of_changes_is_cut_by_its_bytes_too(served: ServedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    for reader in (feed, kept_feed):
        monkeypatch.setattr(reader, "PAGE_BYTES", 700)
    device = served.device()
    seen: dict[str, int] = {}
    found: list[Changes] = []
    while not found or found[-1].more:
        query = {"seen": json.dumps({"cursor": seen})}
        found.append(from_plain(Changes, served.http.get("/v1/changes", params=query, headers=device.headers).json()))
        seen = found[-1].cursor
    rows = [(row.kind, row.id) for page in found for row in page.rows]
    assert len(found) >= 5
    assert len(rows) == len(set(rows))
    monkeypatch.undo()
    whole = from_plain(Changes, served.http.get("/v1/changes", headers=device.headers).json())
    assert rows == [(row.kind, row.id) for row in whole.rows]
    sizes = [[len(json.dumps(row.body)) for row in page.rows] for page in found]
    assert all(len(page) == 1 or sum(page) < 1_000 for page in sizes)


@pytest.mark.parametrize(
    ("error", "is_servers"),
    [
        (errors.ReadOnlySqlTransaction, True),
        (errors.AdminShutdown, True),
        (errors.CannotConnectNow, True),
        (errors.TooManyConnections, True),
        (errors.DiskFull, True),
        (errors.LockNotAvailable, True),
        (errors.QueryCanceled, True),
        (errors.SerializationFailure, True),
        (errors.DeadlockDetected, True),
        (errors.DuplicatePreparedStatement, True),
        (errors.UndefinedTable, True),
        (errors.IndexCorrupted, True),
        (errors.ProgramLimitExceeded, False),
        (errors.CharacterNotInRepertoire, False),
        (errors.NumericValueOutOfRange, False),
        (errors.UniqueViolation, False),
    ],
)
def test_whose_trouble_a_failure_is_is_known_by_its_sqlstate(error: type[errors.Error], is_servers: bool) -> None:
    raised = DBAPIError.instance("INSERT", None, error("why"), errors.Error)
    assert is_servers_trouble(raised) is is_servers


@pytest.mark.parametrize(
    ("table", "wanted", "before"),
    [(documents, LIST, 0), (units, module(46).id, 2), (on_lists, listed_id(LIST, module(46).id), 2)],
    ids=["the list", "the unit", "the unit on the list"],
)
def test_a_row_that_cannot_be_read_makes_no_record_a_dead_letter(
    served: ServedSite, table: Table, wanted: str, before: int
) -> None:
    """`before` are the records of the pick that do not need that row."""
    device = served.device()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.push()
    device.record(WorkerSignedIn(SARAH.id, offline=False))
    device.pick(46)
    row = table.c.id == wanted
    with served.database.writing() as connection:
        body = connection.execute(select(table.c.body).where(row)).scalar_one()
        connection.execute(table.update().where(row).values(body="{"))
    left = 3 - before
    assert device.outcomes(first=2) == [Outcome.APPLIED] * (1 + before) + [Outcome.RETRY] * left
    with served.database.writing() as connection:
        connection.execute(table.update().where(row).values(body=body))
        assert connection.execute(text("SELECT count(*) FROM alarms")).scalar_one() == 0
    assert device.outcomes(first=3 + before) == [Outcome.APPLIED] * left
    assert served.unit(46).document == LIST
