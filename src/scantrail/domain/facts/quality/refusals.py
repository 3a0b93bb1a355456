"""Refusals about damaged goods: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class QualityCode:
    """The codes about damaged goods."""

    NOT_FOR_DAMAGED = Code("not_for_damaged")


WORDINGS: Wordings = {
    QualityCode.NOT_FOR_DAMAGED: Wording(
        N_("WRONG PLACE"),
        N_("{place} is no place for damaged units."),
        N_("Bring the damaged unit to {wanted} and scan that."),
    ),
}
