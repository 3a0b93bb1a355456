"""What goes wrong with a pick, and taking a scan back: short, damaged, unreadable, bin empty, another bin, undo."""

from __future__ import annotations

from dataclasses import replace

from scantrail.domain.acts.event import Event
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.documents.listed import PickedUnit, SetAside
from scantrail.domain.documents.pick_list import PickLine
from scantrail.domain.facts.picking.events import BinFoundEmpty, LineShorted, PickUndone, ShortUndone
from scantrail.domain.facts.quality.events import LabelUnreadable
from scantrail.domain.facts.work.events import PlaceConfirmed
from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.domain.rules.pick import before_pick
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.task import undo_refusal
from scantrail.domain.things.photo import Photo
from scantrail.domain.things.place import PlaceKind
from scantrail.domain.wordings import explain
from scantrail.words import M, say
from scantrail.workflows.base import NO_PHOTO_HERE, Outcome, Scan, Tone, Verdict
from scantrail.workflows.pick.damage import damage_recorded, damage_undone_into
from scantrail.workflows.pick.handing import given_back
from scantrail.workflows.pick.modes import (
    WORKING,
    ChoosingException,
    ChoosingReason,
    ChoosingUndo,
    ExceptionKind,
    Mode,
    ScanningDamaged,
    ScanningUndoBin,
    Step,
)
from scantrail.workflows.pick.outcomes import accepted, refused, wrong_kind
from scantrail.workflows.pick.route import Barred, Stop
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.substitute import substitute_chosen, substitute_reason_chosen

NOTHING_TO_REPORT = Verdict(Tone.REFUSED, M("NOTHING TO REPORT HERE"))
"""What was reported is not open any more, or never was."""


def exceptions_asked(pick: Pick) -> Outcome[Mode]:
    """Asks which exception; the only one there is needs no question."""
    if not pick.exceptions:
        return Outcome(WORKING, NOTHING_TO_REPORT)
    if len(pick.exceptions) == 1:
        return exception_chosen(pick, pick.exceptions[0])
    return Outcome(ChoosingException())


def undo_asked(pick: Pick) -> Outcome[Mode]:
    """Asks what is taken back; the only unit there is needs no question, since its bin is asked for next."""
    if not pick.can_undo:
        return Outcome(WORKING, Verdict(Tone.REFUSED, M("NOTHING TO UNDO")))
    first, *others = pick.undoable
    if not isinstance(first, PickLine) and not others:
        return undo_chosen(pick, first)
    return Outcome(ChoosingUndo())


def short_of(pick: Pick, barred: Barred) -> Outcome[Mode]:
    """The list goes without a unit that may not be picked; what bars it is the reason."""
    event = LineShorted(pick.pick_list.number, barred.line, 1, (barred.unit,))
    return accepted(
        pick, (event,), M("SHORT PICK RECORDED"), scanned=barred.serial, reason=say(explain(barred.refusal).title)
    )


def exception_chosen(pick: Pick, kind: ExceptionKind) -> Outcome[Mode]:
    """What a chosen exception asks for next, or records at once."""
    if kind is ExceptionKind.ANOTHER_BIN:
        event = PlaceConfirmed(pick.pick_list.number, None)
        return accepted(pick, (event,), M("CHOOSE ANOTHER BIN"))
    if kind is ExceptionKind.SUBSTITUTE:
        return substitute_chosen(pick)
    if kind is ExceptionKind.GIVE_BACK:
        return given_back(pick)
    if kind is ExceptionKind.DAMAGED:
        unstated = pick.unstated if pick.step is Step.CONDITION else None
        return Outcome(ChoosingReason(kind, unstated.unit) if unstated else ScanningDamaged())
    # The units as they are now: what a sync takes from the stop, or brings to it, meanwhile was not reported.
    stop = replace(pick.stop, units=tuple(pick.stop.units)) if pick.stop is not None else None
    return Outcome(ChoosingReason(kind, line=pick.line.id if pick.line else "", stop=stop))


def photo_attached(pick: Pick, photo: Photo) -> Outcome[Mode]:
    """The photo waits for the reason, and is recorded with it."""
    mode = pick.mode
    if not isinstance(mode, ChoosingReason) or not pick.photo_name:
        return Outcome(mode, NO_PHOTO_HERE)
    verdict = Verdict(Tone.NOTED, M("PHOTO TAKEN"), photo.name, todo=M("Now choose the reason."))
    return Outcome(replace(mode, photos=(*mode.photos, photo)), verdict)


