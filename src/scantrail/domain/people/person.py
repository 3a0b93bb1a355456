"""People at partners, such as those who sign for a delivery."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.names.identifiers import PartyId, PersonId


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a partner. Records name the person by id alone, so that the name can be corrected, or erased."""

    id: PersonId
    name: str
    party: PartyId
    """Whom the person acts for."""
