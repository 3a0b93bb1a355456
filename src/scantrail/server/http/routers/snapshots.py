"""A site's snapshot: what it is, and its bytes, from any byte on."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from scantrail.protocol.snapshot import SnapshotAnswer
from scantrail.server.http.description import Binary, Operation, described
from scantrail.server.http.requests import answer, device_of, refused
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.words import M

router = APIRouter()

_FROM = "bytes=[0-9]{1,18}-"
"""The only header `Range` that is taken: from a byte on, to the end."""


def _snapshots(request: Request) -> Snapshots:
    found: Snapshots = request.app.state.snapshots
    return found


@router.get("/v1/snapshot")
@described(Operation(SnapshotAnswer))
def get_description(request: Request) -> Response:
    """Which snapshot the device that asks may fetch."""
    return answer(_snapshots(request).answer(device_of(request).site))


@router.get("/v1/snapshot/{sha256}")
@described(
    Operation(
        Binary(("application/zstd",)),
        also=(206,),
        refuses=(400, 404, 416),
        headers={"Range": _FROM},
    )
)
def get_bytes(request: Request, sha256: str) -> Response:
    """A snapshot of the device's own site; a header `Range` asks for the rest of one that was cut."""
    path = _snapshots(request).file(device_of(request).site, sha256)
    start = _start(request)
    if path is None:
        raise refused(404, "no_snapshot", M("There is a newer snapshot than this. Ask for it."))
    if start and start >= path.stat().st_size:
        raise refused(416, "no_bytes", M("The snapshot has no byte {start}. Ask for all of it.", start=start))
    return FileResponse(path, media_type="application/zstd", headers={"Cache-Control": "no-transform"})


def _start(request: Request) -> int:
    """The byte from which on a device asks."""
    asked = request.headers.get("range", "bytes=0-")
    if re.fullmatch(_FROM, asked) is None:
        raise refused(400, "garbled", M("Range: expected bytes=100-, for all from byte 100 on."))
    return int(asked.removeprefix("bytes=").removesuffix("-"))
