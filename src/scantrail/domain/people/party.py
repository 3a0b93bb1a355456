"""Partners: the companies and people that goods come from and go to (R16, R17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from scantrail.domain.names.identifiers import PartyId


class PartyKind(Enum):
    """In what capacity somebody deals with us."""

    CUSTOMER = "customer"
    DEALER = "dealer"
    SUPPLIER = "supplier"
    SERVICE_CENTRE = "service_centre"
    AUTHORITY = "authority"
    """A public body that is to be told of recalls and incidents."""
    CARRIER = "carrier"
    """Brings goods to whom they are for."""


@dataclass(frozen=True, slots=True)
class Party:
    """A partner. Records name it by its id alone, so that its name can be corrected, or erased."""

    id: PartyId
    kind: PartyKind
    name: str
    number: str = ""
    """What the company's other systems call it, such as a customer number; empty where they have none."""
    customer_class: str = ""
    """For example VIP: the class of its orders that state none."""


class Parties:
    """Partners, by all that files and people call them."""

    def __init__(self, parties: Iterable[Party] = ()) -> None:
        self._by_id: dict[PartyId, Party] = {}
        self._by_number: dict[str, PartyId] = {}
        self._by_name: dict[str, set[PartyId]] = {}
        for each in parties:
            self.put(each)

    def put(self, party: Party) -> None:
        """Add a partner, or put it in the place of what it was before."""
        before = self._by_id.get(party.id)
        if before is not None:
            self._by_name[before.name].discard(party.id)
        self._by_id[party.id] = party
        self._by_name.setdefault(party.name, set()).add(party.id)
        if party.number:
            self._by_number[party.number] = party.id

    def of_id(self, called: str) -> Party | None:
        """The partner with this id or number."""
        return self._by_id.get(called) or self._by_id.get(self._by_number.get(called, ""))

    def of_name(self, name: str) -> tuple[Party, ...]:
        """The partners with exactly this name."""
        return tuple(self._by_id[each] for each in sorted(self._by_name.get(name, ())))

    def name_of(self, party: PartyId) -> str:
        """How a partner is shown; its id, where nothing is known of it."""
        found = self._by_id.get(party)
        return party if found is None else found.name

    def called(self, text: str) -> frozenset[PartyId]:
        """The ids of all partners that a text may mean: by id, number or exact name."""
        found = self.of_id(text)
        return frozenset(each.id for each in ((found,) if found else self.of_name(text)))

    def class_of(self, party: PartyId) -> str:
        """The class of a partner's orders that state none."""
        found = self._by_id.get(party)
        return "" if found is None else found.customer_class

    def __contains__(self, party: PartyId) -> bool:
        return party in self._by_id

    def __iter__(self) -> Iterator[Party]:
        return iter(self._by_id.values())
