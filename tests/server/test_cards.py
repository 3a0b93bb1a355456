"""A dead device's records come by memory card: verified, judged once, and whoever tries twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from scantrail.domain.acts.act import Times
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition
from scantrail.protocol.card import CardUnusable, write_card
from scantrail.protocol.messages import Outcome
from scantrail.reports.cards import OUTCOMES, card_lines
from scantrail.server.attention.items import open_items
from scantrail.server.database.schema import devices, log
from scantrail.server.devices.cards import COPIED, UNREADABLE, CardTaken, import_card
from scantrail.words import say
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import MIKE, NOW, module

LIST = "PL-2025-0091"


def card_of(device: TestDevice, first: int = 1, last: int | None = None, **changed: Any) -> bytes:
    """The file that the device's `sync export` writes."""
    facts: dict[str, Any] = {
        "device": device.name,
        "epoch": device.epoch,
        "site": "MAIN",
        "entries": list(enumerate(device.exacts, 1))[first - 1 : last],
        "written": Times(NOW, "boot", 0),
        "sign": lambda data: device.key.sign(data).hex(),
    }
    return write_card(**{**facts, **changed})


def take(served: ServedSite, content: bytes) -> CardTaken:
    return import_card(served.database, content, served.now)


def why_not(served: ServedSite, content: bytes) -> str:
    before = count(served)
    with pytest.raises(CardUnusable) as refused:
        take(served, content)
    assert count(served) == before, "nothing of it was taken"
    return say(refused.value.message)


def count(served: ServedSite) -> int:
    with served.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(log)).scalar_one()


@pytest.fixture
def worked(served: ServedSite) -> TestDevice:
    """A device that picked 0046 and 0047 offline; 0047 went into quarantine meanwhile."""
    device = served.device()
    device.pick(46)
    device.pick(47)
    served.change(replace(served.unit(47), status=Status.QUARANTINE))
    return device


def test_a_files_records_are_judged_as_if_the_device_had_sent_them(served: ServedSite, worked: TestDevice) -> None:
    taken = take(served, card_of(worked))
    assert taken.outcomes == {"applied": 5, "contested": 1}
    assert served.unit(46).status is Status.PICKED
    assert [(item.seq, item.goods[0].serial) for item in taken.attention] == [(6, "CM500-2025-0047")]
    assert (taken.device, taken.first_seq, taken.last_seq, taken.is_news) == ("Scanner-05", 1, 6, True)


def test_a_file_is_taken_once_whoever_imports_it_again_or_sends_it_after_all(
    served: ServedSite, worked: TestDevice
) -> None:
    content = card_of(worked)
    take(served, content)
    before = count(served)
    again = take(served, content)
    assert (again.outcomes, again.attention, again.is_news) == ({"duplicate": 6}, (), False)
    assert worked.outcomes() == [Outcome.DUPLICATE] * 6
    assert count(served) == before
    with served.database.reading() as connection:
        assert len(open_items(connection, "MAIN")) == 1


def test_imported_on_two_machines_at_once_it_is_still_taken_once(served: ServedSite, worked: TestDevice) -> None:
    content = card_of(worked)
    before = count(served)
    with ThreadPoolExecutor(4) as machines:
        taken = list(machines.map(lambda _each: take(served, content).outcomes, range(4)))
    assert count(served) == before + 6
    assert sorted(each.get("duplicate", 0) for each in taken) == [0, 6, 6, 6]


def test_a_file_goes_on_where_the_device_had_stopped_sending(served: ServedSite, worked: TestDevice) -> None:
    worked.push(1, 3)
    taken = take(served, card_of(worked))
    assert taken.outcomes == {"duplicate": 3, "applied": 2, "contested": 1}
    worked.record(ConditionStated(module(46).id, Condition.GOOD, LIST), document=LIST)
    assert worked.outcomes(7) == [Outcome.APPLIED], "the device goes on where the file ended"


