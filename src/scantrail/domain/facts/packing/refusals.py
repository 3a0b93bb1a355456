"""Refusals about packing: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class PackingCode:
    """The codes about packing."""

    SSCC_USED = Code("sscc_used")
    ALREADY_PACKED = Code("already_packed")
    NOT_IN_CONTAINER = Code("not_in_container")


WORDINGS: Wordings = {
    PackingCode.SSCC_USED: Wording(
        N_("NUMBER USED"),
        N_("{sscc} is on record already; it stands in {place}."),
        N_("Take a new label."),
        contests=True,
        desk=N_("Two cartons have the label {sscc}. Have {picker} put a new one on the second, and record it again."),
    ),
    PackingCode.ALREADY_PACKED: Wording(
        N_("ALREADY PACKED"),
        N_("It is in {sscc}."),
        N_("Go on. Is it in your hand? Look into {sscc}."),
        contests=True,
        desk=N_("{goods} counts once. Look with {picker} whether it is in {sscc}."),
    ),
    PackingCode.NOT_IN_CONTAINER: Wording(
        N_("NOT IN IT"),
        N_("{unit} is not in {sscc} on record."),
        N_("Look the unit up with F2 and tell a supervisor."),
        contests=True,
    ),
}
