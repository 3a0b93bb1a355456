"""Enrolling devices, and workers' sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.protocol.messages import EnrolAnswer, EnrolRequest, Problem, SignInRequest
from scantrail.server.devices import NotEnrolled, enrol
from scantrail.server.requests import Refused, answer, body_of, database_of, device_of, message_in, now_of, refused
from scantrail.server.sign_in import Wait, WrongPin, sign_in

router = APIRouter()


@router.post("/v1/enrol")
async def post_enrol(request: Request) -> Response:
    """Give a device its token, for a code that works once."""
    wanted = message_in(await body_of(request), EnrolRequest)

    def enrolled() -> EnrolAnswer:
        with database_of(request).writing() as connection:
            return enrol(connection, wanted, now_of(request))

    try:
        return answer(await run_in_threadpool(enrolled))
    except NotEnrolled as error:
        raise refused(403, "Not enrolled", str(error), "not_enrolled") from error


@router.post("/v1/sign-in")
async def post_sign_in(request: Request) -> Response:
    """Verify a worker's badge and PIN."""
    device = await run_in_threadpool(device_of, request)
    wanted = message_in(await body_of(request), SignInRequest)
    try:
        outcome = await run_in_threadpool(
            sign_in, database_of(request), device.id, device.site, wanted, now_of(request)
        )
    except WrongPin as error:
        detail = "This badge and PIN do not belong to a worker of this site. Try again, or ask a supervisor."
        raise refused(403, "Wrong badge or PIN", detail, "wrong_pin") from error
    if isinstance(outcome, Wait):
        detail = f"Too many wrong PINs. Wait {outcome.seconds} seconds."
        raise Refused(Problem("Wait", 429, detail, "wait"), retry_after=outcome.seconds)
    return answer(outcome)
