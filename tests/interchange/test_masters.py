"""Sites, places, products and workers: added, changed with the difference shown, and checked against each other."""

from typing import Any

import pytest

from scantrail.domain.people.worker import Role
from scantrail.server.people.sign_in import pin_fits
from scantrail.server.records.master import all_places, all_products, all_sites, all_workers, pin_verifiers
from tests.interchange.desk import BASICS, Desk, done, the_problem, told

SARAH = BASICS["workers"][0]
MODULE = BASICS["products"][0]


def test_what_is_brought_is_on_record(either_desk: Desk) -> None:
    either_desk.with_basics()
    with either_desk.reading() as connection:
        assert set(all_sites(connection)) == {"MAIN", "EAST"}
        assert len(all_places(connection)) == len(BASICS["places"])
        assert all_products(connection)["CM-500-STD"].serial_format == "CM500-YYYY-NNNN"
        assert all_workers(connection)["sarah"].roles == (Role.PICKER,)
        assert pin_fits(pin_verifiers(connection, ["sarah"])["sarah"], "1234")


def test_the_same_file_again_leaves_no_trace(either_desk: Desk) -> None:
    either_desk.with_basics()
    before = either_desk.traces()
    outcome = done(either_desk.bring(**BASICS))
    assert either_desk.traces() == before
    assert outcome.differences == ()
    assert {(count.added, count.changed) for count in (outcome.counts or {}).values()} == {(0, 0)}


def test_the_order_of_files_does_not_matter(desk: Desk) -> None:
    places = desk.file("places.csv", "place,kind,pickable\nMAIN/A-1,bin,yes\n")
    sites = desk.file("sites.csv", "id,name,time_zone\nMAIN,Main,Europe/Berlin\n")
    done(desk.bring_files(places, sites))


def test_a_changed_row_is_shown_as_a_difference(desk: Desk) -> None:
    desk.with_basics()
    outcome = done(desk.bring(products=[{**MODULE, "name": "Module", "gtins": ["09521234543213"]}]))
    assert [str(each) for each in outcome.differences] == [
        "products CM-500-STD, name: Control Module CM-500 → Module",
        "products CM-500-STD, gtins: – → gtin=09521234543213",
    ]


@pytest.mark.parametrize("kind", ["carton", "Pallet"])
def test_a_carton_is_no_place_any_more(desk: Desk, kind: str) -> None:
    desk.with_basics()
    problem = the_problem(desk.bring(places=[{"place": "MAIN/C-1", "kind": kind, "pickable": False}]))
    assert problem.startswith(f'rows.json, places[0], kind: "{kind}"')
    assert "cartons and pallets are no places: leave this row out" in problem


def test_a_new_pin_is_a_change_and_an_empty_one_keeps_it(desk: Desk) -> None:
    desk.with_basics()
    outcome = done(desk.bring(workers=[{**SARAH, "pin": "9876"}]))
    assert [count.changed for count in (outcome.counts or {}).values()] == [1]
    done(desk.bring(workers=[{**SARAH, "pin": "", "name": "Sarah J."}]))
    with desk.reading() as connection:
        assert pin_fits(pin_verifiers(connection, ["sarah"])["sarah"], "9876")
        assert all_workers(connection)["sarah"].name == "Sarah J."


