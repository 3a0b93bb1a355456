"""Refusals: one code each, with what people read: a title, why, and what to do (handheld, verdicts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from scantrail.words import N_, M, Message, say


class Code(Enum):
    """Why a scan or an act is refused."""

    LIST_CANCELLED = "list_cancelled"
    LIST_COMPLETED = "list_completed"
    LIST_TAKEN_OVER = "list_taken_over"
    UNITS_IN_CART = "units_in_cart"
    NO_RIGHT = "no_right"
    NO_CART = "no_cart"
    WRONG_KIND = "wrong_kind"
    BAD_CODE = "bad_code"
    CUT_SHORT = "cut_short"
    MALFORMED = "malformed"
    TYPE_WHOLE = "type_whole"
    KEYBOARD = "keyboard"
    SEVERAL_SERIALS = "several_serials"
    RUN_TOGETHER = "run_together"
    WRONG_LABEL = "wrong_label"
    TYPED = "typed"
    UNKNOWN_SERIAL = "unknown_serial"
    UNKNOWN_GTIN = "unknown_gtin"
    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_CODE = "unknown_code"
    SCAN_MISMATCH = "scan_mismatch"
    HOLD = "hold"
    IN_TASK = "in_task"
    PICKED_BY_COLLEAGUE = "picked_by_colleague"
    ALREADY_PICKED = "already_picked"
    ALREADY_RECEIVED = "already_received"
    SHIPPED = "shipped"
    STATUS = "status"
    ANOTHER_SITE = "another_site"
    OWNER = "owner"
    WRONG_PRODUCT = "wrong_product"
    ANOTHER_LIST = "another_list"
    ANOTHER_ORDER = "another_order"
    NOT_ON_LIST = "not_on_list"
    LINE_FULL = "line_full"
    LINE_CHANGED = "line_changed"
    FIRMWARE = "firmware"
    CALIBRATION = "calibration"
    NOT_PICKABLE = "not_pickable"
    WRONG_BIN = "wrong_bin"
    NOT_THIS_BIN = "not_this_bin"
    NAMED_HERE = "named_here"
    NAMED_ELSEWHERE = "named_elsewhere"
    REPLACED = "replaced"
    GO_TO_BIN = "go_to_bin"
    NOT_FOR_DAMAGED = "not_for_damaged"
    NO_STOCK = "no_stock"
    BIN_NOT_PICKABLE = "bin_not_pickable"
    CONDITION_FIRST = "condition_first"
    CONFIRM_FIRST = "confirm_first"
    NOT_PICKED_HERE = "not_picked_here"
    LINES_OPEN = "lines_open"
    NOT_CHECKED = "not_checked"
    CHECKLIST_CHANGED = "checklist_changed"
    NOT_ASKED_FOR = "not_asked_for"
    """In records of older versions only: they asked the picker to confirm the order's instructions."""
    UNKNOWN_DOCUMENT = "unknown_document"
    ANOTHER_SITES_LIST = "another_sites_list"
    ANOTHER_SITES_PLACE = "another_sites_place"
    UNKNOWN_PLACE = "unknown_place"
    TRANSITION = "transition"
    NO_REASON = "no_reason"
    NO_GRANT = "no_grant"
    NOT_NAMED = "not_named"
    MISUSE = "misuse"
    UNREADABLE = "unreadable"
    PHOTO = "photo"
    EARLIER_WAITS = "earlier_waits"
    NOT_KNOWN = "not_known"
    """A newer server's reason; its own code is among the facts, as `RAW_CODE`."""


RAW_CODE = "raw_code"
"""The fact that holds a code, or an outcome, which this version does not know."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The three parts of a refusal on the screen; fields in braces come from `Refusal.facts`."""

    title: str
    because: str
    todo: str
    contests: bool = False
    """Whether the world may have changed since the device judged: then the server contests the act instead of
    refusing it, and the person is told what to do with the goods."""
    afterwards: str = ""
    """What the person does with a unit that is picked already, where `todo` does not say it; `bin` is where it was."""
    waits: str = ""
    """What the server waits for where an act lacks nothing but an earlier step; empty where it never waits."""


