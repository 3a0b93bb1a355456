"""Serials, formats and GTINs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.identifiers import (
    CaseRule,
    SerialFault,
    SerialFormat,
    canonical_serial,
    gtin_problem,
    unit_id,
)


def test_two_docks_give_the_same_unit_the_same_id() -> None:
    assert unit_id("CM-500-STD", "CM500-2025-0045") == unit_id("CM-500-STD", canonical_serial(" cm500-2025-0045\n"))


def test_the_same_serial_of_two_products_is_two_units() -> None:
    assert unit_id("CM-500-STD", "0001") != unit_id("TS-200", "0001")


def test_leading_zeros_count() -> None:
    assert canonical_serial("0042") != canonical_serial("42")


def test_case_counts_where_the_product_says_so() -> None:
    assert canonical_serial("aB1", CaseRule.EXACT) == "aB1"


@given(st.text())
def test_the_canonical_form_is_its_own_canonical_form(raw: str) -> None:
    once = canonical_serial(raw)
    assert canonical_serial(once) == once


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CM500-2025-0001", None),
        ("CM500-2025-000", SerialFault.CUT_SHORT),
        ("CM500-", SerialFault.CUT_SHORT),
        ("", SerialFault.MALFORMED),
        ("CM500-2025-00012", SerialFault.MALFORMED),
        ("M500-2025-0001", SerialFault.MALFORMED),
        ("CM500-2025-00A1", SerialFault.MALFORMED),
        ("CM500-２０25-0001", SerialFault.MALFORMED),
    ],
)
def test_a_format_tells_whole_cut_short_and_foreign_texts_apart(text: str, fault: SerialFault | None) -> None:
    assert SerialFormat.parse("CM500-YYYY-NNNN").fault(text) is fault


def test_a_format_makes_serials_that_fit_it() -> None:
    assert SerialFormat.parse("CM500-YYYY-NNNN").number(1, 2025) == "CM500-2025-0001"


@given(st.integers(0, 9999), st.integers(1970, 9998))
def test_every_serial_a_format_makes_is_of_that_format(sequence: int, year: int) -> None:
    made = SerialFormat.parse("S/N[YYYY]NNNN")
    assert made.fault(made.number(sequence, year)) is None


def test_a_sequence_that_runs_out_is_an_error_that_names_the_format() -> None:
    with pytest.raises(ValueError, match=re.escape("CM500-YYYY-NNNN")):
        SerialFormat.parse("CM500-YYYY-NNNN").number(10_000, 2025)


@pytest.mark.parametrize("template", ["ABC", "NN-NN", "YYYY-YYYY-NN"])
def test_a_template_without_exactly_one_sequence_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="expected one run of N"):
        SerialFormat.parse(template)


def test_a_product_without_a_format_takes_any_serial() -> None:
    assert SerialFormat.parse("").fault("anything") is None


@pytest.mark.parametrize("gtin", ["9521234543213", "09521234543213", "96385074", "614141000036"])
def test_a_gtin_with_a_right_check_digit_is_accepted(gtin: str) -> None:
    assert gtin_problem(gtin) is None


@pytest.mark.parametrize("text", ["9521234543214", "952123454321", "95212345432130", "9.52E+12", "", "952123454321X"])
def test_a_gtin_with_a_wrong_digit_or_length_is_refused(text: str) -> None:
    assert gtin_problem(text) is not None
