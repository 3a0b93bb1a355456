"""Acts never change, so nothing may write a name into one: partners, and who signed for them, are named by id."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.facts.shipping import UnitDelivered, UnitShipped
from scantrail.domain.facts.stored import event_from_plain
from scantrail.domain.people.party import PartyKind
from scantrail.domain.people.person import Person
from scantrail.domain.things.unit import OwnerType
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.bodies import from_body
from scantrail.server.database.schema import events, log, others, parties, units
from scantrail.server.history.timelines import timeline_of
from scantrail.server.records.master import parties_called
from tests.interchange.desk import DEMO, Desk, done, serial, the_problem, unit_row
from tests.interchange.test_history import DELIVERED, LIFE, MOVED, REGISTERED, step

ALLOCATED, PICKED, SHIPPED, ARRIVED = LIFE[2:]
EVERY_STEP = [
    *LIFE[:3],
    step(22, "released", at="2025-01-22T10:00:00-05:00"),
    step(22, "allocated", at="2025-01-22T11:00:00-05:00", order="SO-9"),
    PICKED,
    step(23, "condition", at="2025-01-23T10:00:00-05:00", by="sarah", condition="good"),
    {**SHIPPED, "service": "Ground"},
    ARRIVED,
    step(20, "registered", "MAIN/DOCK-01", number=46, by="clara"),
    step(21, "quarantined", "MAIN/QC-01", number=46, reason="housing", condition="damaged"),
]
AS_THEY_STAND = [
    {**DELIVERED, "supplier": "Precision Components LLC"},
    unit_row(46, place="MAIN/QC-01", status="quarantine", condition="damaged"),
    unit_row(47, owner_type="consigned", owner="Consigning Partners"),
    unit_row(48, owner_type="supplier", owner="Precision Components LLC", supplier="Precision Components LLC"),
]


def people(desk: Desk) -> list[Person]:
    """Everybody at a partner who is on record."""
    with desk.reading() as connection:
        found = connection.execute(select(others.c.body).where(others.c.kind == RowKind.PERSON)).scalars()
        return [from_body(Person, body) for body in found]


def names_on_record(desk: Desk) -> set[str]:
    with desk.reading() as connection:
        return {*connection.execute(select(parties.c.name)).scalars(), *(each.name for each in people(desk))}


def texts_of_records(desk: Desk) -> list[str]:
    """The exact bytes of every act, every event as it is kept beside them, and every unit's row."""
    with desk.reading() as connection:
        payloads = [each.decode() for each in connection.execute(select(log.c.payload)).scalars() if each is not None]
        return payloads + [
            body for column in (events.c.body, units.c.body) for body in connection.execute(select(column)).scalars()
        ]


def the_event(desk: Desk, wanted: type[Any]) -> Any:
    """The only event of a class."""
    with desk.reading() as connection:
        (body,) = connection.execute(select(events.c.body).where(events.c.type == wanted.__name__)).scalars()
        return event_from_plain(json.loads(body))


def test_no_act_and_no_unit_of_the_demo_holds_a_name(either_desk: Desk) -> None:
    either_desk.now += timedelta(days=1)
    done(either_desk.bring_files(*sorted(DEMO.iterdir())))
    names = names_on_record(either_desk)
    assert {"Metro Manufacturing", "Precision Components LLC", "FedEx", "J. Alvarez"} <= names
    assert [name for text in texts_of_records(either_desk) for name in names if name in text] == []


def test_no_step_of_a_history_and_no_unit_as_it_stands_writes_a_name(either_desk: Desk) -> None:
    done(either_desk.with_basics().bring(units=AS_THEY_STAND, history=EVERY_STEP))
    names = names_on_record(either_desk)
    assert names >= {"Consigning Partners", "FedEx", "J. Alvarez"}
    texts = texts_of_records(either_desk)
    assert len(texts) > 2 * len(EVERY_STEP)
    assert [name for text in texts for name in names if name in text] == []


def test_a_carrier_is_found_by_number_or_name_and_added_where_it_is_not_on_record(desk: Desk) -> None:
    outcome = done(desk.with_basics().bring(units=[DELIVERED], history=LIFE))
    (warning,) = map(str, outcome.warnings)
    assert "carrier" in warning
    assert "new partner: check that it is not on record under another name" in warning
    shipped = the_event(desk, UnitShipped)
    with desk.reading() as connection:
        found = parties_called(connection, ["FedEx"])[shipped.carrier]
    assert (found.kind, found.name) == (PartyKind.CARRIER, "FedEx")
    assert found.id in desk.told(GLOBAL_STREAM, RowKind.PARTY)