WORDINGS: dict[Code, Wording] = {
    Code.LIST_CANCELLED: Wording(
        N_("LIST CANCELLED"),
        N_("{document} was cancelled."),
        N_("Take no more for it. What is picked goes back: scan a unit of it, then its bin."),
        contests=True,
        afterwards=N_("Put it back in {bin}."),
    ),
    Code.LIST_COMPLETED: Wording(
        N_("LIST COMPLETED"),
        N_("{document} is already complete."),
        N_("Press F10 and choose another list."),
        contests=True,
        afterwards=N_("Put it back in {bin}."),
    ),
    Code.LIST_TAKEN_OVER: Wording(
        N_("LIST TAKEN OVER"),
        N_("{worker} works on {document} on {device} now."),
        N_("Bring what you picked to {worker}. Press Enter for the menu."),
        contests=True,
        afterwards=N_("Bring it to {worker}, who has the list now."),
    ),
    Code.UNITS_IN_CART: Wording(
        N_("UNITS IN YOUR CART"),
        N_("{units} of {document} must leave your cart first."),
        N_("Press F5 and put each back in its bin, or keep the list."),
    ),
    Code.NO_RIGHT: Wording(
        N_("NOT ALLOWED"),
        N_("{worker} may not do this."),
        N_("Ask a supervisor."),
    ),
    Code.NO_CART: Wording(
        N_("NO CART"),
        N_("No cart or tote is on record for {worker}."),
        N_("Ask a supervisor to have one assigned."),
    ),
    Code.WRONG_KIND: Wording(
        N_("WRONG CODE"),
        N_("That is {what}."),
        N_("Scan {wanted}."),
    ),
    Code.BAD_CODE: Wording(
        N_("BAD CODE"),
        N_("It is no right GS1 code: {fault}."),
        N_("Scan it again. If it stays so, set it aside for a supervisor."),
    ),
    Code.CUT_SHORT: Wording(
        N_("CUT SHORT"),
        N_("The read stopped early: serials of {product} look like {format}."),
        N_("Scan the label again, steadily."),
    ),
    Code.MALFORMED: Wording(
        N_("NOT A SERIAL"),
        N_("Serials of {product} look like {format}."),
        N_("Find the unit's serial label and scan that."),
    ),
    Code.KEYBOARD: Wording(
        N_("KEYBOARD LAYOUT"),
        N_("It looks like {meant}, typed for another keyboard layout or with Caps Lock on."),
        N_("Let the device learn the scanner: Scan lab, or scantrail scanner learn. Then scan again."),
    ),
    Code.SEVERAL_SERIALS: Wording(
        N_("SEVERAL SERIALS"),
        N_("One code for {count} units: {serials}."),
        N_("Scan the label of one unit; scan {wanted}."),
    ),
    Code.RUN_TOGETHER: Wording(
        N_("UNKNOWN SERIAL"),
        N_("Its lot and serial may have run together: {text}. The scanner lost the separator."),
        N_("Scan {wanted}. For this label let the device learn the scanner: scantrail scanner learn."),
    ),
    Code.TYPE_WHOLE: Wording(
        N_("TYPE IT WHOLE"),
        N_("{text} is only the end of a serial."),
        N_("Type all of it, as on the label: {unit}."),
    ),
    Code.WRONG_LABEL: Wording(
        N_("WRONG LABEL"),
        N_("That is {what}, not the serial."),
        N_("Find the unit's serial label; scan {wanted}."),
    ),
    Code.TYPED: Wording(
        N_("SCAN, DON'T TYPE"),
        N_("Typed serials are not accepted at this site."),
        N_("Scan the label, or press F4 if it cannot be read."),
    ),
    Code.UNKNOWN_SERIAL: Wording(
        N_("UNKNOWN SERIAL"),
        N_("No unit with this serial is on record."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        waits=N_("Waits until the unit is on record at the server."),
    ),
    Code.UNKNOWN_GTIN: Wording(
        N_("UNKNOWN PRODUCT"),
        N_("No product on record has the GTIN {gtin}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
    ),
    Code.UNKNOWN_PRODUCT: Wording(
        N_("UNKNOWN PRODUCT"),
        N_("This product is not on record here."),
        N_("Set it aside for a supervisor."),
    ),
    Code.UNKNOWN_CODE: Wording(
        N_("UNKNOWN CODE"),
        N_("Nothing on record has this code."),
        N_("Scan {wanted}."),
    ),
    Code.SCAN_MISMATCH: Wording(
        N_("SCAN MISMATCH"),
        N_("The record names a unit that the scanned text is not a serial of."),
        N_("Scan the unit again."),
    ),
    Code.HOLD: Wording(
        N_("ON HOLD"),
        N_("It is under a {kind} hold: {reason}."),
        N_("Don't use it. Set it aside and tell a supervisor."),
        contests=True,
        afterwards=N_("Don't ship it. Bring it to a supervisor; pick another."),
    ),
    Code.IN_TASK: Wording(
        N_("ALREADY SCANNED"),
        N_("You picked it in this task."),
        N_("Scan {wanted}."),
        contests=True,
        afterwards=N_("It counts once. Keep it, and look at the list with F3."),
    ),
    Code.PICKED_BY_COLLEAGUE: Wording(
        N_("ALREADY SCANNED"),
        N_("{worker} picked it for this list."),
        N_("Scan {wanted}."),
        contests=True,
        afterwards=N_("It counts once. Keep it, and look at the list with F3."),
    ),
    Code.ALREADY_PICKED: Wording(
        N_("ALREADY PICKED"),
        N_("{worker} picked it for {document}, {when}."),
        N_("Put it back in that cart; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another. Two alike? Tell a supervisor."),
    ),
    Code.ALREADY_RECEIVED: Wording(
        N_("ALREADY RECEIVED"),
        N_("{unit} is on record: {status}, in {place}."),
        N_("Scanned twice? Go on. Else look for another label, or keep it apart for a supervisor."),
        contests=True,
        afterwards=N_("Somebody else received it. Look for another label, or keep it apart for a supervisor."),
    ),
    Code.SHIPPED: Wording(
        N_("SHIPPED BEFORE"),
        N_("It left on {document}, {when}; its status is {status}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("It counts as gone. Bring it to a supervisor; pick another."),
    ),
    Code.STATUS: Wording(
        N_("MAY NOT BE PICKED"),
        N_("Its status is {status}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("Don't ship it. Bring it to a supervisor; pick another."),
    ),
    Code.ANOTHER_SITE: Wording(
        N_("ANOTHER SITE"),
        N_("It is recorded at {site}, {place}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        contests=True,
        afterwards=N_("Bring it to a supervisor; pick another."),
    ),
    Code.OWNER: Wording(
        N_("NOT OURS"),
        N_("It belongs to {owner}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
    ),
    Code.WRONG_PRODUCT: Wording(
        N_("WRONG PRODUCT"),
        N_("It is a {product}."),
        N_("Put it back; scan {wanted}."),
    ),
    Code.ANOTHER_LIST: Wording(
        N_("WRONG UNIT"),
        N_("It is on {document}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
    ),
    Code.ANOTHER_ORDER: Wording(
        N_("WRONG UNIT"),
        N_("It is promised to {document}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
    ),
    Code.NOT_ON_LIST: Wording(
        N_("WRONG UNIT"),
        N_("It is not on {document}, which names its units."),
        N_("Put it back; scan {wanted}. To take it in place of one, press F4 and choose 6."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
    ),
    Code.LINE_FULL: Wording(
        N_("LINE FULL"),
        N_("All {quantity} of this line are picked."),
        N_("Put it back in {place}."),
        contests=True,
        afterwards=N_("Others have filled the line. Put it back in {bin}."),
    ),
    Code.LINE_CHANGED: Wording(
        N_("LINE CHANGED"),
        N_("Line {line} of {document} does not have these units open any more."),
        N_("Press F10, open the list again and look at it with F3."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
    ),
    Code.FIRMWARE: Wording(
        N_("WRONG FIRMWARE"),
        N_("The order wants firmware {required}; this unit has {found}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
    ),
    Code.CALIBRATION: Wording(
        N_("NOT CALIBRATED"),
        N_("The order wants a valid calibration; this unit's: {found}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("Put it back in {bin}; pick another."),
    ),
    Code.NOT_PICKABLE: Wording(
        N_("NOT PICKABLE"),
        N_("It is recorded in {place}, which is not for picking."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
    ),
    Code.WRONG_BIN: Wording(
        N_("WRONG BIN"),
        N_("It is recorded in {place}; you are at {bin}."),
        N_("Put it back. To pick it, press F4, Another bin, and go to {place}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
    ),
    Code.NOT_THIS_BIN: Wording(
        N_("WRONG BIN"),
        N_("It is recorded in {place}; you are at {bin}."),
        N_("Put it back; scan {wanted}."),
        contests=True,
        afterwards=N_("It was moved meanwhile. Bring it to a supervisor."),
    ),
    Code.NAMED_HERE: Wording(
        N_("ON THIS LIST"),
        N_("{document} asks for {unit} itself; it replaces no other."),
        N_("To pick it as itself, press Esc, then scan it. Else scan {wanted}."),
    ),
    Code.NAMED_ELSEWHERE: Wording(
        N_("ON THIS LIST"),
        N_("{document} asks for {unit} itself; it replaces no other."),
        N_("Put it back; scan {wanted}."),
    ),
    Code.REPLACED: Wording(
        N_("SAME UNIT"),
        N_("{unit} is the one to be replaced."),
        N_("Scan {wanted}. To pick it after all, press Esc, then scan it."),
    ),
    Code.NOT_FOR_DAMAGED: Wording(
        N_("WRONG PLACE"),
        N_("{place} is no place for damaged units."),
        N_("Bring the damaged unit to {wanted} and scan that."),
    ),
    Code.GO_TO_BIN: Wording(
        N_("WRONG BIN"),
        N_("Nothing to pick for this list in {bin}."),
        N_("Go to {wanted}."),
    ),
    Code.NO_STOCK: Wording(
        N_("NO STOCK KNOWN"),
        N_("No unit that may be picked is on record."),
        N_("Press F4 for a short pick, or F10 and come back later."),
    ),
    Code.BIN_NOT_PICKABLE: Wording(
        N_("NOT PICKABLE"),
        N_("{bin} is not for picking."),
        N_("Go to {wanted}."),
    ),
    Code.CONDITION_FIRST: Wording(
        N_("CONDITION FIRST"),
        N_("The condition of {unit} is not stated yet."),
        N_("Enter if it is good, F4 if it is damaged; then scan on."),
        contests=True,
        waits=N_("Waits for an earlier record of {unit}."),
    ),
    Code.CONFIRM_FIRST: Wording(
        N_("CONFIRM FIRST"),
        N_("This step asks for Enter or the CONFIRM code."),
        N_("Press Enter if it is so, F5 to undo a scan."),
    ),
    Code.NOT_PICKED_HERE: Wording(
        N_("NOT PICKED HERE"),
        N_("{unit} is not picked on {document}."),
        N_("Press F3 to see what is picked."),
        contests=True,
        waits=N_("Waits until the pick of {unit} on {document} is settled."),
    ),
    Code.LINES_OPEN: Wording(
        N_("NOT COMPLETE"),
        N_("{count} still to pick on {document}."),
        N_("Pick them, or press F4 for a short pick."),
        contests=True,
        waits=N_("Waits for earlier picks on {document}."),
    ),
    Code.NOT_CHECKED: Wording(
        N_("NOT CHECKED"),
        N_("The checklist is not done: {item}."),
        N_("Confirm every item of the checklist."),
        contests=True,
        waits=N_("Waits for earlier records of the list."),
    ),
    Code.CHECKLIST_CHANGED: Wording(
        N_("CHECKLIST CHANGED"),
        N_("The checklist of {document} does not ask for this: {item}."),
        N_("Open the list again and confirm what it asks for now."),
        contests=True,
    ),
    Code.NOT_ASKED_FOR: Wording(
        N_("LIST CHANGED"),
        N_("{document} does not ask for {product}."),
        N_("Put it back. Press F10, open the list again and look at it with F3."),
        contests=True,
    ),
    Code.UNKNOWN_DOCUMENT: Wording(
        N_("UNKNOWN DOCUMENT"),
        N_("{document} is not on record at this site."),
        N_("Press F10 and choose a list."),
        waits=N_("Waits until {document} is on record at the server."),
    ),
    Code.ANOTHER_SITES_LIST: Wording(
        N_("ANOTHER SITE"),
        N_("{document} is a list of {site}; this device works at {here}."),
        N_("Press F10 and choose a list of {here}."),
    ),
    Code.ANOTHER_SITES_PLACE: Wording(
        N_("ANOTHER SITE"),
        N_("{place} is a place of {site}; this device works at {here}."),
        N_("Scan {wanted}."),
    ),
    Code.UNKNOWN_PLACE: Wording(
        N_("UNKNOWN PLACE"),
        N_("{place} is no place of this site."),
        N_("Go to a place of this site and scan its label."),
    ),
    Code.TRANSITION: Wording(
        N_("NOT POSSIBLE NOW"),
        N_("{unit} is {status}, which does not allow this."),
        N_("Look the unit up with F2 and tell a supervisor."),
        contests=True,
        afterwards=N_("It was changed meanwhile. Bring it to a supervisor."),
    ),
    Code.NO_REASON: Wording(
        N_("REASON NEEDED"),
        N_("This is recorded only with a reason."),
        N_("Choose a reason."),
    ),
    Code.NO_GRANT: Wording(
        N_("NOT GRANTED"),
        N_("Only a supervisor may allow this, not {worker}."),
        N_("Have a supervisor scan a badge and type the PIN."),
    ),
    Code.NOT_NAMED: Wording(
        N_("LIST CHANGED"),
        N_("{document} does not ask for {unit} any more."),
        N_("Put both units back; look at the list with F3."),
        contests=True,
        afterwards=N_("The list has changed. Put it back in {bin}."),
    ),
    Code.MISUSE: Wording(
        N_("COPIED RECORD"),
        N_("The server has another record with the number {act}: this device may be a copy."),
        N_("Stop work on this device and call support."),
    ),
    Code.UNREADABLE: Wording(
        N_("RECORD NOT READ"),
        N_("The server could not read the record {act}; it is kept there."),
        N_("Set the goods aside and call support."),
    ),
    Code.PHOTO: Wording(
        N_("PHOTO NOT SENT"),
        N_("{photo} did not reach the server: {reason}."),
        N_("The record itself is safe. Tell a supervisor what the photo shows."),
    ),
    Code.EARLIER_WAITS: Wording(
        N_("NOT ITS TURN"),
        N_("An earlier record about the same goods or list is not settled yet."),
        N_("Keep the goods where they are."),
        waits=N_("Waits for an earlier record about the same goods or list."),
    ),
    Code.NOT_KNOWN: Wording(
        N_("REASON NOT KNOWN"),
        N_("Refused by the server for a reason that this version does not know ({raw_code})."),
        N_("Keep the goods apart, tell a supervisor, and have scantrail upgraded."),
        waits=N_("The server's answer ({raw_code}) is not known to this version. Have scantrail upgraded."),
    ),
}
"""The sentence of every code."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code and the facts its sentence needs. Facts are data; they travel and are stored."""

    code: Code
    facts: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def from_newer(data: dict[str, Any]) -> dict[str, Any]:
        """Keep a code that is not known here among the facts; take it from there once it is known."""
        code, facts = data.get("code"), data.get("facts", {})
        if not isinstance(code, str) or not isinstance(facts, dict):
            return data
        if code not in Code._value2member_map_:
            return {**data, "code": Code.NOT_KNOWN.value, "facts": {**facts, RAW_CODE: code}}
        raw = facts.get(RAW_CODE)
        if code != Code.NOT_KNOWN.value or not isinstance(raw, str) or raw not in Code._value2member_map_:
            return data
        return {**data, "code": raw, "facts": {name: facts[name] for name in facts if name != RAW_CODE}}

    @property
    def title(self) -> Message:
        """Two or three words for the top of the verdict."""
        return Message(WORDINGS[self.code].title)

    @property
    def because(self) -> Message:
        """What was found, in one sentence."""
        return Message(WORDINGS[self.code].because, _facts(self.facts))

    @property
    def todo(self) -> Message:
        """What the person does now, in one sentence."""
        return Message(WORDINGS[self.code].todo, _facts(self.facts))

    def afterwards(self, bin_code: str) -> Message:
        """What the person does with a unit that was picked out of a bin before the server found this."""
        wording = WORDINGS[self.code]
        return self.sentence(wording.afterwards, bin=bin_code) if wording.afterwards else self.todo

    def sentence(self, template: str, **more: object) -> Message:
        """Another sentence about this refusal: its facts fill the template, and what is given here."""
        return Message(template, {**_facts(self.facts), **more})

    @property
    def contests(self) -> bool:
        """Whether the server answers `contested` rather than `refused`."""
        return WORDINGS[self.code].contests

    @property
    def may_wait(self) -> bool:
        """Whether it may say no more than that an earlier step is missing."""
        return bool(WORDINGS[self.code].waits)

    @property
    def waits_for(self) -> Message:
        """What an act that is refused so waits for, in one sentence."""
        return self.sentence(WORDINGS[self.code].waits)


def _facts(facts: Mapping[str, str]) -> dict[str, object]:
    return {name: _shown(name, value) for name, value in facts.items()}


def _shown(name: str, value: str) -> Message | str:
    if name in _WORDS:
        return Message(value.replace("{", "{{").replace("}", "}}"))
    return _instant_shown(value) if name == "when" else value


def _instant_shown(value: str) -> Message | str:
    """A stored instant for a reader: it has the offset of the site where it is read.

    What is no instant (another version's, a damaged one) is shown as it is.
    """
    if not value:
        return M("at a time not on record")
    try:
        return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return value


_WORDS = frozenset({"what", "kind", "status"})
"""Facts that are words of ours and are translated, unlike serials and names."""


def refuse(code: Code, **facts: object) -> Refusal:
    """A refusal with its facts as text: instants in ISO 8601, words of ours untranslated."""
    return Refusal(code, {name: _fact(value) for name, value in facts.items()})


def _fact(value: object) -> str:
    if isinstance(value, Message):
        return say(value) if value.values else value.template
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
