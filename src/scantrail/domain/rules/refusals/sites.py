"""Refusals about places and sites: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class SiteCode:
    """The codes about places and sites."""

    ANOTHER_SITE = Code("another_site")
    ANOTHER_SITES_LIST = Code("another_sites_list")
    ANOTHER_SITES_PLACE = Code("another_sites_place")
    UNKNOWN_PLACE = Code("unknown_place")
    PARTNERS_PLACE = Code("partners_place")


WORDINGS: Wordings = {
    SiteCode.ANOTHER_SITE: Wording(
        N_("ANOTHER SITE"),
        N_("It is recorded at {site}, {place}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("Bring it to a supervisor; pick another."),
        desk=N_("{goods} is recorded at {site}. Keep it apart and ask there."),
    ),
    SiteCode.ANOTHER_SITES_LIST: Wording(
        N_("ANOTHER SITE"),
        N_("{document} is a list of {site}; this device works at {here}."),
        N_("Press F10 and choose a list of {here}."),
    ),
    SiteCode.ANOTHER_SITES_PLACE: Wording(
        N_("ANOTHER SITE"),
        N_("{place} is a place of {site}; this device works at {here}."),
        N_("Scan {wanted}."),
    ),
    SiteCode.UNKNOWN_PLACE: Wording(
        N_("UNKNOWN PLACE"),
        N_("{place} is no place of this site."),
        N_("Go to a place of this site and scan its label."),
    ),
    SiteCode.PARTNERS_PLACE: Wording(
        N_("PARTNER'S PLACE"),
        N_("{place} is a partner's place, or on the way to one: goods go there by shipping."),
        N_("Put it into a place of this site and scan that label."),
    ),
}
