"""What is asked of the two places of a movement."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.facts.placing.refusals import PlacingCode
from scantrail.domain.names.identifiers import PlaceId, code_of


def same_place_refusal(origin: PlaceId, destination: PlaceId) -> Refusal | None:
    """Why goods cannot go where they are already."""
    return refuse(PlacingCode.SAME_PLACE, place=code_of(origin)) if origin == destination else None
