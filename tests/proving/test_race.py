"""Two real handhelds race for the same units without network: each unit is one's, and the other is told what to do."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from scantrail.interchange.command import run_import
from scantrail.proving.backstage import DemoServer
from scantrail.server.database.engine import Database
from tests.proving.handheld import Handheld
from tests.proving.processes import DEVICES, enrolled, is_in_the_log_once, synced
from tests.support.terminal import F8, PATIENCE_S

pytestmark = pytest.mark.xdist_group("terminals")

BIN, PRODUCT, UNITS = "B-02-01", "TS-200", ("TS2000417", "TS2000418")
SARAH, MIKE = ("WKR-1001", "1234", "PL-2025-0301"), ("WKR-1002", "2345", "PL-2025-0302")

APPLIED_PICKS = """
SELECT units.serial FROM events JOIN units ON units.id = events.unit
WHERE events.type = 'UnitPicked' AND events.document IN ('PL-2025-0301', 'PL-2025-0302')
"""
CONTESTED = "SELECT count(*) FROM log WHERE outcome = 'contested' AND refusal LIKE '%already_picked%'"


def two_lists(folder: Path, server: DemoServer) -> None:
    """Two orders for the same product, a list for each."""
    numbers = [(list_number, list_number.replace("PL", "SO")) for _badge, _pin, list_number in (SARAH, MIKE)]
    line = {"line": "1", "product": PRODUCT, "kind": "any", "quantity": 2}
    orders = [
        {"number": order, "site": "MAIN", "customer": "Summit Process Control", "lines": [line]}
        for _list, order in numbers
    ]
    lists = [
        {"number": each, "site": "MAIN", "order": order, "priority": 2, "lines": [line]} for each, order in numbers
    ]
    file = folder / "race.json"
    file.write_text(json.dumps({"sales_orders": orders, "pick_lists": lists}))
    assert run_import([file], server.database_url, quiet=True) == 0


def stands_at_the_bin(handheld: Handheld, badge: str, pin: str, number: str) -> None:
    handheld.until("SCAN YOUR BADGE")
    handheld.enter(badge, "TYPE YOUR PIN")
    handheld.enter(pin, "WHAT NEXT?")
    handheld.enter(number, "SCAN BIN")
    handheld.enter(BIN, "SCAN PRODUCT")
    handheld.enter(PRODUCT, "SCAN ANY UNIT")


def picks(handheld: Handheld, serial: str) -> None:
    handheld.enter(serial, f"PICKED  {serial}")


def needs_attention(handheld: Handheld) -> int:
    """How many items the state line counts."""
    found = re.search(r" !(\d+)", handheld.text)
    return int(found[1]) if found else 0


def until_told(both: list[Handheld], count: int) -> None:
    """Wait until so many items need attention on both together, and a handheld that has some says what they are."""
    deadline = time.monotonic() + PATIENCE_S
    while sum(map(needs_attention, both)) < count or not any(map(says_what_is_wrong, both)):
        assert time.monotonic() < deadline, [handheld.text for handheld in both]
        for handheld in both:
            handheld.reads_for(0.1)


def says_what_is_wrong(handheld: Handheld) -> bool:
    """Whether it says so where it counts items."""
    return needs_attention(handheld) > 0 and "ALREADY PICKED" in handheld.text


def test_two_handhelds_that_pick_the_same_units_offline_have_each_unit_once(
    tmp_path: Path, backstage: DemoServer
) -> None:
    two_lists(tmp_path, backstage)
    homes = [asyncio.run(enrolled(backstage, tmp_path, name)) for name in DEVICES]
    for home in homes:
        asyncio.run(synced(home))
    with ExitStack() as stack:
        both = [stack.enter_context(Handheld(home)) for home in homes]
        for handheld, who in zip(both, (SARAH, MIKE), strict=True):
            stands_at_the_bin(handheld, *who)
            handheld.until("online")
        backstage.stop()
        for serial in UNITS:
            for handheld in both:
                picks(handheld, serial)
        backstage.start()
        for handheld in both:
            handheld.press(F8, "online")
        until_told(both, len(UNITS))
    for home in homes:
        asyncio.run(synced(home))
        is_in_the_log_once(backstage, home)
    database = Database(backstage.database_url)
    with database.reading() as connection:
        assert Counter(connection.exec_driver_sql(APPLIED_PICKS).scalars()) == dict.fromkeys(UNITS, 1)
        assert connection.exec_driver_sql(CONTESTED).scalar_one() == len(UNITS)
    database.close()
