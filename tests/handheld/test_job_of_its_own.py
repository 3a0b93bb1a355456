"""A job that only a test knows has its line in the menu, its page and its screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.protocol.messages import Changes, Row
from tests.handheld.benches import bench
from tests.support.devices import SERVER_EPOCH
from tests.support.rounds import Round, learn

TOUR = Round("RD-1", "MAIN", ("MAIN/A-15-03", "MAIN/A-15-04"))


async def test_it_is_opened_from_the_menu_and_guides_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(monkeypatch)
    async with bench(tmp_path) as hand:
        row = Row(RowKind.DOCUMENT, TOUR.number, 5, KINDS[RowKind.DOCUMENT].written(TOUR))
        hand.store.apply_changes(Changes(SERVER_EPOCH, {"MAIN": 5, "*": 5}, (row,), more=False))
        await hand.sign_in()
        assert "2 Rounds" in hand.glass
        await hand.press("2")
        await hand.until(lambda: "ROUNDS" in hand.glass)
        assert "RD-1" in hand.glass
        await hand.press("1")
        await hand.until(lambda: "GO TO" in hand.glass)
        await hand.scan("A-15-03")
        await hand.until(lambda: "VISITED" in hand.glass)
        assert "A-15-04" in hand.glass
        await hand.press("f1")
        await hand.until(lambda: "Scan the label of each place." in hand.glass)
