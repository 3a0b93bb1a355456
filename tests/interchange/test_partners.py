"""Partners: matched by id or number, then by exact name; what else names one finds it in the same way."""

from typing import Any

from scantrail.domain.documents.orders import PurchaseOrder, SalesOrder
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.people.party import Party, PartyKind
from scantrail.interchange.importing import Outcome
from scantrail.protocol.messages import Seen
from scantrail.server.ledger.feed import changes_after
from scantrail.server.records.master import all_places, parties_called
from tests.interchange.desk import Desk, any_line, done, exact_line, list_row, order_row, the_problem, unit_row

PREMIUM: dict[str, Any] = {"id": "C-1041", "name": "Premium Manufacturing", "kind": "customer", "class": "VIP"}
NAMELESS: dict[str, Any] = {"name": "John Smith", "kind": "customer"}


def called(desk: Desk, *texts: str) -> list[Party]:
    """The partners on record with this id, number or name."""
    with desk.reading() as connection:
        return sorted(parties_called(connection, texts).values(), key=lambda each: each.number)


def the_partner(desk: Desk, text: str) -> Party:
    """The only one."""
    (found,) = called(desk, text)
    return found


def test_a_partner_has_an_id_that_says_nothing_of_it(either_desk: Desk) -> None:
    done(either_desk.bring(partners=[PREMIUM]))
    found = the_partner(either_desk, "Premium Manufacturing")
    assert found == Party(found.id, PartyKind.CUSTOMER, "Premium Manufacturing", "C-1041", "VIP")
    assert "C-1041" not in found.id
    assert the_partner(either_desk, "C-1041") == the_partner(either_desk, found.id) == found


def test_the_same_partners_again_leave_no_trace(either_desk: Desk) -> None:
    rows = [PREMIUM, NAMELESS]
    done(either_desk.bring(partners=rows))
    before = either_desk.traces()
    assert done(either_desk.bring(partners=rows)).differences == ()
    assert either_desk.traces() == before


def test_a_partner_is_found_by_its_number_and_keeps_its_id_under_another_name(desk: Desk) -> None:
    done(desk.bring(partners=[PREMIUM]))
    before = the_partner(desk, "C-1041")
    outcome = done(desk.bring(partners=[{**PREMIUM, "name": "Premium Mfg"}]))
    assert [str(each) for each in outcome.differences] == ["partners C-1041, name: Premium Manufacturing → Premium Mfg"]
    assert (the_partner(desk, "C-1041").id, called(desk, "Premium Manufacturing")) == (before.id, [])


def test_a_partner_is_found_by_the_id_it_has_here(desk: Desk) -> None:
    done(desk.bring(partners=[NAMELESS]))
    before = the_partner(desk, "John Smith")
    done(desk.bring(partners=[{**NAMELESS, "id": before.id, "name": "John M. Smith"}]))
    assert the_partner(desk, before.id) == Party(before.id, PartyKind.CUSTOMER, "John M. Smith")


def test_a_number_is_given_to_the_partner_of_the_same_name_that_has_none(desk: Desk) -> None:
    done(desk.bring(partners=[NAMELESS]))
    before = the_partner(desk, "John Smith")
    done(desk.bring(partners=[{**NAMELESS, "id": "C-1"}]))
    assert (the_partner(desk, "John Smith").id, the_partner(desk, "John Smith").number) == (before.id, "C-1")


def test_two_of_one_name_are_two_by_their_numbers(desk: Desk) -> None:
    done(desk.bring(partners=[{**NAMELESS, "id": "C-1"}, {**NAMELESS, "id": "C-2"}]))
    assert [each.number for each in called(desk, "John Smith")] == ["C-1", "C-2"]


def test_a_name_that_two_have_tells_neither(desk: Desk) -> None:
    done(desk.bring(partners=[{**NAMELESS, "id": "C-1"}, {**NAMELESS, "id": "C-2"}]))
    sentence = the_problem(desk.bring(partners=[NAMELESS]))
    assert "expected one of C-1, C-2: several partners have this name" in sentence


def test_one_partner_in_two_rows_is_refused(desk: Desk) -> None:
    done(desk.bring(partners=[NAMELESS]))
    before = the_partner(desk, "John Smith")
    rows = [NAMELESS, {**NAMELESS, "id": before.id, "name": "J. Smith"}]
    assert "expected each once" in the_problem(desk.bring(partners=rows))


def test_devices_of_every_site_are_told_of_partners(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(partners=[PREMIUM]))
    found = the_partner(desk, "C-1041")
    with desk.reading() as connection:
        rows = {site: changes_after(connection, Seen(), site, 1_000).rows for site in ("MAIN", "EAST")}
    for site, told in rows.items():
        bodies = [row.body for row in told if row.id == found.id]
        assert [body["name"] for body in bodies] == ["Premium Manufacturing"], site


# What names partners


def warned(outcome: Outcome) -> list[str]:
    """What a person should look at again."""
    return [str(each) for each in done(outcome).warnings]


def customer_of(desk: Desk, number: str) -> str:
    """The partner that a sales order is for."""
    order = desk.document(number)
    assert isinstance(order, SalesOrder)
    return order.customer


