"""Refusals about an act or its record: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class ActCode:
    """The codes about an act or its record."""

    UNKNOWN_DOCUMENT = Code("unknown_document")
    EARLIER_WAITS = Code("earlier_waits")
    MISUSE = Code("misuse")
    UNREADABLE = Code("unreadable")
    PHOTO = Code("photo")
    NOT_KNOWN = Code("not_known")
    """An answer of a newer server that this version does not know; what it was is among the facts, as `RAW_CODE`."""


WORDINGS: Wordings = {
    ActCode.UNKNOWN_DOCUMENT: Wording(
        N_("UNKNOWN DOCUMENT"),
        N_("{document} is not on record at this site."),
        N_("Press F10 and choose a list."),
        waits=N_("Waits until {document} is on record at the server."),
    ),
    ActCode.EARLIER_WAITS: Wording(
        N_("NOT ITS TURN"),
        N_("An earlier record about the same goods or list is not settled yet."),
        N_("Keep the goods where they are."),
        waits=N_("Waits for an earlier record about the same goods or list."),
    ),
    ActCode.MISUSE: Wording(
        N_("COPIED RECORD"),
        N_("The server has another record with the number {act}: this device may be a copy."),
        N_("Stop work on this device and call support."),
        desk=N_(
            "Take {device} out of use: it may be a copy of another. Compare what both recorded, then enrol it anew."
        ),
    ),
    ActCode.UNREADABLE: Wording(
        N_("RECORD NOT READ"),
        N_("The server could not read the record {act}; it is kept there."),
        N_("Set the goods aside and call support."),
        desk=N_("Ask {device} what was done then and keep those goods apart. The record is kept; support can read it."),
    ),
    ActCode.PHOTO: Wording(
        N_("PHOTO NOT SENT"),
        N_("{photo} did not reach the server: {reason}."),
        N_("The record itself is safe. Tell a supervisor what the photo shows."),
    ),
    ActCode.NOT_KNOWN: Wording(
        N_("REASON NOT KNOWN"),
        N_("Refused by the server for a reason that this version does not know ({raw_code})."),
        N_("Keep the goods apart, tell a supervisor, and have scantrail upgraded."),
        waits=N_("The server's answer ({raw_code}) is not known to this version. Have scantrail upgraded."),
    ),
}
