"""The rows that judging takes: named before, so that they are loaded at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scantrail.domain.acts.kinds import RowKind, Thing, place
from scantrail.domain.names.identifiers import DocumentId, PlaceId, ProductId

Label = tuple[ProductId, str]
"""A product and a canonical serial."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The rows that judging some acts takes. Others follow from them: see `Kind.leads_to`."""

    things: frozenset[Thing] = frozenset()
    labels: frozenset[Label] = frozenset()
    """Serials that are registered."""
    in_hand: frozenset[DocumentId] = frozenset()
    """Documents of which every unit is needed that is picked for them: few facts ask for that."""

    def with_all(self, more: Iterable[Needs]) -> Needs:
        """These rows and all of those."""
        each = (self, *more)
        return Needs(
            frozenset().union(*(needs.things for needs in each)),
            frozenset().union(*(needs.labels for needs in each)),
            frozenset().union(*(needs.in_hand for needs in each)),
        )

    def of(self, kind: RowKind) -> frozenset[str]:
        """The ids of one kind."""
        return frozenset(name for each, name in self.things if each == kind)


def rows(*things: Thing) -> Needs:
    """These rows alone."""
    return Needs(frozenset(things))


def places(*ids: PlaceId | None) -> Needs:
    """These places alone; None is left out."""
    return rows(*(place(each) for each in ids if each is not None))
