"""What the pick shows at every step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from scantrail.domain.names.identifiers import UnitId, code_of
from scantrail.domain.rules.task import cart_of
from scantrail.words import M, Message
from scantrail.workflows.base import Item, Mark, Prompt
from scantrail.workflows.pick.items import items_around
from scantrail.workflows.pick.modes import (
    CLOSED_STEPS,
    AwaitingGrant,
    ChoosingCheckReason,
    ChoosingException,
    ChoosingReason,
    ChoosingReplaced,
    ChoosingUndo,
    GivenBack,
    PuttingAside,
    Receiving,
    ScanningDamaged,
    ScanningSubstitute,
    ScanningUndoBin,
    Step,
)
from scantrail.workflows.pick.state import Pick
from scantrail.workflows.pick.wanted import MOST_NAMED, codes, product_name, takes_any, wanted


def prompt(pick: Pick) -> Prompt:
    """What to do now."""
    pick = pick.as_asked
    shown = partial(
        Prompt,
        task=pick.pick_list.number,
        about=_about(pick),
        answered=_answered(pick),
        items=items_around(pick),
        done=pick.pick_list.done,
        total=pick.pick_list.wanted,
        choices=pick.choices,
        can_report=bool(pick.exceptions),
        can_undo=pick.can_undo,
        instructions=pick.pick_list.instructions,
        is_first=pick.pick_list.at_place is None and not pick.pick_list.done,
        codes=codes(pick),
    )
    match pick.mode:
        case ChoosingException():
            return shown(verb=M("WHAT IS WRONG?"))
        case ChoosingReason():
            return shown(verb=M("WHY?"), hint=_photos(pick, pick.mode), photo_name=pick.photo_name)
        case ChoosingUndo():
            return shown(verb=M("UNDO WHICH?"))
        case ScanningDamaged():
            return shown(verb=M("SCAN THE DAMAGED UNIT"), expected=codes(pick), hint=M("Esc goes back."))
        case ChoosingReplaced():
            return shown(verb=M("INSTEAD OF WHICH?"))
        case ScanningSubstitute(instead_of):
            hint = M("in place of {serial}", serial=pick.serial_of(instead_of))
            return shown(verb=M("SCAN ANOTHER UNIT"), expected=(_named_product(pick, instead_of),), hint=hint)
        case AwaitingGrant(instead_of, unit):
            texts = {"unit": pick.serial_of(unit), "named": pick.serial_of(instead_of)}
            hint = M("{unit} in place of {named}: a supervisor must allow it. Enter asks, Esc leaves it.", **texts)
            return shown(verb=M("SUPERVISOR NEEDED"), hint=hint, asks_grant=True, confirms=True)
        case ScanningUndoBin(unit):
            verb = M("PUT {serial} BACK", serial=pick.serial_of(unit))
            return shown(verb=verb, expected=codes(pick), hint=M("Scan the bin that you put it into."))
        case PuttingAside(unit):
            hint = M("{serial}: scan the place that you put it into. Enter: later.", serial=pick.serial_of(unit))
            asked = codes(pick) or (wanted(pick),)
            return shown(verb=M("PUT IT IN"), expected=asked, hint=hint, confirms=True)
        case _:
            return _of_handing(pick, shown) or _of_step(pick, shown)


def _of_handing(pick: Pick, shown: Callable[..., Prompt]) -> Prompt | None:
    """What is asked where goods or the list go from one person to another, or the list is over."""
    match pick.mode:
        case Receiving():
            return shown(verb=M("SCAN WHAT YOU GET"), expected=codes(pick), hint=_from(pick), confirms=True)
        case ChoosingCheckReason(item):
            return shown(verb=M("WHY GO ON?"), hint=M("Not so: {item}. Esc goes back to it.", item=item))
        case GivenBack():
            return shown(verb=M("LIST GIVEN BACK"), hint=M("Enter for the menu."), confirms=True, finished=True)
        case _:
            pass
    match pick.step:
        case Step.DONE:
            return shown(verb=ended(pick), hint=_what_next(pick), confirms=True, finished=True)
        case Step.PUT_BACK:
            hint = M("The list is cancelled: each unit goes back. Scan a unit, then its bin.")
            return shown(verb=M("PUT BACK"), expected=codes(pick), hint=hint)
        case Step.CANCELLED:
            hint = M("Nothing is picked for it. Enter for the menu.")
            return shown(verb=M("LIST CANCELLED"), hint=hint, confirms=True, finished=True)
        case Step.TAKEN_OVER:
            return _taken_over(pick, shown)
        case _:
            return None


def _of_step(pick: Pick, shown: Callable[..., Prompt]) -> Prompt:
    match pick.step:
        case Step.BIN:
            return shown(verb=M("SCAN BIN"), expected=codes(pick), hint=_to_take(pick))
        case Step.PRODUCT:
            return shown(verb=M("SCAN PRODUCT"), expected=codes(pick), hint=_product_name(pick))
        case Step.SERIAL:
            return _serial(pick, shown)
        case Step.CONDITION:
            unit = pick.unstated
            hint = M("Enter if it is good, F4 if it is damaged.")
            expected = (unit.serial,) if unit else ()
            return shown(verb=M("CONDITION GOOD?"), expected=expected, hint=hint, confirms=True)
        case Step.CHECK:
            hint = M("Enter if all is so, the number of one that is not.")
            if not pick.pick_list.done:
                hint = M("Nothing was picked. Enter ends the list short, F5 takes a short pick back.")
            return shown(verb=M("CHECK, THEN ENTER"), hint=hint, confirms=True, checks=_checks(pick))
        case Step.REPLACE:
            return _replacing(pick, shown)
        case _:
            return shown(
                verb=M("NO STOCK KNOWN"),
                hint=M(
                    "No unit that may be picked is on record. Press F4 for a short pick, or F10 and come back later."
                ),
            )


def _checks(pick: Pick) -> tuple[Message, ...]:
    """What is asked, with the number that says that it is not so; what was said not to be so shows it."""
    unmet = pick.pick_list.unmet
    return tuple(
        M("{number} NOT SO: {item}" if item in unmet else "{number} {item}", number=number, item=item)
        for number, item in enumerate(pick.checklist, 1)
    )


def _taken_over(pick: Pick, shown: Callable[..., Prompt]) -> Prompt:
    """Who has the list now, and what is to be brought there."""
    taken = pick.pick_list.taken
    colleague = taken.worker if taken else ""
    cart = cart_of(pick.world, colleague)
    facts = {
        "worker": pick.world.worker_name(colleague),
        "device": taken.device if taken else "?",
        "cart": code_of(cart) if cart else M("the cart"),
    }
    if pick.in_cart:
        hint = M("Bring it to {worker}, {cart}, who works on this list on {device} now.", **facts)
    else:
        hint = M("{worker} works on it on {device}. Nothing of it is in your cart. Enter for the menu.", **facts)
    expected = tuple(each.serial for each in pick.in_cart)
    items = tuple(Item(Mark.NOW, serial) for serial in expected)
    title = M("LIST TAKEN OVER")
    return shown(verb=title, expected=expected[:MOST_NAMED], hint=hint, items=items, confirms=True, finished=True)


def _from(pick: Pick) -> Message:
    """Whose cart the units to receive are in."""
    units = (pick.unit(each.unit) for each in pick.to_receive)
    carts = {code_of(unit.place) for unit in units if unit is not None}
    people = {pick.world.worker_name(each.by) for each in pick.to_receive}
    facts = {"worker": ", ".join(sorted(people)), "cart": ", ".join(sorted(carts)) or "?"}
    return M("{worker} picked it, it is in {cart}. Enter: go on, scan it later.", **facts)


def _serial(pick: Pick, shown: Callable[..., Prompt]) -> Prompt:
    if not takes_any(pick):
        return shown(verb=M("SCAN SERIAL"), expected=codes(pick), hint=_product_name(pick))
    count = len(pick.stop.units) if pick.stop else 0
    oldest = next(iter(codes(pick)), "–")
    hint = M("{count} from this bin, any serial. The oldest: {serial}", count=count, serial=oldest)
    return shown(verb=M("SCAN ANY UNIT"), expected=(_product_name(pick),), hint=hint)


def _replacing(pick: Pick, shown: Callable[..., Prompt]) -> Prompt:
    barred = pick.to_replace
    if barred is None:
        return shown(verb=M("SCAN ANOTHER UNIT"))
    texts = {"serial": barred.serial, "why": barred.why}
    hint = M("for {serial} ({why}). Enter: go short of it.", **texts)
    expected = (product_name(pick, barred.product),)
    return shown(verb=M("SCAN ANOTHER UNIT"), expected=expected, hint=hint, confirms=True)


def ended(pick: Pick) -> Message:
    """What is said of a list that is over: complete only where all of it was picked."""
    listed = pick.pick_list
    if listed.done == listed.wanted:
        return M("LIST COMPLETE")
    return M("LIST ENDED SHORT {done} of {total}", done=listed.done, total=listed.wanted)


def _what_next(pick: Pick) -> Message:
    """What was picked and what is damaged, and where the goods go now."""
    cart, listed = cart_of(pick.world, pick.worker), pick.pick_list
    bring = M("Bring {cart} to packing.", cart=code_of(cart)) if listed.done and cart is not None else ""
    aside = pick.listing.set_aside
    if listed.unmet and not aside:
        return M("Not so: {items}. {bring} Enter for the menu.", items="; ".join(listed.unmet), bring=bring)
    if not aside:
        return M("{bring} Enter for the menu.", bring=bring) if bring else M("Enter for the menu.")
    damaged = M("{done} picked, {damaged} damaged.", done=listed.done, damaged=len(aside))
    still = _still_to_put_aside(pick)
    return M("{damaged} {bring} {still}", damaged=damaged, bring=bring, still=still)


def _still_to_put_aside(pick: Pick) -> Message | str:
    """Which damaged units are still to bring to quarantine, and how that is recorded."""
    left = ", ".join(pick.serial_of(each.unit) for each in pick.to_put_aside)
    if not left:
        return ""
    place = pick.world.site.quarantine_place
    where = code_of(place) if place else M("a place for damaged units")
    return M("Scan {serials} and {place}, where it goes.", serials=left, place=where)


def _named_product(pick: Pick, unit: UnitId) -> str:
    line = pick.line_naming(unit)
    return product_name(pick, line.product) if line else ""


def _photos(pick: Pick, mode: ChoosingReason) -> Message | str:
    """How many photos there are, and how to take one; nothing where none belongs."""
    if not mode.photos:
        return M("F7 takes a photo of it.") if pick.photo_name else ""
    count = M("1 photo.") if len(mode.photos) == 1 else M("{count} photos.", count=len(mode.photos))
    return M("{count} F7 takes another.", count=count) if pick.photo_name else count


def _about(pick: Pick) -> str:
    pick_list = pick.pick_list
    return "  ".join(filter(None, (pick_list.order, pick_list.customer_class, pick_list.customer)))


def _answered(pick: Pick) -> tuple[str, ...]:
    stop = pick.stop
    if stop is None or stop.place != pick.pick_list.at_place or pick.step in CLOSED_STEPS:
        return ()
    product = pick.world.products.get(pick.pick_list.at_product or "")
    return (code_of(stop.place), *((product.sku,) if product else ()))


def _product_name(pick: Pick) -> str:
    product = pick.world.products.get(pick.stop.product) if pick.stop else None
    return product.name if product else ""


def _to_take(pick: Pick) -> Message | str:
    stop = pick.stop
    if stop is None:
        return ""
    return M("{count} × {product}", count=len(stop.units), product=_product_name(pick))
