"""Enrolling devices, and workers' sign-in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import EnrolAnswer, EnrolRequest, SignInAnswer, SignInRequest
from scantrail.server.devices.enrolment import NotEnrolled, enrol
from scantrail.server.devices.enrolment_codes import WrongCodes
from scantrail.server.devices.register import end_token
from scantrail.server.http.description import Operation, Who, described
from scantrail.server.http.requests import (
    answer,
    database_of,
    device_of,
    message_of,
    now_of,
    refused,
    sender_of,
)
from scantrail.server.http.turns import proved
from scantrail.words import M

router = APIRouter()


@router.post("/v1/enrol")
@described(Operation(EnrolAnswer, takes=EnrolRequest, who=Who.ANYONE, refuses=(403, 429)))
async def post_enrol(request: Request) -> Response:
    """Give a device its token, for a code that works once."""
    wanted = await message_of(request, EnrolRequest)

    def enrolled() -> EnrolAnswer:
        with database_of(request).writing() as connection:
            return enrol(connection, wanted, now_of(request))

    wrong: WrongCodes = request.app.state.wrong_codes
    address = request.client.host if request.client else ""
    wait_s = wrong.wait_s(now_of(request), address)
    if wait_s:
        detail = M("Too many wrong codes were tried. Wait {seconds} s, then try again.", seconds=wait_s)
        raise refused(429, "wait", detail, retry_after=wait_s)
    try:
        return answer(await run_in_threadpool(enrolled))
    except NotEnrolled as error:
        wrong.note(now_of(request), address)
        raise refused(403, "not_enrolled", error.reason) from error


@router.post("/v1/left")
@described(Operation(dict[str, Any], who=Who.SENDER, refuses=(409,)))
async def post_left(request: Request) -> Response:
    """A device that was revoked says that it has sent everything: its token ends."""
    device = await run_in_threadpool(sender_of, request)
    if not device.is_leaving:
        raise refused(409, "not_revoked", M("{device} is in use and was not revoked.", device=device.id))

    def ended() -> None:
        with database_of(request).writing() as connection:
            end_token(connection, device)

    await run_in_threadpool(ended)
    return answer({})


@router.post("/v1/sign-in")
@described(Operation(SignInAnswer, takes=SignInRequest))
async def post_sign_in(request: Request) -> Response:
    """Verify a worker's badge and PIN."""
    device = await run_in_threadpool(device_of, request)
    return answer(await proved(request, device, await message_of(request, SignInRequest)))