def reason_chosen(pick: Pick, mode: ChoosingReason, reason: str) -> Outcome[Mode]:
    """The reason completes the exception and records it."""
    if mode.kind is ExceptionKind.DAMAGED:
        return damage_recorded(pick, mode, reason)
    if mode.kind is ExceptionKind.SUBSTITUTE:
        return substitute_reason_chosen(pick, mode, reason)
    if mode.kind is ExceptionKind.BIN_EMPTY:
        return _empty_bin_recorded(pick, mode.stop, reason)
    if mode.kind is ExceptionKind.UNREADABLE:
        return _unreadable_recorded(pick, mode, reason)
    line = pick.pick_list.line(mode.line)
    if line is None or not line.remaining:
        return Outcome(WORKING, NOTHING_TO_REPORT)
    shorted = LineShorted(pick.pick_list.number, line.id, line.remaining, _left_on(pick, line))
    return accepted(pick, (shorted,), M("SHORT PICK RECORDED"), reason=reason)


def _left_on(pick: Pick, line: PickLine) -> tuple[UnitId, ...]:
    """The units that a line names and that are still to pick."""
    missing = frozenset(line.missing)
    left = () if line.cancelled else pick.listing.left_on(line.id)
    return tuple(row.unit for row in left if row.unit not in missing)


def _empty_bin_recorded(pick: Pick, stop: Stop | None, reason: str) -> Outcome[Mode]:
    """Gives up the named units that are still recorded in the bin; any-serial lines go on elsewhere."""
    if stop is None:
        return Outcome(WORKING, NOTHING_TO_REPORT)
    there = {unit.id for unit in stop.units if (pick.unit(unit.id) or unit).place == stop.place}
    number = pick.pick_list.number
    events: list[Event] = [BinFoundEmpty(number, stop.place, stop.product)]
    for line in pick.pick_list.lines:
        gone = tuple(unit for unit in _left_on(pick, line) if unit in there)
        if gone:
            events.append(LineShorted(number, line.id, len(gone), gone))
    return accepted(pick, tuple(events), M("EMPTY BIN RECORDED"), scanned=code_of(stop.place), reason=reason)


def _unreadable_recorded(pick: Pick, mode: ChoosingReason, reason: str) -> Outcome[Mode]:
    """Changes no unit, since nobody knows which one it is; the picker takes another, or reports the line short."""
    if mode.stop is None:
        return Outcome(WORKING, NOTHING_TO_REPORT)
    return accepted(
        pick,
        (LabelUnreadable(pick.pick_list.number, mode.line, mode.stop.product, mode.stop.place),),
        M("UNREADABLE LABEL RECORDED"),
        scanned=code_of(mode.stop.place),
        note=_UNREADABLE_NAMED if pick.can_replace else _UNREADABLE_ANY,
        reason=reason,
        photos=mode.photos,
    )


_UNREADABLE_ANY = M("Set the unit aside for a supervisor. Take another; if there is none, press F4 for a short pick.")
_UNREADABLE_NAMED = M(
    "Set the unit aside for a supervisor. Scan the others; for the one that is missing, F4: 6 another unit, 1 short."
)


def undo_chosen(pick: Pick, chosen: PickedUnit | SetAside | PickLine) -> Outcome[Mode]:
    """A unit asks for the bin it goes back to; a short pick is taken back at once."""
    if not isinstance(chosen, PickLine):
        return Outcome(ScanningUndoBin(chosen.unit))
    event = ShortUndone(pick.pick_list.number, chosen.id, chosen.short, chosen.missing)
    return accepted(pick, (event,), M("SHORT PICK UNDONE"))


def undo_bin_scanned(pick: Pick, scan: Scan, unit_id: UnitId) -> Outcome[Mode]:
    """The unit goes back to any bin of the site, with the status it had before the pick (R20)."""
    row, unit = pick.listing.get(unit_id), pick.unit(unit_id)
    if row is not None and row.set_aside is not None:
        return damage_undone_into(pick, scan, row)
    picked = row.picked if row is not None else None
    if row is None or picked is None or unit is None:
        called = unit.serial if unit else unit_id
        return refused(
            pick, scan, refuse(TaskCode.NOT_PICKED_HERE, unit=called, document=pick.pick_list.number), WORKING
        )
    refusal = undo_refusal(pick.world, pick.pick_list, pick.worker)
    if refusal is not None:
        return refused(pick, scan, refusal, WORKING)
    bins = [
        place for place in scan.candidates.places if place.site == pick.pick_list.site and place.kind is PlaceKind.BIN
    ]
    if not bins:
        return wrong_kind(pick, scan)
    status, document = before_pick(pick.pick_list, row)
    event = PickUndone(
        unit=unit_id,
        document=pick.pick_list.number,
        line=row.line,
        from_place=unit.place,
        to_place=bins[0].id,
        to_status=status,
        to_document=document,
    )
    note = M("Put it in {place}.", place=bins[0].code)
    return accepted(pick, (event,), M("PICK UNDONE"), scan, scanned=picked.serial, note=note)
