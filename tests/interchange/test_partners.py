"""Partners: matched by id or number, then by exact name; what else names one finds it in the same way."""

from typing import Any

from scantrail.domain.people.party import Party, PartyKind
from scantrail.protocol.messages import Seen
from scantrail.server.ledger.feed import changes_after
from scantrail.server.records.master import parties_called
from tests.interchange.desk import Desk, done, the_problem

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
