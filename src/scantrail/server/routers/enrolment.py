"""Enrolling devices, and workers' sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import EnrolAnswer, EnrolRequest, SignInRequest
from scantrail.server.devices import NotEnrolled, end_token, enrol
from scantrail.server.enrolment_codes import WrongCodes
from scantrail.server.requests import (
    answer,
    body_of,
    database_of,
    device_of,
    message_in,
    now_of,
    refused,
    sender_of,
    text_in,
)
from scantrail.server.sign_in import Wait, WrongPin, sign_in
from scantrail.words import M

router = APIRouter()


@router.post("/v1/enrol")
async def post_enrol(request: Request) -> Response:
    """Give a device its token, for a code that works once."""
    wanted = message_in(await body_of(request), EnrolRequest)
    text_in("code", wanted.code)

    def enrolled() -> EnrolAnswer:
        with database_of(request).writing() as connection:
            return enrol(connection, wanted, now_of(request))

    wrong: WrongCodes = request.app.state.wrong_codes
    wait_s = wrong.wait_s(now_of(request))
    if wait_s:
        detail = M("Too many wrong codes were tried. Wait {seconds} s, then try again.", seconds=wait_s)
        raise refused(429, "wait", detail, retry_after=wait_s)
    try:
        return answer(await run_in_threadpool(enrolled))
    except NotEnrolled as error:
        wrong.note(now_of(request))
        raise refused(403, "not_enrolled", error.reason) from error


@router.post("/v1/left")
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
async def post_sign_in(request: Request) -> Response:
    """Verify a worker's badge and PIN."""
    device = await run_in_threadpool(device_of, request)
    wanted = message_in(await body_of(request), SignInRequest)
    text_in("badge", wanted.badge)
    text_in("PIN", wanted.pin)
    try:
        outcome = await run_in_threadpool(
            sign_in, database_of(request), device.id, device.site, wanted, now_of(request)
        )
    except WrongPin as error:
        detail = M("This badge and PIN do not belong to a worker of this site. Try again, or ask a supervisor.")
        raise refused(403, "wrong_pin", detail) from error
    if isinstance(outcome, Wait):
        detail = M("Too many wrong PINs. Wait {seconds} s, then try again.", seconds=outcome.seconds)
        raise refused(429, "wait", detail, retry_after=outcome.seconds)
    return answer(outcome)
