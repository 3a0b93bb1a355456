"""A site's snapshot: what it is, and its bytes, from any byte on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from scantrail.server.http.requests import answer, device_of, refused
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.words import M

router = APIRouter()


def _snapshots(request: Request) -> Snapshots:
    found: Snapshots = request.app.state.snapshots
    return found


@router.get("/v1/snapshot")
def get_description(request: Request) -> Response:
    """Which snapshot the device that asks may fetch."""
    return answer(_snapshots(request).answer(device_of(request).site))


@router.get("/v1/snapshot/{sha256}")
def get_bytes(request: Request, sha256: str) -> Response:
    """A snapshot of the device's own site; a header `Range` asks for the rest of one that was cut."""
    path = _snapshots(request).file(device_of(request).site, sha256)
    if path is None:
        raise refused(404, "no_snapshot", M("There is a newer snapshot than this. Ask for it."))
    return FileResponse(path, media_type="application/zstd", headers={"Cache-Control": "no-transform"})
