"""What a code is taken for by what is on record on the device; what is accepted so the server accepts too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scantrail.device.store import DeviceStore
from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import CaseRule
from scantrail.domain.scans.reading import Candidates, Carrier, Reading
from scantrail.domain.things.product import Product, ProductGtin
from scantrail.gs1.said import said_by
from tests.support.devices import new_store
from tests.support.worlds import SITE, TODAY, unit

G1 = "09521234000006"
F1 = Product("F1", "F1", "Alpha", gtins=(ProductGtin(G1), ProductGtin("042100005264")), case_rule=CaseRule.EXACT)
F2 = Product("F2", "F2", "Beta", gtins=(ProductGtin("09521234000013"),))
WRITTEN = (f"(01){G1}(21)X1", "]C1X5", f"01{G1}21X2", "9521234000006", "[)>06|SX1", "+LOT/7", "21X9", "SX9", "X1;X2")
"""Serials that look like codes of some grammar."""
SERIALS = ("KEEP1", "X1", "X2", "X9", "keep-a")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceStore]:
    units = [unit(F1, serial) for serial in SERIALS] + [unit(F2, serial) for serial in WRITTEN]
    with new_store(Path(tmp_path_factory.mktemp("store")), F1, F2, *units) as opened:
        yield opened


def found(store: DeviceStore, text: str, aim: str = "", prefixes: tuple[CodePrefix, ...] = ()) -> Candidates:
    return store.candidates(said_by(Reading(text, Carrier.WEDGE, aim=aim), prefixes, TODAY))


def serials(store: DeviceStore, text: str, aim: str = "") -> list[str]:
    return [each.serial for each in found(store, text, aim).units]


@pytest.mark.parametrize("serial", WRITTEN)
def test_a_serial_on_record_is_found_as_it_is_written_whatever_it_looks_like(store: DeviceStore, serial: str) -> None:
    assert serials(store, serial) == [serial]
    prefixes = (CodePrefix(serial[0], CodeKind.PLACE),)
    assert [each.serial for each in found(store, serial, prefixes=prefixes).units] == [serial]


def test_a_serial_written_like_a_mark_is_found_when_the_scanner_takes_the_mark_off(store: DeviceStore) -> None:
    assert serials(store, "X5", aim="]C1") == ["]C1X5"]


@pytest.mark.parametrize(
    "text",
    [f"01{G1}21KEEP1", "21KEEP1", "SKEEP1", "(21)KEEP1", "[)>06|1PF1|SKEEP1", "[)>\x1e06\x1d1PF1\x1dSKEEP1\x1e\x04"],
)
def test_a_unit_is_found_by_the_other_things_a_text_may_say(store: DeviceStore, text: str) -> None:
    assert serials(store, text) == ["KEEP1"]
    (keep1,) = found(store, text).units
    said = said_by(Reading(text, Carrier.WEDGE), (), TODAY)
    assert said.is_serial_of(keep1.serial, F1), "the server must find the same"
    assert not said.is_serial_of("X1", F1)


def test_an_unmarked_element_string_says_its_product_and_serial_when_the_gtin_is_on_record(store: DeviceStore) -> None:
    bare, marked = found(store, f"01{G1}21ZZ9"), found(store, f"]C101{G1}21ZZ9")
    assert [each.id for each in bare.products] == [each.id for each in marked.products] == ["F1"]
    assert (bare.kinds, bare.text) == (marked.kinds, marked.text)


@pytest.mark.parametrize(
    ("text", "aim"), [("04252614", ""), ("]E004252614", ""), ("04252614", "]E0"), ("042100005264", "")]
)
def test_an_upc_e_names_the_product_of_its_upc_a(store: DeviceStore, text: str, aim: str) -> None:
    assert [each.id for each in found(store, text, aim).products] == ["F1"]


@pytest.mark.parametrize("text", ["PF1", "1PF1", "[)>06|1PF1"])
def test_a_part_number_names_the_product_with_that_sku(store: DeviceStore, text: str) -> None:
    assert [each.id for each in found(store, text).products] == ["F1"]


def test_a_part_number_leaves_out_units_of_other_products(store: DeviceStore) -> None:
    assert not found(store, "[)>06|1PF2|SKEEP1").units


@pytest.mark.parametrize("text", ["KEEP-A", "keep'a", "keepßa"])
def test_what_another_keyboard_has_changed_is_told_and_names_nothing(store: DeviceStore, text: str) -> None:
    seen = found(store, text)
    assert (seen.meant, seen.is_known) == ("keep-a", False)


def test_several_serials_are_counted(store: DeviceStore) -> None:
    assert found(store, "KEEP1;X1;NONE").several == 2
    assert found(store, "X1;X2").units, "on record as it stands"


def test_one_letter_before_a_site_s_codes_is_enough(tmp_path: Path) -> None:
    site = replace(SITE, code_prefixes=(CodePrefix("B", CodeKind.PLACE), CodePrefix("S", CodeKind.SERIAL)))
    with new_store(tmp_path, F1, F2, unit(F1, "KEEP1"), unit(F2, "BETA1"), site) as store:
        assert [each.code for each in found(store, "BA-15-03", prefixes=site.code_prefixes).places] == ["A-15-03"]
        assert [each.serial for each in found(store, "SKEEP1", prefixes=site.code_prefixes).units] == ["KEEP1"]
        assert [each.serial for each in found(store, "BETA1", prefixes=site.code_prefixes).units] == ["BETA1"]
