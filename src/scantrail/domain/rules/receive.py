"""Whether a unit that arrives may be registered (R1, R4, R5).

A serial is registered once. Two docks without a network may both receive it; the first that reaches the server has it.
"""

from __future__ import annotations

from scantrail.domain.events import Creation, UnitRegistered
from scantrail.domain.identifiers import code_of, unit_id
from scantrail.domain.people import Right
from scantrail.domain.readings import Said
from scantrail.domain.refusals import Code, Refusal, refuse
from scantrail.domain.rules.pick import STATUS_NAMES
from scantrail.domain.rules.task import right_refusal
from scantrail.domain.status import Status
from scantrail.domain.units import Unit
from scantrail.domain.world import World
from scantrail.words import M

FRESH = (Status.AVAILABLE, Status.QUARANTINE)
"""What a unit that has just arrived can be (R5, R21)."""


def receipt_refusal(
    world: World, worker: str, said: Said | None, event: UnitRegistered, on_record: Unit | None
) -> Refusal | None:
    """Why a person may not register this unit; `on_record` is the unit of this id, if there is one."""
    if event.how is not Creation.RECEIVING:
        return refuse(Code.NO_RIGHT, worker=world.worker_name(worker))
    return (
        right_refusal(world, worker, Right.RECEIVE)
        or _named_wrongly(world, said, event)
        or _already_received(on_record)
        or _misplaced(world, event.born)
        or _is_no_beginning(event.born)
    )


def _named_wrongly(world: World, said: Said | None, event: UnitRegistered) -> Refusal | None:
    """The scan says the serial, and product and serial make the id, so that every dock names the unit alike (R1)."""
    born = event.born
    product = world.products.get(born.product)
    if product is None:
        return refuse(Code.UNKNOWN_CODE, wanted="–")
    is_right = said is not None and said.is_serial_of(born.serial, product)
    is_named = event.unit == born.id == unit_id(product.id, product.canonical(born.serial))
    return None if is_right and is_named else refuse(Code.SCAN_MISMATCH)


def _already_received(on_record: Unit | None) -> Refusal | None:
    if on_record is None:
        return None
    status, place = M(STATUS_NAMES[on_record.status]), code_of(on_record.place)
    return refuse(Code.ALREADY_RECEIVED, unit=on_record.serial, status=status, place=place)


def _misplaced(world: World, born: Unit) -> Refusal | None:
    place = world.places.get(born.place)
    is_here = place is not None and place.site == world.site.id
    return None if is_here else refuse(Code.UNKNOWN_PLACE, place=born.place)


def _is_no_beginning(born: Unit) -> Refusal | None:
    """No order and no list can have it yet."""
    if born.status in FRESH and born.document is None and born.order is None:
        return None
    return refuse(Code.TRANSITION, unit=born.serial, status=M(STATUS_NAMES[born.status]))
