"""Refusals of the pick: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import CHANGED, PUT_BACK, Code, Wording, Wordings
from scantrail.words import N_


class PickCode:
    """The codes of the pick."""

    IN_TASK = Code("in_task")
    PICKED_BY_COLLEAGUE = Code("picked_by_colleague")
    NOT_ON_LIST = Code("not_on_list")
    LINE_FULL = Code("line_full")
    LINE_CHANGED = Code("line_changed")
    NOT_NAMED = Code("not_named")
    WRONG_BIN = Code("wrong_bin")
    NOT_THIS_BIN = Code("not_this_bin")
    GO_TO_BIN = Code("go_to_bin")
    BIN_NOT_PICKABLE = Code("bin_not_pickable")
    NO_STOCK = Code("no_stock")
    CONFIRM_FIRST = Code("confirm_first")
    NAMED_HERE = Code("named_here")
    NAMED_ELSEWHERE = Code("named_elsewhere")
    REPLACED = Code("replaced")


_COUNTED = N_("{goods} counts once. See with {picker} that there is one of it in the cart.")

WORDINGS: Wordings = {
    PickCode.IN_TASK: Wording(
        N_("ALREADY SCANNED"),
        N_("You picked it in this task."),
        N_("Scan {wanted}."),
        contests=True,
        afterwards=N_("It counts once. Keep it, and look at the list with F3."),
        desk=_COUNTED,
    ),
    PickCode.PICKED_BY_COLLEAGUE: Wording(
        N_("ALREADY SCANNED"),
        N_("{worker} picked it for this list."),
        N_("Scan {wanted}."),
        contests=True,
        afterwards=N_("It counts once. Keep it, and look at the list with F3."),
        desk=_COUNTED,
    ),
    PickCode.NOT_ON_LIST: Wording(
        N_("WRONG UNIT"),
        N_("It is not on {document}, which names its units."),
        N_("Put it back; scan {wanted}. To take it in place of one, press F4 and choose 6."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
        desk=PUT_BACK,
    ),
    PickCode.LINE_FULL: Wording(
        N_("LINE FULL"),
        N_("All {quantity} of this line are picked."),
        N_("Put it back in {place}."),
        contests=True,
        afterwards=N_("Others have filled the line. Put it back in {bin}."),
        desk=PUT_BACK,
    ),
    PickCode.LINE_CHANGED: Wording(
        N_("LINE CHANGED"),
        N_("Line {line} of {document} does not have these units open any more."),
        N_("Press F10, open the list again and look at it with F3."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
        desk=PUT_BACK,
    ),
    PickCode.NOT_NAMED: Wording(
        N_("LIST CHANGED"),
        N_("{document} does not ask for {unit} any more."),
        N_("Put both units back; look at the list with F3."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
    ),
    PickCode.WRONG_BIN: Wording(
        N_("WRONG BIN"),
        N_("It is recorded in {place}; you are at {bin}."),
        N_("Put it back. To pick it, press F4, Another bin, and go to {place}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
        desk=CHANGED,
    ),
    PickCode.NOT_THIS_BIN: Wording(
        N_("WRONG BIN"),
        N_("It is recorded in {place}; you are at {bin}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
    ),
    PickCode.GO_TO_BIN: Wording(
        N_("WRONG BIN"),
        N_("Nothing to pick for this list in {bin}."),
        N_("Go to {wanted}."),
    ),
    PickCode.BIN_NOT_PICKABLE: Wording(
        N_("NOT PICKABLE"),
        N_("{bin} is not for picking."),
        N_("Go to {wanted}."),
    ),
    PickCode.NO_STOCK: Wording(
        N_("NO STOCK KNOWN"),
        N_("No unit that may be picked is on record."),
        N_("Press F4 for a short pick, or F10 and come back later."),
    ),
    PickCode.CONFIRM_FIRST: Wording(
        N_("CONFIRM FIRST"),
        N_("This step asks for Enter or the CONFIRM code."),
        N_("Press Enter if it is so, F5 to undo a scan."),
    ),
    PickCode.NAMED_HERE: Wording(
        N_("ON THIS LIST"),
        N_("{document} asks for {unit} itself; it replaces no other."),
        N_("To pick it as itself, press Esc, then scan it. Else scan {wanted}."),
    ),
    PickCode.NAMED_ELSEWHERE: Wording(
        N_("ON THIS LIST"),
        N_("{document} asks for {unit} itself; it replaces no other."),
        N_("Put it back; scan {wanted}."),
    ),
    PickCode.REPLACED: Wording(
        N_("SAME UNIT"),
        N_("{unit} is the one to be replaced."),
        N_("Scan {wanted}. To pick it after all, press Esc, then scan it."),
    ),
}
