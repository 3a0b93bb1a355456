"""Refusals about moving goods: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class PlacingCode:
    """The codes about moving goods."""

    SAME_PLACE = Code("same_place")
    CONTENTS_DIFFER = Code("contents_differ")
    SERIAL_NEEDED = Code("serial_needed")
    LOT_NEEDED = Code("lot_needed")
    NO_PIECES = Code("no_pieces")


WORDINGS: Wordings = {
    PlacingCode.SAME_PLACE: Wording(
        N_("SAME PLACE"),
        N_("It is recorded in {place} already."),
        N_("There is nothing to do."),
    ),
    PlacingCode.CONTENTS_DIFFER: Wording(
        N_("CONTENTS DIFFER"),
        N_("{count} units are in {sscc} on record; {told} of them were named."),
        N_("Look what is in it, then move it again."),
        contests=True,
        desk=N_("Look into {sscc} with {picker}; have what is in it recorded, and where it stands."),
    ),
    PlacingCode.SERIAL_NEEDED: Wording(
        N_("SCAN THE SERIAL"),
        N_("{product} is followed by serial; its own code counts nothing."),
        N_("Scan the serial label of each unit."),
    ),
    PlacingCode.LOT_NEEDED: Wording(
        N_("LOT FIRST"),
        N_("{product} is followed by lot."),
        N_("Scan the lot, or type it and press Enter."),
    ),
    PlacingCode.NO_PIECES: Wording(
        N_("NO QUANTITY"),
        N_("{count} is no number of pieces that can be moved."),
        N_("Say how many: 1 or more."),
    ),
}
