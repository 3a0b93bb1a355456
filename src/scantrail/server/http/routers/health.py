"""Whether the server lives and can work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from scantrail import __version__
from scantrail.protocol.messages import PROTOCOL
from scantrail.server.database.epoch import server_epoch
from scantrail.server.http.description import Operation, Who, described
from scantrail.server.http.requests import answer, database_of, now_of, refused
from scantrail.server.migrations import newest_version, version_of
from scantrail.words import M

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Health:
    """The server works, and is this one."""

    status: str
    version: str
    protocol: int
    server_epoch: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Living:
    """The process lives."""

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Requests can be answered."""

    status: str
    database_version: str


@router.get("/v1/health")
@described(Operation(Health, who=Who.ANYONE))
def health(request: Request) -> Response:
    """Whether the server can work, and which it is."""
    with database_of(request).reading() as connection:
        epoch = server_epoch(connection)
    return answer(Health("ok", __version__, PROTOCOL, epoch, now_of(request)))


@router.get("/healthz")
@described(Operation(Living, who=Who.ANYONE))
def healthz() -> Response:
    """Whether this process lives. It asks nothing of the database."""
    return answer(Living("ok"))


@router.get("/readyz")
@described(Operation(Ready, who=Who.ANYONE))
def readyz(request: Request) -> Response:
    """Whether requests can be answered: the database is there, and of the version that this program knows."""
    with database_of(request).reading() as connection:
        found, wanted = version_of(connection), newest_version()
    if found != wanted:
        detail = M("The database is of version {found}; this program needs {wanted}.", found=found, wanted=wanted)
        raise refused(503, "wrong_version", detail)
    return answer(Ready("ready", wanted))
