"""Records of earlier versions name owners, suppliers, carriers and who signed; they stay readable for ever."""

import json

from scantrail.domain.acts.kinds import party, person
from scantrail.domain.acts.naming import rows_named, with_names
from scantrail.domain.facts import told
from scantrail.domain.facts.receiving.events import Creation, UnitRegistered
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped
from scantrail.domain.facts.stored import event_from_plain, event_to_plain
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.things.unit import Owner, OwnerType, Unit
from scantrail.words import say
from tests.support.worlds import PREMIUM, module

SHIPPED = '{"type":"UnitShipped","unit":"u","shipment":"SH-1","order":"SO-1","from_place":"MAIN/A","to_place":"T/UPS",'
DELIVERED = '{"type":"UnitDelivered","unit":"u","shipment":"SH-1","from_place":"T/UPS","to_place":"PREMIUM/DOCK",'


def test_a_delivery_of_an_earlier_version_is_told_with_the_names_in_it() -> None:
    by_name = '"owner":{"type":"customer","name":"Premium Manufacturing"},"signed_by":"J. Smith"}'
    told_so = told(event_from_plain(json.loads(DELIVERED + by_name)))
    assert say(with_names(told_so, {})) == "Delivered to Premium Manufacturing, signed by J. Smith"
    told_so = told(event_from_plain(json.loads(SHIPPED + '"carrier":"UPS","service":"Ground","tracking":"1Z9"}')))
    assert say(with_names(told_so, {})) == "Shipped with SH-1 for SO-1: UPS Ground 1Z9"


def test_a_delivery_is_told_with_the_names_that_are_on_record_now() -> None:
    event = UnitDelivered("u", "SH-1", "T/UPS", "PREMIUM/DOCK", Owner(OwnerType.CUSTOMER, PREMIUM.id), "p-1")
    assert set(rows_named(told(event))) == {party(PREMIUM.id), person("p-1")}
    names = {party(PREMIUM.id): "Premium Mfg", person("p-1"): "J. Smith"}
    assert say(with_names(told(event), names)) == "Delivered to Premium Mfg, signed by J. Smith"


def test_what_is_not_said_of_a_shipment_is_left_out() -> None:
    shipped = UnitShipped("u", "SH-1", "SO-1", "MAIN/A", "T/UPS")
    assert say(told(shipped)) == "Shipped with SH-1 for SO-1: –"
    by_ups = UnitShipped("u", "SH-1", "SO-1", "MAIN/A", "T/UPS", carrier="c-1", tracking="1Z9")
    assert say(with_names(told(by_ups), {party("c-1"): "UPS"})) == "Shipped with SH-1 for SO-1: UPS 1Z9"


def test_a_unit_of_an_earlier_version_has_the_name_where_the_id_stands_now() -> None:
    body = {**to_plain(module(46)), "owner": {"type": "customer", "name": "Metro"}, "supplier": "Precision"}
    found = from_plain(Unit, body)
    assert (found.owner, found.supplier) == (Owner(OwnerType.CUSTOMER, "Metro"), "Precision")
    owner = from_plain(Owner, {"type": "customer", "name": "Metro", "party": PREMIUM.id})
    assert owner.party == PREMIUM.id, "where both are, the id is right"


def test_a_registration_of_an_earlier_version_is_read_and_one_of_this_has_no_name_field() -> None:
    born = module(46)
    data = event_to_plain(UnitRegistered(born.id, Creation.MIGRATION, born))
    data["born"] |= {"owner": {"type": "consigned", "name": "Precision"}, "supplier": "Precision"}
    event = event_from_plain(data)
    assert isinstance(event, UnitRegistered)
    assert event.born.owner == Owner(OwnerType.CONSIGNED, "Precision")
    assert "name" not in to_plain(Owner(OwnerType.CUSTOMER, PREMIUM.id))
