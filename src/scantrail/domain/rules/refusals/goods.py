"""Refusals about the goods themselves: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import CHANGED, PUT_BACK, Code, Wording, Wordings
from scantrail.words import N_


class GoodsCode:
    """The codes about the goods themselves."""

    HOLD = Code("hold")
    ALREADY_PICKED = Code("already_picked")
    SHIPPED = Code("shipped")
    STATUS = Code("status")
    OWNER = Code("owner")
    ANOTHER_LIST = Code("another_list")
    ANOTHER_ORDER = Code("another_order")
    FIRMWARE = Code("firmware")
    CALIBRATION = Code("calibration")
    NOT_PICKABLE = Code("not_pickable")
    TRANSITION = Code("transition")


WORDINGS: Wordings = {
    GoodsCode.HOLD: Wording(
        N_("ON HOLD"),
        N_("It is under a {kind} hold: {reason}."),
        N_("Don't use it. Set it aside and tell a supervisor."),
        contests=True,
        afterwards=N_("Don't ship it. Bring it to a supervisor; pick another."),
        desk=N_("Keep {goods} apart and don't ship it: whoever opened the hold decides."),
    ),
    GoodsCode.ALREADY_PICKED: Wording(
        N_("ALREADY PICKED"),
        N_("{worker} picked it for {document}, {when}."),
        N_("Put it back in that cart; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another. Two alike? Tell a supervisor."),
        desk=N_("See who has {goods}. Two units with one serial? Keep both apart. If not, it counts for {worker}."),
    ),
    GoodsCode.SHIPPED: Wording(
        N_("SHIPPED BEFORE"),
        N_("It left on {document}, {when}; its status is {status}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("It counts as gone. Bring it to a supervisor; pick another."),
        desk=N_("{goods} counts as gone. Keep it apart and find out what left in its place."),
    ),
    GoodsCode.STATUS: Wording(
        N_("MAY NOT BE PICKED"),
        N_("Its status is {status}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("Don't ship it. Bring it to a supervisor; pick another."),
        desk=CHANGED,
    ),
    GoodsCode.OWNER: Wording(
        N_("NOT OURS"),
        N_("It belongs to {owner}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
        desk=PUT_BACK,
    ),
    GoodsCode.ANOTHER_LIST: Wording(
        N_("WRONG UNIT"),
        N_("It is on {document}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
        desk=PUT_BACK,
    ),
    GoodsCode.ANOTHER_ORDER: Wording(
        N_("WRONG UNIT"),
        N_("It is promised to {document}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
        desk=PUT_BACK,
    ),
    GoodsCode.FIRMWARE: Wording(
        N_("WRONG FIRMWARE"),
        N_("The order wants firmware {required}; this unit has {found}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
        desk=PUT_BACK,
    ),
    GoodsCode.CALIBRATION: Wording(
        N_("NOT CALIBRATED"),
        N_("The order wants a valid calibration; this unit's: {found}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
        desk=PUT_BACK,
    ),
    GoodsCode.NOT_PICKABLE: Wording(
        N_("NOT PICKABLE"),
        N_("It is recorded in {place}, which is not for picking."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
        desk=PUT_BACK,
    ),
    GoodsCode.TRANSITION: Wording(
        N_("NOT POSSIBLE NOW"),
        N_("{unit} is {status}, which does not allow this."),
        N_("Look the unit up with F2 and tell a supervisor."),
        contests=True,
        afterwards=N_("It was changed meanwhile. Bring it to a supervisor."),
        desk=CHANGED,
    ),
}
