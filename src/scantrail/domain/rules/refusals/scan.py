"""Refusals about what was scanned: their codes and what is said of them."""

from __future__ import annotations

from scantrail.domain.acts.refusal import PUT_BACK, Code, Wording, Wordings
from scantrail.words import N_


class ScanCode:
    """The codes about what was scanned."""

    WRONG_KIND = Code("wrong_kind")
    BAD_CODE = Code("bad_code")
    CUT_SHORT = Code("cut_short")
    MALFORMED = Code("malformed")
    TYPE_WHOLE = Code("type_whole")
    KEYBOARD = Code("keyboard")
    SEVERAL_SERIALS = Code("several_serials")
    RUN_TOGETHER = Code("run_together")
    WRONG_LABEL = Code("wrong_label")
    TYPED = Code("typed")
    UNKNOWN_SERIAL = Code("unknown_serial")
    UNKNOWN_GTIN = Code("unknown_gtin")
    UNKNOWN_PRODUCT = Code("unknown_product")
    UNKNOWN_CODE = Code("unknown_code")
    SCAN_MISMATCH = Code("scan_mismatch")
    WRONG_PRODUCT = Code("wrong_product")


_APART = N_("Keep {goods} apart until the record is right.")

WORDINGS: Wordings = {
    ScanCode.WRONG_KIND: Wording(
        N_("WRONG CODE"),
        N_("That is {what}."),
        N_("Scan {wanted}."),
    ),
    ScanCode.BAD_CODE: Wording(
        N_("BAD CODE"),
        N_("It is no right GS1 code: {fault}."),
        N_("Scan it again. If it stays so, set it aside for a supervisor."),
    ),
    ScanCode.CUT_SHORT: Wording(
        N_("CUT SHORT"),
        N_("The read stopped early: serials of {product} look like {format}."),
        N_("Scan the label again, steadily."),
    ),
    ScanCode.MALFORMED: Wording(
        N_("NOT A SERIAL"),
        N_("Serials of {product} look like {format}."),
        N_("Find the unit's serial label and scan that."),
    ),
    ScanCode.TYPE_WHOLE: Wording(
        N_("TYPE IT WHOLE"),
        N_("{text} is only the end of a serial."),
        N_("Type all of it, as on the label: {unit}."),
    ),
    ScanCode.KEYBOARD: Wording(
        N_("KEYBOARD LAYOUT"),
        N_("It looks like {meant}, typed for another keyboard layout or with Caps Lock on."),
        N_("Let the device learn the scanner: Scan lab, or scantrail scanner learn. Then scan again."),
    ),
    ScanCode.SEVERAL_SERIALS: Wording(
        N_("SEVERAL SERIALS"),
        N_("One code for {count} units: {serials}."),
        N_("Scan the label of one unit; scan {wanted}."),
    ),
    ScanCode.RUN_TOGETHER: Wording(
        N_("UNKNOWN SERIAL"),
        N_("Its lot and serial may have run together: {text}. The scanner lost the separator."),
        N_("Scan {wanted}. For this label let the device learn the scanner: scantrail scanner learn."),
    ),
    ScanCode.WRONG_LABEL: Wording(
        N_("WRONG LABEL"),
        N_("That is {what}, not the serial."),
        N_("Find the unit's serial label; scan {wanted}."),
    ),
    ScanCode.TYPED: Wording(
        N_("SCAN, DON'T TYPE"),
        N_("Typed serials are not accepted at this site."),
        N_("Scan the label, or press F4 if it cannot be read."),
    ),
    ScanCode.UNKNOWN_SERIAL: Wording(
        N_("UNKNOWN SERIAL"),
        N_("No unit with this serial is on record."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        waits=N_("Waits until the unit is on record at the server."),
        desk=_APART,
    ),
    ScanCode.UNKNOWN_GTIN: Wording(
        N_("UNKNOWN PRODUCT"),
        N_("No product on record has the GTIN {gtin}."),
        N_("Set it aside for a supervisor; scan {wanted}."),
        desk=_APART,
    ),
    ScanCode.UNKNOWN_PRODUCT: Wording(
        N_("UNKNOWN PRODUCT"),
        N_("This product is not on record here."),
        N_("Set it aside for a supervisor."),
        desk=_APART,
    ),
    ScanCode.UNKNOWN_CODE: Wording(
        N_("UNKNOWN CODE"),
        N_("Nothing on record has this code."),
        N_("Scan {wanted}."),
        desk=_APART,
    ),
    ScanCode.SCAN_MISMATCH: Wording(
        N_("SCAN MISMATCH"),
        N_("The record names a unit that the scanned text is not a serial of."),
        N_("Scan the unit again."),
        desk=_APART,
    ),
    ScanCode.WRONG_PRODUCT: Wording(
        N_("WRONG PRODUCT"),
        N_("It is a {product}."),
        N_("Put it back; scan {wanted}."),
        desk=PUT_BACK,
    ),
}
