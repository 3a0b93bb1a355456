"""A server, or what stands before it, that answers wrongly on purpose: a sentence, a later try, and no record lost."""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from scantrail.device.exchange.sync import MISTAKE
from scantrail.device.identity.sign_in import SignIn, SignInRefused
from scantrail.device.session import Session
from scantrail.device.store import DeviceStore
from scantrail.device.transport import Offline, Refused, server
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.domain.things.unit import Condition
from scantrail.handheld.pages.facts import history_lines
from scantrail.protocol.link import Link
from scantrail.protocol.outbox import LONGEST_ASKED_PAUSE_S, pause_before
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.records.master import put_sites
from scantrail.words import say
from tests.device.events import LIST
from tests.device.online import Fault, OnlineDevice, Streamed, online_device, said, served_site
from tests.server.site import PIN, ServedSite, tell
from tests.support.devices import FakeClock, changes_of, new_store
from tests.support.worlds import SARAH, SITE, exact_line, module, named_on, pick_list, promised

UNIT = promised(46)
TRIES = 10
"""Wrong answers of each kind."""

JUNK: list[Any] = [
    None, True, -1, 0, 2**63, -(2**63) - 1, 10**400, 1e308, float("nan"), float("inf"), "", "\ud800", "x" * 5_000,
    "\x1b[2J\x00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-01-31", "Mars/Olympus", "applied",
    [], {}, [[]], ["x", 7], {"x": 7}, json.loads("[" * 40 + "]" * 40),
]  # fmt: skip
"""Values that some reader of JSON trips over."""


@dataclass(frozen=True)
class Harm:
    """What is done to an answer: at a place in it, counted round, a value is put, taken away or doubled."""

    place: int
    how: str
    value: Any = None

    def done_to(self, answer: Any) -> Any:
        changed = copy.deepcopy(answer)
        places = list(_places(changed))
        holder, key = places[self.place % len(places)]
        if self.how == "gone":
            del holder[key]
        elif self.how == "twice" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = self.value
        return changed


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in plain data, as what holds it and its key."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in pairs:
        yield data, key
        yield from _places(inner)


HARMS = st.builds(Harm, st.integers(0, 2_000), st.sampled_from(["gone", "twice", "put", "put"]), st.sampled_from(JUNK))


async def push(device: OnlineDevice) -> str:
    device.hand.does(PlaceConfirmed(LIST, UNIT.place), document=LIST)
    return await exchanged(device)


async def exchanged(device: OnlineDevice) -> str:
    state = await device.sync.now()
    return "" if state.link is Link.ONLINE else say(state.reason)


async def anew(device: OnlineDevice) -> str:
    device.store.resend_from(0)
    return await exchanged(device)


async def numbers(device: OnlineDevice) -> str:
    site = device.store.site_row
    assert site is not None
    assert site.sscc_series is not None
    device.store.numbers.take(site.sscc_series, device.store.numbers.left(site.sscc_series).left)
    return await exchanged(device)


async def sign_in(device: OnlineDevice) -> str:
    try:
        await SignIn(device.store, device.server, device.hand.clock).sign_in(SARAH.badge, PIN)
    except SignInRefused as refused:
        return str(refused)
    return ""


async def timeline(device: OnlineDevice) -> str:
    try:
        body = await device.server.timeline(UNIT.id)
    except (Offline, Refused) as error:
        return str(error)
    device.store.keeping.put_history(UNIT.id, body, device.hand.clock.now().wall)
    kept = device.store.keeping.history(UNIT.id)
    assert kept is not None
    history_lines(kept.body, 40, SITE.time_zone)
    return ""


async def lacking(device: OnlineDevice) -> str:
    device.sync.photos.ask_again()
    await device.sync.photos.now()
    return ""


KINDS: dict[str, tuple[str, Callable[[OnlineDevice], Coroutine[Any, Any, str]]]] = {
    "push": ("/v1/push", push),
    "changes": ("/v1/changes", anew),
    "snapshot": ("/v1/snapshot", anew),
    "numbers": ("/v1/numbers", numbers),
    "sign-in": ("/v1/sign-in", sign_in),
    "timeline": (f"/v1/units/{UNIT.id}/timeline", timeline),
    "lacking photos": ("/v1/photos/lacking", lacking),
}


