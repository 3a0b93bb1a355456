"""What a prompt costs grows with the list at most, and not with its square."""

from __future__ import annotations

import pytest

from scantrail.domain.documents.pick_list import PickLine, PickList
from scantrail.workflows.pick.prompt import prompt
from scantrail.workflows.pick.state import Pick
from tests.support.worlds import MODULE, SARAH, TODAY, exact_line, pick_list, promised, world


def looks(monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """How often one prompt, for a line that names so many units, goes through all of the line's units."""
    asked = 0
    plain = PickLine.remaining_units

    def counted(line: PickLine) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        found: tuple[str, ...] = plain.__get__(line)
        return found

    units = [promised(number) for number in range(1, count + 1)]
    listed: PickList = pick_list(exact_line(*units), at_place="MAIN/A-15-03", at_product=MODULE.id)
    with monkeypatch.context() as patched:
        patched.setattr(PickLine, "remaining_units", property(counted))
        shown = prompt(Pick(world(*units, lists=(listed,)), listed, (), "Scanner-05", SARAH.id, TODAY))
    assert len(shown.items) == count
    return asked


def test_a_prompt_goes_through_a_list_as_often_for_many_units_as_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks(monkeypatch, 10) == looks(monkeypatch, 1000) < 30
