"""Recording where a unit really is, when the record and the goods have gone apart (R24)."""

from __future__ import annotations

from collections.abc import Collection

from scantrail.domain.events import UnitCorrected
from scantrail.domain.identifiers import PlaceId, SiteId
from scantrail.domain.places import Place
from scantrail.domain.status import Status
from scantrail.domain.units import Unit
from scantrail.words import M, Message

FOUND_AS = (Status.AVAILABLE, Status.QUARANTINE, Status.DAMAGED, Status.RETIRED, Status.VOID)
"""What can be said of a unit by looking at it; the other statuses belong to a document, and its work records them."""


def correction_problem(
    unit: Unit, place: Place | None, status: Status, site: SiteId, own_sites: Collection[SiteId]
) -> Message | None:
    """Why a person of a site may not say this of a unit; None when they may, whatever the table of statuses says.

    What counts as gone to a partner may be found at any of our own sites.
    """
    if unit.site != site and unit.site in own_sites:
        return M("{serial} is recorded at {site}: it can be corrected there.", serial=unit.serial, site=unit.site)
    if place is None or place.site != site:
        return M("Expected a place of {site} where {serial} is.", site=site, serial=unit.serial)
    if status not in FOUND_AS:
        expected = ", ".join(each.value for each in FOUND_AS)
        return M("Expected what {serial} is found as: {expected}.", serial=unit.serial, expected=expected)
    return None


def correction(unit: Unit, place: PlaceId, status: Status) -> UnitCorrected:
    """What is recorded; a list that has picked the unit has it no more."""
    listed = unit.document if unit.status is Status.PICKED else None
    return UnitCorrected(unit.id, unit.place, place, unit.status, status, listed)
