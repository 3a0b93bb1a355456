"""What needs attention, as the desk reads it on a terminal."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.things.status import Status
from scantrail.reports.attention import item_lines, list_lines, settled_words
from scantrail.server.attention.items import open_items
from scantrail.server.attention.settling import resolve
from tests.server.conftest import served
from tests.server.site import ServedSite
from tests.server.test_attention import contested
from tests.support.worlds import NOW

__all__ = ["contested", "served"]


def test_it_shows_goods_person_reason_and_what_to_do(served: ServedSite, contested: object) -> None:
    with served.database.reading() as connection:
        (item,) = open_items(connection)
    assert list_lines([item]) == [
        f"{item.id}  2025-01-28 04:00 UTC-05:00  MAY NOT BE PICKED  CM500-2025-0046  [Sarah Johnson, Scanner-05]",
        f"    → {item.todo}",
    ]
    assert item_lines(item) == [
        f"{item.id}  MAY NOT BE PICKED",
        "  why        Its status is Quarantine.",
        f"  to do      {item.todo}",
        "  goods      CM500-2025-0046, Control Module CM-500; now Quarantine in QC-01 (MAIN), PL-2025-0091",
        "  scanned    CM500-2025-0046 (wedge)",
        "  recorded   Picked from A-15-03 to CART-05 for PL-2025-0091, SO-2025-1289",
        "  by         Sarah Johnson",
        "  on         Scanner-05 at MAIN, record 3",
        "  at place   A-15-03",
        "  document   PL-2025-0091",
        "  happened   2025-01-28 04:00 UTC-05:00",
        "  received   2025-01-28 04:00 UTC-05:00",
        "  follows    1 more records that did not apply with it",
    ]
    assert item.goods[0].status is Status.QUARANTINE
    done = resolve(served.database, item.id, worker="ana", reason="Put back", now=NOW).item
    assert done.settled is not None
    assert settled_words(done) == "by Ana Lopez, 2025-01-28 04:00 UTC-05:00, because: Put back"


def test_what_a_device_wrote_cannot_steer_the_terminal(served: ServedSite, contested: object) -> None:
    with served.database.reading() as connection:
        (item,) = open_items(connection)
    hostile = replace(item, scanned="\x1b[2J", note="\u202e")
    assert all(line.isprintable() for line in (*item_lines(hostile), *list_lines([replace(hostile, goods=())])))
