"""A device's next token."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import REVOKED, TokenAnswer, TokenRequest
from scantrail.protocol.tokens import COPIED
from scantrail.server.devices.renewal import NotProved, NotRenewed, asked_before, renew
from scantrail.server.http.description import Operation, Who, described
from scantrail.server.http.rates import PROOFS, TOKENS, Rate
from scantrail.server.http.requests import (
    answer,
    database_of,
    message_of,
    not_enrolled,
    now_of,
    presence_of,
    rates_of,
    refused,
)
from scantrail.words import M

router = APIRouter()

_STATUS = {REVOKED: 403, COPIED: 403}


@router.post("/v1/token")
@described(Operation(TokenAnswer, takes=TokenRequest, who=Who.ANYONE, refuses=(401, 403, 409, 429)))
async def post_token(request: Request) -> Response:
    """Let a device's next token be good. Its key proves who asks: the token it has may have ended."""
    _must_not_wait(request, request.client.host if request.client else "", PROOFS)
    wanted = await message_of(request, TokenRequest)
    database = database_of(request)
    try:
        known = await run_in_threadpool(asked_before, database, wanted)
        if known is not None:
            return answer(known)
        _must_not_wait(request, wanted.device, TOKENS)
        presence_of(request).heard(wanted.device, now_of(request))
        return answer(await run_in_threadpool(renew, database, wanted, now_of(request)))
    except NotProved as error:
        raise not_enrolled() from error
    except NotRenewed as error:
        raise refused(_STATUS.get(error.code, 409), error.code, error.reason) from error


def _must_not_wait(request: Request, who: str, rate: Rate) -> None:
    wait_s = rates_of(request).wait_s(who, rate)
    if wait_s:
        detail = M("A new token was asked for too often. It is asked for again in {seconds} s.", seconds=wait_s)
        raise refused(429, "wait", detail, retry_after=wait_s)
