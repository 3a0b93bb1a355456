"""What the codes of real labels do at the pick's steps: element strings, several symbols, other grammars, keyboards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.things.product import Product, ProductGtin
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import say
from scantrail.workflows.base import Tone
from tests.support.worlds import exact_line, pick_list, unit, world
from tests.workflows.guide import Guide

G1, G2, GM = "09521234000006", "09521234000013", "09521234543213"
GS = "\x1d"
F1 = Product("F1", "F1", "Alpha", gtins=(ProductGtin(G1),))
F2 = Product("F2", "F2", "Beta", gtins=(ProductGtin(G2),))
MODULE = Product(
    "CM-500-STD", "CM-500-STD", "Control Module", gtins=(ProductGtin(GM),), serial_format="CM500-YYYY-NNNN"
)
SERIALS = {F1.id: ("KEEP1", "KEEP2"), F2.id: ("BETA1",), MODULE.id: ("CM500-2025-0046", "CM500-2025-0047")}


def unit_of(product: Product, serial: str) -> Unit:
    return unit(product, serial, status=Status.ALLOCATED, document="PL-2025-0091")


def at_product(product: Product = F1) -> Guide:
    """A picker in the bin, who is asked for the product; the list names two units of it."""
    named = tuple(unit_of(product, serial) for serial in SERIALS[product.id])
    strangers = () if product is F2 else (unit(F2, "BETA1"),)
    listed = replace(pick_list(exact_line(*named)), at_place="MAIN/A-15-03")
    guide = Guide(world(*named, *strangers, lists=(listed,)), listed.number)
    guide.world.products.update({each.id: each for each in (F1, F2, MODULE)})
    return guide


def at_serial(product: Product = F1) -> Guide:
    """A picker who is asked for the serial."""
    guide = at_product(product)
    guide.scan(product.sku)
    return guide


def because(guide: Guide) -> str:
    refusal = guide.drafts[-1].refusal
    assert refusal is not None
    return say(explain(refusal).because)


@pytest.mark.parametrize("mark", ["", "]C1", "]d2"])
def test_an_element_string_says_the_same_with_a_mark_and_without(mark: str) -> None:
    assert at_product().refused_with(f"{mark}01{G1}21ZZ9") == ScanCode.UNKNOWN_SERIAL
    assert at_serial().refused_with(f"{mark}01{G1}21ZZ9") == ScanCode.UNKNOWN_SERIAL
    assert at_serial().refused_with(f"{mark}01{G2}21KEEP1") == ScanCode.WRONG_PRODUCT
    assert at_serial().refused_with(f"{mark}01{G1}21KEEP110LOT7") == ScanCode.UNKNOWN_SERIAL
    assert at_serial().refused_with(f"{mark}01{G1}10LOT721KEEP1") == ScanCode.RUN_TOGETHER
    for guide in (at_product(), at_serial()):
        assert guide.scan(f"{mark}01{G1}21KEEP1").tone is Tone.ACCEPTED


def test_an_unknown_serial_is_shown_as_the_serial_and_not_as_the_whole_code() -> None:
    assert at_serial().scan(f"01{G1}21KEEP110LOT7").scanned == "KEEP110LOT7"


def test_a_text_on_record_is_never_taken_for_an_element_string() -> None:
    text = f"01{G1}21KEEP1"
    guide = at_serial()
    stranger = unit(F2, text)
    guide.world.units[stranger.id] = stranger
    assert guide.refused_with(text) == ScanCode.WRONG_PRODUCT


@pytest.mark.parametrize("mark", ["", "]C1"])
@pytest.mark.parametrize("rest", ["21CM500-2025-004610LOT7", "10LOT721CM500-2025-0046", "10L21CM500-2025-0046"])
def test_a_lost_separator_is_made_good_by_the_product_s_format(mark: str, rest: str) -> None:
    for guide in (at_serial(MODULE), at_product(MODULE)):
        assert guide.scan(f"{mark}01{GM}{rest}").scanned == "CM500-2025-0046"
    assert at_serial(MODULE).refused_with(f"{mark}01{GM}{rest.replace('0046', '9999')}") == ScanCode.UNKNOWN_SERIAL


@pytest.mark.parametrize("text", ["]C121KEEP1", "(21)KEEP1", "21KEEP1", "SKEEP1", "[)>06|SKEEP1"])
def test_a_symbol_with_the_serial_alone_is_taken_by_the_step_that_knows_the_product(text: str) -> None:
    assert at_serial().scan(text).scanned == "KEEP1"
    guide = at_product()
    assert guide.refused_with(text) == ScanCode.WRONG_KIND
    assert because(guide) == "That is a unit's serial."


def test_the_symbols_of_one_label_come_one_by_one() -> None:
    guide = at_product()
    assert guide.scan(f"]C101{G1}").tone is Tone.ACCEPTED
    assert guide.refused_with("]C110LOT7") == ScanCode.WRONG_KIND
    assert because(guide) == "That is a label of a lot, a date or a quantity."
    assert guide.scan("]C121KEEP1").tone is Tone.ACCEPTED


@pytest.mark.parametrize("text", ["[)>\x1e06\x1d1PF1\x1dSKEEP1\x1e\x04", f"]C1240F1{GS}21KEEP1"])
def test_a_code_of_part_and_serial_answers_both_questions(text: str) -> None:
    for guide in (at_product(), at_serial()):
        verdict = guide.scan(text)
        assert (verdict.tone, verdict.scanned) == (Tone.ACCEPTED, "KEEP1")


def test_a_part_number_of_the_supplier_s_own_is_no_reason_to_refuse() -> None:
    assert at_serial().scan("[)>06|1PSUPPLIER-9|SKEEP1").scanned == "KEEP1"


def test_a_part_number_of_another_product_is_refused_with_that_product() -> None:
    guide = at_serial()
    assert guide.refused_with("[)>06|1PF2|SKEEP1") == ScanCode.WRONG_PRODUCT
    assert because(guide) == "It is a Beta."


@pytest.mark.parametrize("text", ["PF1", "1PF1"])
def test_a_part_label_names_the_product(text: str) -> None:
    assert at_product().scan(text).tone is Tone.ACCEPTED
    assert at_serial().refused_with(text) == ScanCode.WRONG_KIND


def test_a_unit_whose_serial_begins_with_s_is_meant_itself() -> None:
    guide = at_serial()
    other = unit(F2, "SKEEP1")
    guide.world.units[other.id] = other
    assert guide.refused_with("SKEEP1") == ScanCode.WRONG_PRODUCT


def test_a_bare_identifier_before_a_serial_of_the_format_leads_to_unknown_and_not_to_malformed() -> None:
    assert at_serial(MODULE).refused_with("SCM500-2025-9999") == ScanCode.UNKNOWN_SERIAL
    assert at_serial(MODULE).refused_with("21CM500-2025-9999") == ScanCode.UNKNOWN_SERIAL


@pytest.mark.parametrize(
    "text", ["KEEP1;KEEP2", "KEEP1\nKEEP2", f"KEEP1{GS}KEEP2", "[)>06|SKEEP1|SKEEP2", "KEEP1,KEEP2"]
)
def test_several_serials_in_one_code_are_told_as_such(text: str) -> None:
    for guide in (at_product(), at_serial()):
        assert guide.refused_with(text) == ScanCode.SEVERAL_SERIALS
        assert because(guide) == "One code for 2 units: KEEP1, KEEP2."


def test_several_serials_of_the_product_s_format_need_not_be_on_record() -> None:
    guide = at_serial(MODULE)
    assert guide.refused_with("CM500-2025-0101;CM500-2025-0102;CM500-2025-0103") == ScanCode.SEVERAL_SERIALS
    assert "3 units" in because(guide)


@pytest.mark.parametrize("text", ["WIFI:T:WPA;S:net;P:x;;", "A;B"])
def test_other_texts_with_separators_are_unknown(text: str) -> None:
    assert at_serial().refused_with(text) == ScanCode.UNKNOWN_SERIAL


@pytest.mark.parametrize(
    "text",
    ["CM500'2025'0046", "CM500ß2025ß0046", "CM500/2025/0046", "CM500_2025_0046", "C?(àà)éàé()àà'-", "CM%))_@)@%_))$^"],
)
def test_what_another_keyboard_layout_has_changed(text: str) -> None:
    guide = at_serial(MODULE)
    assert guide.refused_with(text) == ScanCode.KEYBOARD
    assert because(guide).startswith("It looks like CM500-2025-0046,")
    refusal = guide.drafts[-1].refusal
    assert refusal is not None
    assert "scantrail scanner learn" in say(explain(refusal).todo)


def test_what_is_on_record_under_another_layout_s_text_is_told_at_any_step() -> None:
    guide = at_product(MODULE)
    assert guide.refused_with("CM'500'STD") == ScanCode.KEYBOARD


@pytest.mark.parametrize("text", ["CM500-2025-00X6", "HELLO-WORLD-123", "A-15-99"])
def test_other_texts_are_no_matter_of_the_keyboard(text: str) -> None:
    assert at_serial(MODULE).refused_with(text) == ScanCode.MALFORMED


def test_a_format_of_digits_alone_finds_no_serial_in_a_lot() -> None:
    digits = replace(F1, serial_format="NNNN")
    named = unit(digits, "0046", status=Status.ALLOCATED, document="PL-2025-0091")
    listed = replace(pick_list(exact_line(named)), at_place="MAIN/A-15-03", at_product="F1")
    guide = Guide(world(named, lists=(listed,)), listed.number)
    guide.world.products["F1"] = digits
    assert guide.refused_with(f"]C101{G1}10LOT7210046") == ScanCode.RUN_TOGETHER
    assert guide.refused_with("210046") == ScanCode.MALFORMED
    assert guide.scan(f"]C101{G1}210046").tone is Tone.ACCEPTED


@pytest.mark.parametrize("text", ["[)>06-SKEEP1-A2", "[)>06.SKEEP1.A2", "[)>06 SKEEP1 A2", "[)>06SKEEP1"])
def test_a_character_that_serials_hold_is_no_separator(text: str) -> None:
    assert at_serial().refused_with(text) == ScanCode.BAD_CODE
