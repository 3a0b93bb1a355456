"""What needs attention at a site, and settling it by a person who proves who they are."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.domain.names.identifiers import WorkerId
from scantrail.protocol.fields import Name
from scantrail.protocol.messages import SignInRequest
from scantrail.server.attention.items import AttentionItem, open_items
from scantrail.server.attention.settling import Found, NotSettled, Resolved, resolve
from scantrail.server.attention.waiting_items import anything_called, waiting_items
from scantrail.server.http.description import Operation, described
from scantrail.server.http.requests import answer, database_of, device_of, message_of, now_of, refused, text_in
from scantrail.server.http.turns import proved
from scantrail.server.ledger.judging import Device
from scantrail.words import M

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """A person settles an item: who, proved by badge and PIN, why, and where the goods are if the record is wrong."""

    badge: Name
    pin: Name
    reason: Name
    note: Name = ""
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class OpenItems:
    """All that a person at the desk has to look at."""

    items: tuple[AttentionItem, ...]
    """What did not apply."""
    waiting: tuple[AttentionItem, ...]
    """What waits for an earlier step."""


@router.get("/v1/attention")
@described(Operation(OpenItems))
def get_attention(request: Request) -> Response:
    """What needs attention at the device's site, and what waits for an earlier step, oldest first."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        return answer(OpenItems(open_items(connection, device.site), waiting_items(connection, device.site)))


@router.get("/v1/attention/{item}")
@described(Operation(AttentionItem, refuses=(404,)))
def get_item(request: Request, item: Name) -> Response:
    """One item, open or settled."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        found: AttentionItem | None = anything_called(connection, text_in("item", item), device.site)
    if found is None:
        raise refused(404, "unknown_item", M("Nothing that needs attention is called {name}.", name=item))
    return answer(found)


@router.post("/v1/attention/{item}/resolve")
@described(Operation(Resolved, takes=ResolveRequest, refuses=(404, 409)))
async def post_resolve(request: Request, item: Name) -> Response:
    """Settle an item. Who finds it settled is told by whom and when."""
    device = await run_in_threadpool(device_of, request)
    wanted = await message_of(request, ResolveRequest)
    text_in("item", item)
    person = await proved(request, device, SignInRequest(wanted.badge, wanted.pin))
    try:
        return answer(await run_in_threadpool(_resolved, request, device, item, wanted, person.worker))
    except NotSettled as error:
        raise refused(error.status, "not_settled", error.reason) from error


def _resolved(request: Request, device: Device, item: str, wanted: ResolveRequest, worker: WorkerId) -> Resolved:
    return resolve(
        database_of(request),
        item,
        worker=worker,
        reason=wanted.reason,
        note=wanted.note,
        found=wanted.found,
        now=now_of(request),
        site=device.site,
    )
