"""Refusals about goods that arrive: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class ReceivingCode:
    """The codes about goods that arrive."""

    ALREADY_RECEIVED = Code("already_received")


WORDINGS: Wordings = {
    ReceivingCode.ALREADY_RECEIVED: Wording(
        N_("ALREADY RECEIVED"),
        N_("{unit} is on record: {status}, in {place}."),
        N_("Scanned twice? Go on. Else look for another label, or keep it apart for a supervisor."),
        contests=True,
        afterwards=N_("Somebody else received it. Look for another label, or keep it apart for a supervisor."),
        desk=N_("{goods} is on record already. Is that another unit than {picker} has? Then keep both apart."),
    ),
}
