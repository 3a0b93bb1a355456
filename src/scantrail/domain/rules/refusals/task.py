"""Refusals about the list that is worked on: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import CHANGED, PUT_BACK, Code, Wording, Wordings
from scantrail.words import N_


class TaskCode:
    """The codes about the list that is worked on."""

    LIST_CANCELLED = Code("list_cancelled")
    LIST_COMPLETED = Code("list_completed")
    LIST_TAKEN_OVER = Code("list_taken_over")
    UNITS_IN_CART = Code("units_in_cart")
    NO_CART = Code("no_cart")
    NOT_PICKED_HERE = Code("not_picked_here")
    NOT_ASKED_FOR = Code("not_asked_for")


WORDINGS: Wordings = {
    TaskCode.LIST_CANCELLED: Wording(
        N_("LIST CANCELLED"),
        N_("{document} was cancelled."),
        N_("Take no more for it. What is picked goes back: scan a unit of it, then its bin."),
        contests=True,
        afterwards=N_("Put it back in {bin}."),
        desk=PUT_BACK,
    ),
    TaskCode.LIST_COMPLETED: Wording(
        N_("LIST COMPLETED"),
        N_("{document} is already complete."),
        N_("Press F10 and choose another list."),
        contests=True,
        afterwards=N_("Put it back in {bin}."),
        desk=PUT_BACK,
    ),
    TaskCode.LIST_TAKEN_OVER: Wording(
        N_("LIST TAKEN OVER"),
        N_("{worker} works on {document} on {device} now."),
        N_("Bring what you picked to {worker}. Press Enter for the menu."),
        contests=True,
        afterwards=N_("Bring it to {worker}, who has the list now."),
        desk=N_("Have {picker} bring {goods} to {worker}, who works on {document} now."),
    ),
    TaskCode.UNITS_IN_CART: Wording(
        N_("UNITS IN YOUR CART"),
        N_("{units} of {document} must leave your cart first."),
        N_("Press F5 and put each back in its bin, or keep the list."),
    ),
    TaskCode.NO_CART: Wording(
        N_("NO CART"),
        N_("No cart or tote is on record for {worker}."),
        N_("Ask a supervisor to have one assigned."),
    ),
    TaskCode.NOT_PICKED_HERE: Wording(
        N_("NOT PICKED HERE"),
        N_("{unit} is not picked on {document}."),
        N_("Press F3 to see what is picked."),
        contests=True,
        waits=N_("Waits until the pick of {unit} on {document} is settled."),
        desk=CHANGED,
    ),
    TaskCode.NOT_ASKED_FOR: Wording(
        N_("LIST CHANGED"),
        N_("{document} does not ask for {product}."),
        N_("Put it back. Press F10, open the list again and look at it with F3."),
        contests=True,
    ),
}