def harmed(path: str, change: Callable[[Any], Any]) -> Fault:
    async def fault(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if request.url.path != path:
            return response
        answer = json.loads(await response.aread())
        return said(request, json.dumps(change(answer)).encode(), response.status_code)

    return fault


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    """A server whose site numbers cartons, and that has a snapshot ready."""
    site = served_site(tmp_path)
    with site.database.writing() as connection:
        put_sites(connection, [replace(SITE, company_prefix="9521234")])
        tell(connection, "MAIN", [(RowKind.SITE, "MAIN")])
    snapshots = Snapshots(site.database, tmp_path / "snapshots", smallest=1)
    snapshots.write("MAIN")
    application: Any = site.http.app
    application.state.snapshots = snapshots
    return site


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_of_a_hostile_server_ends_the_program_or_harms_a_record(
    tmp_path: Path, served: ServedSite, kind: str
) -> None:
    path, asks = KINDS[kind]
    with asyncio.Runner() as runner:
        device = runner.run(online_device(tmp_path, served))
        runner.run(device.sync.now())
        device.picks(UNIT)
        runner.run(device.sync.now())

        @settings(max_examples=TRIES)
        @given(HARMS)
        def tried(harm: Harm) -> None:
            before = journal(device.store)
            device.line.fault = harmed(path, lambda answer: harm.done_to(answer) if answer else harm.value)
            told = runner.run(asks(device))
            assert not told.startswith(say(MISTAKE).split("(")[0]), told
            device.line.fault = None
            honest = anew if kind in ("push", "changes", "snapshot") else exchanged
            assert runner.run(honest(device)) == ""
            assert device.store.count_pending() == 0
            assert journal(device.store)[: len(before)] == before

        tried()
        device.store.close()


def journal(store: DeviceStore) -> list[bytes]:
    """The exact bytes of every act."""
    return [bytes(row.exact) for row in store._database.rows(_EXACT)]


_EXACT = text("SELECT exact FROM journal ORDER BY seq")


# What a wrong answer is in particular.


def put(name: str, value: Any) -> Callable[[Any], Any]:
    def change(answer: Any) -> Any:
        *way, last = name.split(".")
        inner = answer
        for each in way:
            inner = inner[each]
        inner[last] = value
        return answer

    return change


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("changes", put("server_epoch", "x" * 10_000_000)),
        ("changes", put("server_epoch", "")),
        ("changes", put("cursor", {"MAIN": 2**63})),
        ("changes", put("cursor", {"MAIN": -1})),
        ("changes", put("cursor", {f"S{number}": 1 for number in range(1_000)})),
        ("changes", put("heads", {"another stream": "1:x"})),
        ("snapshot", put("snapshot.server_epoch", "x" * 10_000_000)),
        ("snapshot", put("snapshot.cursor", {"MAIN": 2**64})),
        ("push", put("now", "9998-12-31T23:00:00+00:00")),
        ("push", put("now", "0001-01-01T00:00:00+00:00")),
        ("push", put("acknowledged", 2**64)),
    ],
)
async def test_what_a_device_would_say_again_with_each_request_is_of_a_size_to_be_said(
    tmp_path: Path, served: ServedSite, kind: str, change: Callable[[Any], Any]
) -> None:
    path, asks = KINDS[kind]
    device = await online_device(tmp_path, served)
    await device.sync.now()
    device.line.fault = harmed(path, change)
    told = await asks(device)
    assert 20 < len(told) < 400
    device.line.fault = None
    assert await exchanged(device) == ""
    device.store.close()


@pytest.mark.parametrize("receipt", ["\ud800", "x" * 10_000])
async def test_numbers_with_a_receipt_that_is_no_text_are_not_taken(
    tmp_path: Path, served: ServedSite, receipt: str
) -> None:
    device = await online_device(tmp_path, served)
    device.line.fault = harmed("/v1/numbers", put("receipt", receipt))
    assert await exchanged(device) == "", "acts do not wait for numbers"
    left = device.store.carton_numbers_left()
    assert left is not None
    assert left.left == 0
    device.line.fault = None
    device.hand.clock.move(90)
    await exchanged(device)
    left = device.store.carton_numbers_left()
    assert left is not None
    assert left.left == 1_000
    device.store.close()