def test_an_order_names_its_customer_by_number_by_id_or_by_exact_name(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(partners=[PREMIUM]))
    party = the_partner(desk, "C-1041")
    names = {"SO-1": "C-1041", "SO-2": party.id, "SO-3": "Premium Manufacturing"}
    rows = [order_row(number=number, customer=name) for number, name in names.items()]
    assert warned(desk.bring(sales_orders=rows)) == []
    assert {customer_of(desk, number) for number in names} == {party.id}


def test_a_customer_that_is_not_on_record_is_made_once_and_listed_to_be_checked(desk: Desk) -> None:
    desk.with_basics()
    outcome = desk.bring(sales_orders=[order_row(number=each, customer="premium mfg") for each in ("SO-1", "SO-2")])
    assert warned(outcome) == [
        (
            'rows.json, sales_orders[0], customer: "premium mfg" – new partner: check that it is not on record under '
            "another name"
        )
    ]
    assert outcome.counts is not None
    assert outcome.counts["partners", "rows.json"].added == 1
    assert the_partner(desk, "premium mfg").kind is PartyKind.CUSTOMER
    assert customer_of(desk, "SO-1") == customer_of(desk, "SO-2") == the_partner(desk, "premium mfg").id


def test_the_same_order_again_leaves_no_trace(either_desk: Desk) -> None:
    either_desk.with_basics()
    done(either_desk.bring(sales_orders=[order_row()]))
    before = either_desk.traces()
    assert warned(either_desk.bring(sales_orders=[order_row()])) == []
    assert either_desk.traces() == before


def test_a_customers_name_that_two_have_is_refused_with_their_numbers(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(partners=[{**NAMELESS, "id": "C-1"}, {**NAMELESS, "id": "C-2"}]))
    sentence = the_problem(desk.bring(sales_orders=[order_row(customer="John Smith")]))
    assert "expected one of C-1, C-2" in sentence


def test_an_order_that_states_no_class_has_its_customers(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(partners=[PREMIUM]))
    rows = [
        order_row(number="SO-1", customer="C-1041"),
        order_row(number="SO-2", customer="C-1041", customer_class="B"),
    ]
    done(desk.bring(sales_orders=rows))
    orders = [desk.document("SO-1"), desk.document("SO-2")]
    assert [each.customer_class for each in orders if isinstance(each, SalesOrder)] == ["VIP", "B"]


def test_a_pick_list_shows_the_name_of_an_order_on_record(desk: Desk) -> None:
    desk.with_basics()
    done(desk.bring(partners=[PREMIUM], units=[unit_row(1)]))
    done(desk.bring(sales_orders=[order_row(exact_line(1), customer="C-1041")]))
    done(desk.bring(pick_lists=[list_row(exact_line(1))]))
    found = desk.document("PL-1")
    assert isinstance(found, PickList)
    assert found.customer == "Premium Manufacturing"


def test_a_supplier_is_one_by_its_kind_or_by_its_place(desk: Desk) -> None:
    desk.with_basics()
    volta = {"id": "S-1", "name": "Volta", "kind": "supplier"}
    order = {"number": "PO-1", "site": "MAIN", "supplier": "S-1", "lines": [any_line(5)]}
    done(desk.bring(partners=[volta], purchase_orders=[order]))
    found = desk.document("PO-1")
    assert isinstance(found, PurchaseOrder)
    assert found.supplier == the_partner(desk, "Volta").id
    done(
        desk.bring(
            places=[{"place": "PREMIUM/BACK", "kind": "supplier", "pickable": False, "name": "Metro Manufacturing"}]
        )
    )
    done(desk.bring(purchase_orders=[{**order, "number": "PO-2", "supplier": "Metro Manufacturing"}]))


def test_a_customer_is_no_supplier(desk: Desk) -> None:
    desk.with_basics()
    order = {"number": "PO-1", "site": "MAIN", "supplier": "Metro Manufacturing", "lines": [any_line(5)]}
    assert "exact name of a supplier" in the_problem(desk.bring(purchase_orders=[order]))


def test_a_place_belongs_to_the_partner_it_names(desk: Desk) -> None:
    desk.with_basics()
    place = {"place": "PREMIUM/DAYTON", "kind": "customer", "pickable": False, "partner": "C-1041"}
    done(desk.bring(partners=[PREMIUM], places=[place]))
    with desk.reading() as connection:
        places = all_places(connection)
    assert places["PREMIUM/DAYTON"].party == the_partner(desk, "C-1041").id
    assert places["PREMIUM/DAYTON"].name == "Premium Manufacturing"
    assert places["METRO/DELIVERED"].party == the_partner(desk, "Metro Manufacturing").id
    assert places["MAIN/A-15-03"].party is None


def test_a_bin_belongs_to_no_partner(desk: Desk) -> None:
    desk.with_basics()
    row = {"place": "MAIN/B-1", "kind": "bin", "pickable": True, "partner": "Metro Manufacturing"}
    assert "expected no partner for a place of this kind" in the_problem(desk.bring(places=[row]))