def test_a_file_of_many_records_is_taken_batch_after_batch(
    served: ServedSite, worked: TestDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scantrail.server.devices.cards.MAX_BATCH", 4)
    assert take(served, card_of(worked)).outcomes == {"applied": 5, "contested": 1}


def test_a_file_that_could_be_taken_in_part_only_goes_on_there_next_time(served: ServedSite) -> None:
    device = served.device(worker=MIKE.id)
    served.refuse_at("poison")
    device.worker = "poison"
    device.record(ConditionStated(module(49).id, Condition.GOOD))
    device.worker = MIKE.id
    device.record(ConditionStated(module(49).id, Condition.GOOD))
    failing = served.lose_at(MIKE.id)
    with pytest.raises(CardUnusable) as stopped:
        take(served, card_of(device))
    assert say(stopped.value.message).startswith("Stopped after record 1 (the next could not be taken; ")
    failing[0] = False
    assert take(served, card_of(device)).outcomes == {"duplicate": 1, "applied": 1}


def test_a_file_before_which_records_are_missing_says_which(served: ServedSite, worked: TestDevice) -> None:
    worked.push(1, 1)
    told = why_not(served, card_of(worked, first=4))
    assert told.startswith("Records 2 to 3 of Scanner-05 are missing before this file.")


def test_a_file_whose_story_differs_from_the_servers_is_refused_whole(served: ServedSite, worked: TestDevice) -> None:
    worked.push(1, 4)
    copied = served.device("Scanner-06")
    copied.__dict__.update(name=worked.name, key=worked.key, epoch=worked.epoch)
    for number in (48, 47, 46):
        copied.pick(number)
    told = why_not(served, card_of(copied))
    assert "This file tells another story than Scanner-05 told before: its record 4 is another." in told


def test_records_that_bear_the_numbers_of_others_or_cannot_be_read_are_counted_and_need_attention(
    served: ServedSite, worked: TestDevice
) -> None:
    worked.push()
    own = worked.exacts
    worked.exacts = [*own[:5], own[5].replace(b"0047", b"0048")]
    taken = take(served, card_of(worked))
    assert taken.outcomes == {"duplicate": 5, COPIED: 1}
    worked.exacts = [*own, b"a newer kind of record"]
    taken = take(served, card_of(worked, first=7))
    assert taken.outcomes == {UNREADABLE: 1}
    assert [item.seq for item in taken.attention] == [7]


def test_what_a_device_signed_before_it_was_replaced_under_its_name_is_still_taken(
    served: ServedSite, worked: TestDevice
) -> None:
    content = card_of(worked)
    served.device(worked.name)
    assert take(served, content).outcomes == {"applied": 5, "contested": 1}


def test_the_time_that_a_file_lay_in_a_drawer_is_no_part_of_when_it_happened(
    served: ServedSite, worked: TestDevice
) -> None:
    served.now = NOW + timedelta(days=3)
    content = card_of(worked, written=Times(NOW + timedelta(hours=2), "boot", 7_200_000))
    (item,) = take(served, content).attention
    assert item.effective_at == NOW
    assert item.received_at == NOW + timedelta(days=3)


def revoke(served: ServedSite, device: TestDevice) -> None:
    with served.database.writing() as connection:
        connection.execute(update(devices).where(devices.c.id == device.name).values(revoked=True))


def unsigned(served: ServedSite, device: TestDevice) -> bytes:
    return card_of(device, sign=lambda _data: "00" * 64)


def signed_by_another(served: ServedSite, device: TestDevice) -> bytes:
    other = served.device("Scanner-06")
    return card_of(device, sign=lambda data: other.key.sign(data).hex())


def of_an_unknown_device(served: ServedSite, device: TestDevice) -> bytes:
    device.name = "Scanner-99"
    device.exacts.clear()
    device.pick(46)
    return card_of(device)


def of_a_revoked_device(served: ServedSite, device: TestDevice) -> bytes:
    revoke(served, device)
    return card_of(device)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (unsigned, "This file does not carry the signature of Scanner-05."),
        (signed_by_another, "This file does not carry the signature of Scanner-05."),
        (of_an_unknown_device, "Scanner-99 is not known on this server."),
        (of_a_revoked_device, "Scanner-05 was revoked."),
    ],
)
def test_a_file_of_nobody_known_is_not_believed(
    served: ServedSite, worked: TestDevice, made: Callable[[ServedSite, TestDevice], bytes], said: str
) -> None:
    assert why_not(served, made(served, worked)).startswith(said)


def test_the_outcome_is_told_in_lines(served: ServedSite, worked: TestDevice) -> None:
    lines = card_lines(take(served, card_of(worked)))
    assert lines[:5] == [
        "Scanner-05 at MAIN: records 1 to 6, written 2025-01-28 04:00 UTC-05:00",
        "       5  applied",
        "       1  not applied: the world had changed",
        "",
        "Needs attention now:",
    ]
    assert "CM500-2025-0047" in lines[5]
    assert card_lines(take(served, card_of(worked)))[1:] == [
        "       6  were here already",
        "All of it was here already; nothing has changed.",
    ]
    assert set(OUTCOMES) == {each.value for each in Outcome} - {Outcome.RETRY.value} | {COPIED, UNREADABLE}
