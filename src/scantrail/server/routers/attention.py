"""What needs attention at a site, and settling it by a person who proves who they are."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import SignInRequest
from scantrail.server.attention_items import AttentionItem, open_items
from scantrail.server.desk import Found, NotSettled, Resolved, resolve
from scantrail.server.judging import Device
from scantrail.server.requests import answer, body_of, database_of, device_of, message_in, now_of, refused, text_in
from scantrail.server.sign_in import Wait, WrongPin, sign_in
from scantrail.server.waiting_items import anything_called, waiting_items
from scantrail.words import M

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """A person settles an item: who, proved by badge and PIN, why, and where the goods are if the record is wrong."""

    badge: str
    pin: str
    reason: str
    note: str = ""
    found: Found | None = None


@router.get("/v1/attention")
def get_attention(request: Request) -> Response:
    """What needs attention at the device's site, and what waits for an earlier step, oldest first."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        return answer({"items": open_items(connection, device.site), "waiting": waiting_items(connection, device.site)})


@router.get("/v1/attention/{item}")
def get_item(request: Request, item: str) -> Response:
    """One item, open or settled."""
    device = device_of(request)
    with database_of(request).reading() as connection:
        found: AttentionItem | None = anything_called(connection, text_in("item", item), device.site)
    if found is None:
        raise refused(404, "unknown_item", M("Nothing that needs attention is called {name}.", name=item))
    return answer(found)


@router.post("/v1/attention/{item}/resolve")
async def post_resolve(request: Request, item: str) -> Response:
    """Settle an item. Who finds it settled is told by whom and when."""
    device = await run_in_threadpool(device_of, request)
    wanted = message_in(await body_of(request), ResolveRequest)
    for name, value in (("item", item), ("badge", wanted.badge), ("PIN", wanted.pin)):
        text_in(name, value)
    if wanted.found is not None:
        text_in("place", wanted.found.place)
        text_in("serial", wanted.found.serial)
    try:
        return answer(await run_in_threadpool(_resolved, request, device, item, wanted))
    except NotSettled as error:
        raise refused(error.status, "not_settled", error.reason) from error


def _resolved(request: Request, device: Device, item: str, wanted: ResolveRequest) -> Resolved:
    database, now = database_of(request), now_of(request)
    try:
        proved = sign_in(database, device.id, device.site, SignInRequest(wanted.badge, wanted.pin), now)
    except WrongPin as error:
        detail = M("This badge and PIN do not belong to a worker of this site. Try again, or ask a supervisor.")
        raise refused(403, "wrong_pin", detail) from error
    if isinstance(proved, Wait):
        detail = M("Too many wrong PINs. Wait {seconds} s, then try again.", seconds=proved.seconds)
        raise refused(429, "wait", detail, retry_after=proved.seconds)
    return resolve(
        database,
        item,
        worker=proved.worker,
        reason=wanted.reason,
        note=wanted.note,
        found=wanted.found,
        now=now,
        site=device.site,
    )
