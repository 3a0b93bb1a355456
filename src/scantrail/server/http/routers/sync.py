"""Acts in, changes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from scantrail.protocol.fields import Number
from scantrail.protocol.intake import BrokenChain
from scantrail.protocol.messages import Changes, Push, PushAnswer, Seen
from scantrail.protocol.outbox import MAX_BYTES
from scantrail.server.database.bodies import to_body
from scantrail.server.devices.keys import is_signed
from scantrail.server.http.crowds import Crowd
from scantrail.server.http.description import Operation, Who, described
from scantrail.server.http.pace import Pace
from scantrail.server.http.requests import (
    BATCH,
    LONGEST_ECHO,
    QUERY,
    asking_device,
    database_of,
    message_in,
    message_of,
    now_of,
    page_answer,
    reader_of,
    refused,
    sender_of,
)
from scantrail.server.ledger.feed import PAGE
from scantrail.server.ledger.judging import Device, take_acts
from scantrail.server.ledger.pages import page_with
from scantrail.server.ledger.shared_feed import Ask
from scantrail.words import M

router = APIRouter()


@router.post("/v1/push")
@described(Operation(PushAnswer, takes=Push, who=Who.SENDER, refuses=(403, 409)))
async def post_push(request: Request) -> Response:
    """Judge and log a batch of acts."""
    device = await run_in_threadpool(sender_of, request)
    crowd: Crowd = request.app.state.crowd
    with crowd.sending(device.id):
        push = await message_of(request, Push, BATCH)
    if push.device != device.id:
        detail = M("This token belongs to {device}, the batch to {other}.", device=device.id, other=push.device[:100])
        raise refused(403, "not_yours", detail)
    if len(push.acts) > 1 and sum(map(len, push.acts)) > MAX_BYTES:
        raise refused(413, "too_large", M("The records of a batch have at most {limit} bytes.", limit=MAX_BYTES))
    if not is_signed(device, push):
        raise refused(403, "not_signed", M("The batch does not carry this device's signature. Call support."))

    now, pause_s = now_of(request), _pause_s(request, device)
    try:
        with crowd.admitted(device.id):
            taken = await run_in_threadpool(take_acts, database_of(request), device, push, now)
            if taken.changes is not None:
                page = await run_in_threadpool(page_with, taken.changes, pause_s)
            else:
                ask = Ask(push.seen, device.site, PAGE, device.is_leaving, pause_s)
                page = await reader_of(request).page(ask, as_of_now=True)
    except BrokenChain as error:
        detail = M("This device's records do not follow on those that the server has: {why}", why=error)
        raise refused(409, "broken_chain", detail, expected_seq=error.expected_seq) from error
    said = to_body({"acknowledged": taken.acknowledged, "verdicts": taken.verdicts})
    return await page_answer(
        request, page.within(f'{said[:-1]},"changes":'.encode(), f',"now":{to_body(now)}}}'.encode())
    )


@described(Operation(Changes, query={"seen": Seen, "limit": Annotated[int, Number(0, 99_999_999)]}))
async def get_changes(request: Request) -> Response:
    """A page of what changed after what the device has seen: `seen`, a JSON object, in at most `limit` rows."""
    device = await asking_device(request)
    query: bytes = request.scope["query_string"]
    asked = _asked_again(query) if len(query) <= LONGEST_KEPT else _asked(query)
    ask = Ask(asked.seen, device.site, asked.limit, pause_s=_pause_s(request, device))
    return await page_answer(request, await reader_of(request).page(ask))


def _pause_s(request: Request, device: Device) -> int:
    pace: Pace = request.app.state.pace
    return pace.pause_s(device.id)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the query of a request for changes says."""

    seen: Seen
    limit: int


def _asked(query: bytes) -> _Asked:
    """Read a query.

    Raises:
        Refused: 422, it is larger than any device asks, or not of this shape; the detail names the field.
    """
    parameters = QueryParams(query)
    seen = message_in(parameters.get("seen", "{}").encode("utf-8", "surrogatepass"), Seen, QUERY)
    limit = parameters.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdecimal() and len(limit) < 9):
        raise refused(422, "garbled", M("limit: expected a number of rows, got {text}.", text=limit[:LONGEST_ECHO]))
    return _Asked(seen, min(max(1, int(limit)), PAGE))


LONGEST_KEPT = 2_000
"""Bytes of a query that is remembered: an idle device asks the same every time."""

_asked_again = lru_cache(maxsize=2_000)(_asked)

# Not as a path operation of FastAPI: what that does beside answering takes longer than the answer.
router.add_route("/v1/changes", get_changes, methods=["GET"])
