"""Refusals about who may do it, and whether it needs a reason: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class RightCode:
    """The codes about who may do it, and whether it needs a reason."""

    NO_RIGHT = Code("no_right")
    NOT_SIGNED_IN = Code("not_signed_in")
    NO_GRANT = Code("no_grant")
    NO_REASON = Code("no_reason")


WORDINGS: Wordings = {
    RightCode.NO_RIGHT: Wording(
        N_("NOT ALLOWED"),
        N_("{worker} may not do this."),
        N_("Ask a supervisor."),
        desk=N_("{picker} had no right to do this. Look at {goods}; have somebody who may do it record it again."),
    ),
    RightCode.NOT_SIGNED_IN: Wording(
        N_("NOT SIGNED IN"),
        N_("{worker} was not signed in on {device}."),
        N_("Keep the goods where they are and call a supervisor."),
        desk=N_("Ask {picker} who used {device} then. Look at {goods}, and have it recorded again after signing in."),
    ),
    RightCode.NO_GRANT: Wording(
        N_("NOT GRANTED"),
        N_("Only a supervisor may allow this, not {worker}."),
        N_("Have a supervisor scan a badge and type the PIN."),
    ),
    RightCode.NO_REASON: Wording(
        N_("REASON NEEDED"),
        N_("This is recorded only with a reason."),
        N_("Choose a reason."),
    ),
}