@pytest.mark.parametrize("called", ["F-301", "FedEx"])
def test_a_carrier_on_record_is_the_one_meant(desk: Desk, called: str) -> None:
    done(desk.with_basics().bring(partners=[{"id": "F-301", "name": "FedEx", "kind": "carrier"}]))
    history = [{**each, "carrier": called} if each["event"] == "shipped" else each for each in LIFE]
    outcome = done(desk.bring(units=[DELIVERED], history=history))
    assert list(outcome.warnings) == []
    with desk.reading() as connection:
        assert parties_called(connection, ["F-301"]).keys() == {the_event(desk, UnitShipped).carrier}
        unit = desk.unit(45)
        assert unit is not None
        assert timeline_of(connection, unit.id)[-2].story == "Shipped with SH-9 for SO-9: FedEx 789"


def test_a_carriers_name_that_two_have_tells_neither(desk: Desk) -> None:
    rows = [{"id": number, "name": "FedEx", "kind": "carrier"} for number in ("F-1", "F-2")]
    done(desk.with_basics().bring(partners=rows))
    assert "expected one of F-1, F-2" in the_problem(desk.bring(units=[DELIVERED], history=LIFE))


def test_who_signed_is_one_person_at_the_partner_whatever_the_delivery(desk: Desk) -> None:
    again = [{**each, "serial": serial(46)} for each in LIFE]
    done(desk.with_basics().bring(units=[DELIVERED, {**DELIVERED, "serial": serial(46)}], history=[*LIFE, *again]))
    (person,) = people(desk)
    with desk.reading() as connection:
        assert parties_called(connection, ["Metro Manufacturing"]).keys() == {person.party}
    assert (person.name, desk.told(GLOBAL_STREAM, RowKind.PERSON)) == ("J. Alvarez", set())
    more = [{**each, "serial": serial(47)} for each in LIFE]
    by_id = [{**each, "serial": serial(48)} for each in LIFE[:-1]]
    by_id.append({**ARRIVED, "serial": serial(48), "signed_by": person.id})
    rows = [{**DELIVERED, "serial": serial(number)} for number in (47, 48)]
    done(desk.bring(units=rows, history=[*more, *by_id]))
    assert people(desk) == [person]


def test_two_partners_have_people_of_one_name(desk: Desk) -> None:
    place = {"place": "HARBOR/DOCK", "kind": "customer", "pickable": False, "name": "Harbor Automation"}
    theirs = [{**each, "serial": serial(46)} for each in [*LIFE[:-1], {**ARRIVED, "place": "HARBOR/DOCK"}]]
    row = {**DELIVERED, "serial": serial(46), "place": "HARBOR/DOCK", "owner": "Harbor Automation"}
    done(desk.with_basics().bring(places=[place], units=[DELIVERED, row], history=[*LIFE, *theirs]))
    found = people(desk)
    assert [each.name for each in found] == ["J. Alvarez"] * 2
    assert len({each.party for each in found}) == 2


def test_a_delivery_is_to_whose_place_it_is_or_to_the_owner_that_its_step_names(desk: Desk) -> None:
    history = [*LIFE[:-1], {**ARRIVED, "owner": "Lakeside Robotics"}]
    done(desk.with_basics().bring(units=[{**DELIVERED, "owner": "Lakeside Robotics"}], history=history))
    with desk.reading() as connection:
        assert parties_called(connection, ["Lakeside Robotics"]).keys() == {the_event(desk, UnitDelivered).owner.party}


def test_a_unit_names_its_supplier_and_its_owner_by_id(desk: Desk) -> None:
    partners = [{"id": "S-1", "name": "Volta", "kind": "supplier"}]
    row = unit_row(46, owner_type="consigned", owner="S-1", supplier="S-1")
    done(desk.with_basics().bring(partners=partners, units=[row]))
    born = the_event(desk, UnitRegistered).born
    with desk.reading() as connection:
        assert parties_called(connection, ["Volta"]).keys() == {born.supplier} == {born.owner.party}
    assert born.owner.type is OwnerType.CONSIGNED
    before = desk.traces()
    done(desk.bring(units=[{**row, "supplier": "Volta", "owner": "Volta"}]))
    assert desk.traces() == before
    assert "expected Volta as on record" in the_problem(desk.bring(units=[{**row, "supplier": "Volt"}]))


def test_of_a_unit_that_has_not_been_delivered_nobody_has_signed(desk: Desk) -> None:
    done(desk.with_basics().bring(units=[unit_row(45)], history=[REGISTERED, MOVED]))
    assert people(desk) == []
