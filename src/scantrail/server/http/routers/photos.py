"""Photos in and out, by their hash. Acts go first: only what one of them names is taken or shown."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from scantrail.domain.things.photo import LARGEST, NoPhoto, Photo, is_hash, photo_of
from scantrail.protocol.messages import LackedPhotos, PhotoProblem, PhotoTaken
from scantrail.server.history.photos import StoredPhoto, is_named, is_of, lacking, put_photo, stored_photos
from scantrail.server.http.crowds import Crowd
from scantrail.server.http.description import Binary, Operation, Who, described
from scantrail.server.http.requests import answer, body_of, database_of, device_of, now_of, refused, sender_of
from scantrail.server.ledger.judging import Device
from scantrail.words import M

router = APIRouter()

PHOTO = Binary(("image/jpeg", "image/png"))


@router.get("/v1/photos/lacking")
@described(Operation(LackedPhotos, who=Who.SENDER))
def get_lacking(request: Request) -> Response:
    """Which photos, named by acts of the device that asks, have not arrived."""
    device = sender_of(request)
    with database_of(request).reading() as connection:
        return answer(LackedPhotos(lacking(connection, device.site, device.id)))


@router.put("/v1/photos/{sha256}")
@described(Operation(PhotoTaken, takes=PHOTO, who=Who.SENDER, also=(201,), refuses=(404, 415)))
async def put(request: Request, sha256: str) -> Response:
    """Take a photo's bytes; those that are here already change nothing."""
    device = await run_in_threadpool(sender_of, request)
    await run_in_threadpool(_must_be_named, request, device, sha256)
    crowd: Crowd = request.app.state.crowd
    with crowd.sending(device.id):
        content = await body_of(request, LARGEST)
    photo = _photo_in(content, sha256)

    def taken() -> bool:
        with database_of(request).writing() as connection:
            database_of(request).lock_name(connection, f"photo:{sha256}")
            return put_photo(connection, photo, content, device.id, now_of(request))

    is_new = await run_in_threadpool(taken)
    return answer(PhotoTaken(sha256, len(content)), 201 if is_new else 200)


@router.get("/v1/photos/{sha256}")
@described(Operation(PHOTO, refuses=(404,)))
def get(request: Request, sha256: str) -> Response:
    """A photo's bytes, for the devices of the site where it was taken."""
    device = device_of(request)
    _must_be_named(request, device, sha256)
    with database_of(request).reading() as connection:
        found = stored_photos(connection, sha256) if is_of(connection, device.site, sha256) else ()
    if not found:
        raise refused(404, "not_received", M("The bytes of this photo have not arrived yet. Try again later."))
    return Response(found[0].content, headers=_headers(found[0]), media_type=found[0].media_type)


def _must_be_named(request: Request, device: Device, sha256: str) -> None:
    with database_of(request).reading() as connection:
        if is_hash(sha256) and is_named(connection, device.site, sha256):
            return
    detail = M("No record of site {site} names this photo. A record is sent before its photos.", site=device.site)
    raise refused(404, PhotoProblem.UNNAMED.value, detail)


def _photo_in(content: bytes, sha256: str) -> Photo:
    try:
        photo = photo_of(content, "")
    except NoPhoto as error:
        raise refused(415, PhotoProblem.NO_PHOTO.value, error.reason) from error
    if photo.sha256 != sha256:
        detail = M("These bytes are not the photo that the record names: they were changed on the way.")
        raise refused(422, PhotoProblem.WRONG_HASH.value, detail)
    return photo


def _headers(photo: StoredPhoto) -> dict[str, str]:
    """A picture from outside is saved, never shown as a page."""
    return {
        "Content-Disposition": f'attachment; filename="{photo.file_name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
