"""Recording where a unit really is, when the record and the goods have gone apart (R24)."""

from __future__ import annotations

from collections.abc import Collection

from scantrail.domain.acts.kinds import party
from scantrail.domain.acts.naming import NameOf
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts.correcting.events import UnitCorrected
from scantrail.domain.names.identifiers import DocumentId, PlaceId, SiteId
from scantrail.domain.rules.pick import before_pick
from scantrail.domain.things.place import Place
from scantrail.domain.things.status import Status
from scantrail.domain.things.unit import Condition, Unit
from scantrail.words import M, Message

FOUND_AS = (Status.AVAILABLE, Status.QUARANTINE, Status.DAMAGED, Status.RETIRED, Status.VOID)
"""What can be said of a unit by looking at it; the other statuses belong to a document, and its work records them."""

_CONDITIONS = {Status.AVAILABLE: Condition.GOOD, Status.DAMAGED: Condition.DAMAGED}


def correction_problem(
    unit: Unit, place: Place | None, status: Status, site: SiteId, own_sites: Collection[SiteId]
) -> Message | None:
    """Why a person of a site may not say this of a unit; None when they may, whatever the table of statuses says.

    What counts as gone to a partner may be found at any of our own sites.
    """
    if unit.site != site and unit.site in own_sites:
        return M("{serial} is recorded at {site}. Have that site look for it.", serial=unit.serial, site=unit.site)
    if place is None or place.site != site:
        return M("Expected a place of {site} where {serial} is.", site=site, serial=unit.serial)
    if status not in FOUND_AS:
        expected = ", ".join(each.value for each in FOUND_AS)
        return M("Expected what {serial} is found as: {expected}.", serial=unit.serial, expected=expected)
    if status is Status.AVAILABLE and not unit.owner.is_us:
        owner = NameOf(party(unit.owner.party or "?"))
        return M(
            "{serial} belongs to {owner}: expected quarantine, until it is returned.", serial=unit.serial, owner=owner
        )
    return None


def correction(
    unit: Unit, place: PlaceId, status: Status, pick_list: PickList | None, listed: Listed | None
) -> UnitCorrected:
    """What is recorded. `pick_list` is the list that has picked it, as `listed`, and has it no more.

    A unit that is found available keeps what it is promised to: its order and list, or those from before the pick.
    """
    to_status, document, order = status, None, None
    if status is Status.AVAILABLE and unit.status is Status.ALLOCATED:
        to_status, document, order = unit.status, unit.document, unit.order
    elif status is Status.AVAILABLE and pick_list is not None:
        to_status, document, order = _before(pick_list, listed)
    return UnitCorrected(
        unit.id,
        from_place=unit.place,
        to_place=place,
        from_status=unit.status,
        to_status=to_status,
        condition=_CONDITIONS.get(status, unit.condition),
        document=pick_list.number if pick_list else None,
        to_document=document,
        to_order=order,
        container=unit.container,
        line=listed.line if listed is not None and listed.picked is not None else "",
    )


def _before(pick_list: PickList, listed: Listed | None) -> tuple[Status, DocumentId | None, DocumentId | None]:
    is_open = pick_list.status in (DocumentStatus.OPEN, DocumentStatus.IN_PROGRESS)
    if listed is None or listed.picked is None or not is_open:
        return Status.AVAILABLE, None, None
    status, document = before_pick(pick_list, listed)
    return status, document, pick_list.order if status is Status.ALLOCATED else None
