"""Numbers that devices give away without a network."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import NumbersAnswer, NumbersRequest
from scantrail.server.devices.numbers import NotGiven, give_numbers
from scantrail.server.http.description import Operation, described
from scantrail.server.http.requests import answer, database_of, device_of, message_of, now_of, refused

router = APIRouter()


@router.post("/v1/numbers")
@described(Operation(NumbersAnswer, takes=NumbersRequest, refuses=(409,)))
async def post_numbers(request: Request) -> Response:
    """Give a device the block of numbers of its turn."""
    device = await run_in_threadpool(device_of, request)
    ask = await message_of(request, NumbersRequest)

    def given() -> NumbersAnswer | NotGiven:
        return give_numbers(database_of(request), device.id, device.site, ask, now_of(request))

    outcome = await run_in_threadpool(given)
    if isinstance(outcome, NotGiven):
        raise refused(409, outcome.code, outcome.reason)
    return answer(outcome)
