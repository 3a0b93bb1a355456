"""What people report on a list is kept once, and never without end."""

from __future__ import annotations

import pytest

from scantrail.domain.acts.sight import By
from scantrail.domain.documents.changes import MOST_REPORTED
from scantrail.domain.facts.picking.events import BinFoundEmpty
from scantrail.domain.facts.work.events import CheckConfirmed
from tests.support.folding import fold_list
from tests.support.worlds import MODULE, NOW, SARAH, exact_line, module, pick_list

LISTED = pick_list(exact_line(module(46)))


@pytest.mark.parametrize("names", [["A"] * 3, [str(at) for at in range(MOST_REPORTED + 100)]], ids=["same", "many"])
def test_bins_and_items_are_kept_once_and_up_to_a_limit(names: list[str]) -> None:
    listed, by = LISTED, By(SARAH.id, "Scanner-05", NOW)
    for name in names:
        listed = fold_list(listed, BinFoundEmpty(listed.number, name, MODULE.id), by)
        listed = fold_list(listed, CheckConfirmed(listed.number, name), by)
    kept = tuple(dict.fromkeys(names))[:MOST_REPORTED]
    assert (listed.empty_bins, listed.checks) == (kept, kept)
