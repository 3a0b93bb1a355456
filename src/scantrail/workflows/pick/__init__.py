"""The guided pick: bin, product, serial, condition, and at the end the checklist (R14, R15).

The state is the pick list itself; only what is asked beside it (a reason, the bin of an undo) is a mode.
"""

from scantrail.workflows.pick.answers import answer
from scantrail.workflows.pick.handing import opening_mode
from scantrail.workflows.pick.news import news
from scantrail.workflows.pick.prompt import prompt
from scantrail.workflows.pick.reserving import reservations
from scantrail.workflows.pick.state import CLOSED_STEPS, WORKING, Mode, Pick, Step

__all__ = [
    "CLOSED_STEPS",
    "WORKING",
    "Mode",
    "Pick",
    "Step",
    "answer",
    "news",
    "opening_mode",
    "prompt",
    "reservations",
]
