"""Is this scan what the step asks for? The one list that every workflow asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.acts.refusal import Code, Refusal
from scantrail.domain.names.codes import CodeKind
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.rules.refusals.sites import SiteCode
from scantrail.domain.rules.scan import Scanned, Wanted, no_such_thing_refusal, scan_refusal
from scantrail.domain.scans.reading import Candidates, Carrier, Reading, Said
from scantrail.domain.things.unit import Unit
from tests.support.worlds import MODULE, PLACES, SENSOR, SITE, module, said_in, scanned, wanting, world

UNIT = module(46)
HERE = world(UNIT)
NO_TYPING = world(UNIT, settings=wanting(typed_serials=False))
A_MODULE = Wanted(MODULE, instead="CM500-2025-0046")
SSCC = "(00)095212340000000013"


def known(unit: Unit, text: str, carrier: Carrier = Carrier.WEDGE) -> Scanned:
    """A scan that the step takes for a unit on record."""
    return Scanned(Reading(text, carrier), Candidates(said_in(HERE, text), (unit,)), unit)


def unknown(text: str, carrier: Carrier = Carrier.WEDGE) -> Scanned:
    """A scan that nothing on record answers to."""
    return Scanned(Reading(text, carrier), Candidates(said_in(HERE, text)))


def code_of(refusal: Refusal | None) -> Code | None:
    return refusal.code if refusal is not None else None


def test_a_unit_s_serial_is_what_a_step_asks_for_that_wants_its_product() -> None:
    assert scan_refusal(HERE, known(UNIT, UNIT.serial), A_MODULE) is None


def test_a_scan_that_says_another_serial_than_the_unit_s_is_refused() -> None:
    assert code_of(scan_refusal(HERE, known(UNIT, "CM500-2025-0047"), A_MODULE)) == ScanCode.SCAN_MISMATCH


def test_a_typed_serial_is_refused_where_the_site_wants_scans_alone() -> None:
    typed = known(UNIT, UNIT.serial, Carrier.TYPED)
    assert scan_refusal(HERE, typed, A_MODULE) is None
    assert code_of(scan_refusal(NO_TYPING, typed, A_MODULE)) == ScanCode.TYPED


def test_without_a_scan_an_unknown_unit_is_refused_and_a_known_one_is_judged_by_the_record_alone() -> None:
    assert code_of(scan_refusal(HERE, Scanned(None, None), A_MODULE)) == ScanCode.UNKNOWN_SERIAL
    assert scan_refusal(HERE, Scanned(None, None, UNIT), A_MODULE) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CM500-2025-0046,CM500-2025-0047", ScanCode.SEVERAL_SERIALS),
        ("(01)09521234543214(21)CM500-2025-0046", ScanCode.BAD_CODE),
        (SSCC, ScanCode.WRONG_KIND),
        ("(01)09521234000006(21)CM500-2025-0046", ScanCode.UNKNOWN_GTIN),
        ("CM500/2025/0046", ScanCode.KEYBOARD),
        ("00:1B:44:11:3A:B7", ScanCode.WRONG_LABEL),
        ("CM500-2025-00", ScanCode.CUT_SHORT),
        ("NOT-A-SERIAL", ScanCode.MALFORMED),
        ("CM500-2025-0099", ScanCode.UNKNOWN_SERIAL),
    ],
)
def test_a_code_that_names_no_unit_on_record_is_told_by_what_is_wrong_with_it(text: str, code: Code) -> None:
    assert code_of(scan_refusal(HERE, unknown(text), A_MODULE)) == code


def test_where_any_product_will_do_no_format_is_asked() -> None:
    assert code_of(scan_refusal(HERE, unknown("NOT-A-SERIAL"), Wanted())) == ScanCode.UNKNOWN_SERIAL


def test_a_label_of_another_product_is_named_whatever_its_serial_is() -> None:
    said = Said("X", CodeKind.SERIAL, serial="X", parts=(SENSOR.sku,), is_whole=False)
    refusal = scan_refusal(HERE, Scanned(scanned("X"), Candidates(said, products=(SENSOR,))), A_MODULE)
    assert code_of(refusal) == ScanCode.WRONG_PRODUCT
    assert refusal is not None
    assert refusal.facts["product"] == SENSOR.name


def test_a_carton_is_no_wrong_kind_where_the_step_takes_cartons_too_and_unknown_where_none_has_its_number() -> None:
    units_and_cartons = replace(A_MODULE, kinds=frozenset({CodeKind.SERIAL, CodeKind.CARTON}))
    assert code_of(scan_refusal(HERE, unknown(SSCC), units_and_cartons)) == ScanCode.UNKNOWN_CODE
    assert code_of(scan_refusal(HERE, unknown("CM500-2025-00"), units_and_cartons)) == ScanCode.CUT_SHORT


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Candidates(Said("A"), meant="A-15-03"), ScanCode.KEYBOARD),
        (Candidates(Said("A", several=("B", "C")), several=2), ScanCode.SEVERAL_SERIALS),
        (Candidates(Said("A", fault="its check digit is wrong")), ScanCode.BAD_CODE),
        (Candidates(Said("A")), ScanCode.UNKNOWN_CODE),
        (Candidates(Said("A-15-03"), places=(replace(PLACES[1], site="EAST"),)), SiteCode.ANOTHER_SITES_PLACE),
        (Candidates(Said("A-15-03"), places=(PLACES[1],)), ScanCode.WRONG_KIND),
        (Candidates(Said("CM-500-STD"), products=(MODULE,)), ScanCode.WRONG_KIND),
    ],
)
def test_where_a_place_or_product_is_asked_for_the_code_is_told_as_what_it_is(found: Candidates, code: Code) -> None:
    assert no_such_thing_refusal(found, SITE, "A-15-04").code == code
