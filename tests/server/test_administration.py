"""What an administrator does from the shell."""

from __future__ import annotations

import pytest

from scantrail.server.administration import enrolment_code
from scantrail.words import OperatorError
from tests.server.site import ServedSite


def code_for(served: ServedSite, name: str, site: str = "MAIN") -> str:
    return enrolment_code(served.database.engine.url.render_as_string(hide_password=False), name, site)


@pytest.mark.parametrize("name", ["", " ", "nul\x00", "\x1b[2J", "\udc80", "x" * 61, "server"])
def test_a_name_that_can_be_none_is_refused_in_a_sentence(served: ServedSite, name: str) -> None:
    with pytest.raises(OperatorError) as told:
        code_for(served, name)
    assert str(told.value).endswith(".")


def test_a_device_at_work_stays_at_its_site_so_that_none_of_its_acts_is_lost(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    with pytest.raises(OperatorError, match="Scanner-05 belongs to MAIN"):
        code_for(served, "Scanner-05", "EAST")
    device.push()
    assert [each.serial for each in served.pick_list().picked] == ["CM500-2025-0046"]