@pytest.mark.parametrize(
    ("kind", "row", "sentence"),
    [
        ("places", {"place": "WEST/A-1", "kind": "bin", "pickable": True}, "expected a site that is on record"),
        (
            "places",
            {"place": "MAIN/a-15-03", "kind": "bin", "pickable": True},
            "differs from MAIN/A-15-03 in more than case",
        ),
        (
            "places",
            {"place": "METRO/X", "kind": "customer", "pickable": True},
            "nothing is picked from a partner's place",
        ),
        (
            "sites",
            {"id": "N", "name": "N", "time_zone": "UTC", "quarantine_place": "MAIN/QC-01"},
            "a place of this site",
        ),
        ("sites", {"id": "N", "name": "N", "time_zone": "UTC", "company_prefix": "952"}, "a GS1 Company Prefix"),
        ("sites", {"id": "N", "name": "N", "time_zone": "UTC", "sscc_extension": "12"}, "expected a digit from 0 to 9"),
        ("products", {"sku": "cm-500-std", "name": "x"}, "differs from CM-500-STD in more than case"),
        ("products", {**MODULE, "case_rule": "exact"}, "how serials are compared never changes"),
        ("workers", {**SARAH, "id": "mike"}, "sarah has it"),
        ("workers", {**SARAH, "site": "WEST"}, "expected a site that is on record"),
        ("workers", {**SARAH, "cart": "EAST/E-01-01"}, "a place of the worker's site"),
        ("workers", {**SARAH, "id": "mike", "badge": "B-2", "pin": ""}, "the worker is new"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(desk: Desk, kind: str, row: dict[str, Any], sentence: str) -> None:
    assert sentence in the_problem(desk.with_basics().bring(**{kind: [row]}))


def test_a_gtin_belongs_to_one_product_whatever_its_length(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(products=[{**MODULE, "gtins": ["9521234543213"]}]))
    sentence = the_problem(desk.bring(products=[{"sku": "X", "name": "X", "gtins": ["09521234543213"]}]))
    assert "it is one of CM-500-STD" in sentence


def test_products_may_exchange_their_gtins(either_desk: Desk) -> None:
    first, second = "09521234543213", "09521234543305"
    rows = [{"sku": "A", "name": "A", "gtins": [first]}, {"sku": "B", "name": "B", "gtins": [second]}]
    done(either_desk.bring(products=rows))
    rows = [{"sku": "A", "name": "A", "gtins": [second]}, {"sku": "B", "name": "B", "gtins": [first]}]
    assert len(done(either_desk.bring(products=rows)).differences) == 2


def test_nothing_is_imported_when_one_row_is_bad(either_desk: Desk) -> None:
    either_desk.with_basics()
    before = either_desk.traces()
    assert told(either_desk.bring(products=[{"sku": "NEW", "name": "New"}], places=[{"place": "X", "kind": "bin"}]))
    assert either_desk.traces() == before
    with either_desk.reading() as connection:
        assert "NEW" not in all_products(connection)


def test_what_refers_to_a_bad_row_is_not_another_problem(desk: Desk) -> None:
    desk.with_basics()
    outcome = desk.bring(
        products=[{"sku": "NEW", "name": "New", "serial_format": "NN-NN"}],
        places=[{"place": "MAIN/B-1", "kind": "shelf", "pickable": True}],
        units=[{"product": "NEW", "serial": str(number), "place": "MAIN/B-1"} for number in range(20)],
    )
    assert len(told(outcome)) == 2


def test_two_files_of_one_name_are_refused(desk: Desk) -> None:
    path = desk.file("products.csv", "sku,name\nA,A\n")
    assert "expected each file name once" in the_problem(desk.bring_files(path, path))


def test_a_file_that_is_not_there_is_refused(desk: Desk) -> None:
    assert "expected a file that can be read" in the_problem(desk.bring_files(desk.folder / "products.csv"))


@pytest.mark.parametrize("name", ["System", "system"])
def test_nobody_is_called_as_what_no_person_did(desk: Desk, name: str) -> None:
    desk.with_basics()
    assert "stands for what no person did" in the_problem(desk.bring(workers=[{**SARAH, "id": name, "badge": "W-9"}]))


def test_a_site_takes_no_name_of_a_partner(desk: Desk) -> None:
    desk.with_basics()
    site = {"id": "METRO", "name": "Metro", "time_zone": "America/New_York"}
    assert "METRO/DELIVERED is a partner's" in the_problem(desk.bring(sites=[site]))


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (["receipt"], "expected KIND=FORMAT, for example pick_list=PL-YYYY-NNNN"),
        (["bill=BL-NNNN"], "expected KIND=FORMAT"),
        (["pick_list=PL-NNN"], "one run of 4 to 9 N"),
        (["pick_list=PL-NNNN", "pick_list=PK-NNNN"], "expected one format for pick_list"),
        (["serial NONE=X-NNNN"], "expected the SKU of a product that is on record"),
        (["serial CM-500-STD=X-NNNN"], "expected the serial format of CM-500-STD: CM500-YYYY-NNNN"),
    ],
)
def test_number_series_that_do_not_fit_are_refused(desk: Desk, series: list[str], sentence: str) -> None:
    desk.with_basics()
    assert sentence in the_problem(desk.bring(sites=[{**BASICS["sites"][0], "number_series": series}]))


def test_a_site_says_what_its_devices_number_offline(desk: Desk) -> None:
    series = ["pick_list=PL-YYYY-NNNN", "serial CM-500-STD=CM500-YYYY-NNNN"]
    desk.with_basics()
    done(desk.bring(sites=[{**BASICS["sites"][0], "number_series": series}]))
    with desk.reading() as connection:
        names = [each.name for each in all_sites(connection)["MAIN"].series_in(2025)]
    assert names == ["pick_list PL-2025-NNNN", "serial CM-500-STD CM500-2025-NNNN"]
