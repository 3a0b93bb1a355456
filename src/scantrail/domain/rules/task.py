"""Whether a worker on a device may go on with a document at all."""

from __future__ import annotations

from collections.abc import Iterable

from scantrail.domain.acts.refusal import Refusal, refuse
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentStatus, Work
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.documents.listed import PickedUnit
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import PlaceId, ProductId, WorkerId
from scantrail.domain.people.worker import Right
from scantrail.domain.rules.refusals.task import TaskCode
from scantrail.domain.rules.rights import right_refusal
from scantrail.domain.rules.scope import document_scope_refusal
from scantrail.domain.things.unit import Unit


def task_refusal(world: World, document: Work, device: str, worker: str, *, takes_over: bool = False) -> Refusal | None:
    """Another site's, cancelled, complete, taken over by another device, or not this person's right.

    With a reason, a person `takes_over` what another device has.
    """
    elsewhere = document_scope_refusal(world, document)
    if elsewhere is not None:
        return elsewhere
    if document.status is DocumentStatus.CANCELLED:
        return refuse(TaskCode.LIST_CANCELLED, document=document.number)
    if document.status is DocumentStatus.COMPLETED:
        return refuse(TaskCode.LIST_COMPLETED, document=document.number)
    if document.taken is not None and document.taken.device != device and not takes_over:
        return refuse(
            TaskCode.LIST_TAKEN_OVER,
            worker=world.worker_name(document.taken.worker),
            document=document.number,
            device=document.taken.device,
        )
    right = type_of(document).right
    return right_refusal(world, worker, right) if right is not None else None


def undo_refusal(world: World, pick_list: PickList, worker: str) -> Refusal | None:
    """Why a pick may not be taken back. A list that is cancelled or taken over is no reason: the goods must go back."""
    elsewhere = document_scope_refusal(world, pick_list)
    if elsewhere is not None:
        return elsewhere
    if pick_list.status is DocumentStatus.COMPLETED:
        return refuse(TaskCode.LIST_COMPLETED, document=pick_list.number)
    return right_refusal(world, worker, Right.PICK)


def handover_refusal(
    world: World, pick_list: PickList, unit: Unit, picked: PickedUnit | None, device: str, worker: str
) -> Refusal | None:
    """Why a unit, `picked` on its list, may not go into the cart of the person who works on that list."""
    refusal = task_refusal(world, pick_list, device, worker)
    if refusal is not None:
        return refusal
    if picked is None:
        return refuse(TaskCode.NOT_PICKED_HERE, unit=unit.serial, document=pick_list.number)
    if cart_of(world, worker) is None:
        return refuse(TaskCode.NO_CART, worker=world.worker_name(worker))
    return None


def release_refusal(
    world: World, document: Work, device: str, worker: str, picked: Iterable[tuple[PickedUnit, Unit | None]]
) -> Refusal | None:
    """Why a list may not be given back: it is not this person's, or units of it would stay in this person's cart.

    `picked` are the units picked for it, oldest first, each as it is on record.
    """
    refusal = task_refusal(world, document, device, worker)
    if refusal is not None:
        return refusal
    cart = cart_of(world, worker)
    left = [each.serial for each, unit in picked if unit is not None and unit.place == cart]
    return refuse(TaskCode.UNITS_IN_CART, units=", ".join(left), document=document.number) if left else None


def cart_of(world: World, worker: WorkerId) -> PlaceId | None:
    """Where a person puts what is picked."""
    person = world.workers.get(worker)
    return person.cart if person else None


def product_refusal(world: World, pick_list: PickList, product: ProductId) -> Refusal | None:
    """Why a product is none that this list asks for; a line that was cancelled meanwhile did ask for it."""
    if any(line.product == product for line in pick_list.lines):
        return None
    found = world.products.get(product)
    return refuse(TaskCode.NOT_ASKED_FOR, document=pick_list.number, product=found.name if found else product)
