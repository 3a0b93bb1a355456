"""Refusals about completing a list: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Wording, Wordings
from scantrail.words import N_


class WorkCode:
    """The codes about completing a list."""

    CONDITION_FIRST = Code("condition_first")
    LINES_OPEN = Code("lines_open")
    NOT_CHECKED = Code("not_checked")
    CHECKLIST_CHANGED = Code("checklist_changed")


WORDINGS: Wordings = {
    WorkCode.CONDITION_FIRST: Wording(
        N_("CONDITION FIRST"),
        N_("The condition of {unit} is not stated yet."),
        N_("Enter if it is good, F4 if it is damaged; then scan on."),
        contests=True,
        waits=N_("Waits for an earlier record of {unit}."),
    ),
    WorkCode.LINES_OPEN: Wording(
        N_("NOT COMPLETE"),
        N_("{count} still to pick on {document}."),
        N_("Pick them, or press F4 for a short pick."),
        contests=True,
        waits=N_("Waits for earlier picks on {document}."),
    ),
    WorkCode.NOT_CHECKED: Wording(
        N_("NOT CHECKED"),
        N_("The checklist is not done: {item}."),
        N_("Confirm every item of the checklist."),
        contests=True,
        waits=N_("Waits for earlier records of the list."),
    ),
    WorkCode.CHECKLIST_CHANGED: Wording(
        N_("CHECKLIST CHANGED"),
        N_("The checklist of {document} does not ask for this: {item}."),
        N_("Open the list again and confirm what it asks for now."),
        contests=True,
    ),
}
