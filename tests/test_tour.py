"""The tour: the whole day against a real server process, on the device's real code."""

from __future__ import annotations

import pytest

from scantrail.proving import tour


def test_the_tour_plays_the_day_and_checks_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert tour.run_tour() == 0
    shown = capsys.readouterr().out
    assert "It is on PL-2025-0088" in shown
    assert "ON HOLD  CM500-2025-0050  It is under a quality hold: capacitor may fail.  Don't ship it." in shown
    assert "Picked from A-15-03 to CART-05 for PL-2025-0091, SO-2025-1289" in shown
    assert shown.rstrip().endswith("All as the day says.")


def test_the_tour_fails_where_the_day_is_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tour, "SERIALS", ("CM500-2025-0050", *tour.SERIALS[1:]))
    assert tour.run_tour() == 1
    assert "Not as the day says" in capsys.readouterr().out
