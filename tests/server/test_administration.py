"""What an administrator does from the shell."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.domain.scans.reading import Enrolment
from scantrail.domain.things.status import Status
from scantrail.server.administration import attention_called, enrolment_code, enrolment_qr, needs_attention, save_photo
from scantrail.server.database.instants import utc_now
from scantrail.server.ledger.attention_rows import AttentionKind
from scantrail.words import OperatorError
from tests.server.site import ServedSite
from tests.server.test_photos import CONTENT, PHOTO, reports, send


def url_of(served: ServedSite) -> str:
    return served.database.engine.url.render_as_string(hide_password=False)


def code_for(served: ServedSite, name: str, site: str = "MAIN") -> str:
    return enrolment_code(url_of(served), name, site)


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
    assert [each.serial for each in served.listing().picked] == ["CM500-2025-0046"]


def test_one_code_to_scan_tells_a_new_device_all_it_needs() -> None:
    enrolment = Enrolment("https://scantrail.example", "abcd-efgh")
    assert Enrolment.parse(_read_qr(enrolment_qr(enrolment).splitlines())) == enrolment


def _read_qr(drawn: list[str]) -> str:
    """What a QR code says that is drawn in half blocks, light on dark."""
    zxing, numpy = pytest.importorskip("zxingcpp"), pytest.importorskip("numpy")
    rows = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in drawn]
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    width = max(map(len, rows))
    pixels = [[halves[each][half] for each in row.ljust(width)] for row in rows for half in (0, 1)]
    picture = numpy.kron(numpy.array(pixels, numpy.uint8), numpy.ones((4, 4), numpy.uint8))
    (found,) = zxing.read_barcodes(picture)
    return str(found.text)


def test_a_photo_is_saved_by_the_beginning_of_its_hash_and_over_no_other_file(
    served: ServedSite, tmp_path: Path
) -> None:
    device = served.device()
    reports(device, PHOTO)
    with pytest.raises(OperatorError, match="No photo whose hash begins with"):
        save_photo(url_of(served), PHOTO.sha256, tmp_path / "damage.jpg")
    send(device)
    save_photo(url_of(served), PHOTO.sha256[:12], tmp_path / "damage.jpg")
    assert (tmp_path / "damage.jpg").read_bytes() == CONTENT
    with pytest.raises(OperatorError, match=r"damage\.jpg cannot be made: File exists"):
        save_photo(url_of(served), PHOTO.sha256, tmp_path / "damage.jpg")


@pytest.mark.parametrize("beginning", ["", "abc", "%%%%%%%%", "________", "x" * 64, PHOTO.sha256 + "0"])
def test_what_is_no_hash_names_no_photo(served: ServedSite, tmp_path: Path, beginning: str) -> None:
    with pytest.raises(OperatorError, match="at least 8 digits"):
        save_photo(url_of(served), beginning, tmp_path / "x.jpg")


def test_what_waits_is_listed_last_and_found_by_its_name(served: ServedSite) -> None:
    served.now = utc_now()
    device = served.device()
    device.record(PlaceConfirmed("PL-9", "MAIN/A-15-03"), document="PL-9")
    served.change(replace(served.unit(46), status=Status.QUARANTINE))
    device.pick(46)
    device.push()
    trouble, waits = needs_attention(url_of(served), "MAIN")
    assert (trouble.kind, waits.kind) == (AttentionKind.CONTESTED, AttentionKind.WAITING)
    assert attention_called(url_of(served), waits.id) == waits