def packed(content: bytes, packing: str) -> Fault:
    """An answer that says that it is packed."""

    async def packs(request: httpx2.Request, _go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return httpx2.Response(200, stream=Streamed(content), headers={"Content-Encoding": packing}, request=request)

    return packs


@pytest.mark.parametrize(
    ("bomb", "packing"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip"),
        (zstd.compress(bytes(50_000_000)), "zstd"),
        (zstd.compress(bytes(1_000)) * 900, "zstd"),
    ],
    ids=["gzip", "zstd", "frames of zstd"],
)
async def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked(
    tmp_path: Path, served: ServedSite, monkeypatch: pytest.MonkeyPatch, bomb: bytes, packing: str
) -> None:
    device = await online_device(tmp_path, served)
    monkeypatch.setattr(server, "LARGEST_ANSWER", 100_000)
    assert len(bomb) < 100_000
    device.line.fault = packed(bomb, packing)
    assert "larger than any" in await exchanged(device)
    device.store.close()


def widely_packed(content: bytes) -> bytes:
    """A frame that takes 128 MiB of memory to unpack."""
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zstd.compress(b"{}")[:-3], "cut short"),
        (zstd.compress(b"{}") + zstd.compress(b"more")[:-3], "cut short"),
        (b"", "cut short"),
        (b"no frame at all", "cannot be reached"),
        (zstd.compress(b"{}") + b"and no frame", "cannot be reached"),
        (zstd.compress(b"") * 1_001, "more than 1000 frames"),
        (widely_packed(bytes(2_000)), "cannot be reached"),
    ],
    ids=["cut", "cut in the second frame", "nothing", "no zstd", "no zstd behind", "many frames", "a wide window"],
)
async def test_frames_of_zstd_that_are_none_are_like_no_network(
    tmp_path: Path, served: ServedSite, content: bytes, why: str
) -> None:
    device = await online_device(tmp_path, served)
    device.line.fault = packed(content, "zstd")
    assert why in await exchanged(device)
    device.store.close()


async def test_pages_come_packed_and_are_read_frame_by_frame(tmp_path: Path, served: ServedSite) -> None:
    device = await online_device(tmp_path, served)
    packings: list[str] = []

    async def noted(request: httpx2.Request, go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        response = await go_on()
        if request.url.path == "/v1/changes":
            packings.append(response.headers.get("Content-Encoding", ""))
        return response

    assert await exchanged(device) == ""
    other = served.device("Scanner-06")
    for number in (48, 49, 50):
        other.record(ConditionStated(module(number).id, Condition.DAMAGED))
    other.push()
    device.line.fault = noted
    assert await exchanged(device) == ""
    assert packings == ["zstd"]
    assert device.store.unit(module(50).id) == served.unit(50)
    device.store.close()


@pytest.mark.parametrize("packing", ["br", "deflate", "gzip, gzip"])
async def test_an_answer_that_is_packed_as_nobody_asked_is_not_unpacked(
    tmp_path: Path, served: ServedSite, packing: str
) -> None:
    device = await online_device(tmp_path, served)

    device.line.fault = packed(b"x", packing)
    assert "Something else than the Scantrail server" in await exchanged(device)
    device.store.close()


async def test_small_values_without_number_are_not_read(tmp_path: Path, served: ServedSite) -> None:
    device = await online_device(tmp_path, served)

    async def many(request: httpx2.Request, _go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return said(request, b'{"rows": [' + b"[]," * 3_000_000 + b"[]]}")

    device.line.fault = many
    assert "larger than any" in await exchanged(device)
    device.store.close()


@pytest.mark.parametrize("asked", ["99999999", "1" * 400, "-5", "soon", "1e9", "\u0663"])
async def test_a_pause_that_a_server_asks_for_stops_no_device(tmp_path: Path, served: ServedSite, asked: str) -> None:
    device = await online_device(tmp_path, served)

    async def busy(request: httpx2.Request, _go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        headers = [(b"Retry-After", asked.encode())]
        return httpx2.Response(503, stream=Streamed(b"{}"), headers=headers, request=request)

    device.line.fault = busy
    assert "503" in await exchanged(device)
    assert pause_before(1, 1.0, device.sync._asked_pause) <= 2 * LONGEST_ASKED_PAUSE_S
    device.store.close()


async def test_what_a_refusal_says_is_cut_and_clean_and_its_number_is_the_answer_s(
    tmp_path: Path, served: ServedSite
) -> None:
    device = await online_device(tmp_path, served)
    problem = {"title": "x", "status": 401, "detail": "\ud800" + "x" * 20_000, "expected_seq": -(2**70)}

    async def refuses(request: httpx2.Request, _go_on: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        return said(request, json.dumps(problem).encode(), 409)

    device.line.fault = refuses
    state = await device.sync.now()
    assert state.link is Link.OFFLINE, "by the answer's own number it is known here"
    assert say(state.reason).isprintable()
    assert len(say(state.reason)) <= 500
    device.store.close()


def test_a_site_in_a_time_zone_that_is_not_known_here_is_worked_at_by_utc(tmp_path: Path) -> None:
    listed = pick_list(exact_line(UNIT))
    with new_store(tmp_path, UNIT, module(49), listed, *named_on(listed, UNIT)) as store:
        store.apply_changes(changes_of([replace(SITE, time_zone="Mars/Olympus")], 2))
        session = Session(store, FakeClock())
        session.start(SARAH, offline=False)
        session.open(listed.number)
        assert session.task == listed.number
        assert session.prompt().codes
