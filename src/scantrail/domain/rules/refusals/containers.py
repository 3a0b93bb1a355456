"""Refusals about cartons and pallets: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class ContainerCode:
    """The codes about cartons and pallets."""

    CONTAINER_UNKNOWN = Code("container_unknown")
    CONTAINER_ELSEWHERE = Code("container_elsewhere")
    IN_CONTAINER = Code("in_container")


WORDINGS: Wordings = {
    ContainerCode.CONTAINER_UNKNOWN: Wording(
        N_("UNKNOWN CARTON"),
        N_("No carton or pallet with the number {sscc} is on record."),
        N_("Open it and scan the units."),
        waits=N_("Waits until {sscc} is on record at the server."),
    ),
    ContainerCode.CONTAINER_ELSEWHERE: Wording(
        N_("MOVED SINCE"),
        N_("{sscc} is recorded in {place}."),
        N_("See where it stands, and move it from there."),
        contests=True,
        desk=N_("Find {sscc} and have it moved to where it stands. On record it is in {place}."),
    ),
    ContainerCode.IN_CONTAINER: Wording(
        N_("IN A CARTON"),
        N_("It is in {sscc}."),
        N_("Take it out of {sscc} first, or move {sscc} with everything in it."),
        contests=True,
        afterwards=N_("Put it back into {sscc}, or bring it to a supervisor."),
        desk=N_("Have {picker} put {goods} back into {sscc}, or have it taken out of there on record."),
    ),
}
