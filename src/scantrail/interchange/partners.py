"""Partners: rows of their own, and found by what other rows call them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import PartyId, PersonId
from scantrail.domain.people.party import Party, PartyKind
from scantrail.domain.people.person import Person
from scantrail.domain.things.place import PlaceKind
from scantrail.domain.things.unit import Owner, OwnerType
from scantrail.interchange.checking import Checked
from scantrail.interchange.plan import Count, Plan
from scantrail.interchange.problems import Spot
from scantrail.words import M


def plan_partners(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change partners. A row is matched by id or number; without one on record, by its exact name."""
    seen: dict[PartyId, Spot] = {}
    for row in rows:
        matching = _on_record(plan, row["id"], row["name"])
        if len(matching) > 1:
            _several(plan, row, "id", matching)
            continue
        old = matching[0] if matching else None
        party = Party(
            id=old.id if old else str(uuid4()),
            kind=row["kind"],
            name=row["name"],
            number=_number(old, row["id"]),
            customer_class=row["class"],
        )
        first = seen.setdefault(party.id, row.spot)
        if first is not row.spot:
            plan.problem(row, M("expected each once; this is also in {spot}", spot=str(first)), "name")
        plan.put(RowKind.PARTY, row, party.id, old, party, called=party.number or party.name)
        plan.records.parties.put(party)


def _number(old: Party | None, called: str) -> str:
    """A partner keeps its number; a row may give one to a partner that has none, by any text but its id."""
    if old is None:
        return called
    return old.number or (called if called != old.id else "")


def _on_record(plan: Plan, called: str, name: str) -> tuple[Party, ...]:
    """The partner that a row is about; several where its name alone does not tell which."""
    parties = plan.records.parties
    found = parties.of_id(called)
    if found is not None:
        return (found,)
    return tuple(each for each in parties.of_name(name) if not (called and each.number))


def the_supplier(plan: Plan, row: Checked, column: str, text: str) -> PartyId:
    """The supplier with this id, number or exact name; anything else is a problem of the row."""
    found = plan.records.parties.of_id(text)
    matching = [found] if found else [each for each in plan.records.parties.of_name(text) if each.id in plan.suppliers]
    if len(matching) > 1:
        _several(plan, row, column, matching)
    elif not matching or matching[0].id not in plan.suppliers:
        plan.problem(row, M("expected the id or exact name of a supplier that is on record or in these files"), column)
    return matching[0].id if matching else ""


def owner_of(plan: Plan, row: Checked) -> Owner:
    """Whose a unit is by its row in a file. An owner that is not on record is added, to be checked."""
    kind = row["owner_type"]
    if kind is OwnerType.OWNED:
        if row["owner"]:
            plan.problem(row, M("expected no owner beside owned: that is a unit of ours"), "owner")
        return Owner()
    if not row["owner"]:
        plan.problem(row, M("expected the owner's id or exact name"), "owner", "")
        return Owner(kind)
    return Owner(kind, partner_or_new(plan, row, "owner", row["owner"], _OWNERS[kind]))


_OWNERS = {
    OwnerType.CONSIGNED: PartyKind.SUPPLIER,
    OwnerType.CUSTOMER: PartyKind.CUSTOMER,
    OwnerType.SUPPLIER: PartyKind.SUPPLIER,
}
"""What sort of partner an owner is, where nothing else says so."""


def signer_or_new(plan: Plan, text: str, party: PartyId) -> PersonId:
    """The person of this id, or of exactly this name at a partner; somebody who is not on record is added."""
    known = plan.records.people.get(text)
    if known is not None:
        return known.id
    person = plan.records.people_by_name.get((party, text))
    if person is None:
        person = Person(str(uuid4()), text, party)
        plan.records.put_person(person)
        plan.write(RowKind.PERSON, person.id, person)
    return person.id


def partner_or_new(plan: Plan, row: Checked, column: str, text: str, kind: PartyKind) -> PartyId:
    """The partner with this id, number or exact name. One that is not on record is made, and listed to be checked."""
    found = plan.records.parties.of_id(text)
    matching = (found,) if found else plan.records.parties.of_name(text)
    if matching:
        if len(matching) > 1:
            _several(plan, row, column, matching)
        return matching[0].id
    party = Party(str(uuid4()), kind, text)
    plan.records.parties.put(party)
    plan.written.setdefault(RowKind.PARTY, {})[party.id] = party
    plan.counts.setdefault(("partners", row.spot.file), Count()).added += 1
    plan.warn(row, M("new partner: check that it is not on record under another name"), column, text)
    return party.id


def _several(plan: Plan, row: Checked, column: str, matching: Iterable[Party]) -> None:
    ids = ", ".join(sorted(each.number or each.id for each in matching))
    plan.problem(row, M("expected one of {ids}: several partners have this name", ids=ids), column)


def find_suppliers(plan: Plan) -> None:
    """Note which partners we buy from, once partners and places are planned."""
    by_kind = {each.id for each in plan.records.parties if each.kind is PartyKind.SUPPLIER}
    by_place = {each.party for each in plan.records.places.values() if each.kind is PlaceKind.SUPPLIER}
    plan.suppliers = frozenset(filter(None, by_kind | by_place))
