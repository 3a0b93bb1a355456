"""Numbers that devices give away without a network."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import NumbersAnswer, NumbersRequest
from scantrail.server.devices.numbers import NotGiven, give_numbers
from scantrail.server.http.requests import answer, database_of, device_of, message_of, now_of, refused, text_in
from scantrail.words import M

router = APIRouter()

LARGEST = 10**17
"""No turn and no number is larger."""


@router.post("/v1/numbers")
async def post_numbers(request: Request) -> Response:
    """Give a device the block of numbers of its turn."""
    device = await run_in_threadpool(device_of, request)
    ask = await message_of(request, NumbersRequest)
    text_in("series", ask.series)
    text_in("epoch", ask.epoch)
    held = ask.held
    numbers = {"turn": ask.turn, "left": ask.left}
    numbers |= {"held.turn": held.turn, "held.first": held.first, "held.count": held.count} if held else {}
    for name, number in numbers.items():
        least = 1 if name == "turn" else 0
        if not least <= number <= LARGEST:
            raise refused(
                422,
                "garbled",
                M("{name}: expected a number from {least} to {limit}.", name=name, least=least, limit=LARGEST),
            )

    def given() -> NumbersAnswer | NotGiven:
        return give_numbers(database_of(request), device.id, device.site, ask, now_of(request))

    outcome = await run_in_threadpool(given)
    if isinstance(outcome, NotGiven):
        raise refused(409, outcome.code, outcome.reason)
    return answer(outcome)
