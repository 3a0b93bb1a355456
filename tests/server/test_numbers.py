"""The server gives each number once, to whoever asks at once, and says why it gives none."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from scantrail.domain.names.numbers import NumberFormat, Series, SsccSeries
from scantrail.domain.plain import from_plain, to_plain
from scantrail.protocol.messages import HeldNumbers, NumbersAnswer, NumbersRequest
from scantrail.protocol.numbers import BLOCK, BLOCKS_A_DAY, NUMBERS_A_DAY
from scantrail.server.administration import restored
from scantrail.server.database.schema import number_series
from scantrail.server.records.master import put_sites
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import SITE

PREFIX = "9521234"
SERIES = SsccSeries(0, PREFIX)


@pytest.fixture
def numbering(served: ServedSite) -> ServedSite:
    """The site numbers cartons."""
    return set_up(served, company_prefix=PREFIX)


def set_up(served: ServedSite, **settings: Any) -> ServedSite:
    with served.database.writing() as connection:
        put_sites(connection, [replace(SITE, **settings)])
    return served


def post(device: TestDevice, turn: int, epoch: str = "e1", series: Series = SERIES, **more: Any) -> Any:
    body = json.dumps(
        to_plain(NumbersRequest(**{"series": series.name, "epoch": epoch, "turn": turn, "left": 0, **more}))
    )
    return device.site.http.post("/v1/numbers", content=body, headers=device.headers)


def ask(device: TestDevice, turn: int, epoch: str = "e1", **more: Any) -> NumbersAnswer:
    answered = post(device, turn, epoch, **more)
    assert answered.status_code == 200, answered.text
    return from_plain(NumbersAnswer, answered.json())


def held(answer: NumbersAnswer) -> HeldNumbers:
    return HeldNumbers(answer.turn, answer.first, answer.count, answer.receipt)


def set_given(served: ServedSite, given: int, series: Series = SERIES) -> None:
    """As in a backup of another day."""
    with served.database.writing() as connection:
        connection.execute(update(number_series).where(number_series.c.name == series.name).values(given=given))


def given(served: ServedSite) -> int:
    with served.database.reading() as connection:
        query = select(number_series.c.given).where(number_series.c.name == SERIES.name)
        return int(connection.execute(query).scalar_one())


def test_a_request_sent_again_gets_the_same_block_and_the_next_one_another(numbering: ServedSite) -> None:
    device = numbering.device()
    first = ask(device, 1)
    assert (first.first, first.count) == (1, BLOCK)
    assert ask(device, 1) == first
    assert ask(device, 2).first == first.count + 1
    assert ask(device, 1) == first
    assert ask(device, 1, epoch="e2").first > 2 * BLOCK, "another store of the device has its own turns"


def test_devices_that_ask_at_once_and_twice_share_no_number(numbering: ServedSite) -> None:
    devices = [numbering.device(f"Scanner-{at:02d}") for at in range(6)]
    asks = [(device, turn) for turn in (1, 2, 3) for device in devices for _again in range(2)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda each: (each[0].name, ask(*each)), asks))
    blocks = {(name, answer.turn, answer.first, answer.count) for name, answer in answers}
    assert len(blocks) == 6 * 3, "a turn got two blocks"
    firsts = sorted(first for _name, _turn, first, _count in blocks)
    assert firsts == [1 + at * BLOCK for at in range(len(firsts))]


def test_a_device_that_has_half_a_block_gets_none(numbering: ServedSite) -> None:
    device = numbering.device()
    assert ask(device, 1, left=BLOCK // 2) == NumbersAnswer(turn=1)
    assert ask(device, 1, left=BLOCK // 2 - 1).count == BLOCK


def test_a_device_gets_so_many_blocks_a_day_under_whatever_epoch(numbering: ServedSite) -> None:
    device = numbering.device()
    for turn in range(1, BLOCKS_A_DAY + 1):
        ask(device, turn, epoch=f"e{turn}")
    refused = post(device, 1, epoch="another")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_numbers")
    assert ask(numbering.device("Scanner-06"), 1).count == BLOCK
    numbering.now += timedelta(days=1)
    assert ask(device, 1, epoch="another").count == BLOCK


def test_without_a_prefix_the_sentence_says_what_to_set(served: ServedSite) -> None:
    refused = post(served.device(), 1)
    assert refused.status_code == 409
    assert "Set its company_prefix: scantrail import" in refused.json()["detail"]


def test_a_series_that_is_used_up_says_so_and_another_digit_helps(served: ServedSite) -> None:
    short = SsccSeries(0, "952123456789")
    set_up(served, company_prefix=short.company_prefix)
    device = served.device()
    assert ask(device, 1, series=short).count == 20
    set_given(served, short.last - 3, short)
    assert ask(device, 2, series=short).count == 3
    refused = post(device, 3, series=short)
    assert (refused.status_code, refused.json()["code"]) == (409, "series_used_up")
    assert "Set another sscc_extension" in refused.json()["detail"]
    set_up(served, company_prefix=short.company_prefix, sscc_extension=1)
    assert post(device, 3, series=short).json()["code"] == "other_series"
    assert ask(device, 1, series=SsccSeries(1, short.company_prefix)).first == 1


def test_a_prefix_that_was_entered_too_short_gives_no_number_again(numbering: ServedSite) -> None:
    device = numbering.device()
    ask(device, 1)
    set_up(numbering, company_prefix="952123")
    refused = post(device, 1, series=SsccSeries(0, "952123"))
    assert (refused.status_code, refused.json()["code"]) == (409, "series_overlaps")
    assert "SSCC 0 9521234" in refused.json()["detail"]


def test_a_restored_server_leaves_out_what_it_may_have_given_since(numbering: ServedSite) -> None:
    device = numbering.device()
    ask(device, 1)
    since = [ask(device, turn) for turn in (2, 3, 4)]
    set_given(numbering, BLOCK)
    restored(numbering.database, numbering.now)
    assert ask(numbering.device("Scanner-06"), 1).first > since[-1].first + since[-1].count


def test_a_backup_from_before_the_first_number_leaves_out_what_was_given_since(numbering: ServedSite) -> None:
    device = numbering.device()
    device.record()
    device.push()
    numbering.now += timedelta(hours=36)
    restored(numbering.database, numbering.now)
    assert ask(device, 1).first == 2.5 * NUMBERS_A_DAY + 1
    restored(numbering.database, numbering.now)
    assert ask(device, 2).first == 3.5 * NUMBERS_A_DAY + BLOCK + 1


def test_all_devices_together_get_a_days_share_of_a_short_series(served: ServedSite) -> None:
    short = SsccSeries(0, "952123456789")
    set_up(served, company_prefix=short.company_prefix)
    answers = [post(served.device(f"Scanner-{at}"), 1, series=short) for at in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [409]
    assert "200 numbers may be given a day" in answers[-1].json()["detail"]


def test_a_server_that_was_restored_unsaid_learns_it_from_a_receipt_alone(numbering: ServedSite) -> None:
    device, other = numbering.device(), numbering.device("Scanner-06")
    block = ask(device, 1)
    set_given(numbering, 0)
    forged = replace(held(block), first=10**8)
    assert ask(device, 2, left=BLOCK, held=forged) == NumbersAnswer(turn=2)
    assert ask(other, 1, left=BLOCK, held=held(block)) == NumbersAnswer(turn=1), "it is another device's"
    assert ask(device, 2, left=BLOCK, held=held(block)) == NumbersAnswer(turn=2)
    assert ask(other, 1).first > block.count + NUMBERS_A_DAY
    told = ask(device, 2, left=BLOCK, held=held(block))
    following = ask(device, 2)
    assert (told.count, following.first) == (0, ask(other, 1).first + BLOCK), "told again, it skips nothing"


@pytest.mark.parametrize("lie", [{"first": 10**8}, {"count": 10**8}, {"turn": 2}, {"receipt": "0" * 64}])
def test_a_claim_to_what_was_never_given_leaves_nothing_out(numbering: ServedSite, lie: dict[str, Any]) -> None:
    device = numbering.device()
    block = ask(device, 1)
    set_given(numbering, 0)
    assert ask(device, 2, left=BLOCK, held=replace(held(block), **lie)) == NumbersAnswer(turn=2)
    assert given(numbering) == 0


def test_a_receipt_is_of_one_device_and_one_series(numbering: ServedSite) -> None:
    device, other = numbering.device(), numbering.device("Scanner-06")
    block = ask(device, 1)
    set_given(numbering, 0)
    ask(other, 1, left=BLOCK, held=held(block))
    assert given(numbering) == 0
    elsewhere = SsccSeries(4, PREFIX)
    set_up(numbering, company_prefix=PREFIX, sscc_extension=4)
    block = from_plain(NumbersAnswer, post(device, 1, series=elsewhere).json())
    set_up(numbering, company_prefix=PREFIX)
    ask(device, 2, left=BLOCK, held=held(block))
    assert given(numbering) == 0


def test_what_two_restores_may_have_lost_before_the_first_number_is_all_left_out(numbering: ServedSite) -> None:
    for _restore in range(2):
        restored(numbering.database, numbering.now)
    assert ask(numbering.device(), 1).first == 2 * NUMBERS_A_DAY + 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"series": 5, "epoch": "e", "turn": 1, "left": 0},
        {"series": SERIES.name, "epoch": "e", "turn": 0, "left": 0},
        {"series": SERIES.name, "epoch": "e", "turn": 10**30, "left": 0},
        {"series": SERIES.name, "epoch": "\x00", "turn": 1, "left": 0},
        {"series": "\x00", "epoch": "e", "turn": 1, "left": 0},
        {"series": "s", "epoch": "e", "turn": 1, "left": -1},
        {"series": "s", "epoch": "e", "turn": 1, "left": 10**40},
        {
            "series": "s",
            "epoch": "e",
            "turn": 1,
            "left": 0,
            "held": {"turn": 1, "first": 10**40, "count": 1, "receipt": ""},
        },
    ],
)
def test_what_is_no_request_is_refused(numbering: ServedSite, body: dict[str, Any]) -> None:
    answered = numbering.http.post("/v1/numbers", json=body, headers=numbering.device().headers)
    assert answered.status_code == 422


def test_nobody_unknown_is_given_any(numbering: ServedSite) -> None:
    assert numbering.http.post("/v1/numbers", json={}).status_code == 401


def test_hostile_numbers_in_a_claim_change_nothing(numbering: ServedSite) -> None:
    device = numbering.device()
    block = ask(device, 1)
    for turn, (first, receipt) in enumerate(((0, "\udfff"), (10**17, "é"), (10**8, "")), 2):
        claim = HeldNumbers(1, first, 5, receipt)
        assert ask(device, turn, left=0, held=claim).first == (turn - 1) * block.count + 1


PICK_LISTS = NumberFormat("pick_list", "PL-YYYY-NNNN")


def test_documents_of_a_kind_are_numbered_from_one_counter_for_all_sites(served: ServedSite) -> None:
    for site in ("MAIN", "EAST"):
        with served.database.writing() as connection:
            put_sites(connection, [replace(SITE, id=site, number_series=(PICK_LISTS,))])
    series = PICK_LISTS.series(served.now.year)
    here, there = served.device(), served.device("Scanner-90", site="EAST")
    assert [ask(each, 1, series=series).first for each in (here, there)] == [1, 21]
    assert series.number(21) == "PL-2025-0021"


def test_a_series_that_the_site_has_not_switched_on_is_refused(numbering: ServedSite) -> None:
    refused = post(numbering.device(), 1, series=PICK_LISTS.series(numbering.now.year))
    assert (refused.status_code, refused.json()["code"]) == (409, "other_series")
    assert "MAIN does not number from pick_list PL-2025-NNNN" in refused.json()["detail"]


@pytest.mark.parametrize(("year", "status"), [(2024, 200), (2026, 200), (2023, 409), (2027, 409)])
def test_a_device_may_be_in_the_year_before_or_after_the_servers(served: ServedSite, year: int, status: int) -> None:
    set_up(served, number_series=(PICK_LISTS,))
    assert post(served.device(), 1, series=PICK_LISTS.series(year)).status_code == status


def test_two_kinds_of_documents_never_have_a_number_in_common(served: ServedSite) -> None:
    set_up(served, number_series=(PICK_LISTS, NumberFormat("sales_order", "PL-2025-NNNN")))
    device = served.device()
    ask(device, 1, series=PICK_LISTS.series(2025))
    refused = post(device, 1, series=NumberFormat("sales_order", "PL-2025-NNNN").series(2025))
    assert (refused.status_code, refused.json()["code"]) == (409, "series_overlaps")
    assert "Set another format in number_series" in refused.json()["detail"]
